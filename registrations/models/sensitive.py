"""Answers about gender and age: stored apart from everything else for 90 days, then only counted."""

import uuid
from datetime import date

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q

from letsconnect.base.fields import LineField, lines_can_be_seen
from letsconnect.base.labels import label_of
from registrations.domain.registrations import AgeRange, Gender, SensitiveQuestion


class SensitiveAnswerQuerySet(models.QuerySet["SensitiveAnswer"]):
    def from_before(self, day: date) -> "SensitiveAnswerQuerySet":
        """Answers from weeks that began on that day or earlier."""
        return self.filter(week_of__lte=day)


class SensitiveAnswer(models.Model):
    """One answer to one question. No column leads to a person.

    ``digest`` is a keyed hash that differs between the questions: the person can change the answer, but nobody can
    connect it with another answer.
    """

    # Random, because a number that counts up would put one person's answers side by side.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID(), editable=False)
    question = models.CharField(max_length=10, choices=SensitiveQuestion)
    digest = models.CharField(max_length=64)
    option = models.CharField(max_length=15)
    words = LineField(max_length=100, blank=True)
    week_of = models.DateField()

    objects = SensitiveAnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["question", "digest"], name="registrations_one_sensitive_answer_per_question"
            ),
            models.CheckConstraint(
                condition=Q(question=SensitiveQuestion.GENDER, option__in=Gender.values)
                | Q(question=SensitiveQuestion.AGE, option__in=AgeRange.values),
                name="registrations_sensitive_option_is_known",
            ),
            models.CheckConstraint(
                condition=Q(words="") | Q(option=Gender.NOT_LISTED),
                name="registrations_own_words_only_where_not_listed",
            ),
            models.CheckConstraint(condition=lines_can_be_seen("words"), name="registrations_own_words_can_be_seen"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class SensitiveTally(models.Model):
    """How often an option was chosen in a year: what remains of the answers."""

    year = models.PositiveSmallIntegerField()
    question = models.CharField(max_length=10, choices=SensitiveQuestion)
    option = models.CharField(max_length=15)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "question", "option"], name="registrations_one_tally_per_option")
        ]

    def __str__(self) -> str:
        return f"{self.year} {label_of(self, 'question')}: {self.count}"
