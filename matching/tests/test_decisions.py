"""The working group decides and publishes; the two people answer; the clock goes on."""

from datetime import timedelta

import pytest

from letsconnect.base.models import Act, ActReason
from mailings import kinds
from mailings.domain.letters import UnknownKind
from mailings.models import Letter
from matching.domain import matches
from matching.domain.matches import ClosedWhy, MatchState, RoundState
from matching.matches.answering import accept_match, complete_match, decline_match, withdraw_from_match
from matching.matches.sweeps import close_fallen, expire_overdue, remind_unanswered
from matching.models import Match
from matching.rounds.publishing import publish_round
from matching.rounds.reviews import approve_match, approve_matches, refuse_match
from matching.rounds.rounds import cancel_round, create_round
from matching.tests.factories import make_match, make_round
from registrations.domain.registrations import RegistrationState
from registrations.models import Block, Registration
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_registration

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def kinds_of_letters():
    return sorted(Letter.objects.values_list("kind", flat=True))


def change(registration, **columns):
    Registration.objects.filter(pk=registration.pk).update(**columns)


def approve(match, by, now=NOW):
    return approve_match(match=match, by=by, now=now)


def publish(match, by, now=NOW):
    return publish_round(round_=match.round, by=by, now=now)


def accept(match, side, now=NOW):
    return accept_match(match=match, by=getattr(match, side).member, now=now)


def test_the_whole_way_of_a_match_sends_nothing_before_publishing_and_each_letter_once(coordinator):
    match = make_match()

    approve(match, coordinator)
    assert kinds_of_letters() == []
    publish(match, coordinator)
    assert kinds_of_letters() == ["matching.asked_learner", "matching.asked_sharer"]
    accept(match, "learner")
    accept(match, "sharer")

    match.refresh_from_db()
    assert match.state == MatchState.CONNECTED
    assert kinds_of_letters() == [
        "matching.asked_learner",
        "matching.asked_sharer",
        "matching.connected_learner",
        "matching.connected_sharer",
    ]
    assert list(
        Act.objects.filter(object_type="matching.match").order_by("pk").values_list("verb", "was", "became")
    ) == [
        ("approve_match", "proposed", "approved"),
        ("publish_match", "approved", "asked"),
        ("accept_match", "asked", "asked"),
        ("accept_match", "asked", "connected"),
    ]


def test_liaisons_decide_for_either_side_of_their_region_and_nobody_else_does(liaison, other_liaison, member):
    with pytest.raises(matches.NotYourMatch):
        approve(make_match(), other_liaison)
    with pytest.raises(matches.NotYourMatch):
        approve(make_match(), member)
    across = make_match(sharer=make_registration(region="LAC", country="BR", offers=["wikidata"]))
    assert approve(across, other_liaison).approved_by == other_liaison
    assert approve(make_match(), liaison).state == MatchState.APPROVED


@pytest.mark.parametrize("side", ["learner", "sharer"])
def test_nobody_decides_about_a_match_they_are_in(side, coordinator):
    mine = make_registration(member=coordinator, offers=["wikidata"], wishes=["wikidata"])
    match = make_match(**{side: mine})

    with pytest.raises(matches.NotYourMatch):
        approve(match, coordinator)
    with pytest.raises(matches.NotYourMatch):
        refuse_match(match=match, by=coordinator, why=ClosedWhy.POOR_FIT, now=NOW)


def test_two_stale_copies_one_liaison_wins_and_the_other_is_told(liaison, coordinator):
    match = make_match()
    mine, theirs = Match.objects.get(pk=match.pk), Match.objects.get(pk=match.pk)

    approve(mine, liaison)
    with pytest.raises(matches.MatchMoveNotAllowed, match="somebody else"):
        approve(theirs, coordinator)

    assert Match.objects.get().approved_by == liaison


def test_a_refused_match_cannot_be_approved_from_a_stale_copy(liaison, coordinator):
    match = make_match()
    stale = Match.objects.get(pk=match.pk)
    refuse_match(match=match, by=coordinator, why=ClosedWhy.POOR_FIT, now=NOW)

    with pytest.raises(matches.MatchMoveNotAllowed):
        approve(stale, liaison)

    assert Match.objects.get().state == MatchState.REFUSED


