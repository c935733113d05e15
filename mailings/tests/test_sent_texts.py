"""What was sent is kept for 90 days: written as a letter is settled, swept, gone when anybody in it is erased."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from letsconnect.tests.database import refuses
from mailings import kinds
from mailings.domain.letters import KEPT_FOR, LEASE
from mailings.ledger import sent_texts
from mailings.ledger.by_hand import forget_recipient, mark_as_sent
from mailings.ledger.draining import drain
from mailings.ledger.letters import send_at_once
from mailings.ledger.sweeping import sweep
from mailings.models import BulkText, Letter, LetterText
from mailings.newsletters import sending
from mailings.newsletters.sent_letters import what_was_sent
from mailings.rendering import Rendered
from mailings.tests.factories import (
    make_bulk_text,
    make_kind,
    make_letter,
    make_newsletter,
    make_sent_letter,
    make_subscription,
)
from matching.tests.factories import make_match
from registrations.tests.factories import NOW, make_coordinator, make_member

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


def kept_letter(**given):
    return make_letter(kind=make_kind(keeps=kinds.kept()), **given)


def has_text(letter):
    return LetterText.objects.filter(letter=letter).exists()


def test_what_a_letter_said_is_kept_when_the_mail_server_took_it(sink):
    kept, not_kept, unsaid = kept_letter(), make_letter(kind=make_kind(keeps=kinds.NEVER_KEPT)), make_letter()

    assert drain(now=NOW) == {"sent": 3}

    text = LetterText.objects.get()
    assert (text.letter, text.subject, text.people) == (kept, "Plain", [])
    assert (text.text, text.html) == ("In en, UTC.\n", "<p>In en, UTC.</p>")
    assert text.sent_at == Letter.objects.get(pk=kept.pk).sent_at
    assert not has_text(not_kept)
    assert not has_text(unsaid)


def test_of_a_letter_that_was_refused_or_waits_nothing_is_kept(sink):
    refused, later = kept_letter(to=None, address="no@example.org"), kept_letter(to=None, address="later@example.org")
    sink.answers = {"no@example.org": "550 5.1.1 nobody", "later@example.org": "451 4.7.1 later"}

    assert drain(now=NOW) == {"failed": 1, "deferred": 1}
    assert not has_text(refused)
    assert not has_text(later)


def test_of_a_letter_whose_outcome_nobody_knows_nothing_is_kept(sink):
    """The text goes down with the answer, so a letter that is uncertain has none, also after a person says it came."""
    letter = kept_letter()
    sink.data = "drop"

    assert drain(now=NOW)["uncertain"] == 1
    assert not has_text(letter)

    mark_as_sent(letter=Letter.objects.get(pk=letter.pk), by=make_coordinator(), now=NOW)
    assert what_was_sent(Letter.objects.get(pk=letter.pk), now=NOW) is None


def test_whoever_was_only_slow_still_keeps_what_was_sent(sink):
    letter = kept_letter()
    with transaction.atomic():
        Letter.objects.claim_due(NOW, batch=1, token="t", lease_until=NOW + LEASE)
    letter = Letter.objects.get(pk=letter.pk)
    letter.tries = 1
    Letter.objects.submit([letter], lease_until=NOW + LEASE)
    sweep(now=NOW + LEASE)
    assert Letter.objects.get(pk=letter.pk).state == "uncertain"

    letter.text_to_keep = LetterText(letter=letter, subject="S", text="T", html="", people=[3, 4])
    assert Letter.objects.settle_as_sent([(letter, "250")], now=NOW) == {letter.pk}

    assert LetterText.objects.get(letter=letter).people == [3, 4]


def test_nothing_is_kept_by_a_worker_that_no_longer_has_the_letter(sink):
    letter = kept_letter()
    letter.claimed_by = "somebody"
    letter.text_to_keep = LetterText(letter=letter, subject="S", text="T", html="")

    assert Letter.objects.settle_as_sent([(letter, "250")], now=NOW) == set()
    assert not has_text(letter)


def test_of_a_letter_with_a_code_nothing_is_kept(sink):
    name = make_kind()
    send_at_once(
        kind=name, address="a@example.org", language="en", zone="UTC", rendered=Rendered("Code", "123456", ""),
        key="code", now=NOW,
    )  # fmt: skip

    assert len(sink.messages) == 1
    assert not LetterText.objects.exists()
    with pytest.raises(ValueError, match="nothing is kept"):
        kinds.register("tests.code", still_owed=None, render=None, is_urgent=True, keeps=kinds.kept())
    with pytest.raises(ValueError, match="nothing is kept"):
        kinds.register("tests.told", still_owed=None, render=None, is_confidential=True, keeps=kinds.kept())


def test_keeping_costs_no_statement_but_one_for_those_who_are_named(sink):
    def statements(**about):
        letters = [make_letter(kind=kind, **about) for _ in range(9)]
        with CaptureQueriesContext(connection) as queries:
            assert drain(now=NOW)["sent"] == len(letters)
        return len(queries)

    kind = make_kind(keeps=kinds.NEVER_KEPT)
    without = statements()
    kind = make_kind(keeps=kinds.kept())
    assert statements() == without
    kind, match = make_kind(keeps=kinds.kept("learner__member", "sharer__member")), make_match("connected")
    assert statements(about=match) == without + 2  # what they are about, and whom it names


def test_those_whom_a_letter_names_are_kept_beside_it(sink):
    match = make_match("connected")
    letter = make_letter(kind=make_kind(keeps=kinds.kept("learner__member", "sharer__member")), about=match)

    drain(now=NOW)

    assert LetterText.objects.get(letter=letter).people == sorted([match.learner.member_id, match.sharer.member_id])


def send_issue(settings, **columns):
    settings.NEWSLETTER_NEEDS_TWO = False
    return sending.ask_to_send(newsletter=make_newsletter(**columns), by=make_coordinator(), now=NOW)


def test_an_issue_is_kept_once_for_all_its_readers_of_a_language(sink, settings):
    for _ in range(12):
        make_subscription()
    for _ in range(3):
        make_subscription(language="fr")
    issue = send_issue(settings)

    assert drain(now=NOW) == {"sent": 15}

    assert not LetterText.objects.exists()
    assert sorted(BulkText.objects.values_list("newsletter_body__newsletter", "reader_language", "text")) == [
        (issue.pk, "", ""),
        (issue.pk, "fr", ""),
    ]
    letters = Letter.objects.of_issue(issue).order_by("subscription__language")
    first, last = what_was_sent(letters[0], now=NOW), what_was_sent(letters[14], now=NOW)
    assert "Hello <strong>readers</strong>." in first.html
    assert "lc0" not in first.text + first.html
    assert "token" not in first.text
    assert "English" in last.text  # why they get another language than theirs
    assert "English" not in first.text
    assert not any("/subscription" in word for word in first.text.split())


def test_what_letters_to_many_said_goes_with_the_day_and_is_written_once(sink, settings):
    make_subscription()
    issue = send_issue(settings)
    drain(now=NOW)
    template = sent_texts.BulkTemplate("en", Rendered("S", "T m0", ""), marks={"leave": "m0"}, headers={})

    first, again = sent_texts.keep_bulk(template, now=NOW), sent_texts.keep_bulk(template, now=NOW + timedelta(hours=1))
    tomorrow = sent_texts.keep_bulk(template, now=NOW + DAY)

    assert first == again != tomorrow
    assert BulkText.objects.filter(newsletter_body=None).count() == 2
    assert BulkText.objects.get(digest=first).text == "T (a link that stands in the email only)"
    assert Letter.objects.of_issue(issue).exclude(bulk_text=None).count() == 1


def test_what_was_sent_is_gone_after_90_days(settings):
    over, young = make_sent_letter(), make_sent_letter(sent_at=NOW + DAY)
    many = make_bulk_text()
    read_by_many = make_letter()
    Letter.objects.filter(pk=read_by_many.pk).update(bulk_text=many, state="sent", sent_at=NOW, tries=1)
    read_by_many.refresh_from_db()
    then = NOW + KEPT_FOR

    assert what_was_sent(over, now=then - timedelta(seconds=1)).text == "Hello.\n"
    assert what_was_sent(over, now=then) is None  # also where the sweep is late
    assert what_was_sent(read_by_many, now=then - timedelta(seconds=1)).text == "Hello all."
    assert what_was_sent(read_by_many, now=then) is None

    assert sent_texts.forget_old_texts(then - timedelta(seconds=1)) == 0
    assert sent_texts.forget_old_texts(then) == 2
    assert sent_texts.forget_old_texts(then) == 0
    assert not BulkText.objects.exists()
    assert list(LetterText.objects.values_list("letter", flat=True)) == [young.pk]


def test_the_sweep_takes_a_bounded_step(monkeypatch):
    monkeypatch.setattr(sent_texts, "AT_ONCE", 2)
    many = make_bulk_text()
    for _ in range(3):
        make_sent_letter()
        Letter.objects.filter(pk=make_letter().pk).update(bulk_text=many, state="sent", sent_at=NOW, tries=1)

    assert [sent_texts.forget_old_texts(NOW + KEPT_FOR) for _ in range(3)] == [4, 2, 0]
    assert not BulkText.objects.exists()


def test_the_tick_sweeps(no_sweeps):
    kinds.register_sweep("mailings.forget_old_texts", sent_texts.forget_old_texts)
    make_sent_letter()

    assert sweep(now=NOW + KEPT_FOR).owed == {"mailings.forget_old_texts": 1}


def test_texts_go_when_their_reader_or_somebody_named_in_them_is_forgotten():
    me, other = make_member(), make_member()
    make_sent_letter(to=me)
    make_sent_letter(to=None, address="mine@example.org")
    naming = make_sent_letter(to=other, people=[me, other])
    others = make_sent_letter(to=other, people=[other])
    many = make_letter(to=me)
    Letter.objects.filter(pk=many.pk).update(bulk_text=make_bulk_text(), state="sent", sent_at=NOW, tries=1)

    forget_recipient(member=me, addresses=["mine@example.org"], now=NOW)

    assert list(LetterText.objects.values_list("letter", flat=True)) == [others.pk]
    assert Letter.objects.get(pk=naming.pk).member == other
    many.refresh_from_db()
    assert many.bulk_text is None
    assert BulkText.objects.exists()  # it is the others' too, and says nothing of anybody


def test_a_text_of_many_letters_is_an_issue_or_a_text():
    refuses("mailings_bulk_text_is_an_issue_or_a_text", lambda: make_bulk_text(text=""))
