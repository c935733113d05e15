"""Whatever is sent, the answer is ours: a page that says what is wrong, never an error of the portal."""

import random
from functools import partial
from urllib.parse import quote

import pytest
from django.core.exceptions import BadRequest
from django.test import Client
from django.urls import reverse

from clinics.tests import test_admin as clinic_form
from clinics.tests.factories import TICKED
from letsconnect.database_unavailable import DatabaseUnavailable
from letsconnect.tests.doors import DOORS
from letsconnect.tests.undoing import Undoing
from registrations.answers.forms.steps import CARDS
from registrations.models import Skill
from registrations.tests import typing as registration_form

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
    "starts_at__year=9999",
    "owed_at__year=9999&owed_at__month=12",
    "owed_at__iso_year=0",
    "state__regex=(",
    "kind__iregex=[",
    "region__range=a",
    "region__in=",
    "region__isnull=x",
    "_popup=1&_to_field=x",
]


# In `make test` one try in so many is made, each time another; in `make chaos` all are.
SHARES = [3, pytest.param(1, marks=pytest.mark.chaos)]


@pytest.fixture
def world(shared_world):
    return shared_world


@pytest.fixture
def desk(world):
    client = Client(raise_request_exception=False)
    client.force_login(world.people["coordinator"])
    return client


def status(client, path, **data):
    """What a request is answered with; whatever it did is undone."""
    with Undoing():
        return (client.post(path, data) if data else client.get(path)).status_code


@pytest.mark.parametrize("key", ["abc", HUGE, "-1", "", "\x00", "1.5", "²"])
def test_a_key_that_cannot_be_finds_no_row(desk, world, key):
    decide = reverse("admin:registrations_registration_decide", args=["approved"])
    pressed = [
        status(desk, reverse(f"admin:{label}_changelist"), action=button, _selected_action=[key, "1"])
        for label, button in BUTTONS.items()
    ]
    opened = [status(desk, reverse(f"admin:{label}_change", args=[key or "x"])) for label in BUTTONS]

    assert status(desk, f"{decide}?id={key}") == 404
    assert status(desk, decide, id=key, note="") == 404
    assert set(pressed) == {400}
    assert set(opened) <= {302, 404}


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("query", QUERIES)
def test_a_list_of_the_desk_answers_every_query(desk, world, query, share):
    lists = sorted({door.path(world) for door in DOORS if door.name.endswith("_changelist")})
    tried = lists[QUERIES.index(query) % share :: share]

    assert {path for path in tried if status(desk, f"{path}?{query}") >= 500} == set()


def test_a_page_asked_for_by_no_column_is_found_by_its_key(desk, world):
    pages = {door.path(world) for door in DOORS if door.name.endswith(("_change", "_delete", "_history"))}

    assert {path for path in pages if status(desk, f"{path}?_to_field=") >= 500} == set()


NASTY = [
    b"",
    b"a%00b",
    b"x" * 10_000,
    b"%ED%A0%80",  # half of a surrogate pair
    b"%FF%FE",
    HUGE.encode(),
    b"-1",
    b"1.5",
    b"2147483648",
    b"9999-12-31",
    b"0001-01-01",
    b"23:59:59.999999",
    b"%D9%A3",  # a digit of another script
    b"a&a=b",
    b"%0D%0AX-Header:%20y",
    b"/a%00",
]


def step_typed(step):
    return {**registration_form.typed(step), "seen": "", "go": "on"}