@pytest.mark.parametrize("side", ["learner", "sharer"])
@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"state": RegistrationState.SUBMITTED}, "not approved"),
        ({"member": None, "source": "import"}, "claimed"),
        ({"paused_until": (NOW + DAY).date()}, "paused"),
        ({"away_until": (NOW + DAY).date()}, "away"),
    ],
)
def test_neither_approved_nor_published_while_a_side_cannot_be_matched(side, columns, says, coordinator):
    proposed, approved = make_match(), make_match("approved")
    for match in (proposed, approved):
        change(getattr(match, side), **columns)

    with pytest.raises(matches.PersonNotReady, match=says):
        approve(proposed, coordinator)
    published = publish(approved, coordinator)

    assert (published.asked, [match.pk for match, _why in published.held_back]) == ([], [approved.pk])
    assert says in published.held_back[0][1]
    approved.refresh_from_db()
    assert (approved.state, approved.round.state) == (MatchState.APPROVED, RoundState.PROPOSED)
    assert kinds_of_letters() == []


def test_a_block_made_between_approval_and_publishing_holds_the_match_back(coordinator):
    match = make_match("approved")
    Block.objects.create(member=match.sharer.member, blocked=match.learner.member, made_at=NOW)

    published = publish(match, coordinator)

    assert [held.pk for held, _why in published.held_back] == [match.pk]
    assert kinds_of_letters() == []


@pytest.mark.parametrize("side", ["learner", "sharer"])
def test_places_in_use_are_counted_at_approval_on_both_sides(side, coordinator):
    first = make_match("connected")
    second = make_match(**{side: getattr(first, side)}, skill="budgeting")

    with pytest.raises(matches.NoPlaceLeft):
        approve(second, coordinator)
    change(getattr(first, side), can_help=2, can_learn_from=2)
    assert approve(second, coordinator).state == MatchState.APPROVED


def test_a_proposal_takes_no_place_at_approval_and_a_closed_match_none_at_all(coordinator):
    first = make_match("proposed")
    make_match("completed", sharer=first.sharer, skill="facilitation")
    second = make_match(sharer=first.sharer, skill="budgeting")

    assert approve(second, coordinator).state == MatchState.APPROVED
    with pytest.raises(matches.NoPlaceLeft):
        approve(first, coordinator)


def test_publishing_gives_fewer_places_to_the_first_approved(coordinator):
    first = make_match("approved")
    change(first.sharer, can_help=2)
    second = make_match("approved", round=first.round, sharer=first.sharer)
    change(first.sharer, can_help=1)

    published = publish(first, coordinator)

    assert [match.pk for match in published.asked] == [first.pk]
    assert [match.pk for match, _why in published.held_back] == [second.pk]
    assert len(kinds_of_letters()) == 2


def test_approving_many_goes_on_after_one_that_cannot_be(coordinator):
    good, gone, other = make_match(), make_match(), make_match()
    change(gone.learner, state=RegistrationState.SUBMITTED)

    outcome = approve_matches(matches=[other, gone, good], by=coordinator, now=NOW)

    assert [match.pk for match in outcome.done] == sorted([good.pk, other.pk])
    assert [match.pk for match, _why in outcome.not_done] == [gone.pk]
    assert "not approved" in outcome.not_done[0][1]


def test_refusing_keeps_why_who_and_when_and_tells_nobody(liaison):
    match = make_match("approved")

    refuse_match(match=match, by=liaison, why=ClosedWhy.OTHER, note=" they share an office ", now=NOW)

    match.refresh_from_db()
    assert (match.state, match.closed_why, match.closed_note) == ("refused", "other", "they share an office")
    assert (match.closed_by, match.closed_at) == (liaison, NOW)
    assert ActReason.objects.get().text == "they share an office"
    assert kinds_of_letters() == []


def test_an_asked_match_cannot_be_refused_any_more(coordinator):
    with pytest.raises(matches.MatchMoveNotAllowed):
        refuse_match(match=make_match("asked"), by=coordinator, why=ClosedWhy.POOR_FIT, now=NOW)


def test_a_liaison_publishes_only_their_own_regions(liaison):
    ours = make_match("approved")
    away = {"region": "LAC", "country": "BR"}
    theirs = make_match(
        "approved", round=ours.round, learner=make_registration(**away), sharer=make_registration(**away)
    )

    published = publish(ours, liaison)

    theirs.refresh_from_db()
    assert [match.pk for match in published.asked] == [ours.pk]
    assert theirs.state == MatchState.APPROVED


