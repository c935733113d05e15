"""The queue after the cut-off: offers, their end, the doors; and who needs no seat."""

from datetime import date, time, timedelta

import pytest

from clinics.domain import seats as domain
from clinics.domain.clinics import ClinicClosed, NotYourClinic
from clinics.domain.people import AnswerState, ChannelRefused
from clinics.domain.seats import BadSeatRule, ClinicFull, ComesAnyway, OfferGone, Queue
from clinics.models import Clinic, ClinicSeatRules, Rsvp
from clinics.people.answering import answer
from clinics.people.channels import remove_channel
from clinics.planning.plans import cancel_clinic, reschedule
from clinics.seats.choices import change_channel, show_name
from clinics.seats.offers import claim, decline
from clinics.seats.rsvps import cancel_rsvp, change_capacity, rsvp
from clinics.seats.rules import change_seat_rules
from clinics.seats.sweeps import give_seats_on, tell_still_waiting
from clinics.tests.factories import START, make_channel, make_clinic, make_person, sign_up
from letsconnect.base.models import Act
from mailings import kinds
from mailings.models import Letter
from registrations.tests.factories import NOW, make_liaison, make_member

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
LATE = START - 12 * HOUR  # after the cut-off
DOORS = START - 30 * MINUTE


def owed(kind, rsvp=None):
    letters = Letter.objects.filter(kind=f"clinics.{kind}")
    return letters if rsvp is None else letters.filter(member=rsvp.member)


def states(*rsvps):
    found = dict(Rsvp.objects.values_list("pk", "state"))
    return [found[one.pk] for one in rsvps]


def leave(one, now):
    return cancel_rsvp(clinic=one.clinic, member=one.member, by=one.member, now=now)


def take(clinic, member, now):
    return rsvp(clinic=clinic, member=member, by=member, now=now)


def full(waiting=2, **fields):
    """A clinic of one seat: who has it, and those who wait."""
    clinic = make_clinic(capacity=1, **fields)
    return clinic, *sign_up(clinic, 1 + waiting)


# What is decided without a database


def test_the_time_to_claim_never_grows_as_the_start_nears_and_ends_when_the_doors_open():
    lefts = [timedelta(minutes=minutes) for minutes in range(14 * 24 * 60, -60, -1)]
    spans = []
    for left in lefts:
        until = domain.claim_by(starts_at=START, now=START - left)
        assert until is None or until <= DOORS
        spans.append(until - (START - left) if until else timedelta(0))
    assert spans == sorted(spans, reverse=True)
    assert min(span for span in spans if span) == domain.SHORTEST
    assert domain.claim_by(starts_at=START, now=START - 40 * MINUTE) == DOORS
    assert domain.claim_by(starts_at=START, now=START - 39 * MINUTE) is None


@pytest.mark.parametrize(
    ("before", "becomes"),
    [
        (24 * HOUR + MINUTE, Queue.MOVES_UP),
        (24 * HOUR, Queue.IS_OFFERED),
        (40 * MINUTE, Queue.IS_OFFERED),
        (39 * MINUTE, Queue.STANDS),
        (-MINUTE, Queue.STANDS),
    ],
)
def test_the_queue_moves_up_until_the_cut_off_and_is_asked_after_it(before, becomes):
    assert domain.queue(starts_at=START, cut_off=24 * HOUR, now=START - before) is becomes


@pytest.mark.parametrize(
    ("seats", "capacity", "moves"),
    [
        ([1, 2, 3], 3, {}),
        ([2, 5], 2, {5: 1}),
        ([4, 5, 6], 2, {4: 1, 5: 2}),
        ([1, 3, 4], 2, {3: 2}),
        ([1, 2, 3], 1, {}),
    ],
)
def test_seats_beyond_the_capacity_come_back_into_it_as_far_as_they_fit(seats, capacity, moves):
    assert domain.renumbered(seats, capacity=capacity) == moves


# Offers


def test_after_the_cut_off_a_free_seat_is_offered_and_holds_its_number():
    _clinic, going, first, second = full()

    leave(going, LATE)

    first.refresh_from_db()
    assert (first.state, first.seat, first.place, first.claim_by) == ("offered", 1, None, LATE + 4 * HOUR)
    assert states(second) == ["waiting"] and second.position() == 1
    assert not owed("moved_up").exists()
    letter = owed("seat_offered").get()
    assert (letter.member, letter.gathering) == (first.member, "")
    act = Act.objects.get(verb="offer_seat")
    assert (act.actor, act.was, act.became) == (None, "waiting", "offered")


