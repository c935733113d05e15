"""Proposing, confirming, moving and cancelling hours, stale pages and people who leave included."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from letsconnect.base.models import Act, ActReason
from mailings.models import Letter
from matching.domain.matches import ClosedWhy, NotYourMatch, ReasonMissing, Side
from matching.domain.sessions import (
    REMINDERS,
    ChosenTime,
    HourTaken,
    NothingToAgree,
    SessionChanged,
    SessionState,
    TimeNotPossible,
    WhyCancelled,
)
from matching.matches.answering import complete_match, withdraw_from_match
from matching.models import Match, Session
from matching.sessions.agreeing import (
    cancel_session,
    confirm_time,
    keep_the_hour,
    propose_times,
    seen_as,
    set_call_link,
)
from matching.sessions.sweeps import lapse_proposals, remind_of_sessions
from matching.tests.factories import make_match
from matching.tests.session_factories import make_session
from registrations import events
from registrations.domain.registrations import Step
from registrations.participation import blocking, pausing
from registrations.privacy import erasing
from registrations.tests.factories import NOW, make_member, make_registration

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def match():
    return make_match("connected")


def at(*days, zone="Africa/Tunis"):
    return [ChosenTime(NOW + day * DAY, zone) for day in days]


def propose(match, side, *days, now=NOW, **given):
    member = match.person(side).member
    given.setdefault("seen_version", seen_as(match.sessions.open(now=now).first()))
    return propose_times(match=match, times=at(*days), by=member, now=now, **given)


def confirm(session, side, day, now=NOW, **given):
    session = Session.objects.get(pk=session.pk)
    given.setdefault("seen_version", seen_as(session))
    return confirm_time(session=session, starts_at=NOW + day * DAY, by=session.person(side).member, now=now, **given)


def cancel(session, side, now=NOW, **given):
    session = Session.objects.get(pk=session.pk)
    values = {
        "why": WhyCancelled.CANNOT,
        "seen_version": seen_as(session),
        "by": session.person(side).member,
        "now": now,
    }
    return cancel_session(session=session, **values | given)


def agree(match, day=3):
    return confirm(propose(match, Side.LEARNER, day), Side.SHARER, day)


def letters():
    """The kinds of letter owed so far, each with how many."""
    kinds = Letter.objects.order_by("pk").values_list("kind", flat=True)
    return [kind.removeprefix("matching.session_") for kind in kinds]


def test_one_proposes_three_times_and_the_other_chooses_one(match):
    session = propose(match, Side.LEARNER, 3, 4, 5)

    assert (session.state, session.waiting_for, session.times.count()) == ("proposed", "sharer", 3)
    assert session.times.first().zone == "Africa/Tunis"
    assert letters() == ["proposed_sharer"]

    session = confirm(session, Side.SHARER, 4)

    assert (session.state, session.waiting_for, session.sequence) == ("confirmed", "", 0)
    assert (session.starts_at, session.ends_at) == (NOW + 4 * DAY, NOW + 4 * DAY + HOUR)
    assert session.times.count() == 0
    assert letters() == ["proposed_sharer", "agreed_learner", "agreed_sharer"]
    assert list(Act.objects.filter(object_type="matching.session").order_by("pk").values_list("verb", flat=True)) == [
        "propose_times",
        "agree_on_session",
    ]


def test_the_other_proposes_others_instead(match):
    session = propose(match, Side.SHARER, 3)
    session = propose(match, Side.LEARNER, 6, 7, minutes=30)

    assert (session.waiting_for, session.turn) == ("sharer", 2)
    assert [time.starts_at for time in session.times.all()] == [NOW + 6 * DAY, NOW + 7 * DAY]
    assert Session.objects.count() == 1
    with pytest.raises(SessionChanged):
        confirm(session, Side.SHARER, 3)
    assert confirm(session, Side.SHARER, 7).ends_at == NOW + 7 * DAY + HOUR / 2


def test_changing_ones_own_times_puts_the_newest_into_the_letter_that_waits(match):
    propose(match, Side.SHARER, 3)
    session = propose(match, Side.SHARER, 4, 5)

    assert [time.starts_at for time in session.times.all()] == [NOW + 4 * DAY, NOW + 5 * DAY]
    assert letters() == ["proposed_learner", "proposed_learner"]
    assert Letter.objects.filter(state="queued").count() == 1


def test_one_cannot_choose_ones_own_times(match):
    session = propose(match, Side.SHARER, 3)

    with pytest.raises(NothingToAgree, match="other person’s turn"):
        confirm(session, Side.SHARER, 3)


@pytest.mark.parametrize("days", [(-1,), (0.01,), (43,), (3, 3), (3, 4, 5, 6), ()])
def test_times_that_cannot_be_are_refused(match, days):
    with pytest.raises(TimeNotPossible):
        propose(match, Side.LEARNER, *days)
    assert not Session.objects.exists()


def test_a_time_that_has_begun_meanwhile_cannot_be_chosen(match):
    session = propose(match, Side.LEARNER, 1, 5)

    with pytest.raises(TimeNotPossible, match="passed in the meantime"):
        confirm(session, Side.SHARER, 1, now=NOW + DAY)
    assert confirm(session, Side.SHARER, 5, now=NOW + DAY).state == "confirmed"


def test_a_moved_hour_keeps_its_uid_and_counts_on(match):
    first = agree(match)
    moving = propose(match, Side.SHARER, 8)

    assert (moving.pk, moving.is_being_moved, moving.starts_at) == (first.pk, True, first.starts_at)
    moved = confirm(moving, Side.LEARNER, 8)

    assert (moved.uid, moved.sequence, moved.starts_at) == (first.uid, 1, NOW + 8 * DAY)
    assert letters()[-3:] == ["proposed_learner", "moved_learner", "moved_sharer"]


def test_the_agreed_hour_stays_if_the_other_likes(match):
    agree(match)
    session = propose(match, Side.SHARER, 8)

    kept = keep_the_hour(session=session, seen_version=seen_as(session), by=match.learner.member, now=NOW)

    assert (kept.starts_at, kept.is_being_moved, kept.times.count()) == (NOW + 3 * DAY, False, 0)
    assert letters()[-1] == "kept_sharer"
    with pytest.raises(NothingToAgree, match="to move"):
        keep_the_hour(session=kept, seen_version=seen_as(kept), by=match.learner.member, now=NOW)


def test_taking_back_ones_own_wish_to_move_writes_to_nobody(match):
    agree(match)
    session = propose(match, Side.SHARER, 8)

    keep_the_hour(session=session, seen_version=seen_as(session), by=match.sharer.member, now=NOW)

    assert letters()[-1] == "proposed_learner"


def test_a_cancelled_hour_says_so_to_both_and_is_free_again(match):
    session = cancel(agree(match), Side.SHARER, note=" My child is ill. ")

    assert (session.state, session.sequence, session.cancelled_note) == ("cancelled", 1, "My child is ill.")
    assert letters()[-2:] == ["cancelled_learner", "cancelled_sharer"]
    assert not ActReason.objects.exists()
    assert agree(match).state == "confirmed"


def test_whoever_stops_looking_for_an_hour_tells_the_other(match):
    session = propose(match, Side.LEARNER, 3)

    assert cancel(session, Side.SHARER, why=WhyCancelled.NO_TIME_FITS).sequence == 0
    assert letters()[-1] == "dropped_learner"
    assert session.times.count() == 0


@pytest.mark.parametrize("why", ["", "lapsed", "match_over", "paused", "moon"])
def test_people_cancel_for_a_reason_that_is_theirs(match, why):
    session = agree(match)

    with pytest.raises(ReasonMissing):
        cancel(session, Side.LEARNER, why=why)


def test_nothing_is_done_from_a_stale_page(match):
    old = seen_as(propose(match, Side.LEARNER, 3))
    session = propose(match, Side.LEARNER, 4)
    agreed = confirm(session, Side.SHARER, 4)

    for member in (match.learner.member, match.sharer.member):
        with pytest.raises(SessionChanged):
            confirm_time(session=session, starts_at=NOW + 4 * DAY, seen_version=old, by=member, now=NOW)
        with pytest.raises(SessionChanged):
            cancel_session(session=session, why="cannot", seen_version=old, by=member, now=NOW)
        with pytest.raises(SessionChanged):
            keep_the_hour(session=session, seen_version=old, by=member, now=NOW)
        for seen in (old, ""):
            with pytest.raises(SessionChanged):
                propose_times(match=match, times=at(9), seen_version=seen, by=member, now=NOW)
    assert Session.objects.get().version == agreed.version


def test_a_stale_page_is_told_so_in_the_language_of_its_reader(match):
    propose(match, Side.LEARNER, 3)

    with translation.override("fr"), pytest.raises(SessionChanged, match=r"^L’autre personne"):
        propose_times(match=match, times=at(9), seen_version="", by=match.learner.member, now=NOW)


def test_a_button_pressed_twice_agrees_once(match):
    session = propose(match, Side.LEARNER, 3)
    seen = seen_as(session)

    first, second = (confirm(session, Side.SHARER, 3, seen_version=seen) for _ in range(2))

    assert first.version == second.version
    assert letters().count("agreed_learner") == 1


def test_nobody_else_has_a_say(match):
    session = propose(match, Side.LEARNER, 3)
    stranger, seen = make_member(), seen_as(session)
    given = {"by": stranger, "now": NOW}

    with pytest.raises(NotYourMatch):
        propose_times(match=match, times=at(3), seen_version=seen, **given)
    with pytest.raises(NotYourMatch):
        confirm_time(session=session, starts_at=NOW + 3 * DAY, seen_version=seen, **given)
    with pytest.raises(NotYourMatch):
        cancel_session(session=session, why="cannot", seen_version=seen, **given)
    with pytest.raises(NotYourMatch):
        keep_the_hour(session=session, seen_version=seen, **given)
    with pytest.raises(NotYourMatch):
        set_call_link(session=session, link="https://x.example.org/", **given)


@pytest.mark.parametrize("state", ["asked", "completed", "ended"])
def test_hours_are_agreed_in_connected_matches_only(state):
    match = make_match(state)

    with pytest.raises(NothingToAgree, match="match is over"):
        propose(match, Side.LEARNER, 3)


def test_once_it_has_begun_it_is_neither_moved_nor_cancelled_and_then_another_follows(match):
    session = agree(match)
    begun, over = NOW + 3 * DAY + HOUR / 2, NOW + 3 * DAY + HOUR

    for act in (lambda: cancel(session, Side.LEARNER, now=begun), lambda: propose(match, Side.LEARNER, 5, now=begun)):
        with pytest.raises(NothingToAgree, match="has begun"):
            act()
    with pytest.raises(SessionChanged):
        cancel(session, Side.LEARNER, now=over)
    second = propose(match, Side.LEARNER, 5, now=over)
    assert second.pk != session.pk
    assert second.uid != session.uid
    assert list(Session.objects.over(now=over)) == [session]


@pytest.mark.parametrize("role", list(Side))
@pytest.mark.parametrize("again", list(Side))
def test_one_person_agrees_on_one_hour_at_a_time_and_is_told_whose_it_is(match, role, again):
    agree(match, day=3)
    busy = match.person(role)
    other = make_match("connected", skill="budgeting", **{again.value: busy})
    proposed_before = make_session("proposed", match=other, waiting_for=again.other, times=[NOW + 3 * DAY + HOUR / 2])

    with pytest.raises(
        HourTaken, match=f"You have another session at that time: .*{match.person(role.other).shown_name}"
    ):
        propose(other, again, 3)
    with pytest.raises(HourTaken, match="The other person cannot meet") as refusal:
        confirm(proposed_before, again.other, 3 + 0.5 / 24)
    assert match.person(role.other).shown_name not in str(refusal.value)
    assert propose(other, again, 3 + 1 / 24).waiting_for == again.other


def test_the_call_link_is_kept_for_the_next_time_and_stands_in_no_log(match):
    link = "https://meet.example.org/our-room"
    session = agree(match)

    set_call_link(session=session, link=link, by=match.learner.member, now=NOW)
    set_call_link(session=session, link=link, by=match.sharer.member, now=NOW)

    assert Act.objects.filter(verb="set_call_link").count() == 1
    assert not ActReason.objects.exists()
    with pytest.raises(ValidationError):
        set_call_link(session=session, link="http://x", by=match.learner.member, now=NOW)
    cancel(session, Side.LEARNER)
    with pytest.raises(NothingToAgree):
        set_call_link(session=session, link=link, by=match.learner.member, now=NOW)
    assert propose(match, Side.LEARNER, 6).call_link == link


def leave_by_ending(match):
    withdraw_from_match(match=match, by=match.sharer.member, why=ClosedWhy.NO_TIME, now=NOW)


def leave_by_withdrawing(match):
    pausing.withdraw_registration(member=match.sharer.member, leaves_clinics=False, by=match.sharer.member, now=NOW)


def leave_by_blocking(match):
    me = match.sharer.member
    blocking.block_person(member=me, blocked=match.learner.member, by=me, now=NOW)


def leave_by_erasing(match):
    erasing.erase_member(member=match.sharer.member, by=match.sharer.member, now=NOW)


def leave_by_completing(match):
    complete_match(match=match, by=match.sharer.member, now=NOW)


@pytest.mark.parametrize(
    "leave", [leave_by_ending, leave_by_withdrawing, leave_by_blocking, leave_by_erasing, leave_by_completing]
)
def test_the_end_of_a_match_cancels_what_is_ahead(match, leave):
    over = make_session(match=match, starts_at=NOW - DAY)
    agreed = make_session(match=match, call_link="https://meet.example.org/x")
    proposed = make_session("proposed", match=match)

    leave(match)

    found = {session.pk: session for session in Session.objects.all()}
    assert (found[over.pk].state, found[agreed.pk].state, found[proposed.pk].state) == (
        "confirmed",
        "cancelled",
        "cancelled",
    )
    assert (found[agreed.pk].sequence, found[agreed.pk].cancelled_why) == (1, WhyCancelled.MATCH_OVER)
    assert letters().count("cancelled_learner") == 1
    assert not Match.objects.live().exists()
    if leave is leave_by_erasing:
        assert found[agreed.pk].call_link == ""


def test_a_pause_frees_the_hours_that_lie_in_it(match):
    inside, outside = make_session(match=match), make_session(match=match, starts_at=NOW + 12 * DAY)
    elsewhere = make_match("connected", skill="budgeting", learner=match.sharer)
    waiting = make_session("proposed", match=elsewhere)

    until = (NOW + 10 * DAY).date()
    pausing.pause_registration(member=match.sharer.member, until=until, by=match.sharer.member, now=NOW)

    states = {session.pk: session.state for session in Session.objects.all()}
    assert states == {inside.pk: "cancelled", outside.pk: "confirmed", waiting.pk: "cancelled"}
    assert Match.objects.live().count() == 2
    assert sorted(letters()) == ["cancelled_learner", "cancelled_sharer", "dropped_sharer"]


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (Step.PAUSE, "is cancelled if it lies in the pause"),
        (Step.AWAY, "stays"),
        (Step.WITHDRAW, "is cancelled, and both of you are told"),
        (Step.ERASE, "is cancelled, and they are told"),
    ],
)
def test_a_person_is_told_beforehand_what_a_step_does_to_their_hours(match, step, words):
    make_session(match=match)
    make_session(match=match, starts_at=NOW - DAY)

    told = events.effects_foreseen(member=match.sharer.member, step=step, now=NOW)

    [said] = [sentence for sentence in told if "session with" in sentence]
    assert words in said
    assert match.learner.shown_name in said


def test_reminders_are_owed_once_a_day_and_an_hour_before(match):
    session = agree(match, day=3)
    Letter.objects.all().delete()
    starts_at = session.starts_at

    assert remind_of_sessions(starts_at - REMINDERS.reach - HOUR) == 0
    for _ in range(2):
        remind_of_sessions(starts_at - 23 * HOUR)
    assert sorted(letters()) == ["day_learner", "day_sharer"]
    for _ in range(2):
        remind_of_sessions(starts_at - HOUR / 2)
    assert sorted(letters()) == ["day_learner", "day_sharer", "hour_learner", "hour_sharer"]


def test_a_moved_hour_is_reminded_of_anew(match):
    session = agree(match, day=3)
    remind_of_sessions(session.starts_at - 23 * HOUR)
    later = NOW + 2 * DAY + 2 * HOUR
    moved = confirm(propose(match, Side.LEARNER, 6, now=later), Side.SHARER, 6, now=later)

    remind_of_sessions(moved.starts_at - 23 * HOUR)

    assert letters().count("day_learner") == 2


def test_unanswered_times_lapse_and_whoever_proposed_is_told(match):
    session = propose(match, Side.LEARNER, 1, 2)

    assert lapse_proposals(NOW + DAY) == 0
    assert lapse_proposals(NOW + 2 * DAY) == 1

    session.refresh_from_db()
    assert (session.state, session.cancelled_why, session.cancelled_by) == ("cancelled", WhyCancelled.LAPSED, None)
    assert letters()[-1] == "lapsed_learner"
    assert propose(match, Side.LEARNER, 4, now=NOW + 2 * DAY).state == SessionState.PROPOSED


@pytest.mark.parametrize("now", [NOW + 2 * DAY, NOW + 3 * DAY])
def test_an_agreed_hour_outlives_the_times_to_move_it(match, now):
    agree(match, day=3)
    propose(match, Side.SHARER, 2 if now == NOW + 2 * DAY else 9)
    before = letters()

    assert lapse_proposals(now) == 1

    session = Session.objects.get()
    assert (session.state, session.is_being_moved, session.starts_at) == ("confirmed", False, NOW + 3 * DAY)
    assert letters() == before


def test_hours_that_touch_are_two_sessions_in_two_roles():
    person = make_registration(offers=["wikidata"], wishes=["budgeting"])

    agree(make_match("connected", sharer=person), day=3)
    agree(make_match("connected", skill="budgeting", learner=person), day=3 + 1 / 24)

    assert Session.objects.filter(state="confirmed").count() == 2
