"""Reminders from one table, to those with a seat and to the people of a clinic; who is told of which change."""

from datetime import timedelta

import pytest
from django.template import engines

from clinics import emails
from clinics.domain.notices import REMINDERS, languages_lost, what_changed
from clinics.models import Clinic, ClinicPerson, LanguageNeed, Notice, Rsvp
from clinics.notices.names import names_of_reminders
from clinics.notices.reminding import owe_reminders
from clinics.people import notice_emails
from clinics.people.answering import answer
from clinics.planning.plans import change_clinic, reschedule
from clinics.seats.rsvps import cancel_rsvp
from clinics.tests.factories import LINK, START, make_channel, make_clinic, make_person, make_text, sign_up
from clinics.texts.writing import save_text
from letsconnect.base.reminders import Ladder, Reminder
from mailings import kinds
from mailings.domain.letters import LetterState
from mailings.models import Letter
from registrations.tests.factories import NOW, make_member

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LONG_AGO = START - 30 * DAY
ADDRESS = "sol@example.org"


def owed(kind):
    return Letter.objects.filter(kind=f"clinics.{kind}").order_by("pk")


def going(clinic, member, *, seat):
    return Rsvp.objects.create(
        clinic=clinic, member=member, state="going", seat=seat, made_at=LONG_AGO, seated_at=LONG_AGO
    )


def seat_since(settled_at, **clinic):
    [rsvp] = sign_up(make_clinic(capacity=9, **clinic), 1)
    Rsvp.objects.filter(pk=rsvp.pk).update(seated_at=settled_at)
    return rsvp


@pytest.mark.parametrize("settled", [30 * DAY, 7 * DAY, 6 * DAY, DAY, 20 * HOUR, HOUR, 10 * MINUTE])
def test_the_database_finds_who_is_due_as_the_table_says(settled):
    """What `Ladder.due` says of one, the sweep says of all."""
    moments = (8 * DAY, 7 * DAY, 3 * DAY, 2 * DAY, 25 * HOUR, DAY, 3 * HOUR, 2 * HOUR, 61 * MINUTE, HOUR, MINUTE)
    rsvp = seat_since(START - settled)
    for before in [*moments, timedelta(0), -MINUTE]:
        Notice.objects.all().delete()
        Letter.objects.filter(kind__startswith="clinics.reminder").delete()
        step = REMINDERS.due(starts_at=START, settled_at=START - settled, now=START - before)
        assert owe_reminders(START - before) == (0 if step is None else 1), before
        assert [notice.kind for notice in rsvp.notices.all()] == ([step.letter] if step else [])


def test_a_week_a_day_and_an_hour_before_each_once():
    seat_since(LONG_AGO)

    for before in (7 * DAY, 6 * DAY, DAY, 20 * HOUR, HOUR, 30 * MINUTE):
        owe_reminders(START - before)

    assert [letter.kind for letter in owed("reminder_week") | owed("reminder_day") | owed("reminder_hour")] == [
        "clinics.reminder_week",
        "clinics.reminder_day",
        "clinics.reminder_hour",
    ]


def test_after_a_standstill_nobody_gets_a_reminder_that_comes_too_late():
    seat_since(LONG_AGO)

    assert owe_reminders(START - 2 * DAY) == 0
    assert owe_reminders(START - DAY) == 1
    assert not owed("reminder_week").exists()


def test_who_takes_a_seat_in_the_last_hour_is_told_everything_once():
    seat_since(START - 50 * MINUTE)

    assert owe_reminders(START - 49 * MINUTE) == 0


def test_one_more_step_is_one_row_and_its_templates(settings, tmp_path, monkeypatch):
    """Neither a migration nor a line of code: kinds, sweep, names and what makes it void follow from the row."""
    ladder = Ladder(*REMINDERS.steps, Reminder("three_days", before=3 * DAY))
    first = "{% block first %}Three days.{% endblock %}"
    for folder, shared in (("reminder_three_days", "_seat"), ("people_three_days", "_people")):
        for part, text in {
            "subject.txt": "Three days: {{ title }}",
            "body.txt": f'{{% extends "clinics/emails/{shared}.txt" %}}{first}',
            "body.html": f'{{% extends "clinics/emails/{shared}.html" %}}{first}',
        }.items():
            path = tmp_path / "clinics" / "emails" / folder / part
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    monkeypatch.setattr(engines["django"].engine, "dirs", [tmp_path, *engines["django"].engine.dirs])
    for loader in engines["django"].engine.template_loaders:
        loader.reset()
    emails.register_step("three_days")
    notice_emails.register_step("three_days")
    rsvp, person = seat_since(LONG_AGO), make_person(make_clinic(), answered_at=LONG_AGO)

    assert owe_reminders(START - 3 * DAY, ladder=ladder) == 2
    assert names_of_reminders(ladder)["clinics.reminder_three_days"] == "reminder of a clinic, 3 days before"
    seat, part = owed("reminder_three_days").get(), owed("people_three_days").get()
    assert (seat.member, part.member) == (rsvp.member, person.member)
    for letter in (seat, part):
        text = kinds.get(letter.kind).render(Notice.objects.get(pk=letter.about_id), "en", "UTC")
        assert text.subject == "Three days: Asking for money kindly"
        assert "Three days." in text.text and "/clinics/" in text.html


