"""Which decisions on matches and pairs kept apart somebody else can change."""

from django.utils.translation import gettext

from letsconnect.base.labels import label_of
from matching.models import Exclusion, Match
from registrations.seats.overruling import Overrulable, register


def register_overrulable() -> None:
    """Register them. A refusal is never changed; an approval is, until the two people are asked."""
    register(
        Overrulable(
            table=Match,
            decided_by=frozenset({"approve_match", "make_match_by_hand"}),
            changed_by={"refuse_match": (), "swap_match": (), "unmake_match_by_hand": ()},
            several=True,
            seen_by=lambda member: Match.objects.visible_to(member),
            why=_why_closed,
        ),
        Overrulable(
            table=Exclusion,
            decided_by=frozenset({"exclude_pair"}),
            changed_by={"lift_exclusion": ()},
            seen_by=lambda member: Exclusion.objects.visible_to(member),
        ),
    )


def _why_closed(match: Match) -> str:
    return gettext("%(reason)s.") % {"reason": label_of(match, "closed_why")} if match.closed_why else ""
