"""The desk's first page: each number is that of the list it leads to, for every seat, the oldest first."""

import re
from collections import Counter
from datetime import date, timedelta

import pytest
import time_machine
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinics.models import Clinic
from clinics.planning.missing import of_channels, of_people, of_plan, of_texts
from clinics.planning.waiting import gaps_in_words, lacking, saying_gaps
from clinics.tests.factories import make_channel, make_clinic, make_person
from letsconnect.base.clocks import database_now
from letsconnect.tests.what_waits import make_their_own, make_what_waits
from letsconnect.today.lines import Pressing
from letsconnect.today.tables import by_work
from letsconnect.today.waiting import KINDS
from mailings.models import LastTick
from mailings.tests.factories import make_newsletter
from matching.rounds.under_way import step_in_words
from matching.tests.factories import make_match, make_round
from registrations.models import ImportUpload, WorkingGroupSeat
from registrations.oldform.reading.report import Line
from registrations.tests.factories import NOW, make_coordinator, make_editor, make_liaison, make_registration
from trust.models import TrustSeat
from trust.tests.factories import make_reader

pytestmark = pytest.mark.django_db
BY_URL = {kind.url: kind.name for kind in KINDS}
MOST_STATEMENTS = 15


@pytest.fixture(autouse=True)
def _on_that_day(db):
    LastTick.objects.create(pk=1, at=database_now())
    with time_machine.travel(NOW, tick=False):
        yield


def today(client, member):
    client.force_login(member)
    return client.get(reverse("admin:index")).context["waiting"]


def rows_at(client, url):
    """How many rows stand on the page to which a line leads."""
    context = client.get(url).context
    if "cl" in context:
        return context["cl"].result_count
    return context["page"].paginator.count if "page" in context else len(context["reports"])


def numbers(client, member):
    """By the name of each kind that waits: the number in its sentence, and how many rows its list has."""
    lines = [line for line in today(client, member) if line.url in BY_URL]
    return {BY_URL[line.url]: (int(line.text.split()[0]), rows_at(client, line.url)) for line in lines}


def with_seat(member, region):
    WorkingGroupSeat.objects.create(member=member, role="liaison", region=region, from_on=date(2026, 1, 1))
    return member


def on_trust_team(member):
    TrustSeat.objects.create(member=member, from_on=date(2026, 1, 1))
    return member


SEATS = {
    "liaison": lambda: make_liaison("MENA"),
    "liaison of two regions": lambda: with_seat(make_liaison("MENA"), "LAC"),
    "liaison of another region": lambda: make_liaison("SSA"),
    "liaison on the trust team": lambda: on_trust_team(make_liaison("MENA")),
    "coordinator": make_coordinator,
    "coordinator on the trust team": lambda: on_trust_team(make_coordinator()),
}
HALF = {"matches_half_mine", "matches_half_others"}
OF_A_REGION = {
    *("registrations", "matches_approved", "rounds", "concerns", "sharer_requests", "topics"),
    *("clinics_with_call_lists", "clinics_with_quotes", "clinics_with_languages_needed"),
    *("clinics_with_silent_people", "clinics_with_people_to_ask"),
    *("clinics_soon", "clinics_lacking", "clinics_over", "clinics_without_outcome", "clinics_left_to_nobody"),
}
OF_COORDINATORS = {"skills", "uploads", "doubtful_addresses", "letters"}
THEIR_OWN = {"checklist", "mass_acts", "overruled"}


@pytest.mark.parametrize("seat", SEATS)
def test_each_number_is_that_of_the_list_it_leads_to_and_nothing_else_is_said(client, seat):
    """There are at least two of each kind for each seat, and beside them what is the reader's own."""
    reader, times = SEATS[seat](), 2
    for region in ("MENA", "LAC") * times:
        make_what_waits(region, reader)
    make_their_own(reader)
    is_all, regions = reader.is_coordinator, times * len({"MENA", "LAC"} & reader.seat_regions)
    everywhere = times * 2
    expected = dict.fromkeys(OF_A_REGION, everywhere if is_all else regions) | dict.fromkeys(THEIR_OWN, everywhere)
    expected |= dict.fromkeys(OF_COORDINATORS, everywhere if is_all else 0)
    # Of each region one is not approved, one half for that region, one half for another; coordinators decide on each.
    expected |= {"matches": 6 * times, "matches_half_mine": 4 * times} if is_all else {"matches": 2 * regions}
    expected |= {} if is_all else dict.fromkeys(HALF, regions)
    expected["reports"] = everywhere if "trust" in seat else 0
    expected["rounds"] += 1  # in which the reader's own match is

    found = numbers(client, reader)

    assert found == {name: (number, number) for name, number in expected.items() if number}


