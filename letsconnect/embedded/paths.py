"""Where the embedded servers of one checkout listen. Nothing is started or created here."""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

DATABASE = "letsconnect"
USER = "postgres"
# Linux takes 107 bytes, macOS 103; the longest name in the folder is PostgreSQL's.
_LONGEST_SOCKET = 103
_POSTGRES_SOCKET = ".s.PGSQL.5432"


def _number(base_dir: Path) -> int:
    return int.from_bytes(hashlib.sha256(str(base_dir).encode()).digest()[:4], "big")


def mailbox_port(base_dir: Path) -> int:
    """Return the loopback port of this checkout's mailbox."""
    return 20_000 + _number(base_dir) % 10_000


def run_folder(base_dir: Path) -> Path:
    """Return the folder of lock files."""
    return base_dir / "var" / "run"


def socket_folder(base_dir: Path) -> Path:
    """Return the folder of the sockets: `var/run`, or a short private folder where that path cannot name a socket
    (too long for the kernel, or with a comma, which libpq reads as two hosts)."""
    folder = run_folder(base_dir)
    if len(os.fsencode(folder / _POSTGRES_SOCKET)) <= _LONGEST_SOCKET and "," not in str(folder):
        return folder
    return Path(tempfile.gettempdir()) / f"letsconnect-{os.geteuid()}-{_number(base_dir):08x}"


def postgres_socket(base_dir: Path) -> Path:
    """Return the socket of the embedded PostgreSQL."""
    return socket_folder(base_dir) / _POSTGRES_SOCKET


def redis_socket(base_dir: Path) -> Path:
    """Return the socket of the embedded Redis."""
    return socket_folder(base_dir) / "redis.sock"


def embedded_database(base_dir: Path) -> dict[str, Any]:
    """Return Django's settings of the embedded database."""
    return {
        "ENGINE": "letsconnect.embedded.backend",
        "NAME": DATABASE,
        "USER": USER,
        "PASSWORD": "",
        "HOST": str(socket_folder(base_dir)),
        "PORT": "5432",
    }


def embedded_broker_url(base_dir: Path) -> str:
    """Return the address of the embedded Redis, as Celery writes it."""
    return f"redis+socket://{quote(str(redis_socket(base_dir)))}"
