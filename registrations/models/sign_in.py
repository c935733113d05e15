"""Sign-in codes: which browser asked for them, and which can still be used."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Greatest

from letsconnect.base import links
from mailings.domain.letters import AT_ONCE_LEASE, OPEN, WAITING, LetterState
from mailings.models import Letter

HOUR = timedelta(hours=1)


def waited_for() -> timedelta:
    """How long somebody waits for the letter with their code; a letter that could not go out by then is given up."""
    return timedelta(minutes=settings.SIGN_IN_CODE_MINUTES)


@dataclass(frozen=True)
class Drawn:
    """The two secrets of one letter and when they were drawn, kept in memory until it is sent."""

    digits: str
    link: str
    at: datetime


class SignInCodeQuerySet(models.QuerySet["SignInCode"]):
    def sent(self, *, now: datetime) -> "SignInCodeQuerySet":
        """Codes whose letters were sent, may have been sent, or are about to be: the ones that limits count.

        A letter that still waits when its code has become too old is not sent any more, and counts no longer.
        """
        letter_went_out = Q(letter__isnull=False) & ~Q(letter__state__in=[LetterState.FAILED, LetterState.SKIPPED])
        letter_went_out &= ~Q(letter__state__in=sorted(WAITING), made_at__lt=now - waited_for())
        return self.filter(letter_went_out | Q(letter=None, made_at__gt=now - AT_ONCE_LEASE))

    def unused(self) -> "SignInCodeQuerySet":
        return self.filter(used_at=None, link_used_at=None)

    def since(self, moment: datetime) -> "SignInCodeQuerySet":
        return self.filter(made_at__gt=moment)

    def to_address(self, address: str) -> "SignInCodeQuerySet":
        return self.filter(address=address)

    def fresh(self, *, now: datetime) -> "SignInCodeQuerySet":
        """Codes neither used nor too old."""
        return self.exclude(code_hash="").filter(used_at=None, expires_at__gt=now)

    def linked(self, *, now: datetime) -> "SignInCodeQuerySet":
        """Codes whose link is neither used nor too old."""
        return self.exclude(link_hash="").filter(link_used_at=None, expires_at__gt=now)

    def last_used(self) -> datetime | None:
        """The last time one of these was used to sign in: the owner of the mailbox wanted the letters until then."""
        used = self.filter(Q(used_at__isnull=False) | Q(link_used_at__isnull=False))
        return used.aggregate(last=models.Max(Greatest("used_at", "link_used_at")))["last"]


class SignInCode(models.Model):
    """One letter with a one-time code and a one-time link, stored only as keyed hashes.

    Both are empty until the letter is written; the worker writes it if the web process could not wait for the mail
    server.
    """

    address = models.EmailField()
    browser = models.CharField(max_length=64, blank=True)
    network = models.CharField(max_length=64)
    language = models.CharField(max_length=10, blank=True)
    zone = models.CharField(max_length=50, blank=True)
    leads_to = models.CharField(max_length=links.LONGEST, blank=True)
    letter = models.ForeignKey(Letter, null=True, on_delete=models.SET_NULL, related_name="+")
    code_hash = models.CharField(max_length=64, blank=True)
    link_hash = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries_left = models.PositiveSmallIntegerField(default=5)
    tries_elsewhere = models.JSONField(default=dict, blank=True)
    used_at = models.DateTimeField(null=True)
    link_used_at = models.DateTimeField(null=True)

    drawn: Drawn | None = None  # no column: stored nowhere, for the letter that is being sent

    objects = SignInCodeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["link_hash"], condition=~Q(link_hash=""), name="registrations_one_code_per_link"
            ),
            models.CheckConstraint(
                condition=Q(used_at=None) | ~Q(code_hash=""), name="registrations_used_code_was_written"
            ),
        ]
        indexes = [
            models.Index(fields=["address", "made_at"], name="registrations_code_by_address"),
            models.Index(fields=["network", "made_at"], name="registrations_code_by_network"),
            models.Index(fields=["browser", "made_at"], name="registrations_code_by_browser"),
        ]

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M}"

    @property
    def is_waiting(self) -> bool:
        """Tell whether the worker has yet to write the letter, or to send it."""
        return self.letter is not None and self.letter.state in OPEN

    def minutes_left(self, *, now: datetime) -> int:
        return max(1, round((self.expires_at - now).total_seconds() / 60))

    def shortest_end(self, *, now: datetime) -> datetime:
        """The earliest moment at which the code of a letter sent now may stop working."""
        return max(self.expires_at, now + waited_for())
