"""Other people's programs that read calendars: ical.js, which Thunderbird reads with, and khal, which keeps events."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import playwright
from django.conf import settings

_READ = """
import ICAL from "ical.js";
import { readFileSync } from "node:fs";
const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
const text = (component, name) => component.getFirstPropertyValue(name)?.toString() ?? null;
const events = calendar.getAllSubcomponents("vevent").map(component => {
  const event = new ICAL.Event(component);
  return {
    uid: event.uid, sequence: event.sequence, summary: event.summary, description: event.description,
    location: event.location, status: text(component, "status"), url: text(component, "url"),
    starts_at: event.startDate.toJSDate().toISOString(), ends_at: event.endDate.toJSDate().toISOString(),
    zone: event.startDate.zone.tzid, attendees: event.attendees.map(attendee => attendee.getFirstValue()),
    class: text(component, "class"), transp: text(component, "transp"),
  };
});
console.log(JSON.stringify({
  method: text(calendar, "method"), name: text(calendar, "x-wr-calname"),
  refresh: calendar.getFirstPropertyValue("refresh-interval")?.toSeconds?.() ?? null, events,
}));
"""


def read_by_ical_js(content: bytes) -> dict[str, Any]:
    """Return what ical.js finds in a calendar; it refuses what breaks the grammar."""
    node = Path(playwright.__file__).parent / "driver" / "node"
    words = [node, "--input-type=module", "-e", _READ]
    run = subprocess.run(words, cwd=settings.BASE_DIR, input=content, capture_output=True, check=False, timeout=60)
    assert run.returncode == 0, run.stderr.decode()
    read: dict[str, Any] = json.loads(run.stdout)
    return read


class Khal:
    """A khal of its own with one empty calendar, on a clock in ``zone``."""

    def __init__(self, home: Path, *, zone: str = "UTC") -> None:
        self._home = home
        (home / "events").mkdir(parents=True)
        (home / "config").write_text(
            f"[calendars]\n[[mine]]\npath = {home / 'events'}\n"
            f"[locale]\nlocal_timezone = {zone}\ndefault_timezone = {zone}\n"
            "timeformat = %H:%M\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\n"
            "datetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n"
            f"[default]\ndefault_calendar = mine\n[sqlite]\npath = {home / 'khal.db'}\n"
        )

    def take(self, content: bytes) -> None:
        """Import a calendar as a person would who opens the file of a letter."""
        file = self._home / "letter.ics"
        file.write_bytes(content)
        self._run("import", "--batch", "-a", "mine", str(file))

    def shows(self) -> list[dict[str, str]]:
        """Return each event of the year as khal lists it: title, start, end and status."""
        marks = "{title}\x1f{start}\x1f{end}\x1f{status}\x1e"
        listed = self._run("list", "--format", marks, "--day-format", "", "--once", "2026-01-01", "365d")
        rows = [row.strip("\n") for row in listed.split("\x1e") if row.strip()]
        return [dict(zip(("title", "start", "end", "status"), row.split("\x1f"), strict=True)) for row in rows]

    def _run(self, *words: str) -> str:
        khal = Path(sys.executable).parent / "khal"
        command = [khal, "-c", self._home / "config", "--no-color", *words]
        env = {"HOME": str(self._home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
        run = subprocess.run(command, capture_output=True, check=False, timeout=60, env=env)
        assert run.returncode == 0, run.stderr.decode()
        return run.stdout.decode()
