"""A web server of the test's own, and peers that are slow on purpose."""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from letsconnect.tests.waiting import PATIENCE
from letsconnect.tests.whole.portal import environment, wait_for
from mailings.tests.smtp import free_port

NO_LIMITS = {
    "WEB_STATEMENT_SECONDS": "0",
    "WEB_LOCK_SECONDS": "0",
    "WEB_IDLE_IN_TRANSACTION_SECONDS": "0",
}
# The Procfile's line, and the one it was before: two processes that do one thing at a time, and wait for ever.
PATIENT = ["--worker-class", "letsconnect.serving.PatientWorker", "--threads", "16", "--worker-connections", "500"]
SYNC = ["--graceful-timeout", "4"]
AS_IT_WAS = {**NO_LIMITS, "DJANGO_SETTINGS_MODULE": "letsconnect.tests.standing.as_it_was"}


@dataclass
class Site:
    """Where the portal is served, and by which process."""

    port: int
    process: subprocess.Popen

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    def ask(self, path="/", *, method="GET", body=None, headers=None, timeout=60):
        """Return the status, the headers, the text and the seconds; status 0 where no page came."""
        began = time.monotonic()
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            line.request(method, path, body=body, headers=headers or {})
            answer = line.getresponse()
            text = answer.read().decode(errors="replace")
            return Answer(answer.status, dict(answer.getheaders()), text, time.monotonic() - began)
        except (OSError, http.client.HTTPException) as error:
            return Answer(0, {}, repr(error), time.monotonic() - began)
        finally:
            line.close()

    def _pids(self):
        children = subprocess.run(
            ["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, check=False
        ).stdout.split()
        return [str(self.process.pid), *children]

    def memory(self):
        """Return the resident megabytes of the server and its children."""
        total = 0
        for pid in self._pids():
            with suppress(OSError):
                lines = Path(f"/proc/{pid}/status").read_text().splitlines()
                total += next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
        return total // 1024

    def processor_seconds(self):
        """Return the processor time the server and its children have used."""
        fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in self._pids()]
        return sum(int(of[11]) + int(of[12]) for of in fields) / os.sysconf("SC_CLK_TCK")


@dataclass
class Answer:
    status: int
    headers: dict
    text: str
    seconds: float


@dataclass
class Watch:
    """What somebody uninvolved saw."""

    answers: list = field(default_factory=list)

    @property
    def worst(self):
        return max(answer.seconds for answer in self.answers)

    @property
    def failed(self):
        return [answer.status for answer in self.answers if not 200 <= answer.status < 400]

    def __str__(self):
        return f"{len(self.answers)} pages, worst wait {self.worst:.2f} s, failed: {self.failed or 'none'}"


@contextmanager
def serving(folder, options, *, workers=2, **extra):
    """Yield a site served by gunicorn with these options, on the database of the test."""
    port = free_port()
    known = environment(
        **{
            "DJANGO_SETTINGS_MODULE": "letsconnect.tests.whole.settings",
            "MAILBOX_DIR": str(folder),
            "SITE_URL": f"http://127.0.0.1:{port}",
            "NUDGES": "0",
            "EMAIL_URL": "smtp://127.0.0.1:1",
            **extra,
        }
    )
    command = ["-m", "gunicorn", "letsconnect.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", str(workers)]
    with (folder / f"web-{port}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, *command, "--preload", "--no-control-socket", *options],
            env=known,
            cwd=settings.BASE_DIR,
            stdout=log,
            stderr=log,
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/code-of-conduct/")
        yield Site(port, process)
    finally:
        process.terminate()
        process.wait(PATIENCE)


@contextmanager
def watching(site, path="/", *, every=0.1, headers=None, timeout=60):
    """Let somebody uninvolved ask for a page all the time, and yield what they see."""
    seen, enough = Watch(), threading.Event()

    def look():
        while not enough.is_set():
            seen.answers.append(site.ask(path, headers=headers, timeout=timeout))
            enough.wait(every)

    looker = threading.Thread(target=look)
    looker.start()
    try:
        yield seen
    finally:
        enough.set()
        looker.join()


@contextmanager
def peers(site, count, words, *, drip=b"", every=0.5):
    """Hold ``count`` connections that said ``words`` and no more, or drip one byte now and then."""
    lines = []
    for _ in range(count):
        line = socket.create_connection(("127.0.0.1", site.port), timeout=PATIENCE)
        line.sendall(words)
        lines.append(line)
    enough = threading.Event()

    def go_on():
        while not enough.wait(every):
            for line in lines:
                with suppress(OSError):
                    line.send(drip)

    dripper = threading.Thread(target=go_on if drip else enough.wait)
    dripper.start()
    try:
        yield lines
    finally:
        enough.set()
        dripper.join()
        for line in lines:
            line.close()


def unfinished_post(path="/language/", *, size=1000):
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {size}\r\n"
    return f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\nlanguage=e".encode()


def load(site, path="/", *, pages, people=8):
    """Let several people ask for a page as fast as they get it, until there were so many; return what they saw."""
    seen = Watch()

    def look(_number):
        while len(seen.answers) < pages:
            seen.answers.append(site.ask(path))

    with ThreadPoolExecutor(people) as pool:
        list(pool.map(look, range(people)))
    return seen


class SilentMailServer:
    """Takes connections and never says a word."""

    def __init__(self, listener):
        self.port, self.lines = listener.getsockname()[1], []
        self._listener = listener

    def listen(self):
        with suppress(OSError):  # it has hung up
            while True:
                self.lines.append(self._listener.accept()[0])

    def hang_up(self):
        """End all calls and take no more, so that nobody waits longer."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for line in self.lines:
            line.close()


@contextmanager
def silent_mail_server():
    server = SilentMailServer(socket.create_server(("127.0.0.1", 0), backlog=100))
    listener = threading.Thread(target=server.listen)
    listener.start()
    try:
        yield server
    finally:
        server.hang_up()
        listener.join()
