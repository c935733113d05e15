"""Whom the numbers of the report on fairness count."""

from typing import Any

from django.db.models import QuerySet

from matching.models import Round
from registrations.domain.registrations import MIN_SHARED_LEVEL
from reports.catalogue import Counted, CountedBy, ReportLists, ReportQuestion, register_lists
from reports.fairness.counting import MATCHED, NOBODY, SET_ASIDE, learners_of
from reports.fairness.report import BY_LANGUAGE, BY_REGION, FIGURES, REPORT, ROUNDS
from reports.row_names import parts_of

_OUTCOMES = {
    "took_part": (MATCHED, SET_ASIDE, NOBODY),
    "at_best": (MATCHED, SET_ASIDE),
    "matched": (MATCHED,),
    "waited": (SET_ASIDE, NOBODY),
}


def counted(_asked: ReportQuestion) -> CountedBy:
    """Return the learners of a round, of one region or language, by what became of them."""

    def of(table: str, row: str, figure: str) -> Counted:
        of_round, *of_part = parts_of(row)
        number = int(of_round.partition(":")[2].partition("/")[0])
        learners: QuerySet[Any, Any] = learners_of(Round.objects.filter(pk=number))
        part = of_part[0].partition(":")[2] if of_part else ""
        if table == BY_REGION:
            learners = learners.filter(registration__region=part)
        if table == BY_LANGUAGE:
            languages = {"code": part, "level__gte": MIN_SHARED_LEVEL}
            speak = {f"registration__spoken_languages__{name}": value for name, value in languages.items()}
            learners = learners.filter(**speak)
        people = learners.filter(outcome__in=_OUTCOMES[figure]).values_list("registration", flat=True)
        return Counted(registrations=set(people))

    return of


_TABLES = (ROUNDS, BY_REGION, BY_LANGUAGE)


def register() -> None:
    register_lists(
        REPORT.name, ReportLists(frozenset((table, column.key) for table in _TABLES for column in FIGURES), counted)
    )
