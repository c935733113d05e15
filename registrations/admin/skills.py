"""The skill desk: the tree of skills with how often each is used and what is missing, and the buttons for it."""

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Case, CharField, F, OrderBy, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from letsconnect.base import versions
from letsconnect.base.admin import WorkingGroupAdmin
from letsconnect.base.keys import keys_among
from letsconnect.base.languages import listed
from letsconnect.base.lines import isolated
from letsconnect.base.opened_lists import ListOfSeats
from letsconnect.base.querysets import as_own
from letsconnect.base.requests import noted_on, read_once
from letsconnect.base.versions import ChangedMeanwhile
from registrations.admin.skill_filters import MissingFilter, SkillStateFilter, SkillsToDecideFilter
from registrations.domain.registrations import Region, RegistrationError, SkillFamily, SkillState
from registrations.models import Skill, SkillMerge, SkillName, SkillQuerySet
from registrations.reference.names import language_name
from registrations.requests import signed_in
from registrations.seats.liaisons import who_else
from registrations.skills import arranging as actions
from registrations.skills import merged_answers, merging
from registrations.skills.finding import search
from registrations.skills.forms import FamilyForm, NamesForm, NewSkillForm, PlaceForm, TargetForm
from registrations.skills.names import read_names


@cache
def _in_tree() -> tuple[Any, ...]:
    """The order of the tree: families in theirs, suggested skills first, parts below the skill they belong to."""
    families = [When(family=family, then=Value(place)) for place, family in enumerate(SkillFamily.values)]
    top, whole = When(parent=None, then=Value("")), When(parent__parent=None, then=F("slug"))
    return (
        OrderBy(Case(*families, default=Value(-1))),
        OrderBy(Coalesce("parent__parent__slug", "parent__slug", "slug")),
        OrderBy(Case(top, whole, default=F("parent__slug"), output_field=CharField())),
        OrderBy(Case(When(parent__parent=None, then=Value("")), default=F("slug"), output_field=CharField())),
        "slug",
    )


def _place_form(skill: Skill) -> PlaceForm:
    return PlaceForm(skill=skill)


def _names_form(skill: Skill) -> NamesForm:
    return NamesForm(skill=skill)


def _may_merge(skill: Skill, target: Skill) -> bool:
    merging.check(skill, target)
    return True


