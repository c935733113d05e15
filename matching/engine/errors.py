"""What the engine refuses, by name."""

from collections.abc import Sequence


class InstanceError(ValueError):
    """The numbers handed in make no sense together."""


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
    """A sharer has fewer than no places."""


class UnknownLevel(InstanceError):
    """A level is not one the engine knows, is asked for twice, or none is."""


class ScoresTooWide(InstanceError):
    """The scores are so far apart, on so many pairs, that no exact method here would finish."""


class FactsError(InstanceError):
    """A fact is out of its range: a level, a wish, a shape, a weight."""


class FixedPairsBreakRules(InstanceError):
    """Pairs that must stay (approved, or made by hand) break hard rules, or more are fixed than there are places.

    ``broken`` lists each of them: (learner, sharer, skill, codes of LEFT_OUT; or "not_taking_part", when one of the
    two is not in the round).
    """

    def __init__(self, broken: Sequence[tuple[int, int, int, tuple[str, ...]]]) -> None:
        self.broken = tuple(broken)
        super().__init__("; ".join(f"{one} and {other}: {', '.join(why)}" for one, other, _, why in self.broken))


class ProofFailed(Exception):
    """A result is not the optimum it claims to be, or its prices do not prove it. Never caught: a bug, or tampering."""
