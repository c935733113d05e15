"""`make run`: the servers, the tables, the processes of the Procfile; and the end of all of them."""

import atexit
import gc
import http.client
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from honcho.environ import parse_procfile
from honcho.manager import Manager

from letsconnect.embedded import leftovers, servers
from letsconnect.embedded.errors import EmbeddedError, refuse
from letsconnect.embedded.paths import run_folder
from letsconnect.embedded.prepare import CannotPrepare, is_port_free, port_of, taken, tell
from letsconnect.embedded.shared_servers import make_folder, open_lock, try_lock

BASE_DIR = servers.BASE_DIR
_PATIENCE = 10.0
_KILLED_AFTER = 8.0
# Honcho ends everything when one process ends. These may: nobody would hear that letters no longer leave.
_STARTED_AGAIN = ("worker", "beat", "mailbox")


class Processes(Manager):
    """Honcho's manager, which ends whenever and however often it is told to, soon, and leaves no process behind."""

    def __init__(self) -> None:
        super().__init__()
        self._pid = os.getpid()
        self._told = False

    def terminate(self) -> None:
        """Let all be asked to end."""
        self._told = True

    def _told_by(self, signal_number: int, frame: object) -> None:
        """Only note what a signal says: it may come twice, while something is printed, and to all processes of a
        terminal, so to a child as well that is just forked and does not ignore it yet."""
        if os.getpid() == self._pid:
            self.returncode = 128 + signal_number
            self._told = True

    def _start(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._told_by)
        super()._start()
        threading.Thread(target=self._end_when_told, daemon=True).start()

    def _end_when_told(self) -> None:
        """Ask all to end, once all are started; after a while kill those that did not."""
        while not (self._told and self._all_started()):
            time.sleep(0.05)
        super().terminate()
        time.sleep(_KILLED_AFTER)
        self.kill()

    def end(self) -> None:
        """Kill what is left, whatever ended the loop: else our own end would wait for it without end."""
        for process in self._processes.values():
            if process.get("returncode") is None and process.get("pid"):
                self._procmgr.kill(process["pid"])
            if running := process.get("process"):
                running.join(1)
                running.kill()


class Stopping:
    """What a signal does before the processes are served: it leaves through the exits, stopping what was started."""

    def __init__(self) -> None:
        self._told = 0
        self._is_starting = False

    def __call__(self, signal_number: int, frame: object) -> None:
        """Leave, or where a server is just being started once we know it well enough to stop it."""
        self._told = 128 + signal_number
        if not self._is_starting:
            raise SystemExit(self._told)

    @contextmanager
    def after_a_start(self) -> Iterator[None]:
        """Start something whole before leaving."""
        self._is_starting = True
        try:
            yield
        finally:
            self._is_starting = False
            if self._told:
                raise SystemExit(self._told)

    def insist(self) -> None:
        """Say it again each second: what is raised while something is thrown away is thrown away as well."""
        while True:
            time.sleep(1)
            if self._told:
                os.kill(os.getpid(), signal.SIGTERM)


def be_the_only_run() -> None:
    """Refuse a second run of this checkout, and end what a killed run left behind."""
    folder = run_folder(BASE_DIR)
    make_folder(folder)
    lock, note = open_lock(folder / "run.lock"), folder / "run.txt"
    if not try_lock(lock):
        other = note.read_text() if note.exists() else "a moment ago"
        raise EmbeddedError(f"This checkout is running already ({other.strip()}): stop that one first.")
    note.write_text(f"process {os.getpid()}, port {os.environ.get('PORT') or 8000}\n")
    if leftovers.marked(BASE_DIR):
        tell("Ending what a killed run left behind …")
        leftovers.end_marked(BASE_DIR)


def check_port(port: int) -> None:
    """Refuse a taken port before anything is started."""
    if not is_port_free(port):
        raise EmbeddedError(taken(port))


def check_mailbox_port() -> None:
    """Refuse to start if another program uses the port of this checkout's mailbox."""
    from django.conf import settings

    if settings.EMBEDDED_MAILBOX and not is_port_free(settings.EMAIL_PORT):
        raise EmbeddedError(
            f"Port {settings.EMAIL_PORT} on 127.0.0.1, where this checkout's mailbox listens, is taken: stop what"
            " listens there, move the checkout to another folder, or name a mail server with EMAIL_URL."
        )


