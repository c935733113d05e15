"""Handing a message to a mail server, and recording how far that got."""

import re
import smtplib
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Protocol

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend

from mailings.domain.letters import ServerAnswer, SmtpStage
from mailings.sending.composing import Composed

# smtplib says the first for a line the server cut, the second for the wire itself.
LOST = (smtplib.SMTPException, OSError)
ALIVE_FOR = 2.0  # seconds after a letter was taken, in which the server is not asked whether it still listens


class MailSession(Protocol):
    """A connection to the mail server, used again from letter to letter."""

    def ready(self) -> ServerAnswer | None:
        """Make sure the server listens; return what went wrong, or None. Nothing has been handed over then."""

    def deliver(self, composed: Composed, *, may_hand_over: Callable[[], bool] = lambda: True) -> ServerAnswer:
        """Hand over one message to a server that is ``ready()``, and return its answer. ``may_hand_over`` is asked
        right before the text is sent."""

    def abandon(self) -> None:
        """End the conversation from another thread, at any point of it."""

    def close(self) -> None: ...


def open_by_itself(*, timeout: float | None = None) -> MailSession:
    """Return a session that its caller has to close; it connects with the first letter."""
    backend = get_connection()
    if not isinstance(backend, EmailBackend):
        return BackendSession(backend)
    if timeout is not None:
        backend.timeout = timeout
    return SmtpSession(backend)


@contextmanager
def open_session() -> Iterator[MailSession]:
    """Yield a session with the mail server of the settings; it connects with the first letter."""
    session = open_by_itself()
    try:
        yield session
    finally:
        session.close()


class SmtpSession:
    """SMTP step by step.

    `smtplib.sendmail` cannot say whether a lost connection came before the text or after it, and what we may do next
    depends on that.
    """

    def __init__(self, backend: EmailBackend) -> None:
        self.backend = backend
        self._answered_at = float("-inf")  # when the server last took a letter, by the machine's own clock

    @property
    def _line(self) -> smtplib.SMTP:
        if self.backend.connection is None:
            raise smtplib.SMTPServerDisconnected("there is no connection")
        return self.backend.connection

    def ready(self) -> ServerAnswer | None:
        if self._is_alive():
            return None
        self._drop()
        try:
            self.backend.open()
            self._line.ehlo_or_helo_if_needed()
        except smtplib.SMTPResponseException as error:
            self._drop()
            return ServerAnswer(None, f"{error.smtp_code} {_readable(error.smtp_error)}", stage=SmtpStage.HELLO)
        except LOST as error:
            self._drop()
            return ServerAnswer(None, _readable(error), stage=SmtpStage.HELLO)
        return None

    def deliver(self, composed: Composed, *, may_hand_over: Callable[[], bool] = lambda: True) -> ServerAnswer:
        """Hand over one message. A server that hung up since it took the letter before is called once more, because
        `ready` did not ask it again."""
        was_asked = not self._took_one_just_now()
        answer = self._attempt(composed, may_hand_over)
        hung_up = not answer.handed_over and (answer.code in (None, 421)) and answer.stage != SmtpStage.TEXT
        if was_asked or not hung_up:
            return answer
        self._drop()
        return self.ready() or self._attempt(composed, may_hand_over)

    def _attempt(self, composed: Composed, may_hand_over: Callable[[], bool]) -> ServerAnswer:
        handed_over = False
        try:
            stage, code, answer = self._envelope(composed)
            if code == 354 and not may_hand_over():
                self._drop()
                return ServerAnswer(None, "nobody waits any more", stage=stage)
            if code == 354:
                handed_over = True
                code, answer = self._text(composed.payload)
                self._answered_at = time.monotonic() if code == 250 else float("-inf")
        except LOST as error:
            self._drop()
            return ServerAnswer(None, _readable(error), handed_over=handed_over)
        if not handed_over:
            self._start_over()
            if code < 400:  # it agreed to something, and has no text: nothing was sent
                return ServerAnswer(None, _readable(answer), stage=stage)
        return ServerAnswer(code, _readable(answer), handed_over=handed_over, stage=stage)

    def _envelope(self, composed: Composed) -> tuple[SmtpStage, int, bytes]:
        """Name sender and recipient; 354 is the server's go-ahead for the text, anything else its refusal."""
        smtp = self._line
        code, answer = smtp.docmd("MAIL", f"FROM:{_in_brackets(composed.sender)}")
        if not 200 <= code < 300:
            return SmtpStage.SENDER, code, answer
        code, answer = smtp.docmd("RCPT", f"TO:<{composed.recipient}>")  # the canonical form needs no more
        if not 200 <= code < 300:  # 251 and 252 take the letter, too
            return SmtpStage.RECIPIENT, code, answer
        return SmtpStage.TEXT, *smtp.docmd("DATA")

    def _text(self, payload: bytes) -> tuple[int, bytes]:
        smtp = self._line
        if b"\n." in payload or payload.startswith(b"."):
            payload = re.sub(rb"(?m)^\.", b"..", payload)
        smtp.send(payload.rstrip(b"\r\n") + b"\r\n.\r\n")
        return smtp.getreply()

    def _is_alive(self) -> bool:
        """Tell whether the connection of the letter before still answers; servers hang up on slow peers."""
        if self.backend.connection is None:
            return False
        if self._took_one_just_now():
            return True
        with suppress(*LOST):
            return self.backend.connection.noop()[0] == 250
        return False

    def _took_one_just_now(self) -> bool:
        return self.backend.connection is not None and time.monotonic() - self._answered_at < ALIVE_FOR

    def _start_over(self) -> None:
        """Reset the conversation after a refused envelope, so that the next letter starts afresh."""
        try:
            self._line.rset()
        except LOST:
            self._drop()

    def _drop(self) -> None:
        """Close the connection without QUIT: in the middle of a text it would become part of it."""
        if self.backend.connection is not None:
            self.backend.connection.close()
            self.backend.connection = None

    def abandon(self) -> None:
        wire = getattr(self.backend.connection, "sock", None)
        if wire is not None:
            with suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with suppress(*LOST):
            self.backend.close()
        self.backend.connection = None


class BackendSession:
    """Any other Django mail backend. It does not say how far it got, so after an error nobody knows."""

    def __init__(self, backend: BaseEmailBackend) -> None:
        self.backend = backend

    def ready(self) -> ServerAnswer | None:
        return None

    def deliver(self, composed: Composed, *, may_hand_over: Callable[[], bool] = lambda: True) -> ServerAnswer:
        if not may_hand_over():
            return ServerAnswer(None, "nobody waits any more")
        try:
            sent = self.backend.send_messages([composed.message])
        except LOST as error:
            return ServerAnswer(None, _readable(error), handed_over=True)
        return ServerAnswer(250) if sent else ServerAnswer(None, "the mail backend sent nothing")

    def abandon(self) -> None:
        """There is nothing to hang up."""

    def close(self) -> None:
        with suppress(*LOST):
            self.backend.close()


@lru_cache(maxsize=8)
def _in_brackets(sender: str) -> str:
    return smtplib.quoteaddr(sender)


def _readable(answer: bytes | str | Exception) -> str:
    if isinstance(answer, bytes):
        return answer.decode("utf-8", "replace")
    return str(answer) or type(answer).__name__
