"""Asking people, their answers, channels, and what moving and cancelling a clinic means for them."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress

from clinics.domain.clinics import ClinicMoveNotAllowed, ClinicState, NotYourClinic
from clinics.domain.people import (
    AlreadyAsked,
    AnswerNotAllowed,
    AnswerState,
    BusyElsewhere,
    ChannelRefused,
    ClinicRole,
    PersonNotAsked,
    Turn,
    TurnTaken,
)
from clinics.models import AgendaItem, Appointment, Channel, ClinicPerson
from clinics.people import sweeps
from clinics.people.answering import answer, change_words, erase_person
from clinics.people.asking import Named, Part, add_person, ask_person, name_person, release_person
from clinics.people.channels import add_channel, change_channel, remove_channel
from clinics.planning.plans import cancel_clinic, change_clinic, reschedule
from clinics.tests.factories import START, make_channel, make_clinic, make_person
from letsconnect.base.models import Act
from mailings.models import Letter, LetterText, Suppression
from mailings.tests.factories import make_sent_letter
from registrations.participation.pausing import pause_registration
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_member, make_registration

pytestmark = pytest.mark.django_db
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
ADDRESS = "sol@example.org"
SHARER = Part(ClinicRole.SHARER)


def letters(kind, **fields):
    return Letter.objects.filter(kind=f"clinics.person_{kind}", **fields)


def waiting(kind):
    return letters(kind).exclude(state="skipped")


def asked(clinic=None, planner=None, part=SHARER, **named):
    """Somebody who was added and asked by a planner."""
    clinic, planner = clinic or make_clinic(), planner or make_coordinator()
    named = named or {"member": make_member()}
    person = add_person(clinic=clinic, part=part, named=Named(**named), by=planner, now=NOW)
    return ask_person(person=person, by=planner, now=NOW)


def say(person, becomes, *, now=NOW + MINUTE, **fields):
    return answer(person=person, becomes=becomes, by=person.member, now=now, **fields)


def test_nobody_is_written_to_before_the_planner_asks():
    planner, member = make_coordinator(), make_member()
    person = add_person(clinic=make_clinic(), part=SHARER, named=Named(member=member), by=planner, now=NOW)
    assert (person.state, letters("asked").count()) == (AnswerState.TO_ASK, 0)

    for _twice in range(2):
        person = ask_person(person=person, by=planner, now=NOW)

    assert (person.state, person.asked_at, person.asked_by) == (AnswerState.ASKED, NOW, planner)
    assert letters("asked").get().member == member
    assert [act.verb for act in Act.objects.on(person).order_by("pk")] == ["add_clinic_person", "ask_clinic_person"]


def test_a_role_is_given_once_and_again_only_to_whom_it_was_taken_back_from():
    planner, clinic, member = make_coordinator(), make_clinic(), make_member()
    person = asked(clinic, planner, member=member)
    for part in (SHARER, Part(ClinicRole.SHARER)):
        with pytest.raises(AlreadyAsked):
            add_person(clinic=clinic, part=part, named=Named(member=member), by=planner, now=NOW)
    add_person(clinic=clinic, part=Part(ClinicRole.HOST), named=Named(member=member), by=planner, now=NOW)

    release_person(person=person, by=planner, now=NOW + MINUTE)
    again = add_person(clinic=clinic, part=SHARER, named=Named(member=member), by=planner, now=NOW + MINUTE)
    assert (again.pk, again.state) == (person.pk, AnswerState.TO_ASK)
    assert ask_person(person=again, by=planner, now=NOW + MINUTE).version > person.version


def test_an_address_is_stored_in_its_one_form_and_one_that_proves_an_account_is_that_account():
    person = asked(address=" Sol@EXAMPLE.org ", name="Sol", language="fr")
    assert (person.address, person.language, person.member) == (ADDRESS, "fr", None)
    assert [(letter.address, letter.language) for letter in letters("asked")] == [(ADDRESS, "fr")]

    member = make_member(email="ana@example.org")
    assert asked(address="Ana@example.org", name="Ana").member == member
    EmailAddress.objects.create(user=member, email="ana@example.org", verified=False)
    assert asked(address="Ana@example.org", name="Ana").member is None


@pytest.mark.parametrize(
    "named",
    [
        {"address": "nobody", "name": "Sol"},
        {"address": ADDRESS},
        {"address": ADDRESS, "name": "\u200b"},
    ],
)
def test_somebody_without_an_account_needs_a_sound_address_and_a_name(named):
    with pytest.raises(PersonNotAsked):
        asked(**named)


def test_somebody_whom_no_letter_reaches_is_not_asked_and_the_planner_hears_why():
    Suppression.objects.suppress([ADDRESS], source="bounce", now=NOW)
    closed = make_member(is_active=False)
    for named in ({"address": ADDRESS, "name": "Sol"}, {"member": closed}, {"member": make_member(email=None)}):
        with pytest.raises(PersonNotAsked, match="do not reach"):
            asked(**named)
    assert letters("asked").count() == 0


def test_only_who_looks_after_a_clinic_changes_its_people_and_only_before_it_is_held():
    clinic, stranger = make_clinic(region="SA"), make_liaison("MENA")
    held, person = make_clinic(state=ClinicState.HELD), make_person(clinic)
    for act in (
        lambda by: add_person(clinic=clinic, part=SHARER, named=Named(member=make_member()), by=by, now=NOW),
        lambda by: ask_person(person=person, by=by, now=NOW),
        lambda by: release_person(person=person, by=by, now=NOW),
        lambda by: name_person(person=person, words={"name": "X"}, by=by, now=NOW),
        lambda by: add_channel(clinic=clinic, language="fr", by=by, now=NOW),
    ):
        with pytest.raises(NotYourClinic):
            act(stranger)
    with pytest.raises(ClinicMoveNotAllowed):
        asked(held)
    with pytest.raises(ClinicMoveNotAllowed):
        add_channel(clinic=held, language="fr", by=make_coordinator(), now=NOW)
    with pytest.raises(PersonNotAsked, match="has begun"):
        asked(make_clinic(starts_at=NOW - HOUR))


def test_a_yes_is_thanked_for_and_told_once_to_the_asker_and_to_the_hosts():
    clinic, planner = make_clinic(), make_coordinator()
    host = make_person(clinic, ClinicRole.HOST)
    outside = make_person(clinic, ClinicRole.HOST, address="host@example.org")
    make_person(clinic, ClinicRole.HOST, AnswerState.DECLINED)
    person = asked(clinic, planner)

    for _twice in range(2):
        person = say(person, AnswerState.ACCEPTED, note="  With pleasure ")

    assert (person.state, person.answered_at, person.answer_note) == ("accepted", NOW + MINUTE, "With pleasure")
    assert letters("confirmed").get().member == person.member
    told = {letter.member or letter.address for letter in letters("answered")}
    assert told == {planner, host.member, outside.address}
    assert Appointment.objects.filter(clinic=clinic, who=person.member.pk).exists()


def test_a_host_who_answers_is_not_told_of_it_and_a_planner_who_hosts_is_told_once():
    clinic, planner = make_clinic(), make_coordinator()
    host = asked(clinic, planner, Part(ClinicRole.HOST), member=planner)
    say(host, AnswerState.ACCEPTED)
    assert letters("answered").count() == 0

    say(asked(clinic, planner), AnswerState.DECLINED)
    assert letters("answered").get().member == planner


def test_minds_can_be_changed_until_the_clinic_begins():
    person = asked()
    for becomes in ("declined", "accepted", "stepped_back", "accepted"):
        person = say(person, AnswerState(becomes))
    assert waiting("answered").count() == waiting("confirmed").count() == 1  # the last one takes the others' place

    with pytest.raises(AnswerNotAllowed):
        say(person, AnswerState.DECLINED)
    with pytest.raises(AnswerNotAllowed, match="has begun"):
        say(person, AnswerState.STEPPED_BACK, now=START)


def test_nobody_says_yes_to_two_clinics_at_once_and_they_hear_to_which_they_have():
    member = make_member()
    make_person(make_clinic(title="Surveys"), member=member)
    second = asked(make_clinic(starts_at=START + HOUR), member=member)

    with pytest.raises(BusyElsewhere, match="Surveys"):
        say(second, AnswerState.ACCEPTED)

    second.refresh_from_db()
    assert (second.state, letters("answered").count()) == (AnswerState.ASKED, 0)


def test_two_interpreters_have_a_channel_and_a_turn_that_was_given_is_taken():
    clinic, planner = make_clinic(), make_coordinator()
    channel = add_channel(clinic=clinic, language="fr", by=planner, now=NOW)
    lead, relief = (Part(ClinicRole.INTERPRETER, channel, turn) for turn in (Turn.LEAD, Turn.RELIEF))
    first = asked(clinic, planner, lead)
    asked(clinic, planner, relief)
    with pytest.raises(TurnTaken):
        asked(clinic, planner, lead)
    with pytest.raises(PersonNotAsked):
        asked(clinic, planner, Part(ClinicRole.INTERPRETER))

    first = say(first, AnswerState.DECLINED)
    second = asked(clinic, planner, lead)
    with pytest.raises(TurnTaken):
        say(first, AnswerState.ACCEPTED)
    with pytest.raises(TurnTaken):
        ask_person(person=first, by=planner, now=NOW)
    say(second, AnswerState.ACCEPTED)
    assert list(Channel.objects.interpreted()) == [channel]


def test_a_channel_is_added_changed_and_removed_but_not_from_under_an_interpreter():
    clinic, planner = make_clinic(), make_coordinator()
    channel = add_channel(clinic=clinic, language="fr", name="Français", material_days_before=3, by=planner, now=NOW)
    assert channel.material_due_on == (START - 3 * DAY).date()
    for language in ("fr", "en", "klingon"):
        with pytest.raises(ChannelRefused):
            add_channel(clinic=clinic, language=language, by=planner, now=NOW)
    change_channel(channel=channel, name=" Canal 2 ", material_days_before=5, by=planner, now=NOW)
    channel.refresh_from_db()
    assert (channel.name, channel.material_days_before) == ("Canal 2", 5)

    person = asked(clinic, planner, Part(ClinicRole.INTERPRETER, channel, Turn.LEAD))
    with pytest.raises(ChannelRefused):
        remove_channel(channel=channel, by=planner, now=NOW)
    say(person, AnswerState.DECLINED)
    remove_channel(channel=channel, by=planner, now=NOW)
    assert (clinic.channels.count(), clinic.people.count()) == (0, 0)
    with pytest.raises(ChannelRefused, match="meanwhile"):
        remove_channel(channel=channel, by=planner, now=NOW)


def test_a_clinic_is_not_held_in_a_language_into_which_it_is_interpreted():
    clinic, planner = make_clinic(), make_coordinator()
    make_channel(clinic, "fr")

    with pytest.raises(ChannelRefused, match="Remove it first"):
        change_clinic(clinic=clinic, changes={"floor_language": "fr"}, by=planner, now=NOW)
    change_clinic(clinic=clinic, changes={"floor_language": "es"}, by=planner, now=NOW)
    assert clinic.channels.get().floor_language == "es"


def test_who_comes_or_may_come_hears_that_they_are_not_needed_and_others_are_just_forgotten():
    clinic, planner = make_clinic(), make_coordinator()
    states = ("asked", "accepted", "declined", "stepped_back", "to_ask")
    people = {state: make_person(clinic, state=state) for state in states}

    left = {state: release_person(person=person, by=planner, now=NOW) for state, person in people.items()}

    told = {letter.about_id for letter in letters("released")}
    assert told == {people["asked"].pk, people["accepted"].pk}
    assert [state for state, person in left.items() if person is None] == ["declined", "stepped_back", "to_ask"]
    assert Appointment.objects.count() == 0
    with pytest.raises(PersonNotAsked, match="meanwhile"):
        release_person(person=people["to_ask"], by=planner, now=NOW)


def moved(clinic, *, by, hours=24, **more):
    start = START + timedelta(hours=hours)
    return reschedule(
        clinic=clinic, local_date=start.date(), local_time=start.time(), zone="UTC", by=by, now=NOW, **more
    )


def test_whoever_said_yes_or_is_asked_is_asked_again_when_the_clinic_is_moved():
    clinic, planner = make_clinic(), make_coordinator()
    coming, not_coming = make_person(clinic), make_person(clinic, state="declined")
    unanswered = make_person(clinic, state="asked", reminded_at=NOW - DAY)

    moved(clinic, by=planner)

    for person in (coming, unanswered):
        person.refresh_from_db()
        assert (person.state, person.asked_at, person.reminded_at, person.answered_at) == ("asked", NOW, None, None)
    not_coming.refresh_from_db()
    assert (not_coming.state, {letter.about_id for letter in letters("moved")}) == (
        "declined",
        {coming.pk, unanswered.pk},
    )
    assert Appointment.objects.count() == 0


def test_a_clinic_is_not_moved_onto_another_one_of_its_people_and_only_who_may_know_hears_which():
    planner, liaison = make_coordinator(), make_liaison("SA")
    clinic = make_clinic(region="SA")
    other = make_clinic(starts_at=START + DAY, title="Surveys", state="draft")
    person = make_person(clinic, name="Ana of Accra")
    make_person(other, ClinicRole.HOST, member=person.member)

    with pytest.raises(BusyElsewhere, match=r"Ana of Accra is confirmed for “Surveys”"):
        moved(clinic, by=planner)
    with pytest.raises(BusyElsewhere, match="Ana of Accra is confirmed for another clinic"):
        moved(clinic, by=liaison)
    with pytest.raises(BusyElsewhere, match="Ana"):
        moved(clinic, by=None)
    clinic.refresh_from_db()
    person.refresh_from_db()
    assert (clinic.starts_at, person.state, letters("moved").count()) == (START, "accepted", 0)


def test_a_clinic_is_not_prolonged_into_another_one_of_its_people():
    clinic, planner = make_clinic(minutes=60), make_coordinator()
    person = make_person(clinic)
    make_person(make_clinic(starts_at=START + HOUR), member=person.member)

    with pytest.raises(BusyElsewhere):
        change_clinic(clinic=clinic, changes={"minutes": 90}, by=planner, now=NOW)
    change_clinic(clinic=clinic, changes={"minutes": 30}, by=planner, now=NOW)
    person.refresh_from_db()
    assert person.is_accepted


def test_a_clinic_can_be_moved_away_and_prolonged_in_one_step():
    clinic, planner = make_clinic(minutes=60), make_coordinator()
    person = make_person(clinic)
    make_person(make_clinic(starts_at=START + HOUR), member=person.member)
    day = (START + DAY).date()

    change_clinic(clinic=clinic, changes={"minutes": 120, "local_date": day}, by=planner, now=NOW)

    clinic.refresh_from_db()
    assert (clinic.starts_at, clinic.minutes) == (START + DAY, 120)


def test_its_people_hear_that_a_clinic_is_cancelled():
    clinic = make_clinic()
    people = [make_person(clinic, state=state) for state in ("accepted", "asked")]
    make_person(clinic, state="stepped_back")

    cancel_clinic(clinic=clinic, reason="The sharer is ill.", by=make_coordinator(), now=NOW)

    assert {letter.about_id for letter in letters("cancelled")} == {person.pk for person in people}
    assert Appointment.objects.count() == 0


def test_people_say_themselves_how_they_are_named():
    person = asked(address=ADDRESS, name="Sol")
    words = {"name": "Luna", "role_line": "grants officer", "group": "Wikimedia Ghana", "zone": "Africa/Accra"}

    person = change_words(person=person, words=words, by=None, now=NOW)
    assert (person.shown_name, person.role_line, person.group, person.zone) == tuple(words.values())
    change_words(person=person, words={"zone": "Mars/Olympus"}, by=None, now=NOW)
    with pytest.raises(PersonNotAsked):
        change_words(person=person, words={"name": ""}, by=None, now=NOW)
    member = make_person(make_clinic(), member=make_member(name="Ada"), name="A.")
    assert change_words(person=member, words={"name": ""}, by=member.member, now=NOW).shown_name == "Ada"


def test_one_reminder_comes_after_days_of_silence_and_never_another():
    person, pausing = asked(), make_registration()
    make_person(make_clinic(), state="accepted")
    make_person(make_clinic(starts_at=NOW + 6 * DAY), state="asked", asked_at=NOW)
    resting = asked(member=pausing.member)
    pause_registration(member=pausing.member, until=(NOW + 60 * DAY).date(), by=pausing.member, now=NOW)

    assert sweeps.remind_people(NOW + 4 * DAY) == 0
    assert [sweeps.remind_people(NOW + 5 * DAY + MINUTE) for _twice in range(2)] == [1, 0]
    assert letters("reminder").get().about_id == person.pk
    resting.refresh_from_db()
    assert resting.reminded_at is None


def test_somebody_without_an_account_is_forgotten_30_days_after_the_clinic():
    clinic = make_clinic()
    person, member = make_person(clinic, address=ADDRESS, answer_note="Sol is ill"), make_person(clinic)
    make_sent_letter(to=None, address=ADDRESS, kind="clinics.person_asked", about=person)
    make_sent_letter(kind="clinics.person_answered", about=person, text="Sol said yes.")
    over = clinic.ends_at + 30 * DAY

    assert sweeps.forget_addresses(over - MINUTE) == 0
    assert sweeps.forget_addresses(over) > 0

    assert list(ClinicPerson.objects.all()) == [member]
    assert not Letter.objects.filter(address=ADDRESS).exists()
    assert not LetterText.objects.filter(letter__about_id=person.pk).exists()


def test_somebody_without_an_account_erases_themselves_and_the_planners_hear_that_somebody_left():
    clinic, planner = make_clinic(), make_coordinator()
    person = say(asked(clinic, planner, address=ADDRESS, name="Sol"), AnswerState.ACCEPTED)

    erase_person(person=person, now=NOW + HOUR)

    assert (clinic.people.count(), Appointment.objects.count()) == (0, 0)
    assert not Letter.objects.filter(address=ADDRESS).exists()
    assert letters("left").get().member == planner
    with pytest.raises(AnswerNotAllowed):
        say(person, AnswerState.STEPPED_BACK)
    with pytest.raises(AnswerNotAllowed, match="account"):
        erase_person(person=make_person(clinic), now=NOW)


def proves(address):
    member = make_member(email=address)
    EmailAddress.objects.create(user=member, email=address, verified=True)
    return member


def test_what_an_address_was_asked_is_the_accounts_that_proves_it():
    person = make_person(make_clinic(), address=ADDRESS)
    assert sweeps.hand_to_accounts(NOW) == 0
    member = proves(ADDRESS)

    assert [sweeps.hand_to_accounts(NOW) for _twice in range(2)] == [1, 0]

    person.refresh_from_db()
    assert (person.member, person.address, person.state) == (member, "", "accepted")
    assert Appointment.objects.get().who == member.pk


@pytest.mark.parametrize(
    ("own", "of_address", "left"), [("accepted", "accepted", "own"), ("asked", "accepted", "other")]
)
def test_of_two_rows_for_one_role_the_one_with_a_yes_stays(own, of_address, left):
    clinic, member = make_clinic(), proves(ADDRESS)
    rows = {"own": make_person(clinic, state=own, member=member)}
    rows["other"] = make_person(clinic, state=of_address, address=ADDRESS)

    sweeps.hand_to_accounts(NOW)

    assert [person.pk for person in clinic.people.all()] == [rows[left].pk]
    assert clinic.people.get().member == member


@pytest.mark.parametrize(("own", "speaker"), [("accepted", "other"), ("asked", "own")])
def test_the_agenda_goes_on_naming_whoever_proves_an_address(own, speaker):
    clinic, member = make_clinic(), proves(ADDRESS)
    rows = {"own": make_person(clinic, state=own, member=member)}
    rows["other"] = make_person(clinic, address=ADDRESS)
    item = AgendaItem.objects.create(clinic=clinic, place=1, part="questions", minutes=10, person=rows[speaker])

    sweeps.hand_to_accounts(NOW)

    item.refresh_from_db()
    assert item.person == clinic.people.get()


def test_nobody_is_asked_again_about_two_clinics_that_are_over():
    member = proves(ADDRESS)
    make_person(make_clinic(), member=member)
    person = make_person(make_clinic(starts_at=START + HOUR), address=ADDRESS)

    sweeps.hand_to_accounts(START + 5 * HOUR)

    person.refresh_from_db()
    assert (person.address, person.state) == (ADDRESS, AnswerState.ACCEPTED)
    assert not letters("asked").exists()


def test_an_account_that_said_yes_elsewhere_is_asked_which_of_the_two_it_is():
    member = proves(ADDRESS)
    make_person(make_clinic(), member=member)
    person = make_person(make_clinic(starts_at=START + HOUR), address=ADDRESS)

    sweeps.hand_to_accounts(NOW)

    person.refresh_from_db()
    assert (person.member, person.state) == (member, AnswerState.ASKED)
    assert letters("asked").get().member == member
