"""Whom a round is for: a part of the learners, never of the sharers. Plain data, no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Learners of these regions, for these skills, waiting for so many weeks. None is all of them; an empty list is
    nobody, and no round is begun for nobody.

    Sharers are never narrowed: a pair may cross regions, as its people wish.
    """

    regions: tuple[str, ...] | None = None
    skills: tuple[int, ...] | None = None  # ids; a merged skill counts as its heir
    waiting_weeks: int = 0

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Scope":
        """Return what a round keeps as JSON. "only" names what narrows it; rounds begun before it was written are
        narrowed by what they list, as they were then."""
        only = stored.get("only", [name for name in ("regions", "skills") if stored.get(name)])
        return cls(
            regions=tuple(stored.get("regions", ())) if "regions" in only else None,
            skills=tuple(stored.get("skills", ())) if "skills" in only else None,
            waiting_weeks=stored.get("waiting_weeks", 0),
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "only": [name for name in ("regions", "skills") if getattr(self, name) is not None],
            "regions": list(self.regions or ()),
            "skills": list(self.skills or ()),
            "waiting_weeks": self.waiting_weeks,
        }

    @property
    def is_everybody(self) -> bool:
        return self.regions is None and self.skills is None and not self.waiting_weeks

    def takes(self, *, region: str, waiting_since: datetime, now: datetime) -> bool:
        """Tell whether a learner is one of those the round is for."""
        is_of_region = self.regions is None or region in self.regions
        return is_of_region and waiting_since <= now - timedelta(weeks=self.waiting_weeks)
