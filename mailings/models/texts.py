"""What was sent, readable for 90 days: a text for each letter, or one for the many letters that say the same."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from mailings.domain.letters import KEPT_FOR


class LetterTextQuerySet(models.QuerySet["LetterText"]):
    def readable(self, now: datetime) -> "LetterTextQuerySet":
        """Texts that may still be read, also where the sweep is late."""
        return self.filter(sent_at__gt=now - KEPT_FOR)

    def naming(self, members: Iterable[int]) -> "LetterTextQuerySet":
        """Texts that name any of these people."""
        return self.filter(people__overlap=list(members))


class LetterText(models.Model):
    """What one letter said, without the links that act: written in the statement that settles the letter as sent.

    ``people`` are the accounts of those whom it names besides the reader; erasing any of them deletes the row.
    """

    letter = models.OneToOneField(
        "mailings.Letter", on_delete=models.CASCADE, primary_key=True, related_name="sent_text"
    )
    subject = models.TextField()
    text = models.TextField()
    html = models.TextField(blank=True)
    people = ArrayField(models.BigIntegerField(), default=list, blank=True)
    sent_at = models.DateTimeField()

    objects = LetterTextQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["sent_at"], name="mailings_letter_text_by_age"),
            GinIndex(fields=["people"], name="mailings_letter_text_names"),
        ]

    def __str__(self) -> str:
        return f"text of letter {self.pk}"


class BulkTextQuerySet(models.QuerySet["BulkText"]):
    def readable(self, now: datetime) -> "BulkTextQuerySet":
        return self.filter(written_at__gt=now - KEPT_FOR)


class BulkText(models.Model):
    """What many letters of one day said: an issue in one language as ``reader_language`` gets it, or a text of its own.

    It names nobody, and nothing in it is one reader's own. ``digest`` is the fingerprint of what it says, and of the
    day.
    """

    digest = models.CharField(max_length=64, unique=True)
    newsletter_body = models.ForeignKey(
        "mailings.NewsletterBody", null=True, on_delete=models.PROTECT, related_name="+"
    )
    reader_language = models.CharField(max_length=10, choices=settings.LANGUAGES, blank=True)
    subject = models.TextField(blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    written_at = models.DateTimeField()

    objects = BulkTextQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(newsletter_body__isnull=False, subject="", text="", html="")
                | (Q(newsletter_body=None, reader_language="") & ~Q(text="")),
                name="mailings_bulk_text_is_an_issue_or_a_text",
            )
        ]
        indexes = [models.Index(fields=["written_at"], name="mailings_bulk_text_by_age")]

    def __str__(self) -> str:
        return f"text of many letters {self.pk}"
