"""What the page of one match shows: both sides, their weeks, the reasons, who else there is and what it would cost."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from letsconnect.base import hours
from letsconnect.base.languages import listed
from matching.admin import results
from matching.admin.desk import may_know, side_in_words, standing_in_words
from matching.admin.two_people import beside_each_other, week_of
from matching.domain.matches import MatchingError, MatchState, Side, sides_waiting
from matching.feedback.context import verdicts_of_hours
from matching.models import Match, MatchingRules, SharerRequest
from matching.rounds import by_hand, explanations
from matching.rounds.by_hand import Swap
from matching.rounds.reviews import takes_both
from matching.words import levels, reasons
from registrations.models import Member, Registration
from registrations.seats.liaisons import who_else

MOST_ALTERNATIVES = 20  # asked of the solve; some of them cannot be swapped in any more


def context(match: Match, *, reader: Member) -> dict[str, Any]:
    """Return all the page needs."""
    learner, sharer = match.learner, match.sharer
    # Who sits at the desk and is one of the two reads here no more than they would as that person.
    is_mine = match.side_of(reader) is not None
    people = {side: match.person(side) for side in Side}
    waiting = sides_waiting(state=match.state, approved=match.sides_approved)
    waits_for_me = any(reader.looks_after(people[side].region) for side in waiting)
    return {
        "title": str(match),
        "match": match,
        "sides": beside_each_other(learner, sharer, match.skill, reader=reader),
        "sentences": reasons.for_working_group(match),
        "parts": reasons.parts(match),
        "hours": verdicts_of_hours(match),
        "week": week_of(learner, sharer, reader=reader, start=_start(match)),
        "zone": reader.zone,
        "in_common": _in_common(match),
        "is_mine": is_mine,
        "requests": SharerRequest.objects.filter(learner=learner, sharer=sharer).visible_to(reader),
        "warnings": results.cautions([match]) if match.is_undecided else [],
        "approvals": match.approvals.select_related("approved_by"),
        "standing": standing_in_words(match, people, reader=reader),
        "can_approve": match.state == MatchState.PROPOSED and not is_mine and (waits_for_me or not waiting),
        "can_refuse": match.is_undecided and not is_mine,
        "who_approves": _who_approves(match) if match.state == MatchState.PROPOSED and not waiting else "",
        "next_match": getattr(match, "next_key", None) if not is_mine else None,
        "waits_for": _waits_for(match.person(waiting[0])) if waiting and not waits_for_me and not is_mine else "",
        "who_else": _who_else(match, waiting or tuple(Side)) if match.is_undecided and is_mine else "",
        **(_others(match, reader) if match.is_undecided else {}),
    }


def _who_approves(match: Match) -> str:
    """Say whether one of two regions approves the match alone; nothing of a match within one region."""
    regions = [match.person(side).get_region_display() or gettext("no region") for side in Side]
    if regions[0] == regions[1]:
        return ""
    text = gettext("One of the two regions is enough to approve it: %(one)s or %(other)s.")
    if takes_both(match, MatchingRules.objects.current()):
        text = gettext("Both regions have to approve it: %(one)s and %(other)s.")
    return text % {"one": regions[0], "other": regions[1]}


def next_to_decide(reader: Member) -> Coalesce:
    """Return, for a query of matches, the key of the next one of its round that waits for the reader: the first after
    it, or else the first of all."""
    rows = Match.objects.visible_to(reader).waiting_at_desk(reader).filter(round=OuterRef("round")).order_by("pk")
    after, others = rows.filter(pk__gt=OuterRef("pk")), rows.exclude(pk=OuterRef("pk"))
    return Coalesce(Subquery(after.values("pk")[:1]), Subquery(others.values("pk")[:1]))


def _waits_for(person: Registration) -> str:
    """Say whom a half-approved match waits for."""
    if not person.region:
        return gettext("Your region has approved this match. It waits for a coordinator.")
    text = gettext("Your region has approved this match. It waits for %(region)s.")
    return text % {"region": person.get_region_display()}


def _who_else(match: Match, sides: Iterable[Side]) -> str:
    both = [match.person(side).member_id for side in Side]
    regions = {match.person(side).region for side in sides}
    return who_else(regions, besides=[pk for pk in both if pk], now=timezone.now())


def _others(match: Match, reader: Member) -> dict[str, Any]:
    """Return who else could help the learner, and what one more place of the sharer would add."""
    try:
        others = _accepted({match: explanations.alternatives(match, limit=MOST_ALTERNATIVES)}, reader)[match]
        place = explanations.place(match.round, match.sharer)
    except MatchingError:
        return {"knows_more": False}
    return {
        "knows_more": True,
        "alternatives": [_row(match, other, reader) for other in others],
        "runner_up": _runner_up(match, others),
        "one_more_place": levels.one_more_place(place),
    }


def _alternatives(match: Match) -> list[explanations.Other]:
    try:
        return explanations.alternatives(match, limit=MOST_ALTERNATIVES)
    except MatchingError:
        return []


def _accepted(
    alternatives: Mapping[Match, Sequence[explanations.Other]], reader: Member
) -> dict[Match, list[explanations.Other]]:
    """Return for each match the alternatives to which it could be swapped now, the cheapest first.

    The list names nobody whom the reader may not know, but they stay in it, because somebody else could choose them.
    """
    swaps = [Swap(match, other.sharer, other.skill) for match, others in alternatives.items() for other in others]
    of_reader = [swap for swap in swaps if may_know(reader, swap.match.learner, swap.sharer)]
    of_others = [swap for swap in swaps if swap not in of_reader]
    now = timezone.now()
    possible = [
        *by_hand.swaps_that_can_be(of_reader, by=reader, now=now),
        *by_hand.swaps_that_can_be(of_others, by=None, now=now),
    ]
    accepted = {(swap.match.pk, swap.sharer.pk) for swap in possible}
    return {
        match: [other for other in others if (match.pk, other.sharer.pk) in accepted][: explanations.OTHERS]
        for match, others in alternatives.items()
    }


def _row(match: Match, other: explanations.Other, reader: Member) -> dict[str, Any]:
    """Return one alternative for the page; whom the reader may not know has no name and no button."""
    is_named = may_know(reader, match.learner, other.sharer)
    return {
        "sharer": side_in_words(other.sharer) if is_named else gettext("Somebody of a region you do not look after"),
        "sharer_id": other.sharer.pk if is_named else None,
        "skill": str(other.skill),
        "skill_id": other.skill.pk,
        "score": other.score,
        "cost": levels.loss(other.loss.amounts),
    }


def _runner_up(match: Match, others: list[explanations.Other]) -> str:
    """Say how far the second best is behind, in this pair's own points."""
    if not others:
        return ""
    behind = match.score - others[0].score
    if behind > 0:
        return ngettext(
            "The runner-up has %(count)d point less than this pair.",
            "The runner-up has %(count)d points less than this pair.",
            behind,
        ) % {"count": behind}
    if behind < 0:
        return ngettext(
            "The runner-up has %(count)d point more than this pair, but it would cost the others.",
            "The runner-up has %(count)d points more than this pair, but it would cost the others.",
            -behind,
        ) % {"count": -behind}
    return gettext("The runner-up has as many points as this pair.")


