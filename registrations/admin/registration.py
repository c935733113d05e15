"""The review desk: new registrations by region, one registration with what changed, and the decision."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from letsconnect.base import searching
from letsconnect.base.admin import WorkingGroupAdmin
from letsconnect.base.keys import key_or_none, keys_among
from letsconnect.base.languages import listed
from letsconnect.base.lines import each_as_text, isolated
from letsconnect.base.opened_lists import OpenedList
from letsconnect.base.versions import ChangedMeanwhile
from letsconnect.base.zone_names import zone_in_words
from mailings.subscriptions.old_form import has_old_yes
from registrations.admin import answer_filters, exports, queue
from registrations.admin.answer_rows import LanguageInline, OfferInline, WishInline
from registrations.admin.beside import beside
from registrations.admin.mass_acts import ACCEPT, INVITE, LIST, review_kind
from registrations.admin.one_decision import DecidesOnOne
from registrations.admin.read_beside import beside_of
from registrations.answers.kinds import Words
from registrations.answers.questions import COLUMNS, QUESTIONS, TOPICS
from registrations.answers.rows_in_words import WINDOWS
from registrations.domain.agreements import AGREEMENTS, NEWSLETTER
from registrations.domain.calling import called
from registrations.domain.looks import LookKind
from registrations.domain.registrations import RegistrationError, RegistrationState
from registrations.models import Registration
from registrations.oldform import claims
from registrations.requests import signed_in
from registrations.review import deciding


@admin.register(Registration)
class RegistrationAdmin(DecidesOnOne):
    """Liaisons see and decide on registrations of their regions, coordinators on all; only they see addresses."""

    shows, look, look_at_list = ("",), LookKind.REGISTRATION, LookKind.REGISTRATIONS
    coordinators_may = frozenset({"view"})
    list_display = [
        "shown_name",
        "state",
        "queue_reason",
        "region",
        "shown_country",
        "group",
        "submitted_at",
        "claimed",
    ]
    on_phones = ("shown_name", "state", "queue_reason", "region", "submitted_at")
    columns_read_together = {
        **WorkingGroupAdmin.columns_read_together,
        "shown_name": "names_of_rows",
        "queue_reason": "queue_reasons",
        "shown_country": "shown_countries",
    }
    list_filter = [
        queue.QueueFilter,
        *answer_filters.FILTERS,
        "region",
        queue.ClaimFilter,
        queue.AgreementFilter,
    ]
    list_select_related = ["member", "group"]
    list_columns = (
        *("name", "state", "version", "region", "country", "submitted_at", "changed_at", "reviewed_at"),
        *("member__name", "group__name"),
    )
    search_folded = ("folded_names", "member__folded_name")
    search_fields = ["=member__public_id"]
    show_full_result_count = False
    version_columns = ("state", "version", "reviewed_at", "member")
    locks_ticked = False
    actions = ["approve", "ask_for_changes", "decline", "accept_selected", "invite_to_claim"]
    left_to_worker = ("approve", "ask_for_changes", "decline", "accept_selected", "invite_to_claim")
    inlines = [OfferInline, WishInline, LanguageInline]
    change_form_template = "admin/registrations/registration/change_form.html"
    change_list_template = "admin/registrations/registration/change_list.html"
    readonly_fields = [
        "shown_name",
        "address",
        "free_hours",
        "consent_lines",
        "contact",
        "claimed",
        "shown_country",
        "shown_zone",
        "shown_topics",
    ]

    def get_fields(self, request: HttpRequest, obj: Registration | None = None) -> tuple[str, ...]:
        """The answers in the order of the questions, with what became of them around; how to reach somebody is for
        coordinators."""
        answers = [name for question in QUESTIONS if not question.for_coordinators for name in question.desk]
        name, *answers = [field for field in answers if field not in ("away_until", "consent_lines")]
        position = answers.index("free_hours") + 1
        fields = [
            name,
            "state",
            "source",
            "claimed",
            *answers[:position],
            "away_until",
            "paused_until",
            *answers[position:],
        ]
        fields += ["consent_lines", "submitted_at", "changed_at", "reviewed_at", "reviewed_by", "review_note"]
        private = [name for question in QUESTIONS if question.for_coordinators for name in question.desk]
        return (*fields, "address", *private) if signed_in(request).is_coordinator else tuple(fields)

    def also_found(self, words: str) -> models.Q:
        return models.Q(pk=searching.number_in(words))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[OpenedList]:
        return OpenedList

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """The queue starts with the longest waiting, every other list with the newest."""
        is_queue = queue.shown(request) in (queue.WAITING, queue.NEW, queue.CHANGED)
        return ("submitted_at", "pk") if is_queue else ("-submitted_at", "-pk")

    @admin.display(description=gettext_lazy("name"))
    def shown_name(self, registration: Registration) -> str:
        return str(registration)

    def names_of_rows(self, rows: Sequence[Registration]) -> list[str]:
        names = each_as_text(registration.shown_name for registration in rows)
        return [called(name, number=row.pk, region=row.region) for name, row in zip(names, rows, strict=True)]

    @admin.display(description=gettext_lazy("since the last review"))
    def queue_reason(self, registration: Registration) -> str:
        return self.queue_reasons([registration])[0]

    def queue_reasons(self, rows: Sequence[Registration]) -> list[str]:
        changed, new, submitted = _("changed"), _("new"), RegistrationState.SUBMITTED
        return [changed if row.is_changed_since_review else new if row.state == submitted else "" for row in rows]

    @admin.display(description=gettext_lazy("country or territory"), ordering="country")
    def shown_country(self, registration: Registration) -> str:
        return self.shown_countries([registration])[0]

    def shown_countries(self, rows: Sequence[Registration]) -> list[str]:
        words, country = _words(), COLUMNS["country"]
        return ["".join(country.lines(registration, words)) or "—" for registration in rows]

    @admin.display(description=gettext_lazy("time zone"))
    def shown_zone(self, registration: Registration) -> str:
        return zone_in_words(registration.zone) if registration.zone else "—"

    @admin.display(description=gettext_lazy("topics of work"))
    def shown_topics(self, registration: Registration) -> str:
        return listed(TOPICS.lines(registration, _words())) or "—"

    @admin.display(description=pgettext_lazy("registrations", "taken over"), boolean=True)
    def claimed(self, registration: Registration) -> bool:
        return registration.is_claimed

    @admin.display(description=gettext_lazy("address"))
    def address(self, registration: Registration) -> str:
        return (registration.member.email if registration.member else registration.imported_address) or "—"

    @admin.display(description=gettext_lazy("how a match may reach them"))
    def contact(self, registration: Registration) -> str:
        lines = [COLUMNS[name].lines(registration, _words()) for name in ("contact_way", "contact_text")]
        return ": ".join(str(line) for lines_of_fact in lines for line in lines_of_fact)

    @admin.display(description=gettext_lazy("free hours"))
    def free_hours(self, registration: Registration) -> str:
        return listed(WINDOWS.cells(WINDOWS.read(beside_of(registration).facts.windows), _words())) or "—"

    @admin.display(description=gettext_lazy("agreed to"))
    def consent_lines(self, registration: Registration) -> str:
        """Return what the person agreed to here; the old form's agreements are marked, because they do not count."""
        read = beside_of(registration)
        given = [consent for consent in read.agreements if consent.withdrawn_at is None]
        lines = [f"{consent.get_document_display()} ({consent.version})" for consent in given]
        lines += [
            _("in the old form: %(document)s") % {"document": consent.get_document_display()}
            for consent in read.imported_agreements
        ]
        lines += _newsletter_lines(registration)
        return listed(lines) or "—"

    @admin.action(description=gettext_lazy("Approve"), permissions=["seat"])
    def approve(self, request: HttpRequest, queryset: models.QuerySet[Registration]) -> HttpResponse | None:
        return self._decide_on(request, queryset, RegistrationState.APPROVED)

    @admin.action(description=gettext_lazy("Ask for changes"), permissions=["seat"])
    def ask_for_changes(self, request: HttpRequest, queryset: models.QuerySet[Registration]) -> HttpResponse | None:
        return self._decide_on(request, queryset, RegistrationState.NEEDS_CHANGES)

    @admin.action(description=gettext_lazy("Decline"), permissions=["seat"])
    def decline(self, request: HttpRequest, queryset: models.QuerySet[Registration]) -> HttpResponse | None:
        return self._decide_on(request, queryset, RegistrationState.DECLINED)

    @admin.action(description=gettext_lazy("Accept the changes of approved people"), permissions=["seat"])
    def accept_selected(self, request: HttpRequest, queryset: models.QuerySet[Registration]) -> HttpResponse | None:
        return self.go_to_mass_act(request, ACCEPT, self.as_compared(request, queryset))

    @admin.action(description=gettext_lazy("Invite to take over"), permissions=["coordinator"])
    def invite_to_claim(self, request: HttpRequest, queryset: models.QuerySet[Registration]) -> HttpResponse | None:
        """Send each person of an imported registration a link to claim it."""
        return self.go_to_mass_act(request, INVITE, self.as_compared(request, queryset))

    def _decide_on(
        self, request: HttpRequest, rows: models.QuerySet[Registration], decision: RegistrationState
    ) -> HttpResponse | None:
        return self.go_to_mass_act(request, review_kind(decision), self.as_compared(request, rows))

    def lock(self, obj: Registration) -> None:
        """Lock as inviting does."""
        list(Registration.objects.select_for_update(of=("self",)).filter(pk=obj.pk).values_list("pk"))

    def get_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, "registrations_registration"
        return [
            path("choose/", wrap(partial(answer_filters.choose, self)), name=f"{name}_choose"),
            path("export/", wrap(exports.export_view(self)), name=f"{name}_export"),
            path("<int:pk>/accept-changes/", wrap(self.accept_changes), name=f"{name}_accept"),
            path("<int:pk>/invite/", wrap(self.invite), name=f"{name}_invite"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        export_url = f"{reverse('admin:registrations_registration_export')}?{request.GET.urlencode()}"
        counters = queue.counters(request)
        context = {
            "counters": counters,
            "counters_drawn": queue.counters_drawn(counters),
            "without_agreement": SimpleLazyObject(lambda: queue.without_agreement(request)),
            "lane_url": queue.lane_url(request),
            "export_url": export_url,
            "export_formats": exports.FORMATS,
        }
        response = super().changelist_view(request, {**context, **(extra_context or {})})
        shown = getattr(response, "context_data", None) or {}
        if "cl" in shown:
            form = answer_filters.form_for(shown["cl"])
            shown |= {"form": form, "media": shown["media"] + form.media, "filters": request.GET.urlencode()}
        return response

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Registration | None:
        """Find it with all the rows it points at, which its page names."""
        rows = self.get_queryset(request).filter(pk__in=keys_among([object_id]))
        return rows.select_related("member", "group", "role", "reviewed_by").first()

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Registration | None = None,
    ) -> HttpResponse:
        """Show what stands beside the rows: what changed, what is missing, what can be decided."""
        context |= beside(obj, request) if obj is not None else {}
        return super().render_change_form(request, context, add, change, form_url, obj)

    @method_decorator(require_POST)
    def accept_changes(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take an approved registration off the queue: the changes were reviewed."""
        registration = get_object_or_404(self.get_queryset(request), pk=pk)
        is_done = self._accept(request, registration, key_or_none(request.POST.get("version", "")) or 0)
        return redirect(LIST) if is_done else redirect("admin:registrations_registration_change", pk)

    def _accept(self, request: HttpRequest, registration: Registration, version: int) -> bool:
        try:
            deciding.accept_changes(
                registration=registration, version=version, by=signed_in(request), now=timezone.now()
            )
        except RegistrationError as error:
            messages.error(request, _("%(name)s: %(reason)s") % {"name": isolated(registration), "reason": error})
            return False
        messages.success(request, _("The changes of %(name)s are accepted.") % {"name": isolated(registration)})
        return True

    @method_decorator(require_POST)
    def invite(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Invite one person to claim their registration of the old form."""
        registration = get_object_or_404(self.get_queryset(request), pk=pk)
        try:
            with self.as_opened(request, registration) as shown_registration:
                self._invite(request, shown_registration)
        except (RegistrationError, ChangedMeanwhile) as refusal:
            messages.error(request, str(refusal))
        return redirect("admin:registrations_registration_change", pk)

    def _invite(self, request: HttpRequest, registration: Registration) -> None:
        now = timezone.now()
        invitation = claims.invite_to_claim(registration=registration, by=signed_in(request), now=now)
        name = {"name": isolated(registration)}
        if invitation.invited_at == now:
            messages.success(request, _("%(name)s is invited.") % name)
        else:
            text = _("%(name)s was invited before, and the link still works: no email is sent again.")
            messages.info(request, text % name)


def _newsletter_lines(registration: Registration) -> list[str]:
    """Return a line if the person subscribed to the newsletter, or said yes to it in the old form."""
    if registration.member is not None:
        return [str(AGREEMENTS[NEWSLETTER]) for _row in beside_of(registration).subscriptions]
    words = _("in the old form: %(document)s") % {"document": AGREEMENTS[NEWSLETTER]}
    return [words] if has_old_yes(registration.imported_address) else []


def _words() -> Words:
    """The words of the reader, for answers that point at nothing."""
    return Words(get_language() or "en", {})
