"""Everybody knocks at every address of the portal (`doors.py`), and gets what the table says."""

import re

import pytest
from django.db import connection
from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinics.seats.links import token_of
from clinics.tests.factories import make_clinic, sign_up
from letsconnect.base.models import Act
from letsconnect.tests.dear_rows_of_the_desk import dear_rows
from letsconnect.tests.doors import BUTTON, DOORS, NOBODY_ASKS, PEOPLE, names
from letsconnect.tests.opened import Remembering, sent_along
from letsconnect.tests.raw_codes import raw_codes_in
from letsconnect.tests.seen_by_few import NO_PAGE_ALONE, pages_of_few
from letsconnect.tests.undoing import Undoing
from letsconnect.tests.weights import is_page, named_by, too_heavy
from mailings.tests.factories import make_letter
from registrations.models import Look, Member, Registration
from registrations.tests.factories import NOW
from trust.models import TrustSeat

ASKED_BY_SCRIPTS = {f"registrations:{of}" for of in ("group-search", "skill-search", "skill-hints")}


@pytest.fixture
def world(shared_world):
    return shared_world


def test_the_table_names_every_address_of_the_portal():
    assert {door.name for door in DOORS} == set(names())


def test_whatever_shows_nothing_to_anybody_of_the_table_shows_it_to_few_or_is_no_page(world):
    """Else nobody would look at it: what a page may weigh is asked of those that somebody sees."""
    shown = {door.name for door in DOORS if "200" in door.get.split() or door.get in (BUTTON, NOBODY_ASKS)}
    few, client, heavy = pages_of_few(world), Client(), {}
    for page in few:
        if page.member:
            client.force_login(page.member)
        else:
            client.logout()
        with CaptureQueriesContext(connection) as sent:
            response = client.get(page.path)
        assert response.status_code in (200, 403), page  # a page that says why not
        said = too_heavy(page.name, response, brought=frozenset(), statements=len(sent), is_member=bool(page.member))
        if said and is_page(response):
            heavy[page.path] = said

    to_nobody = {name for name in names() if not name.startswith("admin:")} - shown - {page.name for page in few}
    assert to_nobody - NO_PAGE_ALONE == set()
    assert heavy == {}


def test_whoever_has_to_sign_in_for_a_page_reads_there_what_for(world):
    client, silent = Client(), set()
    for door in DOORS:
        if door.is_desk or door.get.split()[0] != "302" or "200" not in door.get or door.name in ASKED_BY_SCRIPTS:
            continue
        answer = client.get(door.path(world))
        if answer.url.startswith(reverse("registrations:sign-in")) and not client.get(answer.url).context["reason"]:
            silent.add(door.name)

    assert silent == set()


MOST_AT_DESK = 15  # statements of a page, with who is signed in and the note that they looked
SEE_OTHERS = {"coordinator": 15, "liaison": 8}  # who sees names at the desk, and on more pages than this
WITHOUT_BUTTONS = ("other_liaison", "editor")  # to whom a part of the desk is closed
# Who is like whom: at doors that are the same to both they knock in `make chaos`. Outside the desk a seat changes
# nothing; at the desk the region of a seat decides about rows only, and without a seat nobody is more than others.
LIKE_OUTSIDE = dict.fromkeys(("liaison", "other_liaison", "demo", "editor"), "other")
LIKE_AT_DESK = {"other_liaison": "liaison", "concerned": "other", "demo": "other"}
WALKS = [pytest.param(who, False, id=who) for who in PEOPLE]
WALKS += [
    pytest.param(who, True, id=f"{who}, at every door", marks=pytest.mark.chaos)
    for who in PEOPLE
    if who in LIKE_OUTSIDE or who in LIKE_AT_DESK
]


@pytest.mark.parametrize(("who", "at_every_door"), WALKS)
def test_everybody_gets_through_the_doors_that_are_theirs_and_no_others(world, who, at_every_door):
    """And whoever a page of the desk names can read who looked. And whatever the table says of a POST, or does not:
    where a page of the desk is not theirs, neither is its button. No page of the portal is too heavy, none of the desk
    shows a code of ours instead of words, and none asks the database more than fifteen times."""
    number = PEOPLE.index(who)
    client, member = Remembering(raise_request_exception=False), world.people[who]
    if who in SEE_OTHERS:
        make_letter(to=world.person)
        sign_up(world.clinic, 2)
        mark_everybody()
        world.seat_token = token_of(sign_up(make_clinic(), 1)[0])  # it is bound to an address
    if member:
        client.force_login(member)
    walk, expected, got, closed = Walk(client, world, member if who in SEE_OTHERS else None), {}, {}, {}
    for row, door in enumerate(DOORS):  # some doors are knocked at twice, with other words
        other = PEOPLE.index((LIKE_AT_DESK if door.is_desk else LIKE_OUTSIDE).get(who, who))
        for method, words in (("get", door.get.split()), ("post", door.post.split())):
            if words and (at_every_door or other == number or words[number] != words[other]):
                expected[row, method, str(door)] = words[number]
                got[row, method, str(door)] = walk.knock(method, door)
        if who in WITHOUT_BUTTONS and door.is_desk and door.get.split()[number] in ("403", "404"):
            closed[row, str(door)] = got.get((row, "post", str(door))) or walk.knock("post", door)

    assert got == expected
    assert {door: said for door, said in closed.items() if said not in ("302", "403", "404", "405")} == {}
    assert walk.silent == {}
    assert walk.heavy == {}
    assert walk.raw == {}
    assert walk.dear == {}
    assert walk.told > SEE_OTHERS.get(who, -1)
    assert who not in WITHOUT_BUTTONS or len(closed) > 40


