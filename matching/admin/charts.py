"""What a round is charted by: regions, languages, how well the pairs fit, and how many people each sharer helps."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import get_language, gettext

from letsconnect.base import charts
from letsconnect.base.charts import Chart, ChartPart
from registrations.domain.registrations import Region
from registrations.reference.names import language_name

Labels = Callable[[str], str]
Figures = Mapping[str, Any]


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
    what, counted = gettext("Of the most points possible"), gettext("Pairs")
    return charts.of_counts(title, what, counted, rows, compares=before is not None)


def _weights(figures: Figures) -> tuple[Any, Any]:
    return figures.get("settings", {}).get("weights"), figures.get("scores", {}).get("most")


def of_load(now: Figures, before: Figures | None) -> Chart:
    """How many people the sharers will be helping."""
    load, old = now.get("load", {}), (before or {}).get("load", {})
    keys = sorted({*load, *old}, key=int)
    rows = [(key, load.get(key, 0), old.get(key, 0)) for key in keys]
    title = gettext("How many people each sharer would be helping")
    what, counted = gettext("People helped"), gettext("Sharers")
    return charts.of_counts(title, what, counted, rows, compares=before is not None)


def _region(code: str) -> str:
    return str(dict(Region.choices).get(code, "")) or gettext("not told")


def _language(code: str) -> str:
    return language_name(code, get_language() or "en")


def _served(title: str, what: str, key: str, label: Labels, now: Figures, before: Figures | None) -> Chart:
    old = (before or {}).get(key, {})
    rows = [
        (label(code), _part(row), _part(old[code]) if code in old else None)
        for code, row in sorted(now.get(key, {}).items(), key=lambda item: (-item[1]["learners"], item[0]))
    ]
    return charts.of_parts(title, what, gettext("Served"), rows, compares=before is not None)


def _part(row: Mapping[str, int]) -> ChartPart:
    return ChartPart(row["served"], row["learners"])


def _at(counts: Sequence[int], place: int) -> int:
    return counts[place] if place < len(counts) else 0
