"""What watches over beat and the workers in `make run`."""

import os
import signal
import subprocess
import sys

import pytest

from letsconnect.embedded import restarting
from letsconnect.tests.waiting import PATIENCE, wait_until

COUNTS = "import sys, pathlib, os; pathlib.Path(sys.argv[1]).open('a').write(f'{os.getpid()} ')"


def watched(*words):
    return subprocess.Popen(
        [sys.executable, "-I", restarting.__file__, "--wait", "0.01", sys.executable, *words],
        stderr=subprocess.PIPE,
        text=True,
    )


def runs(notes, *, count):
    """Wait for so many runs; return the process numbers of all."""

    def noted():
        words = notes.read_text().split() if notes.exists() else []
        return len(words) >= count and words

    return [int(word) for word in wait_until(noted, f"{count} runs")]


def test_what_ends_by_itself_is_started_again_ever_later(tmp_path):
    watcher = watched("-c", COUNTS, str(tmp_path / "notes"))
    try:
        assert len(set(runs(tmp_path / "notes", count=3))) == 3
    finally:
        watcher.terminate()
        said = watcher.communicate(timeout=PATIENCE)[1]

    assert "ended by itself (0); it is started again in 0.01 s" in said
    assert "again in 0.02 s" in said


def test_told_to_end_it_ends_the_program_and_starts_none(tmp_path):
    watcher = watched("-c", COUNTS + "; import time; time.sleep(600)", str(tmp_path / "notes"))
    [child] = runs(tmp_path / "notes", count=1)

    watcher.send_signal(signal.SIGTERM)
    watcher.communicate(timeout=PATIENCE)

    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
    assert len((tmp_path / "notes").read_text().split()) == 1


def test_a_program_that_is_not_there_is_said_and_tried_again(tmp_path):
    watcher = subprocess.Popen(
        [sys.executable, "-I", restarting.__file__, "--wait", "0.01", str(tmp_path / "nothing")],
        stderr=subprocess.PIPE,
        text=True,
    )
    said = watcher.stderr.readline() + watcher.stderr.readline()
    watcher.terminate()
    watcher.communicate(timeout=PATIENCE)

    assert "No such file" in said
    assert "(127); it is started again" in said
