"""The hours two people agree on: proposed, confirmed, over or cancelled."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    BigIntegerRangeField,
    DateRangeField,
    DateTimeRangeField,
    IntegerRangeField,
    RangeOperators,
)
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, Exists, F, Func, OuterRef, Q, Subquery, Value, When
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from letsconnect.base.models import Act
from letsconnect.base.typed_links import validate_typed_link
from letsconnect.base.zones import validate_zone
from matching.domain.matches import Side
from matching.domain.sessions import CHOOSING, HELD, MAX_TIMES, MINUTES, USUAL_MINUTES, SessionState, WhyCancelled
from matching.models import people
from matching.models.matches import Match, MatchQuerySet
from registrations.models import Member, Registration

S = SessionState
EASTERNMOST, WESTERNMOST, LONGEST_DAY = (timedelta(hours=hours) for hours in (14, 12, 25))


def _both_people() -> Func:
    """The two people as one value that overlaps with any session of either, in either role."""
    each = [Func(F(name), F(name), Value("[]"), function="int8range") for name in ("learner_id", "sharer_id")]
    return Func(*each, function="int8multirange", output_field=BigIntegerRangeField())


def _hour() -> Func:
    return Func(F("starts_at"), F("ends_at"), function="tstzrange", output_field=DateTimeRangeField())


def over_since(lookup: str, moment: datetime, *, way: str = "") -> Q:
    """What `Session.over_since` says of one, compared with a moment: ``lookup`` is "lte" or "gt"."""
    agreed = Q(**{f"{way}state": S.CONFIRMED, f"{way}ends_at__{lookup}": moment})
    return agreed | Q(**{f"{way}state": S.ELSEWHERE, f"{way}made_at__{lookup}": moment})


def _range(column: str, function: str, output_field: "models.Field[Any, Any]") -> Func:
    """A column as the range of its one value, for constraints that compare ranges."""
    return Func(F(column), F(column), Value("[]"), function=function, output_field=output_field)


def _agreed_or_told() -> Func:
    """An hour agreed on and a meeting told of as two ranges, each beside the other and not beside itself."""
    kind = Case(When(state=S.ELSEWHERE, then=1), default=0, output_field=models.IntegerField())
    return Func(kind, kind, Value("[]"), function="int4range", output_field=IntegerRangeField())


def _is_that_day() -> Q:
    """The hours of a meeting told of are those of its day, by the clock of some zone: from UTC+14 to UTC-12."""
    begins = Func(F("starts_at"), template="(%(expressions)s AT TIME ZONE 'UTC')", output_field=models.DateTimeField())
    is_in_some_zone = Q(
        GreaterThanOrEqual(begins, F("met_on") - EASTERNMOST), LessThanOrEqual(begins, F("met_on") + WESTERNMOST)
    )
    return is_in_some_zone & Q(ends_at__lte=F("starts_at") + LONGEST_DAY)


def waits_for(member: Member) -> Q:
    """Times were proposed to the member, who has to answer."""
    return Q(*(people.of(member, side) & Q(waiting_for=side) for side in Side), _connector=Q.OR)


def _is_of_live_match() -> Exists:
    return Exists(Match.objects.connected().filter(pk=OuterRef("match")))


class SessionQuerySet(models.QuerySet["Session"]):
    def open(self, *, now: datetime) -> "SessionQuerySet":
        """Being agreed, or agreed and not over."""
        return self.filter(Q(state=S.PROPOSED) | Q(state=S.CONFIRMED, ends_at__gt=now))

    def upcoming(self, *, now: datetime) -> "SessionQuerySet":
        """Agreed and not over, soonest first."""
        return self.filter(state=S.CONFIRMED, ends_at__gt=now).order_by("starts_at", "pk")

    def ahead(self, *, now: datetime) -> "SessionQuerySet":
        """Being agreed, or agreed and not begun: what can still be moved or cancelled."""
        return self.filter(Q(state=S.PROPOSED) | Q(state=S.CONFIRMED, starts_at__gt=now))

    def over(self, *, now: datetime) -> "SessionQuerySet":
        """Agreed, and their hour is past, whether the two met or not; or told of afterwards. Latest first."""
        return self.filter(state__in=HELD, ends_at__lte=now).order_by("-starts_at", "-pk")

    def saying_whether_live(self) -> "SessionQuerySet":
        """With ``is_of_live_match``: whether the two are still connected, so that they may read the link to a call."""
        return self.annotate(is_of_live_match=_is_of_live_match())

    def at_hand(self, *, is_to_tell: Case, waits: Q, now: datetime) -> "SessionQuerySet":
        """Agreed and not over, to tell about or ``waits``; with ``is_of_live_match`` and ``is_to_tell``."""
        rows = self.annotate(is_of_live_match=_is_of_live_match(), is_to_tell=is_to_tell)
        return rows.filter(Q(state=S.CONFIRMED, ends_at__gt=now) | Q(is_to_tell=True) | waits)

    def saying_who_chose(self) -> "SessionQuerySet":
        """With ``chosen_by``: the key of who chose the hour that stands among what the other had proposed."""
        choosing = Act.objects.filter(
            object_type=self.model._meta.label_lower, object_id=OuterRef("pk"), verb__in=CHOOSING
        ).order_by("-pk")
        return self.annotate(chosen_by=Subquery(choosing.values("actor")[:1]))

    def without_a_link(self) -> "SessionQuerySet":
        """Those for which nobody has given a link to the call yet."""
        return self.filter(call_link="")

    def for_member(self, member: Member) -> "SessionQuerySet":
        """The sessions of a member, in either role."""
        return self.filter(people.of(member))

    def of_people(self, *people: int) -> "SessionQuerySet":
        """The sessions in which any of these registrations takes part, in either role."""
        return self.filter(Q(learner__in=people) | Q(sharer__in=people))

    def at(self, starts_at: datetime, ends_at: datetime) -> "SessionQuerySet":
        """Those agreed for a time that overlaps with this one."""
        return self.filter(state=S.CONFIRMED, starts_at__lt=ends_at, ends_at__gt=starts_at)

    def to_come(self, *, now: datetime) -> "SessionQuerySet":
        """Agreed and not begun, or with times that wait for an answer: what new rules of a zone may move."""
        agreed = Q(state=S.CONFIRMED, starts_at__gt=now)
        proposed = Q(times__starts_at__gt=now, waiting_for__in=Side.values)
        return self.filter(agreed | proposed).distinct().order_by("pk")

    def waiting_for(self, member: Member) -> "SessionQuerySet":
        """Those with proposed times that wait for the member's answer."""
        return self.filter(waits_for(member))

    def with_people(self) -> "SessionQuerySet":
        """Fetch what a page or letter says of a session, in a constant number of queries."""
        return self.select_related("match__skill__merged_into", "learner__member", "sharer__member").prefetch_related(
            "times", "match__skill__skill_names", "match__skill__merged_into__skill_names"
        )