STEPS = [*registration_form.NEEDED, "hand-in", *(card.name for card in CARDS)]
SEAT = {
    "name": "Ada",
    "question": "How?",
    "access_need": "No",
    "language_need": "sw",
    "listens_in": "",
    "all_parts": "on",
}
FORMS = [
    ("visitor", "clinics:rsvp-make", ["clinic"], lambda: {"email": "new@example.org", "zone": "UTC", **SEAT, **TICKED}),
    ("other", "clinics:rsvp-make", ["clinic"], lambda: {"do": "claim", "told": "clash:1:1", **SEAT, **TICKED}),
    ("visitor", "clinics:seat-by-link", ["seat_token"], lambda: {"do": "listen", "listens_in": "ar", "told": "clash"}),
    ("other", "clinics:clinic-join", ["clinic"], lambda: {"seat": "take", "told": "clash:1:1", **TICKED}),
    ("coordinator", "admin:clinics_clinic_who_comes", ["clinic"], lambda: {"do": "put_in", "person": "x", "rsvp": "1"}),
    *[("demo", "registrations:registration-step", [f"={step}"], partial(step_typed, step)) for step in STEPS],
    ("visitor", "registrations:sign-in", [], lambda: {"email": "new@example.org", "zone": "UTC", "next": "/"}),
    ("visitor", "set-language", [], lambda: {"language": "fr", "next": "/"}),
    ("concerned", "matching:match-decline", ["asked"], lambda: {"why": "other", "note": "No"}),
    ("concerned", "matching:match-withdraw", ["connected"], lambda: {"why": "other", "note": "No"}),
    (
        "other",
        "matching:sharer-ask",
        ["found_key"],
        lambda: {"skill": Skill.objects.get(slug="wikidata").pk, "why": "Our next project needs it", "adds_wish": "on"},
    ),
    ("coordinator", "admin:clinics_clinic_add", [], clinic_form.typed),
    ("coordinator", "admin:clinics_clinic_change", ["clinic"], clinic_form.typed),
    ("coordinator", "admin:clinics_clinic_cancel", ["clinic"], lambda: {"reason": "Ill"}),
    ("coordinator", "admin:registrations_workinggroupseat_change", ["seat"], lambda: {"until_on": "2027-01-01"}),
    (
        "coordinator",
        "admin:registrations_skill_add",
        [],
        lambda: {"name": "Knitting", "language": "en", "family": "tactics", "parent": ""},
    ),
]


def filled_in(world, row):
    named = row[1:] if row[0] == "=" else getattr(world, row)
    return named if isinstance(named, str) else named.pk


@pytest.mark.parametrize(
    "query", [*QUERIES, *(f"topic={word}&language={word}&minutes={word}" for word in ("%00", HUGE, "²"))]
)
def test_finding_somebody_answers_every_query(world, query):
    client = Client()
    client.force_login(world.people["other"])

    assert status(client, f"{reverse('matching:sharer-list')}?{query}") == 200


def test_a_nul_that_a_view_hands_to_the_database_is_a_bad_request(world, rf):
    """Forms refuse it at the field, and lines drop it; whatever else asks the database with one is no error of ours."""
    with pytest.raises(ValueError, match="NUL") as refused:
        Skill.objects.filter(slug="a\x00b").exists()
    with pytest.raises(BadRequest):
        DatabaseUnavailable(lambda request: None).process_exception(rf.post("/"), refused.value)
    assert DatabaseUnavailable(lambda request: None).process_exception(rf.post("/"), ValueError("another")) is None


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("form", FORMS, ids=["-".join([form[1], *form[2]]) for form in FORMS])
def test_no_form_breaks_whatever_is_typed_into_it(world, form, share):
    who, name, rows, typed = form
    client = Client(raise_request_exception=False)
    if world.people[who]:
        client.force_login(world.people[who])
    path = reverse(name, args=[filled_in(world, row) for row in rows])
    honest = {field: quote(str(value)).encode() for field, value in typed().items()}
    told = [field for field in sorted(honest) if not field.endswith("-TOTAL_FORMS")]  # eighty rows take seconds to draw
    dice = random.Random(20261122)
    undoing, broken = Undoing(), []
    tries = [dict.fromkeys(told, nasty) for nasty in NASTY] + [
        {field: dice.choice(NASTY) for field in dice.sample(told, min(len(told), dice.randint(1, 3)))}
        for _roll in range(5)
    ]
    for bad in tries[FORMS.index(form) % share :: share]:
        body = b"&".join(field.encode() + b"=" + value for field, value in (honest | bad).items())
        with undoing:
            response = client.generic("POST", path, body, content_type="application/x-www-form-urlencoded")
        if response.status_code >= 500:
            broken.append((bad, response.exc_info[1]))

    assert broken == []
