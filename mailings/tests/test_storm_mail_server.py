"""A mail server in every bad mood at once: refusing for now and for good, hanging up, saying nothing."""

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from letsconnect.tests.at_once import at_once
from mailings.domain.letters import LEASE, RETRY_AFTER, AttemptOutcome, LetterState, after_attempt
from mailings.ledger import settling
from mailings.ledger.draining import drain
from mailings.ledger.ticking import tick
from mailings.models import Letter, Suppression
from mailings.tests.storms import (
    addresses_of,
    assert_every_reader_is_accounted_for,
    doubles,
    say,
    start_issue,
    states_of,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_sweeps")]

FINE = {}
MOODS = [
    FINE,
    {"answers": "421 4.3.2 going down"},
    {"answers": "451 4.7.1 in a minute"},
    {"answers": "550 5.1.1 nobody of this name"},
    {"texts": "421 4.3.2 going down"},
    {"texts": "451 4.3.0 later"},
    {"texts": "550 5.7.1 we do not want this"},
    {"texts": "drop"},
]
SILENT = [{"answers": "hang"}, {"texts": "hang"}]
TEMPORARY = ("421", "451")


def share_out(sink, addresses, moods):
    """Let the sink answer one reader after the other in another mood; return the addresses by mood."""
    for place, address in enumerate(addresses):
        for kind, answer in moods[place % len(moods)].items():
            getattr(sink, kind)[address] = answer
    return {number: addresses[number :: len(moods)] for number in range(len(moods))}


def calm_down(sink, *, of=("421", "451", "drop", "hang")):
    """Let the sink forget those of its moods that pass."""
    for answers in (sink.answers, sink.texts):
        for address in [address for address, answer in answers.items() if answer.startswith(of)]:
            del answers[address]


def drains_at_once(now):
    at_once(*[lambda: drain(now=now)] * 2)


def send_until_settled(now):
    """Let two workers send, again and again, until no letter may be tried any more."""
    for pause in (timedelta(0), *RETRY_AFTER):
        now += pause
        drains_at_once(now)
    tick(now=now + LEASE)


def by_state(issue, addresses):
    rows = Letter.objects.of_issue(issue).filter(address__in=addresses)
    return set(rows.values_list("state", flat=True))


def storm(sink, settings, *, readers):
    issue, now = start_issue(settings, readers=readers), timezone.now()
    of_mood = share_out(sink, addresses_of(issue), MOODS)
    drains_at_once(now)
    drains_at_once(now + RETRY_AFTER[0])
    first = dict(states_of(issue))
    calm_down(sink)
    send_until_settled(now + RETRY_AFTER[0] + RETRY_AFTER[1])
    return issue, of_mood, first


def check(sink, issue, of_mood, *, readers):
    letters = Letter.objects.of_issue(issue)
    for number, mood in enumerate(MOODS):
        [answer] = mood.values() or ["fine"]
        expected = {"550": "failed", "drop": "uncertain"}.get(answer[:4].strip(), "sent")
        assert by_state(issue, of_mood[number]) == {expected}, answer
    assert_every_reader_is_accounted_for(
        sink, issue, readers=readers, most_uncertain=readers // len(MOODS), may_fail=["failed"]
    )
    assert set(letters.filter(state="uncertain").values_list("message_id", flat=True)) <= set(sink.message_ids)
    suppressed = [address for address in addresses_of(issue) if Suppression.objects.of(address).exists()]
    assert sorted(suppressed) == sorted(of_mood[3])  # who does not exist; a refused text says nothing of its reader


def test_each_answer_of_a_server_in_bad_moods_has_its_end_and_nobody_gets_an_issue_twice(sink, settings):
    issue, of_mood, first = storm(sink, settings, readers=80)

    say("bad moods", sink, issue, first=first)
    check(sink, issue, of_mood, readers=80)


def tries_again(answer, *, tries, now, is_urgent=False):
    """What a ledger does that tries again whenever it does not know."""
    outcome = after_attempt(answer, tries=tries, now=now, is_urgent=is_urgent)
    if outcome.state != LetterState.UNCERTAIN:
        return outcome
    return AttemptOutcome(LetterState.DEFERRED, reason=outcome.reason, next_try_at=now + RETRY_AFTER[tries - 1])


def test_control_a_ledger_that_tries_again_when_it_does_not_know_sends_an_issue_twice(sink, settings, monkeypatch):
    monkeypatch.setattr(settling, "after_attempt", tries_again)

    issue, _of_mood, _first = storm(sink, settings, readers=80)

    say("bad moods, control", sink, issue)
    assert len(doubles(sink)) == 80 // len(MOODS)


def storm_of_silence(sink, settings, *, readers):
    """Let the server say nothing to anybody, at either step, and then answer again.

    How slow the machine is decides at which step a letter is given up, and nothing else.
    """
    issue, now = start_issue(settings, readers=readers), timezone.now()
    share_out(sink, addresses_of(issue), SILENT)
    settings.EMAIL_TIMEOUT = 0.4
    drains_at_once(now)
    settings.EMAIL_TIMEOUT = 60
    calm_down(sink)
    send_until_settled(now + RETRY_AFTER[0])
    return issue


def test_a_server_that_says_nothing_any_more_gets_no_letter_twice_and_loses_none(sink, settings):
    issue = storm_of_silence(sink, settings, readers=8)

    say("silence", sink, issue)
    assert_every_reader_is_accounted_for(sink, issue, readers=8, most_uncertain=8)
    assert set(Letter.objects.filter(state="uncertain").values_list("message_id", flat=True)) <= set(sink.message_ids)


def test_control_a_letter_given_up_in_silence_and_tried_again_arrives_twice(sink, settings, monkeypatch):
    monkeypatch.setattr(settling, "after_attempt", tries_again)

    issue = storm_of_silence(sink, settings, readers=8)

    say("silence, control", sink, issue)
    assert doubles(sink) != []


@pytest.mark.chaos
def test_two_thousand_readers_and_a_server_in_bad_moods(sink, settings):
    began = time.monotonic()
    issue, of_mood, first = storm(sink, settings, readers=2_000)

    say("bad moods", sink, issue, first=first, seconds=round(time.monotonic() - began))
    check(sink, issue, of_mood, readers=2_000)
    connection.close()


@pytest.mark.chaos
def test_a_server_that_hangs_for_a_minute_is_given_up_after_the_portals_own_time(sink, settings):
    issue, now, patience = start_issue(settings, readers=2), timezone.now(), settings.EMAIL_TIMEOUT
    share_out(sink, addresses_of(issue), SILENT)
    began = time.monotonic()
    drain(now=now)
    seconds = time.monotonic() - began
    calm_down(sink)
    send_until_settled(now + RETRY_AFTER[0])

    say("hangs", sink, issue, seconds=round(seconds), patience=patience)
    assert seconds >= 2 * patience
    assert_every_reader_is_accounted_for(sink, issue, readers=2, most_uncertain=1)
