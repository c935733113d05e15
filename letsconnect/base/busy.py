"""When people are busy: the spans of time they have agreed to, in any app.

Each app registers at start-up (`apps.py`) a provider of its spans. A span has a beginning and an end and nothing else,
so that one app can avoid another's hours without learning what they are for. To people themselves it can be said what
is in their way, in the words each app gives for all of its spans.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any

from letsconnect.base.hours import Span

# For some members' keys and a moment: (key of the member, begin, end) for each span that is not over by then.
Provider = Callable[[Collection[int], datetime], Iterable[tuple[int, datetime, datetime]]]

_providers: dict[str, Provider] = {}
_words: dict[str, Any] = {}  # texts, translated when they are read


def register(name: str, provider: Provider, words: Any) -> None:
    """Register ``provider``, which must use the same number of queries however many people it is asked about.

    ``words`` say to somebody, in a sentence, that they have such an hour at a time they are asked about.
    """
    if _providers.setdefault(name, provider) is not provider:
        raise ValueError(f"the provider of busy spans {name!r} is registered twice")
    _words[name] = words


def names() -> list[str]:
    return sorted(_providers)


def words_of(name: str) -> str:
    """Return what somebody is told who has an hour of this provider in the way, in the language that is active."""
    return str(_words[name])


def spans(members: Collection[int], *, now: datetime, provider_names: Iterable[str]) -> dict[int, list[Span]]:
    """Return for each of these members (by key) their spans that are not over, sorted by beginning, each once.

    ``provider_names`` says which providers to ask, because not everything people have agreed to is in the way.
    """
    busy: dict[int, set[Span]] = defaultdict(set)
    for name in provider_names:
        for member, begin, end in _providers[name](members, now):
            busy[member].add((begin, end))
    return {member: sorted(busy[member]) for member in members}


def overlaps(begin: datetime, end: datetime, spans_of_one: Iterable[Span]) -> bool:
    """Tell whether one of these spans lies in part between the two moments; those that only touch do not."""
    return any(theirs < end and until > begin for theirs, until in spans_of_one)
