"""``make bench``: requests per second of the list of clinics and of pretalx's list of speakers, in one run.

Each is served by gunicorn with the worker class it ships with (ours: `PatientWorker`, as in the Procfile; pretalx:
sync), two processes, from the same PostgreSQL, and shows twenty entries. The client opens a connection for each
request, because sync workers keep none, reads gzip as browsers do, and asks both in turns, so that other work on the
machine slows both alike. pretalx is installed into a folder of its own, under var/, when this runs for the first time;
where that fails it is said, and ours is timed alone.
"""

import argparse
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import NamedTuple
from urllib.parse import quote

from registrations.bench import scratch_database, set_up

ROOT = Path(__file__).resolve().parents[2]
PRETALX = "2025.2.0"
FOLDER = ROOT / "var" / "pretalx"
_SET_UP_AND_RUN = "import django, runpy, sys; django.setup(); runpy.run_path(sys.argv[1])"
ENTRIES = 20
AT_ONCE = 4  # clients
AIMS = {"visitor": 5.0, "member": 3.0}


class Target(NamedTuple):
    """A page to ask for, and what it must say as often as it has entries."""

    name: str
    port: int
    path: str
    cookie: str
    says: bytes

    def request(self, encoding: str) -> bytes:
        lines = [
            f"GET {self.path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            "Accept: text/html",
            f"Accept-Encoding: {encoding}",
            "Accept-Language: en",
            "Connection: close",
        ]
        if self.cookie:
            lines.append(f"Cookie: {self.cookie}")
        return "\r\n".join([*lines, "", ""]).encode()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m letsconnect.tests.speed_bench", description=__doc__)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0)
    options = parser.parse_args(arguments)
    os.environ["SECRET_KEY"] = secrets.token_urlsafe(48)  # our servers read the session that is made here
    set_up()
    with ExitStack() as stack:
        stack.enter_context(scratch_database())
        targets = stack.enter_context(_ours())
        theirs = stack.enter_context(_pretalx())
        rates = _rates([*targets, *([theirs] if theirs else [])], options.turns, options.seconds)
    _print(rates, has_other=theirs is not None)
    return 0


@contextmanager
def _ours() -> Iterator[list[Target]]:
    """Serve twenty clinics to a visitor and to a member with ten seats."""
    from django.test import Client
    from django.utils import timezone

    from clinics.seats.rsvps import rsvp
    from clinics.tests.factories import make_clinic, make_text
    from registrations.tests.factories import make_member

    now, member, port = timezone.now(), make_member(name="Amina", zone="Africa/Tunis", region="MENA"), free_port()
    for number in range(ENTRIES):
        clinic = make_clinic(
            starts_at=now + timedelta(days=2 + number), title=f"Clinic {number}", announced_at=now, capacity=30
        )
        make_text(clinic, "fr", f"Clinique {number}")
        if number % 2:
            rsvp(clinic=clinic, member=member, by=member, now=now)
    client = Client()
    client.force_login(member)
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    with portal_served(port):
        yield [
            Target("visitor", port, "/clinics/", "", b'<article class="lc-card"'),
            Target("member", port, "/clinics/", cookie, b'<article class="lc-card"'),
        ]


@contextmanager
def portal_served(port: int, *, wsgi: str = "letsconnect.wsgi") -> Iterator[None]:
    """Serve what stands in the database now, as the Procfile does, with two processes."""
    from django.core.management import call_command
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    call_command("collectstatic", interactive=False, verbosity=0)
    place = connection.settings_dict
    environ = os.environ | {
        "DATABASE_URL": f"postgresql://{place['USER']}@{quote(place['HOST'], safe='')}:{place['PORT']}/{place['NAME']}",
        "SITE_URL": f"http://127.0.0.1:{port}",
        "EMAIL_URL": "smtp://127.0.0.1:25",
        "DJANGO_SETTINGS_MODULE": "letsconnect.settings",
        "LOG_LEVEL": "ERROR",
        "SECRET_KEY": os.environ.get("SECRET_KEY") or secrets.token_urlsafe(48),
    }
    web = next(line for line in (ROOT / "Procfile").read_text().splitlines() if line.startswith("web:"))
    words = web.removeprefix("web: gunicorn").split()
    filled = {
        "${BIND:-0.0.0.0}:${PORT:-8000}": f"127.0.0.1:{port}",
        "${WEB_CONCURRENCY:-2}": "2",
        "letsconnect.wsgi": wsgi,
    }
    arguments = [filled.get(word, word.replace("${WEB_THREADS:-16}", "16")) for word in words]
    with _served([sys.executable, "-m", "gunicorn", *arguments], port, environ):
        yield


