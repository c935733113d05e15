"""Filters of the list of skills: their state, those to decide about, and those whose name is missing in a language."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from letsconnect.base.admin import FixedFilter, WaitingFilter
from letsconnect.base.querysets import as_own
from registrations.domain.registrations import SkillState
from registrations.models import SkillName, SkillQuerySet
from registrations.reference.names import language_name

if TYPE_CHECKING:
    from django.contrib.admin.filters import _ListFilterChoices  # a name of the stubs


class SkillStateFilter(FixedFilter):
    """Merged skills are shown only when asked for."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [*SkillState.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> SkillQuerySet:
        skills = as_own(queryset, SkillQuerySet)
        return skills.filter(state=self.value()) if self.value() in SkillState.values else skills.standing()

    def choices(self, changelist: ChangeList) -> "Iterator[_ListFilterChoices]":
        first, *other_choices = super().choices(changelist)
        first["display"] = _("all but merged")
        yield first
        yield from other_choices


class SkillsToDecideFilter(WaitingFilter):
    kinds = {
        "decision": (
            _("suggested, and yours to decide about"),
            lambda rows, reader, _now: as_own(rows, SkillQuerySet).to_decide_for(reader),
        ),
    }


class MissingFilter(FixedFilter):
    title = _("name missing in")
    parameter_name = "missing"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [(code, language_name(code, get_language() or "en")) for code, _label in settings.LANGUAGES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        named = SkillName.objects.filter(skill=OuterRef("pk"), language=self.value(), is_synonym=False)
        return queryset.filter(~Exists(named)) if self.value() in dict(settings.LANGUAGES) else queryset