def test_every_kind_is_counted_for_some_seat():
    for_editors = {"issues"}
    assert {kind.name for kind in KINDS} == OF_A_REGION | HALF | {"matches"} | OF_COORDINATORS | THEIR_OWN | {
        "reports"
    } | for_editors


def test_the_trust_team_without_another_seat_has_no_desk_and_an_editor_reads_of_issues_only(client):
    client.force_login(make_reader())
    assert client.get(reverse("admin:index")).status_code == 302
    editor = make_editor()
    make_what_waits("MENA", editor)
    make_newsletter(state="draft")

    assert numbers(client, editor) == {"issues": (1, 1)}
    assert len(today(client, editor)) == 1


def test_what_waits_longest_comes_first_and_what_is_ahead_before_it(client):
    reader = on_trust_team(make_coordinator())
    for days in (3, 20, 9):
        make_what_waits("MENA", reader, since=NOW - timedelta(days=days))
    make_registration(state="submitted", region="MENA", submitted_at=NOW - timedelta(days=90))

    lines = today(client, reader)

    orders = [(line.pressing, line.moment) for line in lines if line.moment]
    assert orders == sorted(orders)
    assert [line.pressing for line in lines] == sorted(line.pressing for line in lines)
    waiting = [line for line in lines if line.pressing is Pressing.WAITING]
    assert waiting[0].text == "4 registrations wait for review"
    assert waiting[0].when == "the oldest since Tuesday 2 December"
    assert [line.when for line in lines if "email needs" in line.text or "emails need" in line.text] == [
        "the oldest since Tuesday 10 February"
    ]
    assert lines[0].text == "3 clinics are today or tomorrow"


def test_one_that_waits_says_since_when_and_a_clinic_of_tomorrow_what_it_lacks(client):
    liaison = make_liaison("MENA")
    make_registration(state="submitted", region="MENA", submitted_at=NOW - timedelta(days=3))
    clinic = make_clinic(region="MENA", starts_at=NOW + timedelta(hours=30), meeting_link="")
    make_person(clinic, "sharer")
    make_channel(clinic)

    clinics, lacks, registration = today(client, liaison)

    assert registration.when == "since Friday 27 February"
    assert (clinics.text, lacks.text) == (
        "1 clinic is today or tomorrow",
        "1 clinic of the next two weeks still lacks something",
    )
    [detail] = clinics.details
    assert detail.text.endswith("Still to settle: no meeting link, nobody hosts yet, a language has no interpreter yet")
    assert "Asking for money kindly" in detail.text
    assert client.get(detail.url, follow=True).status_code == 200


def test_a_file_says_how_many_guesses_wait_in_how_many_rows_and_leads_to_them(client):
    lines = [
        Line(row, "skills_known", words, "guessed", made)
        for row, words, made in ((1, "mornings", "8–12"), (2, "mornings", "8–12"), (3, "evenings", "18–22"))
    ]
    ImportUpload.objects.create(
        **{"file_name": "old.csv", "size": 1, "content": b"x", "state": "checked"},
        **{"uploaded_at": NOW, "asked_at": NOW, "counts": {"rows": 900}, "lines": lines},
        uploaded_by=make_coordinator(),
    )

    [detail] = [detail for line in today(client, make_coordinator()) for detail in line.details]

    assert detail.text.replace("\u2068", "").replace("\u2069", "") == "old.csv: 2 guesses in 900 rows"
    assert len(client.get(detail.url).context["guesses"]) == 2


def test_each_list_of_clinics_leads_to_the_part_of_their_page_where_what_waits_is_done(client):
    reader = make_coordinator()
    make_what_waits("MENA", reader)
    client.force_login(reader)
    leads = {}
    for waits in ("calls", "quotes", "outcome", "languages", "silent", "to_ask", "nobody", "gaps"):
        page = client.get(reverse("admin:clinics_clinic_changelist"), {"waits": waits}).content.decode()
        [address, *_others] = re.findall(r'<th[^>]*class="field-title[^"]*"><a href="([^"?]*)', page)
        leads[waits] = address.rstrip("/").rsplit("/", 1)[1]
        assert client.get(address).status_code == 200

    assert leads == {
        **{"calls": "attendance", "quotes": "after", "outcome": "after", "languages": "languages"},
        **{"silent": "people", "to_ask": "people", "nobody": "checklist", "gaps": "change"},
    }


def test_a_round_says_its_step_and_the_next_one(client):
    liaison, other = make_liaison("MENA"), make_liaison("SSA")
    round_ = make_round(created_at=NOW - timedelta(days=2))
    for state in ("proposed", "proposed", "approved"):
        make_match(state, round=round_)
    make_round("draft", created_by=other, created_at=NOW - timedelta(days=9))

    [of_round] = [line for line in today(client, liaison) if line.details]
    [of_draft] = [line for line in today(client, other) if line.details]

    assert [detail.text for detail in of_round.details] == [
        f"{round_}: computed. Next: decide on 2 proposals",
    ]
    assert "a draft. Next" in of_draft.details[0].text
    assert len(today(client, make_coordinator())[-2].details or today(client, make_coordinator())[0].details) == 2


