"""The rules the database keeps, each broken on purpose; and what the querysets find."""

from datetime import timedelta

import pytest

from letsconnect.tests.database import change, refuses
from matching.domain.matches import LIVE, ClosedWhy, MatchState, RoundState, Side
from matching.models import Exclusion, Match, MatchApproval, MatchingRules, Round, RoundParticipant, RoundReplay, people
from matching.tests.factories import make_match, make_round
from registrations.domain.registrations import OUT_OF_THE_PROGRAMME, RegistrationState
from registrations.models import Block, Member, Registration
from registrations.tests.factories import NOW, make_coordinator, make_registration

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", MatchState)
def test_the_factory_can_make_every_state_so_the_rules_below_refuse_only_what_they_name(state):
    assert make_match(state).state == state


@pytest.mark.parametrize(
    ("state", "columns", "constraint"),
    [
        ("proposed", {"state": "dreaming"}, "matching_closed_has_when_and_why"),
        ("proposed", {"state": "approved"}, "matching_asked_needs_approval"),
        ("approved", {"approved_at": None}, "matching_asked_needs_approval"),
        ("approved", {"approved_by": None}, "matching_asked_needs_approval"),
        ("asked", {"approved_by": None}, "matching_asked_needs_approval"),
        ("approved", {"state": "asked"}, "matching_asked_has_when_and_until"),
        ("asked", {"answer_by": None}, "matching_asked_has_when_and_until"),
        ("proposed", {"asked_at": NOW}, "matching_nobody_is_asked_unapproved"),
        ("asked", {"state": "connected"}, "matching_connected_needs_both_acceptances"),
        ("connected", {"learner_accepted_at": None}, "matching_connected_needs_both_acceptances"),
        ("connected", {"sharer_accepted_at": None}, "matching_connected_needs_both_acceptances"),
        ("connected", {"connected_at": None}, "matching_connected_needs_both_acceptances"),
        ("asked", {"connected_at": NOW}, "matching_connected_needs_both_acceptances"),
        ("proposed", {"state": "refused"}, "matching_closed_has_when_and_why"),
        ("refused", {"closed_at": None}, "matching_closed_has_when_and_why"),
        ("refused", {"closed_why": ""}, "matching_closed_has_when_and_why"),
        ("proposed", {"closed_why": "done"}, "matching_closed_has_when_and_why"),
        ("declined", {"closed_by": None}, "matching_closed_has_who_unless_expired"),
        ("withdrawn", {"closed_by": None}, "matching_closed_has_who_unless_expired"),
        ("completed", {"closed_by": None}, "matching_closed_has_who_unless_expired"),
        ("proposed", {"made_by_hand": True}, "matching_made_by_hand_has_who"),
    ],
)
def test_a_match_that_breaks_a_rule_is_refused(state, columns, constraint):
    refuses(constraint, change(make_match(state), **columns))


def test_nobody_is_named_for_an_expired_match():
    refuses("matching_closed_has_who_unless_expired", change(make_match("expired"), closed_by=make_coordinator()))


def test_nobody_is_matched_with_themselves():
    match = make_match()

    refuses("matching_sharer_is_not_the_learner", change(match, sharer=match.learner))


@pytest.mark.parametrize("state", LIVE)
def test_a_pair_has_one_live_match_per_skill(state):
    first = make_match(state)
    pair = {"learner": first.learner, "sharer": first.sharer}

    refuses("matching_one_live_match_per_pair_and_skill", lambda: make_match(**pair))
    make_match("refused", **pair)
    assert make_match(skill="budgeting", **pair).pk


def test_a_learner_has_one_live_proposal_in_a_round():
    first = make_match("approved")

    refuses(
        "matching_one_live_proposal_per_learner_and_round",
        lambda: make_match(round=first.round, learner=first.learner, skill="budgeting"),
    )
    make_match("refused", round=first.round, learner=first.learner, skill="budgeting")
    assert make_match(learner=first.learner, skill="budgeting").pk


