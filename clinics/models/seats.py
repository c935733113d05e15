"""The seats of clinics, and the queue for them."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.functions import RandomUUID
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Prefetch, Q
from django.utils.translation import gettext_lazy as _

from clinics.domain import clinics as domain
from clinics.domain.clinics import ClinicState, RsvpState
from clinics.domain.seats import FEWEST_HOURS, MOST_HOURS, USUAL_CUT_OFF
from clinics.models.clinics import Clinic
from clinics.models.moments import is_taken
from clinics.models.people import Channel
from registrations.models import Member

if TYPE_CHECKING:
    from clinics.models.clinics import Reader


class RsvpQuerySet(models.QuerySet["Rsvp"]):
    def holding_a_seat(self) -> "RsvpQuerySet":
        return self.filter(state__in=domain.HOLDING_A_SEAT)

    def taking_a_seat(self, *, now: datetime) -> "RsvpQuerySet":
        """Those whose seats nobody else can have at ``now``: an offer that has ended is none of them."""
        return self.filter(is_taken(now))

    def going(self) -> "RsvpQuerySet":
        return self.filter(state=RsvpState.GOING)

    def waiting(self) -> "RsvpQuerySet":
        """RSVPs that wait for a seat, in the order in which they get one; those of closed accounts do not count."""
        return self.filter(state=RsvpState.WAITING, member__is_active=True).order_by("place", "pk")

    def without_those_at_other_editions(self, clinic: Clinic, *, now: datetime) -> "RsvpQuerySet":
        """Leave out of those at ``clinic`` whoever has a seat at another edition of it that has not begun."""
        original = clinic.edition_of_id or clinic.pk
        others = Rsvp.objects.filter(Q(clinic=original) | Q(clinic__edition_of=original)).exclude(clinic=clinic)
        others = others.holding_a_seat().filter(clinic__state=ClinicState.ANNOUNCED, clinic__starts_at__gt=now)
        return self.exclude(member__in=others.values("member"))

    def offered(self) -> "RsvpQuerySet":
        """RSVPs to whom a seat is offered, the offers that end first in front."""
        return self.filter(state=RsvpState.OFFERED).order_by("claim_by", "pk")

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
            .prefetch_related(Prefetch("clinic", queryset=Clinic.objects.for_pages(now=now)))
            .order_by("clinic__starts_at", "pk")
        )

    def visible_to(self, reader: "Reader") -> "RsvpQuerySet":
        """The member's own RSVPs, and those at the clinics they look after."""
        return self.filter(Q(member=reader) | Q(clinic__in=Clinic.objects.looked_after_by(reader).values("pk")))


