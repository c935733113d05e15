"""What happened between one person and the programme, newest first, from every app: as far as the reader may see.

Each part adds its querysets to one batch, which is one statement whatever the number of rows, and gives its lines once
that has run. No part reads more rows than this page and those before it can need.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise

from clinics.cards import titles_of
from letsconnect.base.access_log import PeopleShown
from letsconnect.base.query_batches import QueryBatch
from letsconnect.people.who import PersonAtDesk
from registrations.models import Member
from registrations.skills.names import names_of

ON_A_PAGE = 40
LAST_PAGE = 250


@dataclass(frozen=True)
class TimelineLine:
    """One thing that happened. ``key`` puts two of one moment in order; a day has no hour.

    ``words`` are a sentence with ``values``. The names of ``skill`` and ``clinic`` (with the language spoken
    there) are read for all lines of a page together. ``others`` are the registrations that are named.
    """

    at: datetime
    key: int
    words: Promise | str
    values: Mapping[str, object] = field(default_factory=dict)
    link: str = ""
    by: str = ""
    note: str = ""
    is_day: bool = False
    skill: int | None = None
    clinic: tuple[int, str] | None = None
    others: tuple[int, ...] = ()


@dataclass
class PageAsked:
    """What is asked for: about whom, by whom, and how many rows of each kind the page can need."""

    person: PersonAtDesk
    reader: Member
    most: int
    batch: QueryBatch = field(default_factory=QueryBatch)

    def newest(self, rows: QuerySet[Any, Any], moment: str, *columns: Any) -> Iterable[Any]:
        """Add the newest rows by this column; they come as their moment, their key and these columns."""
        dated = rows.filter(**{f"{moment}__isnull": False}).order_by(f"-{moment}", "-pk")
        return self.batch.add(dated.values_list(moment, "pk", *columns)[: self.most])


TimelinePart = Callable[[PageAsked], Iterator[TimelineLine]]


def part(
    read: "Callable[[PageAsked], Iterator[TimelineLine | None]]",
) -> "Callable[[PageAsked], Iterator[TimelineLine]]":
    """Return a part of the timeline: a generator whose first yield, None, comes once it has added its querysets."""

    def begun(asked: PageAsked) -> Iterator[TimelineLine]:
        reading = read(asked)
        next(reading, None)
        return (line for line in reading if line is not None)

    return begun


@dataclass(frozen=True)
class WordedLine:
    """A line as the page shows it."""

    line: TimelineLine
    words: str

    @property
    def day(self) -> date:
        return self.line.at.date()


@dataclass(frozen=True)
class Timeline:
    """One page of it, and whoever else is named there."""

    lines: Sequence[WordedLine]
    number: int
    has_older: bool
    others: PeopleShown

    @property
    def newer(self) -> int:
        return self.number - 1

    @property
    def older(self) -> int:
        return self.number + 1


def at_midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=timezone.get_current_timezone())


def page_of_lines(reading: Iterable[Iterator[TimelineLine]], *, number: int) -> Timeline:
    """Return this page of these parts, whose rows have been read."""
    lines = sorted((line for lines in reading for line in lines), key=lambda line: (line.at, line.key), reverse=True)
    begins = (number - 1) * ON_A_PAGE
    shown = lines[begins : begins + ON_A_PAGE]
    skills = names_of({line.skill for line in shown if line.skill is not None})
    clinics = {
        key: str(title.text) for key, title in titles_of(dict(line.clinic for line in shown if line.clinic)).items()
    }
    worded = [WordedLine(line, _words(line, skills, clinics)) for line in shown]
    others = PeopleShown(registrations={key for line in shown for key in line.others})
    return Timeline(worded, number, len(lines) > begins + ON_A_PAGE and number < LAST_PAGE, others)


def _words(line: TimelineLine, skills: Mapping[int, str], clinics: Mapping[int, str]) -> str:
    values = dict(line.values)
    if line.skill is not None:
        values["skill"] = skills[line.skill]
    if line.clinic is not None:
        values["clinic"] = clinics[line.clinic[0]]
    return str(line.words) % values if values else str(line.words)