def test_who_claims_in_time_goes_and_claiming_twice_changes_nothing():
    clinic, going, first, _second = full()
    leave(going, LATE)

    for now in (LATE + HOUR, LATE + 9 * HOUR):
        claimed = claim(clinic=clinic, member=first.member, by=first.member, now=now)
        assert (claimed.state, claimed.seat, claimed.seated_at, claimed.claim_by) == ("going", 1, LATE + HOUR, None)

    assert Act.objects.filter(verb="claim_seat").count() == owed("moved_up", first).count() == 1
    assert decline(clinic=clinic, member=first.member, by=first.member, now=LATE + 2 * HOUR).is_going


def test_taking_a_seat_by_the_button_of_everybody_claims_the_offer():
    clinic, going, first, second = full()
    leave(going, LATE)

    assert take(clinic, first.member, LATE + HOUR).seat == 1
    assert take(clinic, second.member, LATE + HOUR).is_waiting


def test_an_offer_that_nobody_claims_ends_and_the_next_is_asked():
    clinic, going, first, second = full()
    leave(going, LATE)

    assert [give_seats_on(now) for now in (LATE + 4 * HOUR - MINUTE, LATE + 4 * HOUR, LATE + 5 * HOUR)] == [0, 1, 0]

    assert states(first, second) == ["expired", "offered"]
    assert clinic.rsvps.get(pk=second.pk).claim_by == LATE + 4 * HOUR + 2 * HOUR
    assert owed("offer_expired").get().member == first.member
    with pytest.raises(OfferGone):
        claim(clinic=clinic, member=first.member, by=first.member, now=LATE + 5 * HOUR)


def test_an_ended_offer_is_gone_before_the_sweep_and_who_asks_again_stands_at_the_end():
    clinic, going, first, second = full()
    leave(going, LATE)
    ended = LATE + 4 * HOUR

    with pytest.raises(OfferGone):
        claim(clinic=clinic, member=first.member, by=first.member, now=ended)
    again = take(clinic, first.member, ended)

    assert (again.state, again.turn, again.position()) == ("waiting", 2, 1)
    assert states(second) == ["offered"]


def test_a_newcomer_who_finds_an_ended_offer_does_not_get_ahead_of_the_queue():
    clinic, going, first, second = full()
    leave(going, LATE)

    newcomer = take(clinic, make_member(), LATE + 4 * HOUR)

    assert states(first, second, newcomer) == ["expired", "offered", "waiting"]
    clinic, going, first = full(waiting=1)
    leave(going, LATE)
    assert take(clinic, make_member(), LATE + 4 * HOUR).is_going  # nobody waited any more
    assert states(first) == ["expired"]


def test_who_declines_leaves_and_the_next_is_asked():
    clinic, going, first, second = full()
    leave(going, LATE)

    decline(clinic=clinic, member=first.member, by=first.member, now=LATE + HOUR)

    assert states(first, second) == ["cancelled", "offered"]
    assert Act.objects.get(verb="decline_seat").actor == first.member
    assert decline(clinic=clinic, member=second.member, by=second.member, now=LATE + HOUR).state == "cancelled"
    assert decline(clinic=clinic, member=going.member, by=going.member, now=LATE).state == "cancelled"
    assert decline(clinic=clinic, member=make_member(), by=None, now=LATE) is None


def test_more_seats_after_the_cut_off_are_offered_to_exactly_as_many_as_fit(coordinator):
    clinic, _going, *waiting = full(waiting=4)

    change_capacity(clinic=clinic, capacity=3, by=coordinator, now=LATE)

    assert states(*waiting) == ["offered", "offered", "waiting", "waiting"]
    change_capacity(clinic=clinic, capacity=1, by=coordinator, now=LATE)
    assert claim(clinic=clinic, member=waiting[1].member, by=None, now=LATE + HOUR).is_going  # nobody is thrown out
    decline(clinic=clinic, member=waiting[0].member, by=None, now=LATE + HOUR)
    assert states(*waiting) == ["cancelled", "going", "waiting", "waiting"]


