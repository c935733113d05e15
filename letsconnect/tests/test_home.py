"""The home page of somebody with everything: all of it is shown, in a dozen queries, however much there is."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinics import actions as clinic_actions
from clinics.tests.factories import make_clinic
from letsconnect.trust.models import Report, TrustSeat
from matching.tests.after_factories import make_hour
from matching.tests.factories import make_match
from matching.tests.session_factories import make_session
from registrations.models import SkillSuggestion
from registrations.tests.factories import NOW, make_member, make_registration, make_skill

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOST = 12


@pytest.fixture
def everything(db):
    """A function that gives a member that many of whatever a home page shows."""
    member = make_member(name="Amina")
    registration = make_registration(member=member, can_help=20)
    TrustSeat.objects.create(member=member, from_on=NOW.date())
    made = []

    def add(count):
        for _ in range(count):
            number = len(made)
            skill, heir = make_skill(f"skill-of-{number}"), make_skill(f"heir-of-{number}")
            asked = make_match("asked", sharer=registration, skill=skill.slug)
            agreed = make_match("connected", sharer=registration, skill=skill.slug)
            make_session(match=agreed, starts_at=NOW + (number + 1) * DAY)
            make_session("proposed", match=make_match("connected", sharer=registration), waiting_for="sharer")
            make_hour(match=make_match("connected", sharer=registration), ended=HOUR * (number + 1))
            clinic = make_clinic(starts_at=NOW + (number + 2) * DAY, title=f"Clinic {number}")
            clinic_actions.rsvp(clinic=clinic, member=member, by=member, now=NOW)
            suggested = make_skill(f"suggested-{number}")
            suggested.state, suggested.merged_into = "merged", heir
            suggested.save()
            SkillSuggestion.objects.create(
                skill=suggested, member=member, made_at=NOW, decided_at=NOW, outcome="merged"
            )
            Report.objects.create(reporter=make_member(), what="x", made_at=NOW)
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
        "30 matches wait for your answer",
        "Something waits for the trust team",
        "proposes times to talk about",
        "How was your hour with",
        "which you suggested, is now part of",
        "Agreed sessions",
        "You take part in the next round of matches",
        "All my matches",
        "Clinic 0",
    ):
        assert words in said


def test_home_shows_each_thing_of_the_member_and_only_that(client, everything):
    with time_machine.travel(NOW, tick=False):
        member = everything(2)
        stranger = make_member()
        make_registration(member=stranger)
        client.force_login(member)
        shown = client.get("/").context
        assert len(shown["to_answer"]) == len(shown["to_confirm"]) == len(shown["hours_to_tell"]) == 2
        assert [one.starts_at for one, _name in shown["next_sessions"]] == [NOW + DAY, NOW + 2 * DAY]
        assert [clinic.starts_at for clinic, _state in shown["rsvps"]] == [NOW + 2 * DAY, NOW + 3 * DAY]
        assert shown["confided"] == 2
        client.force_login(stranger)
        other = client.get("/").context
        for name in ("to_answer", "to_confirm", "hours_to_tell", "next_sessions", "rsvps", "matches", "skill_news"):
            assert not other[name]
        assert (other["confided"], len(other["upcoming"])) == (0, 2)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "You take part in the next round of matches"),
        ({"paused_until": NOW.date() + 9 * DAY}, "in no round of matches before"),
        ({"away_until": NOW.date() + 9 * DAY}, "in no round of matches before"),
        ({"state": "submitted"}, "will look at it"),
    ],
)
def test_home_promises_a_round_only_to_whom_it_knows(client, member, fields, words):
    make_registration(member=member, **fields)
    with time_machine.travel(NOW, tick=False):
        client.force_login(member)
        said = client.get("/").content.decode()

    assert words in said
    assert ("You take part in the next round" in said) == (not fields)
