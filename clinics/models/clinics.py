"""Tables of clinics: their texts in each language, and the seats."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Count, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from clinics.domain import clinics as domain
from clinics.domain.clinics import ClinicFormat, ClinicState, DeskSeats, ForWhom, RsvpState, Venue
from clinics.domain.people import AnswerState, ClinicRole
from clinics.models.moments import CLOSES_AT, ENDS_AT, is_taken
from clinics.models.outcomes import OUTCOME_RULES, ClinicOutcome
from clinics.models.texts import ClinicText
from letsconnect.base.fields import LineField, lines_can_be_seen
from letsconnect.base.labels import label_of
from letsconnect.base.languages import best_of, listed
from letsconnect.base.models import Act
from letsconnect.base.typed_links import validate_typed_link
from letsconnect.base.zones import validate_zone
from registrations.domain.registrations import Region
from registrations.models import Member, Skill
from registrations.models.languages import is_written_as_a_language
from registrations.reference.names import languages_by_name

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    Reader = Member | AnonymousUser

UNTITLED = _("Clinic without a title")


class ClinicQuerySet(models.QuerySet["Clinic"]):
    def visible_to(self, reader: "Reader") -> "ClinicQuerySet":
        """The clinics a reader may see: those that were announced; the others only those see who look after them."""
        return self.visible_with(DeskSeats.of(reader), reader)

    def visible_with(self, seats: DeskSeats, reader: "Reader | None" = None) -> "ClinicQuerySet":
        """What `visible_to` says of a reader with these seats; who they are matters where ``seats.ask_who_made_it``."""
        if not seats.are_some:
            return self.ever_announced()
        looked_after = Clinic.objects.looked_after_with(seats, reader)
        return self.filter(Q(announced_at__isnull=False) | Q(pk__in=looked_after.values("pk")))

    def looked_after_by(self, reader: "Reader") -> "ClinicQuerySet":
        """The clinics a member of the working group plans, cancels and reads the names of.

        These are the clinics of their regions, and those without a region that they created, as the log of acts says,
        or said yes to hosting. Coordinators look after all clinics; somebody without a seat looks after none.
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
        hosts = Q(people__member=reader, people__role=ClinicRole.HOST, people__state=AnswerState.ACCEPTED)
        theirs = Q(pk__in=created) | Q(pk__in=Clinic.objects.filter(hosts).values("pk"))
        return self.filter(Q(region__in=seats.regions) | Q(theirs, region=""))

    def ever_announced(self) -> "ClinicQuerySet":
        """The clinics that people were told of; neither drafts, nor those that were cancelled as drafts."""
        return self.filter(announced_at__isnull=False)

    def announced(self) -> "ClinicQuerySet":
        return self.filter(state=ClinicState.ANNOUNCED)

    def joinable(self, *, now: datetime) -> "ClinicQuerySet":
        """Announced clinics for which people may still sign up, soonest first."""
        return self.announced().alias(_closes=CLOSES_AT).filter(_closes__gt=now).order_by("starts_at", "pk")

    def starting_within(self, span: timedelta, *, now: datetime) -> "ClinicQuerySet":
        return self.filter(starts_at__gt=now, starts_at__lte=now + span)

    def doors_open(self, *, now: datetime) -> "ClinicQuerySet":
        """Clinics from half an hour before their start until they end."""
        return self.alias(_ends=ENDS_AT).filter(starts_at__lte=now + domain.DOORS_OPEN, _ends__gt=now)

    def upcoming(self, *, now: datetime) -> "ClinicQuerySet":
        """Clinics that are not over yet, soonest first; with cancelled ones, so that people see what became of them."""
        states = (ClinicState.DRAFT, ClinicState.ANNOUNCED, ClinicState.CANCELLED)
        return self.alias(_ends=ENDS_AT).filter(_ends__gt=now, state__in=states).order_by("starts_at", "pk")

    def past(self, *, now: datetime) -> "ClinicQuerySet":
        """Clinics that were held, or are over although nobody has marked them as held; latest first."""
        was_held = Q(state__in=(ClinicState.HELD, ClinicState.ARCHIVED))
        is_over = Q(state=ClinicState.ANNOUNCED, _ends__lte=now)
        return self.alias(_ends=ENDS_AT).filter(was_held | is_over).order_by("-starts_at", "pk")

    def editions_beside(self, clinic: "Clinic") -> "ClinicQuerySet":
        """The other hours of this clinic that were not cancelled, soonest first."""
        original = clinic.edition_of_id or clinic.pk
        others = self.filter(Q(pk=original) | Q(edition_of=original)).exclude(pk=clinic.pk)
        return others.exclude(state=ClinicState.CANCELLED).order_by("starts_at", "pk")

    def ended_between(self, since: datetime, until: datetime) -> "ClinicQuerySet":
        """The clinics that were held, or are over, and ended after the one moment and by the other, in their order."""
        ended = self.past(now=until).alias(_ended=ENDS_AT).filter(_ended__gt=since, _ended__lte=until)
        return ended.order_by("starts_at", "pk")

    def of_home(self, own_seats: QuerySet[Any], *, now: datetime) -> "ClinicQuerySet":
        """The clinics of a member's home page, in one query; the caller reads the texts of those it shows.

        These are announced clinics to come, and those of ``own_seats`` (`Rsvp` rows), cancelled ones too; ``my_state``
        is the state of the member's seat, if there is one, and ``my_claim_by`` until when it is kept if it is offered.
        """
        own = own_seats.filter(clinic=OuterRef("pk"))
        return (
            self.upcoming(now=now)
            .exclude(state=ClinicState.DRAFT)
            .annotate(my_state=Subquery(own.values("state")[:1]), my_claim_by=Subquery(own.values("claim_by")[:1]))
            .filter(Q(state=ClinicState.ANNOUNCED) | Q(my_state__isnull=False))
        )

    def for_pages(self, *, now: datetime) -> "ClinicQuerySet":
        """Fetch texts and the number of seats taken, in two queries for any number of clinics."""
        return self.prefetch_related("texts").counting_seats(now=now)

    def counting_seats(self, *, now: datetime) -> "ClinicQuerySet":
        """With ``held_count``: how many seats are taken; an offer that has ended takes none."""
        return self.annotate(held_count=Count("rsvps", filter=is_taken(now, rsvp="rsvps__", clinic="")))

    def counting_waiting(self) -> "ClinicQuerySet":
        """With ``waiting_count``: how many people wait for a seat."""
        return self.annotate(waiting_count=Count("rsvps", filter=Q(rsvps__state=RsvpState.WAITING)))