@pytest.mark.parametrize(
    ("state", "is_asked_for", "proposed", "approved", "said"),
    [
        ("draft", True, 0, 0, "it is being computed"),
        ("solving", True, 0, 0, "it is being computed"),
        ("failed", True, 0, 0, "it could not be computed"),
        ("proposed", True, 0, 0, "decided here. Next: another region"),
        ("proposed", True, 0, 2, "decided. Next: publish 2 approved matches"),
        ("published", True, 0, 2, "published. Next: publish 2 more approved matches"),
        ("published", True, 3, 1, "published. Next: decide on the 3 proposals left"),
        ("published", True, 0, 0, "published. Next: another region"),
    ],
)
def test_each_step_of_a_round_has_words(state, is_asked_for, proposed, approved, said):
    words = step_in_words(state=state, is_asked_for=is_asked_for, proposed=proposed, approved=approved)
    assert words.startswith(said)


def test_an_empty_page_says_so_and_what_comes_next(client):
    liaison = make_liaison("MENA")
    client.force_login(liaison)
    page = client.get(reverse("admin:index")).content.decode()
    assert "Nothing waits for you. Thank you!" in page
    assert "Whatever comes in for you stands here" in page
    clinic = make_clinic(region="MENA", starts_at=NOW + timedelta(days=20))

    page = client.get(reverse("admin:index"))
    assert "Next comes the clinic" in page.context["comes_next"].text
    assert reverse("admin:clinics_clinic_change", args=[clinic.pk]) in page.content.decode()


@pytest.mark.parametrize("make", [make_coordinator, lambda: make_liaison("MENA")])
def test_the_page_asks_the_database_as_often_with_thirty_rows_as_with_three(client, make):
    reader, asked = on_trust_team(make()), []
    client.force_login(reader)
    for more in (3, 27):
        for _ in range(more):
            make_what_waits("MENA", reader)
        client.get(reverse("admin:index"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("admin:index"))
        asked.append(len(queries))

    assert asked[0] == asked[1] <= MOST_STATEMENTS


def test_the_gaps_that_are_counted_are_those_that_the_page_of_a_clinic_says(client):
    """One clinic with each gap, one with all, and one with none."""
    soon = {"region": "MENA", "starts_at": NOW + timedelta(days=3)}
    with_people = [make_clinic(**soon) for _ in range(5)]
    for clinic in with_people:
        make_person(clinic, "sharer")
        make_person(clinic, "host", state="asked" if clinic is with_people[0] else "accepted")
    make_channel(with_people[1])
    make_person(with_people[2], "interpreter")
    Clinic.objects.filter(pk=with_people[3].pk).update(meeting_link="")
    Clinic.objects.filter(pk=with_people[4].pk).update(venue="in_person", meeting_link="")
    make_clinic(**soon, format="community_call")
    make_clinic(**soon, state="draft").texts.update(state="draft")

    found = set(lacking(Clinic.objects.all(), now=NOW))
    for clinic in saying_gaps(Clinic.objects.all()):
        said = [lack for part in (of_texts, of_plan, of_people, of_channels) for lack in part(clinic, NOW)]
        assert len(list(gaps_in_words(clinic))) == len(said), [lack.sentence for lack in said]
        assert (clinic in found) == bool(said)
    assert with_people[2] not in found and len(found) == 6


def test_every_list_of_the_desk_stands_once_below_by_the_work_it_serves(client):
    """Nothing is called by the app it is of, and a phone shows what waits before any list."""
    client.force_login(make_coordinator())
    response = client.get(reverse("admin:index"))
    page = response.content.decode()
    works = by_work(response.context["app_list"], reads_reports=True, makes_editions=True)

    lists = Counter(opened.url for work in works for opened in work.lists)
    readable = [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") for model in admin.site._registry
    ]
    assert {url: lists[url] for url in readable} == dict.fromkeys(readable, 1)
    assert [work.key for work in works] == ["people", "matching", "clinics", "emails", "reports", "answers", "team"]
    assert page.index('id="waiting"') < page.index('id="all-lists"')
    _waiting, below = page.split('id="all-lists"')
    assert [below.count(f'href="{url}"') for url in readable] == [1] * len(readable)
    assert f'href="{reverse("admin:app_list", args=["matching"])}"' not in page
    assert below.count(f'href="{reverse("admin:reports_editions")}"') == 1 and ">Import a file</a>" in below
    client.force_login(make_liaison())
    assert reverse("admin:reports_editions") not in client.get(reverse("admin:index")).text
