"""A clinic's page at the desk is a room: where it stands, what is missing, the acts, and one tab for each of its parts.

A part of a clinic hangs its tab into `TABS`; what it misses, into `PARTS` of `clinics.planning.missing`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.contrib.admin.options import IS_POPUP_VAR
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import get_language

from clinics.admin.after import AFTER
from clinics.admin.agenda import AGENDA
from clinics.admin.attendance import ATTENDANCE
from clinics.admin.certificates import CERTIFICATES, asked_whether_any
from clinics.admin.checklist import CHECKLIST
from clinics.admin.cloning import CloningDesk
from clinics.admin.feedback import QuotesDesk
from clinics.admin.hours import HOURS
from clinics.admin.languages import LANGUAGES
from clinics.admin.people import PEOPLE
from clinics.admin.plan import PLAN, PlanDesk
from clinics.admin.resources import RESOURCES
from clinics.admin.tabs import Tab, say_who_is_told
from clinics.admin.telling import TellingDesk
from clinics.admin.texts import TEXTS
from clinics.admin.who_comes import WHO_COMES
from clinics.admin.who_wants import WHO_WANTS
from clinics.admin.wikitext import WIKITEXT
from clinics.admin.writing_to import WritingDesk
from clinics.models import Clinic
from clinics.planning.missing import asked_for_what_is_missing, what_is_missing
from letsconnect.base import lists_kept
from letsconnect.base.labels import label_of
from letsconnect.base.languages import listed
from letsconnect.base.read_together import reading_together
from letsconnect.base.requests import noted_on
from registrations.reference.names import language_name

TABS: tuple[Tab, ...] = (
    PLAN,
    WHO_WANTS,
    HOURS,
    CHECKLIST,
    PEOPLE,
    LANGUAGES,
    AGENDA,
    TEXTS,
    WHO_COMES,
    ATTENDANCE,
    AFTER,
    CERTIFICATES,
    RESOURCES,
    WIKITEXT,
)


class RoomDesk(QuotesDesk, TellingDesk, WritingDesk, CloningDesk, PlanDesk):
    """The addresses of one clinic, and what stands around each of its tabs."""

    tabs = TABS

    def get_urls(self) -> list[Any]:
        tabs = [
            path(
                f"<int:clinic_id>/{tab.name.replace('_', '-')}/",
                self.admin_site.admin_view(partial(self.tab_view, tab=tab)),
                name=f"clinics_clinic_{tab.name}",
            )
            for tab in self.tabs
            if tab is not PLAN
        ]
        return [*tabs, *super().get_urls()]

    def tab_view(self, request: HttpRequest, clinic_id: int, *, tab: Tab) -> HttpResponse:
        """Show or save one tab; whoever it names can read that the reader looked."""
        clinic = self.clinic_for(request, clinic_id)
        noted_on(request).tab = tab
        with self._reading_once(request, clinic, tab):
            response = tab.view(self, request, clinic)
            if not 300 <= response.status_code < 400:  # a form that is refused is drawn again, with all on its page
                self.note_look(request, tab.people(clinic), kind=self.look)
        return response

    @contextmanager
    def _reading_once(self, request: HttpRequest, clinic: Clinic, tab: Tab) -> Iterator[None]:
        """Read together what a page that only shows asks for: its tab, and what stands around it."""
        if request.method != "GET":
            yield
            return
        with reading_together(once=True) as read:
            missing = asked_for_what_is_missing(clinic, now=timezone.now())
            read(*missing, *([] if clinic.held_at else [asked_whether_any(clinic)]), *tab.asked(clinic))
            yield

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the plan, which names nobody: Django's own page of a row is the first tab."""
        noted_on(request).tab = PLAN
        clinic = self.get_object(request, object_id)
        if clinic is None:
            return self.changeform_view(request, object_id, form_url, extra_context)
        if request.method == "GET":
            prefetch_related_objects([clinic], "skills")  # which the form asks for, and its version
        with self._reading_once(request, clinic, PLAN):
            context = {**self.frame(request, clinic), **(extra_context or {})}
            return self.changeform_view(request, object_id, form_url, context)

    def frame(self, request: HttpRequest, clinic: Clinic) -> dict[str, Any]:
        """Return the first line, what is missing, the acts and the tabs."""
        now, here, reader = timezone.now(), noted_on(request).tab, get_language() or "en"
        links = {tab.name: tab.url(clinic) for tab in self.tabs}
        shown = [tab for tab in self.tabs if tab is here or tab.is_shown(clinic)]
        texts = listed(language_name(text.language, reader) for text in clinic.texts.all())
        return {
            "title": str(clinic),
            "subtitle": None,
            "clinic": clinic,
            "original": clinic,
            "phase": clinic.phase(now),
            "floor_language": label_of(clinic, "floor_language"),
            "text_languages": texts,
            "missing": [(lack.sentence, links.get(lack.tab, "")) for lack in what_is_missing(clinic, now=now)],
            "acts": self.acts_of(clinic),
            "tellings": self.tellings_of(clinic),
            "copies": self.copies_of(clinic),
            "tabs": [(tab.label, links[tab.name], tab is here) for tab in shown],
            "back": lists_kept.address_of_list(request, "admin:clinics_clinic_changelist"),
            "show_save_and_add_another": False,  # the room has one way to save: whoever does so stays
            "show_save_and_continue": False,
        }

    def response_add(self, request: HttpRequest, obj: Clinic, post_url_continue: str | None = None) -> HttpResponse:
        """Go into the room of the new clinic, which says what is missing, unless another one is to be added first."""
        response = super().response_add(request, obj, post_url_continue)
        return response if "_addanother" in request.POST or IS_POPUP_VAR in request.POST else redirect(PLAN.url(obj))

    def response_change(self, request: HttpRequest, obj: Clinic) -> HttpResponse:
        """Stay in the room: whoever saved one tab goes on with it, or with another."""
        super().response_change(request, obj)  # says what was saved
        say_who_is_told(request, obj)
        return redirect(request.path)