def next_best(matches: Iterable[Match], *, reader: Member) -> dict[Match, explanations.Other | None]:
    """Return for each match the alternative that would cost least, if the reader may know it."""
    possible = _accepted({match: _alternatives(match) for match in matches}, reader)
    return {
        match: next((other for other in others if may_know(reader, match.learner, other.sharer)), None)
        for match, others in possible.items()
    }


def instead_of(matches: Iterable[Match], sharers: Mapping[int, int], *, reader: Member) -> list[dict[str, Any]]:
    """Return for each match who would take the sharer's place, what they share and what it would cost the round.

    ``sharers`` gives the key of the new sharer by that of the match; what it costs is left out where it is not known.
    """
    rows = []
    for match in matches:
        others = (other for other in _alternatives(match) if other.sharer.pk == sharers.get(match.pk))
        other = next((other for other in others if may_know(reader, match.learner, other.sharer)), None)
        rows.append(
            {
                "learner": side_in_words(match.learner),
                "sharer": side_in_words(match.sharer),
                "other": other,
                "instead": side_in_words(other.sharer) if other else "",
                "skill": str(other.skill) if other else "",
                "cost": levels.loss(other.loss.amounts) if other else "",
            }
        )
    return rows


def _start(match: Match) -> date:
    """The Monday of the four weeks the round compared."""
    monday = match.reasons.get("from")
    return date.fromisoformat(monday) if monday else hours.next_monday(match.proposed_at.date())


def _in_common(match: Match) -> str:
    """The hours in common in each of the four weeks, as in "6 h, 6 h, 7 h, 6 h"."""
    # Translators: a number of hours, short.
    text = gettext("%(hours)d h")
    return listed(text % {"hours": minutes // 60} for minutes in match.reasons.get("minutes_a_week", []))
