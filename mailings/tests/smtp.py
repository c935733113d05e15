"""A real SMTP server on a random loopback port, which can be told to misbehave. Shared by every app's tests."""

import asyncio
import email
import email.policy
import logging
import socket
import threading
from contextlib import contextmanager
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller

from letsconnect.tests.waiting import PATIENCE

_FOR_EVER = 3600.0  # seconds


class Sink:
    """Keeps what it accepted. Set ``rcpt`` or ``data`` to an answer such as "451 4.3.0 later", ``data`` to "drop"
    (take the text, hang up, say nothing) or ``pause`` to seconds of silence between taking the text and saying so;
    ``mail`` is the answer to who writes. ``answers`` holds answers to the recipients of these addresses alone, "drop"
    among them, and ``texts`` those to their texts; where either is "hang", nothing more is said until the other side
    hangs up. ``greeting`` is said instead of a greeting, and after ``most`` letters a connection is ended (421).
    While the event ``gate`` is not set, nothing is said about a text."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.connections = 0
        self.mail = self.rcpt = self.data = ""
        self.pause = 0.0
        self.answers: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        self.greeting = ""
        self.most = 0
        self.gate: threading.Event | None = None
        self.arrived = threading.Condition()

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.taken = 0
        if self.greeting:
            return [self.greeting]
        session.host_name = hostname
        return responses

    async def handle_HELO(self, server, session, envelope, hostname):
        session.host_name = hostname
        return self.greeting or "250 hello"

    async def handle_MAIL(self, server, session, envelope, address, mail_options):
        if self.most and session.taken >= self.most:
            server.loop.call_soon(server.transport.close)
            return "421 4.7.0 too many letters"
        if self.mail:
            return self.mail
        envelope.mail_from = address
        envelope.mail_options.extend(mail_options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        answer = self.answers.get(address, self.rcpt)
        if answer == "hang":
            await asyncio.sleep(_FOR_EVER)
        if answer and answer != "drop":
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        answer = self.texts.get(envelope.rcpt_tos[0], self.data)
        if answer[:1].isdigit():
            return answer
        with self.arrived:
            self.messages.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
            self.recipients.extend(envelope.rcpt_tos)
            self.arrived.notify_all()
        session.taken += 1
        await asyncio.sleep(self.pause)
        if self.gate is not None:
            await asyncio.get_running_loop().run_in_executor(None, self.gate.wait, PATIENCE)
        if answer == "hang":
            await asyncio.sleep(_FOR_EVER)
        if "drop" in (answer, self.answers.get(envelope.rcpt_tos[0])):
            server.transport.abort()
        return "250 2.0.0 taken"

    @property
    def message_ids(self) -> list[str]:
        return [message["Message-ID"] for message in self.messages]

    def wait_for(self, count: int, *, seconds: float = PATIENCE) -> bool:
        """Wait until ``count`` messages have arrived; tell whether they have."""
        with self.arrived:
            return self.arrived.wait_for(lambda: len(self.messages) >= count, timeout=seconds)


class _Port(Controller):
    """aiosmtpd's own controller, listening on whatever port is free."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running_sink():
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # it repeats every line of every conversation
    handler = Sink()
    controller = _Port(handler, hostname="127.0.0.1", port=0, ready_timeout=PATIENCE)
    controller.start()
    handler.port = controller.port
    try:
        yield handler
    finally:
        controller.stop()


@pytest.fixture
def sink(settings):
    """The mail server of the settings, for this test."""
    with running_sink() as handler:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", handler.port
        settings.SMTP_PATIENCE = PATIENCE  # it answers as soon as the machine lets it
        yield handler