class Walk:
    """One client's way from door to door, each as if it were the first; and whom pages of the desk named to
    ``viewer``, without that these can read it."""

    def __init__(self, client, world, viewer=None):
        self.client, self.world, self.viewer = client, world, viewer
        self.cookies, self.undoing, self.before = client.cookies.copy(), Undoing(), Act.objects.count()
        self.told, self.silent, self.heavy, self.brought = 0, {}, {}, frozenset()
        self.dear = {}  # pages of the desk that ask the database too often
        self.raw = {}  # pages of the desk that show codes instead of words

    def knock(self, method, door):
        """Ask or act, undo whatever came of it, and return the status, with a plus if an act was written."""
        client, path, data = self.client, door.path(self.world), door.posted(self.world)
        client.cookies = self.cookies.copy()
        is_new = method == "post" or path not in client.pages
        if method == "post" and door.is_desk:
            with self.undoing:  # what the page of the button noted
                data = {**sent_along(client, path, data), **data}
        with self.undoing:
            response = client.get(path) if method == "get" else client.post(path, data)
            assert "sessionid" not in client.cookies or "no-store" in response.headers["Cache-Control"]
            statements = self.undoing.statements
            acted = self.undoing.has_written and Act.objects.count() > self.before
            if self.viewer and door.is_desk and is_new and response.status_code == 200 and not response.streaming:
                named = named_on(response.content.decode()) - {self.viewer.pk}
                self.told += bool(named)
                if unread := named - looked_at(self.viewer):
                    self.silent[method, str(door)] = list(Member.objects.filter(pk__in=unread))
        if door.is_desk and response.status_code == 200 and is_page(response):
            body = response.content.decode()
            if codes := raw_codes_in(body):
                self.raw[str(door)] = codes
        if method == "get" and door.is_desk and statements > MOST_AT_DESK:
            self.dear[str(door)] = statements
        if method == "get" and not door.is_desk and response.status_code == 200 and is_page(response):
            self.weigh(door, response, statements)
        return f"{response.status_code}{'+' if acted else ''}"

    def weigh(self, door, response, statements):
        """Note what of the page is more than it may be, for somebody who comes from the home page and for others."""
        if door.name == "home":
            self.brought = named_by(response)
        said = too_heavy(
            door.name,
            response,
            brought=self.brought,
            statements=statements,
            is_member="sessionid" in self.cookies,
        )
        if said:
            self.heavy[str(door)] = said


# Where they cost most of all; the others follow in `make chaos`.
DEAREST = {("clinic", "draft"), ("clinic", "held"), ("proposed", "approved"), ("learner", "approved")}
SAME_FOR_ALL = ("_history", "_delete")


@pytest.mark.parametrize(
    ("who", "many"),
    [
        ("", 3),
        *(
            pytest.param(who, many, marks=pytest.mark.chaos)
            for who, many in (("liaison", 3), ("coordinator", 3), ("coordinator", 30))
        ),
    ],
)
def test_no_page_of_the_desk_asks_more_than_fifteen_times_in_the_states_in_which_it_asks_most(world, who, many):
    client, dear, shown = Client(), {}, set()
    rows = [(name, row) for name, row in dear_rows(many) if who or (name, getattr(row, "state", "")) in DEAREST]
    client.force_login(world.people[who or "coordinator"])
    undoing = Undoing()
    for name, row in rows:
        here = type(world)(**{**vars(world), name: row})
        for door in DOORS:
            path = door.path(here) if door.is_desk and f"@{name}" in door.args else ""
            if not path or path in shown or (not who and door.name.endswith(SAME_FOR_ALL)):
                continue
            with undoing:
                page = client.get(path)
            if page.status_code == 200 and is_page(page):
                shown.add(path)
                if undoing.statements > MOST_AT_DESK:
                    dear[path, str(getattr(row, "state", ""))] = undoing.statements

    assert dear == {}
    assert len(shown) > (100 if who else 30)


def named_on(body):
    """The members a page tells of, by the marks their names and addresses carry."""
    members = set(Member.objects.filter(public_id__in=re.findall(r"mark-(\w{12})-", body)).values_list("pk", flat=True))
    members |= set(Registration.objects.filter(pk__in=re.findall(r"reg-(\d+)-", body)).values_list("member", flat=True))
    return members - {None}


def looked_at(viewer):
    looks = Look.objects.filter(viewer=viewer).values_list("member", "registration__member")
    return {key for look in looks for key in look}


