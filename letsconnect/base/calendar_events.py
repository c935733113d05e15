"""What stands in a person's own calendar: the events of all apps, each said by the app that knows it.

Each app registers at start-up (`apps.py`) a provider of a member's events. So one feed holds them all, and no app needs
to know another.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from letsconnect.base.calendars import Event

# For a member and the moment since when events count: theirs that end after it, in the language that is active.
EventProvider = Callable[[Any, datetime], Iterable[Event]]

SHOWN_AFTER_THE_END = timedelta(days=30)
MOST_OF_ONE_PROVIDER = 200  # so that a feed costs the same however long somebody takes part

_providers: dict[str, EventProvider] = {}


def register(name: str, provider: EventProvider) -> None:
    """Register ``provider``, which must use the same number of queries however many events somebody has."""
    if _providers.setdefault(name, provider) is not provider:
        raise ValueError(f"the provider of events {name!r} is registered twice")


def names() -> list[str]:
    return sorted(_providers)


def events_of(member: Any, *, now: datetime) -> list[Event]:
    """Return what is in a member's calendar, soonest first; call it while their language is active."""
    since = now - SHOWN_AFTER_THE_END
    events = [event for name in names() for event in _providers[name](member, since)]
    return sorted(events, key=lambda event: (event.starts_at or now, str(event.uid)))
