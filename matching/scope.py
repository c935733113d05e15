"""Whom a round is for: a part of the learners, never of the sharers. Plain data, no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Learners of these regions, for these skills, waiting for so many weeks; what is empty narrows nothing.

    Sharers are never narrowed: a pair may cross regions, as its people wish.
    """

    regions: tuple[str, ...] = ()
    skills: tuple[int, ...] = ()  # ids; a merged skill counts as its heir
    waiting_weeks: int = 0

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Scope":
        """Return what a round keeps as JSON."""
        return cls(
            regions=tuple(stored.get("regions", ())),
            skills=tuple(stored.get("skills", ())),
            waiting_weeks=stored.get("waiting_weeks", 0),
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "regions": list(self.regions),
            "skills": list(self.skills),
            "waiting_weeks": self.waiting_weeks,
        }

    @property
    def is_everybody(self) -> bool:
        return not (self.regions or self.skills or self.waiting_weeks)

    def takes(self, *, region: str, waiting_since: datetime, now: datetime) -> bool:
        """Tell whether a learner is one of those the round is for."""
        is_of_region = not self.regions or region in self.regions
        return is_of_region and waiting_since <= now - timedelta(weeks=self.waiting_weeks)
