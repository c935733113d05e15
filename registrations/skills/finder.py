"""Skills for fields in which somebody types (`reference/typed_fields.py`): each by its names in any language."""

from letsconnect.base import folding
from letsconnect.base.keys import key_or_none
from registrations.models import Skill, SkillQuerySet
from registrations.reference.finding import AT_MOST, Found
from registrations.skills.finding import FoundSkill, search
from registrations.skills.names import names_of

_TO_CHOOSE_FROM = 40  # hits that are looked through where only some skills may be chosen


class SkillFinder:
    """The skills of the catalogue, each by its number; or only those ``among`` which one may choose."""

    name = "skills"

    def __init__(self, among: SkillQuerySet | None = None) -> None:
        self.among = among

    def knows(self, value: str) -> bool:
        number = key_or_none(value)
        return number is not None and self._skills().filter(pk=number).exists()

    def find(self, text: str, reader: str) -> list[Found]:
        hits = self._hits(text, reader)[:AT_MOST]
        return [Found(str(hit.skill_id), hit.name, "" if _same(hit.matched, hit.name) else hit.matched) for hit in hits]

    def value_of(self, text: str, reader: str) -> str:
        """Return the skill that has exactly this name, in the reader's language or, if there is none, in another; or
        this number."""
        if self.knows(text):
            return text
        hits = self._hits(text, reader)
        own = [hit for hit in hits if _same(hit.name, text)]
        exact = own or [hit for hit in hits if _same(hit.matched, text)]
        return str(exact[0].skill_id) if len(exact) == 1 else ""

    def as_choice(self, value: str, reader: str) -> Found:
        return Found(value, self.label(value, reader))

    def label(self, value: str, reader: str) -> str:
        number = key_or_none(value)
        return names_of([number]).get(number, "") or value if number is not None else value

    def _skills(self) -> SkillQuerySet:
        return Skill.objects.all() if self.among is None else self.among

    def _hits(self, text: str, reader: str) -> list[FoundSkill]:
        if self.among is None:
            return search(text, language=reader, limit=AT_MOST)
        hits = search(text, language=reader, limit=_TO_CHOOSE_FROM)
        may_be_chosen = set(self.among.filter(pk__in=[hit.skill_id for hit in hits]).values_list("pk", flat=True))
        return [hit for hit in hits if hit.skill_id in may_be_chosen]


def _same(text: str, name: str) -> bool:
    return folding.key(text) == folding.key(name)
