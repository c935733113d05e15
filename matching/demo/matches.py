"""Load a round of the demo, with matches in every state that a visitor should see."""

from datetime import datetime, timedelta

from matching.demo import feedback, sessions
from matching.domain.matches import ClosedWhy, Side
from matching.engine.settings import Settings
from matching.inputs.scope import Scope
from matching.matches.answering import accept_match, decline_match
from matching.models import Match, Round
from matching.models.people import account_of
from matching.rounds.computing import solve_round
from matching.rounds.drafts import change_draft, draft_round
from matching.rounds.previewing import preview_round
from matching.rounds.publishing import publish_round
from matching.rounds.reviews import approve_matches, refuse_match
from matching.waiting import browsing
from matching.waiting.requests import ask_for_sharer
from registrations.models import Member, Registration, Skill

PUBLISHED_OF_OTHERS, LEFT_APPROVED = 4, 3
LIAISONS_REGION = "MENA"
FIRST_REGIONS = ("MENA", "SSA", "LAC", "NA", "NWE")


def load(*, now: datetime, coordinator: Member, volunteer: Member | None = None) -> Round:
    """Run a round for some regions: refuse one match, approve some, publish a few, and let people answer.

    The volunteer is asked, if the round found somebody for them, and most proposals wait for a decision. A draft for
    everybody else shows its preview, and what changing a weight would change.
    """
    feedback.load(now=now, coordinator=coordinator, volunteer=volunteer)
    before = now - timedelta(hours=20)
    round_ = draft_round(by=coordinator, scope=Scope(regions=FIRST_REGIONS), now=before)
    round_ = solve_round(round_=round_, now=before)
    theirs, others = _split(round_, volunteer)
    to_publish = theirs + others[:PUBLISHED_OF_OTHERS]
    approve_matches(matches=to_publish, by=coordinator, now=before)
    published = publish_round(round_=round_, by=coordinator, now=now - timedelta(hours=18)).asked
    asked_others = [match for match in published if match not in theirs]
    _answer(asked_others, now=now)
    # Beside the one that asks the volunteer, what comes after it: an hour agreed, or times that wait for her word.
    beside = [match for match in published if match in theirs][1:]
    _connect(beside, now=now)
    for connected in (beside, asked_others[:2]):
        sessions.agree(connected, now=now)
    undecided = others[PUBLISHED_OF_OTHERS:]
    approve_matches(matches=undecided[:LEFT_APPROVED], by=coordinator, now=now - timedelta(hours=1))
    for refused in undecided[LEFT_APPROVED : LEFT_APPROVED + 1]:
        refuse_match(
            match=refused,
            by=coordinator,
            why=ClosedWhy.KNOW_EACH_OTHER,
            note="They run the same user group.",
            now=now - timedelta(hours=1),
        )
    if volunteer is not None:
        _ask_for_somebody(volunteer, now=now - timedelta(hours=1))
    _draft(coordinator=coordinator, now=now - timedelta(minutes=20))
    return Round.objects.get(pk=round_.pk)


def _ask_for_somebody(volunteer: Member, *, now: datetime) -> None:
    """Let the volunteer ask for the first of those who let others find them and share what she wishes."""
    learner = Registration.objects.get(member=volunteer)
    wanted = browsing.SharerSearch(topic=browsing.MINE)
    people = browsing.everybody(volunteer, on=now.date())
    reach = browsing.within_reach(learner, people, now=now)
    for key in browsing.search(learner, wanted, among=people, reach=reach, now=now).keys[:1]:
        sharer = Registration.objects.get(pk=key)
        skill = Skill.objects.filter(pk__in=reach.wished, offers__registration=sharer).first()
        if skill is None:  # they share it under the name it had before it was merged
            continue
        why = "We are about to begin this with our group and would like to learn from somebody who has done it."
        ask_for_sharer(sharer=sharer, skill=skill, why=why, by=volunteer, now=now)


def _draft(*, coordinator: Member, now: datetime) -> None:
    """Draft the next round, and look at it twice: with even weights, and with hours counting more."""
    draft = draft_round(by=coordinator, now=now)
    preview_round(round_=draft, by=coordinator, now=now)
    weights = {**Settings().weights, "hours_in_common": 5}
    change_draft(round_=draft, settings=Settings(weights=weights), by=coordinator, now=now)
    preview_round(round_=draft, by=coordinator, now=now)


def _split(round_: Round, volunteer: Member | None) -> tuple[list[Match], list[Match]]:
    """Return the volunteer's matches, and the others; those of the demo's liaison last, so that some wait for them."""
    matches = list(Match.objects.filter(round=round_).with_people().order_by("pk"))
    theirs = [match for match in matches if volunteer is not None and match.side_of(volunteer) is not None]
    others = [match for match in matches if match not in theirs]
    return theirs, sorted(others, key=lambda match: LIAISONS_REGION in (match.learner.region, match.sharer.region))


def _connect(asked: list[Match], *, now: datetime) -> None:
    for match in asked:
        for number, side in enumerate(Side):
            when = now - timedelta(hours=8 - number)
            accept_match(match=match, by=account_of(match.person(side)), now=when)


def _answer(asked: list[Match], *, now: datetime) -> None:
    """Of those asked, connect the first two, have the third half answered and the fourth declined."""
    hours = timedelta(hours=1)
    _connect(asked[:2], now=now)
    for match in asked[2:3]:
        accept_match(match=match, by=account_of(match.learner), now=now - 3 * hours)
    for match in asked[3:4]:
        decline_match(
            match=match,
            by=account_of(match.sharer),
            why=ClosedWhy.NO_TIME,
            note="Exams until May.",
            now=now - 2 * hours,
        )
