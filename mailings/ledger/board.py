"""How the ledger stands: letters by kind and by issue with their sums, what waits longest, how fast letters go."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count

from mailings import kinds
from mailings.domain.letters import LetterState
from mailings.ledger import rates
from mailings.models import Letter, LetterQuerySet, Newsletter

ISSUES = 12  # the newest that were sent


@dataclass
class StatesOfKind:
    """The letters of one kind, of both sides where it has two: how many are in each state."""

    line: str
    label: str
    states: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.states.values())

    @property
    def in_words(self) -> list[tuple[str, str, int]]:
        return _in_words(self.states)


@dataclass
class StatesOfIssue:
    """An issue of the newsletter: how many readers were counted, and the states of their letters."""

    issue: Newsletter
    states: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.states.values())

    @property
    def adds_up(self) -> bool:
        """Whether the states add up to those who were counted; anything else is a fault of the portal."""
        return self.total == self.issue.recipients

    @property
    def in_words(self) -> list[tuple[str, str, int]]:
        return _in_words(self.states)


@dataclass(frozen=True)
class SendingSpeed:
    """How many letters may go out in a minute (0: as many as the server takes), may now, and did in the last minute."""

    allowed: int
    tokens: int | None
    sent: int


def by_kind(letters: LetterQuerySet) -> list[StatesOfKind]:
    """Count letters by kind and state in one query, by the names of the kinds."""
    lines: dict[str, StatesOfKind] = {}
    for kind, state, count in letters.order_by().values_list("kind", "state").annotate(count=Count("pk")):
        line = kinds.line_of(kind)
        states = lines.setdefault(line, StatesOfKind(line, kinds.label_of(kind))).states
        states[state] = states.get(state, 0) + count
    return sorted(lines.values(), key=lambda line: line.label)


def by_issue() -> list[StatesOfIssue]:
    """Count the letters of the newest issues that were sent, in two queries."""
    issues = list(Newsletter.objects.exclude(frozen_at=None).order_by("-number")[:ISSUES])
    lines = {issue.pk: StatesOfIssue(issue) for issue in issues}
    rows = Letter.objects.filter(newsletter__in=issues).order_by().values_list("newsletter", "state")
    for issue, state, count in rows.annotate(count=Count("pk")):
        lines[issue].states[state] = count
    return list(lines.values())


def sending_speed(*, now: datetime) -> SendingSpeed:
    """Return how fast letters may go, and do."""
    sent = Letter.objects.filter(state=LetterState.SENT, sent_at__gt=now - timedelta(minutes=1)).count()
    return SendingSpeed(settings.EMAIL_RATE, rates.tokens_now(now=now), sent)


def _in_words(states: dict[str, int]) -> list[tuple[str, str, int]]:
    """Return state, its name and the count, in the order of a letter's way."""
    return [(state, str(LetterState(state).label), states[state]) for state in LetterState.values if state in states]
