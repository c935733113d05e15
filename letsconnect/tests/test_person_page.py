"""The field that finds a person at the desk, and the page of one person: who sees what there, and what it costs."""

import re
from collections import Counter
from datetime import timedelta

import pytest
from allauth.socialaccount.models import SocialAccount
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinics.models import AccessNeed
from clinics.tests.factories import START, make_attendance, make_clinic, make_person, make_topic_request, sign_up
from letsconnect.base import acts
from letsconnect.people.of_registrations import LOOKED_AT
from mailings.tests.factories import make_letter
from matching.domain.matches import MatchState
from matching.models import Concern, Match
from matching.rounds.rules import exclude_pair
from matching.tests.factories import make_match, make_request
from matching.tests.session_factories import make_session
from registrations.accounts.wikimedia import PROVIDER
from registrations.domain.looks import LookKind
from registrations.domain.registrations import RegistrationState
from registrations.models import Block, Look, SkillName
from registrations.tests.factories import (
    NOW,
    make_coordinator,
    make_liaison,
    make_member,
    make_registration,
    make_skill,
)

pytestmark = pytest.mark.django_db
FIND = reverse("admin:person_find")


def found(client, words):
    """Return the names that are found, or the one to whose page the field leads at once."""
    response = client.post(FIND, {"q": words}, follow=True)
    assert response.status_code == 200
    context = response.context
    names = [person.name for person in context["people"]] if "people" in context else []
    return [
        name.strip("\u2068\u2069")
        for name in names or ([context["title"]] if "facts" in response.content.decode() else [])
    ]


SPELT = {
    "nunez": "María Núñez",
    "NUÑEZ maria": "María Núñez",
    "احمد": "أحمد",
    "فاطمه": "فاطمة",
    "مصطفي": "مصطفى",
    "محمد": "محـــمد",
    "ليلا": "لَيْلا",
    "strauss": "Strauß",
    "soren": "Søren",
    "lukasz": "Łukasz",
    "isik": "Işık",
    "o’brien": "O'Brien",
    "ξένη": "ΞΕΝΗ",
}


def test_a_name_is_found_however_it_is_spelt_and_words_that_are_nobodys_find_nobody(client, coordinator):
    for name in {*SPELT.values(), "Zed"}:
        make_registration(member=make_member(name=name))
    client.force_login(coordinator)

    assert {typed: found(client, typed) for typed in SPELT} == {typed: [name] for typed, name in SPELT.items()}
    assert found(client, "%") == found(client, "_") == found(client, "nobody at all") == found(client, "") == []


def test_somebody_is_found_by_number_username_account_and_whole_address_and_by_no_part_of_one(client, coordinator):
    ana = make_registration(member=make_member(name="Ana", email="ana@example.org"), wikimedia_username="Ana of Tunis")
    old = make_registration(
        source="import", state=RegistrationState.SUBMITTED, name="", imported_address="old@example.org", region="SSA"
    )
    alone = make_member(name="Alone", email="alone@example.org", region="MENA")
    SocialAccount.objects.create(user=alone, provider=PROVIDER, uid="7", extra_data={"username": "Alone on a wiki"})
    client.force_login(coordinator)

    for typed in (f"#{ana.pk}", str(ana.pk), ana.member.public_id, "ana of tunis", "ANA@Example.ORG ", "Tunis"):
        assert found(client, typed) == ["Ana"], typed
    for typed in (f"#{old.pk}", "OLD@example.org"):
        assert found(client, typed) == [f"#{old.pk}, SSA"], typed
    for typed in ("alone", "alone@example.org", "User:Alone on a wiki", alone.public_id):
        assert found(client, typed) == ["Alone"], typed
    for typed in ("ana@example", "@example.org", "na@example.org", "example.org", "Alone on the"):
        assert found(client, typed) == [], typed


def test_an_address_that_is_typed_stands_in_no_address_of_a_page_and_stays_in_the_field(client, coordinator):
    client.force_login(coordinator)

    for typed in ("nobody@example.org", "nobody＠example.org", "nobody%40example.org"):
        response = client.post(FIND, {"q": typed})

        assert response.status_code == 200, typed  # and not led on to an address that holds it
        assert f'value="{typed}"' in response.content.decode()
        assert "Nobody among the people" in response.content.decode()

    ana = make_registration(member=make_member(name="Ana", email="ana@example.org"))
    for typed in ("ana＠example.org", "ana%40example.org"):
        assert client.post(FIND, {"q": typed}).url == reverse("admin:person_detail", args=[ana.pk])


