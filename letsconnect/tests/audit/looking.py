"""What a browser finds on pages that were answered before: axe, sideways scroll, the way of Tab, colours, motion.

No server is asked: a page is shown as it was answered, with our sheets and scripts, so that nothing that happens on one
page changes another, and several processes can look at once.
"""

import mimetypes
import os
import re
import sys
import time
from collections import Counter
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
ZOOMED = {"200 %": (640, 512), "400 %": (320, 256)}  # what a window of 1,280 × 1,024 px is to a page at that zoom
# Tab, forced colours and motion are the same in each language but for the direction: which window and light for which.
WALKED = {"en": (1280, 800, "light"), "ar": (360, 640, "dark")}
MOST_TABS = 1500
# axe's rules of every impact are tried: also the minor ones are what a screen reader stumbles over. WCAG 2.2 asks for
# targets of 24 px, which axe tries when told to.
_AXE = """
([sound, isOther]) => {
  window.auditAxe ??= (window.loadAxe(), window.makeAxeQuick(axe, [], ["target-size"]));
  window.axeSaid = null;
  window.auditAxe(sound, isOther).then(said => { window.axeSaid = said; },
    error => { window.axeSaid = {problems: [`axe failed: ${error}`], sound: []}; });
}
"""
PATIENCE = 60_000  # ms that a page has to come, and axe to end
_OF_PAGES = ("region ", "landmark-one-main ", "page-has-heading-one ")  # not asked of emails: they stand in a frame
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


Job = tuple[Shot, tuple[str, ...]]


def look(shots: list[Shot], parts: tuple[str, ...], processes: int) -> tuple[list[Finding], Counter[str]]:
    """Look at all of them; return what was found, and at how many pages each part looked."""
    jobs = jobs_of(shots, parts)
    counted = Counter(part for _shot, asked in jobs for part in asked)
    if processes < 2:
        return _look_at(jobs), counted
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return [finding for found in pool.map(_look_at, _shared_out(jobs, processes)) for finding in found], counted


def jobs_of(shots: list[Shot], parts: tuple[str, ...]) -> list[Job]:
    """Return what to look at and for what: once at pages that say the same to several people, as what stands around
    it is on other pages of theirs."""
    jobs: dict[tuple[str, str], Job] = {}
    for shot in shots:
        asked = tuple(part for part in parts if shot.language in WALKED or part in ("axe", "zoom"))
        jobs.setdefault((shot.language, _said_by(shot)), (shot, asked))
    return list(jobs.values())


def _said_by(shot: Shot) -> str:
    """Return what a page says between <main> and its end, without what is another in each answer."""
    main = re.search(r"<main\b.*</main>", shot.html, re.DOTALL)
    words = main[0] if main and not shot.is_desk else shot.html
    return re.sub(r'nonce="[^"]*"|(?<=name="csrfmiddlewaretoken" value=")[^"]*', "", words)


def _shared_out(jobs: list[Job], processes: int) -> list[list[Job]]:
    """Give each browser about as much to do, and all languages of a page to one: axe is quick where it has been."""
    of_name: dict[str, list[Job]] = {}
    for job in jobs:
        of_name.setdefault(job[0].name, []).append(job)
    shares: list[list[Job]] = [[] for _number in range(processes)]
    for of_one in sorted(of_name.values(), key=len, reverse=True):
        min(shares, key=len).extend(of_one)
    return shares


def _look_at(jobs: list[Job]) -> list[Finding]:
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
        eye = _Eye(context)
        for number, (shot, parts) in enumerate(jobs, 1):
            eye.see(shot, parts)
            if number % 100 == 0:
                sys.stderr.write(f"  {number} of {len(jobs)} answers, {len(eye.found)} findings\n")
        browser.close()
        if os.environ.get("AUDIT_TIMES"):
            sys.stderr.write(f"  {eye.took}\n")
        return eye.found


