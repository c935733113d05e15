"""Run a program and start it again whenever it ends by itself, waiting a little longer each time it ended early.

Run as a file, so that it needs little memory: `python restarting.py [--wait SECONDS] program word …`
"""

import signal
import subprocess
import sys
import threading
import time

FIRST_WAIT = 1.0  # seconds
LONGEST_WAIT = 60.0
LASTED = 60.0  # a program that ran so long begins with the first wait again
PATIENCE = 3.0  # who ends a whole process group reaches the program too; who ends only us means it as well


def keep_running(command: list[str], *, first_wait: float = FIRST_WAIT) -> int:
    """Run ``command`` again and again until told to stop; return the status of its last run."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stopping.set())
    wait = first_wait
    while True:
        began = time.monotonic()
        status = _run(command, stopping)
        if stopping.is_set():
            return status
        wait = first_wait if time.monotonic() - began >= LASTED else wait
        sys.stderr.write(f"{command[0]} ended by itself ({status}); it is started again in {wait:g} s\n")
        sys.stderr.flush()
        if stopping.wait(wait):
            return status
        wait = min(2 * wait, LONGEST_WAIT)


def _run(command: list[str], stopping: threading.Event) -> int:
    try:
        program = subprocess.Popen(command)  # noqa: S603 - the words of our own Procfile
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}\n")
        return 127
    while program.poll() is None:
        if stopping.wait(0.2):
            break
    try:
        return program.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        program.terminate()
        return program.wait()


def main(words: list[str]) -> int:
    """Read how long to wait first, and the program."""
    first_wait = FIRST_WAIT
    if words[:1] == ["--wait"]:
        first_wait, words = float(words[1]), words[2:]
    return keep_running(words, first_wait=first_wait)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
