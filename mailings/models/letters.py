"""The ledger of letters, and the addresses that get none."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from mailings import kinds
from mailings.domain.letters import (
    NEEDS_A_PERSON,
    NEEDS_A_REASON,
    OPEN,
    UNREACHABLE,
    WAITING,
    WITH_A_WORKER,
    LetterState,
    may_become,
)

S = LetterState


class LetterQuerySet(models.QuerySet["Letter"]):
    def due(self, now: datetime) -> "LetterQuerySet":
        """Letters to be sent now, longest waiting first."""
        return self.filter(state__in=WAITING, due_at__lte=now).order_by("due_at", "pk")

    def urgent(self) -> "LetterQuerySet":
        """Letters that a person is waiting for at this moment."""
        return self.filter(kind__in=kinds.urgent())

    def claimed_with(self, token: str) -> "LetterQuerySet":
        """Letters that the worker with this token claimed, while no other worker has claimed them again."""
        return self.filter(claimed_by=token)

    def abandoned(self, now: datetime) -> "LetterQuerySet":
        """Letters whose worker has let its lease run out."""
        return self.filter(state__in=WITH_A_WORKER, lease_until__lte=now)

    def received_by(self, member: Any, *, addresses: Iterable[str]) -> "LetterQuerySet":
        """Letters to a member, and those to their addresses from before they had an account or signed in."""
        return self.filter(Q(member=member) | Q(member=None, address__in=list(addresses)))

    def shown_at_the_desk(self) -> "LetterQuerySet":
        """All letters but those whose very existence is confidential; people see their own among their data."""
        return self.exclude(kind__in=kinds.confidential())

    def visible_to(self, member: Any) -> "LetterQuerySet":
        """The letters coordinators may see, without confidential ones; nobody else, because addresses are shown."""
        return self.shown_at_the_desk() if member.is_coordinator else self.none()

    def gathered(self, gathering: str) -> "LetterQuerySet":
        """The letters to one person about one thing, newest first."""
        return self.filter(gathering=gathering).exclude(gathering="").order_by("-pk")

    def perhaps_read(self) -> "LetterQuerySet":
        """Letters that arrived, or may have arrived."""
        return self.filter(state__in=[S.SUBMITTING, S.SENT, S.UNCERTAIN])

    def needing_a_person(self) -> "LetterQuerySet":
        """Letters with which nothing more happens unless somebody decides, as `ledger.by_hand` lets them.

        Not a code that somebody asked for: nobody sends it again, they ask for another. Nor what went to somebody who
        has deleted their account.
        """
        has_recipient = Q(member__isnull=False) | ~Q(address="")
        return self.filter(has_recipient, state__in=sorted(NEEDS_A_PERSON)).exclude(kind__in=kinds.urgent())

    def unreachable(self) -> "LetterQuerySet":
        """Letters that wait because no mail server answered at the last attempt."""
        return self.filter(state=S.DEFERRED, reason=UNREACHABLE)

    def move(self, was: LetterState, became: LetterState, **columns: Any) -> int:
        """Move those of these letters that are in state ``was`` to ``became``; return how many were.

        The state is compared in the statement that changes it. So of two workers, or a worker and a person, one moves
        the letter and the other finds nothing.
        """
        if not may_become(was, became):
            raise ValueError(f"a letter cannot go from {was} to {became}")
        if became not in WITH_A_WORKER:
            columns.setdefault("lease_until", None)
        columns.setdefault("gathering_since", None)  # whoever moves it ends its waiting for more
        return self.filter(state=was).update(state=became, **columns)

    def tally(self) -> dict[str, int]:
        """Return how many letters were written and how many are in each state."""
        return tally_of(self.counted_by_state())

    def counted_by_state(self) -> "models.QuerySet[Letter, Any]":
        """How many letters there are in each state, for `tally_of`."""
        return self.order_by().values_list("state").annotate(Count("pk"))


def tally_of(letters_by_state: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return how many letters were written and how many are in each state, those without letters among them."""
    counts = dict(letters_by_state)
    return {"written": sum(counts.values()), **{state: counts.get(state, 0) for state in S.values}}


