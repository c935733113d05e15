"""The tab of the agenda: what comes when, who speaks, the question to begin with and the quiz."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.admin.agenda_form import AgendaPage
from clinics.admin.tabs import ClinicDesk, Tab
from clinics.agendas.context import agenda_of
from clinics.agendas.forms import AgendaForms
from clinics.agendas.writing import people_by_name, write_agenda
from clinics.locking import lock_clinic
from clinics.models import Clinic
from letsconnect.base import edit_conflicts, versions
from letsconnect.base.access_log import PeopleShown, people_on
from registrations.requests import signed_in


def _view(desk: ClinicDesk, request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """Show the agenda as a form while it can be changed; otherwise only show it."""
    if not desk.may_change(request, clinic):
        if request.method == "POST":
            return _too_late(desk, request, clinic)
        return desk.draw(request, clinic, "agenda_shown", {"agenda": agenda_of(clinic)})

    def lock() -> Clinic:
        lock_clinic(clinic)
        return desk.clinic_for(request, clinic.pk)

    def save(_owner: Any, forms: AgendaForms) -> None:
        said, entries = forms.question.cleaned_data, forms.rows.entries()
        write_agenda(clinic=clinic, entries=entries, **said, by=signed_in(request), now=timezone.now())

    def draw(_owner: Any, context: dict[str, Any]) -> HttpResponse:
        return desk.draw(request, clinic, "agenda", {**context, "speakers": list(people_by_name(clinic))})

    return AgendaPage(clinic, lock, save, draw, back=AGENDA.url(clinic)).respond(request)


def _too_late(desk: ClinicDesk, request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """Show what was typed into a form that can be saved no more: the clinic is over, or was called off."""
    forms, fingerprints = AgendaForms(clinic), versions.read(request.POST.get(versions.FIELD, ""))
    typed = edit_conflicts.typed_into(forms.question, [forms.rows], posted=request.POST, fingerprints=fingerprints)
    context = {
        **desk.admin_site.each_context(request),
        "title": _("This cannot be changed any more"),
        "opts": desk.opts,
        "object": clinic,
        "changed": [],
        "typed": typed,
    }
    return TemplateResponse(request, "admin/too_late.html", context, status=409)


def _people(clinic: Clinic) -> PeopleShown:
    """Return whom the page offers as speakers: the people of the clinic who may still come."""
    return people_on(clinic.people.that_may_still_come(), ("member",))


AGENDA = Tab("agenda", gettext_lazy("Agenda"), _view, people=_people)
