"""Clinics in the calendars of those who come and of their own people: what letters bring, move and take out."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest
from icalendar import Calendar

from clinics.domain.people import AnswerState
from clinics.models import ClinicPerson, Notice, Rsvp
from clinics.people.answering import answer
from clinics.people.asking import ask_person, release_person
from clinics.people.sweeps import hand_over
from clinics.planning.plans import cancel_clinic, change_clinic, reschedule
from clinics.seats.calendars import event_for, invitation_for, sequence_of
from clinics.seats.desk import take_out
from clinics.seats.leaving import give_seats_back
from clinics.seats.rsvps import cancel_rsvp, rsvp
from clinics.tests.factories import LINK, START, make_channel, make_clinic, make_person, make_text, sign_up
from clinics.tests.test_migrations import before
from letsconnect.base.links import absolute
from letsconnect.tests.database import change, refuses
from mailings import kinds
from mailings.models import Letter
from registrations.tests.factories import NOW, make_coordinator, make_member

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def event_in(part):
    calendar = Calendar.from_ical(part.content)
    [event] = calendar.walk("VEVENT")
    assert calendar["METHOD"] == part.method
    return event


def letter(kind, subject, language="en"):
    """The letter of this kind as it would be sent now: why it is not owed, or what a calendar program finds in it."""
    registered = kinds.get(f"clinics.{kind}")
    [subject] = registered.reads([subject.pk], NOW)
    reason = registered.still_owed(subject, NOW)
    return reason or registered.render(subject, language, "UTC").calendar


def arrived(kind, subject):
    assert Letter.objects.filter(kind=f"clinics.{kind}", about_id=subject.pk).update(
        state="sent", sent_at=NOW, tries=1, gathering_since=None
    )


def move(clinic, *, by, days=1, hour=18):
    start = START + timedelta(days=days)
    return reschedule(clinic=clinic, local_date=start.date(), local_time=time(hour), zone="UTC", by=by, now=NOW)


def what(event):
    return (event["UID"], event["SEQUENCE"], event["STATUS"], event["DTSTART"].dt, event["DTEND"].dt)


def test_a_seat_brings_an_invitation_with_its_owner_as_the_one_attendee():
    clinic = make_clinic(capacity=2)
    mine, other = sign_up(clinic, 2)

    part = letter("rsvp_recorded", mine)

    event, text = event_in(part), part.content.decode().replace("\r\n ", "")
    assert (part.method, part.name) == ("REQUEST", "lets-connect-clinic.ics")
    assert event["ATTENDEE"] == f"mailto:{mine.member.email}"
    assert other.member.email not in text and str(mine.uid) in event["UID"]
    assert event["SUMMARY"] == "Asking for money kindly"
    assert event["URL"] == absolute("clinics:clinic-detail", clinic.pk)
    assert event["DTSTART"].dt == START and event["DTSTART"].dt.utcoffset() == timedelta(0)
    assert event["DTEND"].dt - event["DTSTART"].dt == 2 * HOUR


def test_the_link_to_the_call_is_in_no_calendar():
    clinic = make_clinic(quiz_link="https://quiz.example.org/secret")
    [mine] = sign_up(clinic, 1)
    host = make_person(clinic, "host")

    for part in (letter("rsvp_recorded", mine), letter("person_confirmed", host)):
        text = part.content.decode().replace("\r\n ", "")
        assert LINK not in text and "quiz.example" not in text


def test_whoever_waits_has_nothing_in_a_calendar_until_they_move_up():
    clinic = make_clinic(capacity=1)
    going, waiting = sign_up(clinic, 2)

    assert letter("rsvp_recorded", waiting) is None
    cancel_rsvp(clinic=clinic, member=going.member, by=going.member, now=NOW)

    assert event_in(letter("moved_up", waiting))["STATUS"] == "CONFIRMED"


def test_time_length_and_cancellation_raise_the_sequence_and_texts_do_not():
    clinic, planner = make_clinic(), make_coordinator()
    [mine] = sign_up(clinic, 1)
    seen = [event_in(letter("rsvp_recorded", mine))]

    change_clinic(clinic=clinic, changes={"partner": "A group", "meeting_link": LINK + "2"}, by=planner, now=NOW)
    clinic.texts.update(title="Another title", preparation="Bring a budget")
    seen.append(event_in(letter("rsvp_recorded", mine)))
    move(clinic, by=planner)
    seen.append(event_in(letter("clinic_moved", Notice.objects.get())))
    change_clinic(clinic=clinic, changes={"minutes": 90}, by=planner, now=NOW)
    seen.append(event_in(letter("rsvp_recorded", mine)))
    arrived("rsvp_recorded", mine)
    cancel_clinic(clinic=clinic, reason="The sharer is ill", by=planner, now=NOW)
    part = letter("clinic_cancelled", mine)
    seen.append(event_in(part))

    assert [event["SEQUENCE"] for event in seen] == [0, 0, 1, 2, 3]
    assert {event["UID"] for event in seen} == {seen[0]["UID"]}
    assert (part.method, seen[-1]["STATUS"]) == ("CANCEL", "CANCELLED")
    assert seen[1]["SUMMARY"] == "Another title"
    assert seen[2]["DTSTART"].dt == datetime(2026, 3, 10, 18, tzinfo=UTC)
    assert seen[3]["DTEND"].dt - seen[3]["DTSTART"].dt == timedelta(minutes=90)


def test_whoever_gives_a_seat_back_gets_a_letter_that_takes_it_out_of_their_calendar():
    clinic = make_clinic()
    [mine] = sign_up(clinic, 1)
    before_that = event_in(letter("rsvp_recorded", mine))
    arrived("rsvp_recorded", mine)

    cancel_rsvp(clinic=clinic, member=mine.member, by=mine.member, now=NOW)

    part = letter("seat_given_back", mine)
    event = event_in(part)
    assert (part.method, event["STATUS"], event["UID"]) == ("CANCEL", "CANCELLED", before_that["UID"])
    assert event["SEQUENCE"] > before_that["SEQUENCE"]
    assert event["ATTENDEE"] == f"mailto:{mine.member.email}"
    assert Letter.objects.filter(kind="clinics.seat_given_back").count() == 1


@pytest.mark.parametrize("came_before", [False, True])
def test_an_offered_seat_comes_as_no_invitation_and_is_tentative_in_ones_own_calendar(came_before):
    clinic = make_clinic(capacity=1)
    [mine] = sign_up(clinic, 1)
    if came_before:
        arrived("rsvp_recorded", mine)
        cancel_rsvp(clinic=clinic, member=mine.member, by=mine.member, now=NOW)
    offered = {"state": "offered", "seat": 1, "seated_at": None, "claim_by": NOW + timedelta(hours=4)}
    Rsvp.objects.filter(pk=mine.pk).update(**offered, turn=2 if came_before else 1)
    mine.refresh_from_db()

    part = invitation_for(mine, "en", NOW)
    assert (part and part.method) == ("CANCEL" if came_before else None)  # what they gave back is taken out
    assert event_for(mine).is_tentative and not event_for(mine).is_cancelled


def test_nothing_is_taken_out_of_a_calendar_that_never_had_it():
    clinic = make_clinic(capacity=1)
    going, waiting = sign_up(clinic, 2)

    cancel_rsvp(clinic=clinic, member=waiting.member, by=waiting.member, now=NOW)
    cancel_rsvp(clinic=clinic, member=going.member, by=going.member, now=NOW)

    assert not Letter.objects.filter(kind="clinics.seat_given_back", about_id=waiting.pk).exists()
    assert letter("seat_given_back", going) == "they gave it back before they were told of it"
    going.refresh_from_db()
    assert invitation_for(going, "en", NOW) is None


def test_whoever_only_waited_and_was_told_so_has_nothing_taken_out():
    clinic = make_clinic(capacity=1)
    _going, waiting = sign_up(clinic, 2)
    arrived("rsvp_recorded", waiting)

    take_out(clinic=clinic, member=waiting.member, by=make_coordinator(), now=NOW)

    assert letter("taken_out", waiting) is None


def test_a_seat_taken_again_is_the_same_event_with_a_higher_sequence_each_time():
    clinic, planner = make_clinic(), make_coordinator()
    [mine] = sign_up(clinic, 1)
    uid, sequences = mine.uid, []
    for _turn in range(3):
        row = rsvp(clinic=clinic, member=mine.member, by=mine.member, now=NOW)
        row.clinic.refresh_from_db()
        sequences.append(sequence_of(row))
        row = cancel_rsvp(clinic=clinic, member=mine.member, by=mine.member, now=NOW)
        row.clinic.refresh_from_db()
        sequences.append(sequence_of(row))
        move(clinic, by=planner, days=_turn + 1)
        assert row.uid == uid

    assert sequences == sorted(set(sequences))


def test_whoever_waits_after_a_seat_they_gave_back_has_it_taken_out():
    """The letter about the queue may be the only one that goes out, if both were done within a minute."""
    clinic = make_clinic(capacity=1)
    mine, _other = sign_up(clinic, 2)
    arrived("rsvp_recorded", mine)
    cancel_rsvp(clinic=clinic, member=mine.member, by=mine.member, now=NOW)
    again = rsvp(clinic=clinic, member=mine.member, by=mine.member, now=NOW)

    assert again.is_waiting
    assert letter("rsvp_recorded", again).method == "CANCEL"
    told = sequence_of(again)
    cancel_rsvp(clinic=clinic, member=_other.member, by=_other.member, now=NOW)
    again.refresh_from_db()
    assert again.is_going and sequence_of(again) > told


def test_an_event_tells_languages_and_shortly_what_to_prepare_in_the_readers_language():
    clinic = make_clinic(title="")
    make_channel(clinic, "fr")
    make_text(clinic, "en", "Budgets", preparation="Read the guide.\n\n" + "and more " * 200)
    make_text(clinic, "ar", "ميزانيات، وأكثر؛ " + "طويل " * 20, preparation="اقرأ الدليل")
    make_person(clinic, "interpreter", channel=clinic.channels.get())
    [mine] = sign_up(clinic, 1)
    Rsvp.objects.update(channel=clinic.channels.get())

    english, arabic = event_in(letter("rsvp_recorded", mine)), event_in(letter("rsvp_recorded", mine, "ar"))

    lines = english["DESCRIPTION"].splitlines()
    assert lines[:3] == ["You listen in: French", "Spoken language: English", "Interpreted into: French"]
    assert lines[3].startswith("What to prepare: Read the guide. and more") and len(lines[3]) < 450
    assert lines[4].endswith(absolute("clinics:clinic-detail", clinic.pk))
    assert arabic["SUMMARY"].startswith("ميزانيات، وأكثر؛ طويل")
    assert "اقرأ الدليل" in arabic["DESCRIPTION"]
    assert all(len(line) <= 75 for line in letter("rsvp_recorded", mine, "ar").content.split(b"\r\n"))


def test_a_clinic_in_a_place_says_where():
    [mine] = sign_up(make_clinic(venue="in_person", place="The library, second floor; Tunis"), 1)

    assert event_in(letter("rsvp_recorded", mine))["LOCATION"] == "The library, second floor; Tunis"


@pytest.mark.parametrize("who", [{}, {"address": "sol@example.org"}])
def test_people_of_a_clinic_get_it_into_their_calendar_and_out_again(who):
    clinic, planner = make_clinic(), make_coordinator()
    person = make_person(clinic, "sharer", "asked", **who)
    address = person.member.email if person.member else person.address
    assert not letter("person_asked", person)

    answer(person=person, becomes=AnswerState.ACCEPTED, by=person.member, now=NOW)
    confirmed = event_in(letter("person_confirmed", person))
    arrived("person_confirmed", person)
    move(clinic, by=planner)
    moved = event_in(letter("person_moved", person))
    answer(person=person, becomes=AnswerState.ACCEPTED, by=person.member, now=NOW)
    again = event_in(letter("person_confirmed", person))
    answer(person=person, becomes=AnswerState.STEPPED_BACK, by=person.member, now=NOW)
    back = event_in(letter("person_stepped_back", person))
    ask_person(person=person, by=planner, now=NOW)
    release_person(person=person, by=planner, now=NOW)
    released = event_in(letter("person_released", person))

    events = [confirmed, moved, again, back, released]
    assert [event["STATUS"] for event in events] == ["CONFIRMED", "CANCELLED", "CONFIRMED", "CANCELLED", "CANCELLED"]
    assert {event["UID"] for event in events} == {confirmed["UID"]}
    assert {str(event["ATTENDEE"]) for event in events} == {f"mailto:{address}"}
    sequences = [event["SEQUENCE"] for event in events]
    assert sequences == sorted(set(sequences))
    assert "sharer" in confirmed["DESCRIPTION"]
    assert "/people/" not in confirmed["DESCRIPTION"], "the link that answers for them is no thing to share"


def test_people_who_never_said_yes_have_nothing_taken_out():
    clinic, planner = make_clinic(), make_coordinator()
    person = make_person(clinic, "host", "asked")

    move(clinic, by=planner)
    assert letter("person_moved", person) is None
    cancel_clinic(clinic=clinic, reason="No host", by=planner, now=NOW)
    assert letter("person_cancelled", person) is None


def test_an_address_that_becomes_an_account_keeps_its_event():
    person = make_person(make_clinic(), address="sol@example.org")
    uid = person.uid

    hand_over(person, to=make_member(), now=NOW)

    person.refresh_from_db()
    assert (person.uid, person.has_account) == (uid, True)


def test_whoever_leaves_the_portal_is_not_written_to_about_their_seat():
    [mine] = sign_up(make_clinic(), 1)
    give_seats_back(mine.member, by=mine.member, now=NOW)

    assert Rsvp.objects.get().state == "cancelled"
    assert not Letter.objects.filter(kind="clinics.seat_given_back").exists()


def test_two_seats_and_two_people_have_two_ids():
    one, two = sign_up(make_clinic(), 2)
    refuses("clinics_one_rsvp_per_uid", change(one, uid=two.uid))
    here, there = make_person(make_clinic()), make_person(make_clinic(starts_at=START + timedelta(days=1)))
    refuses("clinics_one_person_per_uid", change(here, uid=there.uid))


def test_seats_that_were_there_before_get_ids_that_differ():
    sign_up(make_clinic(), 3)
    make_person(make_clinic()), make_person(make_clinic(starts_at=START + timedelta(days=1)))

    with before("0029_calendars_know_clinics"):
        pass

    assert len(set(Rsvp.objects.values_list("uid", flat=True))) == 3
    assert all(isinstance(uid, UUID) for uid in ClinicPerson.objects.values_list("uid", flat=True))
    assert len(set(ClinicPerson.objects.values_list("uid", flat=True))) == 2
