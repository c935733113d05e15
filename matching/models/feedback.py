"""Feedback of two people on an hour, its outcome, quiet connections, and people to look after."""

from datetime import date, datetime
from typing import Any, NamedTuple, Self

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.utils.translation import gettext_lazy as _

from letsconnect.base.labels import label_of
from matching.domain.feedback import (
    ASK_AFTER,
    CLOSES_AFTER,
    DONE_AFTER,
    MARKS,
    SETTLE_AFTER,
    ConcernKind,
    Happened,
    Next,
    Verdict,
)
from matching.domain.matches import MatchState, Side
from matching.models import people
from matching.models.matches import Match
from matching.models.sessions import Session, SessionQuerySet, over_since, waits_for
from registrations.models import Member, Registration, heir_at


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    def of(self, member: Member) -> "FeedbackQuerySet":
        return self.filter(registration__member=member)

    def completing(self, *, now: datetime) -> "FeedbackQuerySet":
        """Each "done" of a week ago that completes its match, as `completes_match` says of one of them.

        One that completes nothing stays for weeks, because the other wants another hour or has agreed on one. It must
        not take the place of one that does.
        """
        theirs = Feedback.objects.filter(session=OuterRef("session")).exclude(side=OuterRef("side"))
        is_denied = Exists(theirs.filter(~Q(happened=Happened.YES) | Q(next=Next.ANOTHER)))
        of_the_match = Session.objects.filter(match=OuterRef("session__match"))
        said = self.filter(next=Next.DONE, changed_at__lte=now - DONE_AFTER, session__match__state=MatchState.CONNECTED)
        return said.filter(
            Exists(theirs.filter(next=Next.DONE)) | Q(~is_denied, happened=Happened.YES),
            ~Exists(of_the_match.open(now=now)),
            ~Exists(of_the_match.over(now=now).filter(starts_at__gt=OuterRef("session__starts_at"))),
            registration__member__isnull=False,
        )


