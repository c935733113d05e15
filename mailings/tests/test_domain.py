"""What may become of a letter, by tables."""

from datetime import UTC, datetime, timedelta

import pytest

from mailings.domain.letters import NEXT, RETRY_AFTER, LetterState, ServerAnswer, after_attempt, may_become, shortened

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (ServerAnswer(250, "2.0.0 queued", handed_over=True), "sent"),
        (ServerAnswer(451, "4.3.0 later"), "deferred"),
        (ServerAnswer(452, "4.2.2 full", handed_over=True), "deferred"),
        (ServerAnswer(421, "closing"), "deferred"),
        (ServerAnswer(550, "5.1.1 nobody"), "failed"),
        (ServerAnswer(554, "5.7.1 spam", handed_over=True), "failed"),
        (ServerAnswer(None, "connection refused"), "deferred"),
        (ServerAnswer(None, "timed out", handed_over=True), "uncertain"),
        (ServerAnswer(-1, "gibberish", handed_over=True), "uncertain"),
        (ServerAnswer(-1, "gibberish"), "deferred"),
    ],
)
def test_an_answer_decides_what_becomes_of_a_letter(answer, state):
    assert after_attempt(answer, tries=1, now=NOW).state == state


def test_a_letter_is_tried_again_ever_later_and_then_given_up_visibly():
    tries = range(1, len(RETRY_AFTER) + 2)
    outcomes = [after_attempt(ServerAnswer(451, "later"), tries=number, now=NOW) for number in tries]

    waits = [outcome.next_try_at - NOW for outcome in outcomes[:-1]]
    assert waits == sorted(waits) and waits[0] == timedelta(minutes=1)
    assert {outcome.state for outcome in outcomes[:-1]} == {LetterState.DEFERRED}
    assert outcomes[-1].state == LetterState.FAILED
    assert outcomes[-1].reason.startswith("given up after 8 attempts")


@pytest.mark.parametrize(
    ("text", "is_bad"),
    [
        *((f"5.1.{detail} no such user", True) for detail in (1, 2, 3, 6, 10)),
        *((f"5.1.{detail} no such user", False) for detail in (0, 4, 5, 7, 8, 9, 11, 100, "1.1")),
        ("5.7.1 we do not like you", False),
        ("no such user", False),
    ],
)
def test_only_an_address_that_does_not_exist_is_a_bad_address(text, is_bad):
    assert after_attempt(ServerAnswer(550, text), tries=1, now=NOW).is_bad_address is is_bad


def test_sent_and_skipped_letters_stay_what_they_are():
    ends = {state for state in LetterState if not NEXT[state]}

    assert ends == {LetterState.SENT, LetterState.SKIPPED}


@pytest.mark.parametrize(
    ("was", "became"), [("queued", "sent"), ("queued", "submitting"), ("sent", "queued"), ("submitting", "queued")]
)
def test_no_letter_skips_a_step_or_leaves_the_wire_for_the_queue(was, became):
    assert not may_become(LetterState(was), LetterState(became))


def test_a_servers_answer_is_kept_short_and_without_the_address():
    kept = shortened("550 5.1.1 <Ana@Example.org>:\r\n" + "x" * 500, address="ana@example.org")

    assert kept.startswith("550 5.1.1 <…>: xxx")
    assert len(kept) == 200
