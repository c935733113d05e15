"""Pairs the working group keeps apart: added with a reason, and lifted with one."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from letsconnect.base.admin import FixedFilter
from letsconnect.base.opened_lists import OpenedList
from matching.admin.desk import DeskAdmin, columns_of_side, names_searched, side_in_words
from matching.admin.forms import ExcludeForm, LiftForm
from matching.admin.two_people import people_to_name
from matching.domain.matches import MatchingError
from matching.models import Exclusion
from matching.rounds.rules import exclude_pair, lift_exclusion
from registrations.domain.looks import LookKind
from registrations.requests import signed_in

LIST = "admin:matching_exclusion_changelist"


class StandingFilter(FixedFilter):
    title = _("state")
    parameter_name = "lifted"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("no", _("standing")), ("yes", _("lifted"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Exclusion]) -> QuerySet[Exclusion]:
        return queryset.filter(lifted_at__isnull=self.value() == "no") if self.value() else queryset


@admin.register(Exclusion)
class ExclusionAdmin(DeskAdmin[Exclusion]):
    """Pairs of people who are not proposed to each other, in either role, until that is lifted. They are not told."""

    shows, look, look_at_list = ("person", "other"), LookKind.MATCH, LookKind.MATCHES
    liaisons_may = coordinators_may = frozenset({"view", "add"})
    list_display = ["first", "second", "reason", "made_by", "made_at", "lifted_at"]
    search_folded = names_searched("person", "other")
    on_phones = ("first", "second", "reason", "made_at", "lifted_at")
    list_display_links = ["first"]
    list_columns = (
        *(*columns_of_side("person"), *columns_of_side("other"), "reason", "made_at", "lifted_at"),
        *("made_by__name", "made_by__public_id", "lifted_by__name"),
    )
    list_filter = [StandingFilter]
    show_full_result_count = False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[OpenedList]:
        return OpenedList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Exclusion]:
        people = ("person__member", "person__group", "other__member", "other__group", "made_by", "lifted_by")
        return super().get_queryset(request).select_related(*people)

    @admin.display(description=_("one"))
    def first(self, exclusion: Exclusion) -> str:
        return side_in_words(exclusion.person)

    @admin.display(description=_("the other"))
    def second(self, exclusion: Exclusion) -> str:
        return side_in_words(exclusion.other)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Choose two people of one's regions, and say why."""
        chosen = {"person": request.GET.get("person", ""), "other": request.GET.get("other", "")}
        people = people_to_name(signed_in(request), *chosen.values())
        form = ExcludeForm(request.POST or None, initial=chosen, people=people)
        if form.is_valid() and self._exclude(request, form):
            return redirect(LIST)
        return self.page(request, "exclude", {"title": _("Keep two people apart"), "form": form}, names=people)

    def _exclude(self, request: HttpRequest, form: ExcludeForm) -> bool:
        person, other = form.chosen
        try:
            exclude_pair(
                person=person,
                other=other,
                reason=form.cleaned_data["reason"],
                by=signed_in(request),
                now=timezone.now(),
            )
        except MatchingError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return False
        self.message_user(request, _("The two are kept apart from now on."))
        return True

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show why two people are kept apart; lifting it takes a reason."""
        exclusion = self.find(request, object_id)
        self.note_looks(request, exclusion.person, exclusion.other)
        form = LiftForm(request.POST or None)
        if form.is_valid() and self._lift(request, exclusion, form.cleaned_data["why"]):
            return redirect("admin:matching_exclusion_change", exclusion.pk)
        exclusion = self.find(request, object_id)
        sides = [side_in_words(exclusion.person), side_in_words(exclusion.other)]
        opened = self.opened(request, exclusion)
        context = {"title": str(exclusion), "exclusion": exclusion, "sides": sides, "form": form, "opened": opened}
        return self.page(request, "exclusion", context)

    def _lift(self, request: HttpRequest, exclusion: Exclusion, why: str) -> bool:
        """Lift it; what was typed is kept where that is refused."""

        def lift(now: Exclusion) -> Exclusion:
            return lift_exclusion(exclusion=now, why=why, by=signed_in(request), now=timezone.now())

        is_lifted = self.press(request, exclusion, lift) is not None
        if is_lifted:
            self.message_user(request, _("The two can be proposed to each other again."))
        return is_lifted
