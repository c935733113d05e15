"""A person's way through the portal in a browser: the screens they deal with, what those ask, and what is heard.

A screen is a page on which somebody has to do something, signing in and the code included. A question is one labelled
control that is shown when they go on; radio buttons of one name are one, and so is the week: its grid, and the buttons
for many hours at once."""

import re
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.core import mail

from letsconnect.tests.browser import Window

MOST_SCREENS, MOST_QUESTIONS, MOST_PIXELS = 6, 15, 7000  # from nothing to a registration that is handed in, at 360 px
PHONE = 360
MOST_TABS = 80
_ASKED = """
() => {
  const shown = e => e.checkVisibility({visibilityProperty: true}) && !e.closest("[aria-hidden=true]");
  const controls = "main :is(input:not([type=hidden], [type=submit]), select, textarea)";
  const asked = [...document.querySelectorAll(controls)].filter(shown);
  const names = asked.map(e => e.type === "radio" ? e.name : e.id || e.name);
  const week = "main :is(.lc-week button[data-at], button[name=shortcut])";
  if ([...document.querySelectorAll(week)].some(shown)) names.push("week");
  return [[...new Set(names)], document.documentElement.scrollHeight];
}
"""
_CONTROLS = {
    "button", "checkbox", "combobox", "DisclosureTriangle", "link", "listbox", "menuitem", "radio", "searchbox",
    "slider", "spinbutton", "switch", "textbox", "Date", "DateTime", "InputTime",
}  # fmt: skip
_LANDMARKS = {"banner", "complementary", "contentinfo", "form", "main", "navigation", "region", "search"}


class Heard(NamedTuple):
    """What the tree of accessibility says of a page, in its order."""

    title: str
    headings: list[tuple[int, str]]
    landmarks: list[tuple[str, str]]
    unnamed: list[str]


class Journey:
    """What one person has gone through so far."""

    def __init__(self, window: Window, who: str, record_property: Callable[[str, object], None]) -> None:
        self.window, self.page = window, window.page
        if window.page.evaluate("innerWidth") == PHONE:
            window.page.set_viewport_size({"width": PHONE, "height": 640})
        self.screens: list[tuple[str, int]] = []
        self.questions: list[str] = []
        self.presses = 0
        self._who, self._record, self._began = who, record_property, time.monotonic()

    def goto(self, path: str) -> None:
        self.page.goto(self.window.base_url + path)

    def is_at(self, path: str) -> bool:
        return self.page.url.removeprefix(self.window.base_url).split("?")[0] == path

    def press(self, selector: str) -> None:
        self.page.locator(selector).first.click()

    def go_on(self, selector: str) -> None:
        """Count the screen as it is now, which must hold what every page must, and press what leads on."""
        self.window.check(accessible=False)
        self.count()
        self.window.screenshot(f"{self._who.split(',')[0]}-{len(self.screens)}")
        self.press(selector)

    def count(self) -> None:
        asked, height = self.page.evaluate(_ASKED)
        path = self.page.url.removeprefix(self.window.base_url).split("?")[0]
        self.screens.append((path, height))
        self.questions += [f"{path} {name}" for name in asked]

    @property
    def pixels(self) -> int:
        return sum(height for _path, height in self.screens)

    def code(self) -> str:
        """Return the code of the newest letter."""
        return re.findall(r"\b\d{6}\b", str(mail.outbox[-1].body))[0]

    def tab_to(self, selector: str) -> None:
        """Press Tab until what is meant has the focus."""
        for _press in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            self.presses += 1
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"{self.page.url}: Tab does not come to {selector}")

    def key(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.presses += 1

    def enter(self, selector: str) -> None:
        """Come to a link or a button by Tab, and follow it."""
        self.tab_to(selector)
        with self.page.expect_navigation():
            self.key("Enter")

    def heard(self) -> Heard:
        """Return what a screen reader says of the page."""
        session = self.window.context.new_cdp_session(self.page)
        nodes = session.send("Accessibility.getFullAXTree")["nodes"]
        session.detach()
        heard = Heard(_word(nodes[0], "name"), [], [], [])
        for node in _in_order(nodes):
            role, name = _word(node, "role"), _word(node, "name")
            if role == "heading":
                [level] = [one["value"]["value"] for one in node["properties"] if one["name"] == "level"]
                heard.headings.append((level, name))
            elif role in _LANDMARKS and (name or role not in ("form", "region")):
                heard.landmarks.append((role, name))
            elif role in _CONTROLS and not name:
                heard.unnamed.append(f"{role} {node['backendDOMNodeId']}")
        return heard

    def end(self, more: str = "") -> None:
        """Record how long the way was; the figures are printed at the end of the run of tests."""
        screens = f"{len(self.screens):2} screens, {len(self.questions):2} questions, {self.pixels:5} px"
        keys = f", {self.presses} keys" if self.presses else ""
        seconds = time.monotonic() - self._began
        self._record("journey", f"{self._who:<40}{screens}{keys}, {seconds:.1f} s{more}")


def _word(node: dict[str, Any], what: str) -> str:
    return str(node.get(what, {}).get("value", ""))


def _in_order(nodes: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield those that are heard, as they are read."""
    by_id = {node["nodeId"]: node for node in nodes}
    waiting = [nodes[0]]
    while waiting:
        node = waiting.pop()
        if not node["ignored"]:
            yield node
        waiting += [by_id[child] for child in reversed(node.get("childIds", ())) if child in by_id]
