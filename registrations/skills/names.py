"""What a reader calls skills, for lists that show no more of them than their names."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language

from letsconnect.base.languages import best_text
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from registrations.models import Skill, SkillName

_COLUMNS = ("pk", "slug", "skill_names__language", "skill_names__text", "skill_names__is_synonym")


def names_of(skills: Collection[int]) -> dict[int, str]:
    """Return the name of each of these skills that the reader understands best, by key, in one query.

    A merged skill has its own name here, for the record. Where it is shown by the name of its heir, ask for the heir.
    """
    if not skills:
        return {}
    return best_names(_NAMES.rows({"skills": list(skills)}))


def name_rows(skills: QuerySet[Skill], *more_columns: str) -> QuerySet[Skill, Any]:
    """Return the rows that `best_names` reads, with ``more_columns`` at their ends."""
    return skills.order_by("skill_names__pk").values_list(*_COLUMNS, *more_columns)


def best_names(rows: Iterable[Any]) -> dict[int, str]:
    """Return the name of each skill in these rows that the reader understands best, by key."""
    texts: dict[tuple[int, str], dict[str, str]] = defaultdict(dict)
    for key, slug, language, text, is_synonym, *_more in rows:
        names = texts[key, slug]
        if is_synonym is False:  # None where a skill has no name
            names[language] = text
    language = get_language() or "en"
    return {key: str(best_text(names, language) or slug) for (key, slug), names in texts.items()}


def read_names(skills: Collection[Skill]) -> None:
    """Read the names of these skills, in all languages, so that each knows its own: one query for a whole list.

    It is what `with_names` fetches as rows, without making an object of each name.
    """
    take_names(skills, names_asked(skills) if skills else ())


def names_asked(skills: Collection[Skill]) -> QuerySet[SkillName, Any]:
    """Return what `take_names` gives to these skills, for a page that reads it together with the rest."""
    return _TEXTS.queryset({"skills": sorted({skill.pk for skill in skills})})


def take_names(skills: Collection[Skill], rows: Iterable[tuple[int, str, str]]) -> None:
    """Let each of these skills know its names, which were read as `names_asked`."""
    by_key: dict[int, dict[str, str]] = {skill.pk: {} for skill in skills}
    for key, language, text in rows:
        by_key[key][language] = text
    for skill in skills:
        skill.names_read = by_key[skill.pk]


def _texts(skills: Collection[int]) -> QuerySet[SkillName, Any]:
    names = SkillName.objects.filter(skill__in=any_of(skills), is_synonym=False)
    return names.order_by("pk").values_list("skill", "language", "text")


def _names(skills: Collection[int]) -> QuerySet[Skill, Any]:
    return name_rows(Skill.objects.filter(pk__in=any_of(skills)))


_NAMES, _TEXTS = Statement(_names), Statement(_texts)
