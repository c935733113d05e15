"""The letters after an hour: how each reads in five languages, and when it is not owed any more."""

from datetime import timedelta

import pytest

from mailings import kinds
from matching.domain.matches import Side
from matching.feedback.quiet import (
    complete_done,
    end_quiet,
    nudge_quiet,
    raise_quiet_concerns,
    take_back_quiet_concerns,
)
from matching.feedback.settling import ask_how_it_went, settle_sessions
from matching.matches.answering import complete_match
from matching.models import Concern, Feedback, Match, SessionOutcome
from matching.tests.factories import make_match
from matching.tests.feedback_factories import make_hour, say
from matching.tests.session_factories import make_session
from registrations.models import Block
from registrations.tests.factories import NOW, make_registration

pytestmark = pytest.mark.django_db
OF_AN_HOUR = ("did_you_meet", "missed_absent", "missed_waiting", "missed_each_other")
OF_A_MATCH = ("completed", "quiet", "quiet_end")
LANGUAGES = ["en", "es", "ar", "fr", "pt"]


def kind(name):
    return kinds.get(f"matching.{name}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_reads_in_every_language_and_shows_no_contact(language):
    hour = make_hour(call_link="https://meet.example.org/secret")
    said = say(hour, "learner", "yes", note="Zebra", thanks="You are <kind>.")
    concern = Concern.objects.create(kind="absent_twice", registration=hour.learner, raised_at=NOW)
    letters = [(f"{name}_{side}", hour) for name in OF_AN_HOUR for side in Side]
    letters += [(f"{name}_{side}", hour.match) for name in OF_A_MATCH for side in Side]
    letters += [("thanks", said), ("concern", concern)]
    for name, about in letters:
        rendered = kind(name).render(about, language, "Asia/Kathmandu")
        assert rendered.subject and "{" not in rendered.text + rendered.subject, name
        assert ("rtl" in rendered.html) == (language == "ar")
        for secret in (hour.learner.member.email, hour.sharer.member.email, "secret", "Zebra"):
            assert secret not in rendered.text + rendered.html, name
        assert ("You are <kind>." in rendered.text) == (name == "thanks")


def test_a_letter_names_the_other_the_hour_in_the_readers_zone_and_a_concern_nobody():
    hour = make_hour()
    asked = kind("did_you_meet_learner").render(hour, "en", "Asia/Kathmandu").text
    concern = Concern.objects.create(kind="absent_twice", registration=hour.sharer, raised_at=NOW)

    assert hour.sharer.shown_name in asked and "(Kathmandu time, UTC+5:45)" in asked
    assert f"/matches/hours/{hour.pk}/" in asked
    told = kind("concern").render(concern, "en", "UTC")
    assert hour.sharer.shown_name not in told.text + told.subject
    assert "It is not a complaint" in told.text


def test_the_question_is_owed_until_it_is_answered_or_too_late_or_they_parted():
    owed, hour = kind("did_you_meet_learner").still_owed, make_hour()
    assert owed(hour, NOW) is None
    assert owed(hour, NOW + timedelta(days=14)) == "the two weeks to say how it went are over"
    assert owed(make_session(), NOW) == "the hour was moved or cancelled"
    Block.objects.create(member=hour.learner.member, blocked=hour.sharer.member, made_at=NOW)
    assert owed(hour, NOW) == "one side has left"
    say(hour, "learner")
    assert owed(hour, NOW) == "this side has said it"


def test_what_a_pity_is_owed_while_it_is_true():
    owed, hour = kind("missed_absent_sharer").still_owed, make_hour()
    assert owed(hour, NOW) == "it was not like that"
    say(hour, "sharer", "i_missed")
    hour = type(hour).objects.get(pk=hour.pk)
    assert owed(hour, NOW) is None
    assert kind("missed_each_other_sharer").still_owed(hour, NOW) == "it was not like that"
    for side in (hour.sharer, hour.learner):  # nobody met, so it takes the word of both
        complete_match(match=hour.match, by=side.member, now=NOW)
    assert owed(hour, NOW) == "the match is over"


@pytest.mark.parametrize(
    ("letter", "state", "fields", "is_owed"),
    [
        ("completed", "completed", {}, True),
        ("completed", "connected", {}, False),
        ("quiet", "connected", {}, True),
        ("quiet", "ended", {}, False),
        ("quiet_end", "expired", {"closed_why": "no_hour"}, True),
        ("quiet_end", "expired", {"closed_why": "no_answer"}, False),
    ],
)
def test_a_letter_about_a_match_is_owed_while_it_is_true(letter, state, fields, is_owed):
    match = make_match(state, **fields)
    assert (kind(f"{letter}_learner").still_owed(match, NOW) is None) == is_owed


def test_no_kind_word_where_an_hour_is_being_agreed():
    session = make_session("proposed")
    assert kind("quiet_learner").still_owed(session.match, NOW) == "an hour is being agreed"


def test_thanks_taken_back_or_to_somebody_one_blocked_are_not_sent():
    hour = make_hour()
    said = say(hour, "learner", thanks="You are kind.")
    assert kind("thanks").still_owed(said, NOW) is None
    Block.objects.create(member=hour.sharer.member, blocked=hour.learner.member, made_at=NOW)
    assert kind("thanks").still_owed(said, NOW) == "one side has left"
    say(hour, "learner", thanks="")
    assert kind("thanks").still_owed(Feedback.objects.get(), NOW) == "the thanks were taken back"


def test_a_concern_somebody_looked_after_is_not_written_about():
    concern = Concern.objects.create(kind="absent_twice", registration=make_registration(), raised_at=NOW)
    assert kind("concern").still_owed(concern, NOW) is None
    concern.closed_at = NOW
    assert kind("concern").still_owed(concern, NOW) == "somebody has looked after it"


def test_who_answered_and_was_let_down_is_told_that_they_count_as_waiting_longest():
    expired = make_match("expired", learner_accepted_at=NOW)
    declined = make_match("declined", learner_accepted_at=NOW)
    unanswered = make_match("expired")
    for match, letter, first in (
        (expired, "expired", True),
        (declined, "closed", True),
        (unanswered, "expired", False),
    ):
        text = kind(f"{letter}_learner").render(match, "en", "UTC").text
        assert ("among those who have waited longest" in text) == first
    assert "waited longest" not in kind("expired_sharer").render(expired, "en", "UTC").text


def test_an_end_after_meeting_reads_as_one():
    match = make_match("ended")
    rendered = kind("closed_learner").render(match, "en", "UTC")

    assert "has come to its end" in rendered.subject and "does not go ahead" not in rendered.text


def test_the_sweeps_are_registered():
    assert {
        "matching.hours_over": ask_how_it_went,
        "matching.hours_settled": settle_sessions,
        "matching.done": complete_done,
        "matching.quiet": nudge_quiet,
        "matching.quiet_told": raise_quiet_concerns,
        "matching.quiet_ended": end_quiet,
        "matching.quiet_settled": take_back_quiet_concerns,
    }.items() <= kinds.sweeps().items()
    assert Match.objects.count() == SessionOutcome.objects.count() == 0


def test_a_concern_says_nothing_that_is_not_so_of_who_reads_it_and_of_whom_it_is_about():
    """A coordinator, who has no region, gets it where nobody looks after one; and the two may have met weeks ago."""
    hour = make_hour(ended=timedelta(days=40))
    about_two = Concern.objects.create(kind="not_meeting", match=hour.match, raised_at=NOW)
    about_one = Concern.objects.create(kind="absent_twice", registration=hour.learner, raised_at=NOW)

    for concern in (about_two, about_one):
        rendered = kind("concern").render(concern, "en", "UTC")
        for told in (rendered.subject, rendered.text, rendered.html):
            assert "of your region" not in told
            assert "have found no hour" not in told
