"""Every pair the hard rules allow, and for each learner who has none, the rule that left nobody.

People are bits: one row of bits per skill, language or kind of region wish says for whom it holds, so a rule is one
AND over rows. Only hours in common are looked at pair by pair, for the pairs the other rules leave.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.engine.facts import Ints, Quarters
from matching.engine.reading import REGION_WISHES, SLOTS_A_WEEK, NumberedFacts

HOUR = 4  # slots
_LEARNERS_AT_ONCE = 256
_PAIRS_AT_ONCE = 1 << 16
_EITHER, _SAME, _OTHER = range(len(REGION_WISHES))

Bits = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Candidates:
    """One row per learner, sharer and skill that go together, by learner, then skill, then sharer."""

    wish: Ints  # row of the learner's wish
    learner: Ints
    sharer: Ints
    minutes: Ints  # in common, in stretches of an hour or more, in the week that has least of them

    def __len__(self) -> int:
        return len(self.wish)


def find(numbered: NumberedFacts) -> tuple[Candidates, dict[int, str]]:
    """All candidates; and for each learner (by row) who has none, the first rule in the funnel that left nobody."""
    stuck: dict[int, str] = {}
    parts = [np.zeros((4, 0), dtype=np.int64)]
    learners = np.unique(numbered.wish_person)
    starts = hour_starts(numbered.slots)
    relations = Relations.of(numbered)
    for start in range(0, len(learners), _LEARNERS_AT_ONCE):
        batch = learners[start : start + _LEARNERS_AT_ONCE]
        possible: Bits | None = None
        for rule, possible in relations.funnel(numbered, batch):
            for row in batch[~possible.any(axis=1)].tolist():
                stuck.setdefault(row, rule)
        if possible is None:  # there is always a rule
            continue
        wish, sharer = relations.pairs(numbered, batch, possible)
        learner = numbered.wish_person[wish]
        minutes = minutes_in_common(starts, learner, sharer)
        meets = minutes > 0
        parts.append(np.stack([wish, learner, sharer, minutes])[:, meets])
        for row in np.setdiff1d(batch, learner[meets]).tolist():
            stuck.setdefault(row, "no_hour_in_common")
    return Candidates(*np.concatenate(parts, axis=1)), dict(sorted(stuck.items()))


@dataclass(frozen=True, eq=False)
class Relations:
    """For whom each rule holds, as rows of bits over people."""

    shares: Bits  # by skill
    has_place: Bits
    region_kinds: Ints  # of each person: which row of region_suits is theirs
    region_suits: Bits
    speaks: Bits  # by language

    @classmethod
    def of(cls, numbered: NumberedFacts) -> "Relations":
        kinds, kind_of = np.unique(np.stack([numbered.region, numbered.region_wish]), axis=1, return_inverse=True)
        region, wish = kinds[:, :, None]
        same, both_told = numbered.region == region, (numbered.region > 0) & (region > 0)
        suits = region_suits(wish, same, both_told) & region_suits(numbered.region_wish, same, both_told)
        return cls(
            shares=np.packbits(numbered.offer_level > 0, axis=1),
            has_place=np.packbits((numbered.places_to_help > 0) & numbered.has_hours),
            region_kinds=kind_of.reshape(-1),
            region_suits=np.packbits(suits, axis=1),
            speaks=np.packbits(numbered.comfort.T > 0, axis=1),
        )

    def funnel(self, numbered: NumberedFacts, learners: Ints) -> Iterator[tuple[str, Bits]]:
        """Rule after rule, in the order of LEFT_OUT: who is still possible for each of these learners."""
        possible = np.full((len(learners), len(self.has_place)), 255, dtype=np.uint8)
        for rule, holds in self.rules(numbered, learners):
            yield rule, (possible := possible & holds)

    def rules(self, numbered: NumberedFacts, learners: Ints) -> Iterator[tuple[str, Bits]]:
        """For whom each rule holds, each by itself, but for the hours in common."""
        wishes = np.flatnonzero(np.isin(numbered.wish_person, learners))
        offered = _any_of(self.shares, numbered.wish_skill[wishes], numbered.wish_person[wishes], learners)
        _clear(offered, np.arange(len(learners)), learners)  # nobody teaches themselves
        row, language = np.nonzero(numbered.comfort[learners])
        both_ways = np.concatenate([numbered.apart, numbered.apart[:, ::-1]])
        person, kept_from = both_ways[np.isin(both_ways[:, 0], learners)].T
        not_apart = np.full((len(learners), len(self.has_place)), 255, dtype=np.uint8)
        _clear(not_apart, np.searchsorted(learners, person), kept_from)
        yield "learning_enough", np.where(numbered.places_to_learn[learners, None] > 0, np.uint8(255), np.uint8(0))
        yield "too_few_hours", np.where(numbered.has_hours[learners, None], np.uint8(255), np.uint8(0))
        yield "no_offer", offered
        yield "no_free_place", self.has_place[None, :]
        yield "region_wishes", self.region_suits[self.region_kinds[learners]]
        yield "no_shared_language", _any_of(self.speaks, language, learners[row], learners)
        yield "kept_apart", not_apart

    def pairs(self, numbered: NumberedFacts, learners: Ints, possible: Bits) -> tuple[Ints, Ints]:
        """(wish, sharer) of everyone possible, by wish."""
        wishes = np.flatnonzero(np.isin(numbered.wish_person, learners))
        offered = self.shares[numbered.wish_skill[wishes]]
        rows = offered & possible[np.searchsorted(learners, numbered.wish_person[wishes])]
        holds = np.unpackbits(rows, axis=1).view(np.bool_)
        wish, sharer = np.divmod(np.flatnonzero(holds), holds.shape[1])  # several times faster than nonzero
        return wishes[wish], sharer


def region_suits(wish: Ints, same: NDArray[np.bool_], both_told: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether who has this wish is content with somebody of the same region, or not the same, or not told."""
    return np.asarray((wish == _EITHER) | (both_told & np.where(wish == _SAME, same, ~same)))


