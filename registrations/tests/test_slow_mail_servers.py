"""A mail server that hangs keeps nobody waiting: the worker draws another code while sending it."""

import re
import socket
import threading
import time
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from letsconnect.tests.waiting import PATIENCE, wait_until
from mailings.ledger.draining import drain
from mailings.models import Letter, Suppression
from mailings.sending import time_limit
from mailings.tests.factories import make_letter
from registrations.accounts.refusals import CodeNotSent
from registrations.accounts.signing_in import send_sign_in_code
from registrations.models import SignInCode

pytestmark = pytest.mark.django_db(transaction=True)
SIGN_IN, CODE = reverse("registrations:sign-in"), reverse("registrations:sign-in-code")
AMINA = "amina@example.org"
REPLIES = {"EHLO": b"250 ok\r\n", "MAIL": b"250 ok\r\n", "RCPT": b"250 ok\r\n", "DATA": b"354 go on\r\n"}


@pytest.fixture(autouse=True)
def _servers_of_other_tests_are_forgotten():
    """A later test's server may get the same port."""
    yield
    time_limit._slow_until.clear()


class HangingServer:
    """A mail server that says no word more after ``silent_after``, however long it is waited for."""

    def __init__(self, silent_after):
        self.silent_after = silent_after
        self.calls = 0
        self.has_text = threading.Event()

    def serve(self, listener):
        while True:
            try:
                wire, _peer = listener.accept()
            except OSError:
                return
            self.calls += 1
            threading.Thread(target=self.answer, args=(wire,), daemon=True).start()

    def answer(self, wire):
        try:
            _converse(wire, self.silent_after, self.has_text)
        except OSError:  # the portal hung up
            return


def _converse(wire, silent_after, has_text):
    """Speak SMTP and say no word more after ``silent_after``; "drip" says its greeting a letter a time, for ever."""
    with wire:
        if silent_after == "drip":
            while wire.send(b"220-"):
                time.sleep(0.02)
        if silent_after != "connect":
            wire.sendall(b"220 slow\r\n")
        lines = wire.makefile("rb")
        while line := lines.readline():
            if line == b".\r\n":
                has_text.set()
            word = line[:4].decode(errors="replace").upper()
            if silent_after in ("connect", "hello") or word not in REPLIES:
                continue
            wire.sendall(REPLIES[word])


