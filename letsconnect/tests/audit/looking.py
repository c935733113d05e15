"""What a browser finds on pages that were answered before: axe, sideways scroll, the way of Tab, colours, motion.

No server is asked: a page is shown as it was answered, with our sheets and scripts, so that nothing that happens on one
page changes another, and several processes can look at once.
"""

import mimetypes
import os
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from letsconnect.tests.audit.shots import Shot

SITE = "http://127.0.0.1:8000"
WIDTHS = (360, 1280)
LIGHTS = ("light", "dark")
ZOOMED = {"200 %": 640, "400 %": 320}  # how wide a window of 1,280 px is to a page at that zoom
KEYBOARD_LANGUAGES = ("en", "ar")
MOST_TABS = 1500
# axe's rules of every impact are tried: also the minor ones are what a screen reader stumbles over. WCAG 2.2 asks for
# targets of 24 px, which axe tries when told to.
_AXE = """
([sound, isOther]) => {
  window.auditAxe ??= (window.loadAxe(), window.makeAxeQuick(axe, [], ["target-size"]));
  const nothing = {problems: ["axe did not end within a minute"], sound: []};
  const late = new Promise(done => setTimeout(done, 60_000, nothing));
  return Promise.race([window.auditAxe(sound, isOther), late]);
}
"""
PARTS = ("axe", "zoom", "keyboard", "forced", "motion")


class Finding(NamedTuple):
    """What is wrong on a page, looked at in one way."""

    part: str
    page: str
    way: str
    words: str


# A page with a fault for each part: one that finds none of them is blind.
_FAULTY = """<!doctype html><html lang="en"><head><title>Faults</title><style>
a:focus, button:focus { outline: none } @keyframes glide { to { left: 9px } }
.glides { animation: glide 9s infinite } .wide { width: 2000px }
</style></head><body><main><h1>Faults</h1><p style="color: #bbb">Pale</p><p class="wide">Wide</p>
<p><a href="/">No focus</a></p><button style="border: 0">No border</button><p class="glides">Moves</p>
</main></body></html>
"""


def blind_parts(parts: tuple[str, ...]) -> list[Finding]:
    """Return a finding for each part that does not see its fault on a page of faults."""
    faults = Shot("faults", "nobody", "en", "shown", "/faults/", _FAULTY, "")
    seen = {finding.part for finding in _look_at([(faults, parts)])}
    return [Finding(part, "faults", "", "finds nothing on a page of faults") for part in parts if part not in seen]


def look(shots: list[Shot], parts: tuple[str, ...], processes: int) -> list[Finding]:
    """Look at all of them; a page that two people see alike is walked by Tab once."""
    walked: set[tuple[str, str, str]] = set()
    jobs: list[tuple[Shot, tuple[str, ...]]] = []
    for shot in shots:
        key = shot.name, shot.state, shot.language
        is_new = key not in walked and shot.language in KEYBOARD_LANGUAGES
        walked.add(key)
        jobs.append((shot, tuple(part for part in parts if is_new or part in ("axe", "zoom"))))
    if processes < 2:
        return _look_at(jobs)
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        found = pool.map(_look_at, [jobs[number::processes] for number in range(processes)])
        return [finding for findings in found for finding in findings]


def _look_at(jobs: list[tuple[Shot, tuple[str, ...]]]) -> list[Finding]:
    import django
    from playwright.sync_api import sync_playwright

    from letsconnect.tests import chromium
    from letsconnect.tests.browser import NOTE_VIOLATIONS, axe_at_hand

    django.setup()
    path = chromium.executable()
    with sync_playwright() as tool:
        browser = tool.chromium.launch(
            executable_path=path, args=chromium.FLAGS, env=chromium.environment(path), chromium_sandbox=False
        )
        context = browser.new_context(timezone_id="Africa/Tunis")
        context.add_init_script(NOTE_VIOLATIONS)
        context.add_init_script(axe_at_hand())
        context.add_init_script(Path(__file__).with_name("checks.js").read_text())
        eye = _Eye(context.new_page())
        context.route("**/*", eye.answer)
        for number, (shot, parts) in enumerate(jobs, 1):
            eye.see(shot, parts)
            if number % 50 == 0:
                sys.stderr.write(f"  {number} of {len(jobs)} answers, {len(eye.found)} findings\n")
        browser.close()
        return eye.found


