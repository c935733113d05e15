"""Editions for funders and everybody else: chosen figures of one time, rounded and frozen as they were reported.

Triggers keep what is published as it is. Only a quote may leave, because it stays its author's (migration 0001).
"""

from datetime import UTC, date
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clinics.models import Quote
from letsconnect.base.fields import LineField, can_be_seen, lines_can_be_seen
from letsconnect.base.languages import best_of
from registrations.models import Member
from reports.domain.periods import Period

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

WORDS_AT_MOST = 2000


class EditionQuerySet(models.QuerySet["Edition"]):
    def published(self) -> "EditionQuerySet":
        return self.filter(published_at__isnull=False).order_by("-published_at", "-pk")

    def visible_to(self, member: "Member | AnonymousUser") -> "EditionQuerySet":
        """What everybody may read; coordinators, who make them, see drafts as well."""
        return self if isinstance(member, Member) and member.is_coordinator else self.published()

    def for_pages(self) -> "EditionQuerySet":
        return self.with_texts().prefetch_related("corrections__texts")

    def with_texts(self) -> "EditionQuerySet":
        """With all that the page of a draft says, which no other edition corrects."""
        return self.select_related("corrects").prefetch_related("texts", "corrects__texts")


class Edition(models.Model):
    """One edition: a time, an address, and who published it. A correction is another edition, which names this one."""

    slug = models.SlugField(_("address"), max_length=60, unique=True)
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
    corrects = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrections", verbose_name=_("corrects")
    )
    made_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made at"))
    published_by = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("published by")
    )
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("edition of figures")
        verbose_name_plural = _("editions of figures")
        constraints = [
            models.CheckConstraint(
                condition=Q(last_on__gte=F("first_on")), name="reports_edition_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(published_at=None, published_by=None)
                | Q(published_at__isnull=False, published_by__isnull=False),
                name="reports_published_edition_says_by_whom",
            ),
            models.CheckConstraint(condition=~Q(corrects=F("id")), name="reports_no_edition_corrects_itself"),
            models.UniqueConstraint(fields=["corrects"], name="reports_one_correction_of_an_edition"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def period(self) -> Period:
        return Period(self.first_on, self.last_on)

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

    @property
    def published_on(self) -> date | None:
        """The day of publishing in UTC: one for every reader, wherever they are."""
        return self.published_at.astimezone(UTC).date() if self.published_at else None

    @property
    def text(self) -> "EditionText | None":
        """Its title and introduction as the present reader understands them best."""
        return best_of({text.language: text for text in self.texts.all()}, get_language() or "en", then="en")

    @property
    def title(self) -> str:
        return self.text.title if self.text else self.slug

    @property
    def corrected_by(self) -> "Edition | None":
        """The published edition that corrects this one."""
        return next((edition for edition in self.corrections.all() if edition.is_published), None)


class EditionText(models.Model):
    """What an edition is called in one language, and a few words before its figures."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=10, choices=settings.LANGUAGES)
    title = LineField(max_length=150)
    introduction = models.TextField(max_length=WORDS_AT_MOST, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "language"], name="reports_one_text_of_an_edition_per_language"),
            models.CheckConstraint(
                condition=lines_can_be_seen("title")
                & ~Q(title="")
                & (Q(introduction="") | can_be_seen("introduction")),
                name="reports_text_of_an_edition_can_be_seen",
            ),
        ]

    def __str__(self) -> str:
        return str(self.title)


class EditionTable(models.Model):
    """One table of an edition: keys of its figures, and their numbers once it is published; no words."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="tables")
    place = models.PositiveSmallIntegerField()
    report = models.CharField(max_length=40)
    table = models.CharField(max_length=40)
    figures = ArrayField(models.CharField(max_length=40))
    rows = models.JSONField(null=True)

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "report", "table"], name="reports_one_table_once_in_an_edition"),
            models.CheckConstraint(condition=Q(figures__len__gte=1), name="reports_table_of_an_edition_has_figures"),
        ]

    def __str__(self) -> str:
        return f"{self.report}/{self.table}"


class EditionQuote(models.Model):
    """A quote chosen for an edition. Its words stay where they were given: who takes them back, changes them or is
    erased takes them off this page, too."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="quotes")
    quote = models.ForeignKey(Quote, on_delete=models.CASCADE, related_name="+")
    as_given_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "quote"], name="reports_one_quote_once_in_an_edition"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
