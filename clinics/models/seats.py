"""The seats of clinics, and the queue for them."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Prefetch, Q
from django.utils.translation import gettext_lazy as _

from clinics.domain import clinics as domain
from clinics.domain.clinics import ClinicState, RsvpState
from clinics.models.clinics import Clinic
from registrations.models import Member

if TYPE_CHECKING:
    from clinics.models.clinics import Reader


class RsvpQuerySet(models.QuerySet["Rsvp"]):
    def holding_a_seat(self) -> "RsvpQuerySet":
        return self.filter(state__in=domain.HOLDING_A_SEAT)

    def going(self) -> "RsvpQuerySet":
        return self.filter(state=RsvpState.GOING)

    def waiting(self) -> "RsvpQuerySet":
        """RSVPs that wait for a seat, in the order in which they get one; those of closed accounts do not count."""
        return self.filter(state=RsvpState.WAITING, member__is_active=True).order_by("place", "pk")

    def active(self) -> "RsvpQuerySet":
        return self.filter(state__in=domain.ACTIVE)

    def of(self, member: Member) -> "RsvpQuerySet":
        return self.filter(member=member)

    def active_for(self, member: Member, *, now: datetime) -> "RsvpQuerySet":
        """The member's seats and turns in queues at clinics that are not over, cancelled clinics included."""
        clinics = Clinic.objects.upcoming(now=now).exclude(state=ClinicState.DRAFT)
        return (
            self.of(member)
            .active()
            .filter(clinic__in=clinics.values("pk"))
            .prefetch_related(Prefetch("clinic", queryset=Clinic.objects.for_pages()))
            .order_by("clinic__starts_at", "pk")
        )

    def visible_to(self, reader: "Reader") -> "RsvpQuerySet":
        """The member's own RSVPs, and those at the clinics they look after."""
        return self.filter(Q(member=reader) | Q(clinic__in=Clinic.objects.looked_after_by(reader).values("pk")))


class Rsvp(models.Model):
    """One member's seat, or turn in the queue, at one clinic. Signing up again after cancelling reuses the row."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="rsvps", verbose_name=_("clinic"))
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="rsvps", verbose_name=_("member"))
    state = models.CharField(_("state"), max_length=10, choices=RsvpState)
    seat = models.PositiveSmallIntegerField(_("seat"), null=True, blank=True)
    # The queue's order: given under the clinic lock and never again, so that nobody's position ever gets worse.
    place = models.PositiveIntegerField(null=True, blank=True)
    turn = models.PositiveSmallIntegerField(default=1)
    made_at = models.DateTimeField(_("made at"))
    seated_at = models.DateTimeField(_("got a seat at"), null=True, blank=True)

    objects = RsvpQuerySet.as_manager()

    class Meta:
        verbose_name = _("RSVP")
        verbose_name_plural = _("RSVPs")
        constraints = [
            models.UniqueConstraint(fields=["clinic", "member"], name="clinics_one_rsvp_per_member"),
            models.UniqueConstraint(
                fields=["clinic", "seat"],
                condition=Q(state=RsvpState.GOING),
                name="clinics_seat_unique_among_going",
            ),
            models.CheckConstraint(condition=Q(state__in=RsvpState.values), name="clinics_rsvp_state_is_known"),
            models.CheckConstraint(
                condition=Q(state=RsvpState.GOING, seat__isnull=False, seat__gte=1, seated_at__isnull=False)
                | (~Q(state=RsvpState.GOING) & Q(seat=None)),
                name="clinics_going_has_a_seat_and_others_none",
            ),
            models.CheckConstraint(
                condition=Q(state=RsvpState.WAITING, place__isnull=False, place__gte=1)
                | (~Q(state=RsvpState.WAITING) & Q(place=None)),
                name="clinics_waiting_has_a_place_and_others_none",
            ),
        ]
        indexes = [models.Index(fields=["clinic", "state"], name="clinics_rsvp_by_clinic_state")]

    def __str__(self) -> str:
        return f"{self.member}: {self.get_state_display()}"

    @property
    def is_active(self) -> bool:
        return self.state in domain.ACTIVE

    @property
    def is_going(self) -> bool:
        return self.state == RsvpState.GOING

    @property
    def is_waiting(self) -> bool:
        return self.state == RsvpState.WAITING

    def position(self) -> int | None:
        """Return the place in the queue, counted from 1; None unless this RSVP waits."""
        if not self.is_waiting:
            return None
        ahead = Q(place__lt=self.place) | Q(place=self.place, pk__lt=self.pk)
        return self.clinic.rsvps.waiting().filter(ahead).count() + 1
