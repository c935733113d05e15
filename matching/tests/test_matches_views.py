"""The pages of one's matches, with the whole cast on each of them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from letsconnect.base.templatetags.when import when
from mailings.models import Letter
from matching.domain.matches import MatchState, answer_by
from matching.models import Match
from matching.tests.factories import make_match
from matching.tests.session_factories import make_session
from registrations.domain.registrations import ContactWay, RegistrationState
from registrations.models import Block, Registration, Wish
from registrations.tests.factories import NOW, make_registration

pytestmark = pytest.mark.django_db

ACTIONS = ["accept", "decline", "withdraw", "complete"]


def url(name, match):
    return reverse(f"matching:match-{name}", args=[match.pk])


@pytest.fixture
def asked(db):
    return make_asked()


def make_asked(**fields):
    now = timezone.now()
    return make_match("asked", asked_at=now, answer_by=answer_by(now), **fields)


def get(client, member, address):
    client.force_login(member)
    return client.get(address)


def post(client, member, address, **data):
    client.force_login(member)
    return client.post(address, data, follow=True)


def test_a_match_is_shown_to_its_two_people_and_to_nobody_else(
    client, asked, stranger, liaison, other_liaison, coordinator
):
    for member in (asked.learner.member, asked.sharer.member):
        assert get(client, member, url("detail", asked)).status_code == 200
    for member in (stranger, liaison, other_liaison, coordinator):
        assert get(client, member, url("detail", asked)).status_code == 404


@pytest.mark.parametrize("name", ["list", "detail", *ACTIONS])
def test_a_visitor_is_sent_to_the_sign_in(client, asked, name):
    address = reverse("matching:match-list") if name == "list" else url(name, asked)

    response = client.get(address) if name in ("list", "detail") else client.post(address)

    assert response.status_code == 302
    assert response.url.startswith(reverse("registrations:sign-in"))


@pytest.mark.parametrize("name", ACTIONS)
def test_nobody_else_can_answer_for_the_two(client, asked, stranger, coordinator, name):
    for member in (stranger, coordinator):
        assert post(client, member, url(name, asked), why="no_time").status_code == 404
    assert Match.objects.get().state == MatchState.ASKED


@pytest.mark.parametrize("name", ["accept", "complete"])
def test_looking_changes_nothing(client, asked, name):
    assert get(client, asked.learner.member, url(name, asked)).status_code == 405


@pytest.mark.parametrize("state", ["proposed", "approved", "refused"])
def test_nobody_sees_a_match_before_it_is_published(client, state):
    match = make_match(state)

    assert get(client, match.learner.member, url("detail", match)).status_code == 404
    assert str(match.skill) not in get(client, match.learner.member, reverse("matching:match-list")).content.decode()


@pytest.mark.parametrize(("me", "other"), [("learner", "sharer"), ("sharer", "learner")])
def test_the_page_says_who_and_why_and_nothing_of_how_to_reach_them(client, asked, me, other):
    them = getattr(asked, other)
    Registration.objects.filter(pk=them.pk).update(
        contact_way=ContactWay.TALK_PAGE, contact_text="User talk:Somebody", group_other="Wiki Tunis"
    )

    page = get(client, getattr(asked, me).member, url("detail", asked)).content.decode()

    assert them.shown_name in page
    assert "Wiki Tunis" in page
    assert "Middle East" in page
    assert "You both speak Arabic and French." in page
    assert "You have about 6 hours a week in common." in page
    assert "Languages: Arabic (N – native), French (3 – advanced)" in page
    assert ("They say of this topic: “I do it regularly”" in page) == (other == "sharer")
    assert them.member.email not in page
    assert "User talk" not in page


@pytest.mark.parametrize(
    ("way", "text", "shown"),
    [
        (ContactWay.EMAIL, "", "helper@example.org"),
        (ContactWay.TALK_PAGE, "User talk:Helper", "User talk:Helper"),
        (ContactWay.OTHER, "Matrix @helper", "Matrix @helper"),
    ],
)
def test_both_say_yes_on_the_page_and_then_see_how_to_reach_the_other_as_they_chose(client, asked, way, text, shown):
    asked.sharer.member.email = "helper@example.org"
    asked.sharer.member.save(update_fields=["email"])
    Registration.objects.filter(pk=asked.sharer.pk).update(contact_way=way, contact_text=text)

    first = post(client, asked.learner.member, url("accept", asked)).content.decode()
    assert shown not in first
    post(client, asked.sharer.member, url("accept", asked))

    page = get(client, asked.learner.member, url("detail", asked)).content.decode()
    assert shown in page
    assert ("helper@example.org" in page) == (way == ContactWay.EMAIL)
    assert "code of conduct" in page
    assert "I am " + asked.learner.shown_name in page
    assert sorted(Letter.objects.values_list("kind", flat=True)) == [
        "matching.connected_learner",
        "matching.connected_sharer",
    ]


@pytest.mark.parametrize("state", ["ended", "declined", "expired", "withdrawn"])
def test_the_way_to_reach_somebody_is_gone_when_the_match_is_over(client, state):
    match = make_asked() if state == "withdrawn" else make_match(state)
    if state == "withdrawn":
        Match.objects.filter(pk=match.pk).update(
            state=state, closed_at=timezone.now(), closed_why="left", closed_by=match.learner.member
        )

    page = get(client, match.learner.member, url("detail", match))

    assert page.status_code == 200
    assert match.sharer.member.email not in page.content.decode()


def test_the_sharer_reads_why_the_learner_wishes_it_while_the_match_is_open(client, asked):
    Wish.objects.filter(registration=asked.learner).update(why="Our museum wants <i>to start</i>.")
    words = "Our museum wants &lt;i&gt;to start&lt;/i&gt;."

    assert words in get(client, asked.sharer.member, url("detail", asked)).content.decode()
    assert words not in get(client, asked.learner.member, url("detail", asked)).content.decode()
    post(client, asked.learner.member, url("decline", asked), why="no_time")
    assert words not in get(client, asked.sharer.member, url("detail", asked)).content.decode()


def test_the_page_that_asks_why_is_for_whom_it_can_be_answered_by_and_a_match_that_is_over_shows_less(client, asked):
    learner = asked.learner.member
    assert "Say no" in get(client, learner, url("decline", asked)).content.decode()
    assert get(client, learner, url("withdraw", asked)).url == url("detail", asked)
    post(client, learner, url("accept", asked))
    assert get(client, learner, url("decline", asked)).url == url("detail", asked)
    assert "I have changed my mind" in get(client, learner, url("withdraw", asked)).content.decode()
    assert "Languages:" in get(client, learner, url("detail", asked)).content.decode()

    post(client, learner, url("withdraw", asked), why="no_time")

    assert get(client, learner, url("withdraw", asked)).url == url("detail", asked)
    page = get(client, learner, url("detail", asked)).content.decode()
    assert "Languages:" not in page and "I do it regularly" not in page and asked.sharer.shown_name in page


def test_a_no_needs_a_reason_and_keeps_what_was_typed(client, asked):
    member = asked.learner.member

    page = post(client, member, url("decline", asked), why="other", note="")
    assert page.status_code == 422
    assert "Say the reason in a few words." in page.content.decode()
    page = post(client, member, url("decline", asked), note="typed <b>words</b>")
    assert "typed &lt;b&gt;words&lt;/b&gt;" in page.content.decode()
    assert Match.objects.get().state == MatchState.ASKED

    post(client, member, url("decline", asked), why="no_time", note="exams")
    assert (Match.objects.get().state, Match.objects.get().closed_note) == ("declined", "exams")


@pytest.mark.parametrize("note", ["a" * 10_000, "a\0b"])
def test_impossible_words_are_refused_at_the_field(client, asked, note):
    page = post(client, asked.learner.member, url("decline", asked), why="no_time", note=note)

    assert page.status_code == 422
    assert Match.objects.get().state == MatchState.ASKED


def test_the_other_never_reads_the_reason(client, asked):
    post(client, asked.learner.member, url("decline", asked), why="not_the_person", note="a private word")

    page = get(client, asked.sharer.member, url("detail", asked)).content.decode()

    assert "a private word" not in page
    assert "somebody else" not in page


def test_two_tabs_the_second_yes_finds_the_match_declined_and_says_so(client, asked):
    post(client, asked.learner.member, url("decline", asked), why="no_time")

    page = post(client, asked.learner.member, url("accept", asked)).content.decode()

    assert "cannot become" in page
    assert Match.objects.get().state == MatchState.DECLINED


def test_a_yes_to_somebody_who_left_says_so(client, asked):
    Registration.objects.filter(pk=asked.sharer.pk).update(state=RegistrationState.WITHDRAWN)

    page = post(client, asked.learner.member, url("accept", asked)).content.decode()

    assert "not available any more" in page
    assert "Yes, introduce us" not in page


def test_whoever_said_yes_can_withdraw_and_whoever_met_can_say_so(client, asked):
    post(client, asked.learner.member, url("accept", asked))
    post(client, asked.learner.member, url("withdraw", asked), why="no_time")
    connected = make_match("connected")
    for side in (connected.sharer, connected.learner):  # no hour took place here, so it takes both
        post(client, side.member, url("complete", connected))

    assert dict(Match.objects.values_list("pk", "state")) == {asked.pk: "withdrawn", connected.pk: "completed"}


def test_the_list_says_what_is_next_in_each_and_shows_what_waits_for_me_first(client):
    me = make_registration(offers=["wikidata"], wishes=["budgeting"], can_help=5)
    now = timezone.now()
    make_match("connected", sharer=me, skill="wikidata")
    make_asked(sharer=me, skill="facilitation", learner_accepted_at=now)
    make_asked(learner=me, skill="budgeting", learner_accepted_at=now)
    agreed = make_match("connected", learner=me, skill="surveys")
    make_session(match=agreed, starts_at=now + timedelta(days=2))
    chosen = make_match("connected", learner=me, skill="grants")
    make_session("proposed", match=chosen, waiting_for="learner")
    waits = make_match("connected", learner=me, skill="press")
    make_session("proposed", match=waits, waiting_for="sharer")
    over = make_match("completed", learner=me, skill="maps")
    make_session(match=over, starts_at=now - timedelta(days=2), made_at=NOW)

    content = get(client, me.member, reverse("matching:match-list")).content.decode()
    lines = [" ".join(strip_tags(line).split()) for line in content.split('<p class="match-next">')]
    next_of = {
        skill: next(line for line in lines if skill in line)
        for skill in ("Facilitation", "Maps", "Grants", "Budgeting", "Surveys", "Press", "Wikidata")
    }

    order = sorted(next_of, key=content.index)
    assert order[0] == "Facilitation" and set(order[1:3]) == {"Maps", "Grants"}
    assert next_of["Facilitation"].startswith("Answer by ")
    assert next_of["Maps"].startswith("Tell how it went")
    assert next_of["Grants"].startswith(f"Choose one of the times of {chosen.sharer.shown_name}")
    assert next_of["Budgeting"].startswith("Wait for the answer of ")
    assert next_of["Surveys"].startswith(f"{when(agreed.sessions.get().starts_at)}: Surveys")
    assert next_of["Press"].startswith(f"{waits.sharer.shown_name} can choose one of your times")
    assert next_of["Wikidata"].startswith("Propose times")
    assert content.count("<h1>") == 1 and reverse("matching:no-match") not in content


def test_somebody_without_matches_is_told_what_happens_next(client, member):
    page = get(client, member, reverse("matching:match-list"))

    assert "You have no matches yet." in page.content.decode()
    assert reverse("matching:no-match") in page.content.decode()


def test_the_list_asks_the_database_as_often_for_30_matches_as_for_3(client):
    me = make_registration(offers=["wikidata"])

    def queries():
        client.force_login(me.member)
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("matching:match-list"))
        return len(captured)

    for number in range(3):
        make_asked(sharer=me, skill=f"skill-few-{number}")
    few = queries()
    for number in range(27):
        make_asked(sharer=me, skill=f"skill-many-{number}")

    assert queries() == few


def test_the_page_reads_from_right_to_left_in_arabic(client, asked):
    member = asked.learner.member
    member.language = "ar"
    member.save(update_fields=["language"])

    page = get(client, member, url("detail", asked)).content.decode()

    assert '<html lang="ar" dir="rtl">' in page


def test_after_a_block_neither_sees_how_to_reach_the_other_even_if_they_have_met(client, db):
    match = make_match(MatchState.COMPLETED)
    learner, sharer = match.learner.member, match.sharer.member
    assert sharer.email in get(client, learner, url("detail", match)).content.decode()

    Block.objects.create(member=sharer, blocked=learner, made_at=NOW)

    assert sharer.email not in get(client, learner, url("detail", match)).content.decode()
    assert learner.email not in get(client, sharer, url("detail", match)).content.decode()
