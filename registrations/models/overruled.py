"""Decisions of the working group that somebody else of it has changed."""

from django.db import models
from django.db.models import F, Q

from letsconnect.base.models import Act
from registrations.models.members import Member


class OverruledDecisionQuerySet(models.QuerySet["OverruledDecision"]):
    def visible_to(self, member: Member) -> "OverruledDecisionQuerySet":
        """Everybody sees their own."""
        return self.filter(member=member)

    def unread(self, member: Member) -> "OverruledDecisionQuerySet":
        return self.visible_to(member).filter(read_at=None)


class OverruledDecision(models.Model):
    """Tells a member of the working group which act of theirs was changed by which act of somebody else.

    What was decided about whom, and why, stands in the log of acts: here is only that they are told.
    """

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="overruled_decisions")
    own_act = models.ForeignKey(Act, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Act, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    # The decision in whose email this one was told: several within a few minutes are one email.
    told_with = models.BigIntegerField(null=True, blank=True)

    objects = OverruledDecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-noted_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["member", "by"], name="registrations_overruled_is_told_once"),
            models.CheckConstraint(condition=~Q(own_act=F("by")), name="registrations_overruled_by_another_act"),
        ]
        indexes = [
            models.Index(fields=["member"], condition=Q(read_at=None), name="registrations_overruled_unread"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
