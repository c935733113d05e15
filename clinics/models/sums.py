"""What stays known of seats when it is not known any more whose they were."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinics.models.clinics import Clinic
from registrations.models.languages import is_written_as_a_language


class ChannelSum(models.Model):
    """How many with a seat listened to a clinic in one language, the spoken one among them."""

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="channel_sums")
    language = models.CharField(_("language"), max_length=20)
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "language"], name="clinics_one_sum_per_channel"),
            models.CheckConstraint(condition=Q(count__gt=0), name="clinics_channel_sums_count_somebody"),
            models.CheckConstraint(
                condition=is_written_as_a_language("language"), name="clinics_summed_language_is_a_code"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.language}: {self.count}"


class AttendanceFigures(models.Model):
    """How many people were at a clinic and from where, as it was told once and stays: sums that went on counting would
    tell of whoever is added, leaves or moves."""

    clinic = models.OneToOneField(Clinic, on_delete=models.PROTECT, related_name="attendance_figures")
    fixed_at = models.DateTimeField()
    people = models.PositiveIntegerField()
    regions = models.PositiveSmallIntegerField()  # of how many people came, 0 where that is not told
    named = models.JSONField(default=dict)  # region → people, of those that may be named
    elsewhere = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(regions__gt=0) | Q(named={}, elsewhere=0), name="clinics_figures_of_no_region_tell_none"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clinic_id}: {self.people}"
