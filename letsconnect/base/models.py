"""The log of acts: who did what to which object, from which state to which, when."""

from django.conf import settings
from django.db import models


class ActQuerySet(models.QuerySet["Act"]):
    def on(self, obj: models.Model) -> "ActQuerySet":
        """The acts on one object, oldest first, with who and why."""
        return (
            self.filter(object_type=obj._meta.label_lower, object_id=obj.pk)
            .select_related("actor", "reason")
            .order_by("at", "pk")
        )


class Act(models.Model):
    """One line of the log. Written by `acts.record` only; a trigger refuses every change."""

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    was = models.CharField(max_length=30, blank=True)
    became = models.CharField(max_length=30, blank=True)
    at = models.DateTimeField()

    objects = ActQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="base_act_by_object"),
            models.Index(fields=["at"], name="base_act_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_type} {self.object_id}"


class ActReason(models.Model):
    """The free text given with an act; erasure empties it without touching the log."""

    act = models.OneToOneField(Act, on_delete=models.CASCADE, related_name="reason")
    text = models.TextField(blank=True, max_length=2000)

    def __str__(self) -> str:
        return self.text[:60]
