"""The letter with what somebody wrote on the page of the team."""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_noop

from letsconnect.base.links import absolute
from mailings import kinds
from mailings.rendering import Rendered, render_letter
from registrations.models import TeamMessage
from registrations.seats.team import shown_seats


def _still_owed(message: TeamMessage | None, now: datetime) -> str | None:
    if message is None:
        return gettext_noop("the message was deleted")
    if message.recipient is not None and not message.is_to_somebody_shown:
        return gettext_noop("whom it is for has left the page of the team")
    return None


def _render(message: TeamMessage, language: str, zone: str) -> Rendered:
    address = message.writer.email if message.writer is not None and message.gives_address else ""
    context = {
        "name": message.recipient.name if message.recipient is not None else "",
        "writer": message.name,
        "text": message.text,
        "address": address or "",
        "report_url": absolute("trust:report-new"),
    }
    return render_letter("registrations/emails/team_message", context, language=language, zone=zone)


def _read(keys: list[int], now: datetime) -> QuerySet[TeamMessage]:
    shown = shown_seats(now=now).filter(member=OuterRef("recipient"))
    rows = TeamMessage.objects.filter(pk__in=keys).select_related("recipient", "writer")
    return rows.annotate(**{"is_to_somebody_shown": Exists(shown)})


def register() -> None:
    """Register the letter with the ledger. Nothing is kept of it: it holds one person's words for another."""
    kinds.register(
        "registrations.team_message",
        still_owed=_still_owed,
        render=_render,
        reads=_read,
        keeps=kinds.NEVER_KEPT,
    )