class Clinic(ClinicOutcome):
    """One group session. The actions derive `starts_at` from the wall clock; nobody types it."""

    known_title: str = ""  # as the present reader calls it, on rows of a list that reads nothing else of their texts
    state = models.CharField(_("state"), max_length=10, choices=ClinicState, default=ClinicState.DRAFT, db_index=True)
    format = models.CharField(_("format"), max_length=15, choices=ClinicFormat, default=ClinicFormat.CLINIC)
    for_whom = models.CharField(_("for whom"), max_length=10, choices=ForWhom, default=ForWhom.ALL)
    regions = ArrayField(
        models.CharField(max_length=5, choices=Region), verbose_name=_("for the regions"), default=list, blank=True
    )
    venue = models.CharField(_("where"), max_length=10, choices=Venue, default=Venue.CALL)
    place = LineField(_("place"), max_length=200, blank=True)
    partner = LineField(_("partner"), max_length=150, blank=True)
    floor_language = models.CharField(_("floor language"), max_length=20, choices=languages_by_name, default="en")
    # Whose liaisons look after it; where it is for one region, also for whom it is.
    region = models.CharField(_("region"), max_length=5, blank=True, choices=Region)
    local_date = models.DateField(_("date"))
    local_time = models.TimeField(_("time"))
    zone = models.CharField(_("time zone"), max_length=50, default="UTC", validators=[validate_zone])
    fold = models.PositiveSmallIntegerField(_("which of the two"), default=0)
    starts_at = models.DateTimeField(_("starts at"), editable=False, db_index=True)
    start_set_at = models.DateTimeField(editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    calendar_sequence = models.PositiveIntegerField(default=0, editable=False)  # of start, length and cancellation
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
    icebreaker = LineField(_("icebreaker question"), max_length=300, blank=True)
    quiz_link = models.URLField(_("link to a quiz"), max_length=500, blank=True, validators=[validate_typed_link])
    cancel_reason = models.CharField(max_length=500, blank=True, editable=False)
    skills = models.ManyToManyField(Skill, blank=True, related_name="+", verbose_name=_("skills"))
    announce_to_all = models.BooleanField(_("announce it in every region"), default=False)
    announced_at = models.DateTimeField(_("announced at"), null=True, blank=True, editable=False)
    held_at = models.DateTimeField(_("held at"), null=True, blank=True, editable=False)
    series = models.ForeignKey(
        "ClinicSeries",
        verbose_name=pgettext_lazy("of clinics", "series"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="clinics",
    )
    # The same clinic at another hour. A key of two columns keeps an edition from being of an edition.
    edition_of = models.ForeignKey(
        "self", verbose_name=_("edition of"), null=True, blank=True, on_delete=models.PROTECT, related_name="editions"
    )
    is_edition = models.GeneratedField(
        expression=ExpressionWrapper(Q(edition_of__isnull=False), output_field=models.BooleanField()),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    original_is_edition = models.GeneratedField(
        expression=Case(When(edition_of__isnull=False, then=Value(False)), default=None),
        output_field=models.BooleanField(null=True),
        db_persist=True,
    )

    held_count: int  # only in rows of a queryset that is ``counting_seats``, or after ``count_seats``
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
                condition=Q(quiz_link="") | Q(quiz_link__startswith="https://"), name="clinics_quiz_link_is_encrypted"
            ),
            models.CheckConstraint(condition=lines_can_be_seen("icebreaker"), name="clinics_icebreaker_can_be_seen"),
            models.CheckConstraint(
                condition=Q(state=ClinicState.CANCELLED) & ~Q(cancel_reason="")
                | ~Q(state=ClinicState.CANCELLED) & Q(cancel_reason=""),
                name="clinics_cancelled_has_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state=ClinicState.DRAFT) | Q(announced_at=None), name="clinics_no_draft_was_announced"
            ),
            models.CheckConstraint(
                condition=Q(state__in=(ClinicState.DRAFT, ClinicState.CANCELLED)) | Q(announced_at__isnull=False),
                name="clinics_announced_has_its_moment",
            ),
            models.CheckConstraint(
                condition=Q(announced_at=None) | Q(announced_at__lt=F("starts_at")),
                name="clinics_announced_before_the_start",
            ),
            models.CheckConstraint(
                condition=Q(state__in=domain.TOOK_PLACE, held_at__isnull=False)
                | ~Q(state__in=domain.TOOK_PLACE) & Q(held_at=None),
                name="clinics_held_has_its_moment",
            ),
            models.CheckConstraint(
                condition=Q(held_at=None) | Q(held_at__gte=ENDS_AT), name="clinics_held_after_the_end"
            ),
            models.CheckConstraint(condition=Q(format__in=ClinicFormat.values), name="clinics_format_is_known"),
            models.CheckConstraint(condition=Q(for_whom__in=ForWhom.values), name="clinics_for_whom_is_known"),
            models.CheckConstraint(
                condition=Q(for_whom=ForWhom.REGIONS, regions__len__gte=domain.SEVERAL)
                | ~Q(for_whom=ForWhom.REGIONS) & Q(regions=[]),
                name="clinics_several_regions_are_named",
            ),
            models.CheckConstraint(condition=Q(regions__contained_by=Region.values), name="clinics_regions_are_known"),
            models.CheckConstraint(condition=Q(venue__in=Venue.values), name="clinics_venue_is_known"),
            models.CheckConstraint(
                condition=Q(venue=Venue.IN_PERSON) | Q(place=""), name="clinics_a_call_has_no_place"
            ),
            models.CheckConstraint(
                condition=lines_can_be_seen("place", "partner"), name="clinics_place_and_partner_can_be_seen"
            ),
            models.CheckConstraint(
                condition=Q(edition_of=None) | ~Q(edition_of=F("id")), name="clinics_no_edition_of_itself"
            ),
            models.CheckConstraint(
                condition=is_written_as_a_language("floor_language"), name="clinics_floor_language_is_a_code"
            ),
            models.UniqueConstraint(fields=["id", "is_edition"], name="clinics_what_an_edition_refers_to"),
            *OUTCOME_RULES,
            models.UniqueConstraint(fields=["id", "floor_language"], name="clinics_what_a_channel_refers_to"),
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
    def floor_language_in_words(self) -> str:
        return label_of(self, "floor_language")

    @property
    def regions_told(self) -> list[str] | None:
        """The regions whose people it is announced to; None for all people, also those of no region."""
        if self.announce_to_all or self.for_whom == ForWhom.ALL:
            return None
        return [self.region] if self.for_whom == ForWhom.REGION else self.regions

    @property
    def for_whom_in_words(self) -> str:
        """For whom it is: the names of its regions, or everybody."""
        if self.for_whom == ForWhom.REGIONS:
            return listed(Region(region).label for region in self.regions)
        return label_of(self, "region" if self.for_whom == ForWhom.REGION and self.region else "for_whom")

    @property
    def interpreted_in_words(self) -> str:
        """The languages into which an interpreter has said yes to interpret; a list reads channels and interpreters
        together before it asks."""
        channels = [row for row in self.channels.all() if row.is_interpreted]
        return listed(sorted(channel.language_in_words for channel in channels))

    @property
    def is_public(self) -> bool:
        """Whether everybody may read its page: one that was never announced is its planners' own."""
        return self.announced_at is not None

    @property
    def is_to_come(self) -> bool:
        """Whether start, seats and texts can still be changed."""
        return self.state in (ClinicState.DRAFT, ClinicState.ANNOUNCED)

    def count_seats(self, *, now: datetime) -> "Clinic":
        """Count how many seats are taken, on a row that was read without; actions count again under the lock."""
        self.held_count = self.rsvps.filter(is_taken(now)).count()
        return self

    @property
    def places_left(self) -> int:
        """How many seats were free when they were counted."""
        return max(0, self.capacity - self.held_count)

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

    def text_in(self, language: str) -> ClinicText | None:
        """Return the ready text a reader of ``language`` understands best: title and summary in the same language."""
        texts = {text.language: text for text in self.texts.all() if text.is_ready}
        return best_of(texts, language, then=self.floor_language)

    def text_or_draft_in(self, language: str) -> ClinicText | None:
        """Return the same for those who plan the clinic or are asked to be part of it: a draft where nothing is ready.

        Of a clinic that was announced something always is, so nobody else is shown a draft.
        """
        texts = {text.language: text for text in self.texts.all()}
        return self.text_in(language) or best_of(texts, language, then=self.floor_language)

    @property
    def text(self) -> ClinicText | None:
        """What the present reader is shown of it, on whatever page they may see it."""
        return self.text_or_draft_in(get_language() or "en")

    @property
    @admin.display(description=_("title"))
    def title(self) -> str:
        """The title that the present reader understands best."""
        if self.known_title:
            return self.known_title
        text = self.text if self.pk else None
        return text.title if text else str(UNTITLED)
