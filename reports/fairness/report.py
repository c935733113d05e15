"""The report on fairness: each round's learners by region and by language, matched, waiting, and possible at best."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import chain

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from matching.models import Round
from registrations.domain.registrations import Region
from reports.catalogue import ReportKind, ReportQuestion
from reports.domain.privacy import ALL, hidden_counts, hidden_in_table, sums_of_table
from reports.domain.tables import HIDDEN, Cell, FigureColumn, FigureRow, FigureTable
from reports.fairness.counting import MATCHED, NOBODY, OUTCOMES, SET_ASIDE, RoundFigures, rounds_of
from reports.row_names import joined_key, name_rows, row_name

ROUNDS, BY_REGION, BY_LANGUAGE = "rounds", "regions", "languages"
SPEAK, SPEAK_NOT = "speak", "speak not"
Counts = dict[tuple[str, str], int]

ROUND, REGION = FigureColumn("round", _("Round")), FigureColumn("region", _("Region"))
LANGUAGE = FigureColumn("language", _("Language"))
TOOK_PART, AT_BEST, WAS_MATCHED, WAITED = FIGURES = (
    FigureColumn(
        "took_part",
        pgettext_lazy("learners of a round", "took part"),
        _(
            "Learners for whom the round looked for somebody. They wished a skill, had room, and were free two hours a "
            "week. They count under their region and languages of today. Who was erased is not counted."
        ),
    ),
    FigureColumn(
        "at_best",
        pgettext_lazy("learners of a round", "at best"),
        _(
            "Of these, learners whom the best set of pairs serves. With each round a proof is kept that no set is "
            "better."
        ),
    ),
    FigureColumn(
        "matched",
        pgettext_lazy("learners of a round", "matched"),
        _("Of these, learners who were asked about a match of this round."),
    ),
    FigureColumn(
        "waited",
        pgettext_lazy("learners of a round", "waited"),
        _("Learners who took part and were not asked about anybody in this round."),
    ),
)


ROUNDS_TABLE = FigureTable(ROUNDS, _("Rounds"), (ROUND, *FIGURES), ())
REGIONS_TABLE = FigureTable(BY_REGION, _("Rounds by region"), (ROUND, REGION, *FIGURES), ())
LANGUAGES_TABLE = FigureTable(
    BY_LANGUAGE,
    _("Rounds by language"),
    (ROUND, LANGUAGE, *FIGURES),
    (),
    _("Who speaks several languages counts in each: the rows do not add up to people."),
    is_folded=True,
)


def tables(asked: ReportQuestion) -> list[FigureTable]:
    """Return the rounds of the period, each by region, and each by language."""
    rounds = [(figures, _Hiding(figures)) for figures in rounds_of(asked.period)]
    regions = tuple(chain.from_iterable(_regions(*each) for each in rounds))
    languages = tuple(chain.from_iterable(_languages(*each) for each in rounds))
    return [
        replace(ROUNDS_TABLE, rows=tuple(_row(*each) for each in rounds)),
        replace(REGIONS_TABLE, rows=regions, is_folded=len(rounds) > 1),
        replace(LANGUAGES_TABLE, rows=languages),
    ]


class _Hiding:
    """Which learners of one round are not told: of its regions and all of it, then of each language given these."""

    def __init__(self, figures: RoundFigures) -> None:
        regions = list(dict.fromkeys(region for region, _outcome in figures.regions)) or [""]
        self.regions: Counts = {
            (region, outcome): figures.regions[region, outcome] for region in regions for outcome in OUTCOMES
        }
        self.away = hidden_in_table(self.regions, unpublished=[SET_ASIDE])
        self.whole = {outcome: sum(self.regions[region, outcome] for region in regions) for outcome in OUTCOMES}

    def of_language(self, speakers: Mapping[str, int]) -> set[tuple[str, str]]:
        """Return what is not told of those who speak a language, and of the others, whom a subtraction would tell."""
        counts = {(SPEAK, outcome): speakers[outcome] for outcome in OUTCOMES}
        counts |= {(SPEAK_NOT, outcome): self.whole[outcome] - speakers[outcome] for outcome in OUTCOMES}
        sums = sums_of_table((SPEAK, SPEAK_NOT), OUTCOMES)
        counts |= {(who, ALL): sum(counts[who, outcome] for outcome in OUTCOMES) for who in (SPEAK, SPEAK_NOT)}
        whole = {(ALL, outcome): count for outcome, count in self.whole.items()} | {
            (ALL, ALL): sum(self.whole.values())
        }
        return hidden_counts(
            counts | whole,
            sums,
            unpublished=[(ALL, SET_ASIDE), *(key for key in counts if SPEAK_NOT in key or SET_ASIDE in key)],
            shown=whole.keys() - self.away,
            hidden=(whole.keys() & self.away) - {(ALL, SET_ASIDE)},
        )


def _cells(who: str, counts: Mapping[str, int], away: set[tuple[str, str]]) -> tuple[Cell, ...]:
    """Return took part, at best, matched and waited; each is told where what it follows from is."""
    took_part = sum(counts.values())
    is_told = {what: (who, what) not in away for what in (ALL, MATCHED, NOBODY)}
    return (
        took_part if is_told[ALL] else HIDDEN,
        took_part - counts[NOBODY] if is_told[ALL] and is_told[NOBODY] else HIDDEN,
        counts[MATCHED] if is_told[MATCHED] else HIDDEN,
        took_part - counts[MATCHED] if is_told[ALL] and is_told[MATCHED] else HIDDEN,
    )


def _key(figures: RoundFigures) -> str:
    return f"round:{figures.number}/{figures.published_at.date().isoformat()}"


def _name(rest: str) -> str:
    """Return what a round is called, by its number and the day on which it was published."""
    number, _slash, day = rest.partition("/")
    return f"{next(Round.called([int(number)]))} ({date_format(date.fromisoformat(day), 'DATE_FORMAT')})"


name_rows("round", _name)


def _row(figures: RoundFigures, hiding: _Hiding) -> FigureRow:
    key, address = _key(figures), reverse("admin:matching_round_change", args=[figures.number])
    return FigureRow((row_name(key), *_cells(ALL, hiding.whole, hiding.away)), key=key, leads_to=address)


def _regions(figures: RoundFigures, hiding: _Hiding) -> Iterator[FigureRow]:
    there = {region for region, _outcome in hiding.regions}
    for region in (*Region.values, ""):
        if region in there:
            counts = {outcome: hiding.regions[region, outcome] for outcome in OUTCOMES}
            yield _part(figures, f"region:{region}", _cells(region, counts, hiding.away))


def _languages(figures: RoundFigures, hiding: _Hiding) -> Iterator[FigureRow]:
    """Yield the languages, those most people speak first; what is hidden stands after them, by name."""
    rows = []
    for language in dict.fromkeys(code for code, _outcome in figures.languages):
        counts = {outcome: figures.languages[language, outcome] for outcome in OUTCOMES}
        rows.append(_part(figures, f"language:{language}", _cells(SPEAK, counts, hiding.of_language(counts))))
    yield from sorted(rows, key=lambda row: (_last_if_hidden(row.cells[2]), row.cells[1]))


def _part(figures: RoundFigures, part: str, cells: tuple[Cell, ...]) -> FigureRow:
    key = _key(figures)
    return FigureRow((row_name(key), row_name(part), *cells), key=joined_key(key, part))


def _last_if_hidden(cell: Cell) -> int:
    return -cell if isinstance(cell, int) else 1


REPORT = ReportKind(
    name="fairness",
    title=_("Fairness of rounds"),
    says=_("Whom each round matched and who waited, by region and language, beside what was possible at best."),
    tables=tables,
    picture="fairness",
    frames=(ROUNDS_TABLE, REGIONS_TABLE, LANGUAGES_TABLE),
)
