"""Publish a round: ask both people of each approved match whether they want it."""

from collections.abc import Container
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts, nudges
from matching.domain import matches as domain
from matching.domain.matches import MatchingError, MatchState, RoundState, Side
from matching.locking import lock_match, lock_people, people_who_agreed
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


def publish_round(*, round_: Round, by: Member, now: datetime) -> Published:
    """Ask both people of each approved match that ``by`` looks after, owe the letters, and start the seven days.

    Each is checked again under the locks; one that cannot be asked stays approved. Can be repeated for those approved
    later. A few matches are published at a time, each step a transaction of its own: publishing locks the people it
    asks, and they are not to wait until hundreds of others are asked. A step that fails leaves those before it
    published; publishing again goes on.
    """
    domain.check_round_move(Round.objects.get(pk=round_.pk).state, RoundState.PUBLISHED)
    waiting = Match.objects.visible_to(by).to_publish().filter(round=round_).order_by("pk")
    keys = list(waiting.values_list("pk", flat=True))
    published = Published()
    with nudges.gathering():
        for start in range(0, len(keys), AT_ONCE):
            step = _publish_some(keys[start : start + AT_ONCE], round_=round_, by=by, now=now)
            published.asked += step.asked
            published.held_back += step.held_back
    return published


@transaction.atomic
def publish_match(*, match: Match, by: Member, now: datetime, seen_version: int) -> None:
    """Ask both people of one approved match, as `publish_round` does of each; refused if it is another by now."""
    round_ = _lock_round(match.round_id)
    match = lock_match(match)
    domain.check_seen(match.version, seen_version)
    domain.check_match_move(match.state, MatchState.ASKED)
    if not Match.objects.visible_to(by).filter(pk=match.pk).exists():
        raise domain.NotYourMatch(_("Neither of the two people is of a region you look after."))
    lock_people([match])
    _ask(
        match,
        agreed=people_who_agreed([match], on=now.date()),
        most_at_once=MatchingRules.objects.current().most_at_once,
        by=by,
        now=now,
    )
    if round_.state != RoundState.PUBLISHED:
        mark_published(round_, by=by, now=now)


def _lock_round(key: int) -> Round:
    round_ = Round.objects.select_for_update(no_key=True).get(pk=key)
    domain.check_round_move(round_.state, RoundState.PUBLISHED)
    return round_


@transaction.atomic
def _publish_some(keys: list[int], *, round_: Round, by: Member, now: datetime) -> Published:
    round_ = _lock_round(round_.pk)
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
