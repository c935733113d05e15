"""Matches: the list, one match with both sides, and the decisions."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from letsconnect.base import searching
from letsconnect.base.access_log import PeopleShown
from letsconnect.base.admin import FixedFilter
from letsconnect.base.keys import key_or_none, keys_among
from letsconnect.base.opened_lists import ListOfSeats
from letsconnect.base.querysets import as_own
from letsconnect.base.requests import read_once
from letsconnect.base.statements import Statement, StatementOfSeats
from matching.admin import one_match
from matching.admin.desk import (
    BOTH,
    DeskAdmin,
    link_to_side,
    may_know,
    names_searched,
    of_skills_called,
    standing_in_words,
)
from matching.admin.mass_acts import APPROVE, REFUSE, SWAP, PlannedSwap
from matching.domain.matches import MatchingError, MatchState, Side
from matching.models import Match, MatchQuerySet, Round
from matching.models.matches import HEIR
from matching.models.people import in_table
from matching.rounds.by_hand import swap_match
from matching.rounds.reviews import approve_match
from matching.words import reasons
from registrations.domain.looks import LookKind
from registrations.domain.registrations import Region
from registrations.models import Member, Registration, Skill
from registrations.requests import signed_in
from registrations.skills.names import names_of

CHANGE = "admin:matching_match_change"


class RegionFilter(FixedFilter):
    title = _("region of either side")
    parameter_name = "region"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return list(Region.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Match]) -> QuerySet[Match]:
        region = self.value()
        return queryset.filter(Q(learner__region=region) | Q(sharer__region=region)) if region else queryset


class SkillFilter(admin.SimpleListFilter):
    title = _("skill")
    parameter_name = "skill"
    names: dict[int, str]  # of all skills of the matches that the reader may see

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        skills, self.names = read_once(request, "skills of matches", partial(_skills_of, signed_in(request)))
        return [(str(skill), self.names[skill]) for skill in skills]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Match]) -> QuerySet[Match]:
        skill = key_or_none(self.value() or "")
        return queryset if skill is None else queryset.filter(Q(skill=skill) | Q(skill__merged_into=skill))


def _heirs(reader: Member) -> QuerySet[Skill, Any]:
    """The skills of the matches that the reader may see, in the order of lists of skills."""
    return Skill.objects.filter(pk__in=Match.objects.visible_to(reader).values_list(HEIR)).values_list("pk", flat=True)


def _skills_of(reader: Member) -> tuple[list[int], dict[int, str]]:
    skills = _HEIRS.rows(reader)
    return skills, names_of(skills)


_HEIRS = StatementOfSeats(_heirs)
_ROUNDS = Statement(lambda: Round.objects.values_list("pk", flat=True))


class RoundFilter(admin.SimpleListFilter):
    """Offers the rounds by their numbers: what else their rows hold is much, and not shown here."""

    title = _("round")
    parameter_name = "round__id__exact"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        rounds = read_once(request, "rounds of matches", partial(_ROUNDS.rows, {}))
        return [(str(number), name) for number, name in zip(rounds, Round.called(rounds), strict=True)]

    def has_output(self) -> bool:
        return len(self.lookup_choices) > 1

    def queryset(self, request: HttpRequest, queryset: QuerySet[Match]) -> QuerySet[Match]:
        number = key_or_none(self.value() or "")
        return queryset if number is None else queryset.filter(round=number)


class WaitsFilter(FixedFilter):
    """Who is waited for, as the first page of the desk and the page of a round count it."""

    title = _("who decides next")
    parameter_name = "waits"
    chosen: ClassVar[dict[str | None, Callable[[MatchQuerySet, Member], MatchQuerySet]]] = {
        "decision": lambda matches, reader: matches.waiting_at_desk(reader),
        "first": lambda matches, _reader: matches.proposed_only(),
        "me": lambda matches, reader: matches.half_approved_for(reader),
        "others": lambda matches, reader: matches.half_approved_for_others(reader),
    }

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [
            ("decision", _("waits for your decision")),
            ("first", _("nobody has approved it yet")),
            ("me", _("half-approved, waits for you")),
            ("others", _("half-approved, waits for another region")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Match]) -> QuerySet[Match]:
        chosen = self.chosen.get(self.value())
        return chosen(as_own(queryset, MatchQuerySet), signed_in(request)) if chosen else queryset


class MatchList(ListOfSeats):
    """Fetches of the matches shown no more than their table shows, and the names of their skills all at once."""

    def as_shown(self, rows: QuerySet[Any]) -> MatchQuerySet:
        return as_own(rows, MatchQuerySet).for_table()

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        matches = self.rows_to_complete()
        names = self._names_of({match.heir for match in matches})
        for match in matches:
            match.skill_in_words = names[match.heir]
            people = {side: in_table(match, side) for side in Side}
            match.sides = {side: link_to_side(people[side], reader=signed_in(request)) for side in Side}
            match.standing = standing_in_words(match, people, reader=signed_in(request))

    def _names_of(self, skills: set[int]) -> dict[int, str]:
        """Return the names of these skills: those that the filter has read, unless a match came in between."""
        names = next((chosen.names for chosen in self.filter_specs if isinstance(chosen, SkillFilter)), {})
        return names if skills <= names.keys() else names_of(skills)


@admin.register(Match)
class MatchAdmin(DeskAdmin[Match]):
    compares_in_action, locks_ticked = True, False
    version_columns = ("state", "version")
    shows, look, look_at_list = BOTH, LookKind.MATCH, LookKind.MATCHES
    list_display = ["number", "skill_name", "learner_side", "sharer_side", "score", "state_in_words", "why"]
    search_folded = names_searched(*BOTH)
    show_full_result_count = False  # one statement less where the list is searched or filtered
    search_help_text = _("A part of a name or username of either side, a skill in any language, or a number.")
    on_phones = ("number", "skill_name", "learner_side", "sharer_side", "state_in_words")
    columns_read_together = {**DeskAdmin.columns_read_together, "number": "names_of_rows", "why": "whys"}
    list_filter = [WaitsFilter, "state", RegionFilter, SkillFilter, RoundFilter]
    actions = ["approve", "refuse", "swap"]
    left_to_worker = ("approve", "refuse")  # whom to swap for is worked out while one waits

    def also_found(self, words: str) -> Q:
        return Q(pk=searching.number_in(words)) | of_skills_called(words)

    def get_queryset(self, request: HttpRequest) -> MatchQuerySet:
        return as_own(super().get_queryset(request), MatchQuerySet).with_people().with_approvals()

    def find(self, request: HttpRequest, number: int | str) -> Any:
        """Find it with those who made, approved and closed it, whom its page names."""
        rows = self.get_queryset(request).select_related("made_by", "approved_by", "closed_by")
        rows = rows.annotate(next_key=one_match.next_to_decide(signed_in(request)))
        return get_object_or_404(rows, pk__in=keys_among([str(number)]))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return MatchList

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:match_id>/decide/", wrap(self.decide_view), name="matching_match_decide"),
            path("<int:match_id>/swap/", wrap(self.swap_view), name="matching_match_swap"),
            *super().get_urls(),
        ]

    def names_of_rows(self, rows: Sequence[Match]) -> list[str]:
        return list(Match.called(match.pk for match in rows))

    def boxes_to_tick(self, rows: Sequence[Match]) -> list[SafeString]:
        """Send the version along that `seen_versions` reads; the actions compare it under their own locks."""
        return [
            SafeString(f'{box}<input type="hidden" name="seen" value="{match.pk}:{match.version}">')  # two numbers
            for match, box in zip(rows, super().boxes_to_tick(rows), strict=True)
        ]

    def versions_seen(self, request: HttpRequest, matches: Iterable[Match]) -> dict[int, int]:
        """Return the version of each of these matches that the reader's page showed; 0 for one it did not show.

        Where the reader chose the matches of all pages, it is the version that was compared with what they saw.
        """
        compared = {key: match.version for key, match in getattr(request, "compared", {}).items()}
        versions = {**compared, **seen_versions(request)}
        return {match.pk: versions.get(match.pk, 0) for match in matches}

    @admin.display(description=_("match"), ordering="pk")
    def number(self, match: Match) -> str:
        return str(match)

    @admin.display(description=_("skill"))
    def skill_name(self, match: Match) -> str:
        return getattr(match, "skill_in_words", None) or str(match.skill)

    @admin.display(description=_("learner"))
    def learner_side(self, match: Match) -> str:
        return match.sides[Side.LEARNER]

    @admin.display(description=_("sharer"))
    def sharer_side(self, match: Match) -> str:
        return match.sides[Side.SHARER]

    @admin.display(description=_("state"), ordering="state")
    def state_in_words(self, match: Match) -> str:
        return match.standing

    @admin.display(description=_("reasons"))
    def why(self, match: Match) -> str:
        return self.whys([match])[0]

    def whys(self, rows: Sequence[Match]) -> list[str]:
        return list(map(" ".join, reasons.each_in_common(rows)))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show both sides beside each other, the reasons, who else there is, and what was decided when."""
        match = self.find(request, object_id)
        self.note_looks(request, match.learner, match.sharer)
        context = one_match.context(match, reader=signed_in(request))
        others = [row["sharer_id"] for row in context.get("alternatives", ()) if row["sharer_id"]]
        self.note_look(request, PeopleShown(registrations=set(others)), kind=LookKind.MATCHES)
        return self.page(request, "match", context)

    @method_decorator(require_POST)
    def decide_view(self, request: HttpRequest, match_id: int) -> HttpResponse:
        """Approve the match as the reader saw it: who comes second is told that it changed."""
        match = self.find(request, match_id)
        try:
            match = approve_match(
                match=match, seen_version=_version_seen(request), by=signed_in(request), now=timezone.now()
            )
        except MatchingError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            is_waiting = match.state == MatchState.PROPOSED
            self._say_approved(request, int(not is_waiting), int(is_waiting))
        return redirect(CHANGE, match.pk)

    @method_decorator(require_POST)
    def swap_view(self, request: HttpRequest, match_id: int) -> HttpResponse:
        """Give the learner another sharer; the page of the new match opens."""
        match = self.find(request, match_id)
        sharer = get_object_or_404(Registration, pk__in=keys_among([request.POST.get("sharer", "")]))
        if not may_know(signed_in(request), match.learner, sharer):
            raise Http404  # as on the page, where somebody else's people have no name and no button
        skill = get_object_or_404(Skill, pk__in=keys_among([request.POST.get("skill", "")]))
        try:
            swapped = swap_match(
                match=match,
                sharer=sharer,
                skill=skill,
                seen_version=_version_seen(request),
                by=signed_in(request),
                now=timezone.now(),
            )
        except MatchingError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect(CHANGE, match.pk)
        self.message_user(request, _("Swapped: this is the new proposal."), messages.SUCCESS)
        return redirect(CHANGE, swapped.pk)

    @admin.action(description=_("Approve (sends nothing yet)"), permissions=["seat"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Match]) -> HttpResponse | None:
        return self.go_to_mass_act(request, APPROVE, self._as_seen(request, queryset))

    def _say_approved(self, request: HttpRequest, count: int, waiting: int) -> None:
        if count:
            text = ngettext("%(count)d match is approved.", "%(count)d matches are approved.", count)
            self.message_user(request, text % {"count": count}, messages.SUCCESS)
        if waiting:
            text = ngettext(
                "%(count)d match is approved for your region and waits for an approval for the other person.",
                "%(count)d matches are approved for your region and wait for an approval for the other person.",
                waiting,
            )
            self.message_user(request, text % {"count": waiting})

    @admin.action(description=_("Refuse, with a reason"), permissions=["seat"])
    def refuse(self, request: HttpRequest, queryset: QuerySet[Match]) -> HttpResponse | None:
        return self.go_to_mass_act(request, REFUSE, self._as_seen(request, queryset))

    @admin.action(description=_("Swap for the next best"), permissions=["seat"])
    def swap(self, request: HttpRequest, queryset: QuerySet[Match]) -> HttpResponse | None:
        """Find who each learner would get instead; the page that follows shows them, and what it costs."""
        best = one_match.next_best(self._as_seen(request, queryset), reader=signed_in(request))
        swaps = [PlannedSwap.of(match, other) for match, other in best.items() if other is not None]
        if stay := len(best) - len(swaps):
            text = ngettext(
                "%(count)d match stays: nobody else could help its learner.",
                "%(count)d matches stay: nobody else could help their learners.",
                stay,
            )
            self.message_user(request, text % {"count": stay}, messages.WARNING)
        return self.go_to_mass_act(request, SWAP, swaps) if swaps else None

    def _as_seen(self, request: HttpRequest, matches: Iterable[Match]) -> list[Match]:
        """Return the matches with the versions that the reader's page showed."""
        matches = list(matches)
        versions = self.versions_seen(request, matches)
        for match in matches:
            match.version = versions[match.pk]
        return matches


def _version_seen(request: HttpRequest) -> int:
    """Return the version of the match that the reader's page showed; 0, which no match has, where none was sent."""
    return key_or_none(request.POST.get("version", "")) or 0


def seen_versions(request: HttpRequest) -> dict[int, int]:
    """Return the versions of the matches that a page with many of them showed, each sent as "number:version"."""
    pairs = (keys_among(text.split(":")) for text in request.POST.getlist("seen"))
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}
