"""The list of clinics at the desk, and the buttons for several of them."""

from datetime import UTC
from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.admin.acts import question_about
from clinics.admin.mass_acts import ARCHIVE, HOLD
from clinics.admin.room import RoomDesk
from clinics.cards import titles_of
from clinics.models import Clinic, ClinicQuerySet
from clinics.planning import waiting
from letsconnect.base import lists_kept, versions
from letsconnect.base.admin import LONG_ASKED, WaitingFilter
from letsconnect.base.opened_lists import ListOfSeats, OpenedList
from letsconnect.base.querysets import as_own
from letsconnect.base.templatetags.when import when
from registrations.requests import signed_in


class ClinicsToTendFilter(WaitingFilter):
    kinds = {
        "soon": (
            gettext_lazy("today or tomorrow"),
            lambda rows, _reader, now: waiting.soon(rows, now=now, until=waiting.end_of_tomorrow(now)),
        ),
        "gaps": (gettext_lazy("still lacking something"), lambda rows, _reader, now: waiting.lacking(rows, now=now)),
        "over": (
            gettext_lazy("over, and not said to be held"),
            lambda rows, _reader, now: waiting.over_and_not_held(rows, now=now),
        ),
        "outcome": (
            gettext_lazy("held, and nobody has written what came of it"),
            lambda rows, _reader, _now: waiting.without_outcome(rows),
        ),
        "nobody": (
            gettext_lazy("with something due that nobody does"),
            lambda rows, _reader, now: waiting.left_to_nobody(
                rows, today=timezone.localdate(now), on=now.astimezone(UTC).date()
            ),
        ),
        "calls": (
            gettext_lazy("with a list of a call to look through"),
            lambda rows, _reader, _now: waiting.with_call_lists(rows),
        ),
        "quotes": (
            gettext_lazy("with something to quote that nobody has decided on"),
            lambda rows, reader, _now: waiting.with_quotes(rows, reader=reader),
        ),
        "languages": (
            gettext_lazy("for which people need a language and have heard nothing"),
            lambda rows, _reader, now: waiting.with_languages_needed(rows, now=now),
        ),
        "silent": (
            gettext_lazy("with somebody who was asked and has not answered for a week"),
            lambda rows, _reader, now: waiting.with_silent_people(rows, since=now - LONG_ASKED, now=now),
        ),
        "to_ask": (
            gettext_lazy("with somebody whom nobody has asked yet"),
            lambda rows, _reader, now: waiting.with_people_to_ask(rows, now=now),
        ),
    }


# The part of a clinic's page on which that which waits is done; else the list leads to its plan.
_PART_OF = {
    "calls": "attendance",
    "quotes": "after",
    "outcome": "after",
    "languages": "languages",
    "silent": "people",
    "to_ask": "people",
    "nobody": "checklist",
}


class ListOfClinics(OpenedList):
    """A list that reads the titles of its clinics in one query, and nothing else of their texts."""

    def url_for_result(self, result: Any) -> str:
        part = _PART_OF.get(self.params.get(ClinicsToTendFilter.parameter_name, ""))
        return reverse(f"admin:clinics_clinic_{part}", args=[result.pk]) if part else super().url_for_result(result)

    def as_shown(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.prefetch_related(None)

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if request.method != "POST":  # a button shows no rows
            titles = titles_of({clinic.pk: clinic.floor_language for clinic in self.result_list})
            for clinic in self.result_list:
                clinic.known_title = titles[clinic.pk].text


class ListOfAllClinics(ListOfClinics, ListOfSeats):
    """The same list for coordinators, who all look after all clinics."""


@admin.register(Clinic)
class ClinicAdmin(RoomDesk):
    """The list of clinics; members of the working group see those they look after (`looked_after_by`)."""

    list_display = ["title", "state", "starts", "floor_language", "seats", "waiting"]
    on_phones = ("title", "starts", "state", "seats", "waiting")
    list_filter = [ClinicsToTendFilter, "state", "region"]
    search_folded = ("texts__title",)
    date_hierarchy = "starts_at"
    actions = ["announce_selected", "hold_selected", "archive_selected"]
    left_to_worker = ("hold_selected", "archive_selected")  # announcing counts the readers of all of them first

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[OpenedList]:
        return ListOfAllClinics if signed_in(request).is_coordinator else ListOfClinics

    def get_queryset(self, request: HttpRequest) -> ClinicQuerySet:
        return as_own(super().get_queryset(request), ClinicQuerySet).for_pages(now=timezone.now()).counting_waiting()

    @admin.display(description=gettext_lazy("starts at"), ordering="starts_at")
    def starts(self, clinic: Clinic) -> str:
        return when(clinic.starts_at)

    @admin.display(description=gettext_lazy("seats taken"))
    def seats(self, clinic: Clinic) -> str:
        return _("%(held)d of %(capacity)d") % {"held": clinic.held_count, "capacity": clinic.capacity}

    @admin.display(description=gettext_lazy("waiting"))
    def waiting(self, clinic: Clinic) -> int:
        return clinic.waiting_count

    @admin.action(description=gettext_lazy("Announce the selected clinics"), permissions=["seat"])
    def announce_selected(self, request: HttpRequest, queryset: QuerySet[Clinic]) -> HttpResponse | None:
        """Ask once more, with the number of readers; then announce each clinic by itself."""
        clinics = list(queryset)
        question = question_about(clinics)
        if clinics and not question.is_answered_by(request):
            carried: list[tuple[str, Any]] = [("action", "announce_selected")]
            for clinic in clinics:
                carried += [(ACTION_CHECKBOX_NAME, clinic.pk), (versions.ROWS, self.row_version(clinic))]
            return self.asked_once_more(request, question, back=lists_kept.where_pressed(request), carried=carried)
        for clinic in clinics:
            self.act(request, "announce", clinic)
        return None

    @admin.action(description=gettext_lazy("Mark the selected clinics as held"), permissions=["seat"])
    def hold_selected(self, request: HttpRequest, queryset: QuerySet[Clinic]) -> HttpResponse | None:
        return self.go_to_mass_act(request, HOLD, self.as_compared(request, queryset))

    @admin.action(description=gettext_lazy("Archive the selected clinics"), permissions=["seat"])
    def archive_selected(self, request: HttpRequest, queryset: QuerySet[Clinic]) -> HttpResponse | None:
        return self.go_to_mass_act(request, ARCHIVE, self.as_compared(request, queryset))
