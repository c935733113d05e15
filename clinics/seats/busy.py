"""The hours of the clinics people are going to, for whoever looks for a free one."""

from collections.abc import Collection, Iterator
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from clinics.models import Clinic, Rsvp
from letsconnect.base import busy

NAME = "clinics.seats"


def register() -> None:
    busy.register(NAME, spans_with_a_seat, _("You have a seat at a clinic at that time."))


def spans_with_a_seat(members: Collection[int], now: datetime) -> Iterator[tuple[int, datetime, datetime]]:
    """The announced clinics these members have a seat at, or are offered one, that are not over.

    A turn in a queue keeps nobody busy.
    """
    announced = Clinic.objects.announced().upcoming(now=now).order_by()
    seats = Rsvp.objects.holding_a_seat().filter(member__in=members, clinic__in=announced.values("pk"))
    for rsvp in seats.select_related("clinic"):
        yield rsvp.member_id, rsvp.clinic.starts_at, rsvp.clinic.ends_at
