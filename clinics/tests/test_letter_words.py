"""What letters about clinics say: only what is true for this reader, and all that somebody who comes needs."""

from datetime import timedelta

import pytest
import time_machine

from clinics.models import (
    ChecklistItem,
    Clinic,
    ClinicChange,
    ClinicPerson,
    ClinicText,
    LanguageNeed,
    Notice,
    Rsvp,
)
from clinics.notices.changes import facts_of
from clinics.notices.words import changes_in_words, main_change, takes_other_hours
from clinics.seat_emails import expired_words
from clinics.seats.calendars import event_for
from clinics.seats.words import ways_into
from clinics.tests.factories import START, make_channel, make_clinic, make_person, make_text, sign_up
from clinics.writing.emails import sample
from letsconnect.base.languages import speaking
from mailings import kinds
from registrations.tests.factories import NOW, make_member

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def read(kind, about, language="en"):
    """The letter as those that are sent are read and written, and why it is not owed, if it is not."""
    of_kind = kinds.get(f"clinics.{kind}")
    [row] = of_kind.reads([about.pk], NOW)
    return of_kind.render(row, language, "UTC"), of_kind.still_owed(row, NOW)


def notice_of(kind="changed", *, was=None, clinic, **columns):
    if kind == "changed":
        columns["change"] = ClinicChange.objects.create(clinic=clinic, was={**facts_of(clinic), **was}, made_at=NOW)
    return Notice.objects.create(kind=kind, sequence=0, starts_at=clinic.starts_at, made_at=NOW, **columns)


def test_where_there_is_nothing_to_prepare_no_letter_says_so():
    [seat] = sign_up(make_clinic(), 1)

    assert "What to prepare" not in read("rsvp_recorded", seat)[0].text
    assert "nothing more to do until it begins" in read("rsvp_recorded", seat)[0].text
    ClinicText.objects.update(preparation="Bring one question.")
    assert "nothing more to do" not in read("rsvp_recorded", seat)[0].text


@pytest.mark.parametrize(
    ("kind", "place"), [("put_in", "Tunis"), ("person_confirmed", "Tunis"), ("people_day", "Tunis")]
)
def test_of_a_clinic_in_person_nobody_is_promised_a_link(kind, place):
    clinic = make_clinic(venue="in_person", place=place, meeting_link="")
    [seat] = sign_up(clinic, 1)
    person = make_person(clinic)
    about = {"put_in": seat, "person_confirmed": person}.get(kind) or notice_of("day", clinic=clinic, person=person)

    letter, _why = read(kind, about)

    assert "link" not in letter.text and "Tunis" in letter.text


def test_the_way_in_says_only_what_there_is():
    clinic = make_clinic(capacity=9)
    french, own = (
        make_channel(clinic, "fr", name="Salle"),
        make_channel(clinic, "ar", meeting_link="https://m.example/ar"),
    )
    make_person(clinic, "interpreter", "asked", channel=french)
    make_person(clinic, "interpreter", channel=own)
    seats = sign_up(clinic, 3)
    for seat, channel in zip(seats, (french, own, None), strict=True):
        Rsvp.objects.filter(pk=seat.pk).update(channel=channel)
    said = {}
    with speaking("en"):
        for seat in Rsvp.objects.order_by("pk"):
            said[seat.channel and seat.channel.language] = " ".join(ways_into(seat))

    assert "So far nobody interprets into it: you hear English." in said["fr"]
    assert "its own call" in said["ar"] and "“Interpretation”" not in said["ar"]
    assert "listen" not in said[None]
    assert "m.example" not in "".join(said.values())
    ClinicPerson.objects.filter(channel=french).update(state="accepted", answered_at=NOW)
    with speaking("en"):
        assert "choose the channel “Salle”" in ways_into(Rsvp.objects.earliest("pk"))[0]


@pytest.mark.parametrize(
    ("state", "said", "not_said"),
    [
        ("going", "give your seat back", "waiting"),
        ("waiting", "leave the list", "seat back"),
        ("offered", "A seat is kept for you until Mon 2 March 2026, 16:00 (UTC).", "seat back"),
    ],
)
def test_a_letter_speaks_of_what_the_reader_has(state, said, not_said):
    clinic = make_clinic()
    [seat] = sign_up(clinic, 1)
    columns = {
        "going": {},
        "waiting": {"seat": None, "seated_at": None, "place": 1},
        "offered": {"seated_at": None, "claim_by": NOW + 4 * HOUR},
    }
    Rsvp.objects.filter(pk=seat.pk).update(state=state, **columns[state])

    letter, _why = read("clinic_moved", notice_of(clinic=clinic, was={"minutes": 60}, rsvp=seat))

    assert said in letter.text and not_said not in letter.text
    assert "in which language you listen" not in letter.text  # nobody interprets
    assert ("link" in letter.text) == (state == "going")


