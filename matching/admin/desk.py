"""What the tables of the desk share: pages, people in words, and what could not be done."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from letsconnect.base.admin import WorkingGroupAdmin
from matching import reasons
from matching.models import Match
from registrations.models import Registration


class DeskAdmin(WorkingGroupAdmin):
    """A table of which every change is an action: nobody types into a row."""

    coordinators_may = frozenset({"view"})
    list_per_page = 50

    def page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        values = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"matching/admin/{template}.html", values)


def side_in_words(person: Registration) -> str:
    """Return name, region and group of a person: no address, no contact."""
    group = str(person.group or person.group_other or "")
    return " · ".join(part for part in (reasons.name_of(person), person.region, group) if part)


def line(match: Match) -> dict[str, Any]:
    return {
        "match": match,
        "skill": str(match.skill),
        "learner": side_in_words(match.learner),
        "sharer": side_in_words(match.sharer),
        "why": reasons.for_working_group(match)[1:],
    }


def tell_held(desk: admin.ModelAdmin, request: HttpRequest, held: list[tuple[Match, str]]) -> None:
    for match, why in held:
        desk.message_user(request, _("%(match)s: %(why)s") % {"match": match, "why": why}, messages.ERROR)