def test_a_skill_in_any_language_leads_to_the_people_who_share_it_and_who_want_to_learn_it(client, liaison):
    skill = make_skill("budgeting")
    for language, text in (("fr", "Élaborer un budget"), ("ar", "إعداد الميزانية")):
        SkillName.objects.create(skill=skill, language=language, text=text)
    for name, words in (("Ana", {"offers": [skill]}), ("Bo", {"wishes": [skill]}), ("Cy", {"wishes": [skill]})):
        make_registration(member=make_member(name=name), **words)
    make_registration(member=make_member(name="Elsewhere"), region="LAC", country="AR", offers=[skill])
    client.force_login(liaison)

    for typed in ("budgeting", "elaborer un budget", "اعداد الميزانيه"):
        [hit] = client.post(FIND, {"q": typed}, follow=True).context["skills"]
        assert (hit.key, hit.shares, hit.wishes) == (skill.pk, 1, 2), typed
        page = client.get(FIND, {"q": typed})
        assert [person.name for person in page.context["people"]] == ["Ana"] and "People who share" in page.text
    people = {
        way: [person.name for person in client.get(FIND, {"skill": skill.pk, "as": way}).context["people"]]
        for way in ("shares", "wishes")
    }
    assert people == {"shares": ["Ana"], "wishes": ["Bo", "Cy"]}


def test_a_liaison_of_another_region_is_not_told_that_somebody_exists(client, other_liaison):
    ana = make_registration(
        member=make_member(name="Ana", email="ana@example.org"), offers=["wikidata"], wikimedia_username="Ana wiki"
    )
    draft = make_registration(
        member=make_member(name="Dora", region="LAC"), state=RegistrationState.DRAFT, region="LAC"
    )
    old = make_registration(
        source="import", state=RegistrationState.SUBMITTED, name="Olga", imported_address="o@example.org"
    )
    alone = make_member(name="Alone", region="MENA", email="alone@example.org")
    client.force_login(other_liaison)
    nothing = client.post(FIND, {"q": "xyzzy"}, follow=True).content.decode().replace("xyzzy", "")

    for typed in ("Ana", f"#{ana.pk}", "Ana wiki", ana.member.public_id, "Olga", "Alone", alone.public_id):
        page = client.post(FIND, {"q": typed}, follow=True).content.decode()
        assert "none sent" not in page, typed
        assert "Nobody among the people you look after." in page, typed
        assert found(client, typed) == [], typed
    for typed in ("ana@example.org", "o@example.org", "alone@example.org"):
        assert found(client, typed) == [], typed
    for path in (
        reverse("admin:person_detail", args=[ana.pk]),
        reverse("admin:person_detail", args=[old.pk]),
        reverse("admin:person_detail", args=[draft.pk]),
        reverse("admin:person_account", args=[ana.member.public_id]),
        reverse("admin:person_account", args=[alone.public_id]),
        reverse("admin:person_detail", args=[99999]),
    ):
        assert client.get(path).status_code == 404, path
    assert found(client, "Dora") == ["Dora"]  # an account of the region; what they are writing is nobody's
    assert "Nobody among" in nothing
    assert not Look.objects.filter(registration__in=[ana, old]).exists()


def fill(person, rows):
    """Make so many rows of everything a page of a person shows."""
    reviewer, before = make_coordinator(), Match.objects.count()
    for at in range(before, before + rows):
        other = make_registration(member=make_member(name=f"Other {at}"))
        make_match(MatchState.PROPOSED, learner=person, sharer=other, skill=f"skill-{at}")
        connected = make_match(MatchState.CONNECTED, sharer=person, skill=f"other-{at}", approved_by=reviewer)
        make_session(match=connected, state="confirmed", starts_at=NOW + timedelta(days=at + 1))
        make_request(learner=person, sharer=make_registration(is_findable=True), place=None, state="withdrawn")
        exclude_pair(person=person, other=other, reason="A quarrel.", by=reviewer, now=NOW)
        Concern.objects.create(
            kind="absent_twice", registration=person, raised_at=NOW, closed_at=NOW, closed_by=reviewer
        )
        clinic = make_clinic(region="MENA", starts_at=START + timedelta(days=at), title=f"Clinic {at}")
        make_attendance(clinic, person.member)
        make_person(clinic, "host", "asked", member=person.member)
        make_topic_request(member=person.member, words=f"Topic {at}", state="declined")
        make_letter(to=person.member)
        acts.record(by=person.member, verb="save_registration", on=person, now=NOW)
        Look.objects.create(viewer=make_liaison(), registration=person, kind="registration", seen_on=NOW.date())


