"""What a browser finds on pages that were answered before: axe, sideways scroll, the way of Tab, colours, motion.

No server is asked: a page is shown as it was answered, with our sheets and scripts, so that nothing that happens on one
page changes another, and several processes can look at once.
"""

import mimetypes
import os
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
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
SMALL_PHONE = (360, 640)
# What is read before its button is pressed, which stands below it, out of the first screen: by name or address.
READ_FIRST = {
    "registrations:account-delete": "what is deleted, and what stays",
    "registrations:registration-away": "what goes on meanwhile",
    "registrations:registration-pause": "what ends",
    "registrations:registration-withdraw": "what ends",
    "/registration/hand-in/": "one's own answers",
    "styles-sheet": "it has one of everything",
    "trust:report-detail": "the report",
}
# axe's rules of every impact are tried: also the minor ones are what a screen reader stumbles over. WCAG 2.2 asks for
# targets of 24 px, which axe tries when told to.
_AXE = """
([sound, isOther]) => {
  window.auditAxe ??= (window.loadAxe(), window.makeAxeQuick(axe, [], ["target-size"]));
  window.axeSaid = null;
  if (!isOther) window.soundLooks = sound.split("\\n");
  window.auditAxe(soundLooks, isOther).then(said => { soundLooks.push(...said.sound); window.axeSaid = said; },
    error => { window.axeSaid = {problems: [`axe failed: ${error}`], sound: []}; });
}
"""
PATIENCE = 60_000  # ms that a page has to come, and axe to end
_OF_PAGES = ("region ", "landmark-one-main ", "page-has-heading-one ")  # not asked of emails: they stand in a frame
PARTS = ("axe", "zoom", "sight", "keyboard", "forced", "motion")
_IN_EACH_LANGUAGE = ("axe", "zoom", "sight")
_TAG = re.compile(r"<([a-z][a-z0-9]*)([^<>]*)>")
_OF_SHAPES = re.compile(
    r'\b(?:class|type|role|tabindex)="[^"]*"|\b(?:autofocus|disabled|hidden|href|inert|multiple|open)\b'
)


class Finding(NamedTuple):
    """What is wrong on a page, looked at in one way."""

    part: str
    page: str
    way: str
    words: str


# A page with a fault for each part: one that finds none of them is blind.
_FAULTY = """<!doctype html><html lang="en"><head><title>Faults</title><style>
a:focus, button:focus { outline: none } @keyframes glide { to { left: 9px } }
.glides { animation: glide 9s infinite } .wide { width: 2000px } .far { margin-top: 900px }
</style></head><body><main><h1>Faults</h1><p style="color: #bbb">Pale</p><p class="wide">Wide</p>
<p><a href="/">No focus</a></p><button style="border: 0">No border</button><p class="glides">Moves</p>
<p class="far"><button class="cdx-button--weight-primary">Far</button></p></main></body></html>
"""


Job = tuple[Shot, tuple[str, ...]]


class Lookers:
    """Browsers that look at pages while others are still asked for, each in a process of its own. All languages of a
    page come to one of them: axe is quick where it has been."""

    def __init__(self, parts: tuple[str, ...], processes: int) -> None:
        self._parts = parts
        self._pools = [ProcessPoolExecutor(1, mp_context=get_context("spawn")) for _number in range(processes)]
        self._given = [0] * processes
        self._number_of: dict[str, int] = {}
        self._seen: set[tuple[str, str]] = set()
        self._awaited: list[Future[list[Finding]]] = []
        self.counted: Counter[str] = Counter()

    def __enter__(self) -> "Lookers":
        return self

    def __exit__(self, *_error: object) -> None:
        for pool in self._pools:
            pool.shutdown(cancel_futures=True)

    def look_at(self, shots: list[Shot]) -> None:
        """Begin to look at those that were not there before."""
        shares: dict[int, list[Job]] = {}
        for job in jobs_of(shots, self._parts, self._seen):
            self.counted.update(job[1])
            number = self._number_of.setdefault(job[0].name, self._given.index(min(self._given)))
            self._given[number] += 1
            shares.setdefault(number, []).append(job)
        self._awaited += [self._pools[number].submit(_look_at, share) for number, share in shares.items()]

    def found(self) -> list[Finding]:
        """Wait until all was looked at; a part that sees nothing on a page of faults is a finding, too."""
        faults = Shot("faults", "nobody", "en", "shown", "/faults/", _FAULTY, "")
        seen = {finding.part for finding in self._pools[0].submit(_look_at, [(faults, self._parts)]).result()}
        blind = [part for part in self._parts if part not in seen]
        found = [Finding(part, "faults", "", "finds nothing on a page of faults") for part in blind]
        return found + [finding for one in self._awaited for finding in one.result()]


def jobs_of(shots: list[Shot], parts: tuple[str, ...], seen: set[tuple[str, str]]) -> list[Job]:
    """Return what to look at and for what, and note it as seen: once pages that say the same to several people, as what
    stands around it is on other pages of theirs; and walked through once where only the words are others."""
    jobs: list[Job] = []
    for shot in shots:
        said = shot.language, _said_by(shot)
        if said not in seen:
            seen.add(said)
            walked = shot.language, _shape_of(shot)
            is_walked = shot.language in WALKED and walked not in seen
            seen.add(walked)
            jobs.append((shot, tuple(part for part in parts if is_walked or part in _IN_EACH_LANGUAGE)))
    return jobs


