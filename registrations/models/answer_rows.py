"""The rows of a registration: skills to share and to learn, languages, free hours."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from letsconnect.base.fields import LineField, lines_can_be_seen
from registrations.domain.registrations import (
    MINUTES_A_WEEK,
    WHY_AT_MOST,
    WINDOW_STEP,
    BabelLevel,
    OfferLevel,
    WishPriority,
)
from registrations.models.reference import Skill
from registrations.models.registration import Registration


class Offer(models.Model):
    """A skill a person shares."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="offers")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="offers", verbose_name=_("skill"))
    level = models.PositiveSmallIntegerField(_("level"), choices=OfferLevel, default=OfferLevel.PRACTICE)
    would_host = models.BooleanField(_("I would share it in a clinic"), default=False)

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints = [
            models.UniqueConstraint(fields=["registration", "skill"], name="registrations_one_offer_per_skill"),
            models.CheckConstraint(condition=Q(level__in=OfferLevel.values), name="registrations_offer_level_is_known"),
        ]

    def __str__(self) -> str:
        return str(self.skill)


class Wish(models.Model):
    """A skill a person wants to learn."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="wishes")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="wishes", verbose_name=_("skill"))
    priority = models.PositiveSmallIntegerField(_("how soon"), choices=WishPriority, default=WishPriority.SOON)
    why = LineField(_("why"), max_length=WHY_AT_MOST, blank=True)

    class Meta:
        verbose_name = _("wish")
        verbose_name_plural = _("wishes")
        constraints = [
            models.UniqueConstraint(fields=["registration", "skill"], name="registrations_one_wish_per_skill"),
            models.CheckConstraint(condition=lines_can_be_seen("why"), name="registrations_wish_why_can_be_seen"),
            models.CheckConstraint(
                condition=Q(priority__in=WishPriority.values), name="registrations_wish_priority_is_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.skill)


class SpokenLanguage(models.Model):
    """A language a person speaks, with Babel level."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="spoken_languages")
    code = models.CharField(_("language"), max_length=20)
    level = models.PositiveSmallIntegerField(_("level"), choices=BabelLevel)
    is_preferred = models.BooleanField(_("preferred for 1:1"), default=False)

    class Meta:
        verbose_name = _("spoken language")
        verbose_name_plural = _("spoken languages")
        constraints = [
            models.UniqueConstraint(fields=["registration", "code"], name="registrations_one_level_per_language"),
            models.CheckConstraint(condition=Q(level__in=BabelLevel.values), name="registrations_babel_level_is_known"),
        ]

    def __str__(self) -> str:
        return self.code


class Int8Range(Func):
    """PostgreSQL's int8range(from, to), half open."""

    function = "int8range"


class Window(models.Model):
    """A time of the local week when a person is usually free: `[start, end)` in minutes from Monday 00:00."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="windows")
    start = models.PositiveSmallIntegerField()
    end = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["start"]
        constraints = [
            models.CheckConstraint(
                condition=Q(start__gte=0, end__lte=MINUTES_A_WEEK, start__lt=F("end")),
                name="registrations_window_inside_the_week",
            ),
            models.CheckConstraint(
                condition=Q(Exact(F("start") % WINDOW_STEP, 0)) & Q(Exact(F("end") % WINDOW_STEP, 0)),
                name="registrations_window_in_quarters",
            ),
            ExclusionConstraint(
                name="registrations_windows_do_not_overlap",
                expressions=[
                    (
                        Int8Range(
                            F("registration_id") * (MINUTES_A_WEEK + 1) + F("start"),
                            F("registration_id") * (MINUTES_A_WEEK + 1) + F("end"),
                        ),
                        RangeOperators.OVERLAPS,
                    )
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.start}–{self.end}"
