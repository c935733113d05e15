"""Several tables of people with counts in common, decided together: what one hides, the others hide as well."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reports.domain.privacy import Key, Sum, hidden_counts


@dataclass(frozen=True)
class _SharedNetwork:
    counts: Mapping[Key, int]
    sums: tuple[Sum, ...]
    unpublished: frozenset[Key]
    margin: frozenset[Key]  # totals that an earlier network has decided
    protected: frozenset[Key] = frozenset()


@dataclass
class SharedCounts:
    """Counts of people and how they hang together, in as many networks as it takes (`reports/domain/privacy.py`).

    Each network is decided by itself, given all that the others hide, until none hides more. Totals are decided by the
    first network they are in: put down a margin before the tables that have it.
    """

    counts: dict[Key, int] = field(default_factory=dict)
    _networks: list[_SharedNetwork] = field(default_factory=list)

    def add(self, *sums: Sum, unpublished: Iterable[Key] = (), protected: Iterable[Key] = ()) -> None:
        """Say that these sums hold of counts that are known, and together are a network."""
        keys = dict.fromkeys(key for each in sums for key in (each.total, *each.parts))
        before = {key for network in self._networks for key in network.counts}
        margin = frozenset(each.total for each in sums if each.total in before)
        counts = {key: self.counts[key] for key in keys}
        self._networks.append(_SharedNetwork(counts, sums, frozenset(unpublished), margin, frozenset(protected)))

    def others(self, whole: Key, part: Key) -> Key:
        """Return the key of those of ``whole`` who are not in ``part``: no report prints how many they are."""
        key = ("others", whole, part)
        self.counts[key] = self.counts[whole] - self.counts[part]
        return key

    def add_part(self, whole: Key, part: Key) -> None:
        """Say that the people of ``part`` are among those of ``whole``, and beside that nothing."""
        others = self.others(whole, part)
        self.add(Sum(whole, (part, others)), unpublished=[others])

    def add_overlapping(self, whole: Key, parts: Iterable[Key]) -> None:
        """Say that parts that have people in common, each of them among the people of ``whole``, are together all."""
        parts = tuple(parts)
        for part in parts:
            self.add_part(whole, part)
        self.add_cover(whole, parts)

    def add_cover(self, whole: Key, parts: Iterable[Key], *, are_within: bool = True) -> None:
        """Say that everybody of ``whole`` is in one of these parts at least."""
        self.add(self.cover(whole, parts, are_within=are_within))

    def cover(self, whole: Key, parts: Iterable[Key], *, are_within: bool = True) -> Sum:
        """Return the sum that says so."""
        parts = tuple(parts)
        overlap = sum(self.counts[part] for part in parts) - self.counts[whole]
        return Sum(whole, parts, overlap=overlap, are_within=are_within)

    def hidden(self) -> set[Key]:
        """Return which counts are not shown."""
        hidden: set[Key] = set()
        goes_on = True
        while goes_on:
            before = len(hidden)
            for each in self._networks:
                here = hidden & each.counts.keys()
                shown = each.margin - hidden
                hidden |= hidden_counts(
                    each.counts,
                    each.sums,
                    unpublished=each.unpublished,
                    shown=shown,
                    hidden=here,
                    protected=each.protected,
                )
            goes_on = len(hidden) > before
        return hidden
