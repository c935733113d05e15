"""What clinics are about, in each language, and what they are parts of."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from letsconnect.base.fields import LineField, lines_can_be_seen


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


class ClinicText(models.Model):
    """What a clinic is about, in one language."""

    clinic = models.ForeignKey("Clinic", on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    title = LineField(_("title"), max_length=150)
    summary = models.TextField(_("what it is about"), max_length=3000)
    audience = models.TextField(_("who it is for"), max_length=1000, blank=True)
    preparation = models.TextField(_("what to prepare"), max_length=2000, blank=True)
    outcomes = models.TextField(_("what you will learn"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("text in one language")
        verbose_name_plural = _("texts in each language")
        ordering = ["language"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "language"], name="clinics_one_text_per_language"),
            models.CheckConstraint(condition=~Q(title=""), name="clinics_text_has_a_title"),
            models.CheckConstraint(condition=lines_can_be_seen("title"), name="clinics_title_can_be_seen"),
        ]

    def __str__(self) -> str:
        return str(self.title)