def test_after_the_start_nobody_is_asked_to_give_a_seat_back():
    [seat] = sign_up(make_clinic(), 1)
    with time_machine.travel(START + HOUR, tick=False):
        assert "seat back" not in read("put_in", seat)[0].text


# Changes

WAS = {"venue": "in_person", "place": "Tunis"}


@pytest.mark.parametrize(
    ("becomes", "was", "sentences", "main"),
    [
        (WAS, {"venue": "call", "place": ""}, ["It takes place here, and not in a call: Tunis."], "place"),
        ({"venue": "call"}, WAS, ["It takes place in a call, and nobody needs to go anywhere."], "place"),
        ({**WAS, "place": "Sfax"}, WAS, ["It takes place here: Sfax, and not here: Tunis."], "place"),
        ({**WAS}, {**WAS, "place": ""}, ["It takes place here: Tunis."], "place"),
        (
            {**WAS, "place": ""},
            WAS,
            ["It does not take place here any more: Tunis. The page of the clinic will say where it is."],
            "place",
        ),
        (
            WAS,
            {"venue": "call", "place": "", "titles": {"en": "Old"}, "minutes": 60},
            [
                "It takes 2 hours, and not 1 hour.",
                "It takes place here, and not in a call: Tunis.",
                "It is called “Asking for money kindly”, and not “Old”.",
            ],
            "",
        ),
        ({}, {"titles": {"ar": "قديم"}}, ["Something about this clinic is not as it was."], "titles"),
    ],
)
def test_a_change_is_said_as_it_is_the_most_important_first(becomes, was, sentences, main):
    clinic = make_clinic()
    make_text(clinic, "ar", "جديد")
    for name, value in becomes.items():
        setattr(clinic, name, value)
    now = facts_of(clinic)
    notice = Notice(rsvp=Rsvp(clinic=clinic), change=ClinicChange(clinic=clinic, was={**now, **was}))
    with speaking("en"):
        if was == {"titles": {"ar": "قديم"}}:  # this reader was never shown that title
            clinic.known_title, notice.change.was["titles"] = "", {"ar": "قديم", "en": now["titles"]["en"]}
        assert changes_in_words(notice) == sentences
    assert main_change(notice) == main


@pytest.mark.parametrize(
    ("was", "said"),
    [
        ({"starts_at": (START - DAY).isoformat()}, True),
        ({"minutes": 60}, True),  # it ends later than it did
        ({"minutes": 180}, False),
        ({"titles": {"en": "Old"}}, False),
    ],
)
def test_a_clash_is_told_only_where_the_clinic_takes_other_hours(was, said):
    clinic, other = make_clinic(), make_clinic(title="Elsewhere")
    [seat] = sign_up(clinic, 1)
    Rsvp.objects.create(clinic=other, member=seat.member, state="going", seat=1, made_at=NOW, seated_at=NOW)
    notice = notice_of(clinic=clinic, was=was, rsvp=seat)

    letter, _why = read("clinic_moved", notice)

    assert ("You have a seat at “Elsewhere” at that time." in letter.text) is said
    assert takes_other_hours(notice) is said
    if said:
        assert letter.text.index("Elsewhere") < letter.text.index("When:")


def test_who_is_asked_hears_of_a_change_that_an_answer_is_needed_and_of_another_hour_by_its_own_letter():
    clinic = make_clinic()
    asked, comes = make_person(clinic, "sharer", "asked"), make_person(clinic, "host")
    notices = [notice_of(clinic=clinic, was={"minutes": 60}, person=person) for person in (asked, comes)]
    (to_asked, why), (to_who_comes, _) = (read("people_changed", notice) for notice in notices)

    for part in (to_asked.text, to_asked.html):
        assert "Please say on your page whether you can." in part and "nothing to do" not in part
        assert "step back" not in part
    assert why is None and ">Say yes or no</a>" in to_asked.html and "you were asked to take part" in to_asked.text
    assert "If you can still come, there is nothing to do." in to_who_comes.text and "step back" in to_who_comes.text
    assert to_asked.subject.startswith("Another length: ")
    Clinic.objects.update(starts_at=START + DAY)
    assert "asked again" in read("people_changed", notices[0])[1]


# What is not there


def test_whom_a_seat_was_offered_is_told_of_no_next_person_and_of_signing_up_while_that_can_be_done():
    clinic = make_clinic(closes_minutes_before=60)
    [seat] = sign_up(clinic, 1)
    with speaking("en"):
        open_words = expired_words(seat, "T")
        with time_machine.travel(START - HOUR, tick=False):
            closed_words = expired_words(seat, "T")

    assert "next" not in "".join([open_words.subject, *open_words.before, *open_words.after])
    assert "sign up again" in open_words.before[1] and "sign up again" not in closed_words.before[1]


