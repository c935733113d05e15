"""Reviews: what a registration said at the time, what colleagues noted beside it, and which one a reviewer has open."""

from datetime import datetime
from typing import Any

from django.db import connections, models

from letsconnect.base.fields import can_be_seen
from letsconnect.base.models import Act
from registrations.domain.reviews import NOTE_AT_MOST, OPEN_FOR
from registrations.models.members import Member
from registrations.models.registration import Registration

_OPEN = """
    WITH others AS (DELETE FROM registrations_openreview WHERE by_id = %(by)s AND registration_id <> %(registration)s)
    INSERT INTO registrations_openreview AS review (registration_id, by_id, opened_at)
    VALUES (%(registration)s, %(by)s, %(now)s)
    ON CONFLICT (registration_id) DO UPDATE SET by_id = excluded.by_id, opened_at = excluded.opened_at
    WHERE review.by_id = excluded.by_id OR review.opened_at <= %(over)s
    RETURNING id
"""


class ReviewSnapshotQuerySet(models.QuerySet["ReviewSnapshot"]):
    def latest_of(self, registration: Registration) -> "ReviewSnapshot | None":
        return self.filter(registration=registration).order_by("-reviewed_at", "-pk").first()

    def decided_by(self, member: Member) -> "ReviewSnapshotQuerySet":
        """The reviews of one reviewer, with what was decided on whom."""
        return self.filter(act__actor=member).select_related("act", "registration__member")


class ReviewSnapshot(models.Model):
    """The answers that one review was about, with the names of groups, roles and skills at that time.

    What the registration said of its review before is kept as well, so that a decision can be undone.
    """

    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="review_snapshots")
    facts = models.JSONField()
    names = models.JSONField()
    reviewed_at = models.DateTimeField()
    act = models.OneToOneField(Act, on_delete=models.PROTECT, related_name="+")
    before_at = models.DateTimeField(null=True, blank=True)
    before_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    before_note = models.TextField(max_length=2000, blank=True)

    objects = ReviewSnapshotQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["registration", "-reviewed_at"], name="registrations_snapshot_newest")]

    def __str__(self) -> str:
        return f"#{self.registration_id} {self.reviewed_at:%Y-%m-%d %H:%M}"


class OpenReviewQuerySet(models.QuerySet["OpenReview"]):
    def of_others(self, member: Member, *, now: datetime) -> "OpenReviewQuerySet":
        """What colleagues of this reviewer have open at this moment."""
        return self.filter(opened_at__gt=now - OPEN_FOR).exclude(by=member)

    def who_has_open(self, registration: Registration) -> "OpenReview | None":
        return self.filter(registration=registration).select_related("by").first()

    def open(self, registration: Registration, *, by: Member, now: datetime) -> bool:
        """Note that ``by`` has this registration open, and no other; False if a colleague has it open.

        One statement, so of two who open it at the same moment one has it.
        """
        values: dict[str, Any] = {"registration": registration.pk, "by": by.pk, "now": now, "over": now - OPEN_FOR}
        with connections[self.db].cursor() as cursor:
            cursor.execute(_OPEN, values)
            return cursor.fetchone() is not None


class OpenReview(models.Model):
    """A trace that somebody has a registration open to review: colleagues are led to others meanwhile.

    It keeps nobody from deciding, and counts for a quarter of an hour.
    """

    registration = models.OneToOneField(Registration, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    objects = OpenReviewQuerySet.as_manager()

    def __str__(self) -> str:
        return f"#{self.registration_id} {self.opened_at:%Y-%m-%d %H:%M}"


class ReviewNote(models.Model):
    """What one of the working group wrote beside a registration, for colleagues to read."""

    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="review_notes")
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=NOTE_AT_MOST)
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["written_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=can_be_seen("text"), name="registrations_a_note_says_something")
        ]

    def __str__(self) -> str:
        return f"#{self.registration_id} {self.written_at:%Y-%m-%d %H:%M}"
