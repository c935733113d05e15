"""Every hostile file at its full size, read by a process of its own: how long, how much memory, and what was said."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from registrations.oldform.reading import identities
from registrations.tests.hostile_files import ANSWERED_WITH_ONE_THING, HOSTILE, LONG_CELLS, LONG_NAMES
from registrations.tests.test_oldform_bounds import read_one

pytestmark = pytest.mark.chaos
ROOT = Path(__file__).parents[2]
FULL = 5_000_000  # what the desk takes at most is a little more
CHILD = """
import json, re, resource, sys, time
from pathlib import Path
import django
django.setup()
from datetime import UTC, datetime
from registrations.oldform.reading import rows, table
from letsconnect.base.encodings import UnreadableFile
from registrations.tests.hostile_files import HOSTILE
from registrations.tests.test_oldform_cells import GROUPS, SKILLS

def peak():
    # In kB. `ru_maxrss` begins with what the parent had when it started us, and would hide as much.
    try:
        return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
    except FileNotFoundError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

name, size, is_naive = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "naive"
content = HOSTILE[name](size)
before = peak()
began, said = time.process_time(), "read"
if is_naive:  # what reading did before: every line kept, and every heading told apart from all before it
    import csv, io
    lines = list(csv.reader(io.StringIO(content.decode(errors="replace"), newline="")))
    kept = [{heading: "" for heading in ("a", "b", "c", "d", "e", "f", "g")} for line in lines]
else:
    try:
        told = table.read(content)
        lexicon = rows.Lexicon(SKILLS, GROUPS, rows.date_order(told), datetime(2026, 11, 28, tzinfo=UTC))
        for row in told.rows:
            rows.read(row, told.columns, lexicon)
    except UnreadableFile as refusal:
        said = str(refusal)
most = peak()
print(json.dumps({"seconds": time.process_time() - began, "megabytes": (most - before) / 1024, "said": said}))
"""


def read_apart(name, size, *, is_naive=False):
    done = subprocess.run(
        [sys.executable, "-c", CHILD, name, str(size), "naive" if is_naive else "bounded"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "letsconnect.settings", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", HOSTILE)
def test_no_file_eats_the_machine(name, record_property):
    size = FULL if "list" not in name else FULL // 10  # reading answers takes longer than refusing a file
    half, full = read_apart(name, size // 2), read_apart(name, size)
    for key, value in full.items():
        record_property(key, value)

    assert full["megabytes"] < 250
    assert full["seconds"] < 300
    assert full["seconds"] < 3 * half["seconds"] + 2


def seconds(act):
    """Return the processor seconds of the quickest of three runs."""
    took = []
    for _turn in range(3):
        began = time.process_time()
        act()
        took.append(time.process_time() - began)
    return min(took)


@pytest.mark.parametrize("field", ANSWERED_WITH_ONE_THING)
@pytest.mark.parametrize("cell", LONG_CELLS)
def test_an_answer_to_one_question_that_goes_on_and_on_takes_no_time(field, cell):
    """What cannot be counted: how long regular expressions look at it."""
    assert seconds(lambda: read_one(field, cell)) < 2


@pytest.mark.parametrize("again", LONG_NAMES)
def test_a_username_that_is_twice_as_long_takes_twice_the_time(again):
    long, longer = (again * (letters // len(again)) for letters in (24_000, 48_000))

    assert seconds(lambda: identities.read_username(longer)) < 3 * seconds(lambda: identities.read_username(long)) + 0.1


def test_a_reader_without_a_measure_fills_the_memory():
    """The control: the same line ends, read as they were before."""
    assert read_apart("line ends after the heading", FULL // 5, is_naive=True)["megabytes"] > 200
    assert read_apart("line ends after the heading", FULL // 5)["megabytes"] < 50
