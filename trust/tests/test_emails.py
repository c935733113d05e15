"""The letters: nothing in them that somebody who reads along could tell anybody."""

from datetime import timedelta

import pytest

from mailings import kinds
from mailings.domain.letters import QUIET
from mailings.ledger.draining import drain
from mailings.models import Letter, LetterText
from registrations.privacy import erasing
from registrations.tests.factories import NOW, make_coordinator, make_member
from trust.models import TrustSeat
from trust.reports.handling import send_report
from trust.reports.sweeps import forget_old_reports, tell_readers
from trust.seats.appointing import appoint_to_trust_team, end_trust_seat
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


def at(seconds):
    return NOW + timedelta(seconds=seconds)


def test_forty_changes_of_the_team_within_a_minute_make_one_letter_that_tells_of_all(mailoutbox):
    reader, coordinator, comers = make_reader(), make_coordinator(), [make_member(name=f"N{i}.") for i in range(20)]
    for number, member in enumerate(comers):
        seat = appoint_to_trust_team(member=member, by=coordinator, now=at(number))
        if number % 2:
            end_trust_seat(seat=seat, until_on=NOW.date(), by=coordinator, now=at(number))
        drain(now=at(number))
    for minute in range(1, 30):
        drain(now=at(60 * minute + 20))

    [told] = [mail for mail in mailoutbox if mail.to == [reader.email]]
    for number, member in enumerate(comers):
        assert f"{member.name} {'is not' if number % 2 else 'is'} on the trust team" in told.body


def test_who_was_given_a_seat_and_lost_it_again_and_again_gets_one_letter(mailoutbox):
    reader, coordinator, member = make_reader(), make_coordinator(), make_member(name="Zoe")
    for second in range(10):
        seat = appoint_to_trust_team(member=member, by=coordinator, now=at(second))
        drain(now=at(second))
        if second < 9:
            end_trust_seat(seat=seat, until_on=NOW.date(), by=coordinator, now=at(second))
    for minute in range(1, 30):
        drain(now=at(60 * minute + 10))

    assert [mail.subject for mail in mailoutbox if mail.to == [member.email]] == ["You are on the trust team"]
    [told] = [mail.body for mail in mailoutbox if mail.to == [reader.email]]
    assert told.count("Zoe") == 1 and "Zoe is on the trust team now" in told


def test_each_letter_of_a_changed_team_tells_what_the_last_one_did_not(mailoutbox):
    reader, coordinator, first = make_reader(), make_coordinator(), make_member(name="Ana")
    appoint_to_trust_team(member=first, by=coordinator, now=NOW)
    drain(now=at(60))
    seat = appoint_to_trust_team(member=make_member(name="Ben"), by=coordinator, now=at(7200))
    drain(now=at(7300))
    end_trust_seat(seat=seat, until_on=NOW.date() + timedelta(days=1), by=coordinator, now=at(7400))
    drain(now=at(9000))

    texts = [mail.body for mail in mailoutbox if mail.to == [reader.email]]
    assert [("Ana" in text, "Ben is on" in text, "Ben is not" in text) for text in texts] == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
    ]


def test_a_change_whose_letter_never_left_is_told_by_the_next(mailoutbox):
    reader, coordinator = make_reader(), make_coordinator()
    appoint_to_trust_team(member=make_member(name="Ana"), by=coordinator, now=NOW)
    Letter.objects.filter(member=reader).update(
        state="failed", reason="the mail server refused it", tries=1, gathering_since=None
    )
    appoint_to_trust_team(member=make_member(name="Ben"), by=coordinator, now=at(7200))
    drain(now=at(9000))

    [told] = [mail.body for mail in mailoutbox if mail.to == [reader.email]]
    assert "Ana" in told and "Ben" in told


def test_the_kept_text_of_a_changed_team_goes_with_anybody_it_names(mailoutbox):
    reader, coordinator = make_reader(), make_coordinator()
    ana, ben = make_member(name="Ana"), make_member(name="Ben")
    for member in (ana, ben):
        appoint_to_trust_team(member=member, by=coordinator, now=NOW + timedelta(seconds=member.pk - ana.pk + 1))
    drain(now=at(100))
    text = LetterText.objects.get(letter__member=reader)
    assert {ana.pk, ben.pk} <= set(text.people)

    erasing.erase_member(member=ana, by=ana, now=at(200))

    assert not LetterText.objects.filter(pk=text.pk).exists()
