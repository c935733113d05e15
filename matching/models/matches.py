"""One learner, one sharer, one skill: from proposal to its end."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from letsconnect.base.querysets import any_of
from matching.domain.matches import (
    APART_FOR_EVER,
    CAN_HAVE_CONNECTED,
    CLOSED,
    DECIDABLE,
    LIVE,
    REMIND_AFTER,
    SHOWS_CONTACT,
    UNDECIDED,
    WAS_APPROVED,
    WAS_ASKED,
    WAS_CONNECTED,
    ClosedWhy,
    MatchState,
    RoundState,
    Side,
)
from matching.models import approvals, people
from matching.models.rounds import Round, RoundQuerySet, RoundReplay
from registrations.models import Member, Registration, Skill, Wish, heir_at

HEIR = heir_at("skill")  # of a match, a wish or an offer


def _waits_for(member: Member) -> Q:
    """The member is asked, and has not said yes yet."""
    unanswered = (people.of(member, side) & Q(**{f"{side}_accepted_at": None}) for side in Side)
    return Q(state=MatchState.ASKED) & Q(*unanswered, _connector=Q.OR)


class MatchQuerySet(models.QuerySet["Match"]):
    def unbroken(self) -> "MatchQuerySet":
        """Both people still in the programme, and neither blocks the other."""
        return self.filter(~people.blocked(), ~people.left())

    def live(self) -> "MatchQuerySet":
        """Unbroken and not closed."""
        return self.unbroken().filter(state__in=LIVE)

    def connected(self) -> "MatchQuerySet":
        """Live, and both said yes: the two can agree on hours and read the link to their call."""
        return self.live().filter(state=MatchState.CONNECTED)

    def fallen(self) -> "MatchQuerySet":
        """Stored as live, though a side has left or one blocks the other: the sweep closes these."""
        return self.filter(people.left() | people.blocked(), state__in=LIVE)

    def keeping_apart(self, *, now: datetime, cool_down_days: int) -> "MatchQuerySet":
        """Matches whose two people are not proposed to each other at this moment, in either role.

        A live match keeps them apart always, one that ended for a reason about the two as people for ever, any other
        for the cool-down after its end. One that was withdrawn before anybody was asked does not count, because nobody
        judged this pair.
        """
        recent = Q(closed_at__gt=now - timedelta(days=cool_down_days))
        asked_or_judged = self.exclude(state=MatchState.WITHDRAWN, asked_at=None)
        return asked_or_judged.filter(Q(state__in=LIVE) | Q(closed_why__in=APART_FOR_EVER) | recent)

    def quiet(self, *, since: Combinable, before: datetime) -> "MatchQuerySet":
        """Those in which nothing has happened since ``before``; with ``quiet_since``, which ``since`` computes."""
        return self.annotate(quiet_since=since).filter(quiet_since__lte=before)

    def to_decide(self) -> "MatchQuerySet":
        """Proposals of computed rounds; those made by hand in a draft wait until it is."""
        return self.filter(state=MatchState.PROPOSED, round__state__in=DECIDABLE)

    def half_approved(self) -> "MatchQuerySet":
        """Those that one region has approved, and that wait for the other."""
        return self.filter(approvals.half_approved())

    def proposed_only(self) -> "MatchQuerySet":
        return self.filter(~approvals.half_approved(), state=MatchState.PROPOSED)

    def waiting_at_desk(self, member: Member) -> "MatchQuerySet":
        """Those to decide that this member can decide on now, but not those of which they are one of the two people.

        What nobody has approved waits for all who see it, what is half-approved for who looks after the other side.
        """
        mine = ~approvals.half_approved() | approvals.waits_for_approval_of(member)
        return self.to_decide().filter(mine, people.not_of(member))

    def half_approved_for(self, member: Member) -> "MatchQuerySet":
        """Those half-approved that wait for this member; the others wait for somebody else."""
        return self.half_approved().filter(approvals.waits_for_approval_of(member))

    def half_approved_for_others(self, member: Member) -> "MatchQuerySet":
        return self.half_approved().exclude(approvals.waits_for_approval_of(member))

    def by_standing(self, member: Member) -> dict[str, int]:
        """Count them by state; "me" and "others" are those half-approved, which are not counted as proposed."""
        mine = When(approvals.half_approved() & approvals.waits_for_approval_of(member), then=Value("me"))
        others = When(approvals.half_approved(), then=Value("others"))
        rows = self.order_by().values_list(Case(mine, others, default=F("state")))
        return dict(rows.annotate(Count("pk")))

    def with_approvals(self) -> "MatchQuerySet":
        """Fetch ``sides_approved`` with the matches, from which `sides_waiting` tells whether one is half-approved."""
        return self.annotate(sides_approved=approvals.sides_approved())

    def to_publish(self) -> "MatchQuerySet":
        return self.filter(state=MatchState.APPROVED)

    def undecided(self) -> "MatchQuerySet":
        """Proposed or approved: nobody was told, so the working group can still change it."""
        return self.filter(state__in=UNDECIDED)

    def fixed(self) -> "MatchQuerySet":
        """What computing a round again leaves as it is: approved, or made by hand."""
        return self.undecided().filter(Q(state=MatchState.APPROVED) | Q(made_by_hand=True))

    def asks_for_repair(self) -> "MatchQuerySet":
        """Matches after which computing the rest of their round again may find somebody more.

        They were refused or swapped before anybody was asked, ended because somebody left, or were put together by hand
        after the others were chosen.
        """
        on_purpose = [ClosedWhy.REPLACED, ClosedWhy.ROUND_CANCELLED, ClosedWhy.LEFT_UNDECIDED]
        fell_away = Q(state__in=[MatchState.REFUSED, MatchState.WITHDRAWN], asked_at=None) & ~Q(
            closed_why__in=on_purpose
        )
        return self.filter(fell_away | Q(made_by_hand=True, state=MatchState.PROPOSED))

    def waiting_for_answers(self) -> "MatchQuerySet":
        return self.filter(state=MatchState.ASKED)

    def overdue(self, *, now: datetime) -> "MatchQuerySet":
        return self.waiting_for_answers().filter(answer_by__lte=now)

    def owed_reminder(self, *, now: datetime) -> "MatchQuerySet":
        return self.waiting_for_answers().filter(asked_at__lte=now - REMIND_AFTER, answer_by__gt=now, reminded_at=None)

    def for_member(self, member: Member) -> "MatchQuerySet":
        """The member's matches they were asked about, newest first; nothing that is not published yet."""
        return self.filter(people.of(member), asked_at__isnull=False).with_people().order_by("-asked_at", "-pk")

    def most_urgent_first(self, member: Member, *, besides: list[int]) -> "MatchQuerySet":
        """Those that wait for the member's own answer, then those ``besides`` in which they have something to do, then
        what is open, then what is over; each newest first."""
        to_do = When(pk__in=any_of(besides), then=1)
        urgency = Case(When(_waits_for(member), then=0), to_do, When(state__in=LIVE, then=2), default=3)
        return self.order_by(urgency, "-asked_at", "-pk")

    def waiting_for(self, member: Member) -> "MatchQuerySet":
        """Those of the member's matches that wait for the member's own answer."""
        return self.for_member(member).live().filter(_waits_for(member))

    def visible_to(self, member: Member) -> "MatchQuerySet":
        """What a working-group member may see: a liaison where either side is of their regions, a coordinator all."""
        return self.filter(people.looked_after_by(member))

    def for_lines(self) -> "MatchQuerySet":
        """Fetch no more than a line of a list shows: the two people's names, ``heir``, and what is waited for.

        ``heir`` is the key of the skill by whose name the match is called: the caller reads the names of all of them.
        The reasons and the answers of registrations are left out, because they are most of what these rows hold.
        """
        columns = ("state", "asked_at", "answer_by", "learner_accepted_at", "sharer_accepted_at")
        rows = self.prefetch_related(None).select_related(None).annotate(heir=HEIR)
        return rows.select_related("learner__member", "sharer__member").only(*columns, *people.names())

    def as_lines(self) -> "models.QuerySet[Match, Any]":
        """Read no more than `MatchLine` holds, and no row of a table."""
        rows = self.prefetch_related(None).select_related(None)
        return rows.values_list("pk", HEIR, "state", "answer_by", *people.names())

    def for_table(self) -> "MatchQuerySet":
        """Fetch no more of both people than `people.PersonInTable` holds, and ``heir``, with the matches.

        The caller reads the names of skills. Rows of registrations, accounts and groups were half the time of a list.
        """
        rows = self.prefetch_related(None).select_related(None).annotate(heir=HEIR)
        return rows.annotate(**people.for_table())

    def with_people(self) -> "MatchQuerySet":
        """Fetch both people, their groups and the skill's names with the matches, in a constant number of queries."""
        return self.select_related(
            "learner__member", "learner__group", "sharer__member", "sharer__group", "skill__merged_into", "round"
        ).prefetch_related("skill__skill_names", "skill__merged_into__skill_names")


