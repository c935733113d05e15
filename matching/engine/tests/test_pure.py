"""The engine is usable without Django: nothing of it, or of ours, comes in with it."""

import subprocess
import sys


def test_the_engine_brings_in_neither_django_nor_the_portal():
    code = (
        "import sys, matching.engine, matching.engine.replay, matching.engine.generator; "
        "print([m for m in sys.modules if m.split('.')[0] in "
        "('django', 'letsconnect', 'registrations', 'mailings', 'clinics', 'scipy')])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == "[]"
