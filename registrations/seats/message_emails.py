"""The letter with what somebody wrote on the page of the team."""

from datetime import datetime

from django.utils.translation import gettext_noop

from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from mailings import kinds
from mailings.rendering import Rendered, render_letter
from registrations.models import TeamMessage


def _still_owed(message: TeamMessage | None, now: datetime) -> str | None:
    return gettext_noop("the message was deleted") if message is None else None


def _render(message: TeamMessage, language: str, zone: str) -> Rendered:
    address = message.writer.email if message.writer is not None and message.gives_address else ""
    context = {
        "name": message.recipient.name if message.recipient is not None else "",
        "writer": message.name,
        "text": message.text,
        "address": address or "",
    }
    return render_letter("registrations/emails/team_message", context, language=language, zone=zone)


_ROWS = Statement(lambda keys: TeamMessage.objects.filter(pk__in=any_of(keys)).select_related("recipient", "writer"))


def _read(keys: list[int], _now: datetime) -> list[TeamMessage]:
    return _ROWS.rows({"keys": keys})


def register() -> None:
    """Register the letter with the ledger. Nothing is kept of it: it holds one person's words for another."""
    kinds.register(
        "registrations.team_message",
        still_owed=_still_owed,
        render=_render,
        reads=_read,
        keeps=kinds.NEVER_KEPT,
    )
