"""The settings of a round: in which order the levels count, what each criterion weighs, the least that is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from matching.engine.criteria import usual_weights
from matching.engine.errors import UnknownLevel
from matching.engine.facts import LEVELS

PRESETS = {  # the second to the fifth, in an order that has a name
    "most_people": LEVELS,
    "best_fit": ("fixed", "score", "served", "waiting", "equity", "spread", "keep"),
    "longest_waiting": ("fixed", "waiting", "served", "score", "equity", "spread", "keep"),
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of a round; ``dataclasses.asdict`` of it is JSON, and ``Settings(**that)`` gives it back."""

    preset: str = "most_people"  # a name in PRESETS: in which order the levels count
    levels: tuple[str, ...] = ()  # that order spelled out; goes before the preset
    weights: Mapping[str, int] = field(default_factory=usual_weights)
    min_language_level: int = 2
    min_minutes_a_week: int = 120

    @property
    def order(self) -> tuple[str, ...]:
        """Return the levels in the order in which they count; raise UnknownLevel for an unknown preset."""
        if not self.levels and self.preset not in PRESETS:
            raise UnknownLevel(f"a preset is one of {tuple(PRESETS)}, not {self.preset!r}")
        return tuple(self.levels) or PRESETS[self.preset]

    def for_repair(self) -> "Settings":
        """Return the settings for solving a round again: keeping proposals counts more than a better score."""
        order = [level for level in self.order if level != "keep"]
        if len(order) < len(self.order) and "score" in order:
            order.insert(order.index("score"), "keep")
            return replace(self, levels=tuple(order))
        return self