@pytest.mark.parametrize(
    ("state", "columns", "constraint"),
    [
        ("draft", {"state": "dreaming"}, "matching_round_state_is_known"),
        ("solving", {"started_at": None}, "matching_solving_has_a_start_and_a_lease"),
        ("solving", {"lease_until": None}, "matching_solving_has_a_start_and_a_lease"),
        ("proposed", {"finished_at": None}, "matching_proposed_round_is_computed_and_proven"),
        ("proposed", {"value": None}, "matching_proposed_round_is_computed_and_proven"),
        ("proposed", {"is_proven": None}, "matching_proposed_round_is_computed_and_proven"),
        ("proposed", {"is_proven": False}, "matching_proposed_round_is_computed_and_proven"),
        ("published", {"published_by": None}, "matching_published_round_has_when_and_who"),
        ("published", {"published_at": None}, "matching_published_round_has_when_and_who"),
        ("proposed", {"state": "cancelled"}, "matching_cancelled_round_has_when_and_who"),
        ("solving", {"state": "failed"}, "matching_failed_round_says_why"),
        ("solving", {"phase": "dreaming"}, "matching_phase_only_while_computed"),
        ("proposed", {"phase": "reading"}, "matching_phase_only_while_computed"),
        ("proposed", {"preview_requested_at": NOW}, "matching_only_a_draft_is_previewed"),
        ("draft", {"repair_requested_at": NOW}, "matching_only_a_computed_round_is_repaired"),
        ("proposed", {"repair_requested_at": NOW}, "matching_only_a_computed_round_is_repaired"),
    ],
)
def test_a_round_that_breaks_a_rule_is_refused(state, columns, constraint):
    refuses(constraint, change(make_round(state), **columns))


def test_one_round_is_solved_at_a_time():
    make_round(RoundState.SOLVING)

    refuses("matching_one_round_is_solved_at_a_time", lambda: make_round(RoundState.SOLVING))


def test_a_draft_is_not_previewed_nor_a_round_repaired_while_another_is_solved():
    make_round(RoundState.SOLVING)

    for state in (RoundState.DRAFT, RoundState.PROPOSED):
        refuses("matching_one_round_is_solved_at_a_time", change(make_round(state), lease_until=NOW))


def test_each_solve_of_a_round_has_a_number_of_its_own_from_1_on():
    round_ = make_round()
    RoundReplay.objects.create(round=round_, data=b"x")

    refuses("matching_each_solve_has_its_number", lambda: RoundReplay.objects.create(round=round_, data=b"y"))
    refuses("matching_solves_are_counted_from_1", lambda: RoundReplay.objects.create(round=round_, number=0, data=b""))


def test_a_match_is_approved_once_for_each_side():
    match, coordinator = make_match(), make_coordinator()
    approval = {"match": match, "approved_by": coordinator, "approved_at": NOW}
    MatchApproval.objects.create(side="learner", **approval)

    refuses("matching_one_approval_per_side", lambda: MatchApproval.objects.create(side="learner", **approval))
    refuses("matching_approval_side_is_known", lambda: MatchApproval.objects.create(side="nobody", **approval))


def test_there_is_one_row_of_rules_and_it_is_sensible():
    refuses("matching_rules_are_one_row", lambda: MatchingRules.objects.create(pk=2))
    rules = MatchingRules.objects.create(pk=1)
    for columns in (
        {"cool_down_days": 3651},
        {"min_minutes_a_week": 2401},
        {"most_at_once": 0},
        {"most_at_once": 41},
        {"facts_kept_days": 0},
        {"facts_kept_days": 367},
    ):
        refuses("matching_rules_are_sensible", change(rules, **columns))


@pytest.fixture
def exclusion(coordinator):
    one, other = make_registration(), make_registration()
    return Exclusion.objects.create(
        person=one, other=other, reason="They share an office", made_by=coordinator, made_at=NOW
    )


