"""Whoever is erased in the instant between the first look at who asks and what a button does reads that it is so."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.utils import timezone

from letsconnect.tests.doors import ALL_LED_ON, DOORS, PEOPLE, Door
from letsconnect.tests.undoing import Undoing
from registrations.privacy.erasing import erase_member


@pytest.fixture
def world(shared_world):
    return shared_world


# In `make test` one door in so many is knocked at, and those that failed once; in `make chaos` all are.
SHARES = [20, pytest.param(1, marks=pytest.mark.chaos)]
TOLD = {"matching:introduction-edit", "registrations:registration-step"}
NOT_THEIRS = ("403", "404", "405", "410")
SKIPPED = Door("registrations:registration-step", "places", get=ALL_LED_ON, post=ALL_LED_ON, data={"go": "skip"})


class EraseWhoAsks:
    """The middleware before a view: who asks is erased once they were read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> None:
        if request.user.is_authenticated:
            erase_member(member=request.user, by=None, now=timezone.now())


@pytest.mark.parametrize("share", SHARES)
def test_no_button_fails_somebody_who_is_erased_while_they_press_it(world, settings, share):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.EraseWhoAsks"]
    client, number = Client(raise_request_exception=False), PEOPLE.index("concerned")
    client.force_login(world.people["concerned"])
    undoing, cookies, failed, told = Undoing(), client.cookies.copy(), {}, set()
    theirs = [door for door in DOORS if door.post and not door.is_desk and door.post.split()[number] not in NOT_THEIRS]
    known = [door for door in theirs if door.name in TOLD]
    for door in (*known, *theirs[::share], SKIPPED):
        client.cookies = cookies.copy()
        with undoing:
            answer = client.post(door.path(world), door.posted(world))
        if "This account is closed." in map(str, get_messages(answer.wsgi_request)):
            told.add(door.name)
        if answer.status_code >= 500:
            failed[str(door)] = answer.status_code

    assert failed == {}
    assert told >= TOLD