@contextmanager
def _pretalx() -> Iterator[Target | None]:
    """Serve pretalx's list of speakers; None where it cannot be had."""
    from django.db import connection

    place, port, python = connection.settings_dict, free_port(), FOLDER / "bin" / "python"
    name = f"{place['NAME']}_pretalx"
    config = FOLDER / "pretalx.cfg"
    environ = {key: value for key, value in os.environ.items() if key not in ("DJANGO_SETTINGS_MODULE", "DATABASE_URL")}
    environ |= {"PRETALX_CONFIG_FILE": str(config), "PYTHONWARNINGS": "ignore"}
    environ["DJANGO_SETTINGS_MODULE"] = "pretalx.settings"
    try:
        _install()
    except (OSError, subprocess.CalledProcessError) as error:
        _say(f"pretalx {PRETALX} cannot be installed here, so ours is timed alone: {error}\n")
        yield None
        return
    config.write_text(
        f"[filesystem]\ndata = {FOLDER / 'data'}\nstatic = {FOLDER / 'static'}\n"
        f"[site]\ndebug = False\nurl = http://127.0.0.1:{port}\nsecret = {secrets.token_hex(24)}\n"
        f"[database]\nbackend = postgresql\nname = {name}\nuser = {place['USER']}\nhost = {place['HOST']}\n"
        f"port = {place['PORT']}\n"
    )
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}"')
    try:
        try:
            for words in (
                ["-m", "pretalx", "migrate"],
                ["-m", "pretalx", "collectstatic", "--noinput"],
                ["-c", _SET_UP_AND_RUN, str(ROOT / "letsconnect" / "tests" / "filling_pretalx.py")],
            ):
                subprocess.run([python, *words], env=environ, cwd=FOLDER, check=True, capture_output=True, timeout=600)
        except subprocess.CalledProcessError as error:
            _say(f"pretalx {PRETALX} does not run here, so ours is timed alone: {error.stderr.decode()[-800:]}\n")
            yield None
            return
        serving = [python, "-m", "gunicorn", "pretalx.wsgi", "--workers", "2", "--bind", f"127.0.0.1:{port}"]
        with _served([*map(str, serving)], port, environ):
            yield Target("pretalx", port, "/bench/speaker/", "", b"pretalx-session-info")
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _install() -> None:
    """Install pretalx and what serves it, unless it is there already."""
    mark = FOLDER / f"installed-{PRETALX}"
    if mark.exists():
        return
    _say(f"Installing pretalx {PRETALX} into {FOLDER.relative_to(ROOT)}, once.\n")
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(FOLDER)], check=True, capture_output=True)
    packages = [f"pretalx=={PRETALX}", "gunicorn", "psycopg2-binary"]
    pip = [str(FOLDER / "bin" / "python"), "-m", "pip", "install", "--quiet", *packages]
    subprocess.run(pip, check=True, capture_output=True, timeout=1200)
    mark.touch()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def _served(command: list[str], port: int, environ: dict[str, str]) -> Iterator[None]:
    server = subprocess.Popen(command, env=environ, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        for _second in range(300):
            if server.poll() is not None:
                raise RuntimeError(
                    f"{command[2:4]} ended: {server.stderr.read().decode()[-2000:] if server.stderr else ''}"
                )
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.2)
        yield
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


def _rates(targets: list[Target], turns: int, seconds: float) -> dict[str, list[float]]:
    """Ask for all pages in turns; return the requests per second of each turn."""
    for target in targets:
        for _time in range(20):  # both processes have drawn it
            body = _ask(target, target.request("identity"))
        found = body.count(target.says)
        if found != ENTRIES:
            raise RuntimeError(f"{target.name} shows {found} entries: {body[:600].decode(errors='replace')}")
    rates: dict[str, list[float]] = {target.name: [] for target in targets}
    for _turn in range(turns):
        for target in targets:
            rates[target.name].append(_rate(target, seconds))
    return rates


def _rate(target: Target, seconds: float) -> float:
    request, counts, failures = target.request("gzip"), [0] * AT_ONCE, []
    began = time.perf_counter()

    def client(number: int) -> None:
        try:
            while time.perf_counter() < began + seconds:
                _ask(target, request)
                counts[number] += 1
        except (OSError, RuntimeError) as failure:
            failures.append(failure)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(f"{target.name}: {failures[0]}")
    return sum(counts) / (time.perf_counter() - began)


def _ask(target: Target, request: bytes) -> bytes:
    parts = []
    with socket.create_connection(("127.0.0.1", target.port), timeout=30) as line:
        line.sendall(request)
        while part := line.recv(1 << 16):
            parts.append(part)
    answer = b"".join(parts)
    if not answer.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"{target.name} answered {answer[:200]!r}")
    return answer


def _print(rates: dict[str, list[float]], *, has_other: bool) -> None:
    _say(f"\nRequests per second of a list with {ENTRIES} entries, two processes each (median of the turns)\n")
    for name, turns in rates.items():
        line = f"  {name:<10}{median(turns):8.0f}"
        if has_other and name in AIMS:
            ratio = median(one / other for one, other in zip(turns, rates["pretalx"], strict=True))
            line += f"   {ratio:5.1f} × pretalx (aim: {AIMS[name]:.0f})"
        _say(line + "\n")


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
