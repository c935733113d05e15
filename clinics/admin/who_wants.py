"""The tab of those who want a clinic, and of those who could share it."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from clinics.admin.needs import in_words
from clinics.admin.tabs import ClinicDesk, Tab
from clinics.domain.clinics import ClinicError
from clinics.models import Clinic
from clinics.needs.candidates import candidates, who_wants
from clinics.planning.from_needs import ask_candidate
from letsconnect.base import versions
from letsconnect.base.access_log import PeopleShown
from letsconnect.base.versions import ChangedMeanwhile
from registrations.domain.looks import LookKind
from registrations.requests import signed_in


def _view(desk: ClinicDesk, request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """Show both, and ask one of those who could share; whoever is named can read that the reader looked."""
    reader, now = signed_in(request), timezone.now()
    if request.method == "POST":
        _ask(desk, request, clinic)
        return redirect(WHO_WANTS.url(clinic))
    people, wanted = candidates(clinic, reader=reader, now=now), who_wants(clinic, reader=reader, on=now.date())
    named = {person.registration for person in people} | wanted.people.registrations
    desk.note_look(request, PeopleShown(members=wanted.people.members, registrations=named), kind=LookKind.CANDIDATE)
    context = {
        "own": [person for person in people if person.is_own],
        "others": [person for person in people if not person.is_own],
        "wanted": wanted,
        "wishing": in_words(wanted.wishing),
        "supporting": wanted.supporting,
        "raised": clinic.raised_needs.with_names().order_by("pk"),
        "may_write": desk.may_change(request, clinic),
        "opened": desk.opened(request, clinic),
        "has_skills": bool(clinic.skills.all()),
    }
    return desk.draw(request, clinic, "who_wants", context)


def _ask(desk: ClinicDesk, request: HttpRequest, clinic: Clinic) -> None:
    if not desk.may_change(request, clinic):
        raise PermissionDenied
    try:
        with desk.as_opened(request, clinic) as seen:
            person = ask_candidate(
                clinic=seen, public_id=request.POST.get("ask", ""), by=signed_in(request), now=timezone.now()
            )
    except (ClinicError, ChangedMeanwhile) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(name)s is asked by email.") % {"name": person.called_at_desk()})


def _facts(clinic: Clinic) -> Mapping[str, Any]:
    """Return what of the clinic two planners must not change at once: whom they ask."""
    return {"people": versions.all_rows(clinic.people.all())}


WHO_WANTS = Tab("who_wants", pgettext_lazy("part of a clinic's page", "Who wants it"), _view, facts=_facts)