class _Eye:
    """One window, and what it has found."""

    def __init__(self, page: Any) -> None:
        self.page, self.found = page, []
        self.errors: list[str] = []
        self.shot: Shot | None = None
        self.sound: set[str] = set()
        page.on("pageerror", lambda error: self.errors.append(f"script: {error}"))
        page.set_default_timeout(30_000)

    def answer(self, route: Any) -> None:
        """Answer as the portal did, or with a file of ours."""
        request = route.request
        if self.shot and request.url == SITE + self.shot.path:
            headers = {"Content-Security-Policy": self.shot.policy} if self.shot.policy else {}
            route.fulfill(body=self.shot.html, content_type="text/html; charset=utf-8", headers=headers)
        elif request.url.startswith(f"{SITE}/static/") and (body := _asset(request.url.split("?")[0])):
            route.fulfill(body=body, content_type=mimetypes.guess_type(request.url.split("?")[0])[0] or "")
        else:
            route.fulfill(status=404, body="")

    def see(self, shot: Shot, parts: tuple[str, ...]) -> None:
        """Open one page and look at it in each way that is asked for."""
        self.shot = shot
        self.errors.clear()
        self.page.emulate_media(color_scheme="light", forced_colors="none", reduced_motion="no-preference")
        self.page.set_viewport_size({"width": WIDTHS[-1], "height": 800})
        self.page.goto(SITE + shot.path)
        ways: dict[str, Callable[[], None]] = {
            "zoom": self._zoomed,
            "axe": self._axe,
            "forced": self._forced,
            "keyboard": self._keyboard,
        }
        if "motion" in parts:
            self._motion()
        self.page.evaluate("audit.still()")  # what changes its colour slowly has none that could be measured
        for part, way in ways.items():
            if part in parts:
                way()
        for words in self.errors:
            self._note("zoom", "", words)

    def _note(self, part: str, way: str, words: str) -> None:
        self.found.append(Finding(part, str(self.shot), way, words))

    def _zoomed(self) -> None:
        from letsconnect.tests.browser import LOOK

        for zoom, width in {**ZOOMED, "360 px": 360}.items():
            self.page.set_viewport_size({"width": width, "height": 800})
            seen = self.page.evaluate(LOOK)
            for words in seen["overflowing"] + (seen["low"] if width == 360 else []):
                self._note("zoom", zoom, words)
        for words in seen["violations"]:
            self._note("zoom", "", f"policy: {words}")
        if seen["h1"] != 1:
            self._note("zoom", "", f"{seen['h1']} headings of the first rank")

    def _axe(self) -> None:
        is_other, said = False, set()
        for light in LIGHTS:
            self.page.emulate_media(color_scheme=light)
            for width in WIDTHS:
                self.page.set_viewport_size({"width": width, "height": 800})
                seen = self.page.evaluate(_AXE, [list(self.sound), is_other])
                self.sound.update(seen["sound"])
                is_other = True
                for words in set(seen["problems"]) - said:
                    said.add(words)
                    self._note("axe", f"{width} px, {light}", words)
        self.page.emulate_media(color_scheme="light")

    def _forced(self) -> None:
        self.page.set_viewport_size({"width": WIDTHS[-1], "height": 800})
        self.page.emulate_media(forced_colors="active")
        for words in self.page.evaluate("audit.forced()"):
            self._note("forced", "", words)
        self.page.emulate_media(forced_colors="none")

    def _motion(self) -> None:
        self.page.emulate_media(reduced_motion="reduce")
        for words in self.page.evaluate("audit.moving()"):
            self._note("motion", "", words)
        self.page.emulate_media(reduced_motion="no-preference")

    def _keyboard(self) -> None:
        expected = self.page.evaluate("audit.begin()")
        for number in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            came = self.page.evaluate("audit.step()")
            if came == "trapped" or (came == "again" and number < expected - 1):
                self._note("keyboard", "", f"Tab is {came} after {number} of {expected} stops")
            if came in ("trapped", "again") or (came == "out" and number):
                break
        for words in self.page.evaluate("audit.unreached()")[:8]:
            self._note("keyboard", "", words)


@cache
def _asset(url: str) -> bytes:
    from django.contrib.staticfiles import finders

    found = finders.find(url.removeprefix(f"{SITE}/static/"))
    return Path(found).read_bytes() if found else b""


def processes_of_this_machine() -> int:
    """Return how many browsers look at once: each takes a processor."""
    return max(1, len(os.sched_getaffinity(0)))
