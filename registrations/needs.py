"""What the app that matches knows of each skill, for the app that plans clinics: neither knows the other.

`matching` registers at start-up what it can say; `clinics` the page of the desk that shows it all, to which the page of
a round leads.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import NamedTuple, Protocol

from registrations.domain.registrations import MIN_SHARED_LEVEL
from registrations.models import Registration, RegistrationQuerySet, SpokenLanguage


class LearnersWaiting(NamedTuple):
    """Learners of one region who wish a skill, took part in rounds and were asked about nobody."""

    skill: int
    region: str
    people: int
    rounds: int  # of all of them together, since each was last connected


class WhatRoundsKnow(Protocol):
    """What is asked of the app that matches; each answer takes the same number of queries for any number of people."""

    def waiting(self, people: RegistrationQuerySet) -> Iterable[LearnersWaiting]:
        """Return who of these people waits, by skill and region."""

    def free_places(self, people: RegistrationQuerySet) -> Mapping[int, int]:
        """Return how many places those who share a skill have between them, whatever else they share."""

    def short(self) -> Mapping[int, int]:
        """Return of how many learners the last published round knew that they could not learn a skill in it."""


class _NoRounds:
    def waiting(self, people: RegistrationQuerySet) -> Iterable[LearnersWaiting]:
        return ()

    def free_places(self, people: RegistrationQuerySet) -> Mapping[int, int]:
        return {}

    def short(self) -> Mapping[int, int]:
        return {}


PageOf = Callable[[], str]
_rounds: list[WhatRoundsKnow] = []
_pages: list[PageOf] = []


def register_rounds(provider: WhatRoundsKnow) -> None:
    """Register what the app that matches knows."""
    _rounds[:] = [provider]


def rounds() -> WhatRoundsKnow:
    return _rounds[0] if _rounds else _NoRounds()


def register_page(page: PageOf) -> None:
    """Register the address of the page that ranks the needs."""
    _pages[:] = [page]


def page_of_needs() -> str:
    """Return the address of the page that ranks the needs; "" where no app has one."""
    return _pages[0]() if _pages else ""


def people_who_count(*, on: date, region: str = "", language: str = "") -> RegistrationQuerySet:
    """Return those whose wishes and offers count as needs on that day: who can be matched.

    ``language`` narrows them to those who speak it well enough to learn in it.
    """
    people = Registration.objects.matchable(on=on)
    if region:
        people = people.filter(region=region)
    if language:
        speak = SpokenLanguage.objects.filter(code=language, level__gte=MIN_SHARED_LEVEL)
        people = people.filter(pk__in=speak.values("registration"))
    return people
