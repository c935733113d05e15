"""The errors of the engine: what it refuses, each under its own name."""

from collections.abc import Sequence
from typing import NamedTuple


class InstanceError(ValueError):
    """The numbers that were handed in make no sense together."""


class NotWholeNumbers(InstanceError):
    """A column is not a flat list of whole numbers that fit 64 bits."""


class LengthsDiffer(InstanceError):
    """Columns of one table have different lengths."""


class DuplicateId(InstanceError):
    """A learner or a sharer is listed twice."""


class DuplicatePair(InstanceError):
    """The same learner and sharer are paired twice; the caller decides which is meant, not the engine."""


class UnknownId(InstanceError):
    """A row names somebody who is not listed."""


class NegativeSlots(InstanceError):
    """A sharer has a number of places below 0."""


class OutOfRange(InstanceError):
    """A mark is neither 0 nor 1, or a number of rounds, of matches or of a region is below 0."""


class UnknownLevel(InstanceError):
    """A level is unknown or given twice, none is given, or "fixed" is not the first."""


class FixedPairsClash(InstanceError):
    """Pairs that were approved or made by hand cannot all stand: a learner has two, or a sharer too few places."""

    def __init__(self, learners: Sequence[int], sharers: Sequence[int]) -> None:
        self.learners, self.sharers = tuple(learners), tuple(sharers)
        super().__init__(
            f"fixed pairs clash: learners with more than one: {list(self.learners)}; "
            f"sharers with more than they have places: {list(self.sharers)}"
        )


class ScoresTooWide(InstanceError):
    """The scores are so far apart, on so many pairs, that no exact method here would finish."""


class FactsError(InstanceError):
    """A fact is out of its range: a level, a wish, the shape of a table, a weight."""


class BrokenPair(NamedTuple):
    """A fixed pair, and the hard rules it breaks."""

    learner: int
    sharer: int
    skill: int
    rules: tuple[str, ...]  # codes of LEFT_OUT; or "not_taking_part", when one of the two is not in the round


class FixedPairsBreakRules(InstanceError):
    """Pairs that must stay (approved, or made by hand) break hard rules, or more are fixed than there are places.

    ``broken`` lists each of them.
    """

    def __init__(self, broken: Sequence[BrokenPair]) -> None:
        self.broken = tuple(broken)
        super().__init__("; ".join(f"{pair.learner} and {pair.sharer}: {', '.join(pair.rules)}" for pair in broken))


class ProofFailed(Exception):
    """A result is not the optimum it claims to be, or its prices do not prove it. Never caught: a bug, or tampering."""
