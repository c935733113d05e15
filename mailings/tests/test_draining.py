"""Sending what is due, and what is left when a worker dies at the worst moment."""

from datetime import timedelta

import pytest
from django.db import connection, transaction

from letsconnect.tests.at_once import at_once
from mailings import kinds
from mailings.domain.letters import LEASE, LetterState
from mailings.ledger import draining
from mailings.ledger.draining import drain
from mailings.ledger.sweeping import sweep
from mailings.ledger.ticking import tick
from mailings.models import Letter, Suppression
from mailings.rendering import Rendered
from mailings.sending.transport import open_session
from mailings.tests.factories import make_kind, make_letter
from mailings.tests.smtp import free_port
from registrations.tests.factories import NOW, make_member

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + LEASE


class Dies(BaseException):
    """The worker is killed here: nothing of it runs any more."""


def clock():
    return NOW


def claim_one():
    [letter] = draining.claim(now=NOW)
    return letter


def reload(letter):
    letter.refresh_from_db()
    return letter


def test_a_letter_due_is_sent_and_one_due_later_waits(sink):
    due, later = make_letter(), make_letter()
    Letter.objects.filter(pk=later.pk).update(due_at=LATER)

    done = drain(now=NOW)

    assert done == {"sent": 1}
    assert sink.message_ids == [due.message_id]
    assert reload(due).sent_at is not None and due.lease_until is None
    assert reload(later).state == LetterState.QUEUED


def test_nothing_to_send_asks_nothing_of_the_mail_server(sink):
    assert drain(now=NOW) == {}
    assert sink.connections == 0


def test_a_letter_goes_to_where_the_member_reads_when_it_is_sent(sink):
    member = make_member(email="old@example.org", language="en")
    letter = make_letter(to=member)
    member.email, member.language, member.zone = "new@example.org", "ar", "Asia/Kathmandu"
    member.save(update_fields=["email", "language", "zone"])

    drain(now=NOW)

    assert sink.recipients == ["new@example.org"]
    assert "In ar, Asia/Kathmandu." in sink.messages[0].get_body(("plain",)).get_content()
    assert (reload(letter).address, letter.language, letter.zone) == ("new@example.org", "ar", "Asia/Kathmandu")


def change_about(**columns):
    def change(letter):
        type(letter.member).objects.filter(pk=letter.member.pk).update(**columns)

    return change


def suppress(letter):
    Suppression.objects.suppress([letter.member.email.upper()], source="person", now=NOW)


def lose_what_it_is_about(letter):
    Letter.objects.filter(pk=letter.pk).update(about_id=0)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (change_about(name="Gone"), "the name changed"),
        (change_about(email=None), "there is no address"),
        (change_about(is_active=False), "the account is closed"),
        (suppress, "the address is suppressed"),
        (lose_what_it_is_about, "what it is about is gone"),
    ],
)
def test_what_changed_between_owing_and_sending_is_asked_again(sink, change, reason):
    kind = make_kind(still_owed=lambda about, now: "the name changed" if about.name == "Gone" else None)
    member = make_member()
    letter = make_letter(kind=kind, to=member, about=member)
    change(letter)

    assert drain(now=NOW) == {"skipped": 1}
    assert reload(letter).reason == reason
    assert sink.connections == 0


def test_a_letter_that_cannot_be_rendered_fails_visibly_and_holds_nobody_up(sink):
    def explode(about, language, zone):
        raise KeyError("no such key")

    broken, fine = make_letter(kind=make_kind(render=explode)), make_letter()

    assert drain(now=NOW) == {"failed": 1, "sent": 1}
    assert reload(broken).reason.startswith("KeyError")
    assert reload(fine).state == LetterState.SENT


def test_what_a_broken_rendering_wrote_is_undone(sink):
    other = make_member(name="Before")

    def write_then_fail(about, language, zone):
        type(other).objects.filter(pk=other.pk).update(name="After")
        raise RuntimeError

    make_letter(kind=make_kind(render=write_then_fail))
    drain(now=NOW)

    assert reload(other).name == "Before"


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"kind": "removed.kind"}, "the portal has no such kind of email any more"),
        (
            {"about_type": "removed.model", "about_id": 1},
            "the portal knows nothing of what this email is about any more",
        ),
    ],
)
def test_a_letter_of_an_app_that_was_removed_fails_visibly(sink, columns, reason):
    letter = make_letter()
    Letter.objects.filter(pk=letter.pk).update(**columns)

    assert drain(now=NOW) == {"failed": 1}
    assert reload(letter).reason == reason


def test_a_subject_with_a_line_break_writes_no_header(sink):
    kind = make_kind(render=lambda about, language, zone: Rendered("Hi\r\nBcc: all@example.org", "Hi\n", ""))
    make_letter(kind=kind)

    drain(now=NOW)

    assert sink.messages[0]["Bcc"] is None
    assert sink.messages[0]["Subject"] == "Hi Bcc: all@example.org"


def test_a_temporary_refusal_is_tried_again_under_the_same_message_id(sink):
    letter = make_letter()
    sink.data = "451 4.3.0 later"
    assert drain(now=NOW) == {"deferred": 1}
    assert reload(letter).answer == "451 4.3.0 later"
    assert drain(now=NOW) == {}
    sink.data = ""

    assert drain(now=NOW + timedelta(minutes=2)) == {"sent": 1}
    assert sink.message_ids == [letter.message_id]
    assert reload(letter).tries == 2


