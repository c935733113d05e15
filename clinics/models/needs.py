"""Needs that liaisons heard of: in discussions, at meetings, on talk pages. No person is named."""

from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clinics.models.clinics import Clinic
from letsconnect.base.fields import LineField, lines_can_be_seen
from registrations.domain.registrations import Region
from registrations.models import Member, Skill
from registrations.models.languages import is_written_as_a_language
from registrations.reference.names import language_name

if TYPE_CHECKING:
    from clinics.models.clinics import Reader

MOST_PEOPLE = 10_000


class RaisedNeedQuerySet(models.QuerySet["RaisedNeed"]):
    def visible_to(self, reader: "Reader") -> "RaisedNeedQuerySet":
        """All of them for the whole working group: they name nobody."""
        return self if reader.is_staff else self.none()

    def looked_after_by(self, reader: "Reader") -> "RaisedNeedQuerySet":
        """Those a member of the working group changes: of their regions, and of no region if they recorded it."""
        if not isinstance(reader, Member) or not reader.is_staff:
            return self.none()
        if reader.is_coordinator:
            return self
        return self.filter(Q(region__in=reader.seat_regions) | Q(region="", recorded_by=reader))

    def standing(self) -> "RaisedNeedQuerySet":
        """Needs that still count: nobody has said that they are met."""
        return self.filter(closed_at=None)

    def with_names(self) -> "RaisedNeedQuerySet":
        names = ("skill__skill_names", "skill__merged_into__skill_names")
        return self.select_related("skill__merged_into").prefetch_related(*names)


class RaisedNeed(models.Model):
    """What people in a discussion said that they lack: a skill or words, where it was said, and by how many people."""

    skill = models.ForeignKey(
        Skill, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("skill")
    )
    words = LineField(_("in words"), max_length=120, blank=True)
    raised_where = LineField(_("where it was raised"), max_length=200)
    people = models.PositiveIntegerField(
        _("how many people"), validators=[MinValueValidator(1), MaxValueValidator(MOST_PEOPLE)]
    )
    language = models.CharField(_("language"), max_length=20, blank=True)
    region = models.CharField(_("region"), max_length=5, blank=True, choices=Region)
    recorded_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="+", verbose_name=_("recorded by"), editable=False
    )
    recorded_at = models.DateTimeField(_("recorded at"), editable=False)
    closed_at = models.DateTimeField(_("met since"), null=True, blank=True, editable=False)
    clinic = models.ForeignKey(
        Clinic,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="raised_needs",
        verbose_name=_("clinic"),
    )

    objects = RaisedNeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("raised need")
        verbose_name_plural = _("raised needs")
        ordering = ["-recorded_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(skill__isnull=False, words="") | Q(skill=None) & ~Q(words=""),
                name="clinics_raised_need_has_one_topic",
            ),
            models.CheckConstraint(
                condition=lines_can_be_seen("words", "raised_where") & ~Q(raised_where=""),
                name="clinics_raised_need_says_where",
            ),
            models.CheckConstraint(
                condition=Q(people__gte=1, people__lte=MOST_PEOPLE), name="clinics_raised_need_is_of_somebody"
            ),
            models.CheckConstraint(
                condition=Q(language="") | is_written_as_a_language("language"),
                name="clinics_raised_need_language_is_a_code",
            ),
            models.CheckConstraint(
                condition=Q(region="") | Q(region__in=Region.values), name="clinics_raised_need_region_is_known"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=models.F("recorded_at")),
                name="clinics_raised_need_met_after_it_was_recorded",
            ),
        ]

    def __str__(self) -> str:
        return str(self.skill.name_in(get_language() or "en")) if self.skill is not None else str(self.words)

    @property
    def language_in_words(self) -> str:
        return language_name(self.language, get_language() or "en") if self.language else ""