def test_an_exclusion_names_two_people_the_older_registration_first(exclusion):
    rule = "matching_exclusion_names_two_people_in_order"
    refuses(rule, change(exclusion, person=exclusion.other, other=exclusion.person))
    refuses(rule, change(exclusion, other=exclusion.person))


def test_two_people_have_one_exclusion_that_stands_and_any_that_were_lifted(exclusion, coordinator):
    pair = {"person": exclusion.person, "other": exclusion.other, "made_by": coordinator, "made_at": NOW}

    refuses("matching_one_standing_exclusion_per_pair", lambda: Exclusion.objects.create(reason="again", **pair))
    change(exclusion, lifted_at=NOW, lifted_by=coordinator)()
    assert Exclusion.objects.create(reason="again", **pair) in Exclusion.objects.standing()


@pytest.mark.parametrize("columns", [{"lifted_at": NOW}, {"lifted_why": "They asked"}])
def test_what_lifts_an_exclusion_has_when_and_who(columns, exclusion):
    refuses("matching_lifted_has_when_and_who", change(exclusion, **columns))


def test_a_round_gives_each_number_to_one_person_and_each_person_one_number():
    round_, one, two = make_round(), make_registration(), make_registration()
    RoundParticipant.objects.create(round=round_, number=0, registration=one)

    refuses(
        "matching_one_person_per_number",
        lambda: RoundParticipant.objects.create(round=round_, number=0, registration=two),
    )
    refuses(
        "matching_one_number_per_person",
        lambda: RoundParticipant.objects.create(round=round_, number=1, registration=one),
    )


@pytest.mark.parametrize("state", MatchState)
def test_only_matches_not_at_their_end_are_live(state):
    match = make_match(state)

    assert (match in Match.objects.live()) == (state in LIVE)


@pytest.mark.parametrize("side", ["learner", "sharer"])
@pytest.mark.parametrize("left", [RegistrationState.WITHDRAWN, RegistrationState.DECLINED])
def test_a_match_of_somebody_who_left_is_not_live_but_fallen(side, left):
    match = make_match("approved")
    Registration.objects.filter(pk=getattr(match, side).pk).update(state=left)

    assert (list(Match.objects.live()), list(Match.objects.fallen())) == ([], [match])


@pytest.mark.parametrize("blocker", ["learner", "sharer"])
def test_a_match_of_two_of_whom_one_blocks_the_other_is_not_live_but_fallen(blocker):
    match = make_match("approved")
    one, other = match.learner.member, match.sharer.member
    Block.objects.create(
        member=one if blocker == "learner" else other, blocked=other if blocker == "learner" else one, made_at=NOW
    )

    assert (list(Match.objects.live()), list(Match.objects.fallen())) == ([], [match])


def test_a_registration_that_is_reviewed_again_keeps_its_matches():
    match = make_match("connected")
    Registration.objects.filter(pk=match.learner.pk).update(state=RegistrationState.SUBMITTED)

    assert list(Match.objects.live()) == [match]


@pytest.mark.parametrize(
    ("state", "keeps_apart"),
    [(state, state != MatchState.WITHDRAWN) for state in MatchState],
)
def test_two_people_who_were_proposed_are_not_proposed_again_unless_nobody_judged_them(state, keeps_apart):
    match = make_match(state)

    assert (match in Match.objects.keeping_apart(now=NOW, cool_down_days=180)) == keeps_apart


def test_two_people_who_were_asked_and_stepped_back_are_not_proposed_again():
    match = make_match("withdrawn", approved_at=NOW, approved_by=make_coordinator(), asked_at=NOW)

    assert match in Match.objects.keeping_apart(now=NOW, cool_down_days=180)


@pytest.mark.parametrize("state", MatchState)
@pytest.mark.parametrize("side", ["learner", "sharer"])
def test_people_see_their_matches_from_the_moment_they_are_asked(state, side, stranger):
    match = make_match(state)

    is_shown = match in Match.objects.for_member(getattr(match, side).member)

    assert is_shown == (match.asked_at is not None)
    assert match not in Match.objects.for_member(stranger)


