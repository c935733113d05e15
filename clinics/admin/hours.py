"""The tab that finds the hour: days and weight are asked, hours and their reasons shown, and one press takes one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.admin.tabs import ClinicDesk, Tab
from clinics.domain.clinics import ClinicError, ClinicState
from clinics.domain.finding import Editions, Option
from clinics.finding.forms import FindHourForm
from clinics.finding.heat_map import heat_map
from clinics.finding.questions import HoursAnswer, Refused, find_hours
from clinics.finding.taking import draft_edition, start_fields, take_hour
from clinics.models import Clinic
from clinics.models.finding import asked_for_rules
from clinics.planning.zones import asked_for_zones
from letsconnect.base import versions
from letsconnect.base.access_log import PeopleShown
from letsconnect.base.languages import listed
from letsconnect.base.statements import Inquiry
from letsconnect.base.templatetags.when import when_in
from letsconnect.base.versions import ChangedMeanwhile
from letsconnect.base.wall_clock import NotOneMoment, comes_twice
from registrations.domain.registrations import Region
from registrations.requests import signed_in


@dataclass(frozen=True)
class OptionShown:
    """One start as the page shows it: how many can come and how many do so at night, by groups of regions."""

    option: Option
    groups: list[tuple[str, int, int, int]]  # name, who can come, of how many, and for how many it is night

    @property
    def iso(self) -> str:
        return self.option.starts_at.isoformat()


def _view(desk: ClinicDesk, request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """Show the form, and what was found where its days are in the address; a press takes an hour."""
    if request.method == "POST":
        return _take(desk, request, clinic)
    asked = request.GET if "first_on" in request.GET else None
    form = _form(asked, clinic)
    context: dict[str, Any] = {"form": form, "media": form.media, "opened": desk.opened(request, clinic)}
    if form.is_valid():
        context |= _shown_of(desk, request, clinic, form)
    return desk.draw(request, clinic, "hours", context)


def _form(asked: Mapping[str, Any] | None, clinic: Clinic) -> FindHourForm:
    return FindHourForm(asked, clinic=clinic, now=timezone.now(), zone=timezone.get_current_timezone_name())


def _shown_of(desk: ClinicDesk, request: HttpRequest, clinic: Clinic, form: FindHourForm) -> dict[str, Any]:
    """Return what the page shows of the hours that were found."""
    answer = find_hours(clinic=clinic, asked=form.asked(form.cleaned_data), now=form.now)
    desk.note_look(request, _named(answer), kind=desk.look)
    week = parse_date(request.GET["week"]) if _is_day(request.GET.get("week", "")) else None
    kept = {name: value for name, value in request.GET.items() if name in form.fields}
    kept["zone"] = answer.asked.zone  # not the letters by which it was found
    pair = answer.hours.best_pair() if form.cleaned_data["two"] else None
    return {
        "answer": answer,
        "map": heat_map(answer, week),
        "options": [_shown(answer, option) for option in answer.best],
        "ruled_out": [(_shown(answer, refused.option), _names(refused)) for refused in answer.ruled_out],
        "asks_two": form.cleaned_data["two"],
        "pair": pair,
        "pair_shown": [_shown(answer, pair.first), _shown(answer, pair.second)] if pair else [],
        "kept": kept,
        "kept_in_address": urlencode(kept),
        "may_take": desk.may_change(request, clinic),
        "burdens": [(Region(code).label, nights) for code, nights in answer.burden.regions.items()],
    }


def _is_day(text: str) -> bool:
    try:
        return 2000 <= date.fromisoformat(text).year <= 2200
    except ValueError:
        return False


def _shown(answer: HoursAnswer, option: Option) -> OptionShown:
    groups = []
    for regions in answer.groups:
        coming, night, of_all = (
            sum(counts.get(region, 0) for region in regions)
            for counts in (option.by_region, option.night_by_region, answer.people_by_region)
        )
        groups.append((listed(_region_name(region) for region in regions), coming, of_all, night))
    return OptionShown(option, groups)


def _region_name(region: str) -> str:
    return str(Region(region).label) if region else _("no region told")


def _names(refused: Refused) -> str:
    return listed(person.name for person in refused.by)


def _take(desk: ClinicDesk, request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """Take one hour, or two for two editions, as they are found now: what was found before may not be true any more."""
    if not desk.may_change(request, clinic):
        raise PermissionDenied
    form = _form(request.POST, clinic)
    starts = [_moment(request.POST[name]) for name in ("start", "second") if request.POST.get(name)]
    if not form.is_valid() or not starts:
        raise BadRequest("an hour that no page of ours offers")
    back = redirect(f"{request.path}?{urlencode({name: request.POST.get(name, '') for name in form.fields})}")
    try:
        answer = find_hours(clinic=clinic, asked=form.asked(form.cleaned_data), now=form.now)
        editions = answer.editions(starts[0], starts[1]) if len(starts) > 1 else None
        with desk.as_opened(request, clinic) as seen:
            edition = _store(request, seen, answer, starts, editions)
    except (ClinicError, NotOneMoment, ChangedMeanwhile) as refusal:
        messages.error(request, str(refusal))
        return back
    if edition is not None:
        text = _("A draft of the second edition begins %(moment)s.")
        messages.success(request, text % {"moment": when_in(edition.starts_at, answer.asked.zone)})
    return _after(request, clinic, starts[0], answer.asked.zone)


def _store(
    request: HttpRequest, clinic: Clinic, answer: HoursAnswer, starts: list[datetime], editions: Editions | None
) -> Clinic | None:
    """Store the hour and its reasons, and draft the second edition; return that, if there are two."""
    minutes = answer.asked.minutes if clinic.state == ClinicState.DRAFT else clinic.minutes  # which may be no quarters
    values: dict[str, Any] = {"by": signed_in(request), "now": timezone.now(), "minutes": minutes}
    taken = take_hour(clinic=clinic, starts_at=starts[0], reasons=answer.reasons(starts[0], editions), **values)
    if editions is None:
        return None
    return draft_edition(clinic=taken, starts_at=starts[1], reasons=answer.reasons(starts[1], editions), **values)


def _after(request: HttpRequest, clinic: Clinic, starts_at: datetime, zone: str) -> HttpResponse:
    """Lead on: a draft has its hour, an announced clinic is moved on the page that says whom it writes to."""
    moment = when_in(starts_at, zone)
    if clinic.state == ClinicState.DRAFT:
        messages.success(request, _("The clinic begins %(moment)s.") % {"moment": moment})
        return redirect("admin:clinics_clinic_change", clinic.pk)
    text = _("The reasons are kept. Move the clinic to %(moment)s here: those who signed up are told.")
    messages.info(request, text % {"moment": moment})
    start = start_fields(starts_at, zone)
    wall = datetime.combine(start["local_date"], start["local_time"])
    asked = {
        **start,
        "local_time": f"{wall:%H:%M}",
        "fold": start["fold"] if comes_twice(wall, zone) else "",
    }
    return redirect(f"{reverse('admin:clinics_clinic_move', args=[clinic.pk])}?{urlencode(asked)}")


def _moment(text: str) -> datetime:
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadRequest("a moment that no page of ours sends")
    return moment


def _facts(clinic: Clinic) -> Mapping[str, Any]:
    return versions.columns_of(clinic, ("starts_at", "minutes"))


def _named(answer: HoursAnswer) -> PeopleShown:
    """Return those needed whom the page names: they are not free at a better hour."""
    named = (person.member for refused in answer.ruled_out for person in refused.by)
    return PeopleShown(members={member for member in named if member is not None})


def _is_to_come(clinic: Clinic) -> bool:
    return clinic.is_to_come


def _asked(_clinic: Clinic) -> list[Inquiry[Any]]:
    return [asked_for_rules(), asked_for_zones()]


HOURS = Tab("hours", gettext_lazy("Find the hour"), _view, facts=_facts, asked=_asked, is_shown=_is_to_come)
