"""What a registration said at the time of a review."""

from django.db import models

from letsconnect.base.models import Act
from registrations.models.registration import Registration


class ReviewSnapshotQuerySet(models.QuerySet["ReviewSnapshot"]):
    def latest_of(self, registration: Registration) -> "ReviewSnapshot | None":
        return self.filter(registration=registration).order_by("-reviewed_at", "-pk").first()


class ReviewSnapshot(models.Model):
    """The answers that one review was about, with the names of groups, roles and skills at that time."""

    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="review_snapshots")
    facts = models.JSONField()
    names = models.JSONField()
    reviewed_at = models.DateTimeField()
    act = models.OneToOneField(Act, on_delete=models.PROTECT, related_name="+")

    objects = ReviewSnapshotQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["registration", "-reviewed_at"], name="registrations_snapshot_newest")]

    def __str__(self) -> str:
        return f"#{self.registration_id} {self.reviewed_at:%Y-%m-%d %H:%M}"
