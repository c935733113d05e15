"""Merges of skills with too many answers for one transaction: the rows are the queue."""

from django.db import models
from django.db.models import Q

from letsconnect.base.worker_queues import WaitsForWorker, WorkerQueueQuerySet
from registrations.models.members import Member
from registrations.models.reference import Skill


class SkillMergeQuerySet(WorkerQueueQuerySet["SkillMerge"]):
    unfinished = Q(ended_at=None)


class SkillMerge(WaitsForWorker):
    """A merge that was started: answers are moved for a few people at a time, the skill itself last."""

    source = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="merges_begun")
    target = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="merges_awaited")
    asked_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
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
