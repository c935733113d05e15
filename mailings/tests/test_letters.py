"""Owing letters, and sending the ones somebody waits for."""

import logging
import time

import pytest
from django.db import connection, transaction

from letsconnect.base import nudges
from letsconnect.tests.at_once import at_once
from letsconnect.tests.waiting import PATIENCE, join_couriers
from mailings.domain.letters import UnknownKind
from mailings.ledger import letters
from mailings.models import Letter, Suppression
from mailings.rendering import Rendered
from mailings.tests.factories import make_kind, make_letter
from registrations.tests.factories import NOW, make_member

DRAIN = "mailings.tasks.drain"
CODE = Rendered("Your code", "Your code is 402 117.\n", "<p>402 117</p>")


def send_code(address="ana@example.org", key="code:1"):
    return letters.send_at_once(
        kind="registrations.sign_in_code",
        address=address,
        language="ar",
        zone="Africa/Tunis",
        rendered=CODE,
        key=key,
        now=NOW,
    )


def test_owing_the_same_key_twice_leaves_the_first_letter(db):
    kind = make_kind()

    first = make_letter(kind=kind, key="same", address="a@example.org")
    second = make_letter(kind=kind, key="same", address="b@example.org")

    assert first == second
    assert second.address == "a@example.org"


@pytest.mark.django_db(transaction=True)
def test_owing_the_same_key_at_the_same_moment_leaves_one_letter():
    kind = make_kind()

    def owe():
        with transaction.atomic():
            letter = letters.owe(kind=kind, about=None, key="same", address="a@example.org", now=NOW)
            time.sleep(0.02)
        return letter.pk

    owed = at_once(*[owe] * 8)

    assert Letter.objects.count() == 1
    assert len(set(owed)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_fails_owes_nothing():
    class SecondWriteFails(Exception):
        pass

    with pytest.raises(SecondWriteFails), transaction.atomic():
        make_letter()
        raise SecondWriteFails

    assert Letter.objects.count() == 0


def test_a_kind_nobody_registered_is_refused_at_once(db):
    with pytest.raises(UnknownKind):
        make_letter(kind="nobody.knows")


def test_a_letter_to_nobody_is_refused(db):
    with pytest.raises(ValueError, match="to a member or to an address"):
        make_letter(to=None)


def test_a_letter_to_a_member_reads_in_their_language_and_zone(db):
    letter = make_letter(to=make_member(language="fr", zone="Africa/Tunis"))

    assert (letter.language, letter.zone) == ("fr", "Africa/Tunis")


def test_many_letters_in_one_transaction_nudge_once_after_it_commits(db, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
        for _ in range(5):
            make_letter()
        assert nudges.sender(DRAIN) in [entry[1] for entry in connection.run_on_commit]

    assert callbacks == [nudges.sender(DRAIN)]


def test_a_savepoint_that_fails_takes_only_its_own_nudge_along(db, django_capture_on_commit_callbacks):
    class InnerFails(Exception):
        pass

    with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
        with pytest.raises(InnerFails), transaction.atomic():
            make_letter()
            raise InnerFails
        make_letter()

    assert callbacks == [nudges.sender(DRAIN)]


@pytest.mark.django_db(transaction=True)
def test_with_the_broker_down_letters_are_owed_and_only_the_first_asks_it(
    settings, caplog, dead_broker, connects, monkeypatch
):
    settings.NUDGES = True
    monkeypatch.setattr(nudges, "QUIET_SECONDS", 10 * PATIENCE)
    nudges.forget_quiet()

    with caplog.at_level(logging.WARNING, logger="letsconnect.base.nudges"):
        for _ in range(20):
            make_letter()

    join_couriers()
    assert 1 <= len(connects) <= 2
    assert Letter.objects.filter(state="queued").count() == 20
    assert len([line for line in caplog.records if line.name == "letsconnect.base.nudges"]) == 1


@pytest.mark.django_db(transaction=True)
def test_a_code_is_sent_before_the_call_returns_and_its_text_is_in_no_row(sink):
    letter = send_code()

    assert (letter.state, letter.kind, letter.address) == ("sent", "registrations.sign_in_code", "ana@example.org")
    assert "402 117" in sink.messages[0].get_body(("plain",)).get_content()
    assert sink.messages[0]["Content-Language"] == "ar"
    row = str(Letter.objects.values().get()).replace(" ", "")
    assert "402117" not in row  # three digits of it may stand in a random Message-ID


@pytest.mark.django_db(transaction=True)
def test_the_same_code_key_is_sent_once(sink):
    send_code()
    again = send_code()

    assert again.state == "sent"
    assert len(sink.messages) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("misbehaviour", "state"),
    [
        ({"rcpt": "451 4.3.0 later"}, "failed"),
        ({"rcpt": "550 5.1.1 nobody"}, "failed"),
        ({"data": "drop"}, "uncertain"),
    ],
)
def test_a_code_that_does_not_get_through_is_not_tried_again(sink, misbehaviour, state):
    for name, value in misbehaviour.items():
        setattr(sink, name, value)

    letter = send_code()

    assert letter.state == state
    assert letter.reason


@pytest.mark.django_db(transaction=True)
def test_a_code_is_sent_to_a_suppressed_address_because_the_person_is_waiting_for_it(sink):
    Suppression.objects.suppress(["ana@example.org"], source="bounce", now=NOW)

    assert send_code().state == "sent"


@pytest.mark.django_db(transaction=True)
def test_an_address_with_a_line_break_writes_no_row_and_sends_nothing(sink):
    with pytest.raises(ValueError, match="Invalid address"):
        send_code(address="ana@example.org\nBcc: everybody@example.org")

    assert Letter.objects.count() == 0
    assert sink.messages == []
