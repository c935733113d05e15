"""The letters: how each reads, in whose language and hour, and when it is not owed any more."""

from datetime import timedelta

import pytest

from mailings import kinds
from mailings.models import Letter
from matching.domain.matches import Side
from matching.matches.emails import owe_letter
from matching.matches.sweeps import close_fallen, expire_overdue, remind_unanswered
from matching.models import Match
from matching.rounds.sweeps import fail_abandoned, nudge_overlooked
from matching.tests.factories import make_match
from registrations.domain.registrations import RegistrationState
from registrations.models import Registration, SkillName
from registrations.tests.factories import NOW

pytestmark = pytest.mark.django_db
ALL = [
    (letter, side, state)
    for letter, state in [
        ("asked", "asked"),
        ("reminder", "asked"),
        ("connected", "connected"),
        ("closed", "declined"),
        ("expired", "expired"),
    ]
    for side in Side
]


def render(letter, side, match, language="en", zone="UTC"):
    return kinds.get(f"matching.{letter}_{side}").render(match, language, zone)


def owed(letter, side, match, now=NOW):
    return kinds.get(f"matching.{letter}_{side}").still_owed(Match.objects.get(pk=match.pk), now)


@pytest.mark.parametrize(("letter", "side", "state"), ALL)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_letter_links_to_the_match_and_shows_nobody_how_to_reach_the_other(letter, side, state, language):
    match = make_match(state)

    rendered = render(letter, side, match, language)

    for text in (rendered.text, rendered.html):
        assert f"/matches/{match.pk}/" in text
        assert match.person(side.other).member.email not in text
        assert match.person(side).member.email not in text
    assert rendered.subject
    assert ("rtl" in rendered.html) == (language == "ar")


@pytest.mark.parametrize("side", Side)
def test_the_question_says_who_what_and_why_in_the_readers_hour(side):
    match = make_match("asked")
    Registration.objects.update(group_other="Wiki & Friends")
    match = Match.objects.get(pk=match.pk)

    rendered = render("asked", side, match, zone="Asia/Kathmandu")

    assert match.person(side.other).shown_name in rendered.text
    assert "Wiki & Friends" in rendered.text
    assert "Wiki &amp; Friends" in rendered.html
    assert "You both speak Arabic and French." in rendered.text
    assert "Mon 9 March 2026, 17:45 (Kathmandu time, UTC+5:45)" in rendered.text
    assert "Wikidata" in rendered.subject


def test_the_skill_is_named_in_the_readers_language():
    match = make_match("asked")
    SkillName.objects.create(skill=match.skill, language="fr", text="Données liées")

    assert "Données liées" in render("asked", Side.LEARNER, match, "fr").subject


@pytest.mark.parametrize(
    ("letter", "state", "is_owed"),
    [
        ("asked", "asked", True),
        ("asked", "connected", False),
        ("asked", "declined", False),
        ("asked", "withdrawn", False),
        ("reminder", "asked", True),
        ("reminder", "expired", False),
        ("connected", "connected", True),
        ("connected", "ended", False),
        ("closed", "declined", True),
        ("closed", "ended", True),
        ("closed", "connected", False),
        ("expired", "expired", True),
        ("expired", "asked", False),
    ],
)
def test_a_letter_is_owed_only_while_it_is_true(letter, state, is_owed):
    assert (owed(letter, Side.LEARNER, make_match(state)) is None) == is_owed


@pytest.mark.parametrize("letter", ["asked", "reminder"])
def test_nobody_is_asked_once_they_answered_or_the_days_are_over(letter):
    match = make_match("asked", learner_accepted_at=NOW)

    assert owed(letter, Side.LEARNER, match) == "this side has answered"
    assert owed(letter, Side.SHARER, match) is None
    assert owed(letter, Side.SHARER, match, NOW + timedelta(days=7)) == "the time to answer is over"


@pytest.mark.parametrize(("letter", "state"), [("asked", "asked"), ("connected", "connected")])
def test_nobody_is_introduced_to_somebody_who_left_in_the_meantime(letter, state):
    match = make_match(state)
    Registration.objects.filter(pk=match.sharer_id).update(state=RegistrationState.WITHDRAWN)

    assert owed(letter, Side.LEARNER, match) == "one side has left"


def test_the_sweeps_are_registered():
    assert {
        "matching.fallen": close_fallen,
        "matching.overdue": expire_overdue,
        "matching.reminders": remind_unanswered,
        "matching.abandoned_rounds": fail_abandoned,
        "matching.waiting_rounds": nudge_overlooked,
    }.items() <= kinds.sweeps().items()


@pytest.mark.parametrize(
    ("state", "days_late", "is_said"),
    [("sent", 0, True), ("sent", 4, True), ("sent", 5, False), ("skipped", 0, False), ("failed", 0, False)],
)
def test_a_reminder_says_that_we_asked_only_where_the_question_left_days_ago(state, days_late, is_said):
    match = make_match("asked")
    owe_letter(match, Side.LEARNER, letter="asked", now=NOW)
    owe_letter(match, Side.SHARER, letter="asked", now=NOW)
    sent_at = match.asked_at + timedelta(days=days_late) if state == "sent" else None
    reason = "" if state == "sent" else "the address is suppressed"
    mine = Letter.objects.filter(kind="matching.asked_learner")
    mine.update(state=state, sent_at=sent_at, reason=reason, tries=1)

    rendered = kinds.get("matching.reminder_learner").render(match, "en", "UTC")

    for text in (rendered.text, rendered.html):
        assert ("A few days ago we asked" in text) == is_said
        assert ("We would like to introduce you to" in text) != is_said
