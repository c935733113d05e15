"""The system user PostgreSQL runs as: ourselves, or, because it refuses root, one that changes only `var/`."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from letsconnect.embedded.errors import EmbeddedError

_NOBODY = 65534


@dataclass(frozen=True)
class Account:
    """How to run a program without being root: words put before the command, or another user id."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    environment: dict[str, str] = field(default_factory=dict)

    def identity(self) -> dict[str, Any]:
        """Return as whom `subprocess` is to run a program."""
        return {} if self.uid is None else {"user": self.uid, "group": self.uid, "extra_groups": []}

    def run(self, command: Sequence[str | Path], **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, with its output kept."""
        return subprocess.run(  # noqa: S603 - the wheel's own programs, words of ours
            [*self.prefix, *map(str, command)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            **(self.identity() | options),
        )

    def hand_over(self, folder: Path) -> None:
        """Give a folder of ours under `var/` to the account."""
        if self.uid is not None:
            os.chown(folder, self.uid, self.uid)


def _candidates(data: Path) -> Iterator[Account]:
    checkout_owner = data.parent.parent.stat().st_uid
    made_by = data.stat().st_uid if data.exists() else None
    if made_by in (None, 0) and (unshare := shutil.which("unshare")):
        yield Account(prefix=(unshare, "--user", "--map-user=1000"))
    for uid in (checkout_owner, _NOBODY) if made_by is None else (made_by,):
        if uid != 0:
            yield Account(uid=uid)


def account_for(data: Path, postgres: Path) -> Account:
    """Return the first account that can run the program and reach the data's folder."""
    if os.geteuid() != 0:
        if data.exists() and data.stat().st_uid != os.geteuid():
            raise EmbeddedError(f"{data} belongs to another user: run as that user, or use another checkout.")
        return Account()
    for account in _candidates(data):
        try:
            runs = account.run([postgres, "--version"]).returncode == 0
            reaches = account.run(["ls", data.parent]).returncode == 0
        except OSError:
            continue
        if runs and reaches:
            return account
    raise EmbeddedError(
        "PostgreSQL refuses to run as root, and here root can neither make a user namespace (unshare --user) nor let"
        f" another user reach {data.parent} and {postgres}. Run as an ordinary user, or set DATABASE_URL."
    )
