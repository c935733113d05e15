"""Links that open the form of a web calendar with an event filled in; following one sends that site only this event."""

from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import quote, urlencode

from letsconnect.base.calendars import Event
from letsconnect.base.lines import without_breaks


class WebCalendar(NamedTuple):
    """A web calendar people use, and the address at which it takes an event."""

    name: str
    address: str


def links_of(event: Event) -> list[WebCalendar]:
    """Return a link for each of the usual web calendars; none for an event that has no hour or is cancelled."""
    if event.starts_at is None or event.ends_at is None or event.is_cancelled:
        return []
    title, begin, end = without_breaks(event.summary), event.starts_at, event.ends_at
    google = {
        "action": "TEMPLATE",
        "text": title,
        "dates": f"{_compact(begin)}/{_compact(end)}",
        "details": event.description,
        "location": event.place or event.link,
    }
    outlook = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": title,
        "startdt": _plain(begin),
        "enddt": _plain(end),
        "body": event.description,
        "location": event.place or event.link,
    }
    yahoo = {
        "v": "60",
        "title": title,
        "st": _compact(begin),
        "et": _compact(end),
        "desc": event.description,
        "in_loc": event.place or event.link,
    }
    return [
        WebCalendar("Google Calendar", _address("https://calendar.google.com/calendar/render", google)),
        WebCalendar("Outlook.com", _address("https://outlook.live.com/calendar/0/deeplink/compose", outlook)),
        WebCalendar("Office 365", _address("https://outlook.office.com/calendar/0/deeplink/compose", outlook)),
        WebCalendar("Yahoo", _address("https://calendar.yahoo.com/", yahoo)),
    ]


def _address(base: str, values: dict[str, str]) -> str:
    return (
        f"{base}?{urlencode(values, quote_via=quote)}"  # some of them show a "+" where they are given one for a space
    )


def _compact(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _plain(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
