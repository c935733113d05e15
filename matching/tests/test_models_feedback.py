"""The rules the database keeps about what is said after an hour, each broken on purpose; and who sees what."""

from datetime import timedelta

import pytest

from letsconnect.tests.database import refuses
from matching.models import Concern, Feedback, Match, QuietSpell, Session, SessionOutcome
from matching.models.feedback import to_ask, to_tell
from matching.tests.factories import make_match
from matching.tests.feedback_factories import make_hour, say
from matching.tests.session_factories import make_session
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_registration

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"side": "middle"}, "matching_feedback_side_is_known"),
        ({"happened": "perhaps"}, "matching_feedback_happened_is_known"),
        ({"useful": 6}, "matching_feedback_useful_is_one_to_five_and_they_met"),
        ({"useful": 0}, "matching_feedback_useful_is_one_to_five_and_they_met"),
        ({"happened": "moved"}, "matching_feedback_useful_is_one_to_five_and_they_met"),
        ({"next": "marry"}, "matching_feedback_next_is_known"),
    ],
)
def test_a_word_that_breaks_a_rule_is_refused(columns, constraint):
    say(make_hour(), "learner", useful=4)
    refuses(constraint, lambda: Feedback.objects.update(**columns))


def test_each_side_has_one_word_about_an_hour():
    said = say(make_hour(), "learner")
    said.pk = None
    refuses("matching_one_feedback_per_session_and_side", said.save)


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"verdict": "well", "settled_at": NOW}, "matching_outcome_verdict_is_known"),
        ({"verdict": "missed", "settled_at": NOW}, "matching_outcome_missed_names_who"),
        ({"verdict": "met", "settled_at": NOW, "learner_absent": True}, "matching_outcome_missed_names_who"),
        ({"verdict": "met"}, "matching_outcome_is_settled_when_known"),
    ],
)
def test_an_outcome_that_breaks_a_rule_is_refused(columns, constraint):
    SessionOutcome.objects.create(session=make_hour(), asked_at=NOW)
    refuses(constraint, lambda: SessionOutcome.objects.update(**columns))


def test_a_quiet_spell_is_kept_once_and_people_are_told_before_liaisons():
    match = make_match("connected")
    spell = QuietSpell.objects.create(match=match, since=NOW, nudged_at=NOW)
    refuses(
        "matching_one_quiet_spell_per_match_and_time",
        lambda: QuietSpell.objects.create(match=match, since=NOW, nudged_at=NOW),
    )
    refuses(
        "matching_people_are_nudged_first",
        lambda: QuietSpell.objects.filter(pk=spell.pk).update(told_at=NOW - timedelta(days=1)),
    )


def test_a_concern_is_about_one_thing_and_open_once():
    person, match = make_registration(), make_match("connected")
    Concern.objects.create(kind="absent_twice", registration=person, raised_at=NOW)
    pair = Concern.objects.create(kind="not_meeting", match=match, raised_at=NOW)
    refuses(
        "matching_one_open_concern_per_person",
        lambda: Concern.objects.create(kind="absent_twice", registration=person, raised_at=NOW),
    )
    refuses(
        "matching_one_open_concern_per_match",
        lambda: Concern.objects.create(kind="not_meeting", match=match, raised_at=NOW),
    )
    refuses(
        "matching_concern_is_about_a_person_or_a_match",
        lambda: Concern.objects.filter(pk=pair.pk).update(kind="absent_twice"),
    )
    refuses(
        "matching_concern_closed_by_has_when",
        lambda: Concern.objects.filter(pk=pair.pk).update(closed_by=make_coordinator()),
    )


def test_a_connection_expires_and_a_match_that_never_was_one_has_no_day_of_it():
    match = make_match("connected")
    Match.objects.filter(pk=match.pk).update(state="expired", closed_at=NOW, closed_why="no_hour")
    refuses(
        "matching_connected_needs_both_acceptances",
        lambda: Match.objects.filter(pk=match.pk).update(learner_accepted_at=None),
    )


def test_a_liaison_sees_whom_to_look_after_in_their_regions_and_nobody_themselves():
    here, there = make_registration(region="MENA"), make_registration(region="LAC", country="AR")
    one = Concern.objects.create(kind="absent_twice", registration=here, raised_at=NOW)
    two = Concern.objects.create(kind="absent_twice", registration=there, raised_at=NOW)
    pair = Concern.objects.create(
        kind="not_meeting", match=make_match("connected", learner=here, sharer=there), raised_at=NOW
    )
    liaison = make_liaison("MENA")
    own = Concern.objects.create(kind="absent_twice", registration=make_registration(member=liaison), raised_at=NOW)

    assert set(Concern.objects.visible_to(liaison)) == {one, pair}
    assert set(Concern.objects.visible_to(make_coordinator())) == {one, two, pair, own}
    assert not Concern.objects.visible_to(here.member).exists()


def test_which_hours_are_asked_about_and_which_still_wait_for_a_word():
    hour, fresh, coming = make_hour(), make_hour(ended=timedelta(minutes=5)), make_session()
    old, cancelled = make_hour(ended=timedelta(days=15)), make_session("cancelled")
    learner = hour.learner.member

    assert set(to_ask(now=NOW)) == {hour, old}
    assert set(to_tell(learner, now=NOW)) == {hour}
    assert not to_tell(old.learner.member, now=NOW).exists()
    assert to_tell(fresh.sharer.member, now=NOW).exists()
    say(hour, "learner")
    assert not to_tell(learner, now=NOW).exists()
    assert to_tell(hour.sharer.member, now=NOW).exists()
    assert Session.objects.filter(pk__in=[coming.pk, cancelled.pk]).count() == 2
