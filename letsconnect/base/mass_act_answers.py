"""What the desk answers when a mass act is prepared or begun: its page, or one sentence where it is done already."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from letsconnect.base import access_log, lists_kept, mass_acts
from letsconnect.base.lines import isolated
from letsconnect.base.mass_acts import AT_ONCE, MassActRefused
from letsconnect.base.models import MassAct, MassActOutcome, MassActState

PAGE = "admin:base_massact_change"


def prepare(
    request: HttpRequest, kind: str, rows: Iterable[Any], *, by: Any, now: datetime, note: str = ""
) -> HttpResponse | None:
    """Prepare it, and go to the page that says what it will do; from there one comes back to the list as it was.

    What needs no page is done at once with a few rows, and the list says what became of it.
    """
    try:
        act = mass_acts.prepare(kind=kind, rows=rows, by=by, now=now, note=note)
        if mass_acts.asks_first(act):
            return page_of(act, back=lists_kept.where_pressed(request))
        act = mass_acts.do_few(mass_acts.begin(act=act, note=note, by=by, now=now), now=now)
    except MassActRefused as refusal:
        messages.error(request, str(refusal))
        return None
    if act.state != MassActState.DONE:
        return page_of(act, back=lists_kept.where_pressed(request))
    say_refused(request, act)
    say_done(request, act)
    act.delete()  # all there is to say of it is said
    return None


def after_beginning(request: HttpRequest, act: MassAct, *, back: str, now: datetime) -> HttpResponse:
    """Do a few rows before the answer; go back with one sentence if all was done, else to the page that says more."""
    act = mass_acts.do_few(act, now=now)
    if act.state == MassActState.DONE and back and not mass_acts.outcomes(act)[MassActOutcome.REFUSED]:
        say_done(request, act)
        return redirect(back)
    return page_of(act, back=back)


def page_of(act: MassAct, *, back: str) -> HttpResponse:
    """Go to its page, from which one comes back to ``back``."""
    return redirect(f"{reverse(PAGE, args=[act.pk])}?{urlencode({'back': back})}")


def say_done(request: HttpRequest, act: MassAct) -> None:
    """Say how many rows were done, and what else there is to say of some of them."""
    kind, remarks = mass_acts.kind_of(act), mass_acts.reasons(act, MassActOutcome.DONE)
    plain = mass_acts.outcomes(act)[MassActOutcome.DONE] - sum(number for _remark, number in remarks)
    if plain and kind is not None:
        messages.success(request, kind.said(plain))
    for remark, number in remarks:
        messages.info(request, f"{remark} ({number})")


def say_refused(request: HttpRequest, act: MassAct) -> None:
    """Say of each of a few rows why nothing was done with it."""
    refused = act.rows.filter(outcome=MassActOutcome.REFUSED).order_by("pk")[:AT_ONCE]
    rows = list(refused.values_list("object_id", "reason"))
    names = names_shown(request, act, [key for key, _reason in rows]) if rows else {}
    for key, reason in rows:
        name = isolated(names.get(key) or f"#{key}")
        messages.error(request, _("%(name)s: %(reason)s") % {"name": name, "reason": reason})


def names_shown(request: HttpRequest, act: MassAct, keys: list[int]) -> dict[int, str]:
    """Return what these rows are called that the reader may see, and record for the people that they were shown."""
    kind = mass_acts.kind_of(act)
    if kind is None:
        return {}
    names = dict(kind.names(keys, request.user))
    people = kind.people([key for key in keys if key in names])
    access_log.note(viewer=request.user, people=people, kind=kind.look, now=timezone.now())
    return names