class Rsvp(models.Model):
    """One member's seat, or turn in the queue, at one clinic. Signing up again after cancelling reuses the row.

    ``channel`` is in which interpretation they listen, None for the language spoken; a key of two columns keeps it of
    the same clinic. A seat that is offered holds its number until ``claim_by``.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="rsvps", verbose_name=_("clinic"))
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="rsvps", verbose_name=_("member"))
    state = models.CharField(_("state"), max_length=10, choices=RsvpState)
    seat = models.PositiveSmallIntegerField(_("seat"), null=True, blank=True)
    # The queue's order: given under the clinic lock and never again, so that nobody's position ever gets worse.
    place = models.PositiveIntegerField(null=True, blank=True)
    turn = models.PositiveSmallIntegerField(default=1)
    made_at = models.DateTimeField(_("made at"))
    seated_at = models.DateTimeField(_("got a seat at"), null=True, blank=True)
    claim_by = models.DateTimeField(_("to be claimed by"), null=True, blank=True)
    channel = models.ForeignKey(
        Channel,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="listeners",
        verbose_name=_("interpretation channel"),
    )
    shows_name = models.BooleanField(_("shows the name to others who come"), default=False)
    uid = models.UUIDField(_("calendar id"), default=uuid.uuid4, db_default=RandomUUID(), editable=False)

    agreed_hours: Sequence[
        Any
    ] = ()  # what else they have agreed to, where a letter has read it: `clinics/seats/clashes.py`

    objects = RsvpQuerySet.as_manager()

    class Meta:
        verbose_name = _("RSVP")
        verbose_name_plural = _("RSVPs")
        constraints = [
            models.UniqueConstraint(fields=["clinic", "member"], name="clinics_one_rsvp_per_member"),
            models.UniqueConstraint(fields=["uid"], name="clinics_one_rsvp_per_uid"),
            models.UniqueConstraint(
                fields=["clinic", "seat"],
                condition=Q(state__in=domain.HOLDING_A_SEAT),
                name="clinics_seat_unique_among_going_and_offered",
            ),
            models.CheckConstraint(condition=Q(state__in=RsvpState.values), name="clinics_rsvp_state_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=domain.HOLDING_A_SEAT, seat__isnull=False, seat__gte=1)
                | (~Q(state__in=domain.HOLDING_A_SEAT) & Q(seat=None)),
                name="clinics_going_and_offered_have_a_seat_and_others_none",
            ),
            models.CheckConstraint(
                condition=~Q(state=RsvpState.GOING) | Q(seated_at__isnull=False), name="clinics_going_since_a_moment"
            ),
            models.CheckConstraint(
                condition=Q(state=RsvpState.OFFERED, claim_by__isnull=False)
                | (~Q(state=RsvpState.OFFERED) & Q(claim_by=None)),
                name="clinics_offered_has_a_time_to_claim_and_others_none",
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

    @property
    def is_offered(self) -> bool:
        return self.state == RsvpState.OFFERED

    @property
    def holds_a_seat(self) -> bool:
        return self.state in domain.HOLDING_A_SEAT

    @property
    def listens_in(self) -> Channel | None:
        """The channel they hear: the one they chose, as long as somebody interprets there."""
        if self.channel_id is None:
            return None
        chosen = next((channel for channel in self.clinic.channels.all() if channel.pk == self.channel_id), None)
        return chosen if chosen and chosen.is_interpreted else None

    def offer_has_ended(self, now: datetime) -> bool:
        """Tell whether a seat was offered that cannot be claimed any more; the sweep may not have noticed yet."""
        return self.claim_by is not None and now >= min(self.claim_by, self.clinic.doors_open_at)

    def position(self) -> int | None:
        """Return the place in the queue, counted from 1; None unless this RSVP waits."""
        if not self.is_waiting:
            return None
        ahead = Q(place__lt=self.place) | Q(place=self.place, pk__lt=self.pk)
        return self.clinic.rsvps.waiting().filter(ahead).count() + 1


class ClinicSeatRulesQuerySet(models.QuerySet["ClinicSeatRules"]):
    def current(self) -> "ClinicSeatRules":
        """Return the one row; before anybody changed anything, the rules it would begin with."""
        return self.first() or ClinicSeatRules()


class ClinicSeatRules(models.Model):
    """What coordinators set about seats: one row; every change is logged."""

    cut_off_hours = models.PositiveSmallIntegerField(
        _("hours before the start, from which free seats are offered"),
        default=USUAL_CUT_OFF,
        validators=[MinValueValidator(FEWEST_HOURS), MaxValueValidator(MOST_HOURS)],
        help_text=_(
            "Until then the waiting list moves up by itself. After that a free seat is offered to the first in the "
            "queue, who has to claim it in time."
        ),
    )
    changed_at = models.DateTimeField(_("changed at"), null=True, blank=True)
    changed_by = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("changed by")
    )

    objects = ClinicSeatRulesQuerySet.as_manager()

    class Meta:
        verbose_name = _("rules for the seats of clinics")
        verbose_name_plural = _("rules for the seats of clinics")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="clinics_seat_rules_are_one_row"),
            models.CheckConstraint(
                condition=Q(cut_off_hours__gte=FEWEST_HOURS, cut_off_hours__lte=MOST_HOURS),
                name="clinics_seat_rules_are_sensible",
            ),
        ]

    def __str__(self) -> str:
        return str(_("Rules for the seats of clinics"))

    @property
    def cut_off(self) -> timedelta:
        return timedelta(hours=self.cut_off_hours)
