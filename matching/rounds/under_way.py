"""Rounds at the desk's first page: which of them are under way for a reader, at which step, and what comes next."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext, ngettext

from letsconnect.base.querysets import as_own, how_many
from matching.domain.matches import DECIDABLE, RoundState
from matching.models import Match, Round
from matching.models.rounds import RoundQuerySet
from registrations.models import Member

_NOT_COMPUTED = (RoundState.DRAFT, RoundState.SOLVING, RoundState.FAILED)


def rounds_under_way(reader: Member) -> RoundQuerySet:
    """Rounds of which the reader has something to do or to wait for.

    A round that is not computed is the work of who began it, and of coordinators; a computed one of all who see matches
    in it that are not published.
    """
    return under_way(Round.objects.visible_to(reader), reader)


def under_way(rounds: QuerySet[Any], reader: Member) -> RoundQuerySet:
    steered = Q() if reader.is_coordinator else Q(created_by=reader.pk)
    theirs = Match.objects.visible_to(reader).undecided().filter(round=OuterRef("pk"))
    rows = as_own(rounds, RoundQuerySet)
    return rows.filter(Q(steered, state__in=_NOT_COMPUTED) | Q(Exists(theirs), state__in=DECIDABLE))


def saying_steps(reader: Member) -> RoundQuerySet:
    """The rounds under way, oldest first; ``proposed`` and ``approved`` count the matches that wait for the reader
    to decide, and to publish."""
    theirs = Match.objects.visible_to(reader)
    of_round = {"round": OuterRef("pk")}
    counts = {
        "proposed": how_many(theirs.waiting_at_desk(reader).filter(**of_round)),
        "approved": how_many(theirs.to_publish().filter(**of_round)),
    }
    return rounds_under_way(reader).annotate(**counts).order_by("created_at", "pk")


def step_in_words(*, state: str, is_asked_for: bool, proposed: int, approved: int) -> str:
    """Say at which step a round is, and what comes next."""
    if state == RoundState.FAILED:
        return gettext("it could not be computed. Next: read why, and have it computed again")
    if state == RoundState.SOLVING or (state == RoundState.DRAFT and is_asked_for):
        return gettext("it is being computed. Next: decide on what it proposes")
    if state == RoundState.DRAFT:
        return gettext("a draft. Next: look at what would come of it, and have it computed")
    if state == RoundState.PUBLISHED:
        return _after_publishing(proposed=proposed, approved=approved)
    if proposed:
        text = ngettext(
            "computed. Next: decide on %(count)d proposal", "computed. Next: decide on %(count)d proposals", proposed
        )
        return text % {"count": proposed}
    if not approved:
        return gettext("decided here. Next: another region decides on what is half-approved")
    text = ngettext(
        "decided. Next: publish %(count)d approved match", "decided. Next: publish %(count)d approved matches", approved
    )
    return text % {"count": approved}


def _after_publishing(*, proposed: int, approved: int) -> str:
    """Say what is left of a round of which the first matches were published."""
    if proposed:
        text = ngettext(
            "published. Next: decide on the %(count)d proposal left",
            "published. Next: decide on the %(count)d proposals left",
            proposed,
        )
        return text % {"count": proposed}
    if not approved:
        return gettext("published. Next: another region decides on what is half-approved")
    text = ngettext(
        "published. Next: publish %(count)d more approved match",
        "published. Next: publish %(count)d more approved matches",
        approved,
    )
    return text % {"count": approved}
