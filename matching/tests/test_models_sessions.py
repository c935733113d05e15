"""What the database keeps true about sessions: each constraint broken once."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from matching.models import CalendarFeed, Session
from matching.tests.factories import make_match
from matching.tests.session_factories import make_session, make_time
from registrations.tests.factories import NOW, make_member

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
THEN = NOW + timedelta(days=2)


def broken(rule):
    """Expect the block to break one rule, and leave the transaction usable."""
    return pytest.raises(IntegrityError, match=rule)


def change(session, **columns):
    with transaction.atomic():
        Session.objects.filter(pk=session.pk).update(**columns)


@pytest.mark.parametrize(
    ("state", "columns", "rule"),
    [
        ("confirmed", {"state": "held"}, "matching_session_state_is_known"),
        ("confirmed", {"starts_at": None}, "matching_session_agreed_has_its_hour"),
        ("confirmed", {"ends_at": THEN}, "matching_session_agreed_has_its_hour"),
        ("confirmed", {"ends_at": None}, "matching_session_agreed_has_its_hour"),
        ("confirmed", {"confirmed_at": None}, "matching_session_agreed_has_its_hour"),
        ("proposed", {"starts_at": THEN, "ends_at": THEN + HOUR}, "matching_session_agreed_has_its_hour"),
        ("proposed", {"waiting_for": ""}, "matching_session_waits_for_somebody"),
        ("confirmed", {"waiting_for": "both"}, "matching_session_waits_for_somebody"),
        ("cancelled", {"waiting_for": "learner"}, "matching_session_waits_for_somebody"),
        ("cancelled", {"cancelled_at": None}, "matching_session_cancelled_has_when_and_why"),
        ("cancelled", {"cancelled_why": ""}, "matching_session_cancelled_has_when_and_why"),
        ("confirmed", {"cancelled_note": "no"}, "matching_session_cancelled_has_when_and_why"),
        ("cancelled", {"cancelled_by": None}, "matching_session_cancelled_has_who_unless_lapsed"),
        ("confirmed", {"minutes": 50}, "matching_session_length_is_known"),
        ("confirmed", {"zone": "Africa/Tunis"}, "matching_session_wall_clock_is_whole"),
        ("confirmed", {"local_date": NOW.date(), "zone": "UTC"}, "matching_session_wall_clock_is_whole"),
        ("confirmed", {"local_time": NOW.time()}, "matching_session_wall_clock_is_whole"),
        ("confirmed", {"call_link": "http://example.org"}, "matching_session_call_link_is_https"),
    ],
)
def test_a_session_keeps_its_shape(state, columns, rule):
    session = make_session(state)

    with broken(rule):
        change(session, **columns)


def test_a_session_is_of_two_people():
    session = make_session()

    with broken("matching_session_is_of_two_people"):
        change(session, sharer=session.learner)


def test_no_two_sessions_share_a_calendar_id():
    one = make_session()

    with broken("matching_one_session_per_uid"):
        make_session(uid=one.uid, starts_at=THEN + 5 * HOUR)


def test_a_match_agrees_on_one_session_at_a_time():
    match = make_match("connected")
    make_session("proposed", match=match)
    make_session("cancelled", match=match)
    make_session("confirmed", match=match)

    with broken("matching_one_session_is_agreed_at_a_time"):
        make_session("proposed", match=match)


@pytest.mark.parametrize("role", ["learner", "sharer"])
@pytest.mark.parametrize("again", ["learner", "sharer"])
@pytest.mark.parametrize("late", [-59, 0, 59])
def test_one_person_is_in_one_session_at_a_time_in_either_role(role, again, late):
    first = make_session()
    match = make_match("connected", skill="budgeting", **{again: getattr(first, role)})

    with broken("matching_one_person_one_session_at_a_time"):
        make_session(match=match, starts_at=first.starts_at + timedelta(minutes=late))


def test_sessions_may_touch_and_others_may_meet_at_the_same_time():
    first = make_session()
    match = make_match("connected", skill="budgeting", sharer=first.learner)

    make_session(match=match, starts_at=first.ends_at)
    make_session(match=make_match("connected", skill="budgeting"))
    make_session("cancelled", match=match, starts_at=THEN, ends_at=THEN + HOUR, confirmed_at=NOW)

    assert Session.objects.count() == 4


def test_cleaning_a_session_finds_an_overlap_too():
    first = make_session()
    match = make_match("connected", skill="budgeting", sharer=first.learner)
    second = make_session(match=match, starts_at=first.ends_at)

    second.full_clean()
    second.starts_at = first.starts_at
    with pytest.raises(ValidationError, match="matching_one_person_one_session_at_a_time"):
        second.full_clean()


def test_cleaning_a_session_refuses_other_people_than_the_matchs_own():
    session = make_session()
    session.sharer = make_match("connected", skill="budgeting").sharer

    with pytest.raises(ValidationError, match="two people of its match"):
        session.full_clean()


def test_at_most_three_different_times_are_proposed():
    session = make_session("proposed")
    first = session.times.first().starts_at

    with broken("matching_proposed_times_at_most_three"), transaction.atomic():
        make_time(session, number=4, starts_at=THEN)
    with broken("matching_one_proposed_time_per_number"), transaction.atomic():
        make_time(session, number=3, starts_at=THEN)
    session.times.filter(number=3).delete()
    with broken("matching_proposed_times_differ"):
        make_time(session, number=3, starts_at=first)


def test_a_feed_has_a_secret_of_its_own():
    CalendarFeed.objects.create(member=make_member(), fingerprint="a", made_at=NOW)

    with broken("matching_one_feed_per_secret"), transaction.atomic():
        CalendarFeed.objects.create(member=make_member(), fingerprint="a", made_at=NOW)
    with broken("matching_feed_has_a_secret"):
        CalendarFeed.objects.create(member=make_member(), fingerprint="", made_at=NOW)


@pytest.mark.parametrize(
    ("link", "is_fine"),
    [
        ("https://meet.example.org/abc?x=1", True),
        ("http://meet.example.org/abc", False),
        ("javascript:alert(1)", False),
        ("https://", False),
        ("https://name:word@example.org/", False),
        ("https://meet.example.org/a b", False),
    ],
)
def test_a_call_link_is_a_whole_https_address(link, is_fine):
    session = make_session(call_link=link if link.startswith("https://") else "")
    session.call_link = link

    if is_fine:
        session.full_clean()
    else:
        with pytest.raises(ValidationError):
            session.full_clean()


def test_sessions_are_found_by_how_far_they_are():
    make_session("cancelled")
    proposed, agreed = make_session("proposed"), make_session()
    over = make_session(starts_at=NOW - HOUR)
    now = NOW

    assert list(Session.objects.over(now=now)) == [over]
    assert list(Session.objects.upcoming(now=now)) == [agreed]
    assert set(Session.objects.open(now=now)) == {proposed, agreed}
    assert list(Session.objects.waiting_for(proposed.sharer.member)) == [proposed]
    assert list(Session.objects.waiting_for(proposed.learner.member)) == []
    assert set(Session.objects.for_member(over.sharer.member)) == {over}
    assert over.uid != agreed.uid
    assert isinstance(over.uid, uuid.UUID)


def test_the_migration_keeps_which_reminder_was_written_last_both_ways(db):
    """Without it whoever was reminded before the change would be reminded again after it."""
    told = {letter: make_session(last_reminder=letter).pk for letter in ("day", "hour", "")}
    loader = MigrationExecutor(connection).loader
    step = loader.get_migration("matching", "0010_the_last_reminder_of_a_session")
    before = loader.project_state(("matching", "0009_the_clock_an_hour_was_chosen_by"))

    with connection.schema_editor(atomic=False) as editor:
        editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        step.unapply(before.clone(), editor)
    reminded = ("day_reminded_at", "hour_reminded_at")
    kept = before.apps.get_model("matching", "Session").objects
    was = {pk: (day is not None, hour is not None) for pk, day, hour in kept.values_list("pk", *reminded)}
    kept.filter(pk=told["hour"]).update(day_reminded_at=NOW)  # as it was: both, one after the other
    with connection.schema_editor(atomic=False) as editor:
        step.apply(before.clone(), editor)

    assert was == {told["day"]: (True, False), told["hour"]: (False, True), told[""]: (False, False)}
    assert dict(Session.objects.values_list("last_reminder", "pk")) == told
