"""Processes that a killed `make run` left running: found by a mark in their environment, which children inherit."""

import os
import signal
import subprocess
import time
from pathlib import Path

MARK = "LETSCONNECT_RUN"


def marked(base_dir: Path) -> set[int]:
    """Return the processes, other than this one, that carry the mark of a run of this checkout."""
    mark = f"{MARK}={base_dir}"
    own = {os.getpid()}
    if Path("/proc/self/environ").exists():
        processes = set()
        for environ in Path("/proc").glob("[0-9]*/environ"):
            try:
                if mark.encode() in environ.read_bytes().split(b"\0"):
                    processes.add(int(environ.parent.name))
            except OSError:  # gone meanwhile, or somebody else's
                continue
        return processes - own
    listed = subprocess.run(["/bin/ps", "-axEww", "-o", "pid=,command="], capture_output=True, text=True, check=False)
    return {int(line.split()[0]) for line in listed.stdout.splitlines() if mark in line.split()} - own


def end_marked(base_dir: Path, *, patience: float = 8) -> None:
    """Ask the processes that a killed run left behind to end, and kill those that do not."""
    for number, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 2.0)):
        for pid in marked(base_dir):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue
        until = time.monotonic() + seconds
        while marked(base_dir) and time.monotonic() < until:
            time.sleep(0.1)
