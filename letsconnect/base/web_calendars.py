"""Links that open the form of a web calendar with an event filled in; following one sends that site only this event."""

from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import quote

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
    title, details = _quoted(without_breaks(event.summary)), _quoted(event.description)
    place, begin, end = _quoted(event.place or event.link), event.starts_at, event.ends_at
    compact_begin, compact_end = _compact(begin), _compact(end)
    google = f"action=TEMPLATE&text={title}&dates={compact_begin}%2F{compact_end}&details={details}&location={place}"
    outlook = (
        f"path=%2Fcalendar%2Faction%2Fcompose&rru=addevent&subject={title}&startdt={_quoted(_plain(begin))}"
        f"&enddt={_quoted(_plain(end))}&body={details}&location={place}"
    )
    yahoo = f"v=60&title={title}&st={compact_begin}&et={compact_end}&desc={details}&in_loc={place}"
    return [
        WebCalendar("Google Calendar", f"https://calendar.google.com/calendar/render?{google}"),
        WebCalendar("Outlook.com", f"https://outlook.live.com/calendar/0/deeplink/compose?{outlook}"),
        WebCalendar("Office 365", f"https://outlook.office.com/calendar/0/deeplink/compose?{outlook}"),
        WebCalendar("Yahoo", f"https://calendar.yahoo.com/?{yahoo}"),
    ]


def _quoted(text: str) -> str:
    return quote(text, safe="")  # some of them show a "+" where they are given one for a space


def _compact(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _plain(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
