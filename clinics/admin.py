"""The working group's desk for clinics. Every change goes through an action."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import Field, QuerySet
from django.forms import BaseModelFormSet, ModelForm, TypedChoiceField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from clinics.announcing.readers import ReadersCounted
from clinics.cards import titles_of
from clinics.domain.clinics import ClinicError, ClinicState
from clinics.forms import CancelForm, ClinicForm
from clinics.models import Clinic, ClinicQuerySet, ClinicText, Rsvp, RsvpQuerySet
from clinics.planning.linked import issues_that_invite_to
from clinics.planning.plans import (
    announce_clinic,
    archive_clinic,
    cancel_clinic,
    change_clinic,
    create_clinic,
    hold_clinic,
    save_text,
    why_not_to_announce,
)
from letsconnect.base import versions
from letsconnect.base.access_log import PeopleShown, people_on
from letsconnect.base.admin import DeskInline, WorkingGroupAdmin
from letsconnect.base.once_more import ConfirmationPage, PeopleConcerned
from letsconnect.base.opened_lists import ListOfSeats, OpenedList
from letsconnect.base.querysets import as_own
from letsconnect.base.templatetags.when import when
from letsconnect.base.versions import ChangedMeanwhile
from letsconnect.base.wall_clock import NotOneMoment
from registrations.domain.registrations import Region
from registrations.requests import signed_in

_ACTS = {
    "announce": announce_clinic,
    "hold": hold_clinic,
    "archive": archive_clinic,
}


class ListOfClinics(OpenedList):
    """A list that reads the titles of its clinics in one query, and nothing else of their texts."""

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


class ClinicTextInline(DeskInline, admin.StackedInline):
    model = ClinicText

    def get_extra(self, request: HttpRequest, obj: Clinic | None = None, **kwargs: Any) -> int:
        return 0 if obj and obj.texts.exists() else 1


class RsvpInline(DeskInline, admin.TabularInline):
    """The people who signed up: their names, never their addresses."""

    model = Rsvp
    fields = readonly_fields = ("name", "state", "seat", "made_at")
    ordering = ["seat", "place", "made_at"]
    verbose_name_plural = gettext_lazy("Signed up")

    def has_add_permission(self, request: HttpRequest, obj: Clinic | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> RsvpQuerySet:
        return (
            as_own(super().get_queryset(request), RsvpQuerySet)
            .visible_to(signed_in(request))
            .active()
            .select_related("member")
        )

    @admin.display(description=pgettext_lazy("of a person", "name"))
    def name(self, rsvp: Rsvp) -> str:
        return str(rsvp.member)


@admin.register(Clinic)
class ClinicAdmin(WorkingGroupAdmin[Clinic]):
    """The list and pages of clinics; members of the working group see those they look after (`looked_after_by`)."""

    shows, look = ("member",), "clinic"  # of those signed up; the list names nobody
    liaisons_may = frozenset({"view", "change", "add"})
    scope = "looked_after_by"
    refusals = (ClinicError, NotOneMoment)
    form = ClinicForm
    inlines = [ClinicTextInline, RsvpInline]
    list_display = ["title", "state", "starts", "floor_language", "seats", "waiting"]
    list_filter = ["state", "region"]
    search_fields = ["texts__title"]
    date_hierarchy = "starts_at"
    actions = ["announce_selected", "hold_selected", "archive_selected"]
    change_form_template = "clinics/admin/change_form.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[OpenedList]:
        return ListOfAllClinics if signed_in(request).is_coordinator else ListOfClinics

    def get_queryset(self, request: HttpRequest) -> ClinicQuerySet:
        return as_own(super().get_queryset(request), ClinicQuerySet).for_pages().counting_waiting()

    def people_on(self, rows: Iterable[Clinic]) -> PeopleShown:
        """Return the people the page of a clinic names: those who signed up."""
        return people_on(Rsvp.objects.filter(clinic__in=[row.pk for row in rows]).active(), self.shows)

    def get_readonly_fields(self, request: HttpRequest, obj: Clinic | None = None) -> list[str]:
        """Once it is announced, nothing asks any more to whom."""
        return [] if obj is None or obj.state == ClinicState.DRAFT else ["announce_to_all"]

    def has_change_permission(self, request: HttpRequest, obj: Clinic | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.is_to_come)

    def formfield_for_choice_field(
        self, db_field: Field, request: HttpRequest, **kwargs: Any
    ) -> TypedChoiceField | None:
        """Offer only the regions the reader looks after; the action refuses all others."""
        if db_field.name == "region" and not signed_in(request).is_coordinator:
            mine = [(code, label) for code, label in Region.choices if signed_in(request).looks_after(code)]
            kwargs["choices"] = [("", "—"), *mine]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    @admin.display(description=gettext_lazy("starts at"), ordering="starts_at")
    def starts(self, clinic: Clinic) -> str:
        return when(clinic.starts_at)

    @admin.display(description=gettext_lazy("seats taken"))
    def seats(self, clinic: Clinic) -> str:
        return _("%(held)d of %(capacity)d") % {"held": clinic.seats_held, "capacity": clinic.capacity}

    @admin.display(description=gettext_lazy("waiting"))
    def waiting(self, clinic: Clinic) -> int:
        return clinic.waiting_count

    def save_model(self, request: HttpRequest, obj: Clinic, form: ModelForm, change: bool) -> None:
        if change and isinstance(form, ClinicForm):
            change_clinic(clinic=obj, changes=form.changes(), by=signed_in(request), now=timezone.now())
        else:
            create_clinic(clinic=obj, by=signed_in(request), now=timezone.now())

    def save_formset(self, request: HttpRequest, form: ModelForm, formset: BaseModelFormSet, change: bool) -> None:
        for text in formset.save(commit=False):
            save_text(text=text, by=signed_in(request), now=timezone.now())
        formset.save_m2m()

    def get_urls(self) -> list[Any]:
        act = self.admin_site.admin_view(self.act_view)
        cancel = self.admin_site.admin_view(self.cancel_view)
        return [
            path("<int:clinic_id>/cancel/", cancel, name="clinics_clinic_cancel"),
            path("<int:clinic_id>/<slug:act>/do/", act, name="clinics_clinic_act"),
            *super().get_urls(),
        ]

    def act_view(self, request: HttpRequest, clinic_id: int, act: str) -> HttpResponse:
        """Announce, hold or archive one clinic: the buttons at the top of its page.

        Announcing writes to people, so a page asks once more and says to how many.
        """
        clinic = self._clinic_for(request, clinic_id)
        if act == "announce" and clinic.state == ClinicState.DRAFT:
            question = question_about([clinic])
            if not question.is_answered_by(request):
                back, opened = reverse("admin:clinics_clinic_change", args=[clinic_id]), self.opened(request, clinic)
                return self._asked_once_more(request, question, back=back, opened=opened)
        if request.method == "POST" and act in _ACTS:
            try:
                with self.as_opened(request, clinic) as seen:
                    self._act(request, act, seen)
            except ChangedMeanwhile as changed:
                messages.error(request, str(changed))
        return redirect("admin:clinics_clinic_change", clinic_id)

    def cancel_view(self, request: HttpRequest, clinic_id: int) -> HttpResponse:
        """Ask why, then cancel and write to everyone signed up."""
        clinic = self._clinic_for(request, clinic_id)
        form = CancelForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            reason = form.cleaned_data["reason"]
            try:
                signed_up = clinic.rsvps.active().count()
                with self.as_opened(request, clinic) as seen:
                    cancel_clinic(clinic=seen, reason=reason, by=signed_in(request), now=timezone.now())
            except ChangedMeanwhile as changed:
                form.add_error(None, str(changed))
            except ClinicError as refusal:
                messages.error(request, str(refusal))
                return redirect("admin:clinics_clinic_change", clinic_id)
            else:
                messages.success(request, _cancelled(signed_up))
                return redirect("admin:clinics_clinic_change", clinic_id)
            clinic = self._clinic_for(request, clinic_id)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Cancel this clinic"),
            "opts": self.opts,
            "clinic": clinic,
            "form": form,
            "signed_up": clinic.rsvps.active().count(),
            "issues": issues_that_invite_to(clinic),
            "opened": self.opened(request, clinic),
        }
        return TemplateResponse(request, "clinics/admin/cancel.html", context)

    @admin.action(description=gettext_lazy("Announce the selected clinics"), permissions=["seat"])
    def announce_selected(self, request: HttpRequest, queryset: QuerySet[Clinic]) -> HttpResponse | None:
        """Ask once more, with the number of readers; then announce each clinic by itself."""
        clinics = list(queryset)
        question = question_about(clinics)
        if clinics and not question.is_answered_by(request):
            carried: list[tuple[str, Any]] = [("action", "announce_selected")]
            for clinic in clinics:
                carried += [(ACTION_CHECKBOX_NAME, clinic.pk), (versions.ROWS, self.row_version(clinic))]
            back = reverse("admin:clinics_clinic_changelist")
            return self._asked_once_more(request, question, back=back, carried=carried)
        for clinic in clinics:
            self._act(request, "announce", clinic)
        return None

    @admin.action(description=gettext_lazy("Mark the selected clinics as held"), permissions=["seat"])
    def hold_selected(self, request: HttpRequest, queryset: QuerySet[Clinic]) -> None:
        for clinic in queryset:
            self._act(request, "hold", clinic)

    @admin.action(description=gettext_lazy("Archive the selected clinics"), permissions=["seat"])
    def archive_selected(self, request: HttpRequest, queryset: QuerySet[Clinic]) -> None:
        for clinic in queryset:
            self._act(request, "archive", clinic)

    def _asked_once_more(
        self,
        request: HttpRequest,
        question: ConfirmationPage,
        *,
        back: str,
        opened: str = "",
        carried: Iterable[Any] = (),
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            **question.context(request, back=back),
            "opts": self.opts,
            "opened": opened,
            "carried": carried,
        }
        return TemplateResponse(request, "admin/once_more.html", context)

    def _clinic_for(self, request: HttpRequest, clinic_id: int) -> Clinic:
        if not super().has_change_permission(request):
            raise PermissionDenied
        return get_object_or_404(Clinic.objects.looked_after_by(signed_in(request)), pk=clinic_id)

    def _act(self, request: HttpRequest, act: str, clinic: Clinic) -> None:
        try:
            changed = _ACTS[act](clinic=clinic, by=signed_in(request), now=timezone.now())
        except ClinicError as refusal:
            messages.error(request, f"{clinic}: {refusal}")
        else:
            state = ClinicState(changed.state).label
            messages.success(request, _("%(clinic)s: %(state)s") % {"clinic": changed, "state": state})


def question_about(clinics: Sequence[Clinic]) -> ConfirmationPage:
    """Return the page that asks before clinics are announced: to how many readers, by the language they read of them.

    Of several clinics those that lack something are named, and stay as they are.
    """
    now = timezone.now()
    refusals = {clinic.pk: _why_not(clinic, now) for clinic in clinics}
    ready = [clinic for clinic in clinics if not refusals[clinic.pk]]
    readers = ReadersCounted.now()
    people = readers.of_any(ready)
    why_not = tuple(f"{clinic}: {refusals[clinic.pk]}" for clinic in clinics if refusals[clinic.pk])
    written = ngettext("It writes to %(count)d reader.", "It writes to %(count)d readers.", people) % {"count": people}
    button = ngettext("Announce to %(count)d reader", "Announce to %(count)d readers", people) % {"count": people}
    each = _("“%(clinic)s”: %(people)d, of whom %(fallbacks)d read of it in another language than theirs")
    counts = [(clinic, readers.of(clinic)) for clinic in ready]
    lines = [each % {"clinic": clinic, "people": of.total, "fallbacks": of.fallbacks} for clinic, of in counts]
    end = _("Those announced within a day come in one letter. A letter that has left cannot be taken back.")
    return ConfirmationPage(
        title=_("Announce “%(clinic)s”?") % {"clinic": clinics[0]}
        if len(clinics) == 1
        else _("Announce these clinics?"),
        sentences=(written, *(lines if len(clinics) > 1 else ()), *(why_not if ready else ()), end),
        button=button,
        people=people,
        concerned=counts[0][1] if len(clinics) == 1 and counts else PeopleConcerned(),
        refusals=() if ready else why_not,
    )


def _why_not(clinic: Clinic, now: datetime) -> str:
    if clinic.state != ClinicState.DRAFT:
        return _("it is %(state)s already.") % {"state": ClinicState(clinic.state).label}
    return why_not_to_announce(clinic, now=now)


def _cancelled(signed_up: int) -> str:
    """Return a message: the clinic is cancelled, and how many people get a letter about it."""
    if not signed_up:
        return _("The clinic is cancelled. Nobody was signed up or waiting.")
    return ngettext(
        "The clinic is cancelled. %(count)d person had signed up, and is told if they can be written to.",
        "The clinic is cancelled. %(count)d people had signed up; those who can be written to are told.",
        signed_up,
    ) % {"count": signed_up}