class Session(people.OfTwoPeople, models.Model):
    """One hour of a match: from the first proposed times to its end, under one calendar UID.

    ``learner`` and ``sharer`` repeat the match's, because a constraint sees one row only. ``waiting_for`` is the side
    that has to answer proposed times; a confirmed session keeps its hour while another one is being proposed.
    ``version`` counts every change that could make an open page stale; ``turn`` counts how often the two took turns.
    """

    match = models.ForeignKey(Match, on_delete=models.PROTECT, related_name="sessions", verbose_name=_("match"))
    learner = models.ForeignKey(
        Registration, on_delete=models.PROTECT, related_name="sessions_as_learner", verbose_name=_("learner")
    )
    sharer = models.ForeignKey(
        Registration, on_delete=models.PROTECT, related_name="sessions_as_sharer", verbose_name=_("sharer")
    )
    state = models.CharField(_("state"), max_length=10, choices=SessionState, default=S.PROPOSED)
    version = models.PositiveIntegerField(default=0)
    turn = models.PositiveIntegerField(default=0)
    waiting_for = models.CharField(_("waits for"), max_length=10, choices=Side, blank=True)
    minutes = models.PositiveSmallIntegerField(
        _("length"), choices=[(minutes, str(minutes)) for minutes in MINUTES], default=USUAL_MINUTES
    )
    starts_at = models.DateTimeField(_("starts at"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    # The clock by which the hour was chosen, as it was proposed: the moment is derived from it, and again when the
    # rules of a zone change. Empty for hours agreed before this was kept, and after erasure.
    local_date = models.DateField(_("date"), null=True, blank=True)
    local_time = models.TimeField(_("time"), null=True, blank=True)
    zone = models.CharField(_("time zone"), max_length=50, blank=True, validators=[validate_zone])
    uid = models.UUIDField(_("calendar id"), default=uuid.uuid4, editable=False)
    sequence = models.PositiveIntegerField(_("calendar sequence"), default=0)
    met_on = models.DateField(_("met outside the portal on"), null=True, blank=True)
    call_link = models.CharField(_("link to the call"), max_length=500, blank=True, validators=[validate_typed_link])
    made_at = models.DateTimeField(_("first proposed at"))
    made_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", verbose_name=_("first proposed by"))
    confirmed_at = models.DateTimeField(_("agreed at"), null=True, blank=True)
    # The last reminder that was written of this hour, of those in `domain/sessions.py`; empty again when it is moved.
    last_reminder = models.CharField(max_length=20, blank=True, default="", editable=False)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    cancelled_by = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("cancelled by")
    )
    cancelled_why = models.CharField(_("why it was cancelled"), max_length=20, blank=True, choices=WhyCancelled)
    cancelled_note = models.TextField(_("a word to the other person"), max_length=500, blank=True)

    chosen_by: int | None  # only in rows of a queryset ``saying_who_chose``
    is_of_live_match: bool  # only in rows of a queryset that says so: ``saying_whether_live``, ``at_hand``
    is_to_tell: bool  # only in rows of a queryset that is ``at_hand``

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=S.values), name="matching_session_state_is_known"),
            models.CheckConstraint(condition=~Q(learner=F("sharer")), name="matching_session_is_of_two_people"),
            models.CheckConstraint(
                condition=Q(starts_at=None, ends_at=None, confirmed_at=None, state__in=[S.PROPOSED, S.CANCELLED])
                | Q(confirmed_at__isnull=False, starts_at__isnull=False, ends_at__isnull=False)
                & Q(ends_at__gt=F("starts_at"))
                & ~Q(state=S.PROPOSED),
                name="matching_session_agreed_has_its_hour",
            ),
            models.CheckConstraint(
                condition=Q(state=S.PROPOSED, waiting_for__in=Side.values)
                | Q(state=S.CONFIRMED, waiting_for__in=["", *Side.values])
                | Q(state__in=[S.CANCELLED, S.ELSEWHERE], waiting_for=""),
                name="matching_session_waits_for_somebody",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None, cancelled_by=None, cancelled_why="", cancelled_note="")
                & ~Q(state=S.CANCELLED)
                | Q(state=S.CANCELLED, cancelled_at__isnull=False, cancelled_why__in=WhyCancelled.values),
                name="matching_session_cancelled_has_when_and_why",
            ),
            models.CheckConstraint(
                condition=~Q(state=S.CANCELLED)
                | Q(cancelled_by__isnull=False)
                | Q(cancelled_why__in=[WhyCancelled.LAPSED, WhyCancelled.MATCH_OVER]),
                name="matching_session_cancelled_has_who_unless_lapsed",
            ),
            models.CheckConstraint(condition=Q(minutes__in=MINUTES), name="matching_session_length_is_known"),
            models.CheckConstraint(
                condition=Q(zone="", local_date=None, local_time=None)
                | ~Q(zone="") & Q(local_date__isnull=False, local_time__isnull=False),
                name="matching_session_wall_clock_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(call_link="") | Q(call_link__startswith="https://"),
                name="matching_session_call_link_is_https",
            ),
            models.CheckConstraint(
                condition=Q(state=S.ELSEWHERE, met_on__isnull=False, call_link="", zone="", last_reminder="")
                | ~Q(state=S.ELSEWHERE) & Q(met_on=None),
                name="matching_meeting_elsewhere_has_its_day",
            ),
            models.CheckConstraint(
                condition=~Q(state=S.ELSEWHERE) | _is_that_day(), name="matching_meeting_elsewhere_is_of_its_day"
            ),
            models.CheckConstraint(
                condition=~Q(state=S.ELSEWHERE) | Q(starts_at__lte=F("made_at"), confirmed_at=F("made_at")),
                name="matching_meeting_elsewhere_is_told_afterwards",
            ),
            models.UniqueConstraint(fields=["uid"], name="matching_one_session_per_uid"),
            models.UniqueConstraint(
                fields=["match"],
                condition=Q(state=S.PROPOSED),
                name="matching_one_session_is_agreed_at_a_time",
            ),
            ExclusionConstraint(
                name="matching_one_person_one_session_at_a_time",
                expressions=[(_both_people(), RangeOperators.OVERLAPS), (_hour(), RangeOperators.OVERLAPS)],
                condition=Q(state=S.CONFIRMED),
            ),
            ExclusionConstraint(
                name="matching_one_meeting_of_two_at_a_time",
                expressions=[
                    (_range("match_id", "int8range", BigIntegerRangeField()), RangeOperators.OVERLAPS),
                    (_hour(), RangeOperators.OVERLAPS),
                    (_agreed_or_told(), RangeOperators.ADJACENT_TO),
                ],
                condition=Q(state__in=HELD),
            ),
            ExclusionConstraint(
                name="matching_one_meeting_told_of_a_day",
                expressions=[
                    (_range("match_id", "int8range", BigIntegerRangeField()), RangeOperators.OVERLAPS),
                    (_hour(), RangeOperators.OVERLAPS),
                    (_range("met_on", "daterange", DateRangeField()), RangeOperators.OVERLAPS),
                ],
                condition=Q(state=S.ELSEWHERE),
            ),
        ]
        indexes = [
            models.Index(fields=["starts_at"], condition=Q(state=S.CONFIRMED), name="matching_session_agreed"),
            models.Index(fields=["match", "state"], name="matching_session_of_match"),
        ]

    def __str__(self) -> str:
        return _("Session %(number)s") % {"number": self.pk}

    @property
    def is_being_moved(self) -> bool:
        """Agreed, and another hour has been proposed since."""
        return self.state == S.CONFIRMED and self.waiting_for != ""

    @property
    def over_since(self) -> datetime | None:
        """Since when the two can say how it was: its end, or the moment in which one told of it."""
        return self.made_at if self.state == S.ELSEWHERE else self.ends_at

    def clean(self) -> None:
        """Refuse people who are not the match's own: the constraint on overlaps trusts these two columns."""
        if (self.learner_id, self.sharer_id) != (self.match.learner_id, self.match.sharer_id):
            raise ValidationError(_("A session is held by the two people of its match."))


