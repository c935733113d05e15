"""Browser tests: windows of a headless Chromium, and what must be true of every page.

A test asks for ``open_window`` and carries ``@pytest.mark.browser``::

    window = open_window(live_server.url, language="ar", width=360, member=member)
    window.visit("/clinics/")          # goes there and checks everything that is true of every page
    window.page.get_by_role("button", name="…").click()
    window.check()                     # the same checks on the page that followed

With ``zone="America/Bogota"`` its clock is that of Bogotá. A window opened with ``widths=WIDTHS`` makes each check at
every one of them, on a page that was asked for once.
Any running server will do: pass its address instead of ``live_server.url``. With ``SCREENSHOTS=1`` in the environment
each test leaves pictures of its pages under var/screenshots, for people to look at.
"""

import asyncio
import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, sync_playwright

from letsconnect.tests import chromium
from letsconnect.tests.waiting import PATIENCE

WIDTHS = (360, 1280)
# What is the same in each language is tried in the one that runs from right to left; `make chaos` tries English too,
# and `make audit` all five.
LOOKED_AT_IN = ["ar", pytest.param("en", marks=pytest.mark.chaos)]
NOTE_VIOLATIONS = """
window.cspViolations = [];
document.addEventListener("securitypolicyviolation",
  e => window.cspViolations.push(
    `${e.violatedDirective}: ${e.blockedURI} ${e.sample} ${e.sourceFile}:${e.lineNumber}`));
"""
LOOK = """
() => {
  const width = document.documentElement.clientWidth;
  const findings = {violations: window.cspViolations, overflowing: [], low: []};
  findings.h1 = document.querySelectorAll("h1").length;
  if (document.documentElement.scrollWidth > width)
    findings.overflowing = [...document.querySelectorAll("body *")]
      .filter(e => {
        const box = e.getBoundingClientRect();
        return box.width && (box.right > width + 1 || box.left < -1);
      })
      .map(e => e.outerHTML.slice(0, 120)).slice(0, 5).concat(`page is ${document.documentElement.scrollWidth} wide`);
  if (window.innerWidth < 640) {
    // WCAG 2.5.8; the words beside a box to tick are its target, too.
    const targets = ":is(.lc-header, .lc-main, .lc-footer) :is(a[href], button, summary, select)";
    findings.tight = [...document.querySelectorAll(targets)]
      .filter(e => e.checkVisibility() && !e.closest(".lc-skip, .lc-visually-hidden"))
      .map(e => [e.getBoundingClientRect(), e])
      .filter(([box]) => box.height && (box.height < 24 || box.width < 24))
      .map(([box, e]) => `${Math.round(box.width)}×${Math.round(box.height)} px: ${e.outerHTML.slice(0, 120)}`)
      .slice(0, 5);
    findings.low = [...document.querySelectorAll(".cdx-button, .cdx-select, .cdx-text-input__input")]
      .map(e => [e.getBoundingClientRect(), e])
      .filter(([box]) => box.width && box.height && box.height < 43.5)
      .map(([box, e]) => `${Math.round(box.height)} px: ${e.outerHTML.slice(0, 120)}`).slice(0, 5);
  }
  if (document.querySelector(".lc-main") && !findings.overflowing.length) {
    // What people wrote, were it one word of 95 letters.
    const written = [...document.querySelectorAll(".lc-main :is(bdi, [dir=auto], dd, h1)")]
      .filter(e => !e.closest("time") && !e.querySelector("time") && e.getBoundingClientRect().width)
      .flatMap(e => [...e.childNodes].filter(node => node.nodeType === Node.TEXT_NODE && node.data.trim()))
      .map(node => [node, node.data]);
    const isWide = () => document.documentElement.scrollWidth > width;
    for (const [node] of written) node.data = "w".repeat(95);
    findings.pushed = isWide() ? ["something"] : [];
    for (const [node, text] of written) node.data = text;
    if (findings.pushed.length)
      for (const [node, text] of written) {
        node.data = "w".repeat(95);
        if (isWide()) findings.pushed.push(node.parentElement.outerHTML.slice(0, 120));
        node.data = text;
      }
  }
  return findings;
}
"""
_RUN_AXE = """
([sound, isOtherWidth]) => {
  window.quickAxe ??= (window.loadAxe(), window.makeAxeQuick(axe));
  return window.quickAxe(sound, isOtherWidth);
}
"""
_sound_looks: set[str] = set()  # of text whose contrast axe found enough, on whichever page