def _said_by(shot: Shot) -> str:
    """Return what a page says between <main> and its end, without what is another in each answer."""
    main = re.search(r"<main\b.*</main>", shot.html, re.DOTALL)
    words = main[0] if main and not shot.is_desk else shot.html
    return re.sub(r'nonce="[^"]*"|(?<=name="csrfmiddlewaretoken" value=")[^"]*', "", words)


def _shape_of(shot: Shot) -> str:
    """Return which elements a page is made of, without its words: the way of Tab through such pages is the same."""
    tags = _TAG.findall(shot.html.split("<main", 1)[-1].split("</main>", 1)[0])
    return "\n".join(f"{name} {' '.join(sorted(_OF_SHAPES.findall(values)))}" for name, values in tags)


def _look_at(jobs: list[Job]) -> list[Finding]:
    eye = _eye_of_this_process()
    eye.found = []
    for shot, parts in jobs:
        eye.see(shot, parts)
    took = ", ".join(f"{part} {seconds:.0f} s" for part, seconds in eye.seconds.items())
    sys.stderr.write(f"  {eye.count} answers, {len(eye.found)} more findings; {took}\n")
    return eye.found


@cache
def _eye_of_this_process() -> "_Eye":
    """Open a browser that ends with the process."""
    import django
    from playwright.sync_api import sync_playwright

    from letsconnect.tests import chromium
    from letsconnect.tests.browser import NOTE_VIOLATIONS, axe_at_hand

    django.setup()
    path = chromium.executable()
    browser = (
        sync_playwright()
        .start()
        .chromium.launch(
            executable_path=path, args=chromium.FLAGS, env=chromium.environment(path), chromium_sandbox=False
        )
    )
    context = browser.new_context(timezone_id="Africa/Tunis")
    context.add_init_script(NOTE_VIOLATIONS)
    context.add_init_script(axe_at_hand())
    context.add_init_script(Path(__file__).with_name("checks.js").read_text())
    return _Eye(context)


class _Eye:
    """One window, and what it has found."""

    def __init__(self, context: Any) -> None:
        self.context, self.found = context, []
        self.errors: list[str] = []
        self.shot: Shot | None = None
        self.sound: set[str] = set()
        self.count, self.seconds = 0, defaultdict[str, float](float)
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

        self.shot, self.count = shot, self.count + 1
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
            "sight": self._in_sight,
            "zoom": self._zoomed,
            "axe": self._axe,
            "forced": self._forced,
            "keyboard": self._keyboard,
        }
        for part, way in ways.items():
            if part in parts:
                began = time.monotonic()
                way()
                self.seconds[part] += time.monotonic() - began
            if part == "motion":
                self.page.evaluate("audit.still()")  # what changes its colour slowly has none that could be measured

    def _note(self, part: str, way: str, words: str) -> None:
        self.found.append(Finding(part, str(self.shot), way, words))
        if self.shot and self.shot.name != "faults":
            sys.stderr.write(f"  {part}: {self.shot} {way}: {words[:300]}\n")

    def _in_sight(self) -> None:
        """What one came for is one button, in the first screen, and large enough for a thumb."""
        self._widen(*SMALL_PHONE)
        if self.shot.state != "shown" or {self.shot.name, self.shot.path} & READ_FIRST.keys():
            return
        for words in self.page.evaluate("audit.primary()"):
            self._note("sight", "360 × 640 px", words)

    def _zoomed(self) -> None:
        from letsconnect.tests.browser import LOOK

        for zoom, (width, height) in {**ZOOMED, "360 px": (360, 800)}.items():
            self._widen(width, height)
            seen = self.page.evaluate(LOOK)
            for words in seen["overflowing"] + seen.get("pushed", []):
                self._note("zoom", zoom, words)
            for words in seen["low"] + seen.get("tight", []) if width == 360 and not self._is_desk else []:
                self._note("zoom", zoom, words)
        if "sandbox" not in self.shot.policy:  # as an email is, which is no page and whose scripts nobody runs
            for words in seen["violations"]:
                self._note("zoom", "", f"policy: {words}")
            if seen["h1"] != 1:
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
                self.page.evaluate("audit.unstick()")
                seen = self._ask_axe(is_other=is_other)
                self.sound.update(seen["sound"])
                is_other = True
                for words in set(seen["problems"]) - said:
                    if "sandbox" in self.shot.policy and words.startswith(_OF_PAGES):
                        continue
                    said.add(words)
                    self._note("axe", f"{width} px, {light}", words)
        self.page.evaluate("audit.stick()")
        self.page.emulate_media(color_scheme="light")

    def _ask_axe(self, *, is_other: bool) -> dict[str, list[str]]:
        """Look again and again whether it has ended: whatever waits in the page itself may wait for ever."""
        sound = "" if is_other else "\n".join(self.sound)  # one text, and once: thousands of looks take longer than axe
        self.page.evaluate(_AXE, [sound, is_other])
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
        way = self._walk()
        if self.shot.state in ("left empty", "typed wrong"):
            for words in self.page.evaluate("audit.unfocusedErrors()"):
                self._note("keyboard", way, words)
        expected = self.page.evaluate("audit.begin()")
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
