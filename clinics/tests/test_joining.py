"""Joining the call of a clinic: by a button, by those who come, near the time; and what everybody else is told."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils.html import strip_tags

from clinics.attendance.joining import join, joining_of
from clinics.domain.attendance import CannotJoin, JoinAnswer, may_join
from clinics.domain.clinics import ClinicState, Venue
from clinics.domain.people import AnswerState, ClinicRole
from clinics.models import Attendance, Channel, ClinicPerson, Rsvp
from clinics.people.links import token_of
from clinics.seats.calendars import event_for
from clinics.tests.factories import LINK, START, make_channel, make_clinic, make_person, sign_up
from letsconnect.base.models import Act
from registrations.tests.factories import NOW, make_agreed_member, make_agreement, make_member

pytestmark = pytest.mark.django_db

OF_CHANNEL = "https://meet.example.org/the-room-in-french"
SOON = START - timedelta(minutes=20)


def page_of(clinic):
    return reverse("clinics:clinic-join", args=[clinic.pk])


def press(client, clinic, member, *, at=SOON, **data):
    client.force_login(member)
    with time_machine.travel(at, tick=False):
        return client.post(page_of(clinic), data)


def look(client, clinic, member, *, at=SOON):
    client.force_login(member)
    with time_machine.travel(at, tick=False):
        return client.get(page_of(clinic))


def words_of(response):
    return response.content.decode()


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({}, JoinAnswer.WELCOME),
        ({"state": ClinicState.HELD}, JoinAnswer.WELCOME),
        ({"now": START - timedelta(minutes=30)}, JoinAnswer.WELCOME),
        ({"now": START - timedelta(minutes=30, seconds=1)}, JoinAnswer.EARLY),
        ({"now": START + timedelta(minutes=119)}, JoinAnswer.WELCOME),
        ({"now": START + timedelta(minutes=120)}, JoinAnswer.OVER),
        ({"state": ClinicState.ARCHIVED}, JoinAnswer.OVER),
        ({"state": ClinicState.CANCELLED, "is_coming": False}, JoinAnswer.CANCELLED),
        ({"state": ClinicState.DRAFT}, JoinAnswer.NOT_ANNOUNCED),
        ({"is_coming": False}, JoinAnswer.NO_SEAT),
        ({"is_coming": False, "venue": Venue.IN_PERSON}, JoinAnswer.NO_SEAT),
        ({"venue": Venue.IN_PERSON}, JoinAnswer.IN_PERSON),
        ({"has_link": False}, JoinAnswer.NO_LINK),
    ],
)
def test_who_comes_gets_the_link_near_the_time(change, answer):
    usual = {
        "state": ClinicState.ANNOUNCED, "venue": Venue.CALL, "is_coming": True, "has_link": True, "starts_at": START,
        "ends_at": START + timedelta(minutes=120), "now": SOON,
    }  # fmt: skip

    assert may_join(**{**usual, **change}) == answer


def test_a_button_gives_the_link_and_notes_that_they_came(client):
    clinic = make_clinic()
    going = sign_up(clinic, 1)[0].member
    before = look(client, clinic, going)

    after = press(client, clinic, going)

    assert before.status_code == after.status_code == 200
    assert LINK not in words_of(before) and "Join now" in words_of(before)
    assert words_of(after).count(f'href="{LINK}"') == 1
    for response in (before, after):
        assert "no-store" in response["Cache-Control"] and response["Referrer-Policy"] == "same-origin"
    attendance = Attendance.objects.get()
    assert (attendance.clinic, attendance.member, attendance.joined_at) == (clinic, going, SOON)
    assert [(act.verb, act.actor) for act in Act.objects.on(attendance)] == [("join_clinic", going)]


def test_pressing_ten_times_is_one_attendance_and_the_first_moment_stays(client):
    clinic = make_clinic()
    going = sign_up(clinic, 1)[0].member

    pages = [press(client, clinic, going, at=SOON + timedelta(minutes=number)) for number in range(10)]

    assert all(LINK in words_of(page) for page in pages)
    assert Attendance.objects.get().joined_at == SOON
    assert Act.objects.filter(verb="join_clinic").count() == 1


def test_looking_notes_nothing_and_tells_no_link(client):
    clinic = make_clinic()
    going = sign_up(clinic, 1)[0].member
    for moment in (NOW, SOON, START, START + timedelta(hours=3)):
        assert LINK not in words_of(look(client, clinic, going, at=moment))
    assert not Attendance.objects.exists()


@pytest.mark.parametrize("role", ClinicRole.values)
def test_the_people_of_a_clinic_get_in_without_a_seat(client, role):
    clinic = make_clinic()
    person = make_person(clinic, role=role)
    asked = make_person(clinic, role=ClinicRole.HELPER, state=AnswerState.ASKED)

    assert LINK in words_of(press(client, clinic, person.member))
    assert LINK not in words_of(press(client, clinic, asked.member))
    assert [row.member for row in Attendance.objects.all()] == [person.member]


def test_nobody_else_gets_in_whatever_they_press(client):
    clinic = make_clinic(capacity=1)
    _going, waiting = (rsvp.member for rsvp in sign_up(clinic, 2))
    for member in (waiting, make_member()):
        response = press(client, clinic, member)
        assert response.status_code == 403 and LINK not in words_of(response)
    client.logout()
    assert client.post(page_of(clinic)).status_code == 302
    assert not Attendance.objects.exists()


WRITTEN_DOWN = {"state": ClinicState.HELD, "outcome": "Forty proverbs are kept.", "outcome_language": "en"}


@pytest.mark.parametrize(
    ("change", "moment", "says", "signs_in"),
    [
        ({}, SOON, "Sign in with the address to which our email came", True),
        ({"meeting_link": ""}, SOON, "Sign in with the address to which our email came", True),
        ({}, NOW, "The button to join appears on this page from Mon 9 March 2026, 11:30 (UTC)", True),
        ({"venue": Venue.IN_PERSON, "place": "Tunis"}, SOON, "This clinic is in person", False),
        ({"state": ClinicState.CANCELLED}, SOON, "has been cancelled. The reason: The sharer is ill.", False),
        ({}, START + timedelta(minutes=120), "The page of the clinic", False),
        (WRITTEN_DOWN, START + timedelta(minutes=120), "Its page has what was recorded and written down", False),
    ],
)
def test_who_is_signed_out_reads_why_nobody_joins_or_that_they_sign_in_first(client, change, moment, says, signs_in):
    clinic = make_clinic(**change)
    with time_machine.travel(moment, tick=False):
        page = client.get(page_of(clinic))

    assert page.status_code == 200 and says in strip_tags(words_of(page)) and LINK not in words_of(page)
    assert ("Sign in and join" in words_of(page) or "Sign in already now" in words_of(page)) == signs_in


@pytest.mark.parametrize(
    ("moment", "says"),
    [
        (NOW, "The button to join appears on this page from Mon 9 March 2026, 11:30 (UTC)"),
        (START + timedelta(minutes=120), ">The page of the clinic</a>"),
    ],
)
def test_before_and_after_the_page_says_what_to_do(client, moment, says):
    clinic = make_clinic()
    going = sign_up(clinic, 1)[0].member

    pressed = press(client, clinic, going, at=moment)

    assert says in words_of(look(client, clinic, going, at=moment))
    assert pressed.status_code == 409 and says in words_of(pressed)


def test_of_a_cancelled_clinic_the_page_says_why_and_what_else_there_is(client):
    clinic = make_clinic()
    going = sign_up(clinic, 1)[0].member
    edition = make_clinic(starts_at=START + timedelta(days=1), edition_of=clinic)
    type(clinic).objects.filter(pk=clinic.pk).update(state="cancelled", cancel_reason="The sharer is ill.")

    words = words_of(press(client, clinic, going))

    assert "The sharer is ill." in words and reverse("clinics:clinic-detail", args=[edition.pk]) in words
    assert LINK not in words


def test_who_chose_a_channel_with_a_call_of_its_own_goes_there_with_the_floor_as_the_other_choice(client):
    clinic = make_clinic()
    french = make_channel(clinic, "fr", meeting_link=OF_CHANNEL)
    on_floor, in_french = sign_up(clinic, 2)
    Rsvp.objects.filter(pk=in_french.pk).update(channel=french)
    interpreter = make_person(clinic, ClinicRole.INTERPRETER, channel=french).member

    for member in (in_french.member, interpreter):
        words = words_of(press(client, clinic, member))
        assert words.index(OF_CHANNEL) < words.index(LINK) and "Go to the meeting in French" in words
    assert OF_CHANNEL not in words_of(press(client, clinic, on_floor.member))


def test_a_channel_inside_the_one_call_is_named_with_how_to_choose_it(client):
    clinic = make_clinic()
    french = make_channel(clinic, "fr", name="Channel 2 (FR)")
    make_person(clinic, ClinicRole.INTERPRETER, channel=french)
    going = sign_up(clinic, 1)[0]
    Rsvp.objects.filter(pk=going.pk).update(channel=french)

    words = words_of(press(client, clinic, going.member))

    assert LINK in words and "Channel 2 (FR)" in words and "open “Interpretation”" in words


def test_a_clinic_in_person_gives_no_link_and_notes_nothing_by_itself(client):
    clinic = make_clinic(venue="in_person", place="Town hall, Accra")
    going = sign_up(clinic, 1)[0].member

    words = words_of(press(client, clinic, going))

    assert "Town hall, Accra" in words and LINK not in words and not Attendance.objects.exists()


def test_a_clinic_without_a_link_says_so_and_notes_nobody(client):
    clinic = make_clinic(meeting_link="")
    going = sign_up(clinic, 1)[0].member

    assert "has not entered a meeting link yet" in words_of(press(client, clinic, going))
    assert not Attendance.objects.exists()


def test_somebody_without_an_account_gets_in_by_the_button_of_their_letters_page(client):
    clinic = make_clinic()
    person = make_person(clinic, address="sol@example.org")
    member = make_person(clinic)
    join_page = reverse("clinics:person-join", args=[token_of(person)])
    with time_machine.travel(SOON, tick=False):
        assert LINK not in words_of(client.get(reverse("clinics:person-answer", args=[token_of(person)])))
        assert LINK in words_of(client.post(join_page))
        assert client.get(join_page).status_code == 405
        passed_on = client.post(reverse("clinics:person-join", args=[token_of(member)]))
    with time_machine.travel(NOW, tick=False):
        early = client.post(join_page)

    assert passed_on.status_code == early.status_code == 302
    assert client.post(reverse("clinics:person-join", args=["forged"])).status_code == 410
    assert not Attendance.objects.exists()


def test_an_account_that_is_closed_gets_in_nowhere():
    clinic = make_clinic()
    going = sign_up(clinic, 1)[0].member
    type(going).objects.filter(pk=going.pk).update(is_active=False)

    with pytest.raises(CannotJoin):
        join(clinic=clinic, member=going, now=SOON)


def test_the_page_takes_few_queries(client, django_assert_max_num_queries):
    clinic = make_clinic()
    going = sign_up(clinic, 1)[0].member
    press(client, clinic, going)

    client.force_login(going)
    with time_machine.travel(SOON, tick=False), django_assert_max_num_queries(18):
        client.post(page_of(clinic))


def test_without_a_seat_the_page_leads_to_one_and_near_the_start_a_free_one_is_taken_at_once(client):
    clinic, newcomer = make_clinic(capacity=1, closes_minutes_before=60), make_agreed_member(on=SOON.date())

    assert "Sign up on the page of the clinic" in words_of(look(client, clinic, newcomer, at=NOW))
    assert "Take the seat and join" in words_of(look(client, clinic, newcomer))
    taken = press(client, clinic, newcomer, seat="take")

    assert LINK in words_of(taken)
    assert Rsvp.objects.get().is_going and Attendance.objects.get().member == newcomer
    late = make_agreed_member(on=SOON.date())
    assert "All seats are taken" in words_of(look(client, clinic, late))
    assert LINK not in words_of(press(client, clinic, late, seat="take"))


def test_a_free_seat_is_taken_there_only_near_the_start_and_by_who_has_agreed(client):
    clinic, agreed, stranger = make_clinic(), make_agreed_member(on=SOON.date()), make_member()

    early = press(client, clinic, agreed, seat="take", at=NOW)
    unread = press(client, clinic, stranger, seat="take")

    page = reverse("clinics:clinic-detail", args=[clinic.pk])
    assert (early.status_code, early.url, unread.status_code) == (302, page, 422)
    assert LINK not in words_of(unread) and "Please agree to this first" in words_of(unread)
    assert not Rsvp.objects.exists()


def test_somebody_on_the_waiting_list_reads_their_place_and_takes_a_seat_that_is_given_back(client):
    clinic = make_clinic(capacity=1)
    going, waiting = sign_up(clinic, 2)
    make_agreement(waiting.member)
    assert "You are number 1 on the waiting list" in words_of(look(client, clinic, waiting.member, at=NOW))
    Rsvp.objects.filter(pk=going.pk).update(state="cancelled", seat=None, seated_at=None)

    assert LINK in words_of(press(client, clinic, waiting.member, seat="take"))


def test_where_the_interpreter_stepped_back_people_hear_the_floor():
    clinic = make_clinic()
    interpreter = make_person(clinic, ClinicRole.INTERPRETER)
    Channel.objects.update(meeting_link=OF_CHANNEL)
    seat = sign_up(clinic, 1)[0]
    Rsvp.objects.update(channel=interpreter.channel)

    def told():
        links = [one.link for one in joining_of(clinic, seat.member, now=START).entrances]
        return links, "You listen in: French" in event_for(Rsvp.objects.get()).description

    assert told() == ([OF_CHANNEL, LINK], True)
    ClinicPerson.objects.update(state=AnswerState.STEPPED_BACK)
    assert told() == ([LINK], False)
