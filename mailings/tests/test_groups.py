"""Letters that go out in groups: what becomes of each, whatever happens to the others."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from letsconnect.tests.at_once import at_once
from mailings import kinds
from mailings.domain.letters import LEASE, LetterState, Priority
from mailings.ledger import draining, rates
from mailings.ledger.draining import drain
from mailings.ledger.sweeping import sweep
from mailings.models import Letter, SendingRate, Subscription, Suppression
from mailings.newsletters import audiences, sending
from mailings.newsletters.freezing import freeze
from mailings.sending.transport import open_session
from mailings.tests.factories import make_kind, make_letter, make_newsletter, make_subscription
from mailings.tests.smtp import free_port
from registrations.tests.factories import NOW, make_coordinator, make_member

pytestmark = pytest.mark.django_db(transaction=True)


def letters_to(*names, **given):
    return [make_letter(to=None, address=f"{name}@example.org", **given) for name in names]


def states(letters):
    found = dict(Letter.objects.values_list("pk", "state"))
    return [found[letter.pk] for letter in letters]


def make_reminder():
    name = make_kind()
    kinds._kinds[name] = kinds.LetterKind(name, lambda about, now: None, kinds.get(name).render, priority=Priority.SOON)
    return make_letter(kind=name)


def send_issue(settings, *, readers, **columns):
    """Start sending an issue to so many readers; return the issue and their subscriptions."""
    settings.NEWSLETTER_NEEDS_TWO = False
    subscriptions = [make_subscription() for _ in range(readers)]
    newsletter = make_newsletter(**columns)
    return sending.ask_to_send(newsletter=newsletter, by=make_coordinator(), now=NOW), subscriptions


def test_each_letter_of_a_group_gets_its_own_end(sink):
    def fails(about, language, zone):
        raise KeyError("no such key")

    first, refused, last = letters_to("first", "refused", "last")
    [not_owed] = letters_to("later", kind=make_kind(still_owed=lambda about, now: "too late"))
    [broken] = letters_to("broken", kind=make_kind(render=fails))
    [greylisted] = letters_to("greylisted")
    sink.answers = {"refused@example.org": "550 5.1.1 nobody", "greylisted@example.org": "451 4.7.1 in a minute"}

    assert drain(now=NOW) == {"sent": 2, "failed": 2, "skipped": 1, "deferred": 1}
    assert states([first, refused, last, not_owed, broken, greylisted]) == [
        "sent",
        "failed",
        "sent",
        "skipped",
        "failed",
        "deferred",
    ]
    assert sorted(sink.recipients) == ["first@example.org", "last@example.org"]
    assert Suppression.objects.of("refused@example.org").exists()
    assert sink.connections == 1


def test_a_line_that_breaks_in_a_group_leaves_one_letter_uncertain_and_the_others_go_on_a_new_one(sink):
    letters = letters_to("a", "b", "c", "d")
    sink.answers = {"b@example.org": "drop"}

    assert drain(now=NOW) == {"sent": 3, "uncertain": 1}
    assert states(letters) == ["sent", "uncertain", "sent", "sent"]
    assert sorted(sink.message_ids) == sorted(letter.message_id for letter in letters)
    assert sink.connections == 2


def test_where_no_new_line_is_to_be_had_the_rest_of_the_group_is_deferred_and_the_others_wait_untried(sink, settings):
    settings.EMAIL_TOGETHER = 4
    letters = letters_to("a", "b", "c", "d", "e", "f")

    class GoingDown:
        def __init__(self, session):
            self.ready, self.session = session.ready, session

        def deliver(self, composed):
            sink.greeting = "421 4.3.2 going down" if composed.recipient == "b@example.org" else ""
            return self.session.deliver(composed)

    sink.answers = {"b@example.org": "drop"}
    with open_session() as session:
        claimed = draining.claim(now=NOW)
        groups = list(draining._groups(claimed))
        with pytest.raises(draining.Unreachable) as caught:
            draining.send_claimed(groups[0], session=GoingDown(session), clock=lambda: NOW)
        draining.give_back(claimed)

    assert caught.value.counts == {"sent": 1, "uncertain": 1, "deferred": 2}
    assert states(letters) == ["sent", "uncertain", "deferred", "deferred", "queued", "queued"]
    sink.greeting, sink.answers = "", {}
    assert drain(now=NOW + timedelta(minutes=2)) == {"sent": 4}
    assert sorted(sink.message_ids) == sorted(letter.message_id for letter in letters)


def test_a_server_that_takes_a_few_letters_for_each_connection_gets_them_all_once(sink):
    letters = letters_to("a", "b", "c", "d", "e")
    sink.most = 2

    assert drain(now=NOW) == {"sent": 5}
    assert sink.message_ids == [letter.message_id for letter in letters]
    assert sink.connections == 3


def test_a_server_that_says_421_to_every_letter_defers_them_and_is_not_asked_for_ever(sink):
    letters = letters_to("a", "b")
    sink.mail = "421 4.7.0 not now"

    assert drain(now=NOW) == {"deferred": 2}
    assert states(letters) == ["deferred", "deferred"]
    assert sink.messages == []


def test_no_two_letters_to_one_person_are_in_a_group_and_their_order_stays():
    member = make_member()
    mine = [make_letter(to=member), *letters_to("a", "a", "b"), make_letter(to=member)]

    groups = list(draining._groups(draining.claim(now=NOW)))

    assert [[mine.index(letter) for letter in group] for group in groups] == [[0, 1], [2, 3, 4]]


class Dies(BaseException):
    """The worker is killed here: nothing of it runs any more."""


def test_a_worker_that_dies_in_a_group_leaves_no_more_than_the_group_uncertain(sink, settings, no_sweeps, monkeypatch):
    settings.EMAIL_TOGETHER = 3
    letters = letters_to("a", "b", "c", "d", "e")

    def never(answers, *, now):
        raise Dies

    with monkeypatch.context() as dead, pytest.raises(Dies):
        dead.setattr(draining, "settle_group", never)
        drain(now=NOW)
    assert states(letters) == ["submitting"] * 3 + ["claimed"] * 2
    later = NOW + LEASE + timedelta(minutes=1)
    sweep(now=later)

    assert drain(now=later) == {"sent": 2}
    assert states(letters) == ["uncertain"] * 3 + ["sent"] * 2
    assert sorted(sink.message_ids) == sorted(letter.message_id for letter in letters)


def test_an_error_in_the_middle_of_a_group_forgets_no_answer(sink):
    letters = letters_to("a", "b", "c")

    class Breaks:
        def __init__(self, session):
            self.ready, self.session = session.ready, session

        def deliver(self, composed):
            if composed.recipient == "b@example.org":
                raise MemoryError
            return self.session.deliver(composed)

    with open_session() as session, pytest.raises(MemoryError):
        draining.send_claimed(draining.claim(now=NOW), session=Breaks(session), clock=lambda: NOW)

    assert states(letters) == ["sent", "submitting", "submitting"]


def test_a_letter_whose_lease_is_over_is_not_handed_over_any_more(sink):
    letters, moments = letters_to("a", "b"), iter([NOW, NOW, NOW, NOW + LEASE, NOW + LEASE])

    with open_session() as session:
        counts = draining.send_claimed(draining.claim(now=NOW), session=session, clock=lambda: next(moments))

    assert counts == {"sent": 1, "deferred": 1}
    assert states(letters) == ["sent", "deferred"]
    assert len(sink.messages) == 1


def test_a_group_costs_as_many_statements_as_one_letter(sink, settings):
    def statements(count):
        letters_to(*range(count), kind=kind)
        with CaptureQueriesContext(connection) as captured:
            assert drain(now=NOW) == {"sent": count}
        return [sql for query in captured if (sql := query["sql"]) not in ("BEGIN", "COMMIT")]

    kind, settings.EMAIL_TOGETHER = make_kind(), 10
    drain(now=NOW)

    one, nine = statements(1), statements(9)
    assert len(one) == len(nine) <= 8, "\n".join(one)


def test_a_reminder_goes_before_the_newsletter_also_while_that_is_being_sent(sink, settings):
    send_issue(settings, readers=30)
    first = make_reminder()
    owed = []

    class Owing:
        def __init__(self, session):
            self.ready, self.session = session.ready, session

        def deliver(self, composed):
            if len(sink.messages) == 5:
                owed.append(make_reminder())
            return self.session.deliver(composed)

    with open_session() as session:
        while letters := draining.claim(now=NOW, batch=4):
            draining.send_claimed(letters, session=Owing(session), clock=lambda: NOW)

    [second] = owed
    assert sink.message_ids[0] == first.message_id
    assert sink.message_ids.index(second.message_id) <= 5 + 4
    assert len(sink.messages) == 32


def test_security_mail_goes_first_then_what_is_soon_and_bulk_last(settings):
    send_issue(settings, readers=1)
    make_letter()
    make_reminder()
    name = make_kind()
    kinds._kinds[name] = kinds.LetterKind(
        name, lambda about, now: None, kinds.get(name).render, is_urgent=True, priority=Priority.SECURITY
    )
    make_letter(kind=name)

    assert [letter.priority for letter in draining.claim(now=NOW)] == [0, 1, 2, 3]


def test_letters_of_a_paused_issue_wait_and_all_others_go(sink, settings):
    newsletter, _readers = send_issue(settings, readers=3)
    sending.pause(newsletter=newsletter, by=make_coordinator(), now=NOW)
    make_letter()

    assert drain(now=NOW) == {"sent": 1}
    assert set(Letter.objects.of_issue(newsletter).values_list("state", flat=True)) == {"queued"}
    sending.resume(newsletter=newsletter, by=make_coordinator(), now=NOW)
    assert drain(now=NOW) == {"sent": 3}


def test_an_issue_paused_after_its_letters_were_claimed_keeps_them(sink, settings):
    newsletter, _readers = send_issue(settings, readers=3)
    claimed = draining.claim(now=NOW)
    sending.pause(newsletter=newsletter, by=make_coordinator(), now=NOW)

    with open_session() as session:
        assert draining.send_claimed(claimed, session=session, clock=lambda: NOW) == {"returned": 3}
    assert set(states(claimed)) == {"queued"}
    assert sink.messages == []


def test_an_issue_that_was_stopped_sends_nothing_more(sink, settings):
    newsletter, _readers = send_issue(settings, readers=3)
    [claimed] = draining.claim(now=NOW, batch=1)
    sending.stop(newsletter=newsletter, by=make_coordinator(), now=NOW)

    with open_session() as session:
        draining.send_claimed([claimed], session=session, clock=lambda: NOW)

    assert set(Letter.objects.of_issue(newsletter).values_list("state", flat=True)) == {"skipped"}
    assert drain(now=NOW) == {}


@pytest.mark.parametrize(("scope", "newsletter_is"), [("bulk", "skipped"), ("all", "skipped")])
def test_a_suppression_stops_what_it_says(sink, settings, scope, newsletter_is):
    _newsletter, [reader] = send_issue(settings, readers=1)
    ordinary = make_letter(to=None, address=reader.address)
    Suppression.objects.suppress([reader.address.upper()], source="desk", scope=scope, now=NOW)

    drain(now=NOW)

    bulk = Letter.objects.get(priority=Priority.BULK)
    assert (bulk.state, bulk.reason) == (newsletter_is, "the address is suppressed")
    assert states([ordinary]) == [LetterState.SENT if scope == "bulk" else LetterState.SKIPPED]


def test_two_spellings_of_a_suppressed_address_are_both_suppressed():
    Suppression.objects.suppress(["ana@example.org"], source="person", now=NOW)

    scopes = Suppression.objects.scopes_of(["ana@example.org", "Ana@Example.ORG", "eva@example.org"])

    assert scopes == {"ana@example.org": {"all"}, "Ana@Example.ORG": {"all"}}


def test_the_rate_lets_through_what_ten_seconds_bring_and_then_a_steady_stream(settings):
    settings.EMAIL_RATE = 120

    assert rates.take(50, now=NOW) == 20
    assert rates.take(50, now=NOW) == 0
    assert rates.take(50, now=NOW + timedelta(seconds=3)) == 6
    assert rates.take(2, now=NOW + timedelta(hours=1)) == 2
    assert rates.take(50, now=NOW + timedelta(hours=1)) == 18


def test_two_workers_share_one_rate(settings):
    settings.EMAIL_RATE = 120

    taken = at_once(*[lambda: rates.take(15, now=NOW)] * 4)

    assert sum(taken) == 20
    assert SendingRate.objects.get().tokens == 0


def test_a_clock_that_is_put_back_brings_no_tokens_and_stops_nothing(settings):
    settings.EMAIL_RATE = 120
    assert rates.take(50, now=NOW + timedelta(hours=1)) == 20

    assert rates.take(50, now=NOW) == 0
    assert rates.take(50, now=NOW + timedelta(seconds=5)) == 10


def test_tokens_that_were_not_needed_are_there_for_the_next(settings):
    settings.EMAIL_RATE = 120
    taken = rates.take(20, now=NOW)
    rates.give_back(taken - 3)

    assert rates.take(50, now=NOW) == 17


def test_a_drain_under_a_rate_sends_all_without_more_tokens_than_there_are(sink, settings):
    settings.EMAIL_RATE = 12_000
    written = [make_letter() for _ in range(15)]

    assert drain(now=NOW) == {"sent": 15}
    assert len(sink.messages) == len(written)
    assert 1985 <= SendingRate.objects.get().tokens <= 2000


def test_a_drain_without_a_mail_server_gives_everything_back(sink, settings):
    settings.EMAIL_PORT = free_port()
    letters = letters_to("a", "b", "c")

    assert drain(now=NOW) == {"deferred": 1, "returned": 2}
    assert states(letters) == ["deferred", "queued", "queued"]


def leaves(reader):
    type(reader).objects.filter(pk=reader.pk).update(
        state="left", left_at=NOW, confirmed_at=None, wants_newsletter=False
    )


def pauses(reader):
    type(reader).objects.filter(pk=reader.pk).update(paused_at=NOW)


def is_suppressed(reader):
    Suppression.objects.suppress([reader.member.email], source="desk", scope="bulk", now=NOW)


def closes_the_account(reader):
    type(reader.member).objects.filter(pk=reader.member_id).update(is_active=False)


@pytest.mark.parametrize("changes", [leaves, pauses, is_suppressed, closes_the_account])
def test_whoever_leaves_while_the_letters_before_theirs_are_on_the_wire_gets_none(sink, settings, monkeypatch, changes):
    """What a batch needs is read once; what became untrue since then is seen by the statement that sends."""
    settings.EMAIL_TOGETHER = 2
    newsletter, _readers = send_issue(settings, readers=3)
    member = make_member()
    late = make_subscription(member=member, address="")
    Letter.objects.of_issue(newsletter).delete()
    newsletter.refresh_from_db()
    freeze(newsletter, audiences.readers({}), ready=["en"], now=NOW)
    submit, groups = Letter.objects.submit, []

    def after_the_first_group(letters, **given):
        groups.append(letters)
        if len(groups) == 2:
            changes(late)
        return submit(letters, **given)

    monkeypatch.setattr(
        type(Letter.objects), "submit", lambda _manager, *args, **given: after_the_first_group(*args, **given)
    )

    assert drain(now=NOW) == {"sent": 3, "skipped": 1}
    assert member.email not in sink.recipients
    assert Letter.objects.get(member=member).tries == 0


def test_whoever_changes_their_address_meanwhile_gets_the_issue_at_the_new_one(sink, settings, monkeypatch):
    newsletter, _readers = send_issue(settings, readers=1)
    member = make_member()
    make_subscription(member=member, address="")
    Letter.objects.of_issue(newsletter).delete()
    freeze(newsletter, audiences.readers({}), ready=["en"], now=NOW)
    submit, calls = Letter.objects.submit, []

    def after_a_change(letters, **given):
        if not calls:
            type(member).objects.filter(pk=member.pk).update(email="new@example.org")
        calls.append(letters)
        return submit(letters, **given)

    monkeypatch.setattr(type(Letter.objects), "submit", lambda _manager, *args, **given: after_a_change(*args, **given))

    assert drain(now=NOW) == {"sent": 2}
    assert member.email not in sink.recipients
    assert "new@example.org" in sink.recipients


def test_a_group_of_readers_costs_the_statements_that_send_it_and_nothing_else(sink, settings):
    """What they need is read once for a batch."""
    settings.EMAIL_TOGETHER = 10

    def asked(readers):
        send_issue(settings, readers=readers)
        with CaptureQueriesContext(connection) as queries:
            assert drain(now=NOW, batch=readers) == {"sent": readers}
        Letter.objects.all().delete()
        Subscription.objects.all().delete()
        return len(queries)

    one_group, four_groups = asked(10), asked(40)
    assert four_groups - one_group == 3 * 4


def test_a_batch_whose_facts_cannot_be_read_for_the_moment_is_queued_again(sink, settings, monkeypatch):
    send_issue(settings, readers=2)

    def is_busy(*_given, **_named):
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 1")
            try:
                cursor.execute("SELECT pg_sleep(5)")
            finally:
                cursor.execute("RESET statement_timeout")

    monkeypatch.setattr(draining, "read_shared_facts", is_busy)

    assert drain(now=NOW) == {"returned": 2}
    assert set(Letter.objects.values_list("state", flat=True)) == {"queued"}
