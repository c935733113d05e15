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
    figure: str
    part: int
    whole: int
    earlier: str = ""
    change: str = ""


@dataclass(frozen=True)
class Chart:
    """A table with bars. ``compares`` adds the earlier figures, or others to compare with under their own heading."""

    title: str
    label_heading: str
    figure_heading: str
    bars: list[Bar] = field(default_factory=list)
    compares: bool = False
    is_of_numbers: bool = False
    earlier_heading: str = ""


class ChartPart(NamedTuple):
    """A part and its whole, as in "12 of 15"."""

    part: int
    whole: int


def of_parts(
    title: str,
    label_heading: str,
    figure_heading: str,
    rows: Sequence[tuple[str, ChartPart, ChartPart | None]],
    *,
    compares: bool,
) -> Chart:
    """Return a chart of parts of wholes. A row has its label, its figures and the earlier ones (None: it is new)."""
    most = max((now.whole for _label, now, _earlier in rows), default=0) or 1
    bars = [
        Bar(
            label=label,
            figure=_part_of_whole(now),
            part=FULL * now.part // most,
            whole=FULL * now.whole // most,
            earlier=_part_of_whole(earlier) if earlier else NOT_THERE_BEFORE,
            change=difference(now.part, earlier.part) if earlier else "",
        )
        for label, now, earlier in rows
    ]
    return Chart(title, label_heading, figure_heading, bars, compares)


def of_counts(
    title: str, label_heading: str, figure_heading: str, rows: Sequence[tuple[str, int, int]], *, compares: bool
) -> Chart:
    """Return a chart of counts whose labels are numbers. A row has its label, its count and the earlier count."""
    most = max((count for _label, count, _earlier in rows), default=0) or 1
    bars = [
        Bar(label, str(count), FULL * count // most, 0, earlier=str(earlier), change=difference(count, earlier))
        for label, count, earlier in rows
    ]
    return Chart(title, label_heading, figure_heading, bars, compares, is_of_numbers=True)


def difference(now: int, earlier: int) -> str:
    """Return the change as "+3" or "−2", or "" when there is none."""
    change = now - earlier
    return f"{change:+d}".replace("-", "−") if change else ""


def _part_of_whole(figures: ChartPart) -> str:
    # Translators: how many of how many, as in "12 of 15".
    return gettext("%(part)d of %(whole)d") % figures._asdict()
