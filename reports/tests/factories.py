"""Editions for tests: made and published by the real actions."""

from datetime import date, datetime

from registrations.models import Member
from reports.domain.periods import Period
from reports.editions.freezing import frames
from reports.editions.making import Chosen, publish_edition, save_draft
from reports.models import Edition

FIGURES = (
    ("participation", "summary", "people"),
    ("participation", "regions", "people"),
    ("participation", "regions", "newcomers"),
)


def make_draft(slug: str, *, by: Member, now: datetime, **fields) -> Edition:
    values = {
        "slug": slug,
        "period": Period(date(2026, 1, 1), date(2026, 6, 30)),
        "texts": {"en": ("Half a year", "What we did."), "ar": ("نصف سنة", "")},
        "figures": FIGURES,
        **fields,
    }
    return save_draft(edition=None, chosen=Chosen(**values), by=by, now=now)


def make_edition(slug: str, *, by: Member, now: datetime, **fields) -> Edition:
    draft = make_draft(slug, by=by, now=now, **fields)
    return publish_edition(edition=draft, seen_version=draft.version, by=by, now=now)


def every_figure() -> list[tuple[str, str, str]]:
    return [
        (report.name, frame.key, column.key)
        for report, frame in frames()
        for column in frame.columns
        if column.is_figure
    ]
