"""The rules of ``docs/matching.md`` once more, person by person and minute by minute, in plain Python."""

from dataclasses import dataclass, field

from matching.engine.facts import LEFT_OUT, Facts
from matching.engine.tests.worlds import WEEK


@dataclass
class Person:
    id: int
    region: str
    region_wish: str
    places_to_learn: int
    places_to_help: int
    slots: list
    freshness: int = 0
    offers: dict = field(default_factory=dict)
    wishes: dict = field(default_factory=dict)
    speaks: dict = field(default_factory=dict)
    not_with: set = field(default_factory=set)
    asks_for: set = field(default_factory=set)


def people_of(facts: Facts) -> dict[int, Person]:
    columns = facts.people
    rows = zip(
        columns.id,
        columns.region,
        columns.region_wish,
        columns.places_to_learn,
        columns.places_to_help,
        columns.slots.tolist(),
        columns.freshness or [0] * len(columns.id),
        strict=True,
    )
    people = {row[0]: Person(*row) for row in rows}
    for one, skill, level in zip(facts.offers.person, facts.offers.skill, facts.offers.level, strict=True):
        people[one].offers[skill] = level
    for one, skill, priority in zip(facts.wishes.person, facts.wishes.skill, facts.wishes.priority, strict=True):
        people[one].wishes[skill] = priority
    spoken = facts.languages
    for one, code, level, preferred in zip(spoken.person, spoken.code, spoken.level, spoken.is_preferred, strict=True):
        people[one].speaks[code] = (level, preferred)
    for one, other in facts.apart:
        for this, that in ((one, other), (other, one)):
            if this in people:
                people[this].not_with.add(that)
    for learner, sharer in facts.asked_for:
        if learner in people:
            people[learner].asks_for.add(sharer)
    return people


def has_hours(person: Person) -> bool:
    weeks = [person.slots[first : first + WEEK] for first in range(0, len(person.slots), WEEK)]
    return max(15 * sum(week) for week in weeks) >= 120


def shared_skills(learner: Person, sharer: Person) -> list[int]:
    return sorted(set(learner.wishes) & set(sharer.offers)) if learner is not sharer else []


def wish_suits(wisher: Person, other: Person) -> bool:
    if wisher.region_wish == "either":
        return True
    if not wisher.region or not other.region:
        return False
    return (wisher.region == other.region) == (wisher.region_wish == "same")


def shared_languages(learner: Person, sharer: Person) -> dict[str, int]:
    """Comfort from 2 to 8 in each language both speak at level 2 or more."""
    common = {}
    for code in set(learner.speaks) & set(sharer.speaks):
        levels = [learner.speaks[code], sharer.speaks[code]]
        if min(level for level, _ in levels) >= 2:
            common[code] = min(level + 2 * preferred for level, preferred in levels)
    return common


def stretches(learner: Person, sharer: Person) -> list[tuple[int, int]]:
    """Unbroken common times of at least four slots; a week's end breaks them."""
    found, since = [], None
    total = len(learner.slots)
    for slot in range(total + 1):
        free = slot < total and learner.slots[slot] and sharer.slots[slot]
        if since is not None and (not free or slot % WEEK == 0):
            if slot - since >= 4:
                found.append((since, slot))
            since = None
        if free and since is None:
            since = slot
    return found


def minutes_a_week(learner: Person, sharer: Person) -> list[int]:
    minutes = [0] * (len(learner.slots) // WEEK)
    for begins, ends in stretches(learner, sharer):
        minutes[begins // WEEK] += 15 * (ends - begins)
    return minutes


RULES = (
    ("no_offer", shared_skills),
    ("no_free_place", lambda _learner, sharer: sharer.places_to_help > 0 and has_hours(sharer)),
    ("region_wishes", lambda learner, sharer: wish_suits(learner, sharer) and wish_suits(sharer, learner)),
    ("no_shared_language", shared_languages),
    ("kept_apart", lambda learner, sharer: sharer.id not in learner.not_with),
    ("no_hour_in_common", lambda learner, sharer: all(minutes_a_week(learner, sharer))),
)
assert [name for name, _ in RULES] == list(LEFT_OUT[2:-1])


def why_none(learner: Person, people: dict[int, Person]) -> str | None:
    """The first rule that leaves nobody, or None when somebody is left."""
    if learner.places_to_learn <= 0:
        return "learning_enough"
    if not has_hours(learner):
        return "too_few_hours"
    left = list(people.values())
    for name, holds in RULES:
        left = [sharer for sharer in left if holds(learner, sharer)]
        if not left:
            return name
    return None


def is_feasible(learner: Person, sharer: Person) -> bool:
    return learner.places_to_learn > 0 and has_hours(learner) and all(holds(learner, sharer) for _, holds in RULES)


def forbidding(learner: Person, sharer: Person) -> set[str]:
    """Every rule this pair breaks."""
    broken = {name for name, holds in RULES if not holds(learner, sharer)} - {"no_free_place"}
    more = {
        "learning_enough": learner.places_to_learn <= 0,
        "too_few_hours": not (has_hours(learner) and has_hours(sharer)),
        "no_free_place": sharer.places_to_help <= 0,
    }
    return broken | {name for name, breaks in more.items() if breaks}


def values(learner: Person, sharer: Person, skill: int) -> dict[str, int]:
    above = sharer.offers[skill] - learner.offers.get(skill, 0)
    return {
        "level_gap": {1: 800, 2: 1000, 3: 900, 4: 700}.get(above, 0),
        "wish_priority": {1: 333, 2: 667, 3: 1000}[learner.wishes[skill]],
        "language_comfort": max(shared_languages(learner, sharer).values()) * 125,
        "hours_in_common": min(min(minutes_a_week(learner, sharer)), 600) * 1000 // 600,
        "region_wish": 500 * sum(one.region_wish != "either" for one in (learner, sharer)),
        "freshness": (365 - min(365, max(30, sharer.freshness))) * 1000 // 335,
        "reciprocal": 1000 * bool(set(learner.offers) & set(sharer.wishes)),
        "asked_for": 1000 * (sharer.id in learner.asks_for),
    }
