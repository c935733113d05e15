"""Count the learners of published rounds by what became of them, in three queries."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, QuerySet, Value, When

from matching.domain.matches import NOT_LOOKED_FOR, RoundState
from matching.models import Match, Round, RoundParticipant
from registrations.domain.registrations import MIN_SHARED_LEVEL
from reports.domain.periods import Period

MATCHED, SET_ASIDE, NOBODY = OUTCOMES = ("matched", "set_aside", "nobody")


@dataclass
class RoundFigures:
    """The learners of one round by region or language, and by outcome."""

    number: int
    published_at: datetime
    regions: Counter[tuple[str, str]] = field(default_factory=Counter)
    languages: Counter[tuple[str, str]] = field(default_factory=Counter)


def rounds_of(period: Period) -> list[RoundFigures]:
    """Return the rounds first published in a period, the newest first.

    Learners are those for whom somebody was looked for. They are counted under their region and languages of today;
    a language counts if they could be matched in it.
    """
    rounds = Round.objects.filter(
        state=RoundState.PUBLISHED, published_at__gte=period.starts_at, published_at__lt=period.ends_at
    ).order_by("-published_at", "-pk")
    moments = rounds.values_list("pk", "published_at")
    figures = {number: RoundFigures(number, at) for number, at in moments if at is not None}
    learners = learners_of(rounds)
    for number, region, outcome, people in _counted(learners, "registration__region"):
        figures[number].regions[region, outcome] += people
    speak = learners.filter(registration__spoken_languages__level__gte=MIN_SHARED_LEVEL)
    for number, language, outcome, people in _counted(speak, "registration__spoken_languages__code"):
        figures[number].languages[language, outcome] += people
    return list(figures.values())


def learners_of(rounds: QuerySet[Round]) -> QuerySet[RoundParticipant]:
    """Return who took part, with ``outcome``: matched, found a partner that the working group set aside, or nobody."""
    asked = Match.objects.filter(round=OuterRef("round"), learner=OuterRef("registration"), asked_at__isnull=False)
    outcome = Case(
        When(Exists(asked), then=Value(MATCHED)), When(left_out="", then=Value(SET_ASIDE)), default=Value(NOBODY)
    )
    people = RoundParticipant.objects.filter(round__in=rounds.order_by().values("pk"), is_learner=True)
    return people.exclude(left_out__in=NOT_LOOKED_FOR).annotate(outcome=outcome).order_by()


def _counted(learners: QuerySet[RoundParticipant], by: str) -> QuerySet[Any, Any]:
    rows = learners.values("round", by, "outcome").annotate(people=Count("registration", distinct=True))
    return rows.values_list("round", by, "outcome", "people")