# To the people of a clinic


@pytest.mark.parametrize("role", ["host", "sharer", "interpreter", "helper"])
@pytest.mark.parametrize("who", [{}, {"address": ADDRESS, "zone": "Africa/Tunis"}], ids=["account", "address"])
def test_each_of_the_people_is_reminded_with_or_without_an_account(role, who):
    person = make_person(make_clinic(), role, answered_at=LONG_AGO, **who)

    owed_at = [owe_reminders(START - before) for before in (7 * DAY, DAY, HOUR, HOUR)]

    assert owed_at == [1, 1, 1, 0]
    assert {letter.address for letter in Letter.objects.all()} == {person.address or person.member.email}


def test_who_has_two_parts_and_a_seat_gets_one_letter_about_both():
    clinic = make_clinic()
    [rsvp] = sign_up(clinic, 1)
    host = make_person(clinic, "host", member=rsvp.member, answered_at=LONG_AGO)
    make_person(clinic, "sharer", member=rsvp.member, answered_at=LONG_AGO)

    assert [owe_reminders(START - DAY) for _twice in range(2)] == [1, 0]

    letter = owed("people_day").get()
    text = rendered(letter).text
    assert Notice.objects.get().person == host
    assert "Host" in text and "Sharer" in text
    assert owe_reminders(START - HOUR) == 1


@pytest.mark.parametrize("state", ["to_ask", "asked", "declined", "stepped_back", "released"])
def test_who_did_not_say_yes_is_not_reminded(state):
    make_person(make_clinic(), state=state)

    assert owe_reminders(START - DAY) == 0


def rendered(letter, language="en", zone="UTC"):
    kind = kinds.get(letter.kind)
    [notice] = kind.reads([letter.about_id], NOW)
    assert kind.still_owed(notice, letter.owed_at) is None
    return kind.render(notice, language, zone)


def letter_of(person, before=DAY):
    owe_reminders(START - before)
    number = Notice.objects.get(person=person).pk
    return rendered(Letter.objects.get(about_type="clinics.notice", about_id=number))


def test_the_host_reads_who_comes_and_what_is_to_be_done():
    clinic = make_clinic(capacity=1)
    for seat in sign_up(clinic, 2):
        LanguageNeed.objects.create(rsvp=seat, language="sw", made_at=NOW)
    clinic.checklist.create(name="tech_check", days=-7)
    host = make_person(clinic, "host", answered_at=LONG_AGO)

    text = letter_of(host).text

    assert "1 person has a seat. 1 waits for one." in text
    assert "Languages that people would need, and how many of them: Swahili (2)." in text
    assert "1 thing on the checklist is still to be done" in text
    assert f"/clinics/{clinic.pk}/host/" in text and "/clinics/to-do/" in text


def test_a_sharer_reads_when_their_part_is_in_their_own_hour():
    clinic = make_clinic()
    sharer = make_person(clinic, "sharer", answered_at=LONG_AGO)
    clinic.agenda.create(place=1, part="icebreaker", minutes=10)
    clinic.agenda.create(place=2, part="case_study", minutes=20, person=sharer)
    owe_reminders(START - DAY)

    text = rendered(owed("people_day").get(), zone="Asia/Kathmandu").text

    assert "Your part: case study, 17:55–18:15" in text


def test_an_interpreter_reads_channel_material_and_with_whom_they_take_turns():
    channel = make_channel(make_clinic(), "fr", name="Salle française")
    lead = make_person(channel.clinic, "interpreter", channel=channel, answered_at=LONG_AGO)
    make_person(channel.clinic, "interpreter", channel=channel, turn="relief", name="Awa Diop", answered_at=LONG_AGO)

    text = letter_of(lead).text

    assert "interpreter into French (lead)" in text.lower().replace("french", "French")
    assert "The channel is called “Salle française” in the call." in text
    assert "You take turns with Awa Diop." in text


