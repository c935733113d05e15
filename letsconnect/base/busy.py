"""When people are busy: the spans of time they have agreed to, whatever for.

Each app registers at start-up (`apps.py`) what it knows. A span says from when to when and nothing else, so that one
app can keep clear of another's hours without telling anybody what they are.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from letsconnect.base.hours import Span

# For some members' keys and a moment: (key of the member, begin, end) for each span that is not over by then.
Provider = Callable[[Collection[int], datetime], Iterable[tuple[int, datetime, datetime]]]

_providers: dict[str, Provider] = {}


def register(name: str, provider: Provider) -> None:
    """Make ``provider`` known; it asks the database a constant number of times, however many people it is asked of."""
    if _providers.setdefault(name, provider) is not provider:
        raise ValueError(f"the provider of busy spans {name!r} is registered twice")


def names() -> list[str]:
    return sorted(_providers)


def spans(members: Collection[int], *, now: datetime, of: Iterable[str]) -> dict[int, list[Span]]:
    """Return for each of these members (by key) the spans that are not over, by their beginning, each once.

    ``of`` names the providers to ask: what somebody has agreed to elsewhere does not keep them from everything.
    """
    busy: dict[int, set[Span]] = defaultdict(set)
    for name in of:
        for member, begin, end in _providers[name](members, now):
            busy[member].add((begin, end))
    return {member: sorted(busy[member]) for member in members}