class Letter(models.Model):
    """One owed email to one address. Its text is made when it is sent, and never kept.

    Letters with the same ``gathering`` tell one person about one thing: while one waits (``gathering_since``), a newer
    one takes its place. ``facts_digest`` is the fingerprint of what it told, so that nobody is told the same again.
    """

    kind = models.CharField(_("kind"), max_length=80)
    key = models.CharField(_("key"), max_length=200)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="letters",
        verbose_name=_("member"),
    )
    address = models.EmailField(_("address"), blank=True)
    language = models.CharField(_("language"), max_length=10)
    zone = models.CharField(_("time zone"), max_length=50)
    about_type = models.CharField(_("about"), max_length=60, blank=True)
    about_id = models.BigIntegerField(_("its number"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=LetterState, default=S.QUEUED)
    message_id = models.CharField(_("Message-ID"), max_length=200)
    owed_at = models.DateTimeField(_("owed since"))
    due_at = models.DateTimeField(_("due"))
    tries = models.PositiveSmallIntegerField(_("attempts"), default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    claimed_by = models.CharField(max_length=32, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    answer = models.CharField(_("the mail server's answer"), max_length=200, blank=True)
    gathering = models.CharField(_("gathered under"), max_length=100, blank=True)
    gathering_since = models.DateTimeField(_("gathering since"), null=True, blank=True)
    facts_digest = models.CharField(max_length=64, blank=True)

    # Of a letter that was sent at once, and no column: whether another attempt may get through.
    may_come_later = False

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        constraints = [
            models.UniqueConstraint(fields=["key"], name="mailings_one_letter_per_key"),
            models.UniqueConstraint(fields=["message_id"], name="mailings_one_letter_per_message_id"),
            models.CheckConstraint(condition=Q(state__in=S.values), name="mailings_letter_state_is_known"),
            models.CheckConstraint(
                condition=Q(about_type="", about_id=None) | (~Q(about_type="") & Q(about_id__isnull=False)),
                name="mailings_about_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(OPEN)) | Q(member__isnull=False) | ~Q(address=""),
                name="mailings_open_letter_goes_to_someone",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=sorted(WITH_A_WORKER), lease_until__isnull=False) & ~Q(claimed_by=""))
                | (~Q(state__in=sorted(WITH_A_WORKER)) & Q(lease_until=None)),
                name="mailings_held_has_lease_and_claimer",
            ),
            models.CheckConstraint(
                condition=Q(state=S.SENT, sent_at__isnull=False) | (~Q(state=S.SENT) & Q(sent_at=None)),
                name="mailings_sent_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(NEEDS_A_REASON)) | ~Q(reason=""),
                name="mailings_unsent_has_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[S.SUBMITTING, S.SENT, S.DEFERRED, S.UNCERTAIN]) | Q(tries__gte=1),
                name="mailings_tried_was_tried",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[S.SUBMITTING]) | ~Q(address=""), name="mailings_submitting_has_an_address"
            ),
            models.CheckConstraint(condition=~Q(kind="") & ~Q(key=""), name="mailings_letter_has_kind_and_key"),
            models.UniqueConstraint(
                fields=["gathering"],
                condition=Q(gathering_since__isnull=False),
                name="mailings_one_letter_gathers_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(gathering_since=None) | (Q(state=S.QUEUED) & ~Q(gathering="")),
                name="mailings_only_a_queued_letter_gathers",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="mailings_letter_due", condition=Q(state__in=sorted(WAITING))),
            models.Index(
                fields=["lease_until"], name="mailings_letter_lease", condition=Q(state__in=sorted(WITH_A_WORKER))
            ),
            models.Index(fields=["about_type", "about_id"], name="mailings_letter_about"),
            models.Index(fields=["state", "owed_at"], name="mailings_letter_by_state"),
            models.Index(fields=["gathering", "-id"], name="mailings_letter_gathered", condition=~Q(gathering="")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