def test_a_match_waits_for_those_who_have_not_answered():
    match = make_match("asked", learner_accepted_at=NOW)

    assert list(Match.objects.waiting_for(match.learner.member)) == []
    assert list(Match.objects.waiting_for(match.sharer.member)) == [match]


def test_liaisons_see_matches_where_either_side_is_of_their_region(liaison, other_liaison, coordinator, member):
    ours = make_match()
    shared = make_match(sharer=make_registration(region="LAC", country="BR", offers=["wikidata"]))

    assert set(Match.objects.visible_to(liaison)) == {ours, shared}
    assert set(Match.objects.visible_to(other_liaison)) == {shared}
    assert set(Match.objects.visible_to(coordinator)) == {ours, shared}
    assert set(Match.objects.visible_to(member)) == set()


@pytest.mark.parametrize(
    ("asked", "is_due"),
    [(timedelta(days=4, hours=23), False), (timedelta(days=5), True), (timedelta(days=6, hours=23), True)],
)
def test_a_reminder_is_owed_from_the_fifth_day(asked, is_due):
    match = make_match("asked")

    assert (match in Match.objects.owed_reminder(now=NOW + asked)) == is_due
    assert match not in Match.objects.overdue(now=NOW + asked)


def test_no_reminder_is_owed_when_the_days_are_over_or_one_was_written():
    match = make_match("asked")

    assert list(Match.objects.owed_reminder(now=NOW + timedelta(days=7))) == []
    assert list(Match.objects.overdue(now=NOW + timedelta(days=7))) == [match]
    change(match, reminded_at=NOW)()
    assert list(Match.objects.owed_reminder(now=NOW + timedelta(days=6))) == []


def test_the_queue_holds_the_requested_drafts_oldest_first():
    second = make_round(RoundState.DRAFT, requested_at=NOW + timedelta(seconds=1))
    first = make_round(RoundState.DRAFT, requested_at=NOW)
    make_round(RoundState.DRAFT)
    make_round(RoundState.PROPOSED, requested_at=NOW)

    assert list(Round.objects.waiting()) == [first, second]
    assert list(Round.objects.overlooked(now=NOW + timedelta(seconds=20))) == [first]


def test_a_closed_match_keeps_its_reason_as_a_code_so_that_words_can_be_emptied():
    match = make_match("declined", closed_why=ClosedWhy.NO_TIME, closed_note="a private word")

    change(match, closed_note="", reasons={})()

    assert Match.objects.get().closed_why == "no_time"


def test_a_row_and_the_database_say_alike_who_has_left():
    match = make_match("asked")
    members, registrations = Member.objects.filter(pk=match.sharer.member_id), Registration.objects

    def left():
        found = Match.objects.with_people().get(pk=match.pk)
        assert found.sharer.has_left == Match.objects.filter(people.left()).exists()
        return found.sharer.has_left

    said = {}
    for state in RegistrationState:
        registrations.filter(pk=match.sharer_id).update(state=state)
        said[state] = left()
    assert {state for state, has_left in said.items() if has_left} == set(OUT_OF_THE_PROGRAMME)

    registrations.filter(pk=match.sharer_id).update(state=RegistrationState.APPROVED)
    members.update(is_active=False)
    assert left()


@pytest.mark.parametrize("state", MatchState)
def test_a_row_and_the_database_say_alike_whose_answer_is_waited_for(state):
    match = make_match(state)
    sides = {side: match.person(side).member for side in Side}

    def waited_for():
        row = Match.objects.get(pk=match.pk)
        found = {side for side in Side if row.waits_for(side)}
        assert found == {side for side in Side if Match.objects.waiting_for(sides[side]).exists()}
        return found

    assert waited_for() == (set(Side) if state == MatchState.ASKED else set())
    if state == MatchState.ASKED:
        Match.objects.update(learner_accepted_at=NOW)
        assert waited_for() == {Side.SHARER}


def test_matches_of_the_newest_round_come_first():
    older, newer = make_match(), make_match()

    assert list(Match.objects.all()) == [newer, older]
