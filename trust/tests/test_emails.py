"""The letters: nothing in them that somebody who reads along could tell anybody."""

from datetime import timedelta

import pytest

from mailings import kinds
from mailings.domain.letters import QUIET
from mailings.ledger.draining import drain
from registrations.tests.factories import NOW, make_member
from trust.models import TrustSeat
from trust.reports.handling import send_report
from trust.reports.sweeps import forget_old_reports, tell_readers
from trust.tests.factories import make_reader, make_report

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["en", "es", "ar", "fr", "pt"])
@pytest.mark.parametrize("kind", ["trust.message_received", "trust.report_waits", "trust.team_changed"])
def test_every_letter_reads_in_every_language(kind, language):
    seat = make_reader(name="Rita").trust_seats.get()
    about = None if kind == "trust.message_received" else seat

    rendered = kinds.get(kind).render(about, language, "UTC")

    assert rendered.subject and ("rtl" in rendered.html) == (language == "ar")
    assert ("Rita" in rendered.text) == (kind == "trust.team_changed")


def test_what_is_sent_names_nobody_and_says_nothing_of_what_happened(mailoutbox):
    make_reader()
    send_report(by=make_member(name="Wilma"), about=make_member(name="Abel"), who="Abel", description="Zebra", now=NOW)
    drain(now=NOW + QUIET)

    assert sorted(mail.subject for mail in mailoutbox) == ["Something waits for you", "Thank you for your message"]
    thanks = next(mail for mail in mailoutbox if "Thank you" in mail.subject)
    for mail in mailoutbox:
        assert not any(word in mail.body for word in ("Wilma", "Abel", "Zebra", "read/"))
    assert not any(word in thanks.body.lower() for word in ("report", "trust", "confiden"))


def test_ten_messages_within_a_minute_make_one_letter_to_each_reader_and_one_to_whoever_wrote(mailoutbox):
    writer, readers = make_member(), [make_reader(), make_reader()]
    for second in range(10):
        now = NOW + timedelta(seconds=second)
        send_report(by=writer, description="Zebra", now=now)
        drain(now=now)
    for minute in range(1, 30):
        drain(now=NOW + timedelta(minutes=minute))

    assert sorted(mail.to[0] for mail in mailoutbox) == sorted(one.email for one in (writer, *readers))


def test_a_letter_is_owed_while_something_waits_that_its_reader_may_see():
    owed = kinds.get("trust.report_waits").still_owed
    seat = make_reader().trust_seats.get()
    assert owed(seat, NOW) == "nothing waits any more"
    make_report(about=seat.member)
    assert owed(seat, NOW) == "nothing waits any more"
    make_report()
    assert owed(seat, NOW) is None
    TrustSeat.objects.update(until_on=NOW.date())
    assert owed(seat, NOW) == "no longer on the trust team"


def test_the_sweeps_are_registered():
    assert {"trust.waiting": tell_readers, "trust.forgotten": forget_old_reports}.items() <= (kinds.sweeps().items())
    assert kinds.confidential() == ["trust.message_received", "trust.report_waits"]


def test_nobody_is_said_to_read_a_message_soon_while_nobody_is_on_the_team():
    text = kinds.get("trust.message_received").render(None, "en", "UTC").text
    assert "It has reached us." in text and "reads it soon" not in text

    make_reader()
    assert "somebody reads it soon" in kinds.get("trust.message_received").render(None, "en", "UTC").text
