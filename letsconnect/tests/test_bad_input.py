"""Whatever is sent, the answer is ours: a page that says what is wrong, never an error of the portal."""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from letsconnect.tests.test_access import DOORS

HUGE = "9" * 30
BUTTONS = {
    "registrations_registration": "approve",
    "registrations_claiminvitation": "invite_again",
    "mailings_letter": "send_again",
    "mailings_suppression": "lift",
    "matching_match": "approve",
    "clinics_clinic": "announce_selected",
}
QUERIES = [
    "q=%00",
    "q=%FF",
    f"p={HUGE}",
    "o=x",
    "e=1",
    "no_such=1",
    "pk=abc",
    f"id__in={HUGE}",
    "state=%00",
    "state__exact=%FF",
    "kind=%00",
    "region=%00",
    "region__exact=%00",
    "is_active__exact=x",
    f"skill={HUGE}",
    f"round__id__exact={HUGE}",
    "round__id__exact=abc",
    "owed_at__year=99999",
    "starts_at__year=0",
    "starts_at__year=2026&starts_at__month=13",
    "_popup=1&_to_field=x",
]


@pytest.fixture
def desk(world):
    client = Client(raise_request_exception=False)
    client.force_login(world.people["coordinator"])
    return client


def status(client, path, **data):
    """What a request is answered with; whatever it did is undone."""
    savepoint = transaction.savepoint()
    response = client.post(path, data) if data else client.get(path)
    transaction.savepoint_rollback(savepoint)
    return response.status_code


@pytest.mark.parametrize("key", ["abc", HUGE, "-1", "", "\x00", "1.5", "²"])
def test_a_key_that_cannot_be_finds_no_row(desk, world, key):
    decide = reverse("admin:registrations_registration_decide", args=["approved"])
    pressed = [
        status(desk, reverse(f"admin:{label}_changelist"), action=button, _selected_action=[key, "1"])
        for label, button in BUTTONS.items()
    ]
    opened = [status(desk, reverse(f"admin:{label}_change", args=[key or "x"])) for label in BUTTONS]

    assert status(desk, f"{decide}?id={key}") == 404
    assert status(desk, decide, id=[key, str(world.waiting.pk)], note="") == 302
    assert set(pressed) == {400}
    assert set(opened) <= {302, 404}


@pytest.mark.parametrize("query", QUERIES)
def test_a_list_of_the_desk_answers_every_query(desk, world, query):
    lists = [door.path(world) for door in DOORS if door.name.endswith("_changelist")]

    assert {path for path in lists if status(desk, f"{path}?{query}") >= 500} == set()
