"""Find skills by typing."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

from letsconnect.base.languages import best_text, chain
from registrations.domain.registrations import SkillState
from registrations.models import SkillName
from registrations.skills.ranking import Name, Ranking, texts_by_skill

# One round trip of about a millisecond tells whether the names changed since they were made ready: same content, same
# sum. A counter would have to be remembered by every writer; a clock cannot tell two writes of one moment apart.
_VERSION = """
    SELECT count(*), sum(hashtextextended(concat_ws(chr(31), skill.id, skill.state, skill.family,
        name.language, name.text, name.is_synonym), 0))
    FROM registrations_skill skill JOIN registrations_skillname name ON name.skill_id = skill.id
    WHERE skill.state IN (%s, %s)
"""


@dataclass(frozen=True)
class FoundSkill:
    """A skill found for what was typed: its name in the reader's language, and the text that matched."""

    skill_id: int
    name: str
    matched: str
    score: float
    family: str = ""


@dataclass(frozen=True, eq=False)
class _Index:
    version: tuple[int, object]
    ranking: Ranking
    texts: Mapping[int, Mapping[str, str]]
    families: Mapping[int, str]


_cached_index: list[_Index] = []  # at most one, of this process


def search(text: str, *, language: str, limit: int = 10) -> list[FoundSkill]:
    """Return the skills that ``text`` most likely means, best first, in two queries at most.

    Names and synonyms in all languages count; case, accents, Arabic letter forms, plurals and spelling mistakes do not
    matter. A suggested skill that nobody has reviewed yet is found only by its whole name.
    """
    index = _index()
    return [
        FoundSkill(
            skill_id=hit.skill_id,
            name=best_text(index.texts.get(hit.skill_id, {}), language) or hit.matched,
            matched=hit.matched,
            score=hit.score,
            family=index.families[hit.skill_id],
        )
        for hit in index.ranking.search(text, languages=chain(language), limit=limit)
    ]


def _index() -> _Index:
    with connection.cursor() as cursor:
        cursor.execute(_VERSION, [SkillState.ACTIVE, SkillState.SUGGESTED])
        version = cursor.fetchone()
    if not _cached_index or _cached_index[0].version != version:
        _cached_index[:] = [_build(version)]
    return _cached_index[0]


def _build(version: tuple[int, object]) -> _Index:
    rows = list(
        SkillName.objects.filter(skill__state__in=(SkillState.ACTIVE, SkillState.SUGGESTED))
        .order_by("pk")
        .values_list("skill_id", "language", "text", "is_synonym", "skill__state", "skill__family")
    )
    names = [Name(*row[:4], is_shy=row[4] == SkillState.SUGGESTED) for row in rows]
    return _Index(
        version=version,
        ranking=Ranking(names),
        texts=texts_by_skill(names),
        families={row[0]: row[5] for row in rows},
    )
