"""What the portal itself can put into a section: lines about clinics, skills and whatever else the apps above register.

The lines become the editor's own text: they stay editable, and are never written over. `NewsletterSection.origin` keeps
which fillings were put in and on which day, by name, because each reader of the desk reads it in their own language.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils.formats import date_format

from letsconnect.base.languages import speaking
from mailings.models import Newsletter, NewsletterSection, NewsletterVersion

BEFORE_THE_FIRST_ISSUE = timedelta(days=31)  # what "since the last issue" means while there is none


@dataclass(frozen=True)
class FilledLine:
    """One line of Markdown, in which whatever people wrote (names, titles) went through `markdown.escaped`.

    ``marks`` are the parts that tell what it is about: a text of which a line has all of them says it already.
    """

    text: str
    marks: tuple[str, ...]

    def is_in(self, body: str) -> bool:
        """Tell whether a text says this already, be it in other words."""
        return any(all(mark in written for mark in self.marks) for written in body.splitlines())


# The lines for an issue written at ``now``, the last having been sent at ``since``, in the language that is active.
Lines = Callable[[datetime, datetime], Sequence[FilledLine]]


@dataclass(frozen=True)
class Filling:
    """One thing that sections of these kinds can be filled in with."""

    name: str
    label: Any
    kinds: frozenset[str]
    lines: Lines


_fillings: dict[str, Filling] = {}


def register(filling: Filling) -> None:
    """Register a filling under its name; a second one with the same name is refused."""
    if _fillings.setdefault(filling.name, filling) != filling:
        raise ValueError(f"the filling {filling.name!r} is registered twice")


def fillings_for(kind: str) -> list[Filling]:
    """Return what a section of this kind can be filled in with."""
    return [filling for filling in _fillings.values() if kind in filling.kinds]


def lines_missing(
    filling: Filling, section: NewsletterSection, version: NewsletterVersion, *, now: datetime
) -> list[str]:
    """Return the lines that the section does not have yet, in the language of its version."""
    with speaking(version.language):
        lines = filling.lines(last_issue_at(version.newsletter, now=now), now)
    return [line.text for line in lines if not line.is_in(section.body)]


def last_issue_at(newsletter: Newsletter, *, now: datetime) -> datetime:
    """Return when the readers of the issue before were counted; a month ago where there is none that anybody has."""
    others = Newsletter.objects.exclude(pk=newsletter.pk).filter(published_at__isnull=False)
    newest: datetime | None = others.aggregate(newest=Max("frozen_at"))["newest"]
    return newest or now - BEFORE_THE_FIRST_ISSUE


def with_lines(body: str, lines: Sequence[str]) -> str:
    """Return a text with a list of these lines below it; a list that it ends with goes on."""
    above, items = body.rstrip(), "\n".join(f"- {line}" for line in lines)
    if not above:
        return items
    goes_on = above.rpartition("\n")[2].startswith("- ")
    return f"{above}\n{items}" if goes_on else f"{above}\n\n{items}"


def with_origin(origin: str, name: str, on: date) -> str:
    """Return the origin of a section into which this filling was put on that day."""
    return " ".join(f"{each}={day}" for each, day in {**_origins(origin), name: on.isoformat()}.items())


def origin_in_words(origin: str) -> list[str]:
    """Return what was filled in, each with its day, as the reader of the page says it."""
    return [f"{_label(name)}, {_day(day)}" for name, day in _origins(origin).items()]


def _origins(origin: str) -> dict[str, str]:
    return dict(word.split("=", 1) for word in origin.split() if "=" in word)


def _label(name: str) -> str:
    filling = _fillings.get(name)
    return str(filling.label) if filling is not None else name


def _day(day: str) -> str:
    try:
        return date_format(date.fromisoformat(day))
    except ValueError:
        return day
