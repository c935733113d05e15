"""What pages show of an agenda: the clock of each item, and in words whether it fits."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinics.domain.agendas import minutes_left, timed
from clinics.models import AgendaItem, Clinic
from letsconnect.base.lines import isolated
from letsconnect.base.statements import Inquiry, Statement


class AgendaRow(NamedTuple):
    """One item with the moments at which it begins and ends; pages write them in the reader's zone."""

    item: AgendaItem
    begins_at: datetime
    ends_at: datetime
    runs_over: bool


def agenda_of(clinic: Clinic) -> list[AgendaRow]:
    """Return the items in order, each with its clock, counted from the start of the clinic."""
    items = _items_of(clinic)
    times = timed([item.minutes for item in items], starts_at=clinic.starts_at, length=clinic.minutes)
    return [AgendaRow(item, *time) for item, time in zip(items, times, strict=True)]


def asked_for_agenda(clinic: Clinic) -> Inquiry[AgendaItem]:
    return _ITEMS.asked({"clinic": clinic.pk})


def _items_of(clinic: Clinic) -> list[AgendaItem]:
    items = asked_for_agenda(clinic).rows()
    for item in items:
        item.clinic = clinic
    return items


# Asked for each page of a clinic, so the SQL is written once.
_ITEMS = Statement(lambda clinic: AgendaItem.objects.filter(clinic=clinic).select_related("person__member"))


def fit_in_words(minutes: Sequence[int], *, length: int) -> str:
    """Say by how much an agenda is too long or too short for its clinic; "" where it fits, or is not written."""
    left = minutes_left(minutes, length=length)
    if not minutes or not left:
        return ""
    if left < 0:
        text = ngettext(
            "The agenda is %(count)d minute longer than the clinic.",
            "The agenda is %(count)d minutes longer than the clinic.",
            -left,
        )
        return text % {"count": -left}
    text = ngettext(
        "%(count)d minute of the clinic is not in the agenda yet.",
        "%(count)d minutes of the clinic are not in the agenda yet.",
        left,
    )
    return text % {"count": left}


def what_is_unfinished(clinic: Clinic) -> Iterator[str]:
    """Say what the agenda of a clinic lacks: whether it fits, and who stands in it and does not come."""
    items = _items_of(clinic)
    if not items:
        yield _("There is no agenda yet.")
    if words := fit_in_words([item.minutes for item in items], length=clinic.minutes):
        yield words
    for name in dict.fromkeys(item.speaker_planned for item in items if item.person and not item.person.may_still_come):
        yield _("%(person)s is in the agenda and does not come.") % {"person": isolated(name)}
