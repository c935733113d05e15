"""The wish for another language at a clinic: the desk sees it, and whoever asked hears what comes of it."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from clinics.domain.clinics import ClinicClosed, NotYourClinic
from clinics.domain.people import ClinicRole
from clinics.domain.wishes import LanguageNeedState
from clinics.models import LanguageNeed
from clinics.seats.rsvps import cancel_rsvp
from clinics.signing_up.language_needs import LETTER, answer_language_need, needed_languages, tell_what_came
from clinics.tests.factories import START, make_channel, make_clinic, make_person, sign_up
from mailings import kinds
from mailings.models import Letter
from registrations.tests.factories import NOW, make_coordinator

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
ASKED, NOT_THIS_TIME = LanguageNeedState.ASKED, LanguageNeedState.NOT_THIS_TIME


@pytest.fixture
def clinic(db):
    return make_clinic(region="MENA", capacity=5)


def need(clinic, *languages, **fields):
    seats = sign_up(clinic, len(languages))
    return [
        LanguageNeed.objects.create(rsvp=seat, language=language, made_at=NOW, **fields)
        for seat, language in zip(seats, languages, strict=True)
    ]


def letters():
    return Letter.objects.filter(kind=LETTER)


def told(need, language="en"):
    need.refresh_from_db()
    return kinds.get(LETTER).render(need, language, "UTC")


def interpret(clinic, language):
    make_person(clinic, ClinicRole.INTERPRETER, channel=make_channel(clinic, language))


def test_the_desk_counts_what_people_need_most_people_first(clinic):
    need(clinic, "sw", "hi", "sw")
    asked = need(clinic, "hi", state="asked", answered_at=NOW)
    gone = need(clinic, "ja")[0].rsvp
    cancel_rsvp(clinic=clinic, member=gone.member, by=gone.member, now=NOW)

    counted = [
        (row.language, row.people, row.unanswered, row.is_asked)
        for row in needed_languages(LanguageNeed.objects.at(clinic))
    ]

    assert counted == [("hi", 2, 1, True), ("sw", 2, 2, False)]
    assert asked


@pytest.mark.parametrize(("answer", "says"), [(ASKED, "We have asked interpreters"), (NOT_THIS_TIME, "this time")])
def test_an_answer_tells_everybody_who_needs_the_language_once(clinic, answer, says):
    mine, other, another = need(clinic, "sw", "sw", "hi")
    planner = make_coordinator()

    counts = [
        answer_language_need(clinic=clinic, language="sw", answer=answer, by=planner, now=NOW) for _time in range(2)
    ]

    assert counts == [2, 0]
    assert sorted(letters().values_list("member", flat=True)) == [mine.rsvp.member_id, other.rsvp.member_id]
    assert says in told(mine).text
    another.refresh_from_db()
    assert another.state == LanguageNeedState.OPEN


def test_only_who_looks_after_the_clinic_answers(clinic, other_liaison, stranger):
    need(clinic, "sw")
    for somebody in (other_liaison, stranger):
        with pytest.raises(NotYourClinic):
            answer_language_need(clinic=clinic, language="sw", answer=ASKED, by=somebody, now=NOW)


def test_nobody_answers_once_it_has_begun(clinic):
    need(clinic, "sw")
    with pytest.raises(ClinicClosed):
        answer_language_need(clinic=clinic, language="sw", answer=ASKED, by=make_coordinator(), now=START)


@pytest.mark.parametrize(
    "before", [{}, {"state": "asked", "answered_at": NOW}, {"state": "not_this_time", "answered_at": NOW}]
)
def test_whoever_asked_hears_that_somebody_interprets_whatever_they_heard_before(clinic, before):
    [mine, other] = need(clinic, "sw", "hi", **before)
    make_channel(clinic, "hi")
    interpret(clinic, "sw")

    assert [tell_what_came(NOW), tell_what_came(NOW)] == [1, 0]

    assert "Somebody interprets into it now" in told(mine).text
    assert "Swahili" in told(mine).subject
    assert not letters().filter(member=other.rsvp.member).exists()


def test_a_need_opens_again_where_the_interpreter_falls_out_and_whoever_says_yes_next_is_told(clinic):
    [mine] = need(clinic, "sw")
    interpret(clinic, "sw")
    tell_what_came(NOW)
    facts = kinds.get(LETTER).facts
    mine.refresh_from_db()
    first = facts(mine)
    interpreters = clinic.people.filter(role=ClinicRole.INTERPRETER)
    interpreters.update(state="declined")

    assert [tell_what_came(NOW + MINUTE), tell_what_came(NOW + MINUTE)] == [0, 0]
    mine.refresh_from_db()
    assert (mine.state, mine.answered_at) == (LanguageNeedState.OPEN, None)
    assert [(row.unanswered, row.is_asked) for row in needed_languages(LanguageNeed.objects.at(clinic))] == [(1, False)]
    interpreters.update(state="accepted")
    assert tell_what_came(NOW + 2 * MINUTE) == 1

    assert "Somebody interprets into it now" in told(mine).text
    assert facts(mine) != first  # so that it is no letter that tells the same as the last


def test_whoever_asked_hears_at_the_start_that_there_is_nobody(clinic):
    [mine] = need(clinic, "sw")
    refused = need(clinic, "hi", state="not_this_time", answered_at=NOW)

    assert [tell_what_came(START - timedelta(seconds=1)), tell_what_came(START), tell_what_came(START)] == [0, 1, 0]

    assert "It has begun, and nobody interprets into it." in told(mine).text
    assert refused[0].rsvp.member_id not in letters().values_list("member", flat=True)


def test_nobody_is_told_of_a_clinic_of_last_week_or_one_that_is_cancelled(clinic):
    need(clinic, "sw")
    assert tell_what_came(START + timedelta(days=1)) == 0

    type(clinic).objects.filter(pk=clinic.pk).update(state="cancelled", cancel_reason="The sharer is ill.")
    assert tell_what_came(START) == 0


def test_whoever_gave_the_seat_back_hears_nothing(clinic):
    [mine] = need(clinic, "sw")
    interpret(clinic, "sw")
    tell_what_came(NOW)
    cancel_rsvp(clinic=clinic, member=mine.rsvp.member, by=mine.rsvp.member, now=NOW)

    assert not LanguageNeed.objects.exists()
    assert kinds.get(LETTER).still_owed(None, NOW) == "no longer signed up"


def test_the_desk_answers_on_the_tab_of_languages(client, clinic, liaison):
    need(clinic, "sw", "sw")
    client.force_login(liaison)
    tab = reverse("admin:clinics_clinic_languages", args=[clinic.pk])
    with time_machine.travel(NOW, tick=False):
        page = client.get(tab).content.decode()
        assert "What people need" in page
        assert "Swahili: 2 people" in page
        response = client.post(tab, {"do": "say_asked", "language": "sw"}, follow=True)

    assert "2 people are told." in response.content.decode()
    assert set(LanguageNeed.objects.values_list("state", flat=True)) == {"asked"}
