"""No page promises a letter to somebody to whom none goes: they have no address, or letters to it are not sent."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.urls import reverse

from clinics.seats.rsvps import rsvp
from clinics.tests.factories import START, make_clinic, sign_up
from mailings.models import Suppression
from matching.tests.factories import make_match, make_round
from matching.tests.session_factories import make_session
from registrations.tests.factories import NOW, make_member, make_registration

pytestmark = pytest.mark.django_db
PROMISE = re.compile(
    r"\b(?:write to (?:you|both)|get (?:an|a short) email|email when they|Emails reach you|and you get"
    r"|email says)\b"
)
# These speak of letters that never came or did come, of addresses, or of what others would have to do, or can.
PROMISES_NOTHING = {
    "mailings/_not_written_to.html",
    "mailings/_why_no_text.html",
    "registrations/sign_in_code.html",
    "registrations/team.html",
}


def _waits_for_a_match(me):
    make_registration(member=me, wishes=["surveys"])
    return "/", reverse("matching:no-match"), reverse("matching:match-list")


def _said_yes(me):
    match = make_match("asked", learner=make_registration(member=me, wishes=["wikidata"]), learner_accepted_at=NOW)
    return [reverse("matching:match-detail", args=[match.pk])]


def _proposed_times(me):
    match = make_match("connected", learner=make_registration(member=me, wishes=["wikidata"]))
    make_session("proposed", match=match, waiting_for="sharer")
    return [reverse("matching:match-detail", args=[match.pk])]


def _waits_for_review(me):
    make_registration(member=me, state="submitted")
    return "/", reverse("matching:sharer-list")


def _waits_for_a_seat(me):
    clinic = make_clinic(capacity=1)
    sign_up(clinic, 1)
    rsvp(clinic=clinic, member=me, by=me, now=NOW)
    return [reverse("clinics:clinic-detail", args=[clinic.pk])]


def _reports(me):
    return [reverse("trust:report-new")]


@pytest.mark.parametrize("reach", ["letters come", "no address", "suppressed"])
@pytest.mark.parametrize(
    "situation",
    [_waits_for_a_match, _said_yes, _proposed_times, _waits_for_review, _waits_for_a_seat, _reports],
)
def test_a_letter_is_promised_to_whom_one_goes_and_to_nobody_else(client, situation, reach):
    me = make_member(email=None if reach == "no address" else "amina@example.org")
    if reach == "suppressed":
        Suppression.objects.suppress(["amina@example.org"], source="bounce", now=NOW)
    with time_machine.travel(NOW, tick=False):
        client.force_login(me)
        for page in situation(me):
            html = client.get(page).content.decode()
            main = html[html.index("<main") : html.index("</main>")]
            # What the notice about the address says of later is no promise.
            main = main.replace("When that email arrives, we write to you again", "")
            assert bool(PROMISE.search(main)) == (reach == "letters come"), page


def test_a_template_that_promises_a_letter_asks_whether_one_goes():
    for folder in (Path(settings.BASE_DIR) / "templates").iterdir():
        for path in folder.rglob("*.html") if folder.name != "admin" else ():
            name = f"{folder.name}/{path.relative_to(folder)}"
            source = path.read_text(encoding="utf-8")
            if "/emails/" in name or "/admin/" in name or name in PROMISES_NOTHING or not PROMISE.search(source):
                continue
            assert "is_written_to" in source, f"{name} promises a letter to everybody"


def test_home_says_of_clinics_and_rounds_what_is_so(client):
    """Nobody is told that they never signed up; who is away and has not agreed needs more than to agree."""
    me = make_registration(agrees=False, away_until=NOW.date() + timedelta(days=9)).member
    clinic = make_clinic(starts_at=NOW - timedelta(days=3), state="held")
    clinic.rsvps.create(member=me, state="going", seat=1, seated_at=NOW - timedelta(days=9), made_at=NOW)
    with time_machine.travel(NOW, tick=False):
        client.force_login(me)
        page = client.get("/").content.decode()

    assert "You have not signed up for a clinic" not in page
    assert "You are matched once you have agreed" not in page
    assert "You are away" in page


def test_who_waits_when_sign_up_has_closed_is_promised_a_letter_and_at_the_door_none(client, member):
    clinic = make_clinic(capacity=1, closes_minutes_before=120)
    sign_up(clinic, 1)
    rsvp(clinic=clinic, member=member, by=member, now=NOW)
    pages = []
    for before in (timedelta(hours=1), timedelta(minutes=20)):
        with time_machine.travel(START - before, tick=False):
            client.force_login(member)
            pages.append(client.get(reverse("clinics:clinic-detail", args=[clinic.pk])).content.decode())

    promised = "If a seat becomes free for you, we write to you"
    assert [promised in page for page in pages] == [True, False]
    assert "If one becomes free, you can take it here at once" in pages[1]


def test_who_finds_nobody_to_find_reads_whether_they_are_in_a_round(client):
    make_round()
    me = make_registration(paused_until=NOW.date() + timedelta(days=9), is_findable=True).member
    with time_machine.travel(NOW, tick=False):
        client.force_login(me)
        page = client.get(reverse("matching:sharer-list")).content.decode()

    assert "Nobody else who takes part lets others find them at the moment" in page
    assert "matched in the rounds all the same" not in page
    assert "You are in no round of matches until" in page
