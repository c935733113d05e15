"""Rounds: the list, how one goes, what it came to, and publishing."""

from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from letsconnect.base import mass_act_answers, mass_acts
from letsconnect.base.admin import WaitingFilter
from letsconnect.base.opened_lists import ListOfSeats
from matching.admin import results
from matching.admin.desk import line, may_cancel, side_in_words
from matching.admin.drafts import CHANGE, DraftPages
from matching.admin.forms import DraftForm, scope_in_words
from matching.admin.mass_acts import PUBLISH, preview_of_publishing
from matching.admin.matches import seen_versions
from matching.admin.why_not import WhyNotPage
from matching.domain.matches import DAYS_TO_ANSWER, MatchingError, MatchState, RoundPhase, RoundState
from matching.inputs.scope import Scope
from matching.models import Match, MatchQuerySet, Round
from matching.rounds.repairing import repair_round
from matching.rounds.rounds import cancel_round, release_undecided
from matching.rounds.under_way import under_way
from matching.words import levels, reasons, shortages
from registrations.models import Member
from registrations.requests import signed_in

SHOWN_ON_A_ROUND = 100
LEFT_A_PAGE = 50


class UnderWayFilter(WaitingFilter):
    kinds = {"step": (_("under way"), lambda rows, reader, _now: under_way(rows, reader))}


