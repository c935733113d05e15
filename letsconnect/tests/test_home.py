"""The home page of somebody with everything: all of it is shown, in a dozen queries, however much there is."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinics.models import Clinic, Rsvp
from clinics.seats.rsvps import rsvp
from clinics.tests.factories import make_clinic, make_person
from letsconnect.base.templatetags.when import when_here
from matching.models import Match, MatchingRules, RoundParticipant
from matching.tests.factories import make_match, make_round
from matching.tests.feedback_factories import make_hour
from matching.tests.session_factories import make_session
from registrations.domain.registrations import UNTIL_THEY_RETURN
from registrations.models import SkillSuggestion
from registrations.tests.factories import (
    NOW,
    make_coordinator,
    make_liaison,
    make_member,
    make_registration,
    make_skill,
)
from trust.models import Report, TrustSeat

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOST = 12


@pytest.fixture
def everything(db):
    """A function that gives a member that many of whatever a home page shows."""
    member = make_member(name="Amina")
    registration = make_registration(member=member, can_help=20, offers=["wikidata"])
    TrustSeat.objects.create(member=member, from_on=NOW.date())
    desk, in_one_round, made = make_coordinator(), make_round(), []

    def match(state, skill="wikidata"):
        """A match with somebody of its own, in the same round and approved by the same coordinator as the others."""
        learner = make_registration(wishes=[skill], speaks=[("ar", 6), ("fr", 3)], reviewer=desk)
        return make_match(
            state, skill=skill, learner=learner, sharer=registration, round=in_one_round, approved_by=desk
        )

    def add(count):
        for _ in range(count):
            number = len(made)
            skill, heir = make_skill(f"skill-of-{number}"), make_skill(f"heir-of-{number}")
            asked, agreed = match("asked", skill.slug), match("connected", skill.slug)
            make_session(match=agreed, starts_at=NOW + (number + 1) * DAY)
            make_session("proposed", match=match("connected"), waiting_for="sharer")
            make_hour(match=match("connected"), ended=HOUR * (number + 1))
            clinic = make_clinic(starts_at=NOW + (number + 2) * DAY, title=f"Clinic {number}")
            rsvp(clinic=clinic, member=member, by=member, now=NOW)
            suggested = make_skill(f"suggested-{number}")
            suggested.state, suggested.merged_into = "merged", heir
            suggested.save()
            SkillSuggestion.objects.create(
                skill=suggested, member=member, made_at=NOW, decided_at=NOW, outcome="merged"
            )
            Report.objects.create(reporter=make_member(), description="x", made_at=NOW)
            made.append(asked)
        return member

    return add


def queries_of_home(client):
    with CaptureQueriesContext(connection) as captured:
        page = client.get("/")
    return page, [query["sql"] for query in captured]


def test_home_costs_a_dozen_queries_at_three_rows_and_at_thirty(client, everything):
    with time_machine.travel(NOW, tick=False):
        member = everything(3)
        client.force_login(member)
        _page, few = queries_of_home(client)
        everything(27)
        page, many = queries_of_home(client)

    assert len(few) == len(many), "\n".join(many)
    assert len(many) <= MOST, "\n".join(many)
    said = page.content.decode()
    for words in (
        "would like to learn",
        "Say yes or no by",
        "Something waits for the trust team",
        "proposes times to talk about",
        "How was your session with",
        "has no link for the call yet",
        "which you suggested, is now part of",
        "You take part in the next round of matches",
        "All my matches",
        "Clinic 0",
    ):
        assert words in said
    assert re.search("<bdi>[^<]+</bdi> would like to learn", said)
    assert said.count("cdx-button--weight-primary") == 1
    assert not re.search('href="[^/#m]|href=""', main_of(page))


def test_home_leads_whoever_works_at_the_desk_to_what_waits_there(client, db):
    liaison = make_liaison("MENA")
    resting = make_registration(member=liaison, region="MENA", paused_until=UNTIL_THEY_RETURN)
    client.force_login(liaison)
    with time_machine.travel(NOW, tick=False):
        assert "at the desk" not in main_of(client.get("/"))
        make_registration(state="submitted", region="MENA")
        said = main_of(client.get("/"))
        assert "1 matter waits at the desk." in said and 'href="/admin/">Open Today' in said
        resting.paused_until = None
        resting.save()
        assert "1 matter waits at the desk." in main_of(client.get("/"))
        client.force_login(make_member())
        assert "at the desk" not in main_of(client.get("/"))


def _left_out(count):
    member = make_member()
    one = make_registration(member=member, wishes=[f"wish-{number}" for number in range(count)], can_learn_from=1)
    for number in range(count):
        round_ = make_round("published", published_at=NOW - (number + 1) * DAY)
        advice = [{"kind": "nobody_shares", "skill": wish.skill_id, "waiting": 9} for wish in one.wishes.all()]
        RoundParticipant.objects.create(
            round=round_, registration=one, number=0, is_learner=True, left_out="no_offer", advice=advice
        )
    return member


def _with(**fields):
    def make(count):
        return make_registration(wishes=[f"wish-{number}" for number in range(count)], **fields).member

    return make


def _waiting(make):
    return lambda count: (
        make_registration(member=make(), wishes=[f"wish-{number}" for number in range(count)], can_learn_from=1).member
    )


@pytest.mark.parametrize(
    "who",
    [
        pytest.param(_left_out, id="left out"),
        pytest.param(_with(can_learn_from=1), id="approved and waiting"),
        pytest.param(_with(state="draft"), id="with a draft"),
        pytest.param(_waiting(lambda: make_liaison("MENA")), id="a liaison who waits"),
        pytest.param(_waiting(make_coordinator), id="a coordinator who waits"),
        pytest.param(lambda _count: make_liaison("MENA"), id="a liaison"),
        pytest.param(lambda _count: make_coordinator(), id="a coordinator"),
        pytest.param(
            lambda _count: TrustSeat.objects.create(member=make_member(), from_on=NOW.date()).member, id="trust"
        ),
        pytest.param(lambda _count: make_member(), id="a guest"),
    ],
)
def test_home_costs_everybody_a_dozen_queries_at_three_rows_and_at_thirty(client, db, who):
    counts, shown = [], []
    with time_machine.travel(NOW, tick=False):
        for count in (3, 30):
            client.force_login(who(count))
            page, asked = queries_of_home(client)
            counts.append(len(asked))
            shown.append(page.content.decode())
    assert counts[0] == counts[1] <= MOST, "\n".join(asked)
    if who is _left_out:
        assert "Nobody who takes part shares yet what you wish to learn." in shown[1]


def kinds(page):
    """What waits, in its order, by the kinds of the lines of the page."""
    return [piece.shape["kind"] for piece in (*page.context["first"], *page.context["others"])]


def main_of(page):
    return page.content.decode().split("<main", 1)[1].split("</main>")[0]


def test_home_shows_each_thing_of_the_member_and_only_that(client, everything):
    with time_machine.travel(NOW, tick=False):
        member = everything(2)
        stranger = make_member()
        make_registration(member=stranger, wishes=["wikidata"])
        client.force_login(member)
        page = client.get("/")
        # The first of the hours is tomorrow; the other has time.
        assert kinds(page) == [
            *("add_link", "answer_match", "answer_match", "choose_hour", "choose_hour", "read_reports"),
            *("add_link", "tell_session", "tell_session"),
        ]
        entries = [(line.shape["kind"], line.texts["moment"]) for line in page.context["calendar"]]
        moments = [when_here(NOW + number * DAY) for number in (1, 2, 2, 3)]
        assert entries == list(zip(("session", "session", "clinic", "clinic"), moments, strict=True))
        assert sorted(re.findall("Clinic [01]", main_of(page))) == ["Clinic 0", "Clinic 1"]
        client.force_login(stranger)
        other = client.get("/")
        assert kinds(other) == []
        for name in ("calendar", "matches", "skill_news"):
            assert not other.context[name]
        assert len(other.context["upcoming"]) == 2


def test_home_asks_for_an_answer_until_it_is_given(client, everything):
    with time_machine.travel(NOW, tick=False):
        member = everything(1)
        Match.objects.filter(state="asked").update(answer_by=NOW + DAY)
        client.force_login(member)
        assert "answer_match" in kinds(client.get("/"))
        Match.objects.filter(state="asked").update(sharer_accepted_at=NOW)
        page = client.get("/")
        assert "answer_match" not in kinds(page)
        assert "can answer until" in main_of(page)


def test_what_has_begun_is_joined_first_and_stands_in_no_calendar(client, everything):
    with time_machine.travel(NOW, tick=False):
        member = everything(1)
    begins = {"join_session": NOW + DAY - HOUR / 4, "join_clinic": NOW + 2 * DAY - HOUR / 2}
    for (first, moment), left in zip(begins.items(), (1, 0), strict=True):
        with time_machine.travel(moment, tick=False):
            client.force_login(member)
            page = client.get("/")
            assert (kinds(page)[0], len(page.context["calendar"])) == (first, left)


def test_a_part_and_a_seat_at_one_clinic_are_one_entry_and_what_is_cancelled_says_so(client, member):
    with time_machine.travel(NOW, tick=False):
        make_registration(member=member, wishes=["wikidata"])
        host, gone, offered = (make_clinic(starts_at=NOW + days * DAY, title=f"In {days}") for days in (1, 2, 3))
        for clinic in (host, gone, offered):
            rsvp(clinic=clinic, member=member, by=member, now=NOW)
        make_clinic(starts_at=NOW + 8 * DAY, title="In 1", edition_of=host, is_edition=True)  # of a clinic they are at
        for role in ("host", "helper"):
            make_person(host, role, member=member)
        Clinic.objects.filter(pk=gone.pk).update(state="cancelled", cancel_reason="No sharer")
        Rsvp.objects.filter(clinic=offered).update(state="offered", claim_by=NOW + HOUR)
        client.force_login(member)
        page = client.get("/")

        assert kinds(page) == ["claim_seat"]
        assert f'size-large" href="/clinics/{offered.pk}/"' in main_of(page)
        assert [(line.texts["title"], line.texts["said"]) for line in page.context["calendar"]] == [
            ("In 1", "host"),
            ("In 2", "cancelled"),
        ]
        assert sorted(re.findall(r"\bIn \d\b", main_of(page))) == ["In 1", "In 2", "In 3"]
        assert "What I do for clinics" in main_of(page)

    with time_machine.travel(NOW + 2 * HOUR, tick=False):
        client.force_login(member)
        assert kinds(client.get("/")) == []  # the offer has ended


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"paused_until": NOW.date() + 9 * DAY}, "Until 11 March 2026 you are in no round of matches."),
        ({"away_until": NOW.date() + 9 * DAY}, "Until 11 March 2026 you are in no round of matches."),
        ({"paused_until": UNTIL_THEY_RETURN}, "until you say that you are back."),
    ],
)
def test_who_is_paused_reads_that_and_nothing_else(client, member, fields, words):
    with time_machine.travel(NOW, tick=False):
        registration = make_registration(member=member, wishes=["wikidata"], **fields)
        make_match("connected", skill="wikidata", learner=registration)
        clinic = make_clinic(starts_at=NOW + DAY, title="A clinic")
        client.force_login(member)
        said = main_of(client.get("/"))
        assert words in said
        assert re.findall(r"<h\d[^>]*>(.*?)</h\d>", said)[1:] == [
            "You are paused" if "paused_until" in fields else "You are away"
        ]
        assert re.findall(r"<(a|button|form)\b", said) == ["form", "button"]
        assert 'action="/my-data/come-back/"' in said
        rsvp(clinic=clinic, member=member, by=member, now=NOW)
        assert "A clinic" in main_of(client.get("/"))  # what they have agreed to still stands
        Rsvp.objects.update(state="offered", claim_by=NOW + HOUR)
        offered = main_of(client.get("/"))  # and what is lost if nobody tells them
        assert f'href="/clinics/{clinic.pk}/"' in offered and "is kept for you until" in offered
        Rsvp.objects.update(state="going", claim_by=None)
    with time_machine.travel(NOW + DAY, tick=False):
        client.force_login(member)
        assert "A clinic" in main_of(client.get("/"))  # and when it begins


@pytest.mark.parametrize(
    ("state", "first", "words"),
    [
        (None, "register", "You have not registered yet."),
        ("draft", "continue_registration", "Continue where I was"),
        ("needs_changes", "change_registration", "Please name a language"),
        ("submitted", None, "will look at your registration"),
        ("declined", None, "was not accepted"),
        ("withdrawn", None, "You withdrew your registration."),
    ],
)
def test_whatever_becomes_of_a_registration_home_says_it_once(client, member, state, first, words):
    if state is not None:
        make_registration(member=member, state=state, wishes=["wikidata"], review_note="Please name a language")
    with time_machine.travel(NOW, tick=False):
        client.force_login(member)
        page = client.get("/")

    assert kinds(page) == ([first] if first else [])
    assert ('size-large" href="/registration/"' in main_of(page)) == bool(first)
    assert main_of(page).count(words) == 1
    assert "next round" not in main_of(page)
    assert ("Please name a language" in main_of(page)) == (state in ("needs_changes", "declined"))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "You take part in the next round of matches"),
        ({"can_learn_from": 0, "can_help": 0}, "because at the moment you want nobody to learn from or to help"),
        ({"windows": []}, "a match needs people who are free for 2 hours a week. Please add hours"),
        ({"windows": [(0, 60), (1200, 1245)]}, "a match needs people who are free for 2 hours a week."),
        ({"wishes": []}, "you have named no skill for which you have room as well"),
        ({"wishes": [], "offers": ["wikidata"], "can_help": 0}, "you have named no skill for which you have room"),
        ({"can_learn_from": 0}, "you have named no skill for which you have room as well"),
    ],
)
def test_home_promises_a_round_only_to_whom_it_knows(client, member, fields, words):
    make_registration(**{"member": member, "wishes": ["wikidata"], **fields})
    with time_machine.travel(NOW, tick=False):
        client.force_login(member)
        said = client.get("/").content.decode()

    assert words in said
    assert ("You take part in the next round" in said) == (not fields)


@pytest.mark.parametrize(
    ("least", "language", "words"), [(121, "en", "121 minutes a week"), (150, "es", "2,5 horas"), (120, "en", None)]
)
def test_the_rules_of_matching_say_how_many_hours_are_enough(client, member, least, language, words):
    make_registration(member=member, wishes=["wikidata"], windows=[(600, 720)])
    MatchingRules.objects.update_or_create(pk=1, defaults={"min_minutes_a_week": least})
    member.speak(language)
    with time_machine.travel(NOW, tick=False):
        client.force_login(member)
        said = client.get("/").content.decode()

    assert ("You take part in the next round" in said) == (words is None)
    assert words is None or words in said


def test_who_names_only_skills_that_are_retired_is_not_said_to_take_part(client, member):
    make_registration(member=member, wishes=[make_skill("old", state="retired")], can_help=0)
    with time_machine.travel(NOW, tick=False):
        client.force_login(member)

        assert "you have named no skill for which you have room" in client.get("/").content.decode()


@pytest.mark.parametrize(
    ("fields", "step"),
    [
        ({"wishes": ["wikidata"], "windows": [(0, 60)]}, "hours"),
        ({"wishes": ["wikidata"], "can_learn_from": 0}, "skills"),
        ({"wishes": ["wikidata"], "can_learn_from": 0, "can_help": 0}, "places"),
    ],
)
def test_who_is_in_no_round_is_led_first_to_the_answer_that_keeps_them_out(client, member, fields, step):
    make_registration(member=member, **fields)
    client.force_login(member)
    with time_machine.travel(NOW, tick=False):
        said = main_of(client.get("/"))

    assert re.findall(r'weight-primary[^"]*" href="([^"]*)"', said) == [f"/registration/{step}/"]
    assert said.count("You are in no round of matches") == 1
