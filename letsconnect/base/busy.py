"""When people are busy: the spans of time they have agreed to, in any app.

Each app registers at start-up (`apps.py`) a provider of its spans. A span has a beginning and an end and nothing else,
so that one app can avoid another's hours without learning what they are for.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from letsconnect.base.hours import Span

# For some members' keys and a moment: (key of the member, begin, end) for each span that is not over by then.
Provider = Callable[[Collection[int], datetime], Iterable[tuple[int, datetime, datetime]]]

_providers: dict[str, Provider] = {}


def register(name: str, provider: Provider) -> None:
    """Register ``provider``, which must use the same number of queries however many people it is asked about."""
    if _providers.setdefault(name, provider) is not provider:
        raise ValueError(f"the provider of busy spans {name!r} is registered twice")


def names() -> list[str]:
    return sorted(_providers)


def spans(members: Collection[int], *, now: datetime, provider_names: Iterable[str]) -> dict[int, list[Span]]:
    """Return for each of these members (by key) their spans that are not over, sorted by beginning, each once.

    ``provider_names`` says which providers to ask, because not everything people have agreed to is in the way.
    """
    busy: dict[int, set[Span]] = defaultdict(set)
    for name in provider_names:
        for member, begin, end in _providers[name](members, now):
            busy[member].add((begin, end))
    return {member: sorted(busy[member]) for member in members}