def test_a_helper_reads_whom_they_help():
    clinic = make_clinic()
    make_person(clinic, "host", name="Rania", answered_at=LONG_AGO)

    assert "You help: Rania" in letter_of(make_person(clinic, "helper", answered_at=LONG_AGO)).text


@pytest.mark.parametrize("change", ["stepped_back", "moved", "cancelled", "begun"])
def test_a_reminder_to_the_people_is_not_sent_when_it_is_not_true_any_more(change):
    person = make_person(make_clinic(), answered_at=LONG_AGO)
    owe_reminders(START - DAY)
    now = START if change == "begun" else START - 20 * HOUR
    if change == "stepped_back":
        ClinicPerson.objects.update(state=change)
    elif change == "moved":
        Clinic.objects.update(starts_at=START + DAY)
    elif change == "cancelled":
        Clinic.objects.update(state="cancelled", cancel_reason="ill")
    kind = kinds.get("clinics.people_day")
    [notice] = kind.reads([Notice.objects.get(person=person).pk], now)

    assert kind.still_owed(notice, now) is not None


# Changes


FACTS = {
    "starts_at": "2026-03-09T12:00:00+00:00",
    "minutes": 120,
    "venue": "call",
    "place": "",
    "floor_language": "en",
    "interpreted": ["ar", "fr"],
    "titles": {"en": "Old"},
}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, ()),
        ({"starts_at": "2026-03-10T12:00:00+00:00"}, ("starts_at",)),
        ({"minutes": 90, "starts_at": "2026-03-10T12:00:00+00:00"}, ("starts_at", "minutes")),
        ({"venue": "in_person", "place": "Tunis"}, ("venue", "place")),
        ({"floor_language": "fr", "interpreted": ["ar"]}, ("floor_language",)),
        ({"interpreted": ["fr"]}, ("interpreted",)),
        ({"interpreted": ["ar", "fr", "pt"]}, ()),  # one more is good news, and the next letter tells it
        ({"titles": {"en": "New"}}, ("titles",)),
        ({"titles": {"en": "Old", "fr": "Nouveau"}}, ()),
        ({"titles": {"fr": "Nouveau"}}, ()),
    ],
)
def test_what_of_a_clinic_owes_a_letter_when_it_changes(change, told):
    assert what_changed(FACTS, {**FACTS, **change}) == told
    assert what_changed({**FACTS, **change}, {**FACTS, **change}) == ()


def test_a_language_that_is_spoken_there_now_is_not_lost():
    assert languages_lost(FACTS, {**FACTS, "floor_language": "fr", "interpreted": []}) == ("ar",)


def changed(clinic, coordinator, now=NOW, **changes):
    return change_clinic(clinic=clinic, changes=changes, by=coordinator, now=now)


@pytest.mark.parametrize(
    ("changes", "sentence", "subject"),
    [
        ({"minutes": 90}, "It takes 1.5 hours, and not 2 hours.", "Another length: "),
        ({"venue": "in_person", "place": "Tunis"}, "It takes place here, and not in a call: Tunis.", "Another place: "),
        (
            {"floor_language": "fr"},
            "The language spoken there is French, and not English.",
            "Other languages: ",
        ),
    ],
)
def test_a_change_of_the_plan_is_told_first_to_everybody_who_comes(changes, sentence, subject, coordinator):
    clinic = make_clinic(capacity=1)
    sign_up(clinic, 2)
    make_person(clinic, "host")

    changed(clinic, coordinator, **changes)

    assert (owed("clinic_moved").count(), owed("people_changed").count()) == (2, 1)
    for letter in [*owed("clinic_moved"), *owed("people_changed")]:
        text = rendered(letter)
        assert text.text.startswith(sentence), letter.kind
        assert sentence in text.html
        assert LINK not in text.text + text.html + text.subject
    assert rendered(owed("clinic_moved").first()).subject.startswith(subject)


@pytest.mark.parametrize(
    "changes", [{"capacity": 9}, {"partner": "Wiki Club"}, {"meeting_link": "https://m.example/2"}]
)
def test_what_changes_nothing_for_those_who_come_owes_no_letter(changes, coordinator):
    clinic = make_clinic()
    sign_up(clinic, 1)

    changed(clinic, coordinator, **changes)

    assert not owed("clinic_moved").exists()


def test_several_changes_within_minutes_come_in_one_letter_that_waits_for_quiet(coordinator):
    clinic = make_clinic()
    sign_up(clinic, 1)
    changed(clinic, coordinator, minutes=90)
    changed(clinic, coordinator, now=NOW + 2 * MINUTE, venue="in_person", place="Tunis")
    reschedule(
        clinic=clinic,
        local_date=START.date(),
        local_time=(START + HOUR).time(),
        zone="UTC",
        by=coordinator,
        now=NOW + 9 * MINUTE,
    )

    letter = owed("clinic_moved").get()
    assert rendered(letter).text.splitlines()[:3] == [
        "It begins Mon 9 March 2026, 13:00 (UTC), and not Mon 9 March 2026, 12:00 (UTC).",
        "It takes 1.5 hours, and not 2 hours.",
        "It takes place here, and not in a call: Tunis.",
    ]


