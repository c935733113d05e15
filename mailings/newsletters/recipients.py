"""Who got an issue: counted by language and state, always as many as were counted when it was sent."""

from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Count

from mailings.domain.letters import LetterState
from mailings.models import Letter, Newsletter


@dataclass
class StatesOfLanguage:
    """The letters in one language: how many are in each state, and how many readers get it instead of their own."""

    language: str
    states: dict[str, int] = field(default_factory=dict)
    fallbacks: int = 0

    @property
    def total(self) -> int:
        return sum(self.states.values())

    @property
    def name(self) -> str:
        return dict(settings.LANGUAGES).get(self.language, self.language)

    @property
    def in_words(self) -> list[tuple[str, int]]:
        """How many letters are in each state that any is in, by the words for it."""
        return [(str(LetterState(state).label), count) for state, count in self.states.items()]


@dataclass(frozen=True)
class Recipients:
    """What became of the letters of an issue."""

    counted: int  # when it was sent
    lines: list[StatesOfLanguage]
    states: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.states.values())

    @property
    def adds_up(self) -> bool:
        """Whether the states add up to those who were counted; anything else is a fault of the portal."""
        return self.total == self.counted


def recipients_of(newsletter: Newsletter) -> Recipients:
    """Count the letters of an issue, in one query."""
    languages: dict[str, StatesOfLanguage] = {}
    states = dict.fromkeys(LetterState.values, 0)
    rows = Letter.objects.of_issue(newsletter).order_by("language")
    for language, state, is_fallback, count in rows.values_list("language", "state", "is_fallback").annotate(
        count=Count("pk")
    ):
        line = languages.setdefault(language, StatesOfLanguage(language))
        line.states[state] = line.states.get(state, 0) + count
        line.fallbacks += count if is_fallback else 0
        states[state] += count
    return Recipients(newsletter.recipients or 0, list(languages.values()), states)