class SkillList(ListOfSeats):
    """Reads the names of the skills shown all at once."""

    def as_shown(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.prefetch_related(None).prefetch_related("merged_into__skill_names")

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        read_names(self.rows_to_complete())


@admin.register(Skill)
class SkillAdmin(WorkingGroupAdmin):
    """Coordinators change the tree; liaisons see it, and accept and rename suggested skills."""

    unscoped_because = shows_nobody_because = "names of skills say nothing about a person"
    list_display = ["name", "family", "state", "offers", "wishes", "missing"]
    on_phones = ("name", "state", "offers", "wishes", "missing")
    list_filter = [SkillsToDecideFilter, SkillStateFilter, "family", MissingFilter]
    search_folded = ("skill_names__text",)
    search_fields = ["slug"]
    list_per_page = 200  # a tree that pages cut into pieces is no tree
    actions = None
    change_list_template = "admin/registrations/skill/change_list.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[SkillList]:
        return SkillList

    def facts(self, request: HttpRequest, obj: Skill) -> dict[str, Any]:
        """The skill and its names, because the tree's buttons change both."""
        names = sorted(SkillName.objects.filter(skill=obj).values_list("language", "is_synonym", "text"))
        return {**versions.columns_of(obj), "names": names}

    def lock(self, obj: Skill) -> None:
        list(Skill.objects.select_for_update().filter(pk=obj.pk).values_list("pk"))

    def get_queryset(self, request: HttpRequest) -> SkillQuerySet:
        rows = as_own(super().get_queryset(request), SkillQuerySet)
        return rows.with_usage().with_names().select_related("parent__parent")

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return [*_in_tree()]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Skill], search_term: str
    ) -> tuple[QuerySet[Skill], bool]:
        """Search as members do, forgiving mistakes, besides the plain search of Django's admin."""
        plain, may_double = super().get_search_results(request, queryset, search_term)
        if not search_term.strip():
            return plain, may_double
        find = partial(search, search_term, language=get_language() or "en", limit=20)
        skill_ids = [skill.skill_id for skill in read_once(request, ("skills called", search_term), find)]
        return queryset.filter(Q(pk__in=plain.order_by().values("pk")) | Q(pk__in=skill_ids)), False

    @admin.display(description=_("name"))
    def name(self, skill: Skill) -> str:
        own = skill.own_name_in(get_language() or "en")
        depth = 0 if skill.parent is None else 1 if skill.parent.parent_id is None else 2
        return f"{own} → {skill}" if skill.state == SkillState.MERGED else f"{'– ' * depth}{own}"

    @admin.display(description=_("offers"), ordering="offer_count")
    def offers(self, skill: Skill) -> int:
        return skill.offer_count

    @admin.display(description=_("wishes"), ordering="wish_count")
    def wishes(self, skill: Skill) -> int:
        return skill.wish_count

    @admin.display(description=_("name missing in"))
    def missing(self, skill: Skill) -> str:
        names = skill.names()
        reader = get_language() or "en"
        return listed(language_name(code, reader) for code, _label in settings.LANGUAGES if code not in names)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        pages: dict[str, Callable[..., HttpResponse]] = {
            "names": self.names_view,
            "accept": self.accept_view,
            "merge": self.merge_view,
            "retire": self.retire_view,
        }
        own = [
            path(f"<int:skill_id>/{name}/", wrap(view), name=f"registrations_skill_{name}")
            for name, view in pages.items()
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        waiting = Skill.objects.to_decide_for(signed_in(request)).count() if self.has_view_permission(request) else 0
        return super().changelist_view(request, {"waiting": waiting, **(extra_context or {})})

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Add a skill of the working group's own."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = NewSkillForm(request.POST or None)
        if form.is_valid():
            cleaned = form.cleaned_data
            parent = Skill.objects.filter(pk=cleaned.pop("parent")).first()
            skill = self._try(form, lambda: actions.add_skill(**cleaned, parent=parent, **self._who(request)))
            if skill is not None:
                messages.success(request, _("%(skill)s was added.") % {"skill": isolated(skill)})
                return redirect("admin:registrations_skill_names", skill.pk)
        return self._page(request, "add", {"title": _("Add a skill"), "form": form})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show one skill with everything about it; coordinators move it in the tree from here."""
        skill = self._find(request, object_id)
        may_place = self.has_change_permission(request, skill) and skill.state != SkillState.MERGED
        if request.method == "POST" and not self.has_change_permission(request, skill):
            raise PermissionDenied
        form = PlaceForm(request.POST or None, skill=skill) if may_place else None
        if form is not None and form.is_valid():
            place_values = {**form.cleaned_data, "parent": Skill.objects.filter(pk=form.cleaned_data["parent"]).first()}
            place = partial(actions.place_skill, skill=skill, **place_values, **self._who(request))
            if self._press(request, form, skill, place, form_of=_place_form):
                messages.success(request, _("%(skill)s was moved.") % {"skill": isolated(skill)})
                return self._back(skill)
        reader = get_language() or "en"
        return self._page(
            request,
            "skill",
            {
                **self._about(request, skill),
                "opened": self.opened(request, self._find(request, object_id), form=_place_form if may_place else None),
                "title": skill.own_name_in(reader),
                "form": form,
                "names": [
                    (code, language_name(code, reader), merging.naming_of(skill, code))
                    for code, _label in settings.LANGUAGES
                ],
                "parts": skill.children.with_names(),
                "inherited": [
                    earlier.own_name_in(reader) for earlier in skill.merged_from.prefetch_related("skill_names")
                ],
            },
        )

    def names_view(self, request: HttpRequest, skill_id: int) -> HttpResponse:
        """Names and synonyms in every language, together."""
        skill = self._orderly(request, skill_id)
        form = NamesForm(request.POST or None, skill=skill)
        if form.is_valid():
            save = partial(actions.name_skill, skill=skill, names=form.names(), **self._who(request))
            if self._press(request, form, skill, save, form_of=_names_form):
                messages.success(request, _("The names were saved."))
                return self._back(skill)
        opened = self.opened(request, self._find(request, skill_id), form=_names_form)
        context = {**self._about(request, skill), "title": _("Names and synonyms"), "form": form, "opened": opened}
        return self._page(request, "names", context)

    def accept_view(self, request: HttpRequest, skill_id: int) -> HttpResponse:
        """Take a suggested skill into the list, or take a retired one back."""
        skill = self._orderly(request, skill_id)
        form = FamilyForm(request.POST or None, initial={"family": skill.family})
        if form.is_valid() and self._press(
            request,
            form,
            skill,
            lambda: actions.accept_skill(skill=skill, **form.cleaned_data, **self._who(request)),
        ):
            messages.success(request, _("%(skill)s is now in the list everybody finds.") % {"skill": isolated(skill)})
            return self._back(skill)
        return self._page(request, "accept", {**self._about(request, skill), "title": _("Accept"), "form": form})

    def merge_view(self, request: HttpRequest, skill_id: int) -> HttpResponse:
        """Choose the skill to merge into, see what changes, then merge."""
        skill = self._coordinators(request, skill_id)
        answers = request.POST if request.method == "POST" else request.GET
        form = TargetForm(answers if "target" in answers else None, skill=skill)
        context = {**self._about(request, skill), "title": _("Merge into another skill"), "form": form}
        if form.is_valid():
            target = get_object_or_404(Skill.objects.with_names(), pk=form.cleaned_data["target"])
            if request.method == "POST":
                if self._merge(request, form, skill, target):
                    names = {"skill": skill.own_name_in(get_language() or "en"), "target": target}
                    if SkillMerge.objects.waiting().filter(source=skill).exists():
                        text = _("%(skill)s is being merged into %(target)s. This page shows how far it is.")
                        messages.success(request, text % names)
                        return self._back(skill)
                    messages.success(request, _("%(skill)s is now part of %(target)s.") % names)
                    return self._back(target)
            elif self._try(form, partial(_may_merge, skill, target)):
                context |= {"target": target, "merge": merging.preview(skill, target)}
        return self._page(request, "merge", context)

    def _merge(self, request: HttpRequest, form: forms.Form, skill: Skill, target: Skill) -> Any:
        """Merge, or start merging, in the transaction that compares versions.

        Answers are stopped before any row is locked.
        """
        with transaction.atomic():
            merged_answers.lock_skill_tree()
            merged_answers.stop_answers()
            merge = partial(actions.merge_skills, source=skill, target=target, **self._who(request))
            return self._press(request, form, skill, merge)

    def retire_view(self, request: HttpRequest, skill_id: int) -> HttpResponse:
        """Ask once, then retire."""
        skill = self._coordinators(request, skill_id)
        form = forms.Form(request.POST if request.method == "POST" else None)
        retire = partial(actions.retire_skill, skill=skill, **self._who(request))
        if form.is_valid() and self._press(request, form, skill, retire):
            messages.success(request, _("%(skill)s is retired.") % {"skill": isolated(skill)})
            return self._back(skill)
        return self._page(request, "retire", {**self._about(request, skill), "title": _("Retire"), "form": form})

    def _find(self, request: HttpRequest, skill_id: int | str) -> Skill:
        """Return the skill as it stands now; a page that only shows it reads it once."""
        read = partial(get_object_or_404, self.get_queryset(request), pk__in=keys_among([str(skill_id)]))
        return read_once(request, ("skill", str(skill_id)), read) if request.method == "GET" else read()

    def _orderly(self, request: HttpRequest, skill_id: int) -> Skill:
        skill = self._find(request, skill_id)
        if not actions.may_order(by=signed_in(request), skill=skill):
            raise PermissionDenied
        return skill

    def _coordinators(self, request: HttpRequest, skill_id: int) -> Skill:
        skill = self._find(request, skill_id)
        if not signed_in(request).is_coordinator:
            raise PermissionDenied
        return skill

    def _about(self, request: HttpRequest, skill: Skill) -> dict[str, Any]:
        merge = skill.merges_begun.last() if skill.state != SkillState.MERGED else None
        stands = skill.state != SkillState.MERGED and (merge is None or merge.ended_at is not None)
        reader = signed_in(request)
        is_own = actions.is_their_own(by=reader, skill=skill)
        return {
            "merge_begun": merge,
            "people_left": merging.people_with_answers(skill) if merge is not None else 0,
            "skill": skill,
            "opened": self.opened(request, self._find(request, skill.pk)),
            "differences": getattr(request, "differences", ()),
            "own_name": skill.own_name_in(get_language() or "en"),
            "suggesters": skill.suggestions.count(),
            "may_name": stands and actions.may_order(by=signed_in(request), skill=skill),
            "may_accept": skill.state in (SkillState.SUGGESTED, SkillState.RETIRED)
            and actions.may_order(by=reader, skill=skill)
            and not is_own,
            "may_merge": stands and reader.is_coordinator and not is_own,
            "may_retire": stands and skill.state != SkillState.RETIRED and reader.is_coordinator and not is_own,
            "who_else": who_else(set(Region.values), besides=[reader.pk], now=timezone.now()) if is_own else "",
        }

    @staticmethod
    def _who(request: HttpRequest) -> dict[str, Any]:
        return {"by": signed_in(request), "now": timezone.now()}

    @staticmethod
    def _try(form: forms.Form, act: Callable[[], Any]) -> Any:
        """Return what ``act`` returns; show an expected refusal above the form and return None."""
        try:
            return act()
        except RegistrationError as refusal:
            form.add_error(None, str(refusal))
            return None

    def _press(
        self, request: HttpRequest, form: forms.Form, skill: Skill, act: Callable[[], Any], form_of: Any = None
    ) -> Any:
        """Return what ``act`` returns if the skill is as the page showed it.

        Otherwise say above the form what changed, and keep what was typed.
        """
        try:
            with self.as_opened(request, skill, form=form_of):
                return act()
        except RegistrationError as refusal:
            form.add_error(None, str(refusal))
        except ChangedMeanwhile as changed:
            form.add_error(None, str(changed))
            if changed.comparison is not None:
                form.data = changed.comparison.data
                noted_on(request).differences = changed.comparison.differences
        return None

    @staticmethod
    def _back(skill: Skill) -> HttpResponse:
        return redirect("admin:registrations_skill_change", skill.pk)

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        values = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"admin/registrations/skill/{template}.html", values)
