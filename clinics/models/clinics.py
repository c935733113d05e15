"""Tables of clinics: their texts in each language, and the seats."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import admin
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, ExpressionWrapper, F, OuterRef, Prefetch, Q, Subquery, Value
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clinics.domain import clinics as domain
from clinics.domain.clinics import ClinicKind, ClinicState, DeskSeats, FloorLanguage, RsvpState
from letsconnect.base.fields import LineField, lines_can_be_seen
from letsconnect.base.languages import best_of
from letsconnect.base.models import Act
from letsconnect.base.typed_links import validate_typed_link
from letsconnect.base.zones import validate_zone
from registrations.domain.registrations import Region
from registrations.models import Member, Skill

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    Reader = Member | AnonymousUser

UNTITLED = _("Clinic without a title")


def _minutes_of(column: str) -> ExpressionWrapper:
    minutes = F(column) * Value(timedelta(minutes=1), output_field=models.DurationField())
    return ExpressionWrapper(minutes, output_field=models.DurationField())


ENDS_AT = ExpressionWrapper(F("starts_at") + _minutes_of("minutes"), output_field=models.DateTimeField())
CLOSES_AT = ExpressionWrapper(
    F("starts_at") - _minutes_of("closes_minutes_before"), output_field=models.DateTimeField()
)


class ClinicQuerySet(models.QuerySet["Clinic"]):
    def visible_to(self, reader: "Reader") -> "ClinicQuerySet":
        """The clinics a reader may see: all but drafts, which only those see who look after them."""
        return self.visible_with(DeskSeats.of(reader), reader)

    def visible_with(self, seats: DeskSeats, reader: "Reader | None" = None) -> "ClinicQuerySet":
        """What `visible_to` says of a reader with these seats; who they are matters where ``seats.ask_who_made_it``."""
        if not seats.are_some:
            return self.exclude(state=ClinicState.DRAFT)
        looked_after = Clinic.objects.looked_after_with(seats, reader)
        return self.filter(~Q(state=ClinicState.DRAFT) | Q(pk__in=looked_after.values("pk")))

    def looked_after_by(self, reader: "Reader") -> "ClinicQuerySet":
        """The clinics a member of the working group plans, cancels and reads the names of.

        These are the clinics of their regions, and those without a region that they created, as the log of acts says.
        Coordinators look after all clinics; somebody without a seat looks after none.
        """
        return self.looked_after_with(DeskSeats.of(reader), reader)

    def looked_after_with(self, seats: DeskSeats, reader: "Reader | None" = None) -> "ClinicQuerySet":
        """What `looked_after_by` says of somebody with these seats; see `visible_with`."""
        if not seats.are_some:
            return self.none()
        if seats.are_for_all_regions:
            return self
        if not isinstance(reader, Member):
            raise ValueError("what a liaison looks after depends on who they are")
        created = Act.objects.by(reader, verb="create_clinic", on=Clinic).values("object_id")
        return self.filter(Q(region__in=seats.regions) | Q(region="", pk__in=created))

    def announced(self) -> "ClinicQuerySet":
        return self.filter(state=ClinicState.ANNOUNCED)

    def joinable(self, *, now: datetime) -> "ClinicQuerySet":
        """Announced clinics for which people may still sign up, soonest first."""
        return self.announced().alias(_closes=CLOSES_AT).filter(_closes__gt=now).order_by("starts_at", "pk")

    def starting_within(self, span: timedelta, *, now: datetime) -> "ClinicQuerySet":
        return self.filter(starts_at__gt=now, starts_at__lte=now + span)

    def closed_lately(self, *, now: datetime) -> "ClinicQuerySet":
        """Clinics whose sign-up has closed within the last day; nobody needs a letter about older ones."""
        return self.alias(_closes=CLOSES_AT).filter(_closes__lte=now, _closes__gt=now - domain.DAY)

    def upcoming(self, *, now: datetime) -> "ClinicQuerySet":
        """Clinics that are not over yet, soonest first; with cancelled ones, so that people see what became of them."""
        states = (ClinicState.DRAFT, ClinicState.ANNOUNCED, ClinicState.CANCELLED)
        return self.alias(_ends=ENDS_AT).filter(_ends__gt=now, state__in=states).order_by("starts_at", "pk")

    def past(self, *, now: datetime) -> "ClinicQuerySet":
        """Clinics that were held, or are over although nobody has marked them as held; latest first."""
        was_held = Q(state__in=(ClinicState.HELD, ClinicState.ARCHIVED))
        is_over = Q(state=ClinicState.ANNOUNCED, _ends__lte=now)
        return self.alias(_ends=ENDS_AT).filter(was_held | is_over).order_by("-starts_at", "pk")

    def ended_between(self, since: datetime, until: datetime) -> "ClinicQuerySet":
        """The clinics that were held, or are over, and ended after the one moment and by the other, in their order."""
        ended = self.past(now=until).alias(_ended=ENDS_AT).filter(_ended__gt=since, _ended__lte=until)
        return ended.order_by("starts_at", "pk")

    def of_home(self, member: Member, *, now: datetime) -> "ClinicQuerySet":
        """The clinics of the member's home page, in one query; the caller reads the texts of those it shows.

        These are announced clinics to come, and the member's own, cancelled ones too; ``my_state`` is the state of the
        member's seat, if there is one.
        """
        own = Rsvp.objects.of(member).active().filter(clinic=OuterRef("pk"))
        return (
            self.upcoming(now=now)
            .exclude(state=ClinicState.DRAFT)
            .annotate(my_state=Subquery(own.values("state")[:1]))
            .filter(Q(state=ClinicState.ANNOUNCED) | Q(my_state__isnull=False))
        )

    def for_pages(self) -> "ClinicQuerySet":
        """Fetch texts and the number of seats taken, in two queries for any number of clinics."""
        return self.prefetch_related("texts").counting_seats()

    def counting_seats(self) -> "ClinicQuerySet":
        """With ``held_count``: how many seats are taken."""
        return self.annotate(held_count=Count("rsvps", filter=Q(rsvps__state__in=domain.HOLDING_A_SEAT)))

    def counting_waiting(self) -> "ClinicQuerySet":
        """With ``waiting_count``: how many people wait for a seat."""
        return self.annotate(waiting_count=Count("rsvps", filter=Q(rsvps__state=RsvpState.WAITING)))


class Clinic(models.Model):
    """One group session. The actions derive `starts_at` from the wall clock; nobody types it."""

    known_title: str = ""  # as the present reader calls it, on rows of a list that reads nothing else of their texts
    state = models.CharField(_("state"), max_length=10, choices=ClinicState, default=ClinicState.DRAFT, db_index=True)
    kind = models.CharField(_("kind"), max_length=15, choices=ClinicKind, default=ClinicKind.OPEN)
    floor_language = models.CharField(_("floor language"), max_length=20, choices=FloorLanguage, default="en")
    region = models.CharField(_("region"), max_length=5, blank=True, choices=Region)
    local_date = models.DateField(_("date"))
    local_time = models.TimeField(_("time"))
    zone = models.CharField(_("time zone"), max_length=50, default="UTC", validators=[validate_zone])
    fold = models.PositiveSmallIntegerField(_("which of the two"), default=0)
    starts_at = models.DateTimeField(_("starts at"), editable=False, db_index=True)
    start_set_at = models.DateTimeField(editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    minutes = models.PositiveSmallIntegerField(
        _("length in minutes"),
        default=120,
        validators=[MinValueValidator(domain.MIN_MINUTES), MaxValueValidator(domain.MAX_MINUTES)],
    )
    capacity = models.PositiveSmallIntegerField(
        _("seats"), default=50, validators=[MinValueValidator(1), MaxValueValidator(domain.MAX_CAPACITY)]
    )
    closes_minutes_before = models.PositiveSmallIntegerField(
        _("sign-up closes, minutes before the start"),
        default=0,
        validators=[MaxValueValidator(14 * 1440)],
        help_text=_("It moves with the start, so that sign-up never closes by a forgotten date."),
    )
    meeting_link = models.URLField(
        _("meeting link"),
        max_length=500,
        blank=True,
        validators=[validate_typed_link],
    )
    cancel_reason = models.CharField(max_length=500, blank=True, editable=False)
    skills = models.ManyToManyField(Skill, blank=True, related_name="+", verbose_name=_("skills"))
    announce_to_all = models.BooleanField(_("announce it in every region"), default=False)
    announced_at = models.DateTimeField(_("announced at"), null=True, blank=True, editable=False)

    held_count: int  # only in rows of a queryset that is ``counting_seats``
    waiting_count: int  # only in rows of a queryset that is ``counting_waiting``

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("clinic")
        verbose_name_plural = _("clinics")
        ordering = ["-starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ClinicState.values), name="clinics_state_is_known"),
            models.CheckConstraint(
                condition=Q(capacity__gte=1, capacity__lte=domain.MAX_CAPACITY), name="clinics_capacity_is_sensible"
            ),
            models.CheckConstraint(
                condition=Q(minutes__gte=domain.MIN_MINUTES, minutes__lte=domain.MAX_MINUTES),
                name="clinics_length_is_a_quarter_to_a_day",
            ),
            models.CheckConstraint(condition=Q(fold__in=(0, 1)), name="clinics_fold_is_first_or_second"),
            models.CheckConstraint(
                condition=Q(meeting_link="") | Q(meeting_link__startswith="https://"),
                name="clinics_meeting_link_is_encrypted",
            ),
            models.CheckConstraint(
                condition=Q(state=ClinicState.CANCELLED) & ~Q(cancel_reason="")
                | ~Q(state=ClinicState.CANCELLED) & Q(cancel_reason=""),
                name="clinics_cancelled_has_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state=ClinicState.DRAFT) | Q(announced_at=None), name="clinics_no_draft_was_announced"
            ),
        ]

    def __str__(self) -> str:
        return str(self.title)

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def closes_at(self) -> datetime:
        return self.starts_at - timedelta(minutes=self.closes_minutes_before)

    @property
    def doors_open_at(self) -> datetime:
        return self.starts_at - domain.DOORS_OPEN

    @property
    def wall_clock(self) -> datetime:
        """The start as it was typed, in the clinic's own zone."""
        return datetime.combine(self.local_date, self.local_time)

    @property
    def is_for_its_region(self) -> bool:
        """Whether it is announced to people of its region only."""
        return self.kind == ClinicKind.REGIONAL and not self.announce_to_all

    @property
    def is_to_come(self) -> bool:
        """Whether start, seats and texts can still be changed."""
        return self.state in (ClinicState.DRAFT, ClinicState.ANNOUNCED)

    @cached_property
    def seats_held(self) -> int:
        """The number of seats taken when this object was read; actions count again under the lock."""
        return self.held_count if hasattr(self, "held_count") else self.rsvps.holding_a_seat().count()

    @property
    def places_left(self) -> int:
        return max(0, self.capacity - self.seats_held)

    def phase(self, now: datetime) -> domain.ClinicPhase:
        return domain.phase(
            state=self.state,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            closes_at=self.closes_at,
            is_full=self.places_left == 0,
            now=now,
        )

    def doors_are_open(self, now: datetime) -> bool:
        return domain.doors_are_open(state=self.state, starts_at=self.starts_at, ends_at=self.ends_at, now=now)

    def text_in(self, language: str) -> "ClinicText | None":
        """Return the text a reader of ``language`` understands best: title and summary in the same language."""
        texts = {text.language: text for text in self.texts.all() if text.title}
        return best_of(texts, language, then=self.floor_language)

    @property
    def text(self) -> "ClinicText | None":
        return self.text_in(get_language() or "en")

    @property
    @admin.display(description=_("title"))
    def title(self) -> str:
        """The title that the present reader understands best."""
        if self.known_title:
            return self.known_title
        text = self.text if self.pk else None
        return text.title if text else str(UNTITLED)


class ClinicText(models.Model):
    """What a clinic is about, in one language."""

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="texts")
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
