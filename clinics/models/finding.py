"""What the working group sets for finding the hour of a clinic, and why the hours that were found were chosen."""

from datetime import datetime

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinics.domain.finding import WHOLE
from clinics.models.clinics import Clinic
from letsconnect.base.statements import Inquiry, Statement
from registrations.models import Member

FEWEST_DAYS, MOST_DAYS = 28, 1096  # of past clinics


class ClinicHourRulesQuerySet(models.QuerySet["ClinicHourRules"]):
    def current(self) -> "ClinicHourRules":
        """Return the one row; before anybody changed anything, the rules it would begin with."""
        return next(iter(asked_for_rules().rows()), None) or ClinicHourRules()


class ClinicHourRules(models.Model):
    """One row, which coordinators change; every change is logged."""

    night_weight = models.PositiveSmallIntegerField(
        _("how much past nights count"),
        default=500,
        validators=[MaxValueValidator(WHOLE)],
        help_text=_(
            "From 0 to 1000. At 0 only the number of people counts. At 1000 somebody at night does not "
            "count, if their region had nothing but nights."
        ),
    )
    burden_days = models.PositiveSmallIntegerField(
        _("days of past clinics that count"),
        default=365,
        validators=[MinValueValidator(FEWEST_DAYS), MaxValueValidator(MOST_DAYS)],
    )
    changed_at = models.DateTimeField(_("changed at"), null=True, blank=True)
    changed_by = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("changed by")
    )

    objects = ClinicHourRulesQuerySet.as_manager()

    class Meta:
        verbose_name = _("rules for the hours of clinics")
        verbose_name_plural = _("rules for the hours of clinics")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="clinics_hour_rules_are_one_row"),
            models.CheckConstraint(
                condition=Q(night_weight__lte=WHOLE, burden_days__gte=FEWEST_DAYS, burden_days__lte=MOST_DAYS),
                name="clinics_hour_rules_are_sensible",
            ),
        ]

    def __str__(self) -> str:
        return str(_("Rules for the hours of clinics"))


def asked_for_rules() -> Inquiry[ClinicHourRules]:
    """Return what `current` asks."""
    return _RULES.asked({})


_RULES = Statement(lambda: ClinicHourRules.objects.order_by("pk")[:1])


class ClinicHourChoiceQuerySet(models.QuerySet["ClinicHourChoice"]):
    def standing(self, clinic: Clinic) -> "ClinicHourChoice | None":
        """Return why the hour was chosen at which the clinic is now; None if it is at another, or of another length."""
        return self.at_hour(clinic.pk, clinic.starts_at, clinic.minutes).first()

    def at_hour(self, clinic: int, starts_at: datetime, minutes: int) -> "ClinicHourChoiceQuerySet":
        return self.filter(clinic=clinic, starts_at=starts_at, minutes=minutes)


class ClinicHourChoice(models.Model):
    """A start that was found and taken, with its reasons as they were then.

    It is kept when the clinic moves away, and holds again when the clinic comes back to it.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="hour_choices")
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    chosen_at = models.DateTimeField()
    chosen_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField(default=1)  # of the form of the reasons
    reasons = models.JSONField()

    objects = ClinicHourChoiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "starts_at"], name="clinics_one_choice_for_each_start"),
            models.CheckConstraint(
                condition=Q(version__gte=1, minutes__gte=1), name="clinics_choice_has_a_version_and_a_length"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%MZ}"
