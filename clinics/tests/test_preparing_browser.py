"""What a browser sees of agendas and checklists, and that rows are moved and items ticked without JavaScript."""

import pytest
from django.utils import timezone

from clinics.agendas.writing import load_agenda_templates
from clinics.checklists.items import load_checklist_template
from clinics.demo import clinics as demo
from clinics.models import AgendaTemplate, Clinic
from letsconnect.tests.browser import LOOKED_AT_IN, WIDTHS
from registrations.tests.factories import make_coordinator, make_member, make_skill

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("language", LOOKED_AT_IN)
def test_agenda_and_checklist_are_sound(live_server, open_window, language):
    load_agenda_templates(), load_checklist_template()
    planner = make_coordinator(zone="Africa/Cairo", name="Planner")
    demo.load([planner, *(make_member() for _number in range(9))], timezone.now(), planner=planner)
    clinic = Clinic.objects.filter(agenda__isnull=False, state="announced").order_by("pk").first()
    skill = make_skill("budgeting")
    clinic.skills.add(skill)
    type(planner).objects.filter(pk=planner.pk).update(language=language)
    window = open_window(live_server.url, language=language, widths=WIDTHS, member=planner)
    for name, path in {
        "page": f"/clinics/{clinic.pk}/",
        "agenda": f"/admin/clinics/clinic/{clinic.pk}/agenda/",
        "checklist": f"/admin/clinics/clinic/{clinic.pk}/checklist/",
        "to-do": "/clinics/to-do/",
        "need": f"/admin/clinics/topicrequest/needs/{skill.pk}/",
        "nights": "/admin/clinics/clinichourrules/",
        "usual": f"/admin/clinics/agendatemplate/{AgendaTemplate.objects.first().pk}/change/",
    }.items():
        window.visit(path)
        window.screenshot(f"preparing-{name}-{language}")
