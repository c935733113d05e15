"""What people write to somebody on the page of the team, until it is sent and for a month after."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from letsconnect.base.addresses import CANONICAL
from letsconnect.base.fields import LineField, can_be_seen, lines_can_be_seen
from registrations.domain.registrations import NAME_AT_MOST
from registrations.domain.team import KEPT_FOR, LONGEST_MESSAGE, UNSENT_KEPT_FOR
from registrations.models.members import Member


class TeamMessageQuerySet(models.QuerySet["TeamMessage"]):
    def unsent(self, *, now: datetime) -> "TeamMessageQuerySet":
        """Those whose writers have yet to type the code, and still can."""
        return self.filter(sent_at=None, made_at__gt=now - UNSENT_KEPT_FOR)

    def outdated(self, *, now: datetime) -> "TeamMessageQuerySet":
        return self.filter(
            Q(sent_at=None, made_at__lte=now - UNSENT_KEPT_FOR) | Q(sent_at__lte=now - KEPT_FOR),
        )


class TeamMessage(models.Model):
    """One message to somebody of the working group; ``recipient`` None means the address of the programme.

    A visitor's waits under its random ``key`` for the code sent to ``address``; sent, it has a writer and no address.
    """

    key = models.CharField(max_length=43, unique=True)
    recipient = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    writer = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    address = models.EmailField(blank=True)
    network = models.CharField(max_length=64, blank=True)
    name = LineField(_("name"), max_length=NAME_AT_MOST)
    text = models.TextField(_("message"), max_length=LONGEST_MESSAGE)
    gives_address = models.BooleanField(_("they may see my email address"), default=False)
    made_at = models.DateTimeField(_("written"))
    sent_at = models.DateTimeField(_("sent"), null=True)
    is_to_somebody_shown: bool  # only in rows that its letter reads

    objects = TeamMessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at=None, writer=None, address__regex=CANONICAL)
                | Q(sent_at__isnull=False, writer__isnull=False, address="", network=""),
                name="registrations_team_message_waits_for_its_address_or_has_a_writer",
            ),
            models.CheckConstraint(
                condition=~Q(name="") & lines_can_be_seen("name") & can_be_seen("text"),
                name="registrations_team_message_can_be_seen",
            ),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("text"), LONGEST_MESSAGE), name="registrations_team_message_is_no_book"
            ),
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(sent_at__gte=F("made_at")),
                name="registrations_team_message_is_sent_once_written",
            ),
            models.CheckConstraint(condition=~Q(key=""), name="registrations_team_message_has_a_key"),
        ]
        indexes = [
            models.Index(fields=["network", "made_at"], name="registrations_message_network"),
            models.Index(fields=["writer", "sent_at"], name="registrations_message_writer"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
