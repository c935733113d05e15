"""Which counts of people a report may show, so that what it shows tells nothing of few people.

**What is protected.** A count of 1 to 4 people is never shown. A 0 says something of everybody in the sum it is part of
("none of them met"): it is shown, unless a sum it is part of is itself a count of 1 to 4. Whoever reads the rest of a
report, knows that its sums add up, that no count is negative, and how it hides, still finds at least `ROOM` + 1 values
for each number that is hidden: one number at least as far from another as the smallest count that is shown.

**How.** The small counts are hidden first (primary suppression). Then more are, until no subtraction tells any
(secondary suppression). Sums form a network if each count is a part of one sum at most and beside that a part or the
total of one other, as in a table of rows and columns with their totals: each sum is a node, each count an arc, and what
a reader may think of the hidden ones are the flows over hidden arcs. The lowest and the highest value of one are
therefore told *exactly* by two largest flows from one of its ends to the other, in whole numbers; that is the audit of
a suppressed table. Where it is too narrow, the cheapest path over counts still shown is hidden too, which widens it (L.
H. Cox, "Network models for complementary cell suppression", Journal of the American Statistical Association 90, 1995,
1453-1462; J. P. Kelly, B. L. Golden, A. A. Assad, "Cell suppression: disclosure protection for sensitive tabular data",
Networks 22, 1992, 397-417; and A. Hundepool et al., "Statistical Disclosure Control", Wiley 2012, chapter 4). Tests
attack it by linear programming, which shares nothing with it.

**Tables that share a margin** (people by month and region, people by role and region) are no network together. Decide
the margin first, then each table given it (``shown`` and ``hidden``). Below a hidden total all is hidden. So whatever a
reader thinks of the hidden totals fits each of the other tables, and none tells more of a second one than the margin.
"""

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any, Final, NamedTuple

from letsconnect.base.small_counts import SMALLEST_COUNT_SHOWN

Key = Any  # hashable: a mapping of one kind of key is none of another
ROOM: Final = SMALLEST_COUNT_SHOWN  # the highest value that a hidden count can have, less its lowest
ALL: Final = "all"  # the row and the column of totals in `hidden_in_table`
_NOWHERE = -1  # the node at the other end of a count that is in one sum only


@dataclass(frozen=True)
class Sum:
    """A count that is the sum of others. ``overlap`` is how much smaller it is than their sum, because it counts people
    once who are in several of them (people of each month, people of the year). ``are_within`` is False where the people
    of a part need not be among those of the total."""

    total: Key
    parts: tuple[Key, ...]
    overlap: int = 0
    are_within: bool = True


class PrivacyError(ValueError):
    """These counts are not what the sums say, or the sums are no network; the message is for developers."""


def is_small(count: int) -> bool:
    return 0 < count < SMALLEST_COUNT_SHOWN


def hidden_counts(
    counts: Mapping[Key, int],
    sums: Sequence[Sum] = (),
    *,
    unpublished: Collection[Key] = (),
    shown: Collection[Key] = (),
    hidden: Collection[Key] = (),
    protected: Collection[Key] = (),
) -> set[Key]:
    """Return which of these counts are not shown.

    ``unpublished`` are counts that the report does not print, though a reader can subtract them from what it does
    (people who did not come, of those who signed up): a small one of these is protected, too. ``shown`` and ``hidden``
    were decided before, for another table: what is shown stays shown; below what is hidden all is hidden. ``protected``
    are counts that would tell of few people as a small one does ("all but two of them learned").

    Raises PrivacyError.
    """
    network = _Network(counts, sums)
    network.hide((set(unpublished) | set(hidden) | network.overlaps) - set(shown))
    fixed = set(shown) | network.overlaps
    few = _of_few(counts, sums) | _below(hidden, sums) | set(protected)
    targets = deque(key for key in counts if key in few & network.hidden)
    while targets or (more := few - _of_nobody(counts, sums, network.hidden) - network.hidden - fixed):
        if not targets:
            network.hide(more)
            targets.extend(key for key in counts if key in more)
        target = targets.popleft()
        while not network.has_room(target):
            if not (also := network.widen(target, fixed=fixed) or network.all_that_is_left(fixed)):
                break  # what remains known is known from what was decided before
            network.hide(also)
            targets.extend(key for key in counts if key in also)
    return {key for key in counts if key in network.hidden}


