"""Who was at a clinic, and from what we know it."""

from datetime import datetime, timedelta

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from clinics.models.clinics import Clinic
from clinics.models.moments import CLINIC_ENDS_AT
from clinics.models.outcomes import MOST_HEADS
from letsconnect.base import addresses
from letsconnect.base.fields import LineField, lines_can_be_seen
from registrations.models import Member

CALL_LIST_KEPT_FOR = timedelta(days=30)  # at most: a list goes with its review
PRESSES_KEPT_FOR = timedelta(days=8)  # a day longer than hosts tick
MOST_MINUTES_IN_CALL = 2 * 24 * 60


class AttendanceQuerySet(models.QuerySet["Attendance"]):
    def of(self, clinic: Clinic) -> "AttendanceQuerySet":
        return self.filter(clinic=clinic)

    def members(self) -> "QuerySet[Member]":
        """The people of these rows, each once."""
        return Member.objects.filter(pk__in=self.order_by().values("member"))

    def has_come(self, clinic: Clinic, member: Member) -> bool:
        return self.filter(clinic=clinic, member=member).exists()


class Attendance(models.Model):
    """One member was at one clinic. Each column of a moment is one source that says so; a row has one at least.

    Whoever has no account and shares, hosts, helps or interprets has no row here: they count as having come if they
    said yes (`clinics.attendance.counting`).
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="attendances", verbose_name=_("clinic"))
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="attendances", verbose_name=_("member"))
    # They pressed the button on the page with the link to the call; the first time counts.
    joined_at = models.DateTimeField(_("pressed the button to join at"), null=True, blank=True)
    # A host or helper saw them and ticked their name.
    ticked_at = models.DateTimeField(_("ticked at"), null=True, blank=True)
    ticked_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # The working group found them among the participants that the call listed.
    in_call_at = models.DateTimeField(_("found in the call's list at"), null=True, blank=True)
    in_call_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    minutes_in_call = models.PositiveSmallIntegerField(
        _("minutes in the call"), null=True, blank=True, validators=[MaxValueValidator(MOST_MINUTES_IN_CALL)]
    )

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        constraints = [
            models.UniqueConstraint(fields=["clinic", "member"], name="clinics_one_attendance_per_member"),
            models.CheckConstraint(
                condition=Q(joined_at__isnull=False) | Q(ticked_at__isnull=False) | Q(in_call_at__isnull=False),
                name="clinics_attendance_has_a_source",
            ),
            models.CheckConstraint(
                condition=Q(ticked_at__isnull=False, ticked_by__isnull=False) | Q(ticked_at=None, ticked_by=None),
                name="clinics_tick_says_who_ticked",
            ),
            models.CheckConstraint(
                condition=Q(in_call_at__isnull=False, in_call_by__isnull=False)
                | Q(in_call_at=None, in_call_by=None, minutes_in_call=None),
                name="clinics_call_list_says_who_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(minutes_in_call=None) | Q(minutes_in_call__lte=MOST_MINUTES_IN_CALL),
                name="clinics_minutes_in_call_are_at_most_two_days",
            ),
        ]

    def __str__(self) -> str:
        return str(self.member)


class LastPressQuerySet(models.QuerySet["LastPress"]):
    def outdated(self, *, now: datetime) -> "LastPressQuerySet":
        """Those of clinics whose hosts do not tick any more, so that no telephone sends another."""
        return self.alias(_ends=CLINIC_ENDS_AT).filter(_ends__lte=now - PRESSES_KEPT_FOR)


class LastPress(models.Model):
    """What was pressed last of one person at the door of a clinic, there or not, and when.

    On a bad line a press arrives late: an older one changes nothing that was pressed since, be it a tick taken back,
    of which `Attendance` keeps no row.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="last_presses")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    is_there = models.BooleanField()
    pressed_at = models.DateTimeField()

    objects = LastPressQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "member"], name="clinics_one_last_press_per_member"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class OtherHeads(models.Model):
    """How many more people were at a clinic beside those who are known by name: counted in the room or in the call."""

    clinic = models.OneToOneField(Clinic, on_delete=models.CASCADE, related_name="other_heads")
    number = models.PositiveIntegerField(
        _("how many more people were there"), validators=[MaxValueValidator(MOST_HEADS)]
    )
    counted_at = models.DateTimeField()
    counted_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("count of other people")
        verbose_name_plural = _("counts of other people")
        constraints = [
            models.CheckConstraint(
                condition=Q(number__lte=MOST_HEADS), name="clinics_other_heads_are_a_sensible_number"
            )
        ]

    def __str__(self) -> str:
        return str(self.number)


class CallListQuerySet(models.QuerySet["CallList"]):
    def outdated(self, *, now: datetime) -> "CallListQuerySet":
        """Lists that nobody finished reviewing within 30 days."""
        return self.filter(brought_at__lte=now - CALL_LIST_KEPT_FOR)


class CallList(models.Model):
    """The participants of a call as a file listed them, kept only until somebody has said who they are.

    The file itself is not kept. Each row goes as soon as it is known who it is, the rest with the end of the review.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="call_lists")
    brought_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    brought_at = models.DateTimeField()
    read = models.PositiveIntegerField()  # how many people the file listed
    notes = models.JSONField(default=list)  # rows that were not understood, in the language of who brought the file
    # No file of a call, but the addresses of those who never signed up and whom hosts and helpers saw there.
    is_of_the_door = models.BooleanField(default=False)

    objects = CallListQuerySet.as_manager()

    class Meta:
        verbose_name = _("list of a call")
        verbose_name_plural = _("lists of calls")
        ordering = ["brought_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic"], condition=Q(is_of_the_door=True), name="clinics_one_list_of_the_door"
            )
        ]

    def __str__(self) -> str:
        return f"{self.brought_at:%Y-%m-%d %H:%M}"


class CallListRow(models.Model):
    """Somebody in such a list of whom nobody has said yet who they are."""

    call_list = models.ForeignKey(CallList, on_delete=models.CASCADE, related_name="rows")
    row = models.PositiveIntegerField()  # of the file, in which they stand first
    name = LineField(max_length=200, blank=True)
    address = models.EmailField(blank=True)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["row", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(name="", address=""), name="clinics_row_of_a_call_names_somebody"),
            models.CheckConstraint(condition=lines_can_be_seen("name"), name="clinics_name_in_a_call_can_be_seen"),
            models.CheckConstraint(
                condition=Q(address="") | Q(address__regex=addresses.CANONICAL),
                name="clinics_row_of_a_call_has_a_canonical_address",
            ),
            models.CheckConstraint(
                condition=Q(minutes=None) | Q(minutes__lte=MOST_MINUTES_IN_CALL),
                name="clinics_row_of_a_call_is_of_two_days_at_most",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.address