def fill_database() -> None:
    """Bring tables and reference data up to date; give an empty embedded database its demo data."""
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.db import connections

    from letsconnect.embedded.migrating import models_changed_in_place

    tell("Bringing the database up to date …")
    with _little_garbage_collecting(), models_changed_in_place():
        call_command("migrate", verbosity=0, interactive=False)
        call_command("load_reference_data", verbosity=0)
        if settings.EMBEDDED_DATABASE and not get_user_model().objects.exists():
            tell("Loading demo data into the empty database …")
            call_command("load_demo_data", verbosity=0)
    connections.close_all()


@contextmanager
def _little_garbage_collecting() -> Iterator[None]:
    """Look for garbage seldom, and not among the modules: migrating makes thousands of classes, and a fifth of its
    processor time went into looking through all of them again and again."""
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def processes(port: int) -> Processes:
    """Return the processes of the Procfile and, where letters go nowhere else, the loopback mailbox."""
    from django.conf import settings

    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")} | {
        "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",  # it says so over eight lines
        "BIND": "127.0.0.1",
        "PORT": str(port),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONUNBUFFERED": "1",
        "LOG_LEVEL": os.environ.get("LOG_LEVEL") or "WARNING",
        leftovers.MARK: str(BASE_DIR),
    }
    commands = dict(parse_procfile((BASE_DIR / "Procfile").read_text()).processes)
    if settings.EMBEDDED_MAILBOX:
        commands["mailbox"] = "python manage.py mailbox"
    manager = Processes()
    restarting = f"python -I {Path(__file__).with_name('restarting.py').relative_to(BASE_DIR)} "
    for name, command in commands.items():
        command = restarting + command if name in _STARTED_AGAIN else command
        manager.add_process(name, f"exec {command}", env=environment, cwd=str(BASE_DIR))
    return manager


def announce_when_ready(port: int) -> None:
    """Say where to go once a page is really served."""
    from django.db import connections

    for _ in range(300):
        try:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            line.request("GET", "/")
            line.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            tell(welcome(port))
            connections.close_all()  # this thread's own: left open, it would keep PostgreSQL from being stopped
            return


def welcome(port: int) -> str:
    """Return where to go and how to sign in."""
    from django.conf import settings

    lines = [f"Let's Connect is at http://127.0.0.1:{port}/"]
    if settings.EMBEDDED_MAILBOX:
        from letsconnect.demo_accounts import how_to_sign_in

        lines += how_to_sign_in().splitlines()
    frame = "=" * max(map(len, lines))
    return "\n".join(["", frame, *lines, "Ctrl-C stops everything.", frame, ""])


def stop_with_parent() -> None:
    """End like on SIGTERM when the make that started us is gone, even if it was killed outright."""
    parent = os.environ.pop("LETSCONNECT_PARENT", "")
    while parent.isdigit():
        if os.getppid() != int(parent):
            os.kill(os.getpid(), signal.SIGTERM)
            return
        time.sleep(1)


def listen_no_more() -> None:
    """Let no signal disturb the end."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def serve(port: int, stopping: Stopping) -> int:
    """Start everything, serve until told to stop, and stop everything; return the exit status."""
    from django.conf import settings

    if settings.EMBEDDED_DATABASE:
        tell("Starting PostgreSQL …")
        with stopping.after_a_start():
            servers.postgres().join()
    if settings.EMBEDDED_REDIS:
        tell("Starting Redis …")
        with stopping.after_a_start():
            servers.redis().join()
    fill_database()
    manager = processes(port)
    threading.Thread(target=announce_when_ready, args=[port], daemon=True).start()
    try:
        manager.loop()
    finally:
        manager.end()
        leftovers.end_marked(BASE_DIR, patience=0)
    return 0 if manager.returncode in (129, 130, 143) else int(manager.returncode or 0) or 1


def main() -> None:
    """Run the portal until Ctrl-C, SIGTERM, or the end of the make that started it."""
    stopping = Stopping()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stopping)
    threading.Thread(target=stopping.insist, daemon=True).start()
    threading.Thread(target=stop_with_parent, daemon=True).start()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "letsconnect.settings")
    try:
        try:
            port = port_of(dict(os.environ))
            be_the_only_run()
            check_port(port)
            django.setup()
            check_mailbox_port()
            servers.arm()
            atexit.register(listen_no_more)  # done before what was armed
            status = serve(port, stopping)
        finally:
            listen_no_more()
            servers.leave(patience=_PATIENCE)
    except (EmbeddedError, CannotPrepare, ImproperlyConfigured) as error:
        refuse(error)
    tell("Everything is stopped.")
    sys.exit(status)


if __name__ == "__main__":
    main()
