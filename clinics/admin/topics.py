"""Topic requests at the desk: everybody reads the topics, and the names of the people of their own regions."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from clinics.admin.needs import NeedsDesk
from clinics.domain.clinics import ClinicError
from clinics.domain.requests import TopicRequestState
from clinics.models import TopicRequest, TopicRequestQuerySet
from clinics.needs.counting import shown_by_region
from clinics.planning.from_needs import plan_clinic_from, wanted_by_request
from clinics.requests.deciding import answer_request, decline_request, merge_requests, reopen_request
from clinics.requests.desk_forms import AnswerTopicForm, DeclineTopicForm, MergeTopicForm
from letsconnect.base.access_log import PeopleShown
from letsconnect.base.admin import LONG_ASKED, WaitingFilter
from letsconnect.base.keys import keys_among
from letsconnect.base.lines import isolated
from letsconnect.base.models import Act
from letsconnect.base.querysets import as_own
from letsconnect.base.versions import ChangedMeanwhile
from registrations.domain.looks import LookKind
from registrations.domain.registrations import Region
from registrations.models import Member
from registrations.reference.names import language_name
from registrations.requests import signed_in
from registrations.seats.liaisons import who_else

CHANGE = "admin:clinics_topicrequest_change"
MOST_NAMED = 100


class LanguageFilter(admin.SimpleListFilter):
    """The languages in which clinics are asked for, by their names."""

    title = gettext_lazy("language")
    parameter_name = "language"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        reader = get_language() or "en"
        codes = TopicRequest.objects.order_by("language").values_list("language", flat=True).distinct()
        return sorted(((code, language_name(code, reader)) for code in codes), key=lambda choice: choice[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[TopicRequest]) -> QuerySet[TopicRequest]:
        return queryset.filter(language=self.value()) if self.value() else queryset


class OldWishesFilter(WaitingFilter):
    kinds = {
        "week": (
            gettext_lazy("yours to decide about, and older than a week"),
            lambda rows, reader, now: (
                as_own(rows, TopicRequestQuerySet).looked_after_by(reader).open_since(now - LONG_ASKED)
            ),
        ),
    }


@admin.register(TopicRequest)
class TopicRequestAdmin(NeedsDesk):
    """What people want a clinic on. Its list names nobody; a page names those of the reader's regions."""

    shows, look = ("member",), LookKind.TOPIC
    liaisons_may = coordinators_may = frozenset({"view"})
    version_columns = ("state", "answer", "clinic", "merged_into", "decisions")
    list_display = ["topic", "in_language", "wanted_by", "state", "made_at"]
    on_phones = ("topic", "in_language", "wanted_by", "state", "made_at")
    list_display_links = ["topic"]
    list_filter = [OldWishesFilter, "state", LanguageFilter]
    change_list_template = "clinics/admin/topic_list.html"
    search_folded = ("words", "skill__skill_names__text")

    def get_queryset(self, request: HttpRequest) -> TopicRequestQuerySet:
        return as_own(super().get_queryset(request), TopicRequestQuerySet).with_names().counting_supporters()

    @admin.display(description=gettext_lazy("topic"))
    def topic(self, topic_request: TopicRequest) -> str:
        return str(topic_request)

    @admin.display(description=gettext_lazy("language"), ordering="language")
    def in_language(self, topic_request: TopicRequest) -> str:
        return topic_request.language_in_words

    @admin.display(description=gettext_lazy("people who want it"), ordering="supporters")
    def wanted_by(self, topic_request: TopicRequest) -> int:
        return topic_request.supporters

    def people_on(self, rows: Any) -> PeopleShown:
        """Return everybody whom the log of these requests names: who asked, supported, or took it back."""
        members = {row.member_id for row in rows}
        for row in rows:
            members |= set(Act.objects.on(row).filter(actor__isnull=False).values_list("actor", flat=True))
        return PeopleShown(members=members)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The log names everybody who had to do with it, wherever they are from: it is for coordinators."""
        if not self.has_coordinator_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show one request, who wants it, and what can be done with it."""
        return self._page(request, self._find(request, object_id))

    def get_urls(self) -> list[Any]:
        act = self.admin_site.admin_view(self.act_view)
        return [path("<int:request_id>/<slug:act>/do/", act, name="clinics_topicrequest_act"), *super().get_urls()]

    def act_view(self, request: HttpRequest, request_id: int, act: str) -> HttpResponse:
        """Plan, merge, answer, decline or open again: the buttons of the page."""
        topic = self._find(request, str(request_id))
        if request.method != "POST" or act not in _ACTS or not _may_decide(topic, signed_in(request)):
            return redirect(CHANGE, topic.pk)
        form = self._forms(topic, act, request.POST).get(act)
        if form is not None and not form.is_valid():
            return self._page(request, topic, refused={act: form}, status=422)
        try:
            with self.as_opened(request, topic) as seen:
                said, address = _ACTS[act](seen, form, signed_in(request))
        except (ClinicError, ChangedMeanwhile) as refusal:
            messages.error(request, str(refusal))
            return redirect(CHANGE, topic.pk)
        messages.success(request, said)
        return redirect(address)

    def _find(self, request: HttpRequest, number: str) -> TopicRequest:
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = self.get_queryset(request).select_related("member__registration", "clinic", "merged_into")
        return get_object_or_404(rows, pk__in=keys_among([number]))

    def _forms(self, topic: TopicRequest, act: str = "", data: Any = None) -> dict[str, BaseForm]:
        """Return the forms of what can be done with a request in its state."""
        forms: dict[str, BaseForm] = {}
        if topic.state == TopicRequestState.OPEN:
            forms["merge"] = MergeTopicForm(data if act == "merge" else None, source=topic, prefix="merge")
            forms["decline"] = DeclineTopicForm(data if act == "decline" else None, prefix="decline")
        if topic.is_going_on:
            forms["answer"] = AnswerTopicForm(data if act == "answer" else None, prefix="answer")
        return forms

    def _page(
        self,
        request: HttpRequest,
        topic: TopicRequest,
        *,
        refused: dict[str, BaseForm] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        reader = signed_in(request)
        may_decide = _may_decide(topic, reader)
        supporters = Member.objects.filter(topic_supports__request=topic).select_related("registration").order_by("pk")
        regions = supporters.values_list("region", flat=True)
        counts = {region: list(regions).count(region) for region in set(regions)}
        own = supporters if reader.is_coordinator else supporters.filter(region__in=reader.seat_regions)
        named = list(own[:MOST_NAMED])
        asker = topic.member if may_decide else None
        self.note_look(
            request,
            PeopleShown(members={person.pk for person in named} | ({asker.pk} if asker else set())),
            kind=LookKind.TOPIC,
        )
        context = {
            **self.admin_site.each_context(request),
            "title": _("Wanted: %(topic)s") % {"topic": isolated(topic)},
            "opts": self.opts,
            "topic": topic,
            "asker": asker,
            "named": named,
            "by_region": [
                (str(Region(region).label) if region else _("no region"), count)
                for region, count in sorted(shown_by_region(counts, reader).items())
                if count is not None  # not even the name of a region with so few: the sum would tell how many
            ],
            "may_decide": may_decide,
            "who_else": _who_else(topic, reader),
            "forms": {**self._forms(topic), **(refused or {})} if may_decide else {},
            "may_reopen": topic.state not in (TopicRequestState.OPEN, TopicRequestState.WITHDRAWN),
            "may_plan": topic.state == TopicRequestState.OPEN,
            "opened": self.opened(request, topic),
        }
        return TemplateResponse(request, "clinics/admin/topic.html", context, status=status)


def _who_else(topic: TopicRequest, reader: Member) -> str:
    if topic.member_id != reader.pk:
        return ""
    return who_else({topic.member.region}, besides=[reader.pk], now=timezone.now())


def _may_decide(topic: TopicRequest, reader: Member) -> bool:
    return TopicRequest.objects.looked_after_by(reader).filter(pk=topic.pk).exists()


Done = tuple[str, str]


def _plan(topic: TopicRequest, _form: Any, by: Member) -> Done:
    clinic = plan_clinic_from(wanted=wanted_by_request(topic), by=by, now=timezone.now())
    said = _("A draft is made. Everybody who wants it is told that it is planned, and when it is announced.")
    return said, reverse("admin:clinics_clinic_who_wants", args=[clinic.pk])


def _merge(topic: TopicRequest, form: Any, by: Member) -> Done:
    target = merge_requests(source=topic, target=form.target(), by=by, now=timezone.now())
    return _("Merged. Everybody who wanted it is here now."), reverse(CHANGE, args=[target.pk])


def _answer(topic: TopicRequest, form: Any, by: Member) -> Done:
    values = form.cleaned_data
    answer_request(request=topic, text=values["text"], clinic=values["clinic"], by=by, now=timezone.now())
    return _("Answered. Everybody who wants it gets an email."), reverse(CHANGE, args=[topic.pk])


def _decline(topic: TopicRequest, form: Any, by: Member) -> Done:
    decline_request(request=topic, reason=form.cleaned_data["reason"], by=by, now=timezone.now())
    return _("Declined. Everybody who wants it gets an email with your reason."), reverse(CHANGE, args=[topic.pk])


def _reopen(topic: TopicRequest, _form: Any, by: Member) -> Done:
    reopen_request(request=topic, by=by, now=timezone.now())
    return _("It is open again."), reverse(CHANGE, args=[topic.pk])


_ACTS: dict[str, Callable[[TopicRequest, Any, Member], Done]] = {
    "plan": _plan,
    "merge": _merge,
    "answer": _answer,
    "decline": _decline,
    "reopen": _reopen,
}
