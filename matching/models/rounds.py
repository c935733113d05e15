"""One run of the matcher, what is needed to replay it, and who its numbers were."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import IsNull
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from matching.domain.matches import DECIDABLE, NOT_LOOKED_FOR, NUDGE_AGAIN_AFTER, RoundPhase, RoundState
from registrations.models import Member, Registration


class RoundQuerySet(models.QuerySet["Round"]):
    def waiting(self) -> "RoundQuerySet":
        """Asked for and not begun: the queue, oldest first."""
        return self.filter(state=RoundState.DRAFT, requested_at__isnull=False).order_by("requested_at", "pk")

    def overlooked(self, *, now: datetime) -> "RoundQuerySet":
        """Waiting, for a preview too, for so long that the nudge must have been lost."""
        lost_before = now - NUDGE_AGAIN_AFTER
        asked = Q(requested_at__lte=lost_before) | Q(preview_requested_at__lte=lost_before)
        return self.filter(asked, state=RoundState.DRAFT)

    def waiting_for_a_preview(self) -> "RoundQuerySet":
        """Drafts too large to be previewed at once, for which somebody asked a worker; oldest first."""
        return self.filter(state=RoundState.DRAFT, preview_requested_at__isnull=False).order_by(
            "preview_requested_at", "pk"
        )

    def abandoned(self, *, now: datetime) -> "RoundQuerySet":
        """Being computed by a process that stopped renewing its lease: killed."""
        return self.filter(lease_until__lt=now)

    def decidable(self) -> "RoundQuerySet":
        """Computed, so that their proposals can be decided."""
        return self.filter(state__in=DECIDABLE)

    def visible_to(self, member: Member) -> "RoundQuerySet":
        """Rounds hold figures and no names: the whole working group sees them."""
        return self if member.is_staff else self.none()


class Round(models.Model):
    """One run of the matcher. A draft that was requested is the queue's entry."""

    state = models.CharField(_("state"), max_length=10, choices=RoundState, default=RoundState.DRAFT, db_index=True)
    settings = models.JSONField(_("settings"), default=dict)
    scope = models.JSONField(_("scope"), default=dict, blank=True)
    seed = models.BigIntegerField(_("seed"), default=0)
    created_by = models.ForeignKey(
        Member,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("begun by"),
    )
    created_at = models.DateTimeField(_("begun at"))
    requested_at = models.DateTimeField(_("requested at"), null=True, blank=True)
    started_at = models.DateTimeField(_("computing since"), null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(_("computed at"), null=True, blank=True)
    published_at = models.DateTimeField(_("first published at"), null=True, blank=True)
    published_by = models.ForeignKey(
        Member,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("first published by"),
    )
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    cancelled_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    value = models.JSONField(_("value by level"), null=True, blank=True)
    is_proven = models.BooleanField(_("proof checked"), null=True, blank=True)
    statistics = models.JSONField(_("statistics"), default=dict, blank=True)
    failure = models.TextField(_("why it failed"), blank=True)
    phase = models.CharField(_("phase"), max_length=10, choices=RoundPhase, blank=True)
    preview = models.JSONField(_("preview"), null=True, blank=True)
    preview_before = models.JSONField(_("the preview before"), null=True, blank=True)
    preview_requested_at = models.DateTimeField(_("preview asked for at"), null=True, blank=True)
    repair_requested_at = models.DateTimeField(_("repair asked for at"), null=True, blank=True)
    repair_requested_by = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("repair asked for by")
    )

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RoundState.values), name="matching_round_state_is_known"),
            models.UniqueConstraint(
                # A constant: of all rows somebody holds a lease on, there is one.
                IsNull(F("lease_until"), True),
                condition=Q(lease_until__isnull=False),
                name="matching_one_round_is_solved_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=RoundState.SOLVING) | Q(started_at__isnull=False, lease_until__isnull=False),
                name="matching_solving_has_a_start_and_a_lease",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=DECIDABLE)
                | Q(finished_at__isnull=False, value__isnull=False, is_proven__isnull=False, is_proven=True),
                name="matching_proposed_round_is_computed_and_proven",
            ),
            models.CheckConstraint(
                condition=~Q(state=RoundState.PUBLISHED) | Q(published_at__isnull=False, published_by__isnull=False),
                name="matching_published_round_has_when_and_who",
            ),
            models.CheckConstraint(
                condition=~Q(state=RoundState.CANCELLED) | Q(cancelled_at__isnull=False, cancelled_by__isnull=False),
                name="matching_cancelled_round_has_when_and_who",
            ),
            models.CheckConstraint(
                condition=~Q(state=RoundState.FAILED) | ~Q(failure=""), name="matching_failed_round_says_why"
            ),
            models.CheckConstraint(
                condition=Q(phase="") | Q(phase__in=RoundPhase.values, lease_until__isnull=False),
                name="matching_phase_only_while_computed",
            ),
            models.CheckConstraint(
                condition=Q(preview_requested_at=None) | Q(state=RoundState.DRAFT),
                name="matching_only_a_draft_is_previewed",
            ),
            models.CheckConstraint(
                condition=Q(repair_requested_at=None) | Q(state__in=DECIDABLE, repair_requested_by__isnull=False),
                name="matching_only_a_computed_round_is_repaired",
            ),
        ]

    def __str__(self) -> str:
        return next(self.called([self.pk]))

    @staticmethod
    def called(numbers: Iterable[int]) -> Iterator[str]:
        """Return how rounds with these numbers are called; their rows need not be read for it."""
        words = gettext("Round %(number)s")
        return (words % {"number": number} for number in numbers)

    @property
    def is_open_draft(self) -> bool:
        """Whether what it is asked to do can still be changed: nobody has asked a worker to compute it."""
        return self.state == RoundState.DRAFT and self.requested_at is None

    @property
    def is_decidable(self) -> bool:
        return self.state in DECIDABLE

    def can_be_steered_by(self, member: Member) -> bool:
        """Whether the member may change or cancel it: a coordinator, or who of the working group began it."""
        return member.is_coordinator or (member.is_staff and self.created_by_id == member.pk)


