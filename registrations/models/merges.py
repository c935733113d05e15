"""Merges of skills with too many answers for one transaction: the rows are the queue."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

from registrations.models.members import Member
from registrations.models.reference import Skill

SILENT_AFTER = timedelta(minutes=1)


class SkillMergeQuerySet(models.QuerySet["SkillMerge"]):
    def open(self) -> "SkillMergeQuerySet":
        return self.filter(ended_at=None).order_by("asked_at", "pk")

    def untouched(self, *, now: datetime) -> "SkillMergeQuerySet":
        """Merges no worker is working on: a worker notes each step, so a long silence means that it died."""
        return self.open().filter(Q(worked_at=None) | Q(worked_at__lt=now - SILENT_AFTER))

    def overlooked(self, *, now: datetime) -> "SkillMergeQuerySet":
        """Merges that have waited longer than a nudge takes."""
        return self.untouched(now=now).filter(asked_at__lt=now - SILENT_AFTER)


class SkillMerge(models.Model):
    """A merge that was started: answers are moved for a few people at a time, the skill itself last."""

    source = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="merges_begun")
    target = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="merges_awaited")
    asked_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    worked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)
    failure = models.CharField(max_length=300, blank=True)

    objects = SkillMergeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source"], condition=Q(ended_at=None), name="registrations_one_merge_of_a_skill_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(source=models.F("target")), name="registrations_skill_not_merged_into_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
