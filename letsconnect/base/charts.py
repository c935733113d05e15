"""Charts are tables whose rows carry a bar: what is counted, and how it compares with the figures before.

The part of a template that draws one is `templates/admin/_bars.html`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils.translation import gettext

FULL = 1000  # the width of the longest bar, in the picture's own units
NOT_THERE_BEFORE = "—"


@dataclass(frozen=True)
class Bar:
    """One row: what it is about, its figure in words, and how long its bar is."""

    label: str
    said: str
    part: int
    whole: int
    before: str = ""
    change: str = ""


@dataclass(frozen=True)
class Chart:
    """A table with bars. ``compares`` adds what the figures were before."""

    title: str
    what: str
    counted: str
    bars: list[Bar] = field(default_factory=list)
    compares: bool = False
    is_of_numbers: bool = False


class ChartPart(NamedTuple):
    """So many of so many."""

    part: int
    whole: int


def of_parts(
    title: str, what: str, counted: str, rows: Sequence[tuple[str, ChartPart, ChartPart | None]], *, compares: bool
) -> Chart:
    """Return a chart of parts of wholes. A row is its label, its figures and those before (None: it was not there)."""
    most = max((now.whole for _label, now, _before in rows), default=0) or 1
    bars = [
        Bar(
            label=label,
            said=_of(now),
            part=FULL * now.part // most,
            whole=FULL * now.whole // most,
            before=_of(before) if before else NOT_THERE_BEFORE,
            change=difference(now.part, before.part) if before else "",
        )
        for label, now, before in rows
    ]
    return Chart(title, what, counted, bars, compares)


def of_counts(title: str, what: str, counted: str, rows: Sequence[tuple[str, int, int]], *, compares: bool) -> Chart:
    """Return a chart of numbers of things, each by a number. A row is its label, its count and the count before."""
    most = max((count for _label, count, _before in rows), default=0) or 1
    bars = [
        Bar(label, str(count), FULL * count // most, 0, before=str(before), change=difference(count, before))
        for label, count, before in rows
    ]
    return Chart(title, what, counted, bars, compares, is_of_numbers=True)


def difference(now: int, before: int) -> str:
    """Return "+3", "−2", or nothing."""
    change = now - before
    return f"{change:+d}".replace("-", "−") if change else ""


def _of(figures: ChartPart) -> str:
    # Translators: how many of how many, as in "12 of 15".
    return gettext("%(part)d of %(whole)d") % figures._asdict()