@pytest.mark.parametrize(("capacity", "said"), [(2, "Your seat stays yours"), (1, "Nothing else changes for you")])
def test_who_waits_is_not_told_of_a_seat_where_nobody_interprets(capacity, said):
    seat = sign_up(make_clinic(capacity=capacity), 2)[1]
    need = LanguageNeed.objects.create(rsvp=seat, language="sw", state="not_this_time", made_at=NOW, answered_at=NOW)

    letter, why = read("language_answer", need)

    assert why is None and said in letter.text and ("seat" in letter.text.split("When:")[0]) == (capacity > 1)


@pytest.mark.parametrize(("state", "said"), [("announced", "Once the working group has noted"), ("held", "There is")])
def test_its_people_are_promised_a_certificate_as_it_can_be_had(state, said):
    person = make_person(
        make_clinic(starts_at=NOW - 3 * HOUR, state=state, held_at=NOW if state == "held" else None), "host"
    )

    letter, _why = read("people_thanks", notice_of("thanks", clinic=person.clinic, person=person))

    assert said in letter.text and "/certificate/" in letter.text
    assert letter.html.index("feedback") < letter.html.index("certificate")


def test_a_host_without_an_account_is_not_sent_to_the_page_of_the_host():
    clinic = make_clinic()
    guest, host = make_person(clinic, "host", address="sol@example.org"), make_person(clinic, "host")
    ChecklistItem.objects.create(clinic=clinic, name="tech_check", days=-7)
    letters = {who.pk: read("people_day", notice_of("day", clinic=clinic, person=who))[0].text for who in (guest, host)}

    assert "page of the host" not in letters[guest.pk] and "The page of the host shows" in letters[host.pk]


def test_material_that_was_due_before_an_interpreter_is_asked_is_not_promised_for_a_day_that_is_over():
    channel = make_channel(make_clinic(), "fr", material_days_before=14)
    person = make_person(channel.clinic, "interpreter", channel=channel)

    assert "You get the material by" not in read("person_confirmed", person)[0].text
    assert "not got any material" in read("person_confirmed", person)[0].text
    ClinicPerson.objects.filter(pk=person.pk).update(state="asked", answered_at=None)
    assert "material" not in read("person_asked", person)[0].text
    ClinicPerson.objects.filter(pk=person.pk).update(state="accepted", answered_at=NOW)
    channel.material_days_before = 5
    channel.save()
    assert "You get the material by Wed 4 March 2026." in read("person_confirmed", person)[0].text


def test_a_sample_of_a_message_reads_as_to_somebody_with_a_seat_and_holds_no_link_of_anybody():
    clinic = make_clinic()
    letter = sample(clinic, by=make_member(), texts={"en": ("Bring a pen", "Please")}, language="en", zone="UTC")

    assert "give your seat back" in letter.text and "/clinics/seats/" not in letter.text


@pytest.mark.parametrize("kind", ["clinic_cancelled", "person_cancelled"])
def test_a_reason_keeps_its_full_stop_in_a_letter_from_right_to_left(kind):
    clinic = make_clinic()
    about = sign_up(clinic, 1)[0] if kind == "clinic_cancelled" else make_person(clinic)
    Clinic.objects.update(state="cancelled", cancel_reason="The sharer is ill.")

    letter, why = read(kind, about, language="ar")

    assert why is None and "\u2068The sharer is ill.\u2069" in letter.text and "الاثنين، 9 مارس" in letter.text


def test_a_calendar_is_told_of_no_call_that_is_off_and_of_no_language_that_nobody_interprets():
    clinic = make_clinic()
    channel = make_channel(clinic, "fr")
    [seat] = sign_up(clinic, 1)
    Rsvp.objects.filter(pk=seat.pk).update(channel=channel)
    seat.refresh_from_db()
    with speaking("en"):
        event = event_for(seat)
        seat.state = "cancelled"
        off = event_for(seat)
        seat.state = "going"
        make_person(clinic, "interpreter", channel=channel)
        interpreted = event_for(Rsvp.objects.get(pk=seat.pk))

    assert event.place == "Online" and "leads to the call" in event.description and "listen" not in event.description
    assert "leads to the call" not in off.description and "The page of the clinic: http" in off.description
    assert interpreted.description.startswith("You listen in: French")


def test_what_others_wrote_keeps_its_punctuation_in_a_letter_from_right_to_left():
    person = make_person(make_clinic(), state="declined", answer_note="I am away.\nSorry!")
    [seat] = sign_up(person.clinic, 1)
    Rsvp.objects.filter(pk=seat.pk).update(state="cancelled", seat=None, seated_at=None)

    assert "\u2068I am away.\u2069\n\u2068Sorry!\u2069" in read("person_answered", person, language="ar")[0].text
    assert "/contact/" not in read("taken_out", seat)[0].text  # whoever answers is read, and no address breaks the line
