"""One run of the matcher, what is needed to replay it, and who its numbers were."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matching.domain import NUDGE_AGAIN_AFTER, RoundState
from registrations.models import Member, Registration


class RoundQuerySet(models.QuerySet["Round"]):
    def waiting(self) -> "RoundQuerySet":
        """Asked for and not begun: the queue, oldest first."""
        return self.filter(state=RoundState.DRAFT, requested_at__isnull=False).order_by("requested_at", "pk")

    def overlooked(self, *, now: datetime) -> "RoundQuerySet":
        """Waiting for so long that the nudge must have been lost."""
        return self.waiting().filter(requested_at__lte=now - NUDGE_AGAIN_AFTER)

    def abandoned(self, *, now: datetime) -> "RoundQuerySet":
        """Being computed by a process that stopped renewing its lease: killed."""
        return self.filter(state=RoundState.SOLVING, lease_until__lt=now)

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

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RoundState.values), name="matching_round_state_is_known"),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state=RoundState.SOLVING), name="matching_one_round_is_solved_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(state=RoundState.SOLVING) | Q(started_at__isnull=False, lease_until__isnull=False),
                name="matching_solving_has_a_start_and_a_lease",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[RoundState.PROPOSED, RoundState.PUBLISHED])
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
        ]

    def __str__(self) -> str:
        return _("Round %(number)s") % {"number": self.pk}


class RoundReplay(models.Model):
    """What a round needs to be solved and proven again: arcs, places, result and duals, by participant number."""

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="replay")
    data = models.BinaryField()

    def __str__(self) -> str:
        return str(self.round)


class RoundParticipant(models.Model):
    """Whose number it was, and why they got nothing if they wished something. Erasure deletes the row."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="participants")
    number = models.PositiveIntegerField()
    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="+")
    left_out = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="matching_one_person_per_number"),
            models.UniqueConstraint(fields=["round", "registration"], name="matching_one_number_per_person"),
        ]

    def __str__(self) -> str:
        return f"{self.round} #{self.number}"