@pytest.fixture
def person():
    member = make_member(name="Concerned", email="secret-address@example.org", region="MENA")
    return make_registration(
        member=member, wishes=["wikidata"], offers=["lexemes"], speaks=[("en", 3)], contact_way="other",
        contact_text="secret-contact",
    )  # fmt: skip


def page(client, person, **query):
    return client.get(reverse("admin:person_detail", args=[person.pk]), query)


def test_the_page_costs_the_same_at_three_rows_and_at_thirty_of_everything(client, coordinator, person):
    client.force_login(coordinator)
    asked = {}
    for rows in (3, 27):
        fill(person, rows)
        page(client, person)
        with CaptureQueriesContext(connection) as captured:
            response = page(client, person)
        asked[rows] = len(captured)

    assert response.status_code == 200
    assert asked[27] <= asked[3] <= 12, asked  # the titles of clinics are read only where a line names one


def test_the_timeline_comes_in_pages_newest_first_without_a_line_twice_or_left_out(client, coordinator, person):
    fill(person, 9)
    client.force_login(coordinator)
    page(client, person)  # a look is a line, too

    pages = [page(client, person, page=number).context["page"].timeline for number in range(1, 6)]
    lines = [line for timeline in pages for line in timeline.lines]

    whole = [line for name in ("registration", "matches", "clinics", "emails", "looks") for n in (1, 2, 3)
             for line in page(client, person, about=name, page=n).context["page"].timeline.lines]  # fmt: skip
    assert [line.line.at for line in lines] == sorted((line.line.at for line in lines), reverse=True)
    assert len(pages[0].lines) == 40
    assert pages[0].has_older
    assert not pages[-1].has_older
    assert Counter((line.line.at, line.words) for line in lines) == Counter(
        (line.line.at, line.words) for line in whole
    )


def test_the_page_holds_no_address_link_need_block_or_report_and_is_itself_a_look(liaison, person):
    fill(person, 1)
    session = make_session(match=make_match(MatchState.CONNECTED, learner=person), state="confirmed")
    session.call_link = "https://secret-call.example.org/x"
    session.save(update_fields=["call_link"])
    rsvp = sign_up(make_clinic(region="MENA", meeting_link="https://secret-meeting.example.org/y"), 1)[0]
    rsvp.member = person.member
    rsvp.save(update_fields=["member"])
    AccessNeed.objects.create(rsvp=rsvp, text="secret-need", made_at=NOW)
    Block.objects.create(member=person.member, blocked=make_member(name="Blocked"), made_at=NOW)
    Block.objects.create(member=make_member(name="Blocker"), blocked=person.member, made_at=NOW)
    coordinator = make_coordinator()

    for reader in (liaison, coordinator):
        bodies = [
            page(client_of(reader), person, about=about).content.decode()
            for about in ("", "matches", "clinics", "emails")
        ]
        for secret in ("secret-", "Blocked", "Blocker", "A quarrel", "report"):
            assert not any(secret in body for body in bodies), (reader, secret)
        assert Look.objects.filter(viewer=reader, registration=person, kind=LookKind.PERSON).count() == 1
    assert ">Emails<" not in page(client_of(liaison), person).content.decode()


def client_of(member):
    client = Client()
    client.force_login(member)
    return client


def test_a_clinic_of_another_region_is_not_told_to_a_liaison(client, liaison, person):
    clinic = make_clinic(region="LAC", title="Of Latin America")
    make_attendance(clinic, person.member)
    client.force_login(liaison)

    assert "Of Latin America" not in page(client, person).content.decode()
    assert "Of Latin America" in page(client_of(make_coordinator()), person).content.decode()


def test_every_kind_of_look_has_words_for_the_desk():
    assert set(LOOKED_AT) == set(LookKind.values)


def test_the_field_stands_on_lists_forms_and_pages_of_their_own_and_works_from_each(coordinator):
    person = make_registration(name="Olga")
    client = Client(enforce_csrf_checks=True)
    client.force_login(coordinator)
    lists = ("registrations_registration", "matching_match", "clinics_clinic", "mailings_letter")
    pages = ["admin:index", "admin:reports_index", *(f"admin:{table}_changelist" for table in lists)]
    one = reverse("admin:registrations_registration_change", args=[person.pk])

    for page in [*map(reverse, pages), one]:
        body = client.get(page).content.decode()
        assert "Select " not in re.findall(r"<h1>.*?</h1>", body)[-1]
        (form,) = re.findall(r'<form id="find-person".*?</form>', body, re.DOTALL)
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', form)[1]
        assert client.post(FIND, {"q": "Olga", "csrfmiddlewaretoken": token}).status_code == 302, page
