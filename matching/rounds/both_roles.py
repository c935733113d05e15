"""Count each person's matches as learner and as sharer together, and check that each finds an hour of its own.

The solver does not look at either; approving refuses both too many matches and hours that clash. So previews and the
desk warn beforehand. All three ask here, so that they say the same.
"""

from collections import defaultdict
from collections.abc import Collection, Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import Q

from matching.domain.matches import TAKES_A_PLACE, Side, check_standing, has_too_many
from matching.inputs.clashes import Hours, clash_with
from matching.locking import is_blocked, standing
from matching.models import Match

# Up to so many people their matches are looked up by person; for more, reading all matches is quicker.
FEW_PEOPLE = 2_000


class Pair(NamedTuple):
    """Two registrations that are or would be a match, and when both are free, if that is kept."""

    learner: int
    sharer: int
    hours: Hours | None

    @classmethod
    def of(cls, match: Match) -> "Pair":
        return cls(match.learner_id, match.sharer_id, Hours.of(match.reasons))


@dataclass(frozen=True)
class BothRoles:
    """The matches one person would have: those that are to be decided, and those that take a place already."""

    person: int
    deciding: tuple[Pair, ...]
    kept: tuple[Pair, ...]

    @property
    def matches(self) -> int:
        return len(self.deciding) + len(self.kept)

    def taken(self, side: Side) -> int:
        """How many of the person's places in this role are taken already."""
        return sum(self.person == (pair.learner if side == Side.LEARNER else pair.sharer) for pair in self.kept)

    @property
    def hours_clash(self) -> bool:
        """Whether in some week there is no hour of its own for each; what keeps no hours stops nobody."""
        deciding, kept = ([pair.hours for pair in pairs if pair.hours] for pairs in (self.deciding, self.kept))
        return clash_with(deciding, kept)

    def refused_for(self, *, most: int) -> Iterator[str]:
        """Why approving all of them would be refused: too_many_at_once, hours_clash, both or neither."""
        if has_too_many(self.matches, most=most):
            yield "too_many_at_once"
        if self.hours_clash:
            yield "hours_clash"


def over_both_roles(
    deciding: Collection[Pair], *, stored: Collection[int] = (), counting: Collection[str] = TAKES_A_PLACE
) -> dict[int, BothRoles]:
    """What each person of these pairs would have if all were approved, by registration.

    ``stored`` are the keys of those that are matches already, which must not count twice; other matches count in the
    states of ``counting``.
    """
    deciding_of: dict[int, list[Pair]] = defaultdict(list)
    kept_of: dict[int, list[Pair]] = defaultdict(list)
    for pair in deciding:
        for person in (pair.learner, pair.sharer):
            deciding_of[person].append(pair)
    kept = Match.objects.live().filter(state__in=list(counting)).exclude(pk__in=list(stored))
    if len(deciding_of) <= FEW_PEOPLE:
        kept = kept.filter(Q(learner__in=deciding_of) | Q(sharer__in=deciding_of))
    rows = kept.values_list("learner_id", "sharer_id", "reasons", named=True)
    for row in rows.iterator(chunk_size=2000):
        pair = Pair(row.learner_id, row.sharer_id, Hours.of(row.reasons))
        for person in {pair.learner, pair.sharer} & deciding_of.keys():
            kept_of[person].append(pair)
    return {person: BothRoles(person, tuple(pairs), tuple(kept_of[person])) for person, pairs in deciding_of.items()}


def check_places(
    match: Match, both_roles: Mapping[int, BothRoles], *, most: int, agreed: Container[int], on: date
) -> None:
    """Raise PersonNotReady or NoPlaceLeft unless both people can be matched and have a place for this match."""
    sides = []
    for side in Side:
        theirs = both_roles[match.person(side).pk]
        taken, total = theirs.taken(side), theirs.matches
        sides.append(standing(match, side, on=on, agreed=agreed, taken=taken, total=total, most_at_once=most))
    check_standing(*sides, is_blocked=is_blocked(match), needs_place=True)
