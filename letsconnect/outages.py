"""Tell coordinators that the portal stood still: one letter for each outage, as soon as letters can be sent."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from letsconnect.base.links import absolute
from mailings import kinds
from mailings.domain.letters import LETTERS_ARE_LATE, TICK_WAS_AWAY, OutageKind
from mailings.ledger import letters
from mailings.ledger.lateness import lateness
from mailings.models import LastTick, Outage
from mailings.rendering import Rendered, render_letter
from registrations.models import Member, WorkingGroupSeat

KIND = "letsconnect.outage"


def note_outages(now: datetime) -> int:
    """Record the outage before this tick, if there was one, owe the letters about it and return how many."""
    late = lateness(now=now)
    if late.tick is not None and late.tick >= TICK_WAS_AWAY:
        began = LastTick.objects.get(pk=1).at
        return _tell(Outage.objects.create(kind=OutageKind.TICK, began_at=began, ended_at=now), now=now)
    running = Outage.objects.filter(kind=OutageKind.MAIL, ended_at=None)
    if late.unreachable is None:
        running.update(ended_at=now)
    elif late.unreachable >= LETTERS_ARE_LATE and not running.exists():
        return _tell(Outage.objects.create(kind=OutageKind.MAIL, began_at=now - late.unreachable), now=now)
    return 0


def _tell(outage: Outage, *, now: datetime) -> int:
    seats = WorkingGroupSeat.objects.current(on=now.date()).values("member")
    coordinators = [member for member in Member.objects.filter(pk__in=seats, is_active=True) if member.is_coordinator]
    for member in coordinators:
        letters.owe(kind=KIND, to=member, about=outage, key=f"outage:{outage.pk}:{member.pk}", now=now)
    return len(coordinators)


def outage_owed(outage: Outage | None, now: datetime) -> str | None:
    return None if outage is not None else _("there is no record of this standstill any more")


def render_outage(outage: Outage, language: str, zone: str) -> Rendered:
    context = {"outage": outage, "is_mail": outage.kind == OutageKind.MAIL, "link": absolute("admin:index")}
    return render_letter("letsconnect/emails/outage", context, language=language, zone=zone)


def register() -> None:
    """Register the letter and the sweep with the ledger."""
    kinds.register(KIND, still_owed=outage_owed, render=render_outage, keeps=kinds.kept())
    kinds.name_kinds({KIND: pgettext_lazy("kind of letter", "something stands still")})
    kinds.register_sweep("letsconnect.outages", note_outages)
