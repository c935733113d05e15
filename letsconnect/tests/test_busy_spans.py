"""What people have agreed to, as every app says it to the others: spans of time, never what for."""

from datetime import UTC, datetime, timedelta

import pytest

from clinics.domain.clinics import ClinicState, RsvpState
from clinics.models import Rsvp
from clinics.people.busy import NAME as PEOPLE
from clinics.people.busy import busy_during
from clinics.seats.busy import NAME as SEATS
from clinics.seats.clashes import clashes_of
from clinics.tests.factories import START, make_clinic, make_person
from letsconnect.base import busy
from matching.domain.sessions import ChosenTime, HourTaken, SessionState
from matching.sessions import hours
from matching.sessions.agreeing import confirm_time, propose_times, seen_as
from matching.sessions.busy import NAME as SESSIONS
from matching.tests.factories import make_match
from matching.tests.session_factories import make_session
from registrations.tests.factories import NOW, make_member, make_registration

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def seat(member, clinic, state=RsvpState.GOING):
    is_going = state == RsvpState.GOING
    return Rsvp.objects.create(
        clinic=clinic,
        member=member,
        state=state,
        seat=1 if is_going else None,
        seated_at=NOW if is_going else None,
        place=1 if state == RsvpState.WAITING else None,
        made_at=NOW,
    )


def spans_of(member, *of):
    return busy.spans([member.pk], now=NOW, provider_names=of or busy.names())[member.pk]


def test_sessions_and_clinics_say_when_their_people_are_busy():
    assert busy.names() == [PEOPLE, SEATS, SESSIONS]


def test_an_agreed_session_keeps_both_busy_until_it_is_over():
    session = make_session(starts_at=NOW - HOUR / 2)
    for person in (session.learner, session.sharer):
        assert spans_of(person.member) == [(session.starts_at, session.ends_at)]
    assert spans_of(make_member()) == []
    assert busy.spans([session.learner.member_id], now=session.ends_at, provider_names=[SESSIONS]) == {
        session.learner.member_id: []
    }


@pytest.mark.parametrize("state", [SessionState.PROPOSED, SessionState.CANCELLED])
def test_what_is_not_agreed_keeps_nobody_busy(state):
    session = make_session(state)

    assert spans_of(session.learner.member) == []


def test_a_seat_keeps_its_member_busy_and_a_turn_in_the_queue_does_not():
    member, waiting, clinic = make_member(), make_member(), make_clinic(starts_at=NOW + HOUR)
    seat(member, clinic)
    seat(waiting, clinic, RsvpState.WAITING)

    assert spans_of(member) == [(clinic.starts_at, clinic.ends_at)]
    assert spans_of(waiting) == []
    assert spans_of(member, SESSIONS) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"state": ClinicState.DRAFT},
        {"state": ClinicState.CANCELLED},
        {"starts_at": NOW - 3 * HOUR, "minutes": 60},
    ],
)
def test_a_clinic_that_does_not_take_place_or_is_over_keeps_nobody_busy(fields):
    member = make_member()
    seat(member, make_clinic(**fields))

    assert spans_of(member) == []


def test_many_people_cost_as_many_queries_as_one(django_assert_num_queries):
    sessions = [make_session() for _ in range(4)]
    members = [person.member_id for one in sessions for person in (one.learner, one.sharer)]
    for number in (1, len(members)):
        with django_assert_num_queries(4):
            busy.spans(members[:number], now=NOW, provider_names=busy.names())


def two_who_can_meet():
    hours_free = {"windows": [(18 * 60, 20 * 60)], "zone": "UTC"}
    return make_match(
        "connected",
        learner=make_registration(member=make_member(zone="UTC"), wishes=["wikidata"], **hours_free),
        sharer=make_registration(member=make_member(zone="UTC"), offers=["wikidata"], **hours_free),
    )


def to_choose(match):
    weeks = hours.to_choose(match, mine="UTC", theirs="UTC", name="Asha", now=NOW)
    return [choice.value for week in weeks for day in week.days for choice in day.choices]


@pytest.mark.parametrize("who", ["learner", "sharer"])
@pytest.mark.parametrize("comes", ["seat", "helper"])
def test_hours_at_which_one_of_two_is_at_a_clinic_are_not_proposed_to_them(who, comes):
    match = two_who_can_meet()
    before = to_choose(match)
    starts_at = datetime.strptime(before[0], "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
    clinic, member = make_clinic(starts_at=starts_at, minutes=60), getattr(match, who).member
    if comes == "seat":
        seat(member, clinic)
    else:
        make_person(clinic, "helper", member=member)

    assert to_choose(match) == [value for value in before if value >= hours.value_of(clinic.ends_at)] != before


def test_an_hour_typed_or_chosen_all_the_same_is_refused_without_telling_of_the_other():
    match = two_who_can_meet()
    learner, sharer = match.learner.member, match.sharer.member
    starts_at = START.replace(hour=19, minute=0)
    chosen = ChosenTime(starts_at, "UTC")
    session = propose_times(match=match, times=[chosen], seen_version="", by=learner, now=NOW)
    seat(sharer, make_clinic(starts_at=starts_at, minutes=60))

    with pytest.raises(HourTaken, match="You have a seat at a clinic at that time"):
        confirm_time(session=session, starts_at=starts_at, seen_version=seen_as(session), by=sharer, now=NOW)
    with pytest.raises(HourTaken) as refusal:
        propose_times(match=match, times=[chosen], seen_version=seen_as(session), by=learner, now=NOW)
    assert str(refusal.value) == "The other person cannot meet at that time any more. Please choose another one."


def test_other_hours_people_agreed_to_are_in_the_way_of_a_clinic_and_their_part_in_it_is_not():
    clinic, session = make_clinic(), make_session(starts_at=START + HOUR)
    busy_one, seated, free = session.learner.member, make_member(), make_member()
    make_person(make_clinic(starts_at=START + HOUR), "helper", member=seated)
    make_person(clinic, "host", member=free)

    assert busy_during(clinic, [busy_one.pk, seated.pk, free.pk], now=NOW) == {busy_one.pk, seated.pk}
    assert busy_during(clinic, [], now=NOW) == set()


@pytest.mark.parametrize("state", ["asked", "declined", "stepped_back"])
def test_only_a_yes_to_a_clinic_that_takes_place_keeps_its_people_busy(state):
    member = make_member()
    clinic = make_clinic()
    make_person(clinic, member=member)
    make_person(make_clinic(starts_at=START + 9 * HOUR), state=state, member=member)
    make_person(make_clinic(starts_at=START + 19 * HOUR, state="cancelled"), member=member)

    assert spans_of(member) == [(clinic.starts_at, clinic.ends_at)]


def test_whoever_takes_a_seat_at_the_hour_of_a_session_is_told_so_and_nothing_more():
    session, clinic = make_session(starts_at=START + HOUR), make_clinic()

    for person in (session.learner, session.sharer):
        assert clashes_of(person.member, clinic, NOW) == ["You have a 1:1 session at that time."]
    assert clashes_of(make_member(), clinic, NOW) == []
