"""What clinics are about, in each language, and what they are parts of."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.domain.texts import TextState
from letsconnect.base.fields import LineField, can_be_seen, lines_can_be_seen
from letsconnect.base.labels import label_of
from letsconnect.base.languages import direction_of
from registrations.models.languages import is_written_as_a_language
from registrations.reference.names import languages_by_name


class ClinicSeries(models.Model):
    """Clinics that belong together, as the parts of a course do."""

    name = LineField(_("name"), max_length=150)

    class Meta:
        verbose_name = pgettext_lazy("of clinics", "series")
        verbose_name_plural = pgettext_lazy("of clinics", "series of clinics")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="clinics_series_has_a_name"),
            models.CheckConstraint(condition=lines_can_be_seen("name"), name="clinics_series_name_can_be_seen"),
        ]

    def __str__(self) -> str:
        return self.name


class ClinicTextQuerySet(models.QuerySet["ClinicText"]):
    def ready(self) -> "ClinicTextQuerySet":
        """The texts that readers see; a draft is for those who plan the clinic."""
        return self.filter(state=TextState.READY)

    def readable(self) -> "ClinicTextQuerySet":
        """The texts that some page may show: the ready ones, and of clinics that were never announced all.

        Such a clinic is seen by those who plan it only.
        """
        return self.filter(Q(state=TextState.READY) | Q(clinic__announced_at=None))


class ClinicText(models.Model):
    """What a clinic is about, in one language: a draft that its planners see, or ready for everybody.

    A clinic that was announced has a ready text: the database refuses to take away the last one, see migration 0006.
    """

    clinic = models.ForeignKey("Clinic", on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=20, choices=languages_by_name)
    state = models.CharField(_("state"), max_length=5, choices=TextState, default=TextState.DRAFT)
    title = LineField(_("title"), max_length=150)
    summary = models.TextField(_("what it is about"), max_length=3000, blank=True)
    audience = models.TextField(_("who it is for"), max_length=1000, blank=True)
    preparation = models.TextField(_("what to prepare"), max_length=2000, blank=True)
    outcomes = models.TextField(_("what you will learn"), max_length=2000, blank=True)

    objects = ClinicTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("text in one language")
        verbose_name_plural = _("texts in each language")
        ordering = ["language"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "language"], name="clinics_one_text_per_language"),
            models.CheckConstraint(condition=~Q(title=""), name="clinics_text_has_a_title"),
            models.CheckConstraint(condition=lines_can_be_seen("title"), name="clinics_title_can_be_seen"),
            models.CheckConstraint(condition=Q(state__in=TextState.values), name="clinics_text_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state=TextState.READY) | can_be_seen("summary"), name="clinics_ready_text_says_something"
            ),
            models.CheckConstraint(
                condition=is_written_as_a_language("language"), name="clinics_text_language_is_a_code"
            ),
        ]

    def __str__(self) -> str:
        return str(self.title)

    @property
    def is_ready(self) -> bool:
        return self.state == TextState.READY

    @property
    def language_in_words(self) -> str:
        return label_of(self, "language")

    @property
    def direction(self) -> str:
        return direction_of(self.language)