class Window:
    """One browser window of one person, and what went wrong in it."""

    def __init__(self, context: BrowserContext, base_url: str, width: int, widths: tuple[int, ...]) -> None:
        self.widths = widths
        self.base_url = base_url.rstrip("/")
        self.context = context
        self.page: Page = context.new_page()
        self.page.set_viewport_size({"width": width, "height": 800})
        self.errors: list[str] = []
        self.page.on("console", lambda message: self._note(message.type, message.text))
        self.page.on("pageerror", lambda error: self.errors.append(f"script: {error}"))
        self.page.on("request", self._note_foreign)

    def _note(self, kind: str, text: str) -> None:
        if kind == "error" and "the server responded with a status of" not in text:
            self.errors.append(f"console: {text}")

    def _note_foreign(self, request: Request) -> None:
        if urlsplit(request.url).scheme != "data" and not request.url.startswith(self.base_url + "/"):
            self.errors.append(f"asked another host: {request.url}")

    def visit(self, path: str, *, status: int = 200, accessible: bool = True) -> Page:
        """Go to ``path``, expect ``status`` and check the page."""
        response = self.page.goto(self.base_url + path)
        assert response is not None
        assert response.status == status, f"{path} answered {response.status}"
        self.check(accessible=accessible)
        return self.page

    def check(self, *, accessible: bool = True) -> None:
        """Fail unless the page has one h1, fits window and fingers whatever people write, asked only us, broke no
        policy and passes axe."""
        self.page.wait_for_load_state()  # a script may have sent a form
        for _width in self._each_width():
            self._check_all_but_axe()
        if not accessible:
            return
        for number, _width in enumerate(self._each_width()):  # last: axe itself tries styles that the policy refuses
            problems = self.axe(is_other_width=number > 0)
            assert not problems, f"{self._here()}: {problems}"
        self.errors.clear()

    def _each_width(self) -> Iterator[int]:
        """Give the window each of its widths, first the one it has; where it was opened with one, leave it as it is."""
        has = self.page.viewport_size["width"]
        yield has
        for width in self.widths:
            if width != has:
                self.page.set_viewport_size({"width": width, "height": 800})
                yield width

    def _here(self) -> str:
        return f"{self.page.url} at {self.page.viewport_size}"

    def _check_all_but_axe(self) -> None:
        findings = self.page.evaluate(LOOK)
        errors, self.errors = self.errors, []
        assert not findings["violations"], f"{self._here()}: {findings['violations']}"
        assert not errors, f"{self._here()}: {errors}"
        assert findings["h1"] == 1, f"{self._here()}: {findings['h1']} h1"
        assert not findings["overflowing"], f"{self._here()}: {findings['overflowing']}"
        assert not findings.get("pushed"), f"{self._here()}: a long word is wider than the page: {findings['pushed']}"
        assert not findings.get("tight"), f"{self._here()}: too small a target: {findings['tight']}"
        assert not findings["low"], f"{self._here()}: too low for a finger: {findings['low']}"

    def axe(self, *, is_other_width: bool = False) -> list[str]:
        """Return axe-core's serious and critical findings on the page; on one looked at a moment ago at another width,
        only what this one adds."""
        found = self.page.evaluate(_RUN_AXE, [list(_sound_looks), is_other_width])
        _sound_looks.update(found["sound"])
        return found["problems"]

    def screenshot(self, name: str) -> None:
        """Save the whole page as var/screenshots/<name>.png, where SCREENSHOTS=1 asks for it."""
        if os.environ.get("SCREENSHOTS"):
            for width in self._each_width():
                file = f"{name}-{width}.png" if self.widths else f"{name}.png"
                self.page.screenshot(path=Path(settings.BASE_DIR) / "var" / "screenshots" / file, full_page=True)

    def sign_in(self, member: Any) -> None:
        """Give the window the session of ``member``; only for a server on this process's database."""
        client = Client()
        client.force_login(member)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        self.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.base_url}])


