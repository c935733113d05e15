"""Registrations filtered by answers: who shares or wants to learn a skill, speaks a language, would host a clinic.

What is filtered by is typed, not chosen from hundreds. Only answers that stand in every registration are offered, none
that somebody gave in confidence: contact, access needs and the voluntary questions have no filter.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from letsconnect.base.admin import FixedFilter, WorkingGroupAdmin
from letsconnect.base.keys import key_or_none
from registrations.domain.registrations import BabelLevel
from registrations.models import Offer, Registration, SpokenLanguage, Wish
from registrations.reference.languages import LANGUAGES
from registrations.reference.names import language_name
from registrations.reference.typed_fields import language_field
from registrations.skills.names import names_of
from registrations.skills.typed import skill_field

if TYPE_CHECKING:
    from django.contrib.admin.views.main import ChangeList

SHARES, WISHES, SPEAKS, HOSTS = "shares", "wishes", "speaks", "hosts"
PARAMETERS = (SHARES, WISHES, SPEAKS, HOSTS)
LIST = "admin:registrations_registration_changelist"
_LEVELS = [(level.value, level.label) for level in BabelLevel if level != BabelLevel.NONE]


def is_asked(parameters: Mapping[str, Any]) -> bool:
    """Tell whether a list is filtered by an answer: then it shows everybody who gave it, not the queue alone."""
    return any(name in parameters for name in PARAMETERS)


class _TypedFilter(admin.SimpleListFilter):
    """A filter whose value was typed elsewhere: it is offered only while it is on, with that one value."""

    def has_output(self) -> bool:
        return self.value() is not None

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        value = self.value() or ""
        words = self.in_words(value)
        return [(value, words)] if words else []

    def in_words(self, value: str) -> str:
        """Return what the value says; nothing for one that makes no sense."""
        raise NotImplementedError


class _SkillFilter(_TypedFilter):
    rows: type[Model]

    def in_words(self, value: str) -> str:
        skill = key_or_none(value)
        return names_of([skill]).get(skill, "") if skill is not None else ""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Registration]) -> QuerySet[Registration]:
        skill = key_or_none(self.value() or "")
        if skill is None:
            return queryset
        rows = self.rows._default_manager.filter(Q(skill=skill) | Q(skill__merged_into=skill))
        if self.rows is Offer and request.GET.get(HOSTS):
            rows = rows.filter(would_host=True)  # in a clinic on this one, not on any
        return queryset.filter(Exists(rows.filter(registration=OuterRef("pk"))))


class SharesFilter(_SkillFilter):
    title, parameter_name, rows = pgettext_lazy("a filter of people", "skill shared"), SHARES, Offer


class WishesFilter(_SkillFilter):
    title, parameter_name, rows = pgettext_lazy("a filter of people", "skill to learn"), WISHES, Wish


class SpeaksFilter(_TypedFilter):
    """A language at a level at least: the value is "fr-3", the code before the last dash."""

    title, parameter_name = pgettext_lazy("a filter of people", "language spoken"), SPEAKS

    def in_words(self, value: str) -> str:
        code, level = _language_and_level(value)
        if not code:
            return ""
        words = {"language": language_name(code, get_language() or "en"), "level": BabelLevel(level).label}
        return _("%(language)s, at least: %(level)s") % words

    def queryset(self, request: HttpRequest, queryset: QuerySet[Registration]) -> QuerySet[Registration]:
        code, level = _language_and_level(self.value() or "")
        spoken = SpokenLanguage.objects.filter(registration=OuterRef("pk"), code=code, level__gte=level)
        return queryset.filter(Exists(spoken)) if code else queryset


class HostsFilter(FixedFilter):
    title, parameter_name = pgettext_lazy("a filter of people", "would host a clinic"), HOSTS

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("yes"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Registration]) -> QuerySet[Registration]:
        offered = Offer.objects.filter(registration=OuterRef("pk"), would_host=True)
        return queryset.filter(Exists(offered)) if self.value() else queryset


FILTERS = (SharesFilter, WishesFilter, SpeaksFilter, HostsFilter)


def _language_and_level(value: str) -> tuple[str, int]:
    code, _dash, level = value.rpartition("-")
    number = key_or_none(level) or 0
    return (code, number) if code in LANGUAGES and number in dict(_LEVELS) else ("", 0)


class AnswersForm(forms.Form):
    """What people answered, typed; whatever is left empty does not filter."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "answers-%s", **kwargs})
        self.fields[SHARES] = skill_field(label=gettext_lazy("Shares the skill"), required=False)
        self.fields[WISHES] = skill_field(label=gettext_lazy("Wants to learn the skill"), required=False)
        self.fields[SPEAKS] = language_field(label=gettext_lazy("Speaks the language"), required=False)
        self.fields["level"] = forms.TypedChoiceField(
            label=gettext_lazy("at least"), choices=_LEVELS, coerce=int, required=False, initial=BabelLevel.INTERMEDIATE
        )
        self.fields[HOSTS] = forms.BooleanField(label=gettext_lazy("Would host a clinic"), required=False)

    def as_parameters(self) -> dict[str, str]:
        """Return the parameters of the list that say what was typed."""
        typed = self.cleaned_data
        parameters = {name: typed[name] for name in (SHARES, WISHES) if typed.get(name)}
        if typed.get(SPEAKS):
            parameters[SPEAKS] = f"{typed[SPEAKS]}-{int(typed.get('level') or BabelLevel.INTERMEDIATE)}"
        if typed.get(HOSTS):
            parameters[HOSTS] = "yes"
        return parameters


def form_for(changelist: "ChangeList") -> AnswersForm:
    """Return the form as it stands above the list, with what the list is filtered by."""
    on = {name: values[0] for name, values in changelist.filter_params.items() if name in PARAMETERS and values}
    code, level = _language_and_level(on.get(SPEAKS, ""))
    start: dict[str, Any] = {**on, SPEAKS: code, HOSTS: bool(on.get(HOSTS))}
    return AnswersForm(initial={**start, **({"level": level} if code else {})})


def choose(desk: WorkingGroupAdmin[Any], request: HttpRequest) -> HttpResponse:
    """Go to the list of the people who answered so; where a word means several things, ask which."""
    if not desk.has_view_permission(request):
        raise PermissionDenied
    kept = [
        (name, value) for name, value in parse_qsl(request.GET.get("filters", "")) if name not in (*PARAMETERS, "p")
    ]
    form = AnswersForm(request.GET)
    if form.is_valid():
        query = urlencode([*kept, *form.as_parameters().items()])
        return redirect(f"{reverse(LIST)}?{query}" if query else reverse(LIST))
    context = {
        **desk.admin_site.each_context(request),
        "opts": desk.opts,
        "title": _("Filter by answers"),
        "form": form,
        "filters": urlencode(kept),
    }
    return TemplateResponse(request, "admin/registrations/registration/answers.html", context)