def test_a_clinic_that_moves_away_needs_no_claims_and_one_that_comes_nearer_shortens_them(coordinator):
    clinic, going, first, _second = full()
    leave(going, LATE)
    moves = {"clinic": clinic, "zone": "UTC", "by": coordinator}

    reschedule(**moves, local_date=START.date(), local_time=time(4, 0), now=LATE)  # it was at 12:00

    first.refresh_from_db()
    assert first.claim_by == START - 8 * HOUR - 30 * MINUTE
    assert owed("seat_offered", first).count() == 2
    reschedule(**moves, local_date=date(2026, 3, 20), local_time=time(9, 0), now=LATE)
    assert states(first) == ["going"]


def test_a_cancelled_clinic_has_nothing_to_claim(coordinator):
    clinic, going, first, _second = full()
    leave(going, LATE)
    cancel_clinic(clinic=clinic, reason="ill", by=coordinator, now=LATE)

    with pytest.raises(ClinicClosed, match="cancelled"):
        claim(clinic=clinic, member=first.member, by=first.member, now=LATE + HOUR)
    assert take(clinic, first.member, LATE + HOUR).is_offered
    assert give_seats_on(LATE + 5 * HOUR) == 0


def test_a_closed_account_claims_nothing(member):
    clinic, going, first, _second = full()
    leave(going, LATE)
    type(member).objects.filter(pk=first.member_id).update(is_active=False)

    with pytest.raises(ClinicClosed):
        claim(clinic=clinic, member=first.member, by=first.member, now=LATE + HOUR)


def test_coordinators_set_when_offers_begin(coordinator):
    _clinic, going, first, _second = full()

    change_seat_rules(cut_off_hours=6, by=coordinator, now=NOW)
    leave(going, LATE)

    assert states(first) == ["going"]
    assert Act.objects.get(verb="change_seat_rules").reason.text == "cut_off_hours: 24 → 6"
    with pytest.raises(BadSeatRule):
        change_seat_rules(cut_off_hours=0, by=coordinator, now=NOW)
    with pytest.raises(NotYourClinic):
        change_seat_rules(cut_off_hours=5, by=make_liaison("MENA"), now=NOW)
    assert ClinicSeatRules.objects.current().cut_off == 6 * HOUR


# The doors


def test_offers_end_when_the_doors_open_and_who_still_waits_is_told_then():
    clinic, going, first, second = full()
    leave(going, DOORS - 15 * MINUTE)
    assert clinic.rsvps.get(pk=first.pk).claim_by == DOORS - 5 * MINUTE

    give_seats_on(DOORS - 5 * MINUTE)  # too late to ask the next
    assert states(first, second) == ["expired", "waiting"]
    assert (tell_still_waiting(DOORS), owed("still_waiting").get().member) == (1, second.member)


def test_from_then_on_whoever_finds_a_seat_free_takes_it_whatever_the_queue_and_the_closing():
    clinic, going, first, second = full(closes_minutes_before=180)
    leave(going, DOORS)
    assert states(first, second) == ["waiting", "waiting"]

    newcomer = take(clinic, make_member(), DOORS)

    assert (newcomer.state, newcomer.seat) == ("going", 1)
    for person in (second.member, make_member()):
        with pytest.raises(ClinicFull):
            take(clinic, person, START + HOUR)
    assert states(second) == ["waiting"]


def test_who_waits_takes_a_seat_they_find_at_the_door_until_the_end(coordinator):
    clinic, _going, first, second = full()
    change_capacity(clinic=clinic, capacity=3, by=coordinator, now=DOORS + MINUTE)

    taken = take(clinic, second.member, clinic.ends_at - MINUTE)

    assert (taken.state, taken.turn) == ("going", 1)
    assert Act.objects.get(verb="take_free_seat").was == "waiting"
    with pytest.raises(ClinicClosed):
        take(clinic, make_member(), clinic.ends_at)
    assert take(clinic, first.member, clinic.ends_at).is_waiting


# Who needs no seat


@pytest.mark.parametrize("role", ["sharer", "interpreter", "host", "helper"])
def test_its_own_people_take_no_seat_and_give_theirs_on_when_they_say_yes(role):
    clinic, going, first, _second = full()
    part = make_person(clinic, role, AnswerState.ASKED, member=going.member)

    answer(person=part, becomes=AnswerState.ACCEPTED, by=going.member, now=NOW)

    assert states(going, first) == ["cancelled", "going"]
    with pytest.raises(ComesAnyway):
        take(clinic, going.member, NOW)
    answer(person=part, becomes=AnswerState.STEPPED_BACK, by=going.member, now=NOW)
    assert take(clinic, going.member, NOW).is_waiting


# What they choose