def test_publishing_again_asks_those_approved_since_and_nobody_twice(coordinator, liaison):
    first = make_match("approved")
    publish(first, coordinator)
    late = make_match("approved", round=first.round)

    published = publish(first, liaison, now=NOW + DAY)

    late.refresh_from_db()
    assert [match.pk for match in published.asked] == [late.pk]
    assert late.answer_by == NOW + 8 * DAY
    assert late.round.published_by == coordinator
    assert Letter.objects.count() == 4


def test_when_owing_the_second_letter_fails_nothing_of_the_publishing_is_kept(coordinator, monkeypatch):
    match = make_match("approved")
    monkeypatch.delitem(kinds._kinds, "matching.asked_sharer")

    with pytest.raises(UnknownKind):
        publish(match, coordinator)

    match.refresh_from_db()
    assert (match.state, match.round.state) == (MatchState.APPROVED, RoundState.PROPOSED)
    assert (Letter.objects.count(), Act.objects.count()) == (0, 0)


def test_accepting_twice_changes_nothing_the_second_time():
    match = make_match("asked")
    accept(match, "learner")

    again = accept(match, "learner", now=NOW + DAY)

    assert again.learner_accepted_at == NOW
    assert Act.objects.filter(verb="accept_match").count() == 1


def test_a_stranger_cannot_answer(stranger):
    match = make_match("asked")

    with pytest.raises(matches.NotYourMatch):
        accept_match(match=match, by=stranger, now=NOW)
    with pytest.raises(matches.NotYourMatch):
        decline_match(match=match, by=stranger, why=ClosedWhy.NO_TIME, now=NOW)


def test_nobody_can_answer_before_they_are_asked():
    with pytest.raises(matches.NotYourMatch):
        accept(make_match("approved"), "learner")


@pytest.mark.parametrize("state", ["declined", "expired"])
def test_nobody_accepts_a_match_that_is_over(state):
    with pytest.raises(matches.MatchMoveNotAllowed):
        accept(make_match(state), "learner")


@pytest.mark.parametrize("state", ["completed", "ended", "expired", "declined"])
def test_nobody_steps_back_from_a_match_that_is_over(state):
    match = make_match(state)

    with pytest.raises(matches.MatchMoveNotAllowed):
        withdraw_from_match(match=match, by=match.learner.member, why=ClosedWhy.NO_TIME, now=NOW)


def test_a_yes_after_the_seven_days_is_refused_even_before_the_sweep_came_by():
    match = make_match("asked")

    with pytest.raises(matches.MatchMoveNotAllowed, match="over"):
        accept(match, "learner", now=NOW + 7 * DAY)
    assert accept(match, "learner", now=NOW + 7 * DAY - timedelta(seconds=1)).learner_accepted_at


@pytest.mark.parametrize(
    ("whose", "columns", "says"),
    [
        ("learner", {"state": RegistrationState.WITHDRAWN}, "You have withdrawn"),
        ("sharer", {"state": RegistrationState.WITHDRAWN}, "not available"),
        ("learner", {"paused_until": (NOW + DAY).date()}, "You are paused"),
        ("sharer", {"paused_until": (NOW + DAY).date()}, "not available"),
    ],
)
def test_a_yes_to_somebody_who_is_gone_is_refused_with_a_sentence(whose, columns, says):
    match = make_match("asked")
    change(getattr(match, whose), **columns)

    with pytest.raises(matches.PersonNotReady, match=says):
        accept(match, "learner")


def test_who_blocked_whom_is_not_said_to_the_one_who_accepts():
    match = make_match("asked")
    Block.objects.create(member=match.sharer.member, blocked=match.learner.member, made_at=NOW)

    with pytest.raises(matches.PersonNotReady) as refused:
        accept(match, "learner")

    assert "block" not in str(refused.value)


def test_a_no_with_its_reason_closes_the_match_and_tells_the_other_only():
    match = make_match("asked", learner_accepted_at=NOW)

    decline_match(match=match, by=match.sharer.member, why=ClosedWhy.NO_TIME, note="exams", now=NOW)

    match.refresh_from_db()
    assert (match.state, match.closed_why, match.closed_by) == ("declined", "no_time", match.sharer.member)
    assert kinds_of_letters() == ["matching.closed_learner"]


def test_whoever_said_yes_withdraws_instead_of_declining():
    match = make_match("asked", learner_accepted_at=NOW)
    learner = match.learner.member

    with pytest.raises(matches.MatchMoveNotAllowed):
        decline_match(match=match, by=learner, why=ClosedWhy.NO_TIME, now=NOW)
    withdraw_from_match(match=match, by=learner, why=ClosedWhy.NO_LONGER_NEEDED, now=NOW)

    match.refresh_from_db()
    assert match.state == MatchState.WITHDRAWN
    assert kinds_of_letters() == ["matching.closed_sharer"]


