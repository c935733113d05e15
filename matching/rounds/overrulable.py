"""Which decisions on matches and pairs kept apart somebody else can change."""

from collections.abc import Iterable

from django.utils.translation import gettext

from letsconnect.base.labels import label_of
from letsconnect.base.models import Act
from matching.domain.matches import ClosedWhy
from matching.models import Exclusion, Match, Round
from registrations.seats.overruling import Overrulable, register

_APPROVING = frozenset({"approve_match", "make_match_by_hand"})


def register_overrulable() -> None:
    """Register them. A refusal is never changed; an approval is, until the two people are asked."""
    register(
        Overrulable(
            table=Match,
            decided_by=_APPROVING,
            changed_by={"refuse_match": (), "swap_match": (), "unmake_match_by_hand": ()},
            several=True,
            seen_by=lambda member: Match.objects.visible_to(member),
            why=_why_closed,
        ),
        Overrulable(
            table=Round,
            decided_by=frozenset(),
            changed_by={"cancel_round": ()},
            seen_by=lambda member: Round.objects.visible_to(member),
            elsewhere=_approvals_in,
        ),
        Overrulable(
            table=Exclusion,
            decided_by=frozenset({"exclude_pair"}),
            changed_by={"lift_exclusion": ()},
            seen_by=lambda member: Exclusion.objects.visible_to(member),
        ),
    )


def _approvals_in(cancelled: Act) -> Iterable[Act]:
    """Return of each person who had approved matches of a round, or made some by hand, when it was cancelled, the last
    of these acts. The two people of a match are told nothing: they had not heard of it."""
    matches = Match.objects.filter(round=cancelled.object_id, closed_why=ClosedWhy.ROUND_CANCELLED)
    approvals = Act.objects.filter(
        object_type=Match._meta.label_lower,
        object_id__in=matches.values("pk"),
        verb__in=_APPROVING,
        at__lte=cancelled.at,
    )
    return approvals.order_by("actor_id", "-at", "-pk").distinct("actor_id")


def _why_closed(match: Match) -> str:
    return gettext("%(reason)s.") % {"reason": label_of(match, "closed_why")} if match.closed_why else ""
