"""What visitors read of clinics is kept until something changed, and never what is somebody's own."""

import re
import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinics.domain.clinics import ClinicState
from clinics.listing import versions
from clinics.models import Clinic, ClinicText, ListChange, Rsvp
from clinics.seats.rsvps import cancel_rsvp, rsvp
from clinics.tests.factories import START, make_channel, make_clinic, make_person, sign_up
from clinics.views import lists
from letsconnect.base import drawn as drawn_pieces
from letsconnect.base import kept_pages
from registrations.models import Skill, SkillName
from registrations.tests.factories import NOW, make_coordinator, make_member, make_skill

pytestmark = pytest.mark.django_db
LIST = "/clinics/"


@pytest.fixture(autouse=True)
def _keeping(settings):
    settings.KEEPS_PAGES = True
    for kept in (kept_pages._kept, kept_pages._narrowed):
        kept.clear()
    versions.VERSION._asked_at = float("-inf")
    yield
    for kept in (kept_pages._kept, kept_pages._narrowed):
        kept.clear()


@pytest.fixture
def asks_at_once(monkeypatch):
    monkeypatch.setattr(kept_pages, "ASKED_EVERY", 0)


def page(client, path=LIST, **headers):
    with time_machine.travel(NOW, tick=False):
        return client.get(path, headers=headers)


def drawn(client, path=LIST, **headers):
    """Whether the page was drawn, and not kept from before."""
    response = page(client, path, **headers)
    assert response.status_code == 200
    return bool(response.templates)


def without_tokens(response):
    return re.sub(r'value="\w{64}"', "", response.content.decode())


def test_a_page_is_drawn_once_for_all_visitors_with_a_token_of_their_own(client, asks_at_once):
    make_clinic()
    other = Client()

    first, second = page(client), page(other)

    assert not drawn(other)
    assert without_tokens(first) == without_tokens(second) and "Asking for money kindly" in without_tokens(first)
    token_of = re.compile(r'name="csrfmiddlewaretoken" value="(\w{64})"')
    tokens = [token_of.findall(one.content.decode()) for one in (first, second)]
    assert len(tokens[0]) == 1 and tokens[0] != tokens[1]
    strict = Client(enforce_csrf_checks=True)
    token = re.search(r'value="(\w{64})"', page(strict).content.decode())[1]
    answer = strict.post(reverse("set-language"), {"language": "fr", "csrfmiddlewaretoken": token})
    assert answer.status_code == 302


def test_each_act_on_a_clinic_is_seen(client, asks_at_once):
    clinic, member = make_clinic(capacity=3), make_member()
    text = clinic.texts.get()

    def acts():
        yield lambda: rsvp(clinic=clinic, member=member, by=member, now=NOW)
        yield lambda: cancel_rsvp(clinic=clinic, member=member, by=member, now=NOW)
        yield lambda: Clinic.objects.filter(pk=clinic.pk).update(capacity=9)
        yield lambda: ClinicText.objects.filter(pk=text.pk).update(title="Another title")
        yield lambda: make_person(clinic, "interpreter", channel=make_channel(clinic))
        yield lambda: make_clinic(title="A new one", starts_at=START + timedelta(days=1))
        yield lambda: Rsvp.objects.all().delete()

    for act in acts():
        assert drawn(client) and not drawn(client)
        act()
    assert "9 seats left" in page(client).content.decode()


def test_what_changes_of_skills_is_seen_in_the_filters_and_by_what_is_narrowed_to_one(client, asks_at_once):
    clinic, skill, heir = make_clinic(), make_skill("weaving"), make_skill("crafts")
    clinic.skills.add(skill)
    name = SkillName.objects.get(skill=skill, language="en", is_synonym=False)
    of_heir = LIST + "?skill=crafts"
    assert "Asking for money kindly" not in page(client, of_heir).content.decode()

    SkillName.objects.filter(pk=name.pk).update(text="Weaving by hand")
    assert "Weaving by hand" in page(client).content.decode()
    Skill.objects.filter(pk=skill.pk).update(parent=heir)
    assert "Asking for money kindly" in page(client, of_heir).content.decode()
    Skill.objects.filter(pk=skill.pk).update(parent=None)
    assert "Asking for money kindly" not in page(client, of_heir).content.decode()
    Skill.objects.filter(pk=skill.pk).update(state="merged", merged_into=heir)
    assert "Asking for money kindly" in page(client, of_heir).content.decode()
    SkillName.objects.filter(skill=heir).delete()
    assert drawn(client)


