"""A round before it is asked for: whom it is for, what counts, who is put together by hand, what would come of it."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from letsconnect.base.versions import ChangedMeanwhile
from matching.admin import results
from matching.admin.desk import DeskAdmin, line
from matching.admin.forms import DraftForm, PairForm, scope_in_words
from matching.domain.matches import MatchingError
from matching.inputs.scope import Scope
from matching.models import Match, Round
from matching.rounds.by_hand import make_match_by_hand, unmake_match_by_hand
from matching.rounds.drafts import change_draft, draft_round, request_round, settings_of
from matching.rounds.previewing import preview_round
from matching.words.reasons import called_at_desk
from registrations.admin.typed_people import PersonFinder
from registrations.models import Registration, Skill
from registrations.requests import signed_in

CHANGE = "admin:matching_round_change"


class DraftPages(DeskAdmin[Round]):
    """The pages of a draft; every button calls one action."""

    def draft_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("new/", wrap(self.new_view), name="matching_round_new"),
            path("<int:round_id>/settings/", wrap(self.settings_view), name="matching_round_settings"),
            path("<int:round_id>/pair/", wrap(self.pair_view), name="matching_round_pair"),
            path("<int:round_id>/unpair/<int:match_id>/", wrap(self.unpair_view), name="matching_round_unpair"),
            path("<int:round_id>/request/", wrap(self.request_view), name="matching_round_request"),
        ]

    @method_decorator(require_POST)
    def new_view(self, request: HttpRequest) -> HttpResponse:
        """Begin a draft and show what it would come to as it stands."""
        now = timezone.now()
        try:
            round_ = draft_round(by=signed_in(request), now=now)
            preview_round(round_=round_, by=signed_in(request), now=now)
        except MatchingError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect("admin:matching_round_changelist")
        return redirect(CHANGE, round_.pk)

    @method_decorator(require_POST)
    def settings_view(self, request: HttpRequest, round_id: int) -> HttpResponse:
        """Keep what was set and compute what would come of it."""
        round_ = self.find(request, round_id)
        form = DraftForm(request.POST)
        if not form.is_valid():
            return self.draft_page(request, round_, form)
        now = timezone.now()
        try:
            with self.as_opened(request, round_, form=DraftForm.of) as seen:
                settings = form.settings(settings_of(seen))
                draft = change_draft(round_=seen, settings=settings, scope=form.scope(), by=signed_in(request), now=now)
                preview_round(round_=draft, by=signed_in(request), now=now)
        except MatchingError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect(CHANGE, round_.pk)
        except ChangedMeanwhile as changed:
            now_there = self.find(request, round_id)
            if not now_there.is_open_draft or not now_there.can_be_steered_by(signed_in(request)):
                self.message_user(request, str(changed), messages.ERROR)
                return redirect(CHANGE, round_.pk)
            form = DraftForm(changed.comparison.data)
            form.add_error(None, str(changed))
            return self.draft_page(request, now_there, form, changed.comparison.differences)
        return redirect(f"{reverse(CHANGE, args=[round_.pk])}#preview")

    def draft_page(
        self, request: HttpRequest, round_: Round, form: DraftForm | None = None, differences: Sequence[Any] = ()
    ) -> HttpResponse:
        by_hand = Match.objects.visible_to(signed_in(request)).filter(round=round_, made_by_hand=True).undecided()
        pairs = list(by_hand.with_people().with_approvals().order_by("pk"))
        self.note_matches(request, pairs)
        result = results.of_preview(round_, reader=signed_in(request))
        self.note_names(request, result.named if result else [])
        return self.page(
            request,
            "draft",
            {
                "title": _("%(round)s (draft)") % {"round": round_},
                "round": round_,
                "form": form or DraftForm.of(round_),
                "opened": self.opened(request, round_, form=DraftForm.of),
                "differences": differences,
                "scope": scope_in_words(Scope.of(round_.scope)),
                "scope_is_narrow": not Scope.of(round_.scope).is_everybody,
                "pairs": [line(match, reader=signed_in(request)) for match in pairs],
                "result": result,
                "left_url": reverse("admin:matching_round_left", args=[round_.pk]),
                "reloads": round_.preview_requested_at is not None,
                "may_steer": round_.can_be_steered_by(signed_in(request)),
            },
        )

    def pair_view(self, request: HttpRequest, round_id: int) -> HttpResponse:
        """Put two people together by hand."""
        round_ = self.find(request, round_id)
        people = PersonFinder(self.people_to_choose(request), call=called_at_desk)
        form = PairForm(request.POST or None, people=people)
        if form.is_valid() and self._pair(request, round_, form):
            return redirect(CHANGE, round_.pk)
        context = {"title": _("Put two people together"), "round": round_, "form": form}
        return self.page(request, "pair", context, names=people)

    def _pair(self, request: HttpRequest, round_: Round, form: PairForm) -> bool:
        learner, sharer = form.chosen
        try:
            make_match_by_hand(
                round_=round_,
                learner=learner,
                sharer=sharer,
                skill=Skill.objects.get(pk=form.cleaned_data["skill"]),
                why=form.cleaned_data["why"],
                by=signed_in(request),
                now=timezone.now(),
            )
        except MatchingError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return False
        self.message_user(request, _("The two are put together; show again what would come of the round."))
        return True

    @method_decorator(require_POST)
    def unpair_view(self, request: HttpRequest, round_id: int, match_id: int) -> HttpResponse:
        """Take a pair made by hand out of the draft again."""
        visible = Match.objects.visible_to(signed_in(request)).filter(round=round_id, made_by_hand=True)
        match = get_object_or_404(visible, pk=match_id)
        self.press_on_draft(
            request,
            self.find(request, round_id),
            lambda _round: unmake_match_by_hand(match=match, by=signed_in(request), now=timezone.now()) or match,
        )
        return redirect(CHANGE, round_id)

    def press_on_draft(self, request: HttpRequest, round_: Round, act: Callable[[Round], Any]) -> Any:
        """Press a button of the draft's page, whose version is that of its form too."""
        return self.press(request, round_, act, form=DraftForm.of if round_.is_open_draft else None)

    @method_decorator(require_POST)
    def request_view(self, request: HttpRequest, round_id: int) -> HttpResponse:
        """Put the round into the queue of those to be computed."""
        round_ = self.find(request, round_id)
        if self.press_on_draft(
            request, round_, lambda now: request_round(round_=now, by=signed_in(request), now=timezone.now())
        ):
            self.message_user(request, _("A worker computes the round now. This page shows how it goes."))
        return redirect(CHANGE, round_.pk)

    def people_to_choose(self, request: HttpRequest) -> QuerySet[Registration]:
        """Whom this member of the working group may see among those who can be matched today."""
        matchable = Registration.objects.visible_to(signed_in(request)).matchable(on=timezone.now().date())
        return matchable.select_related("member")
