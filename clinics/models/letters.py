"""What readers were written of new clinics: announcements, and the weekly lists."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection, models
from django.db.models import F, Q

from clinics.models.clinics import Clinic
from mailings.models import Letter, Subscription

_WRITE = """
    INSERT INTO clinics_digest (subscription_id, week, since, until)
    SELECT given.subscription, given.week, given.since, given.until
    FROM unnest(%s::bigint[], %s::date[], %s::timestamptz[], %s::timestamptz[])
        AS given (subscription, week, since, until)
    ORDER BY given.subscription
    ON CONFLICT DO NOTHING
    RETURNING subscription_id"""


class Announcement(models.Model):
    """One clinic announced to one reader, in the letter that brings it."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="announcements")
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="+")
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "subscription"], name="clinics_one_announcement_of_a_clinic_to_each_reader"
            )
        ]

    def __str__(self) -> str:
        return f"{self.clinic_id} {self.subscription_id}"


class SpanOfReader(NamedTuple):
    """The clinics one reader's weekly list is about: announced after ``since`` and by ``until``."""

    subscription: int
    week: date
    since: datetime
    until: datetime


class DigestQuerySet(models.QuerySet["Digest"]):
    def write(self, spans: Sequence[SpanOfReader]) -> set[int]:
        """Write a row for each of these readers who has none of the week; return the subscriptions of the new rows."""
        values = [[getattr(span, name) for span in spans] for name in SpanOfReader._fields]
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, values)
            return {subscription for (subscription,) in cursor.fetchall()}


class Digest(models.Model):
    """The weekly list of one reader; without a letter where there was nothing to say. ``week`` is its Monday."""

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="digests")
    week = models.DateField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    letter = models.OneToOneField(Letter, null=True, on_delete=models.PROTECT, related_name="+")

    objects = DigestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscription", "week"], name="clinics_one_digest_a_week_for_each_reader"),
            models.CheckConstraint(condition=Q(week__iso_week_day=1), name="clinics_digest_week_is_its_monday"),
            models.CheckConstraint(condition=Q(since__lte=F("until")), name="clinics_digest_span_has_a_direction"),
        ]

    def __str__(self) -> str:
        return f"{self.subscription_id} {self.week}"