def test_a_statement_that_changes_nothing_empties_nothing(client, asks_at_once):
    make_clinic()
    page(client)
    Clinic.objects.filter(pk=0).update(capacity=9)

    assert not drawn(client)


def test_the_version_is_asked_for_at_most_every_half_second(client):
    assert kept_pages.ASKED_EVERY <= 0.5
    clinic = make_clinic(capacity=3)
    page(client)
    sign_up(clinic, 1)
    versions.VERSION._asked_at += 60  # however slow this machine is, it was a moment ago
    with CaptureQueriesContext(connection) as queries:
        page(client)
    assert len(queries) == 0

    versions.VERSION._asked_at -= 60 + kept_pages.ASKED_EVERY
    assert "2 seats left" in page(client).content.decode()


@pytest.mark.parametrize("cookie", ["sessionid", "messages"])
def test_nothing_of_one_person_is_kept_or_shown_from_what_was_kept(client, asks_at_once, cookie):
    make_clinic()
    page(client)
    client.cookies[f"{settings.COOKIE_PREFIX}{cookie}"] = "anything"

    assert drawn(client) and drawn(client)


def test_a_member_has_their_own_seat_and_leaves_nothing(client, asks_at_once):
    clinic, member = make_clinic(), make_member()
    rsvp(clinic=clinic, member=member, by=member, now=NOW)
    page(client)
    theirs = Client()
    theirs.force_login(member)

    assert "You have a seat" in page(theirs).content.decode()
    assert "You have a seat" not in page(client).content.decode()
    assert "no-store" in page(theirs).headers["Cache-Control"]


@pytest.mark.parametrize("number", [3, 50])
def test_the_first_visitor_after_an_act_and_each_member_ask_the_database_eight_times_at_most(client, number):
    member, skill = make_member(), make_skill("weaving")
    client.force_login(member)
    for at in range(number):
        clinic = make_clinic(title=f"Clinic {at}", starts_at=START + timedelta(hours=3 * at))
        clinic.skills.add(skill)
        make_person(clinic, "interpreter", channel=make_channel(clinic))
        rsvp(clinic=clinic, member=member, by=member, now=NOW)

    def asks(reader):
        with CaptureQueriesContext(connection) as queries:
            response = page(reader)
        return len(queries), response.content.decode().count("You have a seat")

    (queries, seats), _drawn, (own_queries, own_seats) = asks(Client()), asks(client), asks(client)

    assert (seats, own_seats) == (0, min(number, 20))
    assert max(queries, own_queries) <= 8