@admin.register(Round)
class RoundAdmin(DraftPages, WhyNotPage):
    # The list shows figures; the pages of one round note the people they name.
    shows_nobody_because = "the list shows figures"
    version_columns = ("state", "scope", "settings", "requested_at")
    list_display = ["number", "state", "created_at", "begun_by", "people", "served", "published_at"]
    list_filter = [UnderWayFilter, "state"]
    on_phones = ("number", "state", "created_at", "served", "published_at")
    list_select_related = ["created_by"]
    list_columns = (
        *("state", "created_at", "statistics", "published_at"),
        *(f"created_by__{column}" for column in ("name", "public_id")),
    )
    change_list_template = "matching/admin/round_list.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ListOfSeats]:
        return ListOfSeats

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
            *self.draft_urls(),
            path("why-not/", wrap(self.why_not_view), name="matching_round_why_not"),
            path("<int:round_id>/left/", wrap(self.left_view), name="matching_round_left"),
            path("<int:round_id>/repair/", wrap(self.repair_view), name="matching_round_repair"),
            path("<int:round_id>/publish/", wrap(self.publish_view), name="matching_round_publish"),
            path("<int:round_id>/release/", wrap(self.release_view), name="matching_round_release"),
            path("<int:round_id>/cancel/", wrap(self.cancel_view), name="matching_round_cancel"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the draft, how the computation goes, or what it came to."""
        round_ = self.find(request, object_id)
        if round_.is_open_draft:
            return self.draft_page(request, round_)
        if round_.state in (RoundState.DRAFT, RoundState.SOLVING, RoundState.FAILED):
            return self._progress_page(request, round_)
        return self._result_page(request, round_)

    def _progress_page(self, request: HttpRequest, round_: Round) -> HttpResponse:
        has_failed = round_.state == RoundState.FAILED
        result = results.of_preview(round_, reader=signed_in(request)) if has_failed else None
        self.note_names(request, result.named if result else [])
        phases = list(RoundPhase)
        at = phases.index(RoundPhase(round_.phase)) if round_.phase else -1
        return self.page(
            request,
            "progress",
            {
                "title": str(round_),
                "round": round_,
                "reloads": not has_failed,
                "opened": self.opened(request, round_),
                "phases": [
                    {"label": phase.label, "is_done": number < at, "is_now": number == at}
                    for number, phase in enumerate(phases)
                ],
                "result": result,
                "can_try_again": has_failed and round_.can_be_steered_by(signed_in(request)),
                "can_cancel": may_cancel(signed_in(request), round_),
            },
        )

    def _result_page(self, request: HttpRequest, round_: Round) -> HttpResponse:
        matches = Match.objects.visible_to(signed_in(request)).filter(round=round_)
        counts = round_.statistics
        can_decide = round_.is_decidable
        rows = list(matches.with_people().with_approvals().order_by("pk")[:SHOWN_ON_A_ROUND])
        self.note_matches(request, rows)
        return self.page(
            request,
            "round",
            {
                "title": str(round_),
                "round": round_,
                "opened": self.opened(request, round_),
                "step": 4 if round_.state == RoundState.PUBLISHED else 3,
                "reloads": bool(round_.phase or round_.repair_requested_at),
                "why_nobody": reasons.why_nobody(counts) if round_.state == RoundState.PROPOSED else [],
                "left_out": reasons.left_out(counts),
                "counts": counts,
                "scope": scope_in_words(Scope.of(round_.scope)),
                "order": levels.order_in_words(list(round_.value or {})),
                "by_state": _by_state(matches, round_, reader=signed_in(request)),
                "rows": [line(match, reader=signed_in(request)) for match in rows],
                "shown": SHOWN_ON_A_ROUND,
                "result": results.of_round(round_, reader=signed_in(request)),
                "left_url": reverse("admin:matching_round_left", args=[round_.pk]),
                "warnings": results.cautions(row for row in rows if row.is_undecided) if can_decide else [],
                "matches_url": f"{reverse('admin:matching_match_changelist')}?round__id__exact={round_.pk}",
                "can_decide": can_decide,
                "can_publish": matches.to_publish().exists(),
                "can_repair": can_decide,
                "can_release": _is_open(round_) and round_.can_be_steered_by(signed_in(request)),
                "can_cancel": may_cancel(signed_in(request), round_),
            },
        )

    def left_view(self, request: HttpRequest, round_id: int) -> HttpResponse:
        """List who of the reader's regions got nothing, and why; whoever has waited longest comes first."""
        round_ = self.find(request, round_id)
        others = "others" in request.GET
        nobody_for = (
            round_.participants.not_looked_for_in(round_) if others else round_.participants.left_out_of(round_)
        )
        everybody = nobody_for.count()
        if not signed_in(request).is_coordinator:
            nobody_for = nobody_for.filter(registration__region__in=signed_in(request).seat_regions)
        page = Paginator(nobody_for, LEFT_A_PAGE).get_page(request.GET.get("p"))
        self.note_names(request, [learner.registration for learner in page])
        names = shortages.skill_names(change for learner in page for change in learner.advice)
        rows = [
            {
                "learner": side_in_words(learner.registration),
                "waited": learner.waited,
                "why": reasons.LEFT_OUT.get(learner.left_out, learner.left_out),
                "helps": shortages.changes_in_words(learner.advice, names),
            }
            for learner in page
        ]
        context = {"title": _("Who is left"), "round": round_, "rows": rows, "shown": page}
        counts = {"others": others, "everybody": everybody, "mine": page.paginator.count}
        return self.page(request, "left", {**context, **counts})

    @method_decorator(require_POST)
    def repair_view(self, request: HttpRequest, round_id: int) -> HttpResponse:
        """Compute the rest of a round again, around what was decided."""
        round_ = self.find(request, round_id)
        try:
            repaired = repair_round(round_=round_, by=signed_in(request), now=timezone.now())
        except MatchingError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect(CHANGE, round_.pk)
        if repaired.is_waiting:
            self.message_user(request, _("A worker computes the rest again. This page shows how it goes."))
        else:
            text = _("The rest is computed again. New proposals: %(new)d; let go: %(gone)d.")
            self.message_user(request, text % {"new": len(repaired.added), "gone": len(repaired.withdrawn)})
        return redirect(CHANGE, round_.pk)

    def publish_view(self, request: HttpRequest, round_id: int) -> HttpResponse:
        """Show what will be sent to whom; the button sends it."""
        round_ = self.find(request, round_id)
        visible = Match.objects.visible_to(signed_in(request))
        matches = visible.filter(round=round_).to_publish().with_people().with_approvals().order_by("pk")
        if request.method == "POST":
            return self._publish(request, round_, matches) or redirect(CHANGE, round_.pk)
        rows = [line(match, reader=signed_in(request)) for match in matches]
        self.note_matches(request, matches)
        return self.page(
            request,
            "publish",
            {
                "title": _("Publish"),
                "round": round_,
                "rows": rows,
                "letters": 2 * len(rows),
                "days": DAYS_TO_ANSWER,
                "preview": preview_of_publishing(list(matches)),
                "opened": self.opened(request, round_),
            },
        )

    def _publish(self, request: HttpRequest, round_: Round, matches: MatchQuerySet) -> HttpResponse | None:
        """Begin it with the matches that the page showed, as it showed them."""
        # Looked at first: publishing goes on in steps, each a transaction of its own.
        if self.press(request, round_, lambda now: now) is None:
            return None
        by, now, seen = signed_in(request), timezone.now(), seen_versions(request)
        shown = [match for match in matches if match.pk in seen]
        for match in shown:
            match.version = seen[match.pk]
        try:
            act = mass_acts.prepare(kind=PUBLISH, rows=shown, by=by, now=now)
            act = mass_acts.begin(act=act, note="", by=by, now=now)
        except mass_acts.MassActRefused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return None
        return mass_act_answers.after_beginning(request, act, back=reverse(CHANGE, args=[round_.pk]), now=now)

    @method_decorator(require_POST)
    def release_view(self, request: HttpRequest, round_id: int) -> HttpResponse:
        """Let go of what nobody decided."""
        round_ = self.find(request, round_id)
        released = self.press(
            request, round_, lambda now: release_undecided(round_=now, by=signed_in(request), now=timezone.now())
        )
        if released is not None:
            text = _("Undecided proposals let go: %(count)d. Their places are free for the next round.")
            self.message_user(request, text % {"count": released})
        return redirect(CHANGE, round_.pk)

    def cancel_view(self, request: HttpRequest, round_id: int) -> HttpResponse:
        """Show what is given up with the round; the button cancels it."""
        round_ = self.find(request, round_id)
        if request.method != "POST" and may_cancel(signed_in(request), round_):
            return self._cancel_page(request, round_)
        if request.method == "POST" and self.press_on_draft(
            request, round_, lambda now: cancel_round(round_=now, by=signed_in(request), now=timezone.now())
        ):
            self.message_user(request, _("The round is cancelled; nobody was told about it."))
        return redirect(CHANGE, round_.pk)

    def _cancel_page(self, request: HttpRequest, round_: Round) -> HttpResponse:
        is_draft = round_.is_open_draft
        matches = Match.objects.visible_to(signed_in(request)).filter(round=round_)
        return self.page(
            request,
            "cancel",
            {
                "title": _("Throw the draft away") if is_draft else _("Cancel the round"),
                "round": round_,
                "is_draft": is_draft,
                "scope": scope_in_words(Scope.of(round_.scope)),
                "by_state": _by_state(matches, round_, reader=signed_in(request)),
                "opened": self.opened(request, round_, form=DraftForm.of if is_draft else None),
            },
        )


def _is_open(round_: Round) -> bool:
    """Tell whether proposals of the round wait for a decision, or it has none left and was not published."""
    matches = Match.objects.filter(round=round_)
    return matches.to_decide().exists() or (round_.state == RoundState.PROPOSED and not matches.undecided().exists())


def _by_state(matches: MatchQuerySet, round_: Round, *, reader: Member) -> list[tuple[str, int, str]]:
    """Return how many matches of the round are in which state, each with the address of the list that shows those."""
    counts = matches.by_standing(reader)
    half = {"me": _("half-approved, waits for you"), "others": _("half-approved, waits for another region")}
    links = [(word, label, f"waits={word}") for word, label in half.items()]
    proposed, *others = [(state.value, state.label, f"state__exact={state.value}") for state in MatchState]
    chosen = f"{reverse('admin:matching_match_changelist')}?round__id__exact={round_.pk}&"
    ordered = [(proposed[0], proposed[1], "waits=first"), *links, *others]
    return [(str(label), counts[word], chosen + link) for word, label, link in ordered if word in counts]
