"""When the tick last ran, when it did not or no mail server answered, and how many letters may be sent now."""

from django.db import models
from django.db.models import Q

from letsconnect.base.labels import label_of
from mailings.domain.letters import OutageKind


class LastTick(models.Model):
    """When the last tick ran: one row, which tells whether work by the clock still happens."""

    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="mailings_one_last_tick")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S}"


class Outage(models.Model):
    """A time in which no tick ran, or no letter could be handed over; coordinators are told once."""

    kind = models.CharField(max_length=10, choices=OutageKind)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind"], condition=Q(ended_at=None), name="mailings_one_outage_of_a_kind_at_a_time"
            ),
            models.CheckConstraint(condition=Q(kind__in=OutageKind.values), name="mailings_outage_kind_is_known"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=models.F("began_at")), name="mailings_outage_ends_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{label_of(self, 'kind')} {self.pk}"


class SendingRate(models.Model):
    """The token bucket of the mail server: one row, see `mailings/ledger/rates.py`."""

    tokens = models.FloatField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="mailings_one_sending_rate")]

    def __str__(self) -> str:
        return f"{self.tokens:.1f}"