def test_what_changed_is_seen_within_a_second_however_many_ask_meanwhile(monkeypatch):
    rows, clock = [], iter(at / 10 for at in range(100))
    monkeypatch.setattr(kept_pages, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    version, seen = kept_pages.VersionOfTables(lambda: len(rows)), []
    for at in range(40):  # ten times a second
        if at == 7:
            rows.append("an act")
        seen.append(version.now())

    assert seen.index(1) - 7 <= 10 and set(seen[20:]) == {1}


def test_what_is_kept_for_members_follows_each_act_and_shows_no_draft(client, asks_at_once):
    clinic, member = make_clinic(capacity=3), make_member()
    draft = make_clinic(title="A draft", state=ClinicState.DRAFT, starts_at=START + timedelta(days=1))
    desk = Client()
    desk.force_login(make_coordinator())
    client.force_login(member)
    for number in (3, 2, 1):
        assert f"{number} seat" in page(client).content.decode()
        assert "A draft" in page(desk).content.decode() and "A draft" not in page(client).content.decode()
        sign_up(clinic, 1)
    draft.refresh_from_db()
    assert draft.state == ClinicState.DRAFT and "full, with a waiting list" in page(client).content.decode()


def test_the_card_of_one_member_is_not_that_of_another_in_another_zone_or_state(client, asks_at_once):
    """Each reads one of two clinics as going, the other as nobody; then neither."""
    clinics = [
        make_clinic(title=title, capacity=1, starts_at=START + timedelta(days=at)) for at, title in enumerate("AB")
    ]
    members = [make_member(zone=zone, language=language) for zone, language in (("Asia/Tokyo", "en"), ("UTC", "fr"))]
    browsers = [Client(), Client()]
    for browser, member, clinic in zip(browsers, members, clinics, strict=True):
        browser.force_login(member)
        rsvp(clinic=clinic, member=member, by=member, now=NOW)

    def seats(browser):
        cards = page(browser).content.decode().split("<article")[1:]
        return ["You have a seat" in card or "Vous avez une place" in card for card in cards]

    for _time in range(2):
        assert [seats(browser) for browser in browsers] == [[True, False], [False, True]]
    assert "Tokyo" in page(browsers[0]).content.decode() and "Tokyo" not in page(browsers[1]).content.decode()
    for browser, member, clinic in zip(browsers, members, clinics, strict=True):
        cancel_rsvp(clinic=clinic, member=member, by=member, now=NOW)
        assert seats(browser) == [False, False]


def test_a_members_list_is_drawn_around_their_cards_once_and_asks_nothing_of_clinics_again(client, asks_at_once):
    clinic, member = make_clinic(), make_member()
    client.force_login(member)
    page(client)
    with CaptureQueriesContext(connection) as queries:
        again = page(client)

    assert "clinics/_clinic_list.html" not in {template.name for template in again.templates}
    tables = ('FROM "clinics_clinic"', 'FROM "clinics_clinictext"', 'FROM "clinics_channel"')
    asked = [query["sql"] for query in queries if "clinics_listchange" not in query["sql"]]  # beside the version
    assert not [sql for sql in asked if any(table in sql for table in tables)]
    sign_up(clinic, 1)
    assert "clinics/_clinic_list.html" in {template.name for template in page(client).templates}


def test_languages_zones_and_filters_are_kept_apart(client, asks_at_once):
    make_clinic()
    assert drawn(client)
    assert drawn(client, LIST + "?language=en")
    assert drawn(client, LIST, **{"accept-language": "ar"})
    client.cookies[settings.ZONE_COOKIE_NAME] = "Africa/Cairo"
    assert drawn(client) and not drawn(client)
    assert "Cairo time, UTC+2" in page(client).content.decode()
    client.cookies[settings.ZONE_COOKIE_NAME] = "Mars/Olympus"
    assert not drawn(client) and "(UTC)" in page(client).content.decode()


def test_addresses_that_ask_for_anything_else_are_not_kept(client, asks_at_once):
    assert drawn(client, LIST + "?utm_source=mail") and drawn(client, LIST + "?utm_source=mail")
    make_clinic()
    for asked in ("language=sw", "skill=weaving", "evenings=1&zone=Asia/Tokyo", "language=en&region=MENA&evenings=1"):
        assert drawn(client, f"{LIST}?{asked}") and drawn(client, f"{LIST}?{asked}"), asked


def test_one_visitor_pushes_nothing_out_that_others_look_at(client, asks_at_once, monkeypatch):
    monkeypatch.setattr(kept_pages._narrowed, "_most", 8)
    for at in range(30):
        make_clinic(title=f"Clinic {at}", starts_at=START + timedelta(hours=3 * at))
    theirs = (LIST, f"{LIST}?page=2", f"{LIST}?language=en")
    for path in theirs:
        page(client, path)

    for number in range(3, 20):
        for spelling in (
            f"page={number}",
            f"page=0{number}",
            f"page={number}&region=moon",
            f"when=coming&page={number}",
        ):
            page(client, f"{LIST}?{spelling}")
        page(client, f"/clinics/months/?when=past&region={'MENA' if number % 2 else 'LAC'}")
        assert [path for path in theirs if drawn(client, path)] == []
    assert (len(kept_pages._kept), len(kept_pages._narrowed)) == (1, 5)
    for zone in ("Asia/Tokyo", "Africa/Cairo", "America/Bogota", "Asia/Kolkata", "Africa/Lagos", "Europe/Berlin"):
        client.cookies[settings.ZONE_COOKIE_NAME] = zone
        page(client)
    del client.cookies[settings.ZONE_COOKIE_NAME]
    assert len(kept_pages._narrowed) == 8 and not drawn(client)


def test_all_spellings_of_what_is_asked_are_one_page_in_which_nothing_else_stands(client, asks_at_once):
    make_clinic()
    assert drawn(client, LIST + "?region=moon&language=en&when=&page=7")
    for same in ("language=en", "language=en&page=1", "page=&language=en&q=", "when=later&language=en&zone=Asia/Tokyo"):
        assert not drawn(client, f"{LIST}?{same}"), same
    assert "moon" not in page(client, LIST + "?language=en").content.decode()
    assert drawn(client, LIST + "?region=sun") and not drawn(client)


def test_no_other_spelling_of_a_path_or_of_our_name_is_kept(client, asks_at_once):
    """Else somebody pushes out what others look at, by zeros in front of a number, capitals and ports."""
    clinic = make_clinic()
    path = reverse("clinics:clinic-detail", args=[clinic.pk])
    assert (
        drawn(client, path)
        and not drawn(client, path, host="TESTserver")
        and not drawn(client, path, host="testserver:1")
    )
    assert drawn(client, path.replace(str(clinic.pk), f"00{clinic.pk}"))
    assert len(kept_pages._kept) == 1


def test_no_kept_page_outlives_the_next_moment_at_which_the_clock_changes_it(client):
    """Sign-up closes, the doors open, it begins, it ends; an offer ends; a day begins."""
    clinic = make_clinic(capacity=2, closes_minutes_before=90)
    rsvp = sign_up(clinic, 1)[0]
    ends = START - timedelta(hours=3)
    Rsvp.objects.filter(pk=rsvp.pk).update(state="offered", seat=1, seated_at=None, claim_by=ends)
    path = f"{LIST}{clinic.pk}/"
    moments = (ends, START - timedelta(minutes=90), clinic.doors_open_at, START, clinic.ends_at, START.replace(hour=23))
    for moment in moments:
        for late, is_drawn in (
            (timedelta(seconds=-1), True),
            (-timedelta(microseconds=1), False),
            (timedelta(0), True),
        ):
            with time_machine.travel(moment + late, tick=False):
                for where in (path, LIST):
                    assert bool(client.get(where).templates) == is_drawn, (moment, late, where)


@pytest.mark.parametrize("path", [LIST, "/clinics/months/"])
def test_searches_for_words_are_not_kept_so_that_they_push_nothing_out(client, asks_at_once, path):
    make_clinic()
    assert drawn(client, path) and drawn(client, path + "?q=&language=en")
    kept = [kept_pages._kept, kept_pages._narrowed, drawn_pieces._kept, lists._KEYS._kept]
    before = [dict(each) for each in kept]

    for number in range(3):
        assert drawn(client, f"{path}?q=word{number}&q=")
        assert drawn(client, f"{path}?q=&q=word{number}")

    assert [set(each) for each in kept] == [set(each) for each in before]
    assert not drawn(client, path) and not drawn(client, path + "?q=&language=en")


def test_a_browser_that_has_the_page_is_told_so_until_it_changes_or_its_cookie_does(client, asks_at_once):
    clinic = make_clinic(capacity=3)
    page(client)
    first = page(client)
    mark = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert {"Cookie", "Accept-Language"} <= {word.strip() for word in first.headers["Vary"].split(",")}

    again = page(client, **{"if-none-match": mark})
    assert (again.status_code, again.content) == (304, b"")
    assert page(Client(), **{"if-none-match": mark}).status_code == 200  # whose token would be refused
    sign_up(clinic, 1)
    assert page(client, **{"if-none-match": mark}).status_code == 200


def test_kept_pages_leave_compressed(client, asks_at_once):
    make_clinic()
    plain, packed = page(client), page(client, **{"accept-encoding": "gzip"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.content) < len(plain.content) / 2
    assert packed.headers["ETag"].startswith('W/"')


@pytest.mark.django_db(transaction=True)
def test_no_page_from_before_outlives_a_commit_whatever_order_transactions_end_in():
    """Two acts at once: the one that began first ends last, and its key is lower than what was read before."""
    read = versions._read
    began, may_end = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            ListChange.objects.create()
            began.set()
            may_end.wait(20)
        connection.close()

    before = read()
    thread = threading.Thread(target=slow)
    thread.start()
    began.wait(20)
    ListChange.objects.create()
    between = read()
    may_end.set()
    thread.join()

    assert len({before, between, read()}) == 3


def test_old_changes_are_swept_away_and_leave_another_version():
    with transaction.atomic():
        clinic = make_clinic(state=ClinicState.ANNOUNCED)
    ListChange.objects.update(at=NOW - timedelta(minutes=30))
    before = versions._read()

    assert versions.forget_old_changes(NOW) > 0
    assert ListChange.objects.count() == 0 and versions._read() != before
    sign_up(clinic, 1)
    assert versions._read() not in (before, (0, 0))