def test_people_choose_a_channel_of_the_clinic_and_lose_the_choice_with_the_seat():
    clinic = make_clinic()
    [one] = sign_up(clinic, 1)
    french, elsewhere = make_channel(clinic), make_channel(make_clinic())

    for _time in range(2):
        change_channel(rsvp=one, channel=french, by=one.member, now=NOW)
        show_name(rsvp=one, shows=True, by=one.member, now=NOW)

    one.refresh_from_db()
    assert (one.channel, one.shows_name) == (french, True)
    assert Act.objects.filter(verb__in=("choose_channel", "show_name_to_others")).count() == 2
    with pytest.raises(ChannelRefused):
        change_channel(rsvp=one, channel=elsewhere, by=one.member, now=NOW)
    with pytest.raises(ClinicClosed):
        change_channel(rsvp=one, channel=None, by=one.member, now=clinic.ends_at)
    leave(one, NOW)
    one.refresh_from_db()
    assert (one.channel, one.shows_name) == (None, False)
    with pytest.raises(ClinicClosed):
        show_name(rsvp=one, shows=True, by=one.member, now=NOW)


def test_who_listens_in_a_channel_that_is_removed_keeps_the_seat_and_is_told(coordinator):
    clinic = make_clinic()
    one, other = sign_up(clinic, 2)
    french = make_channel(clinic)
    change_channel(rsvp=one, channel=french, by=one.member, now=NOW)

    remove_channel(channel=french, by=coordinator, now=NOW)

    one.refresh_from_db(), other.refresh_from_db()
    assert (one.channel, one.state) == (None, "going")
    letter = owed("channel_gone").get()
    assert letter.member == one.member
    kind = kinds.get("clinics.channel_gone")
    assert kind.still_owed(one, NOW) is None
    assert "language spoken there: English" in kind.render(one, "en", "UTC").text
    change_channel(rsvp=one, channel=make_channel(clinic, "es"), by=one.member, now=NOW)
    one.refresh_from_db()
    assert kind.still_owed(one, NOW) == "they have chosen another language"


# How offers read


def test_an_offer_says_until_when_and_leads_to_the_page_of_the_seat():
    _clinic, going, first, _second = full()
    leave(going, LATE)
    first = Rsvp.objects.get(pk=first.pk)
    kind = kinds.get("clinics.seat_offered")

    letter = kind.render(first, "en", "Africa/Cairo")

    assert "06:00" in letter.subject and "06:00" in letter.text  # 04:00 UTC
    assert "/clinics/" in letter.text and "secret-room" not in letter.text + letter.html
    assert kind.still_owed(first, LATE) is None
    assert kind.still_owed(first, first.claim_by) == "the offer has ended"
    claim(clinic=first.clinic, member=first.member, by=first.member, now=LATE)
    assert kind.still_owed(Rsvp.objects.get(pk=first.pk), LATE) == "no seat is offered any more"


def test_who_is_offered_a_seat_gets_no_letter_that_they_wait():
    _clinic, going, first, second = full()
    leave(going, LATE)
    recorded = kinds.get("clinics.rsvp_recorded")

    assert "offered" in recorded.still_owed(Rsvp.objects.get(pk=first.pk), LATE)
    assert recorded.still_owed(second, LATE) is None


def test_clinics_that_are_quiet_cost_the_sweep_two_queries(django_assert_num_queries):
    for _ in range(3):
        full()
    assert Clinic.objects.count() == 3
    with django_assert_num_queries(2):
        assert give_seats_on(LATE) == 0


def test_a_shorter_cut_off_gives_those_who_were_offered_a_seat_theirs(coordinator):
    _clinic, going, first, _second = full()
    leave(going, LATE)
    assert states(first) == ["offered"]

    change_seat_rules(cut_off_hours=6, by=coordinator, now=LATE + MINUTE)

    assert states(first) == ["going"] and owed("moved_up", first).count() == 1


@pytest.mark.parametrize("is_held", [True, False])
def test_an_offer_ends_also_where_nothing_came_by_the_clock_until_the_clinic_was_over(is_held):
    clinic, going, first, second = full()
    leave(going, LATE)
    if is_held:
        Clinic.objects.update(state="held", held_at=clinic.ends_at)

    assert give_seats_on(clinic.ends_at + 5 * HOUR) == 1
    assert states(first, second) == ["expired", "waiting"]
    assert give_seats_on(clinic.ends_at + 6 * HOUR) == 0
