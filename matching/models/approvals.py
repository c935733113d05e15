"""Who approved a match for which side, and for whom one waits that only one of two regions has approved."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from matching.domain.matches import MatchState, Side
from matching.models import people
from registrations.domain.registrations import Region
from registrations.models import Member


class MatchApproval(models.Model):
    """Who approved a match for which side; where the rules ask for both, it takes one for each region."""

    match = models.ForeignKey("matching.Match", on_delete=models.PROTECT, related_name="approvals")
    side = models.CharField(_("side"), max_length=7, choices=Side)
    region = models.CharField(_("region"), max_length=5, blank=True, choices=Region)
    approved_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", verbose_name=_("approved by"))
    approved_at = models.DateTimeField(_("approved at"))

    class Meta:
        ordering = ["approved_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["match", "side"], name="matching_one_approval_per_side"),
            models.CheckConstraint(condition=Q(side__in=Side.values), name="matching_approval_side_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.match}: {self.region}"


def half_approved() -> Q:
    """Matches that one region has approved, and that wait for the other. `sides_waiting` says it of one of them."""
    return Q(Exists(_approvals()), state=MatchState.PROPOSED)


def waits_for_approval_of(member: Member) -> Q:
    """Of matches that are half-approved, those of which the member looks after the side that has no approval yet.

    Who is one of the two people themselves is not waited for: somebody else decides.
    """
    open_sides = (~Exists(_approvals().filter(side=side)) & people.looked_after_by(member, side) for side in Side)
    return Q(*open_sides, _connector=Q.OR) & people.not_of(member)


def sides_approved() -> ArraySubquery:
    """The sides of a match for which somebody approved it."""
    return ArraySubquery(_approvals().order_by("side").values("side"))


def _approvals() -> models.QuerySet[MatchApproval]:
    return MatchApproval.objects.filter(match=OuterRef("pk"))
