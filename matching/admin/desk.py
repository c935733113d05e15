"""What the tables of the desk share: pages, people in words, and what could not be done."""

from datetime import UTC
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from letsconnect.base.admin import WorkingGroupAdmin, keys_among
from matching import reasons
from matching.domain import RoundState
from matching.models import Match, Round
from registrations.domain import LookKind
from registrations.models import Look, Member, Registration

_CANCELLABLE = (RoundState.DRAFT, RoundState.SOLVING, RoundState.PROPOSED, RoundState.FAILED)


class DeskAdmin(WorkingGroupAdmin):
    """A table of which every change is an action: nobody types into a row."""

    coordinators_may = frozenset({"view"})
    list_per_page = 50

    def page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        values = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"matching/admin/{template}.html", values)

    def find(self, request: HttpRequest, number: int | str) -> Any:
        """Return the row of that number among those the reader may see, or answer that there is none."""
        return get_object_or_404(self.get_queryset(request), pk__in=keys_among([str(number)]))

    def note_looks(self, request: HttpRequest, *people: Registration) -> None:
        """Remember for these people that the reader opened a page about them."""
        Look.objects.note(
            viewer=request.user,
            registrations=people,
            what=LookKind.MATCH,
            on=timezone.now().astimezone(UTC).date(),
        )


def side_in_words(person: Registration) -> str:
    """Return name, region and group of a person: no address, no contact."""
    group = str(person.group or person.group_other or "")
    return " · ".join(part for part in (reasons.name_of(person), person.region, group) if part)


def may_steer(member: Member, round_: Round) -> bool:
    """Tell whether to offer the buttons that change a round; the actions decide."""
    return member.is_coordinator or round_.created_by_id == member.pk


def may_cancel(member: Member, round_: Round) -> bool:
    """Tell whether to offer the button; the action decides."""
    return round_.state in _CANCELLABLE and may_steer(member, round_)


def may_know(member: Member, *people: Registration) -> bool:
    """Tell whether somebody may read these names together: one of them is of a region they look after."""
    return any(member.looks_after(person.region) for person in people)


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
