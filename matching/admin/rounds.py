"""Rounds: the list, what one came to, and publishing."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from matching import actions, reasons
from matching.admin.desk import DeskAdmin, line, tell_held
from matching.domain import DAYS_TO_ANSWER, MatchingError, MatchState, RoundState
from matching.models import Match, MatchQuerySet, Round

SHOWN_ON_A_ROUND = 200
_RUNNING = (RoundState.DRAFT, RoundState.SOLVING)


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
                "rows": [line(match) for match in matches.with_people().order_by("pk")[:SHOWN_ON_A_ROUND]],
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
        rows = [line(match) for match in matches]
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
        tell_held(self, request, published.held)
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


def _by_state(matches: MatchQuerySet) -> list[tuple[str, int]]:
    found = dict(matches.order_by().values_list("state").annotate(Count("pk")))
    return [(str(state.label), found[state]) for state in MatchState if state in found]