def test_a_letter_refused_for_good_fails_and_a_missing_address_is_not_written_to_again(sink):
    member = make_member(email="gone@example.org")
    letter = make_letter(to=member)
    sink.rcpt = "550 5.1.1 <gone@example.org>: no such user"

    assert drain(now=NOW) == {"failed": 1}
    assert reload(letter).answer == "550 5.1.1 <…>: no such user"
    sink.rcpt = ""
    make_letter(to=member)
    assert drain(now=NOW) == {"skipped": 1}


def test_a_refusal_for_another_reason_suppresses_nobody(sink):
    make_letter()
    sink.rcpt = "550 5.7.1 blocked"

    assert drain(now=NOW) == {"failed": 1}
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("behaviour", [{"data": "drop"}, {"pause": 3.0}])
def test_a_letter_on_the_wire_when_the_line_goes_dead_is_uncertain_and_not_sent_again(sink, settings, behaviour):
    settings.EMAIL_TIMEOUT = 1
    letter = make_letter()
    for name, value in behaviour.items():
        setattr(sink, name, value)

    assert drain(now=NOW) == {"uncertain": 1}
    sink.data, sink.pause = "", 0.0
    assert tick(now=NOW + timedelta(days=3)).drained == {}
    assert reload(letter).reason == "the connection was lost after the text had been handed over"


def test_with_the_mail_server_down_one_letter_finds_out_and_the_rest_go_back(sink, settings):
    letters = [make_letter() for _ in range(3)]
    settings.EMAIL_PORT = free_port()

    assert drain(now=NOW) == {"deferred": 1, "returned": 2}
    assert sorted(reload(letter).state for letter in letters) == ["deferred", "queued", "queued"]
    settings.EMAIL_PORT = sink.port
    assert drain(now=NOW + timedelta(minutes=2)) == {"sent": 3}
    assert sorted(sink.message_ids) == sorted(letter.message_id for letter in letters)


def test_a_worker_that_dies_after_claiming_leaves_a_letter_that_is_sent_once(sink, no_sweeps):
    letter = make_letter()
    claim_one()

    assert tick(now=NOW + timedelta(minutes=1)).drained == {}
    done = tick(now=LATER)

    assert (done.swept.requeued, done.drained) == (1, {"sent": 1})
    assert sink.message_ids == [letter.message_id]


def session_that_dies(session, *, after_sending):
    class Dying(type(session)):
        def deliver(self, composed):
            if after_sending:
                super().deliver(composed)
            raise Dies

    session.__class__ = Dying
    return session


@pytest.mark.parametrize(("after_sending", "arrived"), [(False, 0), (True, 1)])
def test_a_worker_that_dies_with_the_letter_on_the_wire_leaves_it_to_a_person(sink, no_sweeps, after_sending, arrived):
    letter = make_letter()
    with pytest.raises(Dies), open_session() as session:
        draining.send_claimed(
            [claim_one()], session=session_that_dies(session, after_sending=after_sending), clock=clock
        )
    assert reload(letter).state == LetterState.SUBMITTING

    done = tick(now=LATER)

    assert (done.swept.parked, done.drained) == (1, {})
    assert reload(letter).state == LetterState.UNCERTAIN
    assert len(sink.messages) == arrived


def test_a_worker_that_was_only_slow_settles_the_letter_it_was_thought_to_have_dropped(sink, no_sweeps):
    letter = make_letter()

    class Slow:
        def __init__(self, session):
            self.ready, self.session = session.ready, session

        def deliver(self, composed):
            assert sweep(now=LATER).parked == 1
            return self.session.deliver(composed)

    with open_session() as session:
        draining.send_claimed([claim_one()], session=Slow(session), clock=clock)

    assert reload(letter).state == LetterState.SENT


def test_a_worker_whose_letter_was_taken_away_does_not_send_it(sink, no_sweeps):
    mine = (make_letter(), claim_one())[1]
    sweep(now=LATER)
    theirs = claim_one()

    with open_session() as session:
        assert draining.send_claimed([mine], session=session, clock=clock) == {"lost": 1}
        assert draining.send_claimed([theirs], session=session, clock=clock) == {"sent": 1}
    assert len(sink.messages) == 1


def test_two_drains_at_once_send_each_letter_once(sink):
    written = [make_letter() for _ in range(60)]

    done = at_once(*[lambda: drain(now=NOW, batch=5)] * 3)

    assert sorted(sink.message_ids) == sorted(letter.message_id for letter in written)
    assert sum(part["sent"] for part in done) == 60


def test_no_transaction_is_open_while_a_letter_is_on_the_wire(sink):
    make_letter()
    seen = []

    class Watched:
        def __init__(self, session):
            self.ready, self.session = session.ready, session

        def deliver(self, composed):
            seen.append((connection.in_atomic_block, Letter.objects.get().state))
            return self.session.deliver(composed)

    with open_session() as session:
        draining.send_claimed([claim_one()], session=Watched(session), clock=clock)

    assert seen == [(False, "submitting")]


def test_the_nudge_follows_the_commit_and_only_sends(sink, no_sweeps, eager_worker):
    swept = []
    kinds.register_sweep("tests.sweep", swept.append)

    with transaction.atomic():
        make_letter()
        assert sink.messages == []

    assert sink.wait_for(1)
    assert swept == []
