"""The review desk: what is new by region, one registration whole, and the decision."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from letsconnect.base.admin import WorkingGroupAdmin, keys_among
from registrations.actions import claims, review
from registrations.domain import ContactWay, RegistrationError, RegistrationState
from registrations.forms.rows import DAYS, window_rows
from registrations.models import Offer, Registration, SpokenLanguage, Wish
from registrations.reference.names import language_name

DECISIONS = {
    RegistrationState.APPROVED: gettext_lazy("Approve"),
    RegistrationState.NEEDS_CHANGES: gettext_lazy("Ask for changes"),
    RegistrationState.DECLINED: gettext_lazy("Decline"),
}


class DecisionForm(forms.Form):
    """The note that goes with a decision; the person reads it."""

    note = forms.CharField(
        label=gettext_lazy("Note to the person"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5, "cols": 60}),
        help_text=gettext_lazy("They read it in their letter. Needed to ask for changes and to decline."),
    )


class ReadInline(admin.TabularInline):
    """Rows of the registration, to read."""

    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        return request.user.is_staff

    def has_add_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        return False

    has_change_permission = has_add_permission


class OfferInline(ReadInline):
    model = Offer
    fields = ["skill", "level", "would_host"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Offer]:
        return super().get_queryset(request).select_related("skill").prefetch_related("skill__skill_names")


class WishInline(ReadInline):
    model = Wish
    fields = ["skill", "priority", "why"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Wish]:
        return super().get_queryset(request).select_related("skill").prefetch_related("skill__skill_names")


class LanguageInline(ReadInline):
    model = SpokenLanguage
    fields = ["shown", "level", "is_preferred"]
    readonly_fields = ["shown"]

    @admin.display(description=gettext_lazy("language"))
    def shown(self, row: SpokenLanguage) -> str:
        return language_name(row.code, "en")


@admin.register(Registration)
class RegistrationAdmin(WorkingGroupAdmin):
    """Liaisons see and decide on their regions, coordinators on all; the person's address is for coordinators."""

    coordinators_may = frozenset({"view"})
    list_display = ["shown_name", "state", "region", "country", "group", "submitted_at", "claimed"]
    list_filter = ["state", "region", "source"]
    list_select_related = ["member", "group"]
    search_fields = ["name", "member__name", "member__public_id", "wikimedia_username"]
    ordering = ["-submitted_at", "-pk"]
    list_per_page = 50
    actions = ["approve", "ask_for_changes", "decline", "invite_to_claim"]
    inlines = [OfferInline, WishInline, LanguageInline]
    change_form_template = "admin/registrations/registration/change_form.html"
    readonly_fields = ["shown_name", "address", "free_hours", "consent_lines", "contact", "claimed"]

    def get_fields(self, request: HttpRequest, obj: Registration | None = None) -> list[str]:
        fields = [
            "shown_name",
            "state",
            "source",
            "claimed",
            "country",
            "region",
            "group",
            "group_other",
            "role",
            "zone",
            "free_hours",
            "away_until",
            "paused_until",
            "can_help",
            "can_learn_from",
            "region_wish",
            "consent_lines",
            "submitted_at",
            "changed_at",
            "reviewed_at",
            "reviewed_by",
            "review_note",
        ]
        return [*fields, "address", "contact"] if request.user.is_coordinator else fields

    @admin.display(description=gettext_lazy("name"))
    def shown_name(self, registration: Registration) -> str:
        return str(registration)

    @admin.display(description=gettext_lazy("claimed"), boolean=True)
    def claimed(self, registration: Registration) -> bool:
        return registration.is_claimed

    @admin.display(description=gettext_lazy("address"))
    def address(self, registration: Registration) -> str:
        return (registration.member.email if registration.member else registration.imported_address) or "—"

    @admin.display(description=gettext_lazy("how a match may reach them"))
    def contact(self, registration: Registration) -> str:
        way = ContactWay(registration.contact_way).label
        return f"{way}: {registration.contact_text}" if registration.contact_text else str(way)

    @admin.display(description=gettext_lazy("free hours"))
    def free_hours(self, registration: Registration) -> str:
        names = dict(DAYS)
        rows = window_rows([(window.start, window.end) for window in registration.windows.all()])
        return ", ".join(f"{names[row['day']]} {row['start']:%H:%M}–{row['end']:%H:%M}" for row in rows) or "—"

    @admin.display(description=gettext_lazy("agreed to"))
    def consent_lines(self, registration: Registration) -> str:
        consents = registration.consents.filter(withdrawn_at=None)
        lines = [f"{consent.get_document_display()} ({consent.version})" for consent in consents]
        return ", ".join(lines) or "—"

    @admin.action(description=gettext_lazy("Approve"), permissions=["seat"])
    def approve(self, request: HttpRequest, queryset: models.QuerySet[Registration]) -> HttpResponse:
        return self._ask(request, queryset, RegistrationState.APPROVED)

    @admin.action(description=gettext_lazy("Ask for changes"), permissions=["seat"])
    def ask_for_changes(self, request: HttpRequest, queryset: models.QuerySet[Registration]) -> HttpResponse:
        return self._ask(request, queryset, RegistrationState.NEEDS_CHANGES)

    @admin.action(description=gettext_lazy("Decline"), permissions=["seat"])
    def decline(self, request: HttpRequest, queryset: models.QuerySet[Registration]) -> HttpResponse:
        return self._ask(request, queryset, RegistrationState.DECLINED)

    @admin.action(description=gettext_lazy("Invite to claim"), permissions=["coordinator"])
    def invite_to_claim(self, request: HttpRequest, queryset: models.QuerySet[Registration]) -> None:
        """Send each person of an imported registration a link to take it over."""
        invited = 0
        for registration in queryset:
            try:
                claims.invite_to_claim(registration=registration, by=request.user, now=timezone.now())
            except RegistrationError as error:
                messages.error(request, _("%(name)s: %(reason)s") % {"name": registration, "reason": error})
            else:
                invited += 1
        if invited:
            text = ngettext("%(count)d person is invited.", "%(count)d people are invited.", invited)
            messages.success(request, text % {"count": invited})

    def get_urls(self) -> list[URLPattern]:
        decide = path(
            "decide/<str:decision>/",
            self.admin_site.admin_view(self.decide),
            name="registrations_registration_decide",
        )
        return [decide, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        registration = self.get_object(request, object_id)
        is_waiting = registration is not None and registration.state == RegistrationState.SUBMITTED
        context = {"decisions": DECISIONS.items() if is_waiting else (), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def decide(self, request: HttpRequest, decision: str) -> HttpResponse:
        """Show what is decided on, take the note, act on each."""
        if decision not in DECISIONS:
            return redirect("admin:registrations_registration_changelist")
        if request.method != "POST":
            chosen = get_object_or_404(self.get_queryset(request), pk__in=keys_among([request.GET.get("id", "")]))
            return self._ask(request, [chosen], RegistrationState(decision))
        registrations = list(self.get_queryset(request).filter(pk__in=keys_among(request.POST.getlist("id"))))
        form = DecisionForm(request.POST)
        if form.is_valid() and not form.cleaned_data["note"].strip() and decision != RegistrationState.APPROVED:
            form.add_error("note", _("Please say why, so that the person knows what to do."))
        if not form.is_valid():
            return self._page(request, registrations, RegistrationState(decision), form)
        done, refused = review.review_many(
            registrations=registrations,
            decision=RegistrationState(decision),
            note=form.cleaned_data["note"],
            by=request.user,
            now=timezone.now(),
        )
        self._tell(request, len(done), refused)
        return redirect("admin:registrations_registration_changelist")

    def _tell(self, request: HttpRequest, done: int, refused: list[tuple[Registration, str]]) -> None:
        if done:
            text = ngettext("%(count)d registration was decided.", "%(count)d registrations were decided.", done)
            messages.success(request, text % {"count": done})
        for registration, reason in refused:
            messages.error(request, _("%(name)s: %(reason)s") % {"name": registration, "reason": reason})

    def _ask(
        self, request: HttpRequest, registrations: Iterable[Registration], decision: RegistrationState
    ) -> HttpResponse:
        return self._page(request, list(registrations), decision, DecisionForm())

    def _page(
        self,
        request: HttpRequest,
        registrations: list[Registration],
        decision: RegistrationState,
        form: DecisionForm,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": DECISIONS[decision],
            "registrations": registrations,
            "decision": decision,
            "form": form,
            "action_url": reverse("admin:registrations_registration_decide", args=[decision]),
        }
        return TemplateResponse(request, "admin/registrations/registration/decide.html", context)
