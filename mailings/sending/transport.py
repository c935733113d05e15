"""Handing a message to a mail server, and knowing how far it got."""

import re
import smtplib
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend

from mailings.domain import Answer, Stage
from mailings.sending.composing import Parcel

# smtplib says the first for a line the server cut, the second for the wire itself.
LOST = (smtplib.SMTPException, OSError)


class Session(Protocol):
    """A connection that is used again from letter to letter."""

    def ready(self) -> Answer | None:
        """Make sure somebody listens; return what went wrong, or None. Nothing has been handed over then."""

    def deliver(self, parcel: Parcel, *, may_hand_over: Callable[[], bool] = lambda: True) -> Answer:
        """Hand over one message to a server that is ``ready()``, and return its answer. ``may_hand_over`` is asked
        right before the text is sent."""

    def abandon(self) -> None:
        """End the conversation from another thread, wherever it is."""

    def close(self) -> None: ...


def open_by_itself(*, timeout: float | None = None) -> Session:
    """Return a session that its caller closes; nothing is connected before the first letter."""
    backend = get_connection()
    if not isinstance(backend, EmailBackend):
        return BackendSession(backend)
    if timeout is not None:
        backend.timeout = timeout
    return SmtpSession(backend)


@contextmanager
def open_session() -> Iterator[Session]:
    """Yield a session with the mail server of the settings; nothing is connected before the first letter."""
    session = open_by_itself()
    try:
        yield session
    finally:
        session.close()


class SmtpSession:
    """SMTP step by step, because `smtplib.sendmail` cannot say whether a lost connection came before the text or
    after it, and all that we may do next hangs on that."""

    def __init__(self, backend: EmailBackend) -> None:
        self.backend = backend

    def ready(self) -> Answer | None:
        if self._is_alive():
            return None
        self._drop()
        try:
            self.backend.open()
            self.backend.connection.ehlo_or_helo_if_needed()
        except smtplib.SMTPResponseException as error:
            self._drop()
            return Answer(None, f"{error.smtp_code} {_readable(error.smtp_error)}", stage=Stage.HELLO)
        except LOST as error:
            self._drop()
            return Answer(None, _readable(error), stage=Stage.HELLO)
        return None

    def deliver(self, parcel: Parcel, *, may_hand_over: Callable[[], bool] = lambda: True) -> Answer:
        handed_over = False
        try:
            stage, code, answer = self._envelope(parcel)
            if code == 354 and not may_hand_over():
                self._drop()
                return Answer(None, "nobody waits any more", stage=stage)
            if code == 354:
                handed_over = True
                code, answer = self._text(parcel.payload)
        except LOST as error:
            self._drop()
            return Answer(None, _readable(error), handed_over=handed_over)
        if not handed_over:
            self._start_over()
            code = None if code < 400 else code  # it agreed to something, and has no text: nothing was sent
        return Answer(code, _readable(answer), handed_over=handed_over, stage=stage)

    def _envelope(self, parcel: Parcel) -> tuple[Stage, int, bytes]:
        """Say who writes to whom; 354 is the server's go-ahead for the text, anything else its refusal."""
        smtp = self.backend.connection
        code, answer = smtp.mail(parcel.sender)
        if not 200 <= code < 300:
            return Stage.SENDER, code, answer
        code, answer = smtp.rcpt(parcel.recipient)
        if not 200 <= code < 300:  # 251 and 252 take the letter, too
            return Stage.RECIPIENT, code, answer
        return Stage.TEXT, *smtp.docmd("DATA")

    def _text(self, payload: bytes) -> tuple[int, bytes]:
        smtp = self.backend.connection
        smtp.send(re.sub(rb"(?m)^\.", b"..", payload).rstrip(b"\r\n") + b"\r\n.\r\n")
        return smtp.getreply()

    def _is_alive(self) -> bool:
        """Tell whether the connection of the letter before still answers; servers hang up on the slow."""
        if self.backend.connection is None:
            return False
        with suppress(*LOST):
            return self.backend.connection.noop()[0] == 250
        return False

    def _start_over(self) -> None:
        """Leave a refused envelope behind, so that the next letter starts on a clean slate."""
        try:
            self.backend.connection.rset()
        except LOST:
            self._drop()

    def _drop(self) -> None:
        """Hang up without a word: a QUIT in the middle of a text would become part of it."""
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
    """Any other Django mail backend. It does not say how far it got, so an error means that nobody knows."""

    def __init__(self, backend: BaseEmailBackend) -> None:
        self.backend = backend

    def ready(self) -> Answer | None:
        return None

    def deliver(self, parcel: Parcel, *, may_hand_over: Callable[[], bool] = lambda: True) -> Answer:
        if not may_hand_over():
            return Answer(None, "nobody waits any more")
        try:
            sent = self.backend.send_messages([parcel.message])
        except LOST as error:
            return Answer(None, _readable(error), handed_over=True)
        return Answer(250) if sent else Answer(None, "the mail backend sent nothing")

    def abandon(self) -> None:
        """There is nothing to hang up."""

    def close(self) -> None:
        with suppress(*LOST):
            self.backend.close()


def _readable(answer: bytes | str | Exception) -> str:
    if isinstance(answer, bytes):
        return answer.decode("utf-8", "replace")
    return str(answer) or type(answer).__name__
