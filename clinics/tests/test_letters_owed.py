"""Which letters about clinics are owed, and what they do to calendars, whatever order things happen in."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinics.certificates.revoking import revoke_certificate, take_back_certificate
from clinics.domain.clinics import ClinicMoveNotAllowed
from clinics.domain.wishes import LanguageNeedState
from clinics.models import Attendance, Clinic, ClinicChange, ClinicPerson, LanguageNeed, Notice, OtherHeads, Rsvp
from clinics.notices.changes import facts_now
from clinics.notices.thanking import owe_thanks
from clinics.people.answering import answer
from clinics.people.asking import ask_person, release_person
from clinics.people.channels import remove_channel
from clinics.people.leaving import on_withdrawn
from clinics.planning.plans import cancel_clinic, change_clinic, reschedule
from clinics.seats.choices import change_channel
from clinics.seats.desk import put_in, take_out
from clinics.seats.offers import decline
from clinics.seats.rsvps import cancel_rsvp, rsvp
from clinics.seats.sweeps import give_seats_on, tell_still_waiting
from clinics.signing_up.language_needs import answer_language_need, tell_what_came
from clinics.tests.after_factories import make_certificate
from clinics.tests.factories import (
    START,
    make_attendance,
    make_clinic,
    make_person,
    make_text,
    sign_up,
)
from letsconnect.tests.database import change, refuses
from mailings import kinds
from mailings.ledger.preparing import prepare, read_facts
from mailings.models import Letter
from mailings.tests.factories import letters_that_leave
from registrations.models import Registration
from registrations.tests.factories import NOW, make_liaison, make_member, make_registration

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
END = START + 2 * HOUR


def send(now, *names):
    """Send what waits; return of each letter that left its kind and METHOD."""
    return [
        (letter.kind.removeprefix("clinics."), rendered.calendar and rendered.calendar.method)
        for letter, rendered in letters_that_leave(now, *(f"clinics.{name}" for name in names))
    ]


def go(clinic, member, now=NOW):
    return rsvp(clinic=clinic, member=member, by=member, now=now)


def leave(clinic, member, now=NOW):
    return cancel_rsvp(clinic=clinic, member=member, by=member, now=now)


def say(person, becomes, now=NOW):
    return answer(person=person, becomes=becomes, by=person.member, now=now)


def move(clinic, coordinator, *, hours=1, now=NOW):
    start = START + hours * HOUR
    return reschedule(
        clinic=clinic, local_date=start.date(), local_time=start.time(), zone="UTC", by=coordinator, now=now
    )


# Told again, where it is again


def test_whoever_was_out_of_it_and_has_the_same_place_again_is_told_again(coordinator):
    clinic = make_clinic(capacity=1)
    [seat] = sign_up(clinic, 1)
    member = seat.member
    assert send(NOW) == [("rsvp_recorded", "REQUEST")]

    take_out(clinic=clinic, member=member, by=coordinator, now=NOW + MINUTE)
    assert send(NOW + MINUTE) == [("taken_out", "CANCEL")]
    go(clinic, member, NOW + 2 * MINUTE)
    assert send(NOW + 3 * MINUTE) == [("rsvp_recorded", "REQUEST")]
    take_out(clinic=clinic, member=member, by=coordinator, now=NOW + 4 * MINUTE)
    put_in(clinic=clinic, member=member, by=coordinator, now=NOW + 5 * MINUTE)
    assert send(NOW + 6 * MINUTE) == [("put_in", "REQUEST")]  # nobody is told that they were out of it meanwhile


def test_whoever_declined_an_offer_and_waits_again_is_told_again():
    clinic = make_clinic(capacity=1)
    going, waiting = sign_up(clinic, 2)
    send(NOW + MINUTE)
    leave(clinic, going.member, START - 20 * HOUR)
    assert ("seat_offered", None) in send(START - 20 * HOUR)
    go(clinic, going.member, START - 20 * HOUR)
    decline(clinic=clinic, member=waiting.member, by=waiting.member, now=START - 19 * HOUR)
    go(clinic, waiting.member, START - 19 * HOUR)

    assert Rsvp.objects.get(pk=waiting.pk).is_waiting
    assert ("rsvp_recorded", None) in send(START - 18 * HOUR)


def test_each_answer_about_a_language_is_told_and_whoever_asks_again_is_answered_again(coordinator):
    clinic = make_clinic()
    [seat] = sign_up(clinic, 1)
    LanguageNeed.objects.create(rsvp=seat, language="sw", made_at=NOW)
    asked, not_now = LanguageNeedState.ASKED, LanguageNeedState.NOT_THIS_TIME
    for hour, said in enumerate((asked, not_now, asked, not_now)):
        now = NOW + hour * HOUR
        answer_language_need(clinic=clinic, language="sw", answer=said, by=coordinator, now=now)
        assert len(send(now, "language_answer")) == 1, hour
    LanguageNeed.objects.update(state="open", made_at=NOW + 5 * HOUR, answered_at=None)
    answer_language_need(clinic=clinic, language="sw", answer=not_now, by=coordinator, now=NOW + 6 * HOUR)
    assert len(send(NOW + 6 * HOUR, "language_answer")) == 1


def test_that_it_began_without_a_language_is_told_of_each_start(coordinator):
    clinic = make_clinic()
    [seat] = sign_up(clinic, 1)
    LanguageNeed.objects.create(rsvp=seat, language="sw", made_at=NOW)
    assert tell_what_came(START) == 1
    moved = move(clinic, coordinator, hours=48, now=START + MINUTE)

    assert send(START + MINUTE, "language_answer") == []
    assert (tell_what_came(START + HOUR), tell_what_came(moved.starts_at)) == (0, 1)
    assert send(moved.starts_at, "language_answer") == [("language_answer", None)]


def test_the_same_answer_to_a_new_question_is_told_to_the_planners(coordinator):
    person = make_person(make_clinic(), "sharer", "asked", asked_by=coordinator)
    say(person, "declined")
    assert ("person_answered", None) in send(NOW)
    ask_person(person=person, by=coordinator, now=NOW + HOUR)
    say(person, "declined", NOW + 2 * HOUR)

    assert ("person_answered", None) in send(NOW + 2 * HOUR)


# Which interpretation is lost


def listener_of(clinic, channel):
    [seat] = sign_up(clinic, 1)
    return change_channel(rsvp=seat, channel=channel, by=seat.member, now=NOW)


@pytest.mark.parametrize("end", ["declined", "released"])
def test_whoever_was_only_asked_to_interpret_is_no_loss(end, coordinator):
    clinic = make_clinic()
    person = make_person(clinic, "interpreter", "asked")
    listener_of(clinic, person.channel)

    if end == "declined":
        say(person, "declined")
    else:
        release_person(person=person, by=coordinator, now=NOW)

    assert not Letter.objects.filter(kind="clinics.clinic_moved").exists()


@pytest.mark.parametrize("end", ["declined", "released"])
def test_whoever_said_yes_and_cannot_at_the_new_hour_is_a_loss_and_their_old_hour_goes(end, coordinator):
    clinic = make_clinic()
    person = make_person(clinic, "interpreter", "asked")
    say(person, "accepted")
    listener_of(clinic, person.channel)
    assert ("person_confirmed", "REQUEST") in send(NOW)
    move(clinic, coordinator)
    assert ClinicPerson.objects.get().had_said_yes
    assert "not interpreted" not in text_of_change(NOW + 5 * MINUTE)

    if end == "declined":
        say(person, "declined", NOW + HOUR)
    else:
        release_person(person=person, by=coordinator, now=NOW + HOUR)

    assert "It is not interpreted any more into: French." in text_of_change(NOW + HOUR)
    assert not ClinicPerson.objects.get().had_said_yes


def text_of_change(now):
    letter = Letter.objects.filter(kind="clinics.clinic_moved").latest("pk")
    text = prepare(letter, read_facts([letter], now=now), now=now).rendered.text
    Letter.objects.filter(pk=letter.pk).update(state="sent", sent_at=now, tries=1, gathering_since=None)
    return text


def test_whoever_was_told_that_somebody_interprets_hears_that_nobody_does_any_more():
    clinic = make_clinic(capacity=9)
    [seat, _other] = sign_up(clinic, 2)
    LanguageNeed.objects.create(rsvp=seat, language="fr", made_at=NOW)
    person = make_person(clinic, "interpreter")
    assert tell_what_came(NOW) == 1

    say(person, "stepped_back")

    assert [letter.member for letter in Letter.objects.filter(kind="clinics.clinic_moved")] == [seat.member]


def test_only_who_is_asked_again_had_said_yes():
    refuses("clinics_only_who_is_asked_again_had_said_yes", change(make_person(make_clinic()), had_said_yes=True))


def test_a_lost_interpretation_and_its_channel_are_one_letter(coordinator):
    clinic = make_clinic(capacity=9)
    person = make_person(clinic, "interpreter")
    told = listener_of(clinic, person.channel)
    say(person, "stepped_back")
    late = listener_of(clinic, person.channel)  # by a page that was open since before
    remove_channel(channel=person.channel, by=coordinator, now=NOW + MINUTE)

    about = Letter.objects.filter(kind="clinics.channel_gone").values_list("about_id", flat=True)
    assert list(about) == [late.pk]
    assert Letter.objects.filter(kind="clinics.clinic_moved", member=told.member).count() == 1
    assert not Rsvp.objects.exclude(channel=None).exists()


# What takes something out of a calendar, and what does not


def test_nobody_who_was_never_invited_gets_a_cancellation(coordinator):
    clinic = make_clinic(capacity=1)
    sign_up(clinic, 2)
    make_person(clinic, "sharer", "asked")
    say(make_person(clinic, "host", "asked"), "accepted")
    cancel_clinic(clinic=clinic, reason="ill", by=coordinator, now=NOW)

    sent = send(NOW)
    assert sorted(sent) == [("clinic_cancelled", None)] * 2 + [("person_cancelled", None)] * 2


@pytest.mark.parametrize("first", ["leaves", "cancelled"])
def test_whoever_gives_a_seat_back_as_the_clinic_is_called_off_has_it_taken_out_once(first, coordinator):
    clinic = make_clinic()
    [seat] = sign_up(clinic, 1)
    send(NOW)
    acts = [
        lambda: leave(clinic, seat.member),
        lambda: cancel_clinic(clinic=clinic, reason="ill", by=coordinator, now=NOW),
    ]
    for act in acts if first == "leaves" else reversed(acts):
        act()

    assert send(NOW + MINUTE) == [("seat_given_back", "CANCEL")]


@pytest.mark.parametrize("end", ["stepped_back", "released", "moved_and_declined"])
def test_whoever_gives_a_part_back_as_the_clinic_is_called_off_has_it_taken_out_once(end, coordinator):
    clinic = make_clinic()
    person = make_person(clinic, "sharer", "asked")
    say(person, "accepted")
    send(NOW)
    if end == "released":
        release_person(person=person, by=coordinator, now=NOW)
    elif end == "moved_and_declined":
        move(clinic, coordinator)
        say(person, "declined")
    else:
        say(person, "stepped_back")
    cancel_clinic(clinic=clinic, reason="ill", by=coordinator, now=NOW)

    calendars = [method for kind, method in send(NOW + MINUTE) if kind.startswith("person_")]
    assert calendars == ["CANCEL"]


def test_whoever_steps_back_and_is_removed_at_once_has_it_taken_out(coordinator):
    person = make_person(make_clinic(), "sharer", "asked")
    say(person, "accepted")
    send(NOW)
    say(person, "stepped_back")

    assert release_person(person=person, by=coordinator, now=NOW).state == "released"
    assert ("person_stepped_back", "CANCEL") in send(NOW + MINUTE)
    assert release_person(person=person, by=coordinator, now=NOW + 2 * MINUTE) is None


def test_what_was_taken_out_of_a_calendar_is_not_taken_out_again(coordinator):
    clinic = make_clinic(capacity=1)
    [seat] = sign_up(clinic, 1)
    send(NOW)
    leave(clinic, seat.member)
    assert send(NOW + MINUTE) == [("seat_given_back", "CANCEL")]
    sign_up(clinic, 1)
    go(clinic, seat.member, NOW + HOUR)
    assert ("rsvp_recorded", None) in send(NOW + HOUR)
    take_out(clinic=clinic, member=seat.member, by=coordinator, now=NOW + 2 * HOUR)
    assert send(NOW + 2 * HOUR) == [("taken_out", None)]

    person = make_person(clinic, "host", "asked")
    say(person, "accepted")
    send(NOW + HOUR)
    move(clinic, coordinator, now=NOW + 2 * HOUR)
    assert ("person_moved", "CANCEL") in send(NOW + 2 * HOUR)
    say(person, "declined", NOW + 3 * HOUR)
    assert not [kind for kind, method in send(NOW + 3 * HOUR) if method == "CANCEL"]


def test_an_invitation_that_came_with_a_change_is_taken_out_as_well(coordinator):
    """Of a seat from before letters brought invitations: only what told of the change had one."""
    clinic = make_clinic()
    [seat] = sign_up(clinic, 1)
    Letter.objects.all().delete()
    change_clinic(clinic=clinic, changes={"minutes": 90}, by=coordinator, now=NOW + HOUR)
    assert send(NOW + HOUR) == [("clinic_moved", "REQUEST")]

    leave(clinic, seat.member, NOW + 2 * HOUR)

    assert send(NOW + 2 * HOUR) == [("seat_given_back", "CANCEL")]


def test_a_cancellation_that_perhaps_never_arrived_is_sent_again(coordinator):
    clinic = make_clinic(capacity=1)
    [seat] = sign_up(clinic, 1)
    send(NOW)
    leave(clinic, seat.member)
    Letter.objects.filter(kind="clinics.seat_given_back").update(
        state="uncertain", tries=1, reason="?", gathering_since=None
    )
    sign_up(clinic, 1)
    go(clinic, seat.member, NOW + HOUR)

    assert ("rsvp_recorded", "CANCEL") in send(NOW + HOUR)


@pytest.mark.parametrize("end", ["offered", "declined", "expired", "left", "part", "doors", "called_off", "all"])
def test_a_seat_given_back_before_letters_left_is_taken_out_whatever_becomes_of_the_turn_after_it(end, coordinator):
    """Nothing told them that they had given it back: they signed up again within the minute, and others came first."""
    clinic = make_clinic(capacity=1)
    mine, other = sign_up(clinic, 2)
    send(NOW)
    late = START - 20 * HOUR
    leave(clinic, mine.member, late)  # offered to the other one
    go(clinic, mine.member, late)
    if end in ("offered", "declined", "expired", "called_off"):
        decline(clinic=clinic, member=other.member, by=other.member, now=late)
        assert Rsvp.objects.get(pk=mine.pk).is_offered
    then, kind = late + MINUTE, "seat_given_back"
    if end == "offered":
        kind = "seat_offered"
    elif end == "declined":
        decline(clinic=clinic, member=mine.member, by=mine.member, now=then)
    elif end in ("expired", "called_off"):
        then, kind = late + 15 * HOUR, "offer_expired"
        give_seats_on(then)
        if end == "called_off":
            cancel_clinic(clinic=clinic, reason="ill", by=coordinator, now=then)
    elif end == "left":
        leave(clinic, mine.member, then)
    elif end == "part":
        say(make_person(clinic, "helper", "asked", member=mine.member), "accepted", then)
    elif end == "doors":
        then, kind = START - 30 * MINUTE, "still_waiting"
        tell_still_waiting(then)
    else:
        kind = "rsvp_recorded"

    assert [kind for kind, method in send(then) if method == "CANCEL"] == [kind]


def test_a_seat_and_a_part_at_one_clinic_are_one_entry_in_a_calendar():
    clinic = make_clinic()
    [seat] = sign_up(clinic, 1)
    send(NOW)
    person = make_person(clinic, "helper", "asked", member=seat.member)

    say(person, "accepted", NOW + HOUR)
    assert sorted(send(NOW + HOUR)) == [("person_confirmed", "REQUEST"), ("seat_given_back", "CANCEL")]
    say(person, "stepped_back", NOW + 2 * HOUR)
    go(clinic, seat.member, NOW + 2 * HOUR)
    assert sorted(send(NOW + 2 * HOUR)) == [("person_stepped_back", "CANCEL"), ("rsvp_recorded", "REQUEST")]


def test_whoever_withdraws_has_their_parts_taken_out_and_the_desk_hears_of_it_where_nobody_else_does():
    clinic, liaison = make_clinic(region="MENA"), make_liaison("MENA")
    registration = make_registration()
    member = registration.member
    yes = make_person(clinic, "host", "asked", member=member)
    say(yes, "accepted")
    make_person(clinic, "sharer", "asked", member=member)
    send(NOW)

    on_withdrawn(Registration, registration=registration, by=member, now=NOW + HOUR, leaves_clinics=True)

    heard = Letter.objects.filter(kind="clinics.person_answered", owed_at=NOW + HOUR)
    assert set(heard.values_list("member", flat=True)) == {liaison.pk}
    assert send(NOW + HOUR, "person_stepped_back") == [("person_stepped_back", "CANCEL")]


# About an hour that is another by now


def test_thanks_are_for_one_start_and_whoever_comes_to_the_next_is_thanked_then(coordinator):
    clinic = make_clinic()
    seat, other = sign_up(clinic, 2)
    make_person(clinic, "host")
    make_attendance(clinic, seat.member)
    assert owe_thanks(END + DAY) == 2
    assert owe_thanks(END + 5 * DAY) == 1  # the other one was missed
    moved = move(clinic, coordinator, hours=24 * 7, now=END + 5 * DAY)
    Attendance.objects.all().delete()

    after = ("thanks", "missed", "people_thanks")
    assert send(END + 5 * DAY, *after) == []
    assert owe_thanks(moved.ends_at - MINUTE) == 0
    say(ClinicPerson.objects.get(), "accepted", END + 5 * DAY)
    assert owe_thanks(moved.ends_at + DAY) == 3
    assert sorted(send(moved.ends_at + DAY, *after)) == [("people_thanks", None), ("thanks", None), ("thanks", None)]
    assert list(other.notices.exclude(kind="changed").values_list("kind", flat=True)) == ["missed", "thanks"]


def test_a_letter_after_a_clinic_that_was_made_longer_waits_for_no_end_that_has_not_come():
    clinic = make_clinic()
    [seat] = sign_up(clinic, 1)
    make_attendance(clinic, seat.member)
    owe_thanks(END + HOUR)
    Clinic.objects.update(minutes=8 * 60)

    assert send(END + 2 * HOUR, "thanks") == []


def test_the_people_of_a_clinic_are_offered_a_certificate_once_it_is_held():
    said = {}
    for state in ("announced", "held"):
        person = make_person(make_clinic(state=state), "host")
        assert [owe_thanks(now) for now in (END + HOUR - MINUTE, END + HOUR, END + DAY)] == [0, 1, 0]
        letter = Letter.objects.get(kind="clinics.people_thanks", member=person.member)
        said[state] = prepare(letter, read_facts([letter], now=END + DAY), now=END + DAY).rendered
    assert "There is a certificate" not in said["announced"].text + said["announced"].html
    assert "There is a certificate" in said["held"].text and "There is a certificate" in said["held"].html


# Who came


def test_that_its_own_people_came_says_nothing_of_the_others():
    clinic = make_clinic()
    sign_up(clinic, 1)
    make_attendance(clinic, make_person(clinic, "host").member)

    owe_thanks(END + 6 * DAY)

    assert set(Notice.objects.exclude(rsvp=None).values_list("kind", flat=True)) == {"thanks"}


def test_nobody_is_missed_while_somebody_looks_who_was_there(coordinator):
    clinic = make_clinic()
    came, unknown = sign_up(clinic, 2)
    make_attendance(clinic, came.member)
    brought = clinic.call_lists.create(brought_by=coordinator, brought_at=END, read=1)

    assert [owe_thanks(END + ago) for ago in (HOUR, 4 * DAY)] == [1, 0]
    assert owe_thanks(END + 5 * DAY) == 1
    assert Notice.objects.get(rsvp=unknown).kind == "thanks"
    Notice.objects.filter(rsvp=unknown).delete()
    brought.delete()
    assert owe_thanks(END + 5 * DAY) == 1
    assert Notice.objects.get(rsvp=unknown).kind == "missed"
    clinic.call_lists.create(brought_by=coordinator, brought_at=END, read=1)
    assert send(END + 5 * DAY, "missed") == []


def test_nobody_is_missed_who_may_be_one_of_those_counted_without_a_name(coordinator):
    clinic = make_clinic()
    came, unknown = sign_up(clinic, 2)
    make_attendance(clinic, came.member)
    OtherHeads.objects.create(clinic=clinic, number=1, counted_at=END, counted_by=coordinator)

    owe_thanks(END + 6 * DAY)

    assert Notice.objects.get(rsvp=unknown).kind == "thanks"


def test_whoever_was_told_that_they_were_missed_and_was_there_is_thanked_after_all():
    clinic = make_clinic()
    came, late = sign_up(clinic, 2)
    make_attendance(clinic, came.member)
    owe_thanks(END + 5 * DAY)
    make_attendance(clinic, late.member)

    assert [owe_thanks(END + ago) for ago in (5 * DAY, 6 * DAY)] == [1, 0]
    assert sorted(Notice.objects.filter(rsvp=late).values_list("kind", flat=True)) == ["missed", "thanks"]


def test_whoever_came_without_signing_up_is_thanked_once_with_feedback_and_certificate():
    clinic = make_clinic()
    there = make_attendance(clinic)
    make_attendance(clinic, make_person(clinic, "host").member)

    assert [owe_thanks(END + ago) for ago in (HOUR - MINUTE, HOUR, 2 * HOUR)] == [0, 2, 0]

    letter = Letter.objects.get(kind="clinics.thanks_without_seat")
    assert letter.member == there.member
    text = prepare(letter, read_facts([letter], now=END + HOUR), now=END + HOUR).rendered
    assert text.subject.startswith("Thank you for coming")
    assert f"/clinics/{clinic.pk}/feedback/" in text.text and f"/clinics/{clinic.pk}/certificate/" in text.html
    assert "because you were at this clinic" in text.text and "signed up" not in text.text + text.html
    there.delete()
    make_attendance(clinic, there.member)
    assert owe_thanks(END + DAY) == 0  # a tick that was taken back and given again
    assert send(END + HOUR, "thanks_without_seat") == []


# What is no news


def test_a_place_that_is_taken_out_is_not_said_to_be_another_hour(coordinator):
    clinic = make_clinic(venue="in_person", place="Tunis")
    sign_up(clinic, 1)

    change_clinic(clinic=clinic, changes={"place": ""}, by=coordinator, now=NOW)

    assert "moved to another time" not in text_of_change(NOW)


def test_a_title_that_is_another_for_others_only_by_now_is_no_news():
    clinic = make_clinic(title="Money")
    make_text(clinic, "fr", "Argent")
    [seat] = sign_up(clinic, 1)
    notice = Notice.objects.create(
        rsvp=seat,
        kind="changed",
        sequence=0,
        starts_at=START,
        made_at=NOW,
        change=ClinicChange.objects.create(clinic=clinic, was=facts_now(clinic), made_at=NOW),
    )
    for language, why in (("fr", "nothing is another for this reader"), ("en", None)):
        clinic.texts.filter(language=language).update(title="New")
        assert kinds.get("clinics.clinic_moved").still_owed(Notice.objects.get(pk=notice.pk), NOW) == why


def test_a_clash_is_told_with_another_time_only(coordinator):
    clinic, other = make_clinic(title="Here"), make_clinic(title="Elsewhere")
    [seat] = sign_up(clinic, 1)
    go(other, seat.member)
    send(NOW)
    clinic.texts.update(title="Here it is")
    change_clinic(clinic=clinic, changes={"venue": "in_person", "place": "Tunis"}, by=coordinator, now=NOW)
    assert "Elsewhere" not in text_of_change(NOW)
    change_clinic(clinic=clinic, changes={"minutes": 150}, by=coordinator, now=NOW + HOUR)
    assert "Elsewhere" in text_of_change(NOW + HOUR)


# Cancelling


@pytest.mark.parametrize("state", ["announced", "held"])
def test_a_clinic_that_has_begun_is_not_cancelled_as_if_it_were_to_come(state, coordinator):
    clinic = make_clinic(state=state)
    for now in (START, END, END + DAY):
        with pytest.raises(ClinicMoveNotAllowed):
            cancel_clinic(clinic=clinic, reason="ill", by=coordinator, now=now)


def test_a_draft_whose_hour_has_passed_is_cancelled_without_a_word(coordinator):
    clinic = make_clinic(state="draft")
    make_person(clinic, "host", "asked")

    assert cancel_clinic(clinic=clinic, reason="ill", by=coordinator, now=END).state == "cancelled"
    assert not Letter.objects.exists()


def test_moving_calling_off_and_telling_who_waits_take_the_same_statements_for_three_and_for_thirty(coordinator):
    moved, called_off, told = [], [], []
    for number in (1, 3, 30):  # what a process reads once is read
        clinic, full = make_clinic(capacity=40), make_clinic(capacity=1)
        for place in range(number):
            Rsvp.objects.create(
                clinic=clinic, member=make_member(), state="going", seat=place + 1, made_at=NOW, seated_at=NOW
            )
            Rsvp.objects.create(clinic=full, member=make_member(), state="waiting", place=place + 1, made_at=NOW)
            say(make_person(clinic, "helper", "asked"), "accepted")
        with CaptureQueriesContext(connection) as captured:
            move(clinic, coordinator)
        moved.append(len(captured))
        assert Letter.objects.filter(kind="clinics.person_moved", state="queued").count() >= number
        assert not Letter.objects.filter(kind="clinics.person_confirmed", state="queued").exists()
        with CaptureQueriesContext(connection) as captured:
            cancel_clinic(clinic=clinic, reason="ill", by=coordinator, now=NOW)
        called_off.append(len(captured))
        with CaptureQueriesContext(connection) as captured:
            assert tell_still_waiting(START - 30 * MINUTE) == number
        told.append(len(captured))
        assert Letter.objects.filter(kind="clinics.clinic_cancelled", about_id__in=clinic.rsvps.all()).count() == number
        assert Letter.objects.filter(kind="clinics.person_cancelled").count() >= number
        full.rsvps.update(state="cancelled", place=None)
    assert (moved[1], called_off[1], told[1]) == (moved[2], called_off[2], told[2])


# Certificates


def test_whose_certificate_the_desk_revokes_reads_why_and_who_takes_theirs_back_gets_no_letter(coordinator):
    clinic = make_clinic(state="held", starts_at=NOW - DAY)
    revoked, taken_back = (make_certificate(clinic, make_attendance(clinic).member) for _ in range(2))
    take_back_certificate(certificate=taken_back, by=taken_back.member, now=NOW)
    for _twice in range(2):
        revoke_certificate(certificate=revoked, reason="You were not there", by=coordinator, now=NOW)

    letter = Letter.objects.get(kind="clinics.certificate_revoked")
    assert letter.member == revoked.member
    text = prepare(letter, read_facts([letter], now=NOW), now=NOW).rendered
    assert "You were not there" in text.text and "You were not there" in text.html
    assert revoked.grouped_code not in text.text + text.html