@contextmanager
def hanging_server(settings, silent_after):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = HangingServer(silent_after)
        threading.Thread(target=server.serve, args=(listener,), daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = listener.getsockname()
        yield server


def ask(client):
    return client.post(SIGN_IN, {"email": AMINA})


def secrets_in(message):
    text = message.get_body(("plain",)).get_content()
    return re.search(r"\b\d{6}\b", text)[0], re.search(r"key=([0-9a-f]+)", text)[1]


@pytest.mark.parametrize("silent_after", ["connect", "hello", "drip"])
def test_a_page_gives_a_silent_server_up_and_says_that_the_letter_comes(client, settings, monkeypatch, silent_after):
    """The server never says what is waited for, and where it drips, no time-out of a read ever comes."""
    settings.SMTP_PATIENCE = 0.3
    monkeypatch.setattr(time_limit, "SLOW_FOR_SECONDS", 10 * PATIENCE)
    with hanging_server(settings, silent_after) as server:
        response = ask(client)
        wait_until(lambda: server.calls == 1, "somebody who calls the mail server")
        ask(Client())  # whoever comes next does not wait at all
        assert server.calls == 1

    assert response.url == CODE
    assert "may take a minute or two" in client.get(CODE).content.decode()
    assert Letter.objects.filter(state="queued", kind="registrations.sign_in_code").count() == 2


def test_the_patience_of_the_portal_is_under_three_seconds(settings):
    assert 0 < settings.SMTP_PATIENCE < 3


def test_the_worker_draws_another_code_and_it_works(client, settings, sink, caplog):
    working = settings.EMAIL_HOST, settings.EMAIL_PORT
    settings.SMTP_PATIENCE = 0.2
    with hanging_server(settings, "hello"):
        ask(client)
    settings.EMAIL_HOST, settings.EMAIL_PORT = working

    before = list(SignInCode.objects.values_list("code_hash", "link_hash"))
    assert drain(now=timezone.now()) == {"sent": 1}

    digits, link = secrets_in(sink.messages[0])
    after = list(SignInCode.objects.values_list("code_hash", "link_hash"))
    assert before != after
    stored = [list(table.objects.values()) for table in (SignInCode, Letter)]
    assert link not in repr(stored) + caplog.text
    assert not re.search(rf"\b{digits}\b", repr(stored) + caplog.text)
    assert "is on its way" in client.get(CODE).content.decode()
    assert client.post(CODE, {"code": digits}).url == reverse("home")


def test_a_text_that_may_have_arrived_counts_and_its_code_works_beside_the_workers(settings, sink, monkeypatch):
    working = settings.EMAIL_HOST, settings.EMAIL_PORT
    with hanging_server(settings, "data") as server:
        result = Future.result

        def wait(self, timeout=None):
            assert server.has_text.wait(PATIENCE)  # only now the patience of the page begins
            return result(self, timeout)

        monkeypatch.setattr(Future, "result", wait)
        code = send_sign_in_code(
            address=AMINA, network="192.0.2.1", language="en", zone="", now=timezone.now(), patience=0.3
        )
    settings.EMAIL_HOST, settings.EMAIL_PORT = working

    assert code.is_waiting
    states = dict(SignInCode.objects.values_list("pk", "letter__state"))
    assert sorted(states.values()) == ["queued", "uncertain"]
    assert SignInCode.objects.sent(now=timezone.now()).count() == 2
    drain(now=timezone.now())
    assert SignInCode.objects.fresh(now=timezone.now()).count() == 2


def test_after_giving_up_nothing_is_handed_over(settings):
    """The server wakes up a moment too late: it gets no text that the ledger does not know of."""
    attempt = time_limit._SendingThread(time_limit.open_by_itself(timeout=1))
    answer = attempt.give_up(seconds=1)

    assert not attempt._may_hand_over()
    assert not answer.handed_over


@pytest.mark.parametrize("answer", ["451 4.7.1 greylisted, come back in five minutes", "421 4.3.2 closing"])
def test_a_greylisted_code_comes_later_instead_of_never(client, sink, answer):
    sink.rcpt = answer
    assert ask(client).url == CODE
    assert "may take a minute or two" in client.get(CODE).content.decode()
    sink.rcpt = ""

    assert drain(now=timezone.now()) == {"sent": 1}
    assert client.post(CODE, {"code": secrets_in(sink.messages[-1])[0]}).url == reverse("home")


def test_codes_the_server_kept_putting_off_lock_nobody_out(client, sink):
    """Six were asked for while it said "later" to each. Once it takes letters again, the next minute brings them."""
    sink.rcpt = "451 4.7.1 later"
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(6):
            ask(client)
        for _tick in range(6):
            clock.shift(timedelta(minutes=2))
            drain(now=timezone.now())
        sink.rcpt = ""
        clock.shift(timedelta(minutes=2))
        drain(now=timezone.now())

        assert client.post(CODE, {"code": secrets_in(sink.messages[-1])[0]}).url == reverse("home")


def test_codes_that_could_not_leave_in_time_count_for_nothing_even_where_no_worker_runs(client, sink):
    sink.rcpt = "451 4.7.1 later"
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(6):
            assert ask(client).status_code == 302
        assert ask(client).status_code == 429  # they are about to be sent
        sink.rcpt = ""
        clock.shift(timedelta(minutes=16))

        assert ask(client).url == CODE
    assert len(sink.messages) == 1


def test_a_mailbox_that_is_not_there_is_said_at_once_and_counts_for_nothing(sink):
    sink.rcpt = "550 5.1.1 no such user"

    with pytest.raises(CodeNotSent, match="no such mailbox"):
        send_sign_in_code(address=AMINA, network="192.0.2.1", language="en", zone="", now=timezone.now())
    assert not SignInCode.objects.sent(now=timezone.now()).exists()


def test_an_address_to_which_no_letter_goes_does_not_take_what_a_visitor_typed(client, sink):
    step = reverse("registrations:registration-step", args=["you"])
    client.post(step, {"name": "Anahita"})
    sink.rcpt = "550 5.1.1 no such user"
    client.post(SIGN_IN, {"email": "aminna@example.org", "zone": "UTC", "next": step})
    sink.rcpt = ""
    client.post(SIGN_IN, {"email": AMINA, "zone": "UTC", "next": step})
    client.post(CODE, {"code": secrets_in(sink.messages[-1])[0]})

    assert client.get(step).context["page"].form["name"].value() == "Anahita"


def test_a_code_goes_before_all_other_letters_and_to_whomever_asked(client, settings, sink):
    working = settings.EMAIL_HOST, settings.EMAIL_PORT
    for number in range(3):
        make_letter(to=None, address=f"other-{number}@example.org")
    Suppression.objects.suppress([AMINA], source="bounce", now=timezone.now())
    settings.SMTP_PATIENCE = 0.2
    with hanging_server(settings, "hello"):
        ask(client)
    settings.EMAIL_HOST, settings.EMAIL_PORT = working

    drain(now=timezone.now(), batch=1)

    assert sink.recipients[0] == AMINA
    assert len(sink.recipients) == 4


def test_a_code_nobody_waits_for_any_more_is_not_sent(client, settings, sink):
    settings.SMTP_PATIENCE = 0.2
    working = settings.EMAIL_HOST, settings.EMAIL_PORT
    with hanging_server(settings, "hello"):
        ask(client)
    settings.EMAIL_HOST, settings.EMAIL_PORT = working
    SignInCode.objects.update(made_at=timezone.now() - timedelta(minutes=16))

    assert drain(now=timezone.now()) == {"skipped": 1}
    assert not SignInCode.objects.sent(now=timezone.now()).exists()