def hidden_in_table(
    cells: Mapping[tuple[Key, Key], int],
    *,
    unpublished: Collection[Key] = (),
    shown: Collection[tuple[Key, Key]] = (),
    hidden: Collection[tuple[Key, Key]] = (),
) -> set[tuple[Key, Key]]:
    """Return which cells of a table of rows and columns are not shown, and which of its totals.

    Every row has to have every column. ``(row, ALL)``, ``(ALL, column)`` and ``(ALL, ALL)`` are the totals, in what is
    given and in what is returned. ``unpublished`` are columns that the report does not print.
    """
    rows, columns = list(dict.fromkeys(row for row, _ in cells)), list(dict.fromkeys(column for _, column in cells))
    counts: dict[Key, int] = {
        **cells,
        **{(row, ALL): sum(cells[row, column] for column in columns) for row in rows},
        **{(ALL, column): sum(cells[row, column] for row in rows) for column in columns},
        (ALL, ALL): sum(cells.values()),
    }
    not_printed = {key for key in counts if isinstance(key, tuple) and key[1] in unpublished}
    away = hidden_counts(counts, sums_of_table(rows, columns), unpublished=not_printed, shown=shown, hidden=hidden)
    return {key for key in away if isinstance(key, tuple)}


def hidden_in_list(counts: Mapping[Key, int], **decided: Collection[Key]) -> set[Key]:
    """Return which of these counts of people are not shown, and whether `ALL`, their sum, is."""
    return hidden_counts({**counts, ALL: sum(counts.values())}, [Sum(ALL, tuple(counts))], **decided)


def sums_of_table(rows: Sequence[Key], columns: Sequence[Key]) -> list[Sum]:
    """Return the sums of a table whose counts are named ``(row, column)``, with `ALL` for totals."""
    return [
        *(Sum((row, ALL), tuple((row, column) for column in columns)) for row in rows),
        *(Sum((ALL, column), tuple((row, column) for row in rows)) for column in columns),
        Sum((ALL, ALL), tuple((row, ALL) for row in rows)),
        Sum((ALL, ALL), tuple((ALL, column) for column in columns)),
    ]


def _of_few(counts: Mapping[Key, int], sums: Sequence[Sum]) -> set[Key]:
    """Return the small counts, and the zeros that speak of few people."""
    small = {key for key, count in counts.items() if is_small(count)}
    return small | {part for each in sums if each.total in small for part in each.parts}


def _of_nobody(counts: Mapping[Key, int], sums: Sequence[Sum], hidden: Collection[Key]) -> set[Key]:
    """Return the parts of sums that are seen to be 0: they speak of nobody, whatever else they are part of."""
    return {part for each in sums if not counts[each.total] and each.total not in hidden for part in each.parts}


def _below(hidden: Collection[Key], sums: Sequence[Sum]) -> set[Key]:
    away, waiting = set(hidden), list(hidden)
    while waiting:
        total = waiting.pop()
        below = {part for each in sums if each.total == total for part in each.parts} - away
        away |= below
        waiting.extend(below)
    return away


class _Step(NamedTuple):
    """Along one arc: ``by`` is +1 where the count of the arc becomes one more."""

    key: Key
    to: int
    by: int


