"""The members' long lists come in pages of twenty, which cost the database the same however long the list is."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinics.domain.clinics import ClinicState
from clinics.models import TopicRequest
from clinics.tests.factories import START, make_clinic, make_text, make_topic_request
from mailings.tests.factories import make_sent_letter
from matching.domain.matches import MatchState
from matching.domain.requests import RequestState
from matching.tests.factories import make_match, make_request
from registrations.tests.factories import NOW, make_registration

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def matches(me, number):
    for _ in range(number):
        make_match(MatchState.CONNECTED, sharer=me)


def sharers(me, number):
    for _ in range(number):
        make_registration(offers=["wikidata"], is_findable=True, speaks=[("en", 3)])


def requests(me, number):
    for _ in range(number):
        make_request(RequestState.WITHDRAWN, learner=me)


def clinics(me, number):
    for at in range(number):
        clinic = make_clinic(title=f"Clinic {at}", starts_at=START + timedelta(hours=at), region="MENA")
        make_text(clinic, "fr", f"Clinique {at}")


def past_clinics(me, number):
    for at in range(number):
        make_clinic(title=f"Clinic {at}", starts_at=NOW - timedelta(days=9, hours=at), state=ClinicState.HELD)


def topics(me, number):
    for at in range(number):
        make_topic_request(words=f"Topic {at}")


def own_topics(me, number):
    for _ in range(number):
        make_topic_request(member=me.member, skill=f"skill-{TopicRequest.objects.count()}", state="declined")


def letters(me, number):
    for _ in range(number):
        make_sent_letter(to=me.member)


LISTS = {
    "letters": (letters, "registrations:letter-list", lambda context: len(context["lines"])),
    "matches": (matches, "matching:match-list", lambda context: len(context["rows"])),
    "sharers": (sharers, "matching:sharer-list", lambda context: len(context["cards"])),
    "requests": (requests, "matching:request-list", lambda context: len(context["over"])),
    "clinics": (clinics, "clinics:clinic-list", lambda context: len(context["upcoming"])),
    "past clinics": (past_clinics, "clinics:clinic-list", lambda context: len(context["past"])),
    "topics": (topics, "clinics:topic-list", lambda context: len(context["lines"])),
    "own topics": (own_topics, "clinics:topic-mine", lambda context: len(context["lines"])),
    "people": (matches, "matching:person-list", lambda context: len(context["rows"])),
}


@pytest.fixture
def me(client):
    person = make_registration(wishes=["wikidata"], offers=["wikidata"], speaks=[("en", 3)])
    client.force_login(person.member)
    return person


@pytest.mark.parametrize("name", LISTS)
def test_a_list_comes_in_pages_of_twenty_with_all_its_rows_and_filters_and_asks_as_often_however_long(client, me, name):
    fill, view, shown = LISTS[name]
    asked, before = {}, 0
    for number, last in ((3, 3), (20, 20), (21, 1), (41, 1), (45, 5)):
        fill(me, number - before)
        before, pages = number, -(-number // 20)

        with CaptureQueriesContext(connection) as captured:
            first = client.get(reverse(view), {"topic": "", "q": ""})
        final = client.get(reverse(view), {"topic": "", "page": pages})

        asked[number] = len(captured)
        assert shown(first.context) == min(number, 20), number
        assert shown(final.context) == last, number
        text = first.content.decode()
        assert ('href="?topic=&amp;q=&amp;page=2"' in text) == (pages > 1), number
        assert (f"Page 1 of {pages}" in text) == (pages > 1), number
        assert ('rel="prev"' in final.content.decode()) == (pages > 1), number
        assert ('rel="next"' in final.content.decode()) is False, number
        if number == 41:
            of_pages = {page: shown(client.get(reverse(view), {"page": page}).context) for page in ("2", "99", "x")}
            assert of_pages == {"2": 20, "99": 1, "x": 20}
    assert len(set(asked.values())) == 1, asked


def test_what_waits_for_an_answer_comes_first_and_what_is_over_last_across_pages(client, me):
    over = [make_match(MatchState.DECLINED, sharer=me) for _ in range(2)]
    connected = [make_match(MatchState.CONNECTED, learner=me) for _ in range(20)]
    accepted = make_match(MatchState.ASKED, sharer=me, sharer_accepted_at=NOW)
    asked = [make_match(MatchState.ASKED, sharer=me), make_match(MatchState.ASKED, learner=me)]

    rows = [
        row for page in (1, 2) for row in client.get(reverse("matching:match-list"), {"page": page}).context["rows"]
    ]

    def links(matches):
        return {reverse("matching:match-detail", args=[match.pk]) for match in matches}

    assert {row.texts["link"] for row in rows[:2]} == links(asked)
    assert [row.shape["step"] == "answer" for row in rows] == [True] * 2 + [False] * 23
    assert {row.texts["link"] for row in rows[2:-2]} == links([accepted, *connected])
    assert {row.texts["link"] for row in rows[-2:]} == links(over)


def test_open_requests_are_on_the_first_page_and_no_later_page_says_that_there_are_none(client, me):
    requests(me, 25)
    waiting = make_request(learner=me)

    first, second = (client.get(reverse("matching:request-list"), {"page": page}) for page in (1, 2))

    assert [row.pk for row, _name in first.context["waiting"]] == [waiting.pk]
    assert (len(first.context["over"]), len(second.context["over"])) == (19, 6)
    assert "Waiting for the next round" not in second.content.decode()
    assert "None at the moment" not in second.content.decode()


def test_past_clinics_follow_those_to_come(client, me):
    clinics(me, 15)
    past_clinics(me, 15)

    first, second = (client.get(reverse("clinics:clinic-list"), {"page": page}) for page in (1, 2))

    assert [(len(page.context["upcoming"]), len(page.context["past"])) for page in (first, second)] == [
        (15, 5),
        (0, 10),
    ]
    over = first.content.decode().partition("Past clinics")[2]
    assert re.findall(r">(Clinic \d+)</a>", over) == [f"Clinic {at}" for at in range(5)]
    assert "Upcoming clinics" not in second.content.decode()
    assert "No clinic is planned" not in second.content.decode()


def test_a_person_of_many_matches_is_listed_once_with_the_newest(client, me):
    other = make_registration(offers=["wikidata"])
    first = make_match(MatchState.COMPLETED, learner=me, sharer=other)
    newest = make_match(MatchState.COMPLETED, learner=me, sharer=other, skill="budgeting")
    matches(me, 20)

    rows = [
        row.match.pk
        for page in (1, 2)
        for row in client.get(reverse("matching:person-list"), {"page": page}).context["rows"]
    ]

    assert (len(rows), newest.pk in rows, first.pk in rows) == (21, True, False)
