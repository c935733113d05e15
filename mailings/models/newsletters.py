"""Issues of the newsletter: a version for each language, its sections, and what was really sent."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from letsconnect.base.fields import LineField, lines_can_be_seen
from mailings.domain.newsletters import FROZEN, NewsletterState, SectionKind, SendTime, VersionState

S = NewsletterState
SECTION_AT_MOST = 20_000  # characters of Markdown: a letter stays under 60 kB


class NewsletterQuerySet(models.QuerySet["Newsletter"]):
    def in_the_archive(self, now: datetime) -> "NewsletterQuerySet":
        """Issues that anybody may read: those whose first letter was due, a stopped one included if somebody has it."""
        return self.filter(state__in=sorted(FROZEN), published_at__lte=now)

    def waiting_for(self, member: Any) -> "NewsletterQuerySet":
        """Issues that wait for a decision: paused ones, and those that somebody else asked to have confirmed."""
        return self.filter(Q(state=S.PAUSED) | Q(Q(state=S.ASKED), ~Q(asked_by=member))).order_by("number")

    def being_sent(self) -> "NewsletterQuerySet":
        return self.filter(state=S.SENDING)


class Newsletter(models.Model):
    """One issue. What it says stands in its versions; whom it goes to, in the ledger from the moment it is sent.

    ``audience`` holds what the editors chose, by the name of the audience's provider; ``recipients`` how many letters
    were written when it was frozen, for ever the sum of their states.
    """

    number = models.PositiveIntegerField(_("number"), unique=True)
    month = models.DateField(_("month"))
    state = models.CharField(_("state"), max_length=7, choices=NewsletterState, default=S.DRAFT)
    first_language = models.CharField(_("written first in"), max_length=10, choices=settings.LANGUAGES, default="en")
    audience = models.JSONField(_("readers"), default=dict, blank=True)
    send_time = models.CharField(_("when"), max_length=7, choices=SendTime, default=SendTime.AT_ONCE)
    send_at = models.DateTimeField(_("not before"), null=True, blank=True)
    send_on = models.DateField(_("day"), null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="newsletters_made", null=True
    )
    made_at = models.DateTimeField(_("made at"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="newsletters_asked", null=True, blank=True
    )
    asked_at = models.DateTimeField(_("to be confirmed since"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="newsletters_confirmed", null=True, blank=True
    )
    frozen_at = models.DateTimeField(_("readers counted at"), null=True, blank=True)
    recipients = models.PositiveIntegerField(_("readers"), null=True, blank=True)
    published_at = models.DateTimeField(_("in the archive since"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    objects = NewsletterQuerySet.as_manager()

    class Meta:
        verbose_name = _("newsletter")
        verbose_name_plural = _("newsletters")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=S.values), name="mailings_newsletter_state_is_known"),
            models.CheckConstraint(condition=Q(month__day=1), name="mailings_month_is_its_first_day"),
            models.CheckConstraint(
                condition=Q(state__in=sorted(FROZEN), frozen_at__isnull=False, recipients__isnull=False)
                | (~Q(state__in=sorted(FROZEN)) & Q(frozen_at=None, recipients=None)),
                name="mailings_sent_issue_has_counted_readers",
            ),
            models.CheckConstraint(
                condition=Q(asked_by=None, asked_at=None) | Q(asked_by__isnull=False, asked_at__isnull=False),
                name="mailings_asked_by_somebody_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | Q(asked_by=None) | ~Q(confirmed_by=F("asked_by")),
                name="mailings_a_second_person_confirms",
            ),
            models.CheckConstraint(
                condition=Q(send_time=SendTime.AT_ONCE, send_on=None)
                | Q(send_time=SendTime.MORNING, send_on__isnull=False, send_at=None),
                name="mailings_a_morning_has_a_day",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[S.STOPPED, S.SENT], finished_at__isnull=False)
                | (~Q(state__in=[S.STOPPED, S.SENT]) & Q(finished_at=None)),
                name="mailings_finished_issue_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} ({date_format(self.month, 'YEAR_MONTH_FORMAT')})"

    @property
    def is_frozen(self) -> bool:
        """Whether its readers are counted: its texts can no longer be changed."""
        return self.state in FROZEN


class NewsletterVersion(models.Model):
    """An issue in one language.

    ``translated_from`` names the language it is translated from, ``source_read`` what that one said when the translator
    last said "I have taken this over": the page shows what changed there since.
    """

    newsletter = models.ForeignKey(
        Newsletter, on_delete=models.CASCADE, related_name="versions", verbose_name=_("newsletter")
    )
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    state = models.CharField(_("state"), max_length=5, choices=VersionState, default=VersionState.DRAFT)
    subject = LineField(_("subject"), max_length=120, blank=True)
    preview = LineField(_("preview line"), max_length=150, blank=True)
    translated_from = models.CharField(
        _("translated from"), max_length=10, choices=settings.LANGUAGES, blank=True, default=""
    )
    source_read = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        verbose_name = _("version of a newsletter")
        verbose_name_plural = _("versions of newsletters")
        constraints = [
            models.UniqueConstraint(fields=["newsletter", "language"], name="mailings_one_version_per_language"),
            models.CheckConstraint(condition=Q(state__in=VersionState.values), name="mailings_version_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state=VersionState.READY) | ~Q(subject=""), name="mailings_ready_version_has_a_subject"
            ),
            models.CheckConstraint(
                condition=~Q(translated_from=F("language")), name="mailings_no_version_is_translated_from_itself"
            ),
            models.CheckConstraint(
                condition=lines_can_be_seen("subject", "preview"), name="mailings_subject_can_be_seen"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.newsletter_id} {self.language}"


class NewsletterSection(models.Model):
    """One section of a version, in Markdown. ``origin`` names what the portal filled in there, and when."""

    newsletter_version = models.ForeignKey(NewsletterVersion, on_delete=models.CASCADE, related_name="sections")
    kind = models.CharField(_("kind"), max_length=10, choices=SectionKind)
    place = models.PositiveSmallIntegerField(_("place"))
    title = LineField(_("title"), max_length=120, blank=True)
    body = models.TextField(_("text"), blank=True, max_length=SECTION_AT_MOST)
    origin = models.CharField(_("filled in from"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(
                fields=["newsletter_version", "place"],
                name="mailings_one_section_per_place",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(condition=Q(kind__in=SectionKind.values), name="mailings_section_kind_is_known"),
            models.CheckConstraint(
                condition=~Q(kind=SectionKind.OTHER) | ~Q(title=""), name="mailings_section_of_its_own_has_a_title"
            ),
            models.CheckConstraint(condition=lines_can_be_seen("title"), name="mailings_title_can_be_seen"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("body"), SECTION_AT_MOST), name="mailings_section_is_no_book"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.newsletter_version_id} {self.place}"


class NewsletterBody(models.Model):
    """What an issue said in one language when it was sent: letters, "what was sent" and the archive read it.

    The personal values of a letter (the addresses of its preference page and of leaving) are put in when it is sent.
    """

    newsletter = models.ForeignKey(Newsletter, on_delete=models.PROTECT, related_name="bodies")
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    subject = LineField(_("subject"), max_length=120)
    preview = LineField(_("preview line"), max_length=150, blank=True)
    text = models.TextField()
    html = models.TextField()
    page = models.TextField()
    wikitext = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["newsletter", "language"], name="mailings_one_body_per_language"),
            models.CheckConstraint(
                condition=lines_can_be_seen("subject", "preview"), name="mailings_sent_subject_can_be_seen"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.newsletter_id} {self.language}"


def next_number() -> int:
    """Return the number that follows the newest issue."""
    newest: dict[str, Any] = Newsletter.objects.aggregate(newest=models.Max("number"))
    return int(newest["newest"] or 0) + 1
