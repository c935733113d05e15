"""The journeys by keyboard alone: `by_keyboard.py` in a pytest of its own, with a server and browsers as tests have."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from letsconnect.tests.audit.looking import Finding

FILE = Path(__file__).with_name("by_keyboard.py")


def measure() -> tuple[list[Finding], int]:
    """Walk them; return what was wrong at their stops, and how many journeys there are."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told"
        words = [sys.executable, "-m", "pytest", "-q", "-n", "0", str(FILE)]
        env = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "SECRET_KEY")}
        ran = subprocess.run(words, env=env | {"AUDIT_TOLD": str(told)}, capture_output=True, text=True, check=False)
        ways = [json.loads(line) for line in told.read_text().splitlines()] if told.exists() else []
    found = [Finding("journeys", who, "", words) for who, wrong, _is_over in ways for words in wrong]
    found += [Finding("journeys", who, "", "was not walked to its end") for who, _wrong, is_over in ways if not is_over]
    if ran.returncode and not found:
        found = [Finding("journeys", "all", "", "could not be walked")]
    if ran.returncode:
        sys.stderr.write(ran.stdout[-20_000:] + ran.stderr[-2000:])
    return found, len(ways)
