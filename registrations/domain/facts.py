"""What one person told us, as one frozen value: what a form hands to an action, and what two tabs are compared by."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date

from registrations.domain.registrations import ContactWay, RegionWish

ROWS = ("offers", "wishes", "languages", "windows", "consents")


def fingerprint(facts: object, names: Iterable[str]) -> str:
    """Return what two forms opened on the same values of the named facts have in common."""
    told = repr([(name, getattr(facts, name)) for name in sorted(names)])
    return hashlib.sha256(told.encode()).hexdigest()[:20]


@dataclass(frozen=True)
class RegistrationFacts:
    """Rows are tuples in a fixed order: offers (skill id, level, would host), wishes (skill id, priority, why),
    languages (code, level, is preferred), windows (start, end) in minutes of the local week."""

    name: str = ""
    country: str = ""
    region: str = ""
    group_id: int | None = None
    group_other: str = ""
    role_id: int | None = None
    topics: tuple[str, ...] = ()
    topic_other: str = ""
    zone: str = ""
    can_help: int = 1
    can_learn_from: int = 1
    is_findable: bool = False
    region_wish: str = RegionWish.EITHER
    contact_way: str = ContactWay.EMAIL
    contact_text: str = ""
    away_until: date | None = None
    offers: tuple[tuple[int, int, bool], ...] = ()
    wishes: tuple[tuple[int, int, str], ...] = ()
    languages: tuple[tuple[str, int, bool], ...] = ()
    windows: tuple[tuple[int, int], ...] = ()
    consents: tuple[str, ...] = ()

    @classmethod
    def column_names(cls) -> list[str]:
        """The facts that are columns of the registration itself."""
        return [field.name for field in fields(cls) if field.name not in ROWS]

    def columns(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.column_names()}

    def offer_rows(self) -> list[dict[str, object]]:
        return [{"skill_id": skill, "level": level, "would_host": host} for skill, level, host in self.offers]

    def wish_rows(self) -> list[dict[str, object]]:
        return [{"skill_id": skill, "priority": priority, "why": why} for skill, priority, why in self.wishes]

    def language_rows(self) -> list[dict[str, object]]:
        return [{"code": code, "level": level, "is_preferred": best} for code, level, best in self.languages]