def test_a_connection_is_ended_by_either_and_completed_by_both():
    one, two = make_match("connected"), make_match("connected")

    withdraw_from_match(match=one, by=one.sharer.member, why=ClosedWhy.NO_TIME, now=NOW)
    for side in (two.learner, two.sharer):
        complete_match(match=two, by=side.member, now=NOW)

    assert {match.pk: match.state for match in Match.objects.all()} == {one.pk: "ended", two.pk: "completed"}


def test_on_the_fifth_day_those_who_have_not_answered_are_reminded_once():
    make_match("asked", learner_accepted_at=NOW)

    assert remind_unanswered(NOW + 4 * DAY) == 0
    assert remind_unanswered(NOW + 5 * DAY) == 1
    assert remind_unanswered(NOW + 6 * DAY) == 0

    assert kinds_of_letters() == ["matching.reminder_sharer"]


def test_after_seven_days_a_match_expires_by_itself_and_both_are_told():
    match = make_match("asked", learner_accepted_at=NOW)

    assert expire_overdue(NOW + 7 * DAY) == 1
    assert expire_overdue(NOW + 8 * DAY) == 0

    match.refresh_from_db()
    assert (match.state, match.closed_by, match.closed_why) == ("expired", None, "no_answer")
    assert kinds_of_letters() == ["matching.expired_learner", "matching.expired_sharer"]


@pytest.mark.parametrize(
    ("state", "becomes", "letters"),
    [
        ("proposed", "withdrawn", []),
        ("approved", "withdrawn", []),
        ("asked", "withdrawn", ["matching.closed_sharer"]),
        ("connected", "ended", ["matching.closed_sharer"]),
    ],
)
def test_when_somebody_leaves_the_sweep_closes_their_matches_and_tells_the_other(state, becomes, letters):
    match = make_match(state)
    change(match.learner, state=RegistrationState.WITHDRAWN)

    assert close_fallen(NOW) == 1
    assert close_fallen(NOW) == 0

    match.refresh_from_db()
    assert (match.state, match.closed_why, match.closed_by) == (becomes, "left", match.learner.member)
    assert Act.objects.get(verb="close_fallen_match").actor is None, "the sweep did it, not the person who left before"
    assert kinds_of_letters() == letters


def test_when_somebody_blocks_the_other_the_sweep_closes_their_match():
    match = make_match("asked")
    Block.objects.create(member=match.sharer.member, blocked=match.learner.member, made_at=NOW)

    close_fallen(NOW)

    match.refresh_from_db()
    assert (match.closed_why, match.closed_by) == ("blocked", match.sharer.member)
    assert kinds_of_letters() == ["matching.closed_learner"]


def test_cancelling_a_round_frees_its_proposals_and_tells_nobody(coordinator):
    match = make_match("approved")
    other = make_match("refused", round=match.round)

    cancel_round(round_=match.round, by=coordinator, now=NOW)

    match.refresh_from_db()
    other.refresh_from_db()
    assert (match.state, match.closed_why, match.round.state) == ("withdrawn", "round_cancelled", "cancelled")
    assert other.state == MatchState.REFUSED
    assert kinds_of_letters() == []
    assert match not in Match.objects.keeping_apart(now=NOW, cool_down_days=180)


def test_only_a_coordinator_or_who_began_it_cancels_a_round_and_a_published_one_nobody(liaison, coordinator):
    with pytest.raises(matches.NotYourMatch):
        cancel_round(round_=make_round(), by=liaison, now=NOW)
    cancel_round(round_=make_round(created_by=liaison), by=liaison, now=NOW)
    with pytest.raises(matches.MatchMoveNotAllowed):
        cancel_round(round_=make_round(RoundState.PUBLISHED), by=coordinator, now=NOW)


def test_only_the_working_group_begins_a_round(member):
    with pytest.raises(matches.NotYourMatch):
        create_round(by=member, now=NOW)
    assert create_round(by=make_liaison("SA"), now=NOW).requested_at == NOW


def test_a_former_coordinator_decides_nothing():
    former = make_coordinator()
    former.seats.update(until_on=NOW.date())

    with pytest.raises(matches.NotYourMatch):
        approve(make_match(), former)
