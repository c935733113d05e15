"""``make audit``: look at every page of the portal in every way that people do, and measure what it costs.

ARGS chooses parts: axe, zoom, sight, keyboard, forced, motion, journeys, bytes, processor, lighthouse;
``--names clinics`` the pages whose name has that in it, ``--languages en ar`` the languages, ``--places portal desk``
which half of it. What was found is printed, and stands in var/audit/.
"""

import argparse
import json
import os
import secrets
import sys
import time
from collections import Counter
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "letsconnect.tests.settings"

from letsconnect.tests.audit import looking, shots
from letsconnect.tests.audit.looking import Finding

FOLDER = Path(__file__).resolve().parents[3] / "var" / "audit"
PARTS = (*looking.PARTS, "journeys", "bytes", "processor", "lighthouse")


def main(arguments: list[str] | None = None) -> int:
    """Return 1 where anything was found."""
    parser = argparse.ArgumentParser(prog="make audit", description=__doc__)
    parser.add_argument("parts", nargs="*", default=PARTS, help=", ".join(PARTS))
    parser.add_argument("--names", default="", help="only pages whose name has this in it")
    parser.add_argument("--languages", nargs="+", default=shots.LANGUAGES, choices=shots.LANGUAGES)
    parser.add_argument("--places", nargs="+", default=shots.PLACES, choices=shots.PLACES)
    parser.add_argument("--processes", type=int, default=looking.processes_of_this_machine())
    options = parser.parse_args(arguments)
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}: {', '.join(PARTS)}")
    FOLDER.mkdir(parents=True, exist_ok=True)

    os.environ["SECRET_KEY"] = secrets.token_urlsafe(
        48
    )  # the portal that Lighthouse asks reads links that are made here
    from registrations.bench import scratch_database, set_up, sheets_of_the_checkout

    set_up()
    from django.test.utils import setup_test_environment

    setup_test_environment()
    found: list[Finding] = []
    counted: Counter[str] = Counter()
    began = time.monotonic()
    with scratch_database():
        in_browser = tuple(part for part in looking.PARTS if part in options.parts)
        if in_browser or "bytes" in options.parts:
            with looking.Lookers(in_browser, options.processes) as lookers, sheets_of_the_checkout():
                for taken in shots.take(tuple(options.languages), names=options.names, places=tuple(options.places)):
                    found += _heavy(taken)
                    counted["bytes"] += sum(shot.is_weighed for shot in taken)
                    if in_browser:
                        lookers.look_at(taken)
                _say(f"asked for all of them, after {time.monotonic() - began:.0f} s\n")
                if in_browser:
                    found += lookers.found()
                    counted += lookers.counted
                    _say(f"looked at all of them, after {time.monotonic() - began:.0f} s\n")
        if "processor" in options.parts:
            from letsconnect.tests.audit import processor

            slow, counted["processor"] = processor.measure()
            found += slow
        if "lighthouse" in options.parts:
            from letsconnect.tests.audit import public

            low, counted["lighthouse"] = public.measure(FOLDER, names=options.names)
            found += low
    if "journeys" in options.parts:
        from letsconnect.tests.audit import journeys

        lost, counted["journeys"] = journeys.measure()
        found += lost
    for part in options.parts:
        rows = [finding for finding in found if finding.part == part]
        (FOLDER / f"{part}.json").write_text(json.dumps([row._asdict() for row in rows], indent=1, ensure_ascii=False))
    _print(found, tuple(options.parts))
    _sum_up(found, counted, tuple(options.parts), seconds=time.monotonic() - began)
    return 1 if found else 0


def _heavy(taken: list[shots.Shot]) -> list[Finding]:
    return [Finding("bytes", str(shot), "", shot.heavy) for shot in taken if shot.heavy]


def _print(found: list[Finding], parts: tuple[str, ...]) -> None:
    """Print each kind of what was found, with the pages it was found on."""
    for part in parts:
        rows = [finding for finding in found if finding.part == part]
        if rows:
            _say(f"\n{part}\n")
        for words, count in Counter(row.words for row in rows).most_common(40):
            first = next(row for row in rows if row.words == words)
            _say(f"  {count:4} × {words[:300]}\n         first: {first.page} {first.way}\n")


def _sum_up(found: list[Finding], counted: Counter[str], parts: tuple[str, ...], *, seconds: float) -> None:
    """Print of each part at how many pages it looked, and how much it found on how many of them. A part that looked at
    nothing has found nothing, too: that shows here."""
    _say(f"\n{'part':<12}{'pages':>7}{'findings':>10}{'on pages':>10}\n")
    for part in parts:
        rows = [finding for finding in found if finding.part == part]
        _say(f"{part:<12}{counted[part]:7}{len(rows):10}{len({row.page for row in rows}):10}\n")
    _say(f"{len(found)} findings, in {seconds // 60:.0f} min {seconds % 60:.0f} s\n")


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
