"""Letters that gather: one waits at a time, whoever owes them and whatever workers do meanwhile."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction

from letsconnect.tests.at_once import at_once
from mailings.domain.letters import LONGEST_QUIET, OFTEN, QUIET, LetterState, due_after_quiet
from mailings.ledger import letters
from mailings.ledger.draining import claim, drain
from mailings.ledger.gathering import NOTHING_NEW, REPLACED
from mailings.ledger.sweeping import sweep
from mailings.models import Letter
from mailings.tests.factories import make_kind, make_letter
from registrations.tests.factories import NOW, make_member

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("since", "sent", "due"),
    [
        (NOW, 0, NOW + QUIET),
        (NOW - timedelta(minutes=9, seconds=30), 0, NOW + 30 * SECOND),
        (NOW - LONGEST_QUIET, 0, NOW),
        (NOW, OFTEN - 1, NOW + QUIET),
        (NOW, OFTEN, NOW + LONGEST_QUIET),
    ],
)
def test_a_quiet_minute_and_never_later_than_ten_after_the_first(since, sent, due):
    assert due_after_quiet(since=since, now=NOW, sent_lately=sent) == due


def test_the_newest_takes_the_place_of_the_one_that_waits(db):
    first, second = (make_letter(gather="a", now=NOW + nth * SECOND) for nth in range(2))
    other = make_letter(gather="b")

    first.refresh_from_db()
    assert (first.state, first.reason) == (LetterState.SKIPPED, REPLACED)
    assert (second.state, second.gathering_since, second.due_at) == ("queued", NOW, NOW + SECOND + QUIET)
    assert other.state == LetterState.QUEUED


def test_owing_the_same_key_again_leaves_what_waits_alone(db):
    first = make_letter(gather="a", key="same")
    second = make_letter(gather="a", key="same", now=NOW + 30 * SECOND)

    assert (first.pk, second.due_at) == (second.pk, NOW + QUIET)


@pytest.mark.django_db(transaction=True)
def test_eight_who_owe_at_the_same_moment_leave_one_that_waits():
    kind, to = make_kind(), make_member()

    def owe(nth):
        with transaction.atomic():
            letters.owe(kind=kind, about=None, key=f"key:{nth}", to=to, gather="a", now=NOW)

    at_once(*(partial(owe, nth) for nth in range(8)))

    assert Letter.objects.filter(state=LetterState.QUEUED).count() == 1
    assert Letter.objects.filter(state=LetterState.SKIPPED).count() == 7


def test_one_a_worker_has_claimed_goes_on_and_the_newer_waits_beside_it(sink, transactional_db):
    first = make_letter(gather="a")
    [claimed] = claim(now=NOW + QUIET)
    second = make_letter(gather="a", now=NOW + QUIET)

    assert claimed.pk == first.pk
    first.refresh_from_db()
    assert (first.state, second.state) == ("claimed", "queued")


def test_a_worker_killed_before_it_sent_loses_nothing_and_doubles_nothing(sink, transactional_db):
    kind = make_kind(facts=lambda about: "the same")
    to = make_member()
    make_letter(kind=kind, to=to, gather="a")
    claim(now=NOW + QUIET)  # and dies
    make_letter(kind=kind, to=to, gather="a", now=NOW + QUIET)
    later = NOW + timedelta(minutes=20)
    for _again in range(2):
        sweep(now=later)
        drain(now=later)

    assert len(sink.messages) == 1
    assert sorted(Letter.objects.values_list("state", "reason")) == [("sent", ""), ("skipped", NOTHING_NEW)]


def test_what_was_told_is_not_told_again_and_what_nobody_knows_of_is(sink, transactional_db):
    facts = ["one"]
    kind, to = make_kind(facts=lambda about: facts[0]), make_member()
    for nth, fact in enumerate(["one", "one", "two", "one"]):
        facts[0], now = fact, NOW + nth * timedelta(hours=1)
        make_letter(kind=kind, to=to, gather="a", now=now)
        drain(now=now + QUIET)
    assert [letter.state for letter in Letter.objects.order_by("pk")] == ["sent", "skipped", "sent", "sent"]

    last = Letter.objects.latest("pk")
    Letter.objects.filter(pk=last.pk).update(state="uncertain", reason="lost", sent_at=None)
    make_letter(kind=kind, to=to, gather="a", now=NOW + timedelta(days=1))
    assert drain(now=NOW + timedelta(days=1) + QUIET) == {"sent": 1}


def test_the_database_lets_one_letter_gather_at_a_time(db):
    make_letter(gather="a")
    second = make_letter(gather="b")
    with pytest.raises(IntegrityError, match="mailings_one_letter_gathers_at_a_time"), transaction.atomic():
        Letter.objects.filter(pk=second.pk).update(gathering="a")


@pytest.mark.parametrize("columns", [{"state": "skipped", "reason": "x"}, {"gathering": ""}])
def test_the_database_lets_only_a_queued_letter_gather(db, columns):
    letter = make_letter(gather="a")
    with pytest.raises(IntegrityError, match="mailings_only_a_queued_letter_gathers"), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(**columns)
