"""Figures of a round as tables whose rows carry a bar: what is counted, and how it compares with the preview before."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language, gettext

from registrations.domain.registrations import Region
from registrations.reference.names import language_name

FULL = 1000  # the width of the longest bar, in the picture's own units
Labels = Callable[[str], str]
Figures = Mapping[str, Any]


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


def of_regions(now: Figures, before: Figures | None) -> Chart:
    """How many learners of each region get a proposal."""
    return _served(
        gettext("Learners who get a proposal, by region"), gettext("Region"), "by_region", _region, now, before
    )


def of_languages(now: Figures, before: Figures | None) -> Chart:
    """How many learners of each language get a proposal; who speaks three is counted three times."""
    return _served(
        gettext("Learners who get a proposal, by language they speak"),
        gettext("Language"),
        "by_language",
        _language,
        now,
        before,
    )


def of_scores(now: Figures, before: Figures | None) -> Chart:
    """How well the proposed pairs fit, in tenths of the most points a pair can have. Points of other weights measure
    something else, so two previews are compared by the same weights only."""
    before = before if before is not None and _weights(before) == _weights(now) else None
    bins, old = now.get("scores", {}).get("bins", []), (before or {}).get("scores", {}).get("bins", [])
    rows = [(f"{10 * tenth}–{10 * tenth + 10} %", count, _at(old, tenth)) for tenth, count in enumerate(bins)]
    title = gettext("How well the proposed pairs fit")
    return _counted(title, gettext("Of the most points possible"), gettext("Pairs"), rows, before)


def _weights(figures: Figures) -> tuple[Any, Any]:
    return figures.get("settings", {}).get("weights"), figures.get("scores", {}).get("most")


def of_load(now: Figures, before: Figures | None) -> Chart:
    """How many people the sharers will be helping."""
    load, old = now.get("load", {}), (before or {}).get("load", {})
    keys = sorted({*load, *old}, key=int)
    rows = [(key, load.get(key, 0), old.get(key, 0)) for key in keys]
    title = gettext("How many people each sharer would be helping")
    return _counted(title, gettext("People helped"), gettext("Sharers"), rows, before)


def difference(now: int, before: int) -> str:
    """Return "+3", "−2", or nothing."""
    change = now - before
    return f"{change:+d}".replace("-", "−") if change else ""


def _region(code: str) -> str:
    return str(dict(Region.choices).get(code, "")) or gettext("not told")


def _language(code: str) -> str:
    return language_name(code, get_language() or "en")


def _served(title: str, what: str, key: str, label: Labels, now: Figures, before: Figures | None) -> Chart:
    rows, old = now.get(key, {}), (before or {}).get(key, {})
    most = max([row["learners"] for row in rows.values()], default=0) or 1
    bars = [
        Bar(
            label=label(code),
            said=_of(row),
            part=FULL * row["served"] // most,
            whole=FULL * row["learners"] // most,
            before=_of(old[code]) if code in old else "—",
            change=difference(row["served"], old[code]["served"]) if code in old else "",
        )
        for code, row in sorted(rows.items(), key=lambda item: (-item[1]["learners"], item[0]))
    ]
    return Chart(title, what, gettext("Served"), bars, before is not None)


def _of(row: Mapping[str, int]) -> str:
    # Translators: how many of how many, as in "12 of 15".
    return gettext("%(part)d of %(whole)d") % {"part": row["served"], "whole": row["learners"]}


def _counted(
    title: str, what: str, counted: str, rows: Sequence[tuple[str, int, int]], before: Figures | None
) -> Chart:
    most = max((count for _label, count, _old in rows), default=0) or 1
    bars = [
        Bar(label, str(count), FULL * count // most, 0, before=str(old), change=difference(count, old))
        for label, count, old in rows
    ]
    return Chart(title, what, counted, bars, before is not None, is_of_numbers=True)


def _at(counts: Sequence[int], place: int) -> int:
    return counts[place] if place < len(counts) else 0