class Feedback(models.Model):
    """One side's feedback on one hour. The other reads the thanks and nothing else; only the writer reads the note."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="feedback")
    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="feedback")
    side = models.CharField(max_length=7, choices=Side)
    happened = models.CharField(_("did you meet"), max_length=12, choices=Happened)
    useful = models.PositiveSmallIntegerField(_("how useful it was"), null=True)
    next = models.CharField(_("what next"), max_length=10, choices=Next, blank=True)
    note = models.TextField(_("my notes"), max_length=5000, blank=True)
    thanks = models.TextField(_("thanks"), max_length=500, blank=True)
    made_at = models.DateTimeField(_("said"))
    changed_at = models.DateTimeField(_("changed"))

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("word about a session")
        verbose_name_plural = _("words about sessions")
        constraints = [
            models.UniqueConstraint(fields=["session", "side"], name="matching_one_feedback_per_session_and_side"),
            models.CheckConstraint(condition=Q(side__in=Side.values), name="matching_feedback_side_is_known"),
            models.CheckConstraint(
                condition=Q(happened__in=Happened.values), name="matching_feedback_happened_is_known"
            ),
            models.CheckConstraint(
                condition=Q(useful=None) | Q(useful__gte=MARKS[0], useful__lte=MARKS[-1], happened=Happened.YES),
                name="matching_feedback_useful_is_one_to_five_and_they_met",
            ),
            models.CheckConstraint(condition=Q(next__in=["", *Next.values]), name="matching_feedback_next_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.session} {self.side}"


class SessionOutcomeQuerySet(models.QuerySet["SessionOutcome"]):
    def to_settle(self, *, now: datetime) -> "SessionOutcomeQuerySet":
        """Unsettled outcomes that can be judged now: one side spoke long enough ago, or the time to speak is over."""
        one_side_spoke = over_since("lte", now - SETTLE_AFTER, way="session__") & Q(session__feedback__isnull=False)
        nobody_can = over_since("lte", now - CLOSES_AFTER, way="session__")
        return self.filter(one_side_spoke | nobody_can, settled_at=None).distinct()

    def missed_by(self, registration: Registration, *, since: datetime) -> "SessionOutcomeQuerySet":
        mine = Q(learner_absent=True, session__learner=registration) | Q(
            sharer_absent=True, session__sharer=registration
        )
        return self.filter(mine, session__ends_at__gt=since)


class SessionOutcome(models.Model):
    """The outcome of an hour: that both were asked about it, and the verdict once there is one."""

    session = models.OneToOneField(Session, on_delete=models.PROTECT, related_name="outcome")
    asked_at = models.DateTimeField(_("asked at"))
    settled_at = models.DateTimeField(_("settled at"), null=True)
    verdict = models.CharField(_("what came of it"), max_length=10, choices=Verdict, default=Verdict.UNKNOWN)
    learner_absent = models.BooleanField(default=False)
    sharer_absent = models.BooleanField(default=False)

    objects = SessionOutcomeQuerySet.as_manager()

    class Meta:
        verbose_name = _("what came of a session")
        verbose_name_plural = _("what came of sessions")
        constraints = [
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="matching_outcome_verdict_is_known"),
            models.CheckConstraint(
                condition=Q(verdict=Verdict.MISSED) & (Q(learner_absent=True) | Q(sharer_absent=True))
                | ~Q(verdict=Verdict.MISSED) & Q(learner_absent=False, sharer_absent=False),
                name="matching_outcome_missed_names_who",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=False) | Q(verdict=Verdict.UNKNOWN),
                name="matching_outcome_is_settled_when_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session}: {label_of(self, 'verdict')}"


class QuietSpell(models.Model):
    """A time in which two connected people had agreed on no hour, and what was done about it."""

    match = models.ForeignKey(Match, on_delete=models.PROTECT, related_name="quiet_spells")
    since = models.DateTimeField()
    nudged_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("quiet spell")
        verbose_name_plural = _("quiet spells")
        constraints = [
            models.UniqueConstraint(fields=["match", "since"], name="matching_one_quiet_spell_per_match_and_time"),
            models.CheckConstraint(
                condition=Q(told_at=None) | Q(told_at__gte=F("nudged_at")), name="matching_people_are_nudged_first"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.match} {self.since:%Y-%m-%d}"


class ConcernQuerySet(models.QuerySet["Concern"]):
    def open(self) -> "ConcernQuerySet":
        return self.filter(closed_at=None)

    def visible_to(self, member: Member) -> "ConcernQuerySet":
        """A coordinator sees all, a liaison those about people of their regions; nobody what is about themselves."""
        mine = Match.objects.filter(people.of(member), pk=OuterRef("match"))
        others = self.filter(~Exists(mine)).exclude(registration__member=member)
        if member.is_coordinator:
            return others
        regions = member.seat_regions
        of_regions = Match.objects.filter(people.of_regions(regions), pk=OuterRef("match"))
        return others.filter(people.of_regions(regions, "registration") | Q(Exists(of_regions)))

    def with_people(self) -> "ConcernQuerySet":
        return self.select_related(
            "registration__member",
            "registration__group",
            "match__learner__member",
            "match__sharer__member",
            "closed_by",
        )


class Concern(models.Model):
    """One or two people whom a liaison is asked to look after; nobody but liaisons is shown it."""

    kind = models.CharField(_("what it is about"), max_length=15, choices=ConcernKind)
    registration = models.ForeignKey(
        Registration, null=True, on_delete=models.PROTECT, related_name="concerns", verbose_name=_("person")
    )
    match = models.ForeignKey(
        Match, null=True, on_delete=models.PROTECT, related_name="concerns", verbose_name=_("match")
    )
    raised_at = models.DateTimeField(_("since"))
    closed_at = models.DateTimeField(_("looked after at"), null=True)
    closed_by = models.ForeignKey(
        Member, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("looked after by")
    )

    objects = ConcernQuerySet.as_manager()

    class Meta:
        verbose_name = _("somebody to look after")
        verbose_name_plural = _("people to look after")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=ConcernKind.ABSENT_TWICE, registration__isnull=False, match=None)
                | Q(kind=ConcernKind.NOT_MEETING, registration=None, match__isnull=False),
                name="matching_concern_is_about_a_person_or_a_match",
            ),
            models.CheckConstraint(
                condition=Q(closed_by=None) | Q(closed_at__isnull=False), name="matching_concern_closed_by_has_when"
            ),
            models.UniqueConstraint(
                fields=["registration", "kind"],
                condition=Q(closed_at=None, registration__isnull=False),
                name="matching_one_open_concern_per_person",
            ),
            models.UniqueConstraint(
                fields=["match", "kind"],
                condition=Q(closed_at=None, match__isnull=False),
                name="matching_one_open_concern_per_match",
            ),
        ]

    def __str__(self) -> str:
        return label_of(self, "kind")

    @property
    def people(self) -> list[Registration]:
        """The one or two people to look after."""
        if self.registration is not None:
            return [self.registration]
        return [self.match.learner, self.match.sharer] if self.match is not None else []


def to_ask(*, now: datetime) -> SessionQuerySet:
    """Return the hours that are over, and about which nobody was asked yet."""
    return Session.objects.over(now=now - ASK_AFTER).filter(outcome=None)


def to_tell(member: Member, *, now: datetime) -> SessionQuerySet:
    """Return the hours the member was at, or should have been, and has said nothing about."""
    return Session.objects.over(now=now).for_member(member).filter(_is_to_tell(member, now=now)).with_people()


def _is_to_tell(member: Member, *, now: datetime) -> Q:
    """The hour is just over, and the member has said nothing about it."""
    own = Feedback.objects.of(member).filter(session=OuterRef("pk"))
    return Q(~Exists(own), over_since("gt", now - CLOSES_AFTER), ends_at__lte=now)


class SessionLine(NamedTuple):
    """What a line of the home page says of a session; ``heir`` is the key of the skill by whose name it is called.

    ``is_of_live_match`` says whether the two are still connected, ``is_to_tell`` whether the hour is over and the
    reader can still say how it went.
    """

    key: int
    match: int
    heir: int
    state: str
    met_on: date | None
    starts_at: datetime | None
    ends_at: datetime | None
    made_at: datetime
    waiting_for: str
    is_of_live_match: bool
    is_to_tell: bool
    learner: people.NamedPerson
    sharer: people.NamedPerson

    @classmethod
    def of(cls, row: tuple[Any, ...]) -> Self:
        """Return a row of `sessions_at_hand`."""
        return cls._make((*row[:-8], *people.two_named(row[-8:])))

    @property
    def over_since(self) -> datetime | None:
        """As `Session.over_since`."""
        return self.made_at if self.met_on else self.ends_at


def sessions_under_way(member: Member, *, now: datetime) -> models.QuerySet[Session, Any]:
    """Return, in one query, what `sessions_at_hand` does, and the sessions that wait for the other's answer."""
    return _at_hand(member, waits=Q(waiting_for__in=Side.values), now=now)


def sessions_at_hand(member: Member, *, now: datetime) -> models.QuerySet[Session, Any]:
    """Return, in one query, the member's agreed sessions, those that wait for their answer or for their feedback.

    Of each it reads no more than `SessionLine` holds, and no row of a table.
    """
    return _at_hand(member, waits=waits_for(member), now=now)


def _at_hand(member: Member, *, waits: Q, now: datetime) -> models.QuerySet[Session, Any]:
    of_sessions = (
        "state",
        "met_on",
        "starts_at",
        "ends_at",
        "made_at",
        "waiting_for",
        "is_of_live_match",
        "is_to_tell",
    )
    return (
        Session.objects.for_member(member)
        .at_hand(
            is_to_tell=Case(When(_is_to_tell(member, now=now), then=True), default=False),
            waits=waits,
            now=now,
        )
        .values_list("pk", "match", heir_at("match__skill"), *of_sessions, *people.names())
    )