def mark_everybody():
    mark = Concat(Value("mark-"), F("public_id"), Value("-"))
    Member.objects.filter(seats=None, trust_seats=None).update(name=mark, email=Concat(mark, Value("@example.org")))
    Registration.objects.update(name=Concat(Value("reg-"), Cast("pk", CharField()), Value("-")))


@pytest.mark.chaos
def test_no_page_of_the_desk_calls_somebody_by_the_key_of_their_account(world):
    """Who shows no name is called by the number of their registration, everywhere the same."""
    Member.objects.update(name="")
    Registration.objects.update(name="")
    numbered = Registration.objects.exclude(state="draft").exclude(member=None)
    keys, client, found = set(numbered.values_list("member__public_id", flat=True)), Client(), {}
    client.force_login(world.people["coordinator"])
    for door in DOORS:
        is_of_account = door.name.startswith("admin:registrations_member_")  # which has a key, and says it
        if door.is_desk and not is_of_account and "200" in door.get.split()[PEOPLE.index("coordinator")]:
            response = client.get(door.path(world))
            shown = words_of(response.content.decode()) if is_page(response) else set()
            if shown & keys:
                found[str(door)] = shown & keys

    assert found == {}


def words_of(page):
    """The words that somebody reads or hears."""
    return set(re.findall(r"\w+", re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)))


def test_an_editor_opens_at_the_desk_the_newsletter_and_nothing_else():
    desk = [door for door in DOORS if door.is_desk]
    opened = {door.name for door in desk if {"200", "405"} & set(door.get.split()[PEOPLE.index("editor")].split())}
    acted = {door.name for door in desk if door.post and "+" in door.post.split()[PEOPLE.index("editor")]}

    frame = {"admin:index", "admin:app_list", "admin:jsi18n", "admin:logout"}
    frame |= {f"admin:filter_{page}" for page in ("list", "save", "change", "delete")}  # of the lists they see
    assert {name for name in opened - frame if not name.startswith("admin:mailings_newsletter")} == set()
    assert {name for name in acted if not name.startswith("admin:mailings_newsletter")} == set()
    assert "admin:mailings_newsletter_readers" not in opened


# The forms of a checklist add to it, or say of each item themselves as what the page showed it; those of who was there
# say it of one person or of rows that go once they are confirmed, bring the number that they change, or take the list
# along. An act on many rows carries the version of each.
NEEDS_NO_VERSION = re.compile(r"_add\b|_need\b|_new\b|_pair\b|_export\b|_checklist\b|_attendance\b|_massact_|logout")


def test_no_form_or_button_of_the_desk_acts_without_the_version_it_was_opened_at(world):
    """Whatever changes a row says what it was opened at: without, or with that of another moment, nothing happens."""
    client = Client(raise_request_exception=False)
    client.force_login(world.people["coordinator"])
    cookies = client.cookies.copy()
    undoing, before, tried, acted = Undoing(), Act.objects.count(), 0, []
    for door in DOORS:
        does = door.post.split()[PEOPLE.index("coordinator")].endswith("+") if door.post else False
        if door.is_desk and does and not NEEDS_NO_VERSION.search(door.name):
            for stale in ({}, {"opened": "{}", "version": "99", "seen": "1:99", "opened_rows": "1:x"}):
                client.cookies = cookies.copy()
                with undoing:
                    client.post(door.path(world), {**stale, **door.posted(world)})
                    if undoing.has_written and Act.objects.count() > before:
                        acted.append(str(door))
            tried += 1

    assert acted == []
    assert tried > 25


@pytest.mark.parametrize(
    "query",
    [
        "imported_address__startswith=old",
        "contact_text__contains=x",
        "member__email__startswith=p",
        "claim_invitations__address=old@example.org",
        "wishes__why__contains=x",
    ],
)
def test_a_liaison_cannot_spell_out_by_filters_what_a_list_does_not_show(world, query):
    client = Client(raise_request_exception=False)
    client.force_login(world.people["liaison"])

    assert client.get(f"{reverse('admin:registrations_registration_changelist')}?{query}").status_code == 400


def test_seats_of_two_regions_open_what_either_opens_and_one_on_the_trust_team_nothing_of_the_desk(world):
    """Rights add up: a liaison of MENA who is that of LAC, too, gets the better of both answers at each door."""
    one, other, nobody = (PEOPLE.index(name) for name in ("liaison", "other_liaison", "other"))
    both, trusted = world.people["liaison"], world.people["other"]
    both.seats.create(role="liaison", region="LAC", from_on=NOW.date())
    TrustSeat.objects.create(member=trusted, from_on=NOW.date())
    client, got, expected = Client(), {}, {}
    for member, numbers, differ in ((both, (one, other), True), (trusted, (nobody,), False)):
        client.force_login(member)
        for row, door in enumerate(DOORS):
            words = {door.get.split()[number] for number in numbers}
            if door.is_desk and (len(words) > 1 or not differ):
                expected[row, str(door)] = "200" if "200" in words else words
                status = str(client.get(door.path(world)).status_code)
                got[row, str(door)] = status if expected[row, str(door)] == "200" else {status}

    assert got == expected
