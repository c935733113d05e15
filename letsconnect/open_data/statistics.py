"""Published editions as anybody may read them by a program: the numbers of their pages, and what each of them counts.

An edition is frozen, rounded and without small numbers before it gets here; nothing is counted for an answer. Keys stay
the same in every language. Words (titles, headings, definitions, names of rows) are in the language that is asked for.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import get_language

from clinics.models import Quote
from letsconnect.base.languages import direction_of
from letsconnect.base.links import absolute
from letsconnect.open_data.answers import BadQuestion
from letsconnect.open_data.clinics import moment
from reports.domain.tables import STEP, FigureRow, FigureTable
from reports.editions.freezing import FrozenTable, tables_of
from reports.editions.making import quotes_of
from reports.files import told_by_key
from reports.models import Edition, EditionText

LANGUAGE = "language"


def language_of(query: QueryDict) -> str:
    """Return the language that is asked for, English without one; BadQuestion for anything else that is asked."""
    for name, values in query.lists():
        if name != LANGUAGE:
            raise BadQuestion("", f"The one parameter is: {LANGUAGE}.")
        if len(values) > 1:
            raise BadQuestion(name, "This parameter stands there more than once.")
    language = query.get(LANGUAGE) or settings.LANGUAGE_CODE
    if language not in dict(settings.LANGUAGES):
        raise BadQuestion(LANGUAGE, f"Languages are: {', '.join(dict(settings.LANGUAGES))}.")
    return language


def summary(edition: Edition) -> dict[str, Any]:
    """Return what the list says of an edition, in the active language."""
    correction = edition.corrected_by
    return {
        "slug": edition.slug,
        "self": absolute("api-edition", edition.slug),
        "page": absolute("reports:edition", edition.slug),
        "title": _text(edition.text, "title") or _words(edition.slug, settings.LANGUAGE_CODE),
        "period": {"first_day": edition.first_on.isoformat(), "last_day": edition.last_on.isoformat()},
        "published_at": moment(edition.published_at) if edition.published_at else None,
        "corrects": edition.corrects.slug if edition.corrects else None,
        "corrected_by": correction.slug if correction else None,
    }


def whole(edition: Edition, *, now: datetime) -> dict[str, Any]:
    """Return all that the page of a published edition says, in the active language."""
    return {
        **summary(edition),
        "introduction": _text(edition.text, "introduction"),
        "language": get_language() or settings.LANGUAGE_CODE,
        "rounded_to": STEP,
        "tables": [_table(each, edition) for each in tables_of(edition, reader=None, now=now)],
        "quotes": [_quote(quote) for quote in quotes_of(edition)],
    }


def _quote(quote: Quote) -> dict[str, str]:
    return {"text": quote.text, "said_by": str.__str__(quote.name) or str(quote.said_by)}


def _text(text: EditionText | None, field: str) -> dict[str, str] | None:
    words = getattr(text, field, "")
    return _words(words, text.language) if text and words else None


def _words(text: str, language: str) -> dict[str, str]:
    return {"text": text, "language": language, "direction": direction_of(language)}


def _table(each: FrozenTable, edition: Edition) -> dict[str, Any]:
    table = each.table
    return {
        "report": each.report.name,
        "table": table.key,
        "title": str(table.title),
        "note": str(table.note),
        "as_of": moment(edition.published_at) if each.is_of_a_day and edition.published_at else None,
        "names": [str(column.label) for column in table.columns if not column.is_figure],
        "figures": [
            {
                "key": column.key,
                "label": str(column.label),
                "definition": str(column.definition),
                "is_exact": column.is_exact,
            }
            for column in table.columns
            if column.is_figure
        ],
        "rows": [_row(table, row) for row in table.rows],
    }


def _row(table: FigureTable, row: FigureRow) -> dict[str, Any]:
    cells = list(zip(table.columns, row.cells, strict=True))
    figures = {column.key: cell for column, cell in cells if column.is_figure}
    return {
        "key": row.key,
        "names": [str(cell) for column, cell in cells if not column.is_figure],
        "is_total": row.is_total,
        **told_by_key(figures),
    }
