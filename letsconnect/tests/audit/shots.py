"""Every page of the portal as it was answered: to whom, in which language, as it is shown and with its forms refused.

The pages are those of the table of doors, those that few see, and whatever these lead to by a link: asking for a page
never changes anything. Forms are posted empty, and with something wrong in each field; what came of it is taken back.
All pages without a row are taken once more from a portal in which there is nothing yet.
"""

import logging
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple
from urllib.parse import urljoin

from django.http import HttpResponse

LANGUAGES = ("en", "es", "ar", "fr", "pt")
DESK_LANGUAGES = ("en", "ar")
PLACES = ("portal", "desk")
MOST_OF_A_NAME = 10  # pages of one name that links lead to: steps of a form, months, people of a list
_NEVER_FOLLOWED = ("/static/", "/dev/mailbox")


class Shot(NamedTuple):
    """One answer, and what of it is more than it may be."""

    name: str
    who: str
    language: str
    state: str  # "shown", "left empty" and "typed wrong" with what is wrong, "nothing yet" where there is none
    path: str
    html: str
    policy: str
    heavy: str = ""
    is_weighed: bool = False

    @property
    def is_desk(self) -> bool:
        return self.name.startswith("admin:")

    def __str__(self) -> str:
        return f"{self.name} ({self.path}) {self.state}, {self.who}, {self.language}"


@contextmanager
def the_world() -> Iterator[tuple[Any, dict[str, Any], list[Any]]]:
    """Make the portal with something behind every door, at the moment its clock stands at; yield it, the people who
    look at it, and the pages of few."""
    from letsconnect.tests.conftest import make_world
    from letsconnect.tests.everything import make_somebody
    from letsconnect.tests.seen_by_few import pages_of_few

    with _at_the_moment():
        world = make_world()
        people = {name: world.people[name] for name in ("visitor", "concerned", "other", "coordinator")}
        people |= {"fresh": world.people["demo"], "everything": make_somebody()}
        yield world, people, pages_of_few(world)


@contextmanager
def _at_the_moment() -> Iterator[None]:
    """Let the portal stand at the moment of the tests, send nothing and be quiet."""
    import time_machine
    from celery import current_app
    from django.core.cache import cache
    from django.test import override_settings

    from registrations.tests.factories import NOW

    current_app.conf.broker_write_url = "memory://"
    cache.clear()
    with ExitStack() as stack:
        stack.enter_context(override_settings(EMBEDDED_MAILBOX=True, MEDIAWIKI_CLIENT_ID="of-the-audit", NUDGES=False))
        stack.enter_context(time_machine.travel(NOW, tick=False))
        logging.disable(logging.ERROR)
        stack.callback(logging.disable, logging.NOTSET)
        yield


@contextmanager
def the_world_without_anything() -> Iterator[dict[str, Any]]:
    """Make what every portal is set up with, and nothing else; yield the people who look at it."""
    from registrations.catalogue.loading import load_reference_data
    from registrations.tests.factories import make_coordinator, make_member

    with _at_the_moment():
        load_reference_data()
        yield {"visitor": None, "fresh": make_member(), "coordinator": make_coordinator()}


def take(
    languages: tuple[str, ...] = LANGUAGES, *, names: str = "", places: tuple[str, ...] = PLACES
) -> Iterator[list[Shot]]:
    """Ask for every page of these places whose name has ``names`` in it, in each of the languages, and undo whatever
    came of it; yield what each person was shown."""
    from django.db import transaction
    from django.urls import reverse

    from letsconnect.tests.doors import DOORS

    def cameras(people: dict[str, Any], world: Any) -> Iterator[_Camera]:
        for language in languages:
            type(people["coordinator"]).objects.update(language=language)
            for who, member in people.items():
                is_of_desk = who == "coordinator"
                if ("desk" if is_of_desk else "portal") in places and (language in DESK_LANGUAGES or not is_of_desk):
                    yield _Camera(world, who, member, language, names)

    with transaction.atomic(), the_world() as (world, people, few):
        for camera in cameras(people, world):
            yield camera.all_doors()
        for language in languages:
            type(people["coordinator"]).objects.update(language=language)
            for page in few:
                is_of_desk = page.name.startswith("admin:")
                if ("desk" if is_of_desk else "portal") in places and (language in DESK_LANGUAGES or not is_of_desk):
                    yield _Camera(world, "few", page.member, language, names).one(page.name, page.path)
        transaction.set_rollback(True)
    with transaction.atomic(), the_world_without_anything() as people:
        paths = {door.name: reverse(door.name) for door in DOORS if not door.args and not door.query}
        for camera in cameras(people, None):
            yield camera.without_anything(paths)
        transaction.set_rollback(True)


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

    def without_anything(self, paths: dict[str, str]) -> list[Shot]:
        """Return the pages that need no row, as they are where there is none."""
        found: list[Shot] = []
        for name, path in paths.items():
            if name.startswith("admin:") == (self.who == "coordinator"):
                found += self.one(name, path, state="nothing yet")
        return found

    def one(self, name: str, path: str, *, state: str = "shown") -> list[Shot]:
        """Return the page, and what each of its forms answers when nothing or nonsense was typed in."""
        from letsconnect.tests.weights import is_page, too_heavy

        if path in self.seen or self.names not in name:
            return []
        self.seen.add(path)
        self.of_name[name] += 1
        response, statements = self._ask("get", path)
        if response.status_code != 200 or not is_page(response):
            return []
        heavy, is_weighed = "", self.language == "en" and state == "shown" and not name.startswith("admin:")
        if is_weighed:
            heavy = too_heavy(
                name, response, brought=self.brought, statements=statements, is_member=self.member is not None
            )
        shot = self._shot(name, state, path, response)._replace(heavy=heavy, is_weighed=is_weighed)
        return [shot, *self._refused(name, path, response)]

    def _refused(self, name: str, path: str, page: HttpResponse) -> Iterator[Shot]:
        from letsconnect.tests.audit.forms import forms_in
        from letsconnect.tests.weights import is_page

        for form in forms_in(page.content.decode()):
            action = urljoin(path, form.action)
            for state, typed in (("left empty", form.hidden), ("typed wrong", form.hidden | form.nonsense)):
                if state == "typed wrong" and not form.nonsense:
                    continue
                answer, _statements = self._ask("post", action, typed)
                if answer.status_code in (200, 400, 409, 422) and is_page(answer):
                    yield self._shot(name, state, action, answer)

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

    def _shot(self, name: str, state: str, path: str, response: HttpResponse) -> Shot:
        policy = response.headers.get("Content-Security-Policy", "")
        return Shot(name, self.who, self.language, state, path, response.content.decode(), policy)
