"""Matches: the list, one match with both sides, and the decisions."""

from datetime import UTC
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from matching import actions, after_views, reasons
from matching.admin.desk import DeskAdmin, line, side_in_words, tell_held
from matching.domain import MatchState
from matching.forms import RefuseForm
from matching.models import Match, MatchQuerySet
from registrations.domain import LookKind, Region
from registrations.models import Look, Skill


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
                "hours": after_views.for_working_group(match),
                "sentences": reasons.for_working_group(match),
                "parts": reasons.parts(match),
                "can_approve": match.state == MatchState.PROPOSED,
                "can_refuse": match.state in (MatchState.PROPOSED, MatchState.APPROVED),
            },
        )

    @admin.action(description=_("Approve (sends nothing yet)"), permissions=["seat"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Match]) -> None:
        outcome = actions.approve_matches(matches=queryset, by=request.user, now=timezone.now())
        tell_held(self, request, outcome.not_done)
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
                    "rows": [line(match) for match in queryset],
                    "checkbox": ACTION_CHECKBOX_NAME,
                },
            )
        outcome = actions.refuse_matches(matches=queryset, by=request.user, now=timezone.now(), **form.cleaned_data)
        tell_held(self, request, outcome.not_done)
        count = len(outcome.done)
        if count:
            said = ngettext("%(count)d match is refused.", "%(count)d matches are refused.", count)
            self.message_user(request, said % {"count": count}, messages.SUCCESS)
        return None
