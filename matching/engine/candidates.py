"""Find every pair that the hard rules allow; for a learner who has none, the rule that excluded the last people.

People are bits: one row of bits per skill, language or kind of region wish says for whom it holds, so a rule is one AND
over rows. Only hours in common are looked at pair by pair, for the pairs the other rules leave.
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
    """Every allowed combination of learner, sharer and skill; all columns but minutes hold rows of tables.

    Sorted by learner, then skill, then sharer.
    """

    wish: Ints  # row of the learner's wish
    learner: Ints
    sharer: Ints
    minutes: Ints  # in common, in stretches of an hour or more, in the week that has least of them

    def __len__(self) -> int:
        return len(self.wish)


def find(numbered: NumberedFacts) -> tuple[Candidates, dict[int, str]]:
    """Return all candidates; and by row of a learner who has none, the first rule (of LEFT_OUT) that left nobody."""
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
    """For whom each hard rule holds: rows of bits, one bit per person."""

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
        """Apply rule after rule in the order of LEFT_OUT; yield after each who is still possible for each learner."""
        possible = np.full((len(learners), len(self.has_place)), 255, dtype=np.uint8)
        for rule, holds in self.rules(numbered, learners):
            yield rule, (possible := possible & holds)

    def rules(self, numbered: NumberedFacts, learners: Ints) -> Iterator[tuple[str, Bits]]:
        """Yield for each rule, all by itself, whom it allows for each learner; hours in common are not among them."""
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
        """Return the wish and the sharer of every possible pair, in the order of the wishes."""
        wishes = np.flatnonzero(np.isin(numbered.wish_person, learners))
        offered = self.shares[numbered.wish_skill[wishes]]
        rows = offered & possible[np.searchsorted(learners, numbered.wish_person[wishes])]
        holds = np.unpackbits(rows, axis=1).view(np.bool_)
        wish, sharer = np.divmod(np.flatnonzero(holds), holds.shape[1])  # several times faster than nonzero
        return wishes[wish], sharer


def region_suits(wish: Ints, same: NDArray[np.bool_], both_told: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return whether people with this region wish are content with the other person.

    ``same``: whether the regions of both are the same; ``both_told``: whether both named their region. Who has a wish
    is only content where both did.
    """
    return np.asarray((wish == _EITHER) | (both_told & np.where(wish == _SAME, same, ~same)))


def _any_of(bits: Bits, which: Ints, person: Ints, learners: Ints) -> Bits:
    """Return for each learner which bits are set in any of their rows of ``bits``.

    ``which``: a row of ``bits``, ``person``: the learner it belongs to, in ascending order.
    """
    united = np.zeros((len(learners), bits.shape[1]), dtype=np.uint8)
    if len(which):
        theirs, first = np.unique(person, return_index=True)
        united[np.searchsorted(learners, theirs)] = np.bitwise_or.reduceat(bits[which], first, axis=0)
    return united


def _clear(bits: Bits, row: Ints, person: Ints) -> None:
    np.bitwise_and.at(bits, (row, person // 8), ~(np.uint8(128) >> (person % 8).astype(np.uint8)))


def hour_starts(slots: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Mark as bits the slots at which an unbroken free hour begins that ends in the same week.

    The table is (people, weeks, words of 64 bits). A week that is the same as an earlier one for everybody is left out,
    because it would exclude no pair that the earlier one allows.
    """
    people, weeks, _ = slots.shape
    different = [w for w in range(weeks) if not any((slots[:, w] == slots[:, v]).all() for v in range(w))]
    starts = np.zeros((people, len(different), -(-SLOTS_A_WEEK // 64) * 64), dtype=np.bool_)
    starts[:, :, :SLOTS_A_WEEK] = hour_begins(slots[:, different])
    return np.packbits(starts, axis=2, bitorder="little").view("<u8").astype(np.uint64, copy=False)


def hour_begins(slots: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return whether an unbroken free hour begins at each slot that ends in the same week.

    A table of (people, weeks, SLOTS_A_WEEK).
    """
    starts = np.zeros(slots.shape, dtype=np.bool_)
    last = SLOTS_A_WEEK - HOUR + 1
    starts[:, :, :last] = slots[:, :, :last]
    for later in range(1, HOUR):
        starts[:, :, :last] &= slots[:, :, later : last + later]
    return starts


def minutes_in_common(starts: NDArray[np.uint64], first_person: Ints, second_person: Ints) -> Ints:
    """Return how many minutes each pair has in common, in the week in which they have least.

    Only stretches of at least an hour count. ``starts``: see ``hour_starts``.
    """
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
    """Return for each pair its common stretches of at least an hour; a stretch ends at the latest with its week."""
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
