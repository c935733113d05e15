"""Every page of the portal as it was answered: to whom, in which language, as it is shown and with nothing typed in.

The pages are those of the table of doors, those that few see, and whatever these lead to by a link: asking for a page
never changes anything. Forms are posted empty, and what came of it is taken back.
"""

import logging
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from html.parser import HTMLParser
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.http import HttpResponse

LANGUAGES = ("en", "es", "ar", "fr", "pt")
DESK_LANGUAGES = ("en", "ar")
MOST_OF_A_NAME = 10  # pages of one name that links lead to: steps of a form, months, people of a list
_NEVER_FOLLOWED = ("/static/", "/dev/mailbox")


class Shot(NamedTuple):
    """One answer, and what of it is more than it may be."""

    name: str
    who: str
    language: str
    state: str  # "shown", or "left empty": with what is wrong
    path: str
    html: str
    policy: str
    heavy: str = ""

    @property
    def is_desk(self) -> bool:
        return self.name.startswith("admin:")

    def __str__(self) -> str:
        return f"{self.name} ({self.path}) {self.state}, {self.who}, {self.language}"


@contextmanager
def the_world() -> Iterator[tuple[Any, dict[str, Any], list[Any]]]:
    """Make the portal with something behind every door, at the moment its clock stands at; yield it, the people who
    look at it, and the pages of few."""
    import time_machine
    from celery import current_app
    from django.core.cache import cache
    from django.test import override_settings

    from letsconnect.tests.conftest import make_world
    from letsconnect.tests.everything import make_somebody
    from letsconnect.tests.seen_by_few import pages_of_few
    from registrations.tests.factories import NOW

    current_app.conf.broker_write_url = "memory://"
    cache.clear()
    with ExitStack() as stack:
        stack.enter_context(override_settings(EMBEDDED_MAILBOX=True, MEDIAWIKI_CLIENT_ID="of-the-audit", NUDGES=False))
        stack.enter_context(time_machine.travel(NOW, tick=False))
        logging.disable(logging.ERROR)
        stack.callback(logging.disable, logging.NOTSET)
        world = make_world()
        people = {name: world.people[name] for name in ("visitor", "concerned", "other", "coordinator")}
        people |= {"fresh": world.people["demo"], "everything": make_somebody()}
        yield world, people, pages_of_few(world)


def take(languages: tuple[str, ...] = LANGUAGES, *, names: str = "") -> list[Shot]:
    """Ask for every page whose name has ``names`` in it, in each of the languages, and undo whatever came of it."""
    from django.db import transaction

    shots: list[Shot] = []
    with transaction.atomic(), the_world() as (world, people, few):
        for language in languages:
            type(people["concerned"]).objects.update(language=language)
            for who, member in people.items():
                if who != "coordinator" or language in DESK_LANGUAGES:
                    shots += _Camera(world, who, member, language, names).all_doors()
            for page in few:
                camera = _Camera(world, "few", page.member, language, names)
                shots += camera.one(page.name, page.path)
        transaction.set_rollback(True)
    return shots


class _Camera:
    """One person's browser."""

    def __init__(self, world: Any, who: str, member: Any, language: str, names: str) -> None:
        from django.test import Client

        from letsconnect.tests.undoing import Undoing

        self.world, self.who, self.member, self.language, self.names = world, who, member, language, names
        self.client = Client(raise_request_exception=False, headers={"accept-language": language})
        if member:
            member.refresh_from_db()
            self.client.force_login(member)
        self.cookies, self.undoing = self.client.cookies.copy(), Undoing()
        self.seen: set[str] = set()
        self.of_name: Counter[str] = Counter()
        self.brought: frozenset[str] = frozenset()

    def all_doors(self) -> list[Shot]:
        """Return the pages of the table, of the desk to the coordinator only, and what they lead to."""
        from letsconnect.tests.doors import DOORS
        from letsconnect.tests.weights import named_by

        home, _statements = self._ask("get", "/")
        self.brought = named_by(home)
        found: list[Shot] = []
        for door in DOORS:
            if door.is_desk == (self.who == "coordinator"):
                found += self.one(door.name, door.path(self.world))
        if self.who != "coordinator":
            for shot in found:  # grows
                found += self._led_to_by(shot)
        return found

    def one(self, name: str, path: str) -> list[Shot]:
        """Return the page, and what each of its forms answers when nothing was typed in."""
        from letsconnect.tests.weights import is_page, too_heavy

        if path in self.seen or self.names not in name:
            return []
        self.seen.add(path)
        self.of_name[name] += 1
        response, statements = self._ask("get", path)
        if response.status_code != 200 or not is_page(response):
            return []
        heavy = ""
        if self.language == "en" and not name.startswith("admin:"):
            heavy = too_heavy(
                name, response, brought=self.brought, statements=statements, is_member=self.member is not None
            )
        shots = [self._shot(name, "shown", path, response, heavy)]
        if not name.startswith("admin:"):
            shots += self._left_empty(name, path, response)
        return shots

    def _left_empty(self, name: str, path: str, page: HttpResponse) -> Iterator[Shot]:
        from letsconnect.tests.weights import is_page

        for action, hidden in _forms(page.content.decode()):
            answer, _statements = self._ask("post", action or path, hidden)
            if answer.status_code in (200, 400, 409, 422) and is_page(answer):
                yield self._shot(name, "left empty", action or path, answer)

    def _led_to_by(self, shot: Shot) -> list[Shot]:
        from django.urls import Resolver404, resolve

        found: list[Shot] = []
        for link in re.findall(r'<a\b[^>]*\shref="(/[^"#?]*)', shot.html):
            if link in self.seen or link.startswith(_NEVER_FOLLOWED):
                continue
            try:
                name = resolve(link).view_name
            except Resolver404:
                continue
            if self.of_name[name] < MOST_OF_A_NAME and not name.startswith("admin:"):
                found += self.one(name, link)
        return found

    def _ask(self, method: str, path: str, data: Any = None) -> tuple[HttpResponse, int]:
        self.client.cookies = self.cookies.copy()
        with self.undoing:
            response = self.client.get(path) if method == "get" else self.client.post(path, data)
            return response, self.undoing.statements

    def _shot(self, name: str, state: str, path: str, response: HttpResponse, heavy: str = "") -> Shot:
        policy = response.headers.get("Content-Security-Policy", "")
        return Shot(name, self.who, self.language, state, path, response.content.decode(), policy, heavy)


def _forms(html: str) -> list[tuple[str, dict[str, list[str]]]]:
    """Return where each form of the page itself posts to, and what it sends along unseen."""
    reader = _FormReader()
    reader.feed(html)
    return reader.forms


class _FormReader(HTMLParser):
    """Reads the forms between <main> and its end; those of the frame around it sign out and change the language."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, list[str]]]] = []
        self._is_in_main = self._is_in_form = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        self._is_in_main |= tag == "main"
        if tag == "form" and self._is_in_main and (values.get("method") or "").lower() == "post":
            path = urlsplit(values.get("action") or "")
            self.forms.append((path.path + (f"?{path.query}" if path.query else ""), {}))
            self._is_in_form = True
        elif tag == "input" and self._is_in_form and values.get("type") == "hidden" and values.get("name"):
            self.forms[-1][1].setdefault(str(values["name"]), []).append(values.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        self._is_in_main &= tag != "main"
        self._is_in_form &= tag not in ("form", "main")
