"""Publish a round: ask both people of each approved match whether they want it."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from letsconnect.base import acts, nudges
from matching.domain import matches as domain
from matching.domain.matches import MatchingError, MatchState, RoundState, Side
from matching.locking import lock_people, people_who_agreed
from matching.matches.emails import owe_letter
from matching.models import Match, MatchingRules, Round
from matching.rounds.both_roles import Pair, check_places, over_both_roles
from matching.rounds.rounds import mark_published
from registrations.models import Member

AT_ONCE = 20  # matches in one transaction: a second or less
_ANSWERABLE = (MatchState.ASKED, MatchState.CONNECTED)


@dataclass
class Published:
    """The matches publishing asked about, and those it held back, each with the sentence that says why."""

    asked: list[Match] = field(default_factory=list)
    held_back: list[tuple[Match, str]] = field(default_factory=list)


def publish_round(
    *, round_: Round, by: Member, now: datetime, seen_versions: Mapping[int, int] | None = None
) -> Published:
    """Ask both people of each approved match that ``by`` looks after, owe the letters, and start the seven days.

    Each is checked again under the locks; one that cannot be asked stays approved. Can be repeated for those approved
    later. A few matches are published at a time, each step a transaction of its own: publishing locks the people it
    asks, and they are not to wait until hundreds of others are asked. A step that fails leaves those before it
    published; publishing again goes on. ``seen_versions`` gives the version of each match that was shown: one that is
    another by now, or was approved since, is not asked about.
    """
    domain.check_round_move(Round.objects.get(pk=round_.pk).state, RoundState.PUBLISHED)
    waiting = Match.objects.visible_to(by).to_publish().filter(round=round_).order_by("pk")
    keys = list(waiting.values_list("pk", flat=True))
    published = Published()
    with nudges.gathering():
        for start in range(0, len(keys), AT_ONCE):
            step = _publish_some(
                keys[start : start + AT_ONCE], round_=round_, by=by, now=now, seen_versions=seen_versions
            )
            published.asked += step.asked
            published.held_back += step.held_back
    return published


@transaction.atomic
def _publish_some(
    keys: list[int], *, round_: Round, by: Member, now: datetime, seen_versions: Mapping[int, int] | None
) -> Published:
    round_ = Round.objects.select_for_update(no_key=True).get(pk=round_.pk)
    domain.check_round_move(round_.state, RoundState.PUBLISHED)
    matches = list(
        Match.objects.visible_to(by)
        .to_publish()
        .filter(round=round_, pk__in=keys)
        .select_related("skill")
        .select_for_update(no_key=True, of=("self",))
        .order_by("pk")
    )
    lock_people(matches)
    most = MatchingRules.objects.current().most_at_once
    agreed = people_who_agreed(matches, on=now.date())
    published = Published()
    for match in matches:
        try:
            if seen_versions is not None:
                domain.check_seen(match.version, seen_versions.get(match.pk, 0))
            _ask(match, agreed=agreed, most_at_once=most, by=by, now=now)
        except MatchingError as reason:
            published.held_back.append((match, str(reason)))
        else:
            published.asked.append(match)
    if published.asked and round_.state != RoundState.PUBLISHED:
        mark_published(round_, by=by, now=now)
    return published


def _ask(match: Match, *, agreed: Container[int], most_at_once: int, by: Member, now: datetime) -> None:
    both_roles = over_both_roles([Pair.of(match)], stored=[match.pk], counting=_ANSWERABLE)
    check_places(match, both_roles, most=most_at_once, agreed=agreed, on=now.date())
    match.state, match.asked_at, match.answer_by = MatchState.ASKED, now, domain.answer_by(now)
    match.save(update_fields=["state", "asked_at", "answer_by"])
    acts.record(by=by, verb="publish_match", on=match, now=now, was=MatchState.APPROVED, became=match.state)
    for side in Side:
        owe_letter(match, side, letter="asked", now=now)
