"""Each page of a member in the states in which it asks the database most, which the walk through all doors misses.

Whoever looks signed in days ago, is asked for a newer version of a document, has text that waits from another session,
and skills that were merged.
"""

from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

from clinics.seats.rsvps import rsvp
from clinics.tests.factories import make_clinic, make_person, make_topic_request
from letsconnect.tests.undoing import Undoing
from letsconnect.tests.weights import is_page, statements_allowed
from matching.domain.matches import Side
from matching.models import Introduction
from matching.tests.factories import make_match, make_request
from matching.tests.feedback_factories import make_hour, say
from matching.tests.session_factories import make_session
from registrations.answers import visitors
from registrations.answers.forms import steps
from registrations.domain.registrations import SkillState
from registrations.models import Eligibility, Group, Role, Skill
from registrations.tests.factories import NOW, make_member, make_registration, make_skill
from trust.reports.handling import send_report

pytestmark = pytest.mark.django_db
BROWSER, DAY = "of-the-test", timedelta(days=1)
ALL_WEEK = tuple((day * 1440, day * 1440 + 1440) for day in range(7))


@pytest.fixture
def looks(settings):
    newer = [*settings.DOCUMENT_VERSIONS["privacy_notice"], ("newer", NOW.date() - DAY)]
    settings.DOCUMENT_VERSIONS = {**settings.DOCUMENT_VERSIONS, "privacy_notice": newer}
    with time_machine.travel(NOW, tick=False):
        yield Looks()


class Looks:
    """What members look at; ``dear`` are the pages that cost more statements than they may, and how many."""

    def __init__(self):
        self.pages, self.dear = set(), {}

    def at(self, name, member, *args, post=None, **query):
        client = Client()
        with time_machine.travel(NOW - 3 * DAY, tick=False):
            client.force_login(member)
        client.cookies[visitors.COOKIE] = BROWSER
        path = f"{reverse(name, args=args)}?{urlencode(query)}"
        with Undoing() as undoing:
            page = client.get(path) if post is None else client.post(path, post)
        assert is_page(page) and page.status_code == (200 if post is None else 422), (path, page.status_code)
        self.pages.add((name, post is not None))
        if undoing.statements > statements_allowed(name, is_member=True):
            self.dear[path, post is not None] = undoing.statements


def merged(slug):
    """A skill that lives on as another one."""
    skill, heir = make_skill(slug), make_skill(f"{slug}-and-more")
    Skill.objects.filter(pk=skill.pk).update(state=SkillState.MERGED, merged_into=heir)
    skill.refresh_from_db()
    return skill


def somebody(**fields):
    """A person of whom everything is known that a page of theirs, or of their match, shows."""
    group, _made = Group.objects.get_or_create(slug="group", defaults={"name": "Our group", "kind": "chapter"})
    role, _made = Role.objects.get_or_create(slug="volunteer")
    member = make_member(name="Nur", country="TN", region="MENA")
    Introduction.objects.create(member=member, words="I run a museum.", shows_user_page=True, changed_at=NOW)
    known = {"group": group, "role": role, "topics": ["education"], "name": "Nur", "windows": ALL_WEEK}
    known |= {"wishes": [merged("old"), "budgeting"], "offers": [merged("older"), "maps"], "is_findable": True}
    return make_registration(**{**known, "member": member, **fields})


def hour_being_moved():
    """An hour that is being moved, of two who have said how an hour was, and owe it of another."""
    skill = merged("moved")
    both = {"learner": somebody(), "sharer": somebody()}
    match = make_match("connected", skill=skill, connected_at=NOW - 9 * DAY, **both)
    told = make_hour(match=match, ended=3 * DAY)
    say(told, Side.LEARNER, thanks="Thank you!")
    say(told, Side.SHARER)
    make_hour(match=match, ended=DAY)
    return make_session(match=match, waiting_for=Side.SHARER)


