"""The email to somebody of the working group whose decision another has changed."""

from datetime import datetime

from django.utils.translation import gettext_noop

from letsconnect.base.languages import speaking
from letsconnect.base.links import absolute
from mailings import kinds
from mailings.rendering import Rendered, render_letter
from registrations.models import OverruledDecision
from registrations.seats.overruling import LETTER, in_lines

MOST_TOLD = 20


def _still_owed(decision: OverruledDecision | None, now: datetime) -> str | None:
    if decision is None:
        return gettext_noop("it is gone")
    if not decision.member.is_staff:
        return gettext_noop("the seat has ended")
    if decision.read_at is not None:
        return gettext_noop("they have read it at the desk")
    if decision.told_with not in (None, decision.pk):
        return gettext_noop("another email has told it")
    return None


def _tell_with(decision: OverruledDecision, now: datetime) -> None:
    """Tell in this email what no other has told."""
    untold = OverruledDecision.objects.unread(decision.member).filter(told_with=None, pk__lte=decision.pk)
    untold.update(told_with=decision.pk)


def _render(decision: OverruledDecision, language: str, zone: str) -> Rendered:
    mine = OverruledDecision.objects.filter(member=decision.member, told_with=decision.pk)
    rows = mine.select_related("own_act", "by__actor", "by__reason").order_by("pk")
    with speaking(language):
        lines = in_lines(rows[:MOST_TOLD] or [decision], reader=decision.member)
        context = {
            "name": decision.member.name,
            "lines": [(line, absolute(line.address, line.key)) for line in lines],
            "more": max(0, len(rows) - MOST_TOLD),
            "link": absolute("admin:registrations_workinggroupseat_overruled"),
        }
    return render_letter("registrations/emails/overruled", context, language=language, zone=zone)


def _read(keys: list[int], _now: datetime) -> list[OverruledDecision]:
    return list(
        OverruledDecision.objects.filter(pk__in=keys).select_related("member", "own_act", "by__actor", "by__reason")
    )


def register() -> None:
    """Register the letter with the ledger. Nothing is kept of it: it may quote what was said of somebody."""
    kinds.register(
        LETTER,
        still_owed=_still_owed,
        render=_render,
        before_sending=_tell_with,
        reads=_read,
        keeps=kinds.NEVER_KEPT,
    )