class _Eye:
    """One window, and what it has found."""

    def __init__(self, context: Any) -> None:
        self.context, self.found = context, []
        self.errors: list[str] = []
        self.shot: Shot | None = None
        self.sound: set[str] = set()
        self.took: Counter[str] = Counter()
        context.route("**/*", self.answer)
        self._open()

    def _open(self) -> None:
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(f"script: {error}"))
        self.page.set_default_timeout(PATIENCE)

    def answer(self, route: Any) -> None:
        """Answer as the portal did, or with a file of ours."""
        request = route.request
        if self.shot and request.url == SITE + self.shot.path:
            # In a sandbox no script runs, and no clock: neither would axe. Whatever else the policy says stays.
            policy = re.sub(r"\bsandbox[^;]*;?", "", self.shot.policy)
            headers = {"Content-Security-Policy": policy} if policy else {}
            route.fulfill(body=self.shot.html, content_type="text/html; charset=utf-8", headers=headers)
        elif request.url.startswith(f"{SITE}/static/") and (body := _asset(request.url.split("?")[0])):
            route.fulfill(body=body, content_type=mimetypes.guess_type(request.url.split("?")[0])[0] or "")
        elif self.shot and request.url.endswith("/jsi18n/"):
            route.fulfill(body=_words_of_scripts(self.shot.language), content_type="text/javascript; charset=utf-8")
        else:
            route.fulfill(status=404, body="")

    def see(self, shot: Shot, parts: tuple[str, ...]) -> None:
        """Open one page and look at it in each way that is asked for; one that never settles is a finding."""
        from playwright.sync_api import TimeoutError as TookTooLong

        self.shot = shot
        self.errors.clear()
        try:
            self._see(shot, parts)
        except TookTooLong as late:
            self._note(parts[0], "", f"did not end within {PATIENCE // 1000} s: {str(late).splitlines()[0]}")
            self.page.close()
            self._open()
        for words in self.errors:
            self._note("zoom", "", words)

    def _see(self, shot: Shot, parts: tuple[str, ...]) -> None:
        self.page.emulate_media(color_scheme="light", forced_colors="none", reduced_motion="no-preference")
        self.page.set_viewport_size({"width": WIDTHS[-1], "height": 800})
        self.page.goto(SITE + shot.path)
        ways: dict[str, Callable[[], None]] = {
            "motion": self._motion,
            "zoom": self._zoomed,
            "axe": self._axe,
            "forced": self._forced,
            "keyboard": self._keyboard,
        }
        for part, way in ways.items():
            began = time.monotonic()
            if part in parts:
                way()
            if part == "motion":
                self.page.evaluate("audit.still()")  # what changes its colour slowly has none that could be measured
            self.took[part] += round(time.monotonic() - began, 2)

    def _note(self, part: str, way: str, words: str) -> None:
        self.found.append(Finding(part, str(self.shot), way, words))

    def _zoomed(self) -> None:
        from letsconnect.tests.browser import LOOK

        for zoom, (width, height) in {**ZOOMED, "360 px": (360, 800)}.items():
            self._widen(width, height)
            seen = self.page.evaluate(LOOK)
            for words in seen["overflowing"] + seen.get("pushed", []):
                self._note("zoom", zoom, words)
            for words in seen["low"] + seen.get("tight", []) if width == 360 and not self._is_desk else []:
                self._note("zoom", zoom, words)
        for words in seen["violations"]:
            self._note("zoom", "", f"policy: {words}")
        if seen["h1"] != 1 and "sandbox" not in self.shot.policy:  # a letter is no page
            self._note("zoom", "", f"{seen['h1']} headings of the first rank")

    @property
    def _is_desk(self) -> bool:
        return self.shot.is_desk

    def _widen(self, width: int, height: int = 800) -> None:
        self.page.set_viewport_size({"width": width, "height": height})

    def _axe(self) -> None:
        is_other, said = False, set()
        for light in LIGHTS:
            self.page.emulate_media(color_scheme=light)
            for width in WIDTHS:
                self._widen(width)
                seen = self._ask_axe(is_other=is_other)
                self.sound.update(seen["sound"])
                is_other = True
                for words in set(seen["problems"]) - said:
                    if "sandbox" in self.shot.policy and words.startswith(_OF_PAGES):
                        continue
                    said.add(words)
                    self._note("axe", f"{width} px, {light}", words)
        self.page.emulate_media(color_scheme="light")

    def _ask_axe(self, *, is_other: bool) -> dict[str, list[str]]:
        """Look again and again whether it has ended: whatever waits in the page itself may wait for ever."""
        self.page.evaluate(_AXE, [list(self.sound), is_other])
        late = time.monotonic() + PATIENCE / 1000
        while not (said := self.page.evaluate("axeSaid")):
            if time.monotonic() > late:
                return {"problems": [f"axe did not end within {PATIENCE // 1000} s"], "sound": []}
            time.sleep(0.01)
        return said

    def _walk(self) -> str:
        """Be the window and the light in which this language is walked through."""
        width, height, light = WALKED[self.shot.language]
        self._widen(width, height)
        self.page.emulate_media(color_scheme=light)
        return f"{width} px, {light}"

    def _forced(self) -> None:
        way = self._walk()
        self.page.emulate_media(forced_colors="active")
        for words in self.page.evaluate("audit.forced()"):
            self._note("forced", way, words)
        self.page.emulate_media(forced_colors="none")

    def _motion(self) -> None:
        self.page.emulate_media(reduced_motion="reduce")
        for words in self.page.evaluate("audit.moving()"):
            self._note("motion", "", words)
        self.page.emulate_media(reduced_motion="no-preference")

    def _keyboard(self) -> None:
        way, expected = self._walk(), self.page.evaluate("audit.begin()")
        for number in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            came = self.page.evaluate("audit.step()")
            if came == "trapped" or (came == "again" and number < expected - 1):
                self._note("keyboard", way, f"Tab is {came} after {number} of {expected} stops")
            if came in ("trapped", "again") or (came == "out" and number):
                break
        for words in self.page.evaluate("audit.unreached()")[:8]:
            self._note("keyboard", way, words)


@cache
def _asset(url: str) -> bytes:
    from django.contrib.staticfiles import finders

    found = finders.find(url.removeprefix(f"{SITE}/static/"))
    return Path(found).read_bytes() if found else b""


@cache
def _words_of_scripts(language: str) -> bytes:
    """Return what the scripts of the desk say, which no file holds."""
    from django.test import RequestFactory
    from django.utils import translation
    from django.views.i18n import JavaScriptCatalog

    with translation.override(language):
        answer = JavaScriptCatalog.as_view(packages=["django.contrib.admin"])(RequestFactory().get("/"))
    return bytes(answer.content)


def processes_of_this_machine() -> int:
    """Return how many browsers look at once: each takes a processor."""
    return max(1, len(os.sched_getaffinity(0)))