def test_pages_of_matches(looks):
    both = {"learner": somebody(), "sharer": somebody()}
    asked = make_match("asked", skill=merged("asked"), **both)
    moved = hour_being_moved()
    over = make_match("ended", skill=merged("over"), connected_at=NOW - 9 * DAY, **both)
    owed = make_hour(match=over, ended=DAY)
    proposed = make_session("proposed", match=make_match("connected", skill=merged("proposed"), **both))
    for side in Side:
        member = both[side].member
        for match in (asked, over, proposed.match):
            looks.at("matching:match-detail", member, match.pk)
        looks.at("matching:match-decline", member, asked.pk)
        looks.at("matching:match-decline", member, asked.pk, post={})
        looks.at("matching:match-withdraw", member, proposed.match.pk)
        looks.at("matching:match-withdraw", member, proposed.match.pk, post={})
        looks.at("matching:feedback-give", member, owed.pk)
        looks.at("matching:feedback-give", member, owed.pk, post={})
        looks.at("matching:person-block", member, asked.pk)
        looks.at("matching:match-list", member)
        looks.at("matching:person-list", member)
        looks.at("home", member)
        member, match = moved.person(side).member, moved.match
        looks.at("matching:match-detail", member, match.pk)
        looks.at("matching:session-propose", member, match.pk)
        looks.at("matching:session-propose", member, match.pk, post={"day_1": "soon"})
        looks.at("matching:session-cancel", member, moved.pk, post={})
        looks.at("matching:session-link", member, moved.pk, post={"link": "soon"})
        looks.at("matching:meeting-tell", member, match.pk, post={"on": "soon"})
        looks.at("trust:report-match", member, match.pk)

    assert looks.dear == {}


STATES = {
    "approved": {},
    "paused": {"paused_until": date(2026, 4, 1)},
    "not agreed": {"agrees": False},
    "no hours": {"windows": ()},
    "submitted": {"state": "submitted"},
    "needs changes": {"state": "needs_changes"},
    "withdrawn": {"state": "withdrawn"},
    "draft": {"state": "draft"},
}


@pytest.mark.parametrize("state", STATES)
def test_pages_about_oneself(looks, state):
    me, found = somebody(**STATES[state]), somebody(wishes=[], offers=[merged("found"), "wikidata"])
    if state == "approved":
        leave_traces_of(me, found)
    member = me.member
    for page in ("registration-pause", "registration-away"):
        looks.at(f"registrations:{page}", member)
        looks.at(f"registrations:{page}", member, post={"until": "soon"})
    looks.at("registrations:registration-withdraw", member)
    looks.at("registrations:account-delete", member)
    looks.at("registrations:account-delete", member, post={"word": "perhaps"})
    for page in ("my-data", "agreement-list", "sign-in-ways", "letter-list"):
        looks.at(f"registrations:{page}", member)
    looks.at("registrations:data-download", member, "html")
    if state in ("approved", "paused", "not agreed", "no hours", "submitted"):
        looks.at("registrations:registration-edit", member)
    if state in ("approved", "paused", "no hours"):
        looks.at("matching:sharer-list", member)
        looks.at("matching:sharer-list", member, q="wikidata", topic="mine", language="en", region="MENA")
        looks.at("matching:sharer-ask", member, found.member.public_id)
        looks.at("matching:sharer-ask", member, found.member.public_id, post={"skill": "", "why": ""})
    for page in ("match-list", "no-match", "request-list", "introduction-edit"):
        looks.at(f"matching:{page}", member)
    looks.at("home", member)
    looks.at("calendar-feed", member)

    assert looks.dear == {}


def leave_traces_of(me, found):
    """Let somebody have everything that ends when they leave."""
    other = somebody()
    make_match("asked", skill=merged("asked"), learner=me, sharer=other)
    make_session(match=make_match("connected", skill=merged("agreed"), learner=me, sharer=other))
    make_request(learner=me, sharer=found)
    make_person(make_clinic(region="MENA"), "host", member=me.member)
    rsvp(clinic=make_clinic(), member=me.member, by=me.member, now=NOW)
    make_topic_request(member=me.member)
    send_report(by=me.member, description="Something.", now=NOW)


@pytest.mark.parametrize("state", ["approved", "needs changes", "draft"])
def test_screens_and_cards_of_the_registration(looks, state):
    member, rules = somebody(**STATES[state]).member, Eligibility.objects.current().rules
    typed = {"skill_text": "wikidata", "look_up": "1", "name": "", "zone": "moon", "wishes-TOTAL_FORMS": "x"}
    for step in [*steps.screens(rules), *steps.cards_after(rules)]:
        if step is steps.HAND_IN and state == "approved":
            continue
        page, kept = ("registrations:registration-step", member, step.name), {"browser": BROWSER, "step": step.name}
        looks.at(*page, missing=1)
        if not step.is_apart:
            visitors.keep_answers(**kept, typed=urlencode(typed), network="192.0.2.0", member=None, now=NOW)
            looks.at(*page)
            visitors.keep_answers(**kept, typed=urlencode(typed), network="192.0.2.0", member=member, now=NOW)
            looks.at(*page)

    assert looks.dear == {}
