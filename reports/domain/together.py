"""All counts of one page, decided together: which are hidden so that the whole page tells nothing of few people.

A table of a partition is decided by flows (`reports/domain/privacy.py`). A page on people who are counted once has more
than that: months and kinds overlap, everybody has a role, who comes again has come before. None of that is a network.
So each of it is put down here as what it is, a sum or an "at most", and what a reader may think is any change of the
hidden counts under which all of it still holds.

For each small count a change is looked for that makes it larger, or smaller, by `ROOM` in all: a linear programme in
whole numbers finds the one for which the cheapest counts have to be hidden besides, and these are hidden (J. P. Kelly,
B. L. Golden, A. A. Assad, "Cell suppression: disclosure protection for sensitive tabular data", Networks 22, 1992,
397-417). The change found is a witness: nobody who reads the page can rule it out by what was put down, however they
reckon. It stays one when more is hidden later.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from reports.domain.privacy import ROOM, PrivacyError, is_small

Key = Hashable
_PRICE_OF_TOTAL: Final = 64
_PRICE_OF_ZERO: Final = 32
_TRIES: Final = 6  # to find a change in whole numbers among those that cost about as little


@dataclass
class CountsTogether:
    """Counts that a page shows, those a reader gets by subtracting, and what is known to hold between them."""

    counts: dict[Key, int] = field(default_factory=dict)
    unpublished: set[Key] = field(default_factory=set)
    elsewhere: set[Key] = field(default_factory=set)  # stands elsewhere, too: cannot be hidden here
    totals: set[Key] = field(default_factory=set)  # dear: hidden last
    _hidden: set[Key] = field(default_factory=set)
    _sums: list[tuple[Key, tuple[Key, ...]]] = field(default_factory=list)
    _relations: list[dict[Key, int]] = field(default_factory=list)
    _slacks: set[Key] = field(default_factory=set)

    def put(self, counts: Mapping[Key, int]) -> None:
        self.counts |= counts

    def put_elsewhere(self, key: Key, count: int) -> Key:
        """Put down a count that another page shows, unless it is small, and return its key."""
        self.counts[key] = count
        if is_small(count):
            self._slacks.add(key)
        else:
            self.elsewhere.add(key)
        return key

    def put_hidden(self, keys: Iterable[Key]) -> None:
        """Say what was decided to be hidden before, wherever it stands."""
        self._hidden.update(keys)

    def add_sum(self, total: Key, parts: Iterable[Key]) -> None:
        """Say that nobody of these parts is counted twice, and that they are all of ``total``.

        Raises PrivacyError where that is not so.
        """
        parts = tuple(parts)
        if sum(self.counts[part] for part in parts) != self.counts[total]:
            raise PrivacyError(f"{total!r} is not the sum of its parts")
        self._sums.append((total, parts))
        self._relations.append({total: -1, **dict.fromkeys(parts, 1)})

    def add_at_most(self, less: Iterable[Key], more: Iterable[Key]) -> None:
        """Say that these are together at most those.

        Raises PrivacyError where that is not so.
        """
        less, more = tuple(less), tuple(more)
        slack: Key = ("slack", len(self._relations))
        self.counts[slack] = sum(self.counts[key] for key in more) - sum(self.counts[key] for key in less)
        if self.counts[slack] < 0:
            raise PrivacyError(f"{less!r} are more than {more!r}")
        self._slacks.add(slack)
        self._relations.append({**dict.fromkeys(less, 1), slack: 1, **dict.fromkeys(more, -1)})

    def others(self, whole: Key, part: Key) -> Key:
        """Return the key of those of ``whole`` who are not in ``part``: no page prints how many they are."""
        key: Key = ("others", whole, part)
        if key not in self.counts:
            self.counts[key] = self.counts[whole] - self.counts[part]
            if self.counts[key] < 0:
                raise PrivacyError(f"{part!r} is more than {whole!r}")
            self.unpublished.add(key)
            self.add_sum(whole, (part, key))
        return key

    def add_cover(self, whole: Key, parts: Iterable[Key]) -> None:
        """Say that parts, which may have people in common, are all among ``whole`` and together all of it."""
        parts = tuple(parts)
        for part in parts:
            self.others(whole, part)
        self.add_at_most([whole], parts)

    def hidden(self) -> set[Key]:
        """Return which counts are not shown."""
        few = {key for key in self.counts if key not in self._slacks and is_small(self.counts[key])}
        few |= {part for total, parts in self._sums if is_small(self.counts[total]) for part in parts}
        hidden = (few | self._hidden | self.unpublished) - self.elsewhere
        if targets := [key for key in self.counts if key in few and key not in self.elsewhere]:
            audit = _Audit(self.counts, self._relations, self._slacks)
            for target in targets:
                hidden |= audit.give_room(target, free=hidden, prices=self._prices(hidden))
        return {key for key in hidden if key not in self.unpublished and key not in self._slacks}

    def _prices(self, hidden: Collection[Key]) -> dict[Key, float]:
        """Return what it costs to hide each count that is still shown and may be hidden."""
        return {
            key: 16.0
            + count.bit_length()
            + (_PRICE_OF_TOTAL if key in self.totals else 0)
            + (_PRICE_OF_ZERO if count == 0 else 0)
            for key, count in self.counts.items()
            if key not in hidden and key not in self._slacks and key not in self.elsewhere
        }


class _Audit:
    """The changes of counts that a reader cannot rule out; each count has a column for more of it, and one for less."""

    def __init__(
        self, counts: Mapping[Key, int], relations: Iterable[Mapping[Key, int]], slacks: Collection[Key]
    ) -> None:
        from scipy.sparse import csr_array  # here: it takes half a second, which no other process of the portal needs

        self.keys = list(counts)
        self.at = {key: place for place, key in enumerate(self.keys)}
        self.values = np.array([counts[key] for key in self.keys], dtype=float)
        self.slacks = slacks
        rows, columns, signs = [], [], []
        for row, relation in enumerate(relations):
            for key, sign in relation.items():
                rows += [row, row]
                columns += [self.at[key], self.at[key] + len(self.keys)]
                signs += [sign, -sign]
        self.matrix = csr_array((signs, (rows, columns)), shape=(max(rows) + 1 if rows else 0, 2 * len(self.keys)))
        self.most = np.zeros(len(self.keys))
        self.least = np.zeros(len(self.keys))

    def give_room(self, target: Key, *, free: Collection[Key], prices: Mapping[Key, float]) -> set[Key]:
        """Return what to hide besides ``free`` so that the target can have values as far apart as `ROOM`, or as far as
        can be."""
        place = self.at[target]
        if self.most[place] - self.least[place] >= ROOM:
            return set()
        costs = self._costs(free, prices)
        up = self._change(place, ROOM, costs)
        changes = [up] if up is not None else []
        if up is None or self._price(up, costs) > 0:
            down_by = min(ROOM, int(self.values[place]))
            both = [self._furthest(place, -down_by, costs), self._furthest(place, ROOM - down_by, costs)]
            possible = [change for change in both if change is not None]
            room = sum(abs(change[place]) for change in possible)
            if up is None:
                changes = [*possible, self._furthest(place, ROOM, costs)] if room < ROOM else possible
            elif room >= ROOM and sum(self._price(each, costs) for each in possible) < self._price(up, costs):
                changes = possible
        also: set[Key] = set()
        for change in changes:
            if change is not None:
                self.most, self.least = np.maximum(self.most, change), np.minimum(self.least, change)
                also |= {self.keys[moved] for moved in np.flatnonzero(change) if self.keys[moved] in prices}
        return also

    def _costs(self, free: Collection[Key], prices: Mapping[Key, float]) -> Any:
        """Return the price of each column; infinity for what cannot be hidden."""
        one_way = [
            0.0 if key in free or key in self.slacks else prices.get(key, float("inf")) / ROOM for key in self.keys
        ]
        return np.array(one_way + one_way)

    @staticmethod
    def _price(change: Any, costs: Any) -> float:
        return float(np.abs(change) @ np.where(np.isinf(costs[: len(change)]), 0, costs[: len(change)]))

    def _furthest(self, place: int, by: int, costs: Any) -> Any:
        """Return the change by ``by``, or by less where that is not to be had."""
        while by:
            change = self._change(place, by, costs)
            if change is not None:
                return change
            by -= 1 if by > 0 else -1
        return None

    def _change(self, place: int, by: int, costs: Any) -> Any:
        """Return the cheapest change of all counts, in whole numbers, that changes one of them by so many."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        size = len(self.keys)
        high = np.where(np.isinf(costs), 0.0, np.concatenate([np.full(size, np.inf), self.values]))
        low = np.zeros(2 * size)
        high[[place, place + size]] = 0
        if -by > self.values[place]:
            return None
        low[place if by > 0 else place + size] = high[place if by > 0 else place + size] = abs(by)
        prices = np.where(np.isinf(costs), 0.0, costs)
        prices = prices + 1e-4  # of changes that cost the same, the one of fewer counts
        rules = LinearConstraint(self.matrix, 0, 0)
        chance = np.random.default_rng(0)  # the same change for the same counts
        for _try in range(_TRIES):
            answer = milp(prices, constraints=rules, bounds=Bounds(low, high))
            if answer.x is None:
                return None
            if np.abs(answer.x - np.rint(answer.x)).max() < 1e-6:
                change = np.rint(answer.x)
                break
            change = answer.x
            prices = prices * chance.uniform(0.7, 1.3, len(prices))
        return change[:size] - change[size:]