@dataclass
class _Network:
    """Each sum is a node, each count an arc from the node it is taken from to the node it is added to."""

    counts: Mapping[Key, int]
    sums: Sequence[Sum]
    hidden: set[Key] = field(default_factory=set)
    overlaps: set[Key] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.values = dict(self.counts)
        ends: dict[Key, list[tuple[int, int]]] = {key: [] for key in self.counts}
        self.most: dict[Key, list[Key]] = {}
        for node, each in enumerate(self.sums):
            self._check(each)
            for part in each.parts:
                ends[part].append((node, 1))
            ends[each.total].append((node, -1))
            if each.overlap:
                overlap = (_Network, node)
                self.overlaps.add(overlap)
                self.values[overlap] = each.overlap
                ends[overlap] = [(node, -1)]
                for part in each.parts if each.are_within else ():
                    self.most.setdefault(part, []).append(each.total)
        self._join(ends)

    def _check(self, each: Sum) -> None:
        if sum(self.counts[part] for part in each.parts) != self.counts[each.total] + each.overlap:
            raise PrivacyError(f"{each.total!r} is not the sum of its parts")

    def _join(self, ends: Mapping[Key, list[tuple[int, int]]]) -> None:
        """Turn sums round until each count comes from one node and goes to another."""
        flips = self._flips(ends)
        self.ends: dict[Key, tuple[int, int]] = {}
        self.steps: dict[int, list[_Step]] = {node: [] for node in range(_NOWHERE, len(self.sums))}
        for key, at in ends.items():
            into = next((node for node, sign in at if sign == flips[node]), _NOWHERE)
            out_of = next((node for node, sign in at if sign != flips[node]), _NOWHERE)
            self.ends[key] = out_of, into
            self.steps[out_of].append(_Step(key, into, 1))
            self.steps[into].append(_Step(key, out_of, -1))

    def _flips(self, ends: Mapping[Key, list[tuple[int, int]]]) -> dict[int, int]:
        beside: dict[int, list[tuple[int, int]]] = {node: [] for node in range(len(self.sums))}
        for key, at in ends.items():
            if len(at) > 2:
                raise PrivacyError(f"{key!r} is in more than two sums: decide the margin first")
            if len(at) == 2:
                (node, sign), (other, other_sign) = at
                beside[node].append((other, -sign * other_sign))
                beside[other].append((node, -sign * other_sign))
        flips: dict[int, int] = {}
        for start in beside:
            waiting = [] if start in flips else [start]
            flips.setdefault(start, 1)
            while waiting:
                node = waiting.pop()
                for other, turned in beside[node]:
                    if other not in flips:
                        flips[other] = flips[node] * turned
                        waiting.append(other)
                    elif flips[other] != flips[node] * turned:
                        raise PrivacyError("these sums are no network: decide the margin first")
        return flips

    def hide(self, keys: Iterable[Key]) -> None:
        self.hidden.update(keys)

    def all_that_is_left(self, fixed: Collection[Key]) -> set[Key]:
        """Return all that can still be hidden, but not parts of a sum that stays and is 0: they tell of nobody."""
        empty = [each for each in self.sums if each.total in fixed and not self.counts[each.total]]
        return set(self.counts) - self.hidden - set(fixed) - {part for each in empty for part in each.parts}

    def has_room(self, key: Key) -> bool:
        """Return whether a reader finds values for this hidden count that are as far apart as `ROOM`."""
        down, _moved = self._flow(key, -1, min(ROOM, self.values[key]))
        return down >= ROOM or down + self._flow(key, 1, ROOM - down)[0] >= ROOM

    def widen(self, key: Key, *, fixed: Collection[Key]) -> set[Key]:
        """Return what to hide besides, so that this hidden count can have one value more; nothing if there is none."""
        for way in (1, -1):
            limit = ROOM if way > 0 else min(ROOM, self.values[key])
            flow, moved = self._flow(key, way, limit)
            if flow < limit and (path := self._cheapest(key, way, moved, fixed, ROOM - flow)):
                return path
        return set()

    def _flow(self, key: Key, way: int, limit: int) -> tuple[int, dict[Key, int]]:
        """Return by how much the count can become more (or less), at most by ``limit``, and what moves with it."""
        moved: dict[Key, int] = {key: 0}
        own = self._most(key, 0) if way > 0 else self.values[key]
        limit = limit if own is None else min(limit, own)
        flow = 0
        while flow < limit:
            path = self._path(key, way, moved)
            if path is None:
                break
            rooms = [room for step in path if (room := self._room(step, moved)) is not None]
            push = min([limit - flow, *rooms])
            for step in path:
                moved[step.key] = moved.get(step.key, 0) + step.by * push
            flow += push
        return flow, moved

    def _goes(self, key: Key, way: int) -> tuple[int, int]:
        """Return from where to where what is moved along the count has to come back."""
        out_of, into = self.ends[key]
        return (into, out_of) if way > 0 else (out_of, into)

    def _room(self, step: _Step, moved: Mapping[Key, int]) -> int | None:
        now = self.values[step.key] + moved.get(step.key, 0)
        return now if step.by < 0 else self._most(step.key, moved.get(step.key, 0))

    def _most(self, key: Key, moved: int) -> int | None:
        """Return by how much a count can still grow: nobody is in a month who is not in the year that is shown."""
        if not self.most:
            return None
        wholes = [self.values[total] for total in self.most.get(key, ()) if total not in self.hidden]
        return min(wholes) - self.values[key] - moved if wholes else None

    def _path(self, key: Key, way: int, moved: Mapping[Key, int]) -> list[_Step] | None:
        start, end = self._goes(key, way)
        before: dict[int, tuple[int, _Step] | None] = {start: None}
        waiting = deque([start])
        hidden, has_limits, values = self.hidden, bool(self.most), self.values
        while waiting and end not in before:
            node = waiting.popleft()
            for step in self.steps[node]:
                name, to, by = step
                if to in before or name not in hidden or name == key:
                    continue
                if by < 0:
                    is_open = values[name] + moved.get(name, 0) > 0
                else:
                    is_open = not has_limits or (room := self._room(step, moved)) is None or room > 0
                if is_open:
                    before[to] = node, step
                    waiting.append(to)
        return _walked(before, end) if end in before else None

    def _cheapest(self, key: Key, way: int, moved: Mapping[Key, int], fixed: Collection[Key], wanted: int) -> set[Key]:
        """Return which counts of the cheapest way round are still shown: few of them, small ones, no totals."""
        start, end = self._goes(key, way)
        totals = {each.total for each in self.sums}
        before: dict[int, tuple[int, _Step] | None] = {}
        waiting: list[tuple[tuple[int, int], int, int, tuple[int, _Step] | None]] = [((0, 0), 0, start, None)]
        tie = 0
        while waiting:
            cost, _tie, node, came = heappop(waiting)
            if node in before:
                continue
            before[node] = came
            if node == end:
                return {step.key for step in _walked(before, end)} - self.hidden
            for step in self.steps[node]:
                room = self._room(step, moved)
                is_free = step.key in self.hidden
                if step.to in before or step.key == key or room == 0 or (not is_free and step.key in fixed):
                    continue
                tie += 1
                price, size = (0, 0) if is_free else self._price(step, room, totals, wanted)
                heappush(waiting, ((cost[0] + price, cost[1] + size), tie, step.to, (node, step)))
        return set()

    def _price(self, step: _Step, room: int | None, totals: Collection[Key], wanted: int) -> tuple[int, int]:
        value = self.values[step.key]
        price = 16 + value.bit_length() + (64 if step.key in totals else 0)
        enough = room is None or room >= wanted
        return price if enough else price + 16 * (wanted - (room or 0)), value


def _walked(before: Mapping[int, tuple[int, _Step] | None], end: int) -> list[_Step]:
    path: list[_Step] = []
    came = before[end]
    while came is not None:
        node, step = came
        path.append(step)
        came = before[node]
    return path