class MatchLine(NamedTuple):
    """What a short line says of a match; ``heir`` is the key of the skill by whose name it is called."""

    key: int
    heir: int
    state: str
    answer_by: datetime | None
    learner: people.NamedPerson
    sharer: people.NamedPerson

    @classmethod
    def of(cls, row: tuple[Any, ...]) -> Self:
        """Return a row of a queryset that is read ``as_lines``."""
        return cls._make((*row[:-8], *people.two_named(row[-8:])))


class Match(people.OfTwoPeople, models.Model):
    """A learner and a sharer for one skill.

    The skill stays the one the round chose, which its replay checks; merged since, it is read as its heir.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="matches", verbose_name=_("round"))
    learner = models.ForeignKey(
        Registration, on_delete=models.PROTECT, related_name="matches_as_learner", verbose_name=_("learner")
    )
    sharer = models.ForeignKey(
        Registration, on_delete=models.PROTECT, related_name="matches_as_sharer", verbose_name=_("sharer")
    )
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="matches", verbose_name=_("skill"))
    score = models.IntegerField(_("score"))
    reasons = models.JSONField(_("reasons"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=MatchState, default=MatchState.PROPOSED, db_index=True)
    proposed_at = models.DateTimeField(_("proposed at"))
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    approved_by = models.ForeignKey(
        Member,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("approved by"),
    )
    asked_at = models.DateTimeField(_("asked at"), null=True, blank=True)
    answer_by = models.DateTimeField(_("to be answered by"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True)
    learner_accepted_at = models.DateTimeField(_("learner said yes at"), null=True, blank=True)
    sharer_accepted_at = models.DateTimeField(_("sharer said yes at"), null=True, blank=True)
    connected_at = models.DateTimeField(_("connected at"), null=True, blank=True)
    done_said_by = models.CharField(_("says that they are done"), max_length=7, choices=Side, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        Member,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("closed by"),
    )
    closed_why = models.CharField(_("why it was closed"), max_length=20, blank=True, choices=ClosedWhy)
    closed_note = models.TextField(_("in their words"), max_length=1000, blank=True)
    made_by_hand = models.BooleanField(_("put together by hand"), default=False)
    made_by = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("put together by")
    )
    made_why = models.TextField(_("why these two"), max_length=1000, blank=True)
    version = models.PositiveIntegerField(default=1)

    sides_approved: list[str]  # only in rows of a queryset ``with_approvals``
    quiet_since: datetime  # only in rows of a queryset that is ``quiet``
    heir: int  # only in rows of a queryset that is ``for_lines`` or ``for_table``
    skill_in_words: str  # only in the rows of the desk's list
    standing: str  # likewise: its state in words
    sides: dict[Side, str]  # likewise: its two people, as links for who looks after them

    objects = MatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("match")
        verbose_name_plural = _("matches")
        ordering = ["-round_id", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(learner=F("sharer")), name="matching_sharer_is_not_the_learner"),
            models.CheckConstraint(
                condition=~Q(state__in=WAS_APPROVED) | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="matching_asked_needs_approval",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=WAS_ASKED) | Q(asked_at__isnull=False, answer_by__isnull=False),
                name="matching_asked_has_when_and_until",
            ),
            models.CheckConstraint(
                condition=Q(asked_at=None) | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="matching_nobody_is_asked_unapproved",
            ),
            models.CheckConstraint(
                condition=Q(connected_at=None) & ~Q(state__in=WAS_CONNECTED)
                | Q(
                    learner_accepted_at__isnull=False,
                    sharer_accepted_at__isnull=False,
                    connected_at__isnull=False,
                    state__in=CAN_HAVE_CONNECTED,
                ),
                name="matching_connected_needs_both_acceptances",
            ),
            models.CheckConstraint(
                condition=Q(state__in=LIVE, closed_at=None, closed_by=None, closed_why="", closed_note="")
                | (Q(state__in=CLOSED, closed_at__isnull=False) & ~Q(closed_why="")),
                name="matching_closed_has_when_and_why",
            ),
            models.CheckConstraint(
                condition=Q(state__in=LIVE)
                | Q(state=MatchState.EXPIRED, closed_by=None)
                | (Q(closed_by__isnull=False) & ~Q(state=MatchState.EXPIRED)),
                name="matching_closed_has_who_unless_expired",
            ),
            models.CheckConstraint(
                condition=Q(done_said_by="") | Q(done_said_by__in=Side.values, state=MatchState.CONNECTED),
                name="matching_done_is_said_of_a_connection",
            ),
            models.CheckConstraint(
                condition=Q(made_by_hand=True, made_by__isnull=False) | Q(made_by_hand=False, made_by=None),
                name="matching_made_by_hand_has_who",
            ),
            models.UniqueConstraint(
                fields=["learner", "sharer", "skill"],
                condition=Q(state__in=LIVE),
                name="matching_one_live_match_per_pair_and_skill",
            ),
            models.UniqueConstraint(
                fields=["round", "learner"],
                condition=Q(state__in=LIVE),
                name="matching_one_live_proposal_per_learner_and_round",
            ),
        ]
        indexes = [
            models.Index(fields=["answer_by"], condition=Q(state=MatchState.ASKED), name="matching_match_to_answer")
        ]

    def __str__(self) -> str:
        return next(self.called([self.pk]))

    @staticmethod
    def called(numbers: Iterable[int]) -> Iterator[str]:
        """Return how matches with these numbers are called; their rows need not be read for it."""
        words = gettext("Match %(number)s")
        return (words % {"number": number} for number in numbers)

    def accepted_at(self, side: str) -> datetime | None:
        return self.learner_accepted_at if side == Side.LEARNER else self.sharer_accepted_at

    def waits_for(self, side: Side | None) -> bool:
        """Whether this side is asked and has not said yes yet, as `MatchQuerySet.waiting_for` asks the database."""
        return self.state == MatchState.ASKED and side is not None and self.accepted_at(side) is None

    @property
    def skills_named(self) -> list[Skill]:
        """Its skill, and the heir of that if it has one: the names of both are read where it is shown."""
        return [self.skill] if self.skill.heir is self.skill else [self.skill, self.skill.heir]

    def of_its_skill(self) -> Q:
        """Wishes and offers of the skill this match is about, whatever was merged into it since."""
        heir = self.skill.heir
        return Q(skill=heir) | Q(skill__merged_into=heir)

    def wishes_of_the_learner(self) -> "models.QuerySet[Wish, str]":
        """What the learner wrote beside the wish this match answers; the sharer reads it, as the form says."""
        wishes = Wish.objects.filter(self.of_its_skill(), registration=self.learner_id)
        return wishes.values_list("why", flat=True)

    @property
    def is_fixed(self) -> bool:
        """Whether computing the round again leaves it as it is, while it is undecided or approved."""
        return self.state == MatchState.APPROVED or self.made_by_hand

    @property
    def is_undecided(self) -> bool:
        return self.state in UNDECIDED

    @property
    def is_open(self) -> bool:
        return self.state in LIVE

    @property
    def shows_contact(self) -> bool:
        return self.state in SHOWS_CONTACT


def rounds_to_repair() -> RoundQuerySet:
    """Return rounds of which the rest is to be computed again: somebody asked for it, or something changed meanwhile.

    The second counts only while nobody of the round was asked. A round whose repair failed waits for a person.
    """
    last = RoundReplay.objects.filter(round=OuterRef("pk")).order_by("-number").values("read_at")[:1]
    changed_since = Q(closed_at__gt=OuterRef("read_last_at")) | Q(
        closed_at=None, proposed_at__gt=OuterRef("read_last_at")
    )
    changed = Match.objects.filter(changed_since, round=OuterRef("pk")).asks_for_repair()
    return (
        Round.objects.annotate(read_last_at=Subquery(last))
        .filter(facts__isnull=False)
        .filter(
            Q(repair_requested_at__isnull=False, state__in=DECIDABLE)
            | Q(Exists(changed), state=RoundState.PROPOSED, failure="")
        )
        .order_by("pk")
    )
