"""Where the embedded servers of one checkout listen. Pure: nothing is started or created here."""

import hashlib
from pathlib import Path


def _number(base_dir: Path) -> int:
    return int.from_bytes(hashlib.sha256(str(base_dir).encode()).digest()[:4], "big")


def mailbox_port(base_dir: Path) -> int:
    """Return the loopback port of this checkout's mailbox."""
    return 20_000 + _number(base_dir) % 10_000


def embedded_database(base_dir: Path) -> dict[str, object]:
    """Return Django's settings of the embedded database."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "letsconnect",
        "USER": "postgres",
        "PASSWORD": "",
        "HOST": str(base_dir / "var" / "run"),
        "PORT": "",
    }


def embedded_broker_url(base_dir: Path) -> str:
    """Return the address of the embedded Redis."""
    return f"redis+socket://{base_dir / 'var' / 'run' / 'redis.sock'}"