@cache
def type_into(field: Locator, words: str) -> None:
    """Type into a field that offers what it finds, and leave it: what was found may lie over the next one."""
    field.fill(words)
    field.press("Tab")


def axe_at_hand() -> str:
    """Return the script that lets a page load axe-core when asked: sending it to each page takes longer than axe."""
    source = (Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js").read_text()
    quick = Path(__file__).with_name("axe.js").read_text()
    return f"window.loadAxe = function () {{ {source}\n }};\n{quick}"


def _until_there(act: Callable[..., None]) -> Callable[..., None]:
    """Return ``act`` of a locator that ends when the page it leads to is there: by itself it ends when that one has
    begun, and whoever looks at once may see a page without a body."""

    def act_and_wait(locator: Locator, *words: Any, **options: Any) -> None:
        act(locator, *words, **options)
        locator.page.wait_for_load_state()

    return act_and_wait


class Contexts:
    """Contexts of one Chromium, kept for later tests: each has a process of its own, which loads fonts and scripts.

    A context is lent to one window at a time, and comes back with no cookie and no page but the empty one that keeps
    its process alive; nothing else of the portal is kept in a browser."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._idle: dict[tuple[str, bool, str], list[BrowserContext]] = {}
        self._lent: list[tuple[tuple[str, bool, str], BrowserContext]] = []

    def lend(self, language: str, *, javascript: bool, zone: str = "") -> BrowserContext:
        kind = language, javascript, zone
        idle = self._idle.setdefault(kind, [])
        context = idle.pop() if idle else self._make(*kind)
        self._lent.append((kind, context))
        return context

    def _make(self, language: str, javascript: bool, zone: str) -> BrowserContext:
        clock = {"timezone_id": zone} if zone else {}
        context = self._browser.new_context(locale=language, java_script_enabled=javascript, **clock)
        context.set_default_timeout(PATIENCE * 1000)
        context.new_page()  # stays, as an empty page
        if javascript:
            context.add_init_script(NOTE_VIOLATIONS)
            context.add_init_script(axe_at_hand())
        return context

    def take_back(self) -> None:
        """Close all windows, and forget who was signed in."""
        while self._lent:
            kind, context = self._lent.pop()
            for page in context.pages[1:]:
                page.close()
            context.clear_cookies()
            self._idle[kind].append(context)


@pytest.fixture(scope="session")
def chromium_browser() -> Iterator[tuple[Contexts, asyncio.AbstractEventLoop]]:
    """One Chromium for all tests, and Playwright's loop, which other tests must not find running in this thread."""
    path = chromium.executable()
    with sync_playwright() as tool:
        loop = asyncio.get_running_loop()
        browser = tool.chromium.launch(
            executable_path=path, args=chromium.FLAGS, env=chromium.environment(path), chromium_sandbox=False
        )
        asyncio._set_running_loop(None)
        yield Contexts(browser), loop
        asyncio._set_running_loop(loop)
        browser.close()


@pytest.fixture
def open_window(
    chromium_browser: tuple[Contexts, asyncio.AbstractEventLoop], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Window]]:
    """Return a function that opens a window of its own (own cookies); all are closed after the test.

    Playwright's loop runs in this thread during the test, hence Django's flag."""
    contexts, loop = chromium_browser

    def open_one(
        base_url: str,
        *,
        language: str = "en",
        width: int = 1280,
        widths: tuple[int, ...] = (),
        member: Any = None,
        javascript: bool = True,
        zone: str = "",
    ) -> Window:
        window = Window(contexts.lend(language, javascript=javascript, zone=zone), base_url, width, widths)
        if member is not None:
            window.sign_in(member)
        return window

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    for name in ("click", "press"):
        monkeypatch.setattr(Locator, name, _until_there(getattr(Locator, name)))
    asyncio._set_running_loop(loop)
    try:
        yield open_one
        contexts.take_back()
    finally:
        connections.close_all()  # while a loop runs, Django keeps another one than without it
        asyncio._set_running_loop(None)
