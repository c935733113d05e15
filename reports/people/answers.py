"""What people answered about gender and age, in sums of whole years: all that is kept of these answers."""

from collections import Counter, defaultdict
from datetime import timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from registrations.answers.sensitive import KEPT_DAYS
from registrations.domain.registrations import AgeRange, Gender, SensitiveQuestion
from registrations.models import SensitiveTally
from reports.catalogue import ReportKind, ReportQuestion
from reports.domain.privacy import ALL, hidden_in_list
from reports.domain.tables import HIDDEN, FigureColumn, FigureRow, FigureTable

_ANSWERS = FigureColumn(
    "answers",
    pgettext_lazy("heading", "Answers"),
    _(
        "Answers given in the year. Each was stored apart from the person and deleted within 90 days; only this sum is "
        "kept. A year is shown when its last answers are deleted."
    ),
)
_TABLES = (
    (SensitiveQuestion.GENDER, _("Gender"), Gender),
    (SensitiveQuestion.AGE, _("Age"), AgeRange),
)


def tables(asked: ReportQuestion) -> list[FigureTable]:
    """Return a table for each question, by one query. It grows by whole years, so that no two sums tell one answer."""
    last = (asked.now.date() - timedelta(days=KEPT_DAYS + 7)).year - 1
    counts: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    for tally in SensitiveTally.objects.filter(year__lte=last):
        counts[tally.question, tally.year][tally.option] += tally.count
    return [
        FigureTable(
            str(question),
            title,
            (FigureColumn("year", _("Year")), FigureColumn("answer", pgettext_lazy("heading", "Answer")), _ANSWERS),
            tuple(
                row
                for year in sorted((year for of, year in counts if of == question), reverse=True)
                for row in _rows(year, {option: counts[question, year][option] for option in options.values}, options)
            ),
        )
        for question, title, options in _TABLES
    ]


def _rows(year: int, given: dict[str, int], options: type[Gender] | type[AgeRange]) -> list[FigureRow]:
    away = hidden_in_list(given)
    rows = [
        FigureRow((str(year), str(options(option).label), HIDDEN if option in away else count))
        for option, count in given.items()
    ]
    total = HIDDEN if ALL in away else sum(given.values())
    return [*rows, FigureRow((str(year), pgettext("answers", "all"), total), is_total=True)]


REPORT = ReportKind(
    name="gender-and-age",
    title=_("Gender and age"),
    says=_("What people answered about gender and age, in sums of whole years, joined with nothing else."),
    tables=tables,
    is_of_period=False,
)
