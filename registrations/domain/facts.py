"""All that one person told us, as one frozen value: forms hand it to actions, and two tabs are compared by it."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, NamedTuple

from registrations.domain.registrations import ContactWay, RegionWish


class OfferFact(NamedTuple):
    """A skill somebody shares."""

    skill_id: int
    level: int
    would_host: bool


class WishFact(NamedTuple):
    """A skill somebody wishes to learn."""

    skill_id: int
    priority: int
    why: str


class LanguageFact(NamedTuple):
    """A language somebody speaks."""

    code: str
    level: int
    is_preferred: bool


class WindowFact(NamedTuple):
    """When somebody is free, in minutes of the local week."""

    start: int
    end: int


# The facts that are rows of tables of their own; stored as lists, their values in the order of these names.
NAMED_ROWS: Mapping[str, Callable[..., Any]] = {
    "offers": OfferFact,
    "wishes": WishFact,
    "languages": LanguageFact,
    "windows": WindowFact,
}
ROWS = (*NAMED_ROWS, "consents")


def fingerprint(facts: object, names: Iterable[str]) -> str:
    """Return a text that is the same for two forms exactly if both show the same values of the named facts."""
    values_in_order = repr([(name, _without_names(getattr(facts, name))) for name in sorted(names)])
    return hashlib.sha256(values_in_order.encode()).hexdigest()[:20]


def _without_names(value: object) -> object:
    """Return rows as plain tuples, so that a form that is open while the portal is updated is still understood."""
    return tuple(tuple(row) if isinstance(row, tuple) else row for row in value) if isinstance(value, tuple) else value


@dataclass(frozen=True)
class RegistrationFacts:
    """All facts of one registration.

    Rows may be given as plain tuples in the order of `NAMED_ROWS`; they are read by name.
    """

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
    offers: tuple[OfferFact, ...] = ()
    wishes: tuple[WishFact, ...] = ()
    languages: tuple[LanguageFact, ...] = ()
    windows: tuple[WindowFact, ...] = ()
    consents: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, row in NAMED_ROWS.items():
            object.__setattr__(self, name, tuple(row(*values) for values in getattr(self, name)))

    @classmethod
    def column_names(cls) -> list[str]:
        """The facts that are columns of the registration itself."""
        return [field.name for field in fields(cls) if field.name not in ROWS]

    def columns(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.column_names()}