def _any_of(bits: Bits, which: Ints, person: Ints, learners: Ints) -> Bits:
    """For each learner, the union of the rows of ``bits`` that are theirs; ``person`` ascends."""
    united = np.zeros((len(learners), bits.shape[1]), dtype=np.uint8)
    if len(which):
        theirs, first = np.unique(person, return_index=True)
        united[np.searchsorted(learners, theirs)] = np.bitwise_or.reduceat(bits[which], first, axis=0)
    return united


def _clear(bits: Bits, row: Ints, person: Ints) -> None:
    np.bitwise_and.at(bits, (row, person // 8), ~(np.uint8(128) >> (person % 8).astype(np.uint8)))


def hour_starts(slots: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """(people, weeks, words): a bit per slot at which an unbroken free hour begins that ends in the same week.

    A week that is the same as an earlier one for everybody is left out: it asks nothing new of any pair.
    """
    people, weeks, _ = slots.shape
    different = [w for w in range(weeks) if not any((slots[:, w] == slots[:, v]).all() for v in range(w))]
    starts = np.zeros((people, len(different), -(-SLOTS_A_WEEK // 64) * 64), dtype=np.bool_)
    starts[:, :, :SLOTS_A_WEEK] = hour_begins(slots[:, different])
    return np.packbits(starts, axis=2, bitorder="little").view("<u8").astype(np.uint64, copy=False)


def hour_begins(slots: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(people, weeks, SLOTS_A_WEEK): whether an unbroken free hour begins there that ends in the same week."""
    starts = np.zeros(slots.shape, dtype=np.bool_)
    last = SLOTS_A_WEEK - HOUR + 1
    starts[:, :, :last] = slots[:, :, :last]
    for later in range(1, HOUR):
        starts[:, :, :last] &= slots[:, :, later : last + later]
    return starts


def minutes_in_common(starts: NDArray[np.uint64], first_person: Ints, second_person: Ints) -> Ints:
    """Minutes of each pair's common stretches of at least an hour, in the week that has least of them."""
    minutes = np.empty(len(first_person), dtype=np.int64)
    for start in range(0, len(first_person), _PAIRS_AT_ONCE):
        batch = slice(start, start + _PAIRS_AT_ONCE)
        both = starts[first_person[batch]] & starts[second_person[batch]]
        before = both << np.uint64(1)
        before[:, :, 1:] |= both[:, :, :-1] >> np.uint64(63)
        quarters = np.bitwise_count(both).sum(axis=2, dtype=np.int64)
        stretches = np.bitwise_count(both & ~before).sum(axis=2, dtype=np.int64)
        minutes[batch] = 15 * (quarters + (HOUR - 1) * stretches).min(axis=1)
    return minutes


def common_stretches(slots: NDArray[np.bool_], first_person: Ints, second_person: Ints) -> list[list[Quarters]]:
    """For each pair its common stretches of at least an hour; none crosses a week's end."""
    weeks = slots.shape[1]
    stretches: list[list[Quarters]] = [[] for _ in first_person]
    for start in range(0, len(first_person), _LEARNERS_AT_ONCE):
        batch = slice(start, start + _LEARNERS_AT_ONCE)
        both = np.zeros((len(first_person[batch]), weeks, SLOTS_A_WEEK + 2), dtype=np.int8)  # a busy slot at either end
        both[:, :, 1:-1] = slots[first_person[batch]] & slots[second_person[batch]]
        turns = np.diff(both).ravel()
        begins, ends = np.flatnonzero(turns == 1), np.flatnonzero(turns == -1)
        begins, ends = begins[ends - begins >= HOUR], ends[ends - begins >= HOUR]
        week, slot = np.divmod(begins, SLOTS_A_WEEK + 1)
        begin = week % weeks * SLOTS_A_WEEK + slot
        for row, since, length in zip((week // weeks).tolist(), begin.tolist(), (ends - begins).tolist(), strict=True):
            stretches[start + row].append(Quarters(since, since + length))
    return stretches
