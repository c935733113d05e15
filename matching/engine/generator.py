"""Make up people for tests and timings, as similar to the programme's as public figures allow.

Region, zone, language and skill depend on each other as they do for real people. The same seed gives the same people.
Nobody real was looked at; shares are round guesses from the programme's public figures. The generator is part of what
the engine publishes, so that anyone can measure another matcher on the same people.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.engine.facts import Facts, Languages, Offers, People, Wishes
from matching.engine.reading import REGION_WISHES, SLOTS_A_WEEK


class MadeUpRegion(NamedTuple):
    """What people of a region are like."""

    share: float  # of all people
    offsets: tuple[int, ...]  # from UTC, in quarters of an hour
    languages: dict[str, float]  # the chance of each


REGIONS: dict[str, MadeUpRegion] = {
    "CEECA": MadeUpRegion(
        0.11, (4, 8, 12, 16, 20), {"en": 0.7, "ru": 0.6, "pl": 0.15, "uk": 0.2, "de": 0.1, "tr": 0.1}
    ),
    "ESEAP": MadeUpRegion(
        0.14, (28, 32, 36, 40, 48), {"en": 0.7, "id": 0.3, "tl": 0.2, "zh": 0.25, "ja": 0.1, "ko": 0.1}
    ),
    "LAC": MadeUpRegion(0.16, (-24, -20, -16, -12), {"es": 0.8, "pt": 0.3, "en": 0.45, "fr": 0.08}),
    "MENA": MadeUpRegion(0.13, (0, 4, 8, 12), {"ar": 0.9, "en": 0.55, "fr": 0.35}),
    "NA": MadeUpRegion(0.05, (-32, -28, -24, -20, -14), {"en": 0.98, "es": 0.25, "fr": 0.2}),
    "NWE": MadeUpRegion(0.12, (0, 4, 4, 8), {"en": 0.85, "de": 0.3, "fr": 0.3, "es": 0.15, "it": 0.15, "nl": 0.1}),
    "SA": MadeUpRegion(0.13, (20, 22, 22, 23, 24), {"en": 0.75, "hi": 0.5, "bn": 0.35, "ta": 0.15, "ne": 0.1}),
    "SSA": MadeUpRegion(0.16, (0, 4, 4, 8, 12), {"en": 0.7, "fr": 0.4, "ha": 0.15, "sw": 0.2, "ig": 0.1, "pt": 0.05}),
}
LANGUAGES = sorted({code for region in REGIONS.values() for code in region.languages})
SKILLS = 60


def people(count: int, *, seed: int = 0, weeks: int = 4, clocks_change: bool = False) -> Facts:
    """Make up ``count`` people with all that the engine reads.

    ``clocks_change``: whether clocks in the north-west of Europe change from the third week on.
    """
    chance = np.random.default_rng(seed)
    names = list(REGIONS)
    region = chance.choice(len(names), count, p=[made_up.share for made_up in REGIONS.values()])
    offset = np.array([chance.choice(REGIONS[names[which]].offsets) for which in region], dtype=np.int64)
    person, language = np.nonzero(chance.random((count, len(LANGUAGES))) < _language_chances()[region])
    shares, wants = _skills(chance, region)
    shares &= (chance.random(count) < 0.6)[:, None]  # many come to learn only
    helper, offered = np.nonzero(shares)
    learner, wished = np.nonzero(wants & ~shares)
    ids = chance.permutation(count) * 7 + 11
    moved = (np.array(names)[region] == "NWE") if clocks_change else np.zeros(count, dtype=np.bool_)
    facts = Facts(
        people=People(
            id=ids,
            region=np.array(names)[region],
            region_wish=np.array(REGION_WISHES)[chance.choice(3, count, p=[0.8, 0.12, 0.08])],
            places_to_learn=chance.choice(3, count, p=[0.05, 0.8, 0.15]),
            places_to_help=chance.choice(4, count, p=[0.1, 0.5, 0.3, 0.1]),
            slots=_slots(chance, offset, weeks, moved),
        ),
        offers=Offers(person=ids[helper], skill=offered + 100, level=chance.integers(1, 5, len(helper))),
        wishes=Wishes(person=ids[learner], skill=wished + 100, priority=chance.integers(1, 4, len(learner))),
        languages=Languages(
            person=ids[person],
            code=np.array(LANGUAGES)[language],
            level=chance.choice(7, len(person), p=[0.01, 0.07, 0.15, 0.22, 0.2, 0.15, 0.2]),
            is_preferred=chance.random(len(person)) < 0.4,
        ),
        apart=ids[chance.integers(0, max(count, 1), (count // 10, 2))],
    )
    people = replace(
        facts.people,
        waited=chance.geometric(0.5, count) - 1,
        load=chance.choice(3, count, p=[0.6, 0.3, 0.1]),
        freshness=chance.integers(0, 700, count),
    )
    return replace(facts, people=people)


def _language_chances() -> NDArray[np.float64]:
    return np.array([[region.languages.get(code, 0.01) for code in LANGUAGES] for region in REGIONS.values()])


def _skills(chance: np.random.Generator, region: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Choose who shares and who wants what: few skills are popular, regions differ, wants differ from shares."""
    favour = chance.lognormal(0, 0.6, (len(REGIONS), SKILLS))
    common = 1 / np.arange(1, SKILLS + 1) ** 0.7
    shared = favour * chance.permutation(common)
    shared[:, chance.choice(SKILLS, SKILLS // 10, replace=False)] = 0  # wanted by some, shared by nobody
    wanted = np.sqrt(favour) * chance.permutation(common)
    shares, wants = (
        chance.random((len(region), SKILLS)) < mean * (table / table.sum(axis=1, keepdims=True))[region]
        for mean, table in ((3, shared), (2, wanted))
    )
    return shares, wants


def _slots(
    chance: np.random.Generator, offset: NDArray[np.int64], weeks: int, moved: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Choose a few stretches of one to four hours a week, mostly evenings and weekends by the person's own clock."""
    count = len(offset)
    table = np.zeros((count, weeks, SLOTS_A_WEEK), dtype=np.bool_)
    slot = np.arange(SLOTS_A_WEEK)
    for _ in range(6):
        day = chance.integers(0, 7, count)
        hour = np.where(day < 5, chance.choice([9, 13, 17, 18, 19, 20], count), chance.integers(9, 21, count))
        begins, length = day * 96 + hour * 4, chance.integers(4, 17, count)
        takes = chance.random(count) < 0.75
        for week in range(weeks):
            shift = offset + np.where(moved & (week >= 2), 4, 0)
            since = (slot - (begins - shift)[:, None]) % SLOTS_A_WEEK
            table[:, week] |= (since < length[:, None]) & takes[:, None]
    return table.reshape(count, weeks * SLOTS_A_WEEK)
