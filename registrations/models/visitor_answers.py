"""Answers typed into a step of the registration after the session had ended, kept for a day."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from registrations.models.members import Member

KEPT_FOR = timedelta(hours=24)
LONGEST = 8 * 1024
MOST_OF_A_NETWORK = 20


class KeptAnswersQuerySet(models.QuerySet["KeptAnswers"]):
    def fresh(self, *, now: datetime) -> "KeptAnswersQuerySet":
        return self.filter(made_at__gt=now - KEPT_FOR)

    def outdated(self, *, now: datetime) -> "KeptAnswersQuerySet":
        return self.filter(made_at__lte=now - KEPT_FOR)


class KeptAnswers(models.Model):
    """Answers found again by a random key that only the browser has, so that no session carries them.

    ``browser``, ``address`` and ``network`` are keyed hashes; ``browser`` also says whose the text is, once it is
    somebody's. ``address`` is the one for which that browser later asked for a code, and ``member`` the owner who
    signed in: by these two the row is erased with the person.
    """

    browser = models.CharField(max_length=64, unique=True)
    address = models.CharField(max_length=64, blank=True)
    member = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    network = models.CharField(max_length=64)
    step = models.CharField(max_length=20)
    typed = models.TextField()
    made_at = models.DateTimeField()

    objects = KeptAnswersQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("typed"), LONGEST), name="registrations_kept_answers_are_short"
            ),
            models.CheckConstraint(condition=~Q(browser=""), name="registrations_kept_answers_have_a_browser"),
        ]
        indexes = [
            models.Index(fields=["network", "made_at"], name="registrations_kept_by_network"),
            models.Index(fields=["made_at"], name="registrations_kept_by_time"),
            models.Index(fields=["address"], condition=~Q(address=""), name="registrations_kept_by_address"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.step}"
