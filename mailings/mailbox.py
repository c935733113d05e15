"""The mailbox of the embedded default: letters are not delivered, but kept in a private folder and shown on a page."""

import email
import email.policy
import logging
import re
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

MOST_LETTERS = 500
_NAME = re.compile(r"\d{19}-[0-9a-f]{8}")


@dataclass(frozen=True)
class Received:
    """One letter as the mailbox shows it."""

    name: str
    received_at: datetime
    to: str
    subject: str
    language: str
    text: str
    html: str


class Mailbox:
    """A folder of letters, newest first; the oldest are deleted when there are too many."""

    def __init__(self, folder: Path, *, most: int = MOST_LETTERS) -> None:
        self.folder = folder
        self.most = most

    def put(self, content: bytes) -> str:
        """Keep one message and return its name."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{time.time_ns():019d}-{secrets.token_hex(4)}"
        partial = self.folder / f".{name}"
        partial.touch(mode=0o600)
        partial.write_bytes(content)
        partial.rename(self._path(name))
        for old in self.names()[self.most :]:
            self._path(old).unlink(missing_ok=True)
        return name

    def names(self) -> list[str]:
        """Return the names of the letters, newest first."""
        if not self.folder.is_dir():
            return []
        names = (path.stem for path in self.folder.glob("*.eml"))
        return sorted((name for name in names if _NAME.fullmatch(name)), reverse=True)

    def get(self, name: str) -> Received | None:
        """Return one letter, or None when there is none of that name (or it has just been deleted)."""
        if not _NAME.fullmatch(name) or not self._path(name).is_file():
            return None
        message = email.message_from_bytes(self._path(name).read_bytes(), policy=email.policy.default)
        return Received(
            name=name,
            received_at=datetime.fromtimestamp(int(name[:19]) / 1e9, tz=UTC),
            to=str(message["To"] or ""),
            subject=str(message["Subject"] or "").strip(),
            language=str(message["Content-Language"] or ""),
            text=_part(message, "plain"),
            html=_part(message, "html"),
        )

    def newest(self, count: int) -> list[Received]:
        """Return the newest letters."""
        return [letter for letter in map(self.get, self.names()[:count]) if letter]

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.eml"


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return part.get_content() if part is not None else ""


class _MailboxHandler:
    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.mailbox.put(envelope.original_content)
        return "250 2.0.0 kept"


@contextmanager
def listening(mailbox: Mailbox, *, port: int) -> Iterator[None]:
    """Accept every letter sent to 127.0.0.1:``port`` while the block runs. Raises OSError when the port is taken."""
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # it repeats every line, addresses and codes included
    with socket.create_server(("127.0.0.1", port)):
        pass  # a taken port is found out here and now; the controller would wait for its time to run out
    controller = Controller(_MailboxHandler(mailbox), hostname="127.0.0.1", port=port, ready_timeout=20)
    controller.start()
    try:
        yield
    finally:
        controller.stop()