class RoundReplay(models.Model):
    """What one solve of a round needs to be solved and proven again: arcs, places, result and duals, by participant
    number. The first solve has number 1; each repair adds one."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="replays")
    number = models.PositiveSmallIntegerField(_("number"), default=1)
    data = models.BinaryField()
    value = models.JSONField(_("value by level"), default=dict)
    read_at = models.DateTimeField(_("facts read at"), null=True)
    stored_at = models.DateTimeField(_("stored at"), null=True)
    asked_by = models.ForeignKey(
        Member, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("asked for by")
    )

    class Meta:
        ordering = ["round_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="matching_each_solve_has_its_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="matching_solves_are_counted_from_1"),
        ]

    def __str__(self) -> str:
        return f"{self.round} ({self.number})"


class RoundFactsQuerySet(models.QuerySet["RoundFacts"]):
    def to_delete(self, *, now: datetime, days: int) -> "RoundFactsQuerySet":
        return self.filter(stored_at__lte=now - timedelta(days=days))


class RoundFacts(models.Model):
    """What the engine was told for the first solve, by participant number; a sweep deletes it after some months."""

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="facts")
    data = models.BinaryField()
    stored_at = models.DateTimeField(_("stored at"), db_index=True)

    objects = RoundFactsQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.round)


class RoundParticipantQuerySet(models.QuerySet["RoundParticipant"]):
    def published_of(self, member: Member) -> "RoundParticipantQuerySet":
        """The member's own, in published rounds: nobody is told what a draft or a round under review would come to."""
        published = self.filter(registration__member=member, round__state=RoundState.PUBLISHED)
        return published.select_related("round").order_by("-round_id")

    def left_out_of(self, round_: Round) -> "RoundParticipantQuerySet":
        """Learners who took part with room and hours and got nothing, with their people; longest waiting first."""
        return self._left_out(round_).exclude(left_out__in=NOT_LOOKED_FOR)

    def not_looked_for_in(self, round_: Round) -> "RoundParticipantQuerySet":
        """Those who wish something, but had no room or too few hours for anybody to be looked for."""
        return self._left_out(round_).filter(left_out__in=NOT_LOOKED_FOR)

    def _left_out(self, round_: Round) -> "RoundParticipantQuerySet":
        return (
            self.filter(round=round_)
            .exclude(left_out="")
            .select_related("registration__member", "registration__group")
            .order_by("-waited", "number")
        )


class RoundParticipant(models.Model):
    """Which person had which number in a round, and why they got nothing if they wished something. Erasure deletes it.

    A draft has them too, from its last preview.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="participants")
    number = models.PositiveIntegerField()
    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="+")
    is_learner = models.BooleanField(_("took part as a learner with room"), default=False)
    left_out = models.CharField(max_length=20, blank=True)
    waited = models.PositiveSmallIntegerField(_("rounds waited"), default=0)
    advice = models.JSONField(_("what would help"), default=list, blank=True)

    objects = RoundParticipantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="matching_one_person_per_number"),
            models.UniqueConstraint(fields=["round", "registration"], name="matching_one_number_per_person"),
        ]

    def __str__(self) -> str:
        return f"{self.round} #{self.number}"