class ProposedTime(models.Model):
    """One of the times a side proposes for a session: the wall clock they chose, its zone, and the moment it is."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="times")
    number = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField(_("starts at"))
    local_date = models.DateField(_("date"))
    local_time = models.TimeField(_("time"))
    zone = models.CharField(_("time zone"), max_length=50, validators=[validate_zone])

    class Meta:
        verbose_name = _("proposed time")
        verbose_name_plural = _("proposed times")
        ordering = ["starts_at"]
        constraints = [
            models.UniqueConstraint(fields=["session", "number"], name="matching_one_proposed_time_per_number"),
            models.UniqueConstraint(fields=["session", "starts_at"], name="matching_proposed_times_differ"),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=MAX_TIMES), name="matching_proposed_times_at_most_three"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}"


class CalendarFeed(models.Model):
    """A secret address from which a person's own calendar reads their sessions; only its fingerprint is kept."""

    member = models.OneToOneField(Member, on_delete=models.PROTECT, related_name="+")
    fingerprint = models.CharField(max_length=64)
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        constraints = [
            models.UniqueConstraint(fields=["fingerprint"], name="matching_one_feed_per_secret"),
            models.CheckConstraint(condition=~Q(fingerprint=""), name="matching_feed_has_a_secret"),
        ]

    def __str__(self) -> str:
        return _("Calendar feed %(number)s") % {"number": self.pk}


def without_an_hour(member: Member) -> MatchQuerySet:
    """The member's connected matches in which no hour was agreed on and no times are proposed."""
    hours = Session.objects.filter(match=OuterRef("pk")).exclude(state=S.CANCELLED)
    return Match.objects.for_member(member).connected().filter(~Exists(hours))
