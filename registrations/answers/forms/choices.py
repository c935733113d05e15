"""The choices of the registration form, in the reader's language."""

from collections.abc import Iterable
from functools import cache
from itertools import groupby
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from letsconnect.base.choices import EMPTY, KeptChoices
from letsconnect.base.folding import plain
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from letsconnect.base.zones import zone_names
from registrations.domain.registrations import SkillFamily, SkillState
from registrations.models import HEIR_OF_SKILL, Role, Skill
from registrations.reference import names
from registrations.skills.names import names_of

Choices = list[tuple[str, str]]


def country_choices() -> KeptChoices:
    """Countries and territories by name in the reader's language."""
    return _kept_countries(get_language() or "en")


@cache
def _kept_countries(reader: str) -> KeptChoices:
    return KeptChoices([EMPTY, *names.country_choices(reader)])


def skill_choices(mine: Iterable[int] = (), typed: Iterable[int] = ()) -> list[tuple[str, list[tuple[int, str]]]]:
    """Skills to choose from by family, each family sorted by name.

    Skills that the person already has stay, even if retired. Of typed ones, suggested and merged skills are included
    too.
    """
    rows = _SKILLS.rows({"mine": list(mine), "typed": list(typed)})
    called = names_of({heir for _skill, _family, _state, heir in rows})
    families = [*SkillFamily.values, ""]
    skills = sorted(
        ((family, pk, called[heir], state != SkillState.ACTIVE) for pk, family, state, heir in rows),
        key=lambda entry: (families.index(entry[0]), plain(entry[2]), entry[3]),
    )
    return [
        (
            str(SkillFamily(family).label) if family else _("Suggested by people who take part"),
            [(pk, name) for _family, pk, name, _is_other in entries],
        )
        for family, entries in groupby(skills, key=lambda entry: entry[0])
    ]


def _skills(mine: list[int], typed: list[int]) -> QuerySet[Skill, Any]:
    """Return the skills that `skill_choices` offers, each with the key of the one whose name it is called by."""
    found_by_typing = Q(pk__in=any_of(typed), state__in=(SkillState.SUGGESTED, SkillState.MERGED))
    skills = Skill.objects.filter(Q(state=SkillState.ACTIVE) | Q(pk__in=any_of(mine)) | found_by_typing)
    return skills.values_list("pk", "family", "state", HEIR_OF_SKILL)


_SKILLS = Statement(_skills)


def role_choices() -> list[tuple[int, str]]:
    """Roles in their own order."""
    return [(role.pk, str(role)) for role in Role.objects.prefetch_related("role_names")]


def is_offered_zone(zone: str) -> bool:
    """Tell whether ``zone`` is that of a place."""
    return zone not in ("", "UTC") and zone in zone_names()
