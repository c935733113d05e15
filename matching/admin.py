"""The working group's desk for rounds and matches. The buttons call the same actions as everything else."""

from datetime import UTC
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from letsconnect.base.admin import WorkingGroupAdmin
from matching import actions, reasons
from matching.domain import DAYS_TO_ANSWER, MatchingError, MatchState, RoundState
from matching.forms import RefuseForm
from matching.models import Match, MatchQuerySet, Round
from registrations.domain import LookKind, Region
from registrations.models import Look, Registration, Skill

SHOWN_ON_A_ROUND = 200
_RUNNING = (RoundState.DRAFT, RoundState.SOLVING)


class DeskAdmin(WorkingGroupAdmin):
    """A table of which every change is an action: nobody types into a row."""

    coordinators_may = frozenset({"view"})
    list_per_page = 50

    def page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        values = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"matching/admin/{template}.html", values)


@admin.register(Round)
class RoundAdmin(DeskAdmin):
    list_display = ["number", "state", "created_at", "begun_by", "people", "served", "published_at"]
    list_filter = ["state"]
    list_select_related = ["created_by"]
    change_list_template = "matching/admin/round_list.html"

    @admin.display(description=_("round"), ordering="pk")
    def number(self, round_: Round) -> str:
        return str(round_)

    @admin.display(description=_("begun by"))
    def begun_by(self, round_: Round) -> str:
        return str(round_.created_by or _("the command line"))

    @admin.display(description=_("people"))
    def people(self, round_: Round) -> int | None:
        return round_.statistics.get("people")

    @admin.display(description=_("proposals"))
    def served(self, round_: Round) -> int | None:
        return round_.statistics.get("served")

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("new/", wrap(self.new_view), name="matching_round_new"),
            path("<int:round_id>/publish/", wrap(self.publish_view), name="matching_round_publish"),
            path("<int:round_id>/cancel/", wrap(self.cancel_view), name="matching_round_cancel"),
            *super().get_urls(),
        ]

    def find(self, request: HttpRequest, round_id: int | str) -> Round:
        number = int(round_id) if str(round_id).isdecimal() else 0
        return get_object_or_404(self.get_queryset(request), pk=min(number, 2**63 - 1))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show what a round came to; while it is being computed the page reloads itself."""
        round_ = self.find(request, object_id)
        matches = Match.objects.visible_to(request.user).filter(round=round_)
        counts = round_.statistics
        return self.page(
            request,
            "round",
            {
                "title": str(round_),
                "round": round_,
                "is_running": round_.state in _RUNNING,
                "why_nobody": reasons.why_nobody(counts) if round_.state == RoundState.PROPOSED else [],
                "left_out": reasons.left_out(counts),
                "counts": counts,
                "by_state": _by_state(matches),
                "rows": [_line(match) for match in matches.with_people().order_by("pk")[:SHOWN_ON_A_ROUND]],
                "shown": SHOWN_ON_A_ROUND,
                "matches_url": f"{reverse('admin:matching_match_changelist')}?round__id__exact={round_.pk}",
                "can_publish": matches.to_publish().exists(),
                "can_cancel": round_.state in (*_RUNNING, RoundState.PROPOSED)
                and (request.user.is_coordinator or round_.created_by_id == request.user.pk),
            },
        )

    @method_decorator(require_POST)
    def new_view(self, request: HttpRequest) -> HttpResponse:
        try:
            round_ = actions.create_round(by=request.user, now=timezone.now())
        except MatchingError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect("admin:matching_round_changelist")
        self.message_user(request, _("A worker computes the round now. This page shows how it goes."))
        return redirect("admin:matching_round_change", round_.pk)

    def publish_view(self, request: HttpRequest, round_id: int) -> HttpResponse:
        """Show what will be sent to whom; the button sends it."""
        round_ = self.find(request, round_id)
        if request.method == "POST":
            self._publish(request, round_)
            return redirect("admin:matching_round_change", round_.pk)
        matches = Match.objects.visible_to(request.user).filter(round=round_).to_publish().with_people().order_by("pk")
        rows = [_line(match) for match in matches]
        return self.page(
            request,
            "publish",
            {"title": _("Publish"), "round": round_, "rows": rows, "letters": 2 * len(rows), "days": DAYS_TO_ANSWER},
        )

    def _publish(self, request: HttpRequest, round_: Round) -> None:
        try:
            published = actions.publish_round(round_=round_, by=request.user, now=timezone.now())
        except MatchingError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return
        _tell_held(self, request, published.held)
        count = len(published.asked)
        said = ngettext(
            "%(count)d match is published: both people are asked.",
            "%(count)d matches are published: both people of each are asked.",
            count,
        )
        self.message_user(request, said % {"count": count}, messages.SUCCESS if count else messages.WARNING)

    @method_decorator(require_POST)
    def cancel_view(self, request: HttpRequest, round_id: int) -> HttpResponse:
        round_ = self.find(request, round_id)
        try:
            actions.cancel_round(round_=round_, by=request.user, now=timezone.now())
        except MatchingError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            self.message_user(request, _("The round is cancelled; nobody was told about it."))
        return redirect("admin:matching_round_change", round_.pk)


class RegionFilter(admin.SimpleListFilter):
    title = _("region of either side")
    parameter_name = "region"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return list(Region.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Match]) -> QuerySet[Match]:
        region = self.value()
        return queryset.filter(Q(learner__region=region) | Q(sharer__region=region)) if region else queryset


class SkillFilter(admin.SimpleListFilter):
    title = _("skill")
    parameter_name = "skill"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        matches = Match.objects.visible_to(request.user)
        heirs = matches.annotate(heir=Coalesce("skill__merged_into", "skill")).values("heir")
        return [(str(skill.pk), str(skill)) for skill in Skill.objects.filter(pk__in=heirs).with_names()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Match]) -> QuerySet[Match]:
        skill = self.value() or ""
        if not (skill.isascii() and skill.isdecimal() and len(skill) < 18):
            return queryset
        return queryset.filter(Q(skill=int(skill)) | Q(skill__merged_into=int(skill)))


@admin.register(Match)
class MatchAdmin(DeskAdmin):
    list_display = ["number", "skill_name", "learner_side", "sharer_side", "score", "state", "why"]
    list_filter = ["state", RegionFilter, SkillFilter, "round"]
    actions = ["approve", "refuse"]

    def get_queryset(self, request: HttpRequest) -> MatchQuerySet:
        return super().get_queryset(request).with_people()

    @admin.display(description=_("match"), ordering="pk")
    def number(self, match: Match) -> str:
        return str(match)

    @admin.display(description=_("skill"))
    def skill_name(self, match: Match) -> str:
        return str(match.skill)

    @admin.display(description=_("learner"))
    def learner_side(self, match: Match) -> str:
        return side_in_words(match.learner)

    @admin.display(description=_("sharer"))
    def sharer_side(self, match: Match) -> str:
        return side_in_words(match.sharer)

    @admin.display(description=_("reasons"))
    def why(self, match: Match) -> str:
        return " ".join(reasons.for_working_group(match)[1:])

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show both sides beside each other, the reasons, and what was decided when."""
        number = int(object_id) if object_id.isdecimal() else 0
        match = get_object_or_404(self.get_queryset(request), pk=min(number, 2**63 - 1))
        Look.objects.note(
            viewer=request.user,
            registrations=[match.learner, match.sharer],
            what=LookKind.MATCH,
            on=timezone.now().astimezone(UTC).date(),
        )
        return self.page(
            request,
            "match",
            {
                "title": str(match),
                "match": match,
                "sides": [(_("Learner"), match.learner), (_("Sharer"), match.sharer)],
                "sentences": reasons.for_working_group(match),
                "parts": reasons.parts(match),
                "can_approve": match.state == MatchState.PROPOSED,
                "can_refuse": match.state in (MatchState.PROPOSED, MatchState.APPROVED),
            },
        )

    @admin.action(description=_("Approve (sends nothing yet)"), permissions=["seat"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Match]) -> None:
        outcome = actions.approve_matches(matches=queryset, by=request.user, now=timezone.now())
        _tell_held(self, request, outcome.not_done)
        count = len(outcome.done)
        if count:
            said = ngettext("%(count)d match is approved.", "%(count)d matches are approved.", count)
            self.message_user(request, said % {"count": count}, messages.SUCCESS)

    @admin.action(description=_("Refuse, with a reason"), permissions=["seat"])
    def refuse(self, request: HttpRequest, queryset: QuerySet[Match]) -> HttpResponse | None:
        form = RefuseForm(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            return self.page(
                request,
                "refuse",
                {
                    "title": _("Refuse matches"),
                    "form": form,
                    "rows": [_line(match) for match in queryset],
                    "checkbox": ACTION_CHECKBOX_NAME,
                },
            )
        outcome = actions.refuse_matches(matches=queryset, by=request.user, now=timezone.now(), **form.cleaned_data)
        _tell_held(self, request, outcome.not_done)
        count = len(outcome.done)
        if count:
            said = ngettext("%(count)d match is refused.", "%(count)d matches are refused.", count)
            self.message_user(request, said % {"count": count}, messages.SUCCESS)
        return None


def side_in_words(person: Registration) -> str:
    """Return name, region and group of a person: no address, no contact."""
    group = str(person.group or person.group_other or "")
    return " · ".join(part for part in (reasons.name_of(person), person.region, group) if part)


def _line(match: Match) -> dict[str, Any]:
    return {
        "match": match,
        "skill": str(match.skill),
        "learner": side_in_words(match.learner),
        "sharer": side_in_words(match.sharer),
        "why": reasons.for_working_group(match)[1:],
    }


def _by_state(matches: MatchQuerySet) -> list[tuple[str, int]]:
    found = dict(matches.order_by().values_list("state").annotate(Count("pk")))
    return [(str(state.label), found[state]) for state in MatchState if state in found]


def _tell_held(desk: admin.ModelAdmin, request: HttpRequest, held: list[tuple[Match, str]]) -> None:
    for match, why in held:
        desk.message_user(request, _("%(match)s: %(why)s") % {"match": match, "why": why}, messages.ERROR)
