"""What cannot be taken back, or writes to many people, is asked once more: on a page with one button and its figures.

Opening the page changes nothing. The button says how many people it concerns, and counts only for so many.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from letsconnect.base.languages import cldr_name

FIELD = "confirmed"
BACK = "back_to_form"


def name_of_language(language: str) -> str:
    """Return what a language in which people are written to is called: the portal's own ones call themselves."""
    own = dict(settings.LANGUAGES).get(language)
    return own or cldr_name(language, get_language() or "en") or language


@dataclass(frozen=True)
class PeopleOfLanguage:
    """How many people get something in one language, and how many of them read another."""

    language: str
    people: int
    fallbacks: int

    @property
    def name(self) -> str:
        return name_of_language(self.language)


@dataclass(frozen=True)
class PeopleConcerned:
    """How many people an act concerns, by the language in which they get what it brings."""

    lines: tuple[PeopleOfLanguage, ...] = ()
    without: int = 0  # people who are meant, and get nothing

    @property
    def total(self) -> int:
        return sum(line.people for line in self.lines)

    @property
    def fallbacks(self) -> int:
        return sum(line.fallbacks for line in self.lines)


class NotConfirmed(Exception):
    """What was asked for turned out, as it was done, to need a page that asks once more: nothing of it is kept."""

    def __init__(self, question: "ConfirmationPage") -> None:
        super().__init__(question.title)
        self.question = question


@dataclass(frozen=True)
class ConfirmationPage:
    """A page that asks once more. With ``refusals`` there is nothing to press: they say why it cannot be done now."""

    title: str
    sentences: tuple[str, ...]
    button: str
    people: int
    concerned: PeopleConcerned = field(default_factory=PeopleConcerned)
    refusals: tuple[str, ...] = ()

    def is_answered_by(self, request: HttpRequest) -> bool:
        """Tell whether the button was pressed on a page that named at least as many people as it concerns by now."""
        confirmed = request.POST.get(FIELD, "")
        is_number = confirmed.isascii() and confirmed.isdecimal() and len(confirmed) < 18
        return request.method == "POST" and is_number and int(confirmed) >= self.people and not self.refusals

    def context(self, request: HttpRequest, *, back: str) -> dict[str, Any]:
        """Return what the template ``admin/once_more.html`` shows; ``back`` is where nothing is done."""
        has_grown = FIELD in request.POST and not self.refusals
        return {"title": self.title, "question": self, "back": back, "has_grown": has_grown, "field": FIELD}


def goes_back(request: HttpRequest) -> bool:
    """Tell whether "back" was pressed on the page: the form is shown again with what was typed, and nothing is done."""
    return request.method == "POST" and BACK in request.POST


def carried_on(request: HttpRequest, *, besides: Collection[str] = ()) -> list[tuple[str, str]]:
    """Return what was typed into a form, for the page that asks once more before all of it is saved."""
    left_out = {FIELD, BACK, "csrfmiddlewaretoken", *besides}
    return [(name, value) for name, values in request.POST.lists() if name not in left_out for value in values]


def concerned(counts: Iterable[tuple[str, int, bool]], *, without: int = 0) -> PeopleConcerned:
    """Add up people by the language they get: of each part its language, how many, and whether it is a fallback."""
    people: Counter[str] = Counter()
    fallbacks: Counter[str] = Counter()
    for language, count, is_fallback in counts:
        people[language] += count
        fallbacks[language] += count if is_fallback else 0
    lines = (PeopleOfLanguage(language, count, fallbacks[language]) for language, count in people.most_common())
    return PeopleConcerned(tuple(lines), without)
