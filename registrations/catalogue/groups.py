"""Find a group by a few letters of one of its names."""

from dataclasses import dataclass

from rapidfuzz import fuzz

from letsconnect.base.folding import key, plain
from registrations.domain.registrations import GROUP_AT_MOST
from registrations.models import Group
from registrations.reference.names import country_name

SHORTEST_GUESS = 4
GOOD_ENOUGH = 84


@dataclass(frozen=True)
class GroupChoice:
    group_id: int
    name: str
    country: str  # in the reader's language, or ""


def search(text: str, *, language: str, limit: int = 8) -> list[GroupChoice]:
    """Return the active groups that the typed text may mean, best first.

    Every typed word begins a word of one of the group's names; if no name fits, a small spelling mistake is allowed.
    Accents and case do not matter.
    """
    typed = key(text[:GROUP_AT_MOST])
    if not typed:
        return []
    groups = list(Group.objects.active().prefetch_related("aliases"))
    ranked = []
    for group in groups:
        names = [key(name) for name in (group.name, *(alias.text for alias in group.aliases.all()))]
        rank = max((_rank(typed, name) for name in names), default=0)
        if rank:
            ranked.append((-rank, plain(group.name), group))
    ranked.sort(key=lambda entry: entry[:2])
    best = [group for rank, _name, group in ranked if -rank >= 100] or [group for _rank, _name, group in ranked]
    return [group_choice(group, language=language) for group in best[:limit]]


def _rank(typed: str, name: str) -> float:
    """Return how well a name fits: 300 the same, 200 it begins so, 100 its words begin so, less with a mistake."""
    if typed == name:
        return 300
    if name.startswith(typed):
        return 200
    words = name.split()
    if all(any(word.startswith(part) for word in words) for part in typed.split()):
        return 100
    close = fuzz.partial_ratio(typed, name) if SHORTEST_GUESS <= len(typed) <= len(name) else fuzz.ratio(typed, name)
    return close - 1 if close >= GOOD_ENOUGH else 0


def group_choice(group: Group, *, language: str) -> GroupChoice:
    """Return a group in the form in which people choose it."""
    return GroupChoice(group.pk, group.name, country_name(group.country, language) if group.country else "")
