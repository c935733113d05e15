"""One server used by several processes: the first one starts it, the last one to leave stops it.

Record locks (`fcntl.lockf`) count the processes: the kernel drops a process's locks however it dies, and a forked child
does not inherit them. So there is no pid file of ours that could be out of date. One trap: closing any descriptor of a
file drops the process's locks on it. So each process opens each lock file once.
"""

import fcntl
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from letsconnect.embedded.errors import EmbeddedError


class Daemon(subprocess.Popen[bytes]):
    """A server's process, which runs on where others still use it: ending before it is no mistake to warn of."""

    def __del__(self, *_defaults: object) -> None:
        """Let the process go without the warning of a forgotten one."""


class Server(Protocol):
    """What a share asks of a server; start and stop are only called under the lock."""

    name: str

    def is_up(self) -> bool: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def has_other_clients(self) -> bool: ...


def make_folder(folder: Path) -> None:
    """Make a folder only we can read; give a clear message if the disk refuses it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise EmbeddedError(
            f"Cannot write in {folder}: {error.strerror}. The embedded servers keep their data there; make it"
            " writable for this user, or name real servers with DATABASE_URL and REDIS_URL."
        ) from error


def open_lock(path: Path) -> int:
    """Open a lock file; the descriptor stays open as long as the process holds any lock on it."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise EmbeddedError(f"Cannot open {path}: {error.strerror}. Does another user own var/?") from error


def try_lock(descriptor: int) -> bool:
    """Take the lock alone if nobody else has it."""
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


class Share:
    """This process's part in one server."""

    def __init__(self, server: Server, folder: Path) -> None:
        self._server = server
        self._folder = folder
        self._thread = threading.Lock()
        self._owner = 0
        self._turn = self._users = -1

    @property
    def is_joined(self) -> bool:
        """Tell whether this very process (not the one it was forked from) takes part."""
        return self._owner == os.getpid()

    def join(self) -> None:
        """Have the server running, and keep it so until this process leaves or dies."""
        with self._thread:
            if self.is_joined:
                return
            make_folder(self._folder)
            if self._turn < 0:
                self._turn = open_lock(self._folder / f"{self._server.name}.turn")
                self._users = open_lock(self._folder / f"{self._server.name}.users")
            with self._alone():
                if not self._server.is_up():
                    self._server.start()
                fcntl.lockf(self._users, fcntl.LOCK_SH)
                self._owner = os.getpid()

    def leave(self, *, patience: float = 0.0) -> None:
        """Stop the server if nobody else takes part in it and nobody else is connected.

        ``patience`` is how many seconds to wait for others that are just ending: a pool's children may outlive their
        parent by a moment, and end without a word.
        """
        with self._thread:
            if not self.is_joined:
                return
            fcntl.lockf(self._users, fcntl.LOCK_UN)
            self._owner = 0
            until = time.monotonic() + patience
            while not self._stop_if_last() and time.monotonic() < until:
                time.sleep(0.05)

    def _stop_if_last(self) -> bool:
        """Tell whether nobody else takes part; the server is then stopped, unless somebody is connected to it."""
        with self._alone():
            if not try_lock(self._users):
                return False
            try:
                if self._server.is_up() and not self._server.has_other_clients():
                    self._server.stop()
            finally:
                fcntl.lockf(self._users, fcntl.LOCK_UN)
            return True

    @contextmanager
    def _alone(self) -> Iterator[None]:
        fcntl.lockf(self._turn, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.lockf(self._turn, fcntl.LOCK_UN)