def test_a_second_change_after_the_first_was_told_is_told_from_there(coordinator):
    clinic = make_clinic()
    sign_up(clinic, 1)
    changed(clinic, coordinator, minutes=90)
    Letter.objects.update(state=LetterState.SENT, sent_at=NOW, tries=1, gathering_since=None)

    changed(clinic, coordinator, now=NOW + HOUR, minutes=60)

    assert "It takes 1 hour, and not 1.5 hours." in rendered(owed("clinic_moved").last()).text


def test_a_new_title_is_told_to_those_who_read_it_only(coordinator):
    clinic = make_clinic(title="Old title")
    french = make_text(clinic, "fr", "Ancien titre")
    readers = [make_member(language=language) for language in ("en", "fr", "ar")]
    for reader in readers:
        Rsvp.objects.create(
            clinic=clinic,
            member=reader,
            state="going",
            seat=len(reader.language) * reader.pk,
            made_at=NOW,
            seated_at=NOW,
        )
    french.title = "Nouveau titre"

    save_text(text=french, by=coordinator, now=NOW)

    assert [letter.member for letter in owed("clinic_moved")] == [readers[1]]
    text = rendered(owed("clinic_moved").get(), language="fr")
    assert "Nouveau titre" in text.text and "Ancien titre" in text.text


def test_a_lost_interpretation_is_told_to_those_who_listen_or_read_in_it():
    clinic = make_clinic(capacity=9)
    channel = make_channel(clinic, "fr")
    person = make_person(clinic, "interpreter", channel=channel)
    listener, _floor = sign_up(clinic, 2)
    Rsvp.objects.filter(pk=listener.pk).update(channel=channel)

    answer(person=person, becomes="stepped_back", by=person.member, now=NOW)

    letter = owed("clinic_moved").get()
    assert letter.member == listener.member
    assert "It is not interpreted any more into: French." in rendered(letter).text


def test_a_clinic_that_is_moved_has_not_lost_its_interpreters(coordinator):
    clinic = make_clinic()
    make_person(clinic, "interpreter")
    sign_up(clinic, 1)
    reschedule(
        clinic=clinic, local_date=START.date(), local_time=(START + HOUR).time(), zone="UTC", by=coordinator, now=NOW
    )

    text = rendered(owed("clinic_moved").get())
    assert "not interpreted" not in text.text
    assert text.subject == "New time: Asking for money kindly"
    assert not owed("people_changed").exists()  # they are asked again, and hear of it so


def test_who_gave_the_seat_back_before_the_letter_left_hears_nothing_of_the_change(coordinator):
    clinic = make_clinic()
    [rsvp] = sign_up(clinic, 1)
    changed(clinic, coordinator, minutes=90)
    cancel_rsvp(clinic=clinic, member=rsvp.member, by=rsvp.member, now=NOW)
    kind = kinds.get("clinics.clinic_moved")
    [notice] = kind.reads([Notice.objects.get().pk], NOW)

    assert kind.still_owed(notice, NOW) == "no longer signed up"


def test_reminding_and_telling_take_the_same_statements_for_three_and_for_thirty(
    coordinator, django_assert_max_num_queries
):
    counts = []
    for people in (3, 30):
        clinic = make_clinic(capacity=40)
        for number in range(people):
            Rsvp.objects.create(
                clinic=clinic,
                member=make_member(),
                state="going",
                seat=number + 1,
                made_at=LONG_AGO,
                seated_at=LONG_AGO,
            )
        with django_assert_max_num_queries(12) as captured:
            assert owe_reminders(START - DAY) == people
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_clock_of_the_reader_and_not_of_the_planner_says_when_it_is_across_a_change_of_clocks():
    """Paris puts its clocks forward on 29 March 2026 at 01:00 UTC; a day before is 24 hours before all the same."""
    start = START.replace(month=3, day=29, hour=10)
    [rsvp] = sign_up(make_clinic(starts_at=start, capacity=2), 1)
    Rsvp.objects.filter(pk=rsvp.pk).update(seated_at=LONG_AGO)

    assert owe_reminders(start - DAY - MINUTE) == 0
    assert owe_reminders(start - DAY) == 1
    assert "12:00" in rendered(owed("reminder_day").get(), zone="Europe/Paris").text
