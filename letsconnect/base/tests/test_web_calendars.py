"""Links that fill an event in at web calendars."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from letsconnect.base.tests.test_calendars import CLINIC
from letsconnect.base.web_calendars import links_of

TITLE = "ميزانية & co + «plan»: 100 %"


def values(number, event=CLINIC):
    address = urlsplit(links_of(event)[number].address)
    return {name: value for name, [value] in parse_qs(address.query).items()}


def test_each_web_calendar_gets_title_hour_and_page():
    event = replace(CLINIC, summary=TITLE)

    google, outlook, office, yahoo = (values(number, event) for number in range(4))

    assert google["dates"] == "20260304T140000Z/20260304T160000Z"
    assert (outlook["startdt"], outlook["enddt"]) == (
        "2026-03-04T14:00:00Z",
        "2026-03-04T16:00:00Z",
    ) and office == outlook
    assert (yahoo["st"], yahoo["et"]) == ("20260304T140000Z", "20260304T160000Z")
    assert google["text"] == outlook["subject"] == yahoo["title"] == TITLE
    for each, body in ((google, "details"), (outlook, "body"), (yahoo, "desc")):
        assert "https://example.org/clinics/7/" in each[body]


def test_addresses_are_https_and_have_no_letter_that_ends_them():
    for calendar in links_of(replace(CLINIC, summary=TITLE + "\r\n\"'<>")):
        assert calendar.address.startswith("https://")
        assert calendar.address.isascii() and not set(" \r\n\"'<>+") & set(calendar.address)


def test_what_is_cancelled_or_has_no_hour_is_offered_nowhere():
    assert links_of(replace(CLINIC, is_cancelled=True)) == []
    assert links_of(replace(CLINIC, starts_at=None, ends_at=None)) == []
