"""Two who met outside the portal say so: on which day, what the other says of it, and what it counts for."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from letsconnect.base.models import Act
from letsconnect.tests.undoing import Undoing
from mailings.ledger.draining import drain
from mailings.models import Letter
from matching.admin.concerns import _count_verdicts
from matching.domain.feedback import (
    CLOSES_AFTER,
    SETTLE_AFTER,
    DayNotPossible,
    DayTaken,
    Happened,
    MayBeTheSame,
    Verdict,
)
from matching.domain.matches import ClosedWhy, MatchState, NotYourMatch, Side
from matching.domain.sessions import NothingToAgree, SessionState
from matching.feedback.quiet import nudge_quiet
from matching.feedback.settling import settle_sessions
from matching.feedback.telling import tell_of_meeting
from matching.matches.answering import complete_match, have_met
from matching.models import Feedback, Match, Session, SessionOutcome
from matching.tests.factories import make_match
from matching.tests.feedback_factories import make_hour, make_meeting, say
from matching.tests.session_factories import make_session
from registrations.models import Block, Member
from registrations.tests.factories import NOW, make_coordinator, make_member

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TODAY = NOW.date()


@pytest.fixture
def match():
    return make_match("connected", connected_at=NOW - 10 * DAY)


def tell(match, on=TODAY - DAY, by=Side.LEARNER, now=NOW, **said):
    return tell_of_meeting(match=match, on=on, by=match.person(by).member, now=now, **said)


def test_who_tells_has_said_that_they_met_and_the_other_is_told_once_and_asked_whether_it_is_so(match):
    session = tell(match)

    assert tell(match) == session, "the button was pressed twice"
    assert (session.state, session.met_on, session.made_by) == ("elsewhere", TODAY - DAY, match.learner.member)
    assert list(Feedback.objects.values_list("side", "happened")) == [("learner", "yes")]
    assert list(Letter.objects.values_list("kind", flat=True)) == ["matching.met_elsewhere_sharer"]
    assert Act.objects.filter(verb="tell_of_meeting", actor=match.learner.member).count() == 1


@pytest.mark.parametrize("on", [TODAY + DAY, TODAY - 11 * DAY, date.min, date.max])
def test_no_day_to_come_and_none_before_the_two_were_connected(match, on):
    with pytest.raises(DayNotPossible):
        tell(match, on)
    assert tell(match, TODAY) and tell(match, TODAY - 10 * DAY)


def test_nothing_counts_twice_neither_beside_an_agreed_hour_nor_told_by_both(match):
    agreed = make_hour(match=match, ended=DAY)
    with pytest.raises(DayTaken, match="agreed on an hour on that day"):
        tell(match, agreed.starts_at.date())
    told = tell(match, TODAY - 3 * DAY)
    with pytest.raises(DayTaken, match="already"):
        tell(match, TODAY - 3 * DAY, by=Side.SHARER)

    with pytest.raises(IntegrityError, match="matching_one_meeting_of_two_at_a_time"), transaction.atomic():
        make_session(match=match, starts_at=told.starts_at + timedelta(hours=3))
    with pytest.raises(IntegrityError, match="matching_one_meeting_told_of_a_day"), transaction.atomic():
        told.pk, told.uid, told.starts_at = None, uuid4(), told.starts_at + timedelta(hours=3)
        told.save(force_insert=True)


WITHOUT_HOURS = {"starts_at": None, "ends_at": None, "confirmed_at": None}


@pytest.mark.parametrize(
    ("columns", "rule"),
    [
        (WITHOUT_HOURS, "matching_session_agreed_has_its_hour"),
        ({"ends_at": None}, "matching_session_agreed_has_its_hour"),
        ({"met_on": None}, "matching_meeting_elsewhere_has_its_day"),
        ({"last_reminder": "hour"}, "matching_meeting_elsewhere_has_its_day"),
        ({"met_on": TODAY}, "matching_meeting_elsewhere_is_of_its_day"),
        ({"met_on": TODAY - 2 * DAY}, "matching_meeting_elsewhere_is_of_its_day"),
        ({"ends_at": NOW + DAY}, "matching_meeting_elsewhere_is_of_its_day"),
        ({"made_at": NOW - 5 * DAY, "confirmed_at": NOW - 5 * DAY}, "matching_meeting_elsewhere_is_told_afterwards"),
        ({"confirmed_at": NOW + DAY}, "matching_meeting_elsewhere_is_told_afterwards"),
        ({"state": "confirmed", "met_on": None}, "matching_session_is_agreed_or_told_for_good"),
    ],
)
def test_a_meeting_told_of_keeps_its_shape(match, columns, rule):
    told = tell(match)

    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Session.objects.filter(pk=told.pk).update(**columns)


def test_what_is_said_of_a_session_and_what_comes_of_it_fit_its_kind(match):
    told, agreed = tell(match), make_hour(match=match, ended=4 * DAY)
    say(agreed, Side.LEARNER)
    for session, words in ((told, ("other_missed", "i_missed", "moved")), (agreed, ("not_so",))):
        for word in words:
            with pytest.raises(IntegrityError, match="matching_feedback_fits_its_session"), transaction.atomic():
                Feedback.objects.filter(session=session).update(happened=word)
    absent = {"settled_at": NOW, "learner_absent": True}
    for session, verdict in ((told, {"verdict": "missed", **absent}), (agreed, {"verdict": "not_so"})):
        with pytest.raises(IntegrityError, match="matching_outcome_fits_its_session"), transaction.atomic():
            SessionOutcome.objects.filter(session=session).update(**{"settled_at": NOW, **verdict})
    with pytest.raises(IntegrityError, match="matching_session_is_agreed_or_told_for_good"), transaction.atomic():
        Session.objects.filter(pk=agreed.pk).update(state="elsewhere", met_on=agreed.starts_at.date())


EAST, WEST = "Pacific/Kiritimati", "Pacific/Pago_Pago"  # their clocks are 25 hours apart


@pytest.mark.parametrize(
    ("learner", "first", "sharer", "second", "is_one"),
    [
        ("Africa/Tunis", 0, "Asia/Tokyo", 1, False),  # two meetings on two days running
        ("Asia/Tokyo", 1, "Africa/Tunis", 0, False),
        ("Africa/Tunis", 0, "Asia/Tokyo", 0, True),
        (WEST, 0, EAST, 2, False),
        (EAST, 2, WEST, 0, False),
        (WEST, 0, EAST, 0, False),  # of this day no hour is the same
        (WEST, 0, EAST, 1, None),  # of this, all but two are: it may be either
        ("UTC", 0, "Etc/GMT-12", 0, True),
        ("UTC", 0, "Etc/GMT-12", 1, False),
    ],
)
def test_days_told_by_far_clocks_are_one_meeting_only_where_they_are_one_day(
    match, learner, first, sharer, second, is_one
):
    for side, zone in ((Side.LEARNER, learner), (Side.SHARER, sharer)):
        member = match.person(side).member
        member.zone = zone
        member.save(update_fields=["zone"])
    start = TODAY - 6 * DAY
    tell(match, start + first * DAY)

    if is_one is None:
        with pytest.raises(MayBeTheSame, match="in another time zone"):
            tell(match, start + second * DAY, by=Side.SHARER)
    elif is_one:
        with pytest.raises(DayTaken, match="already"):
            tell(match, start + second * DAY, by=Side.SHARER, is_another=True)
    if not is_one:
        tell(match, start + second * DAY, by=Side.SHARER, is_another=is_one is None)
    assert Session.objects.filter(match=match).count() == (1 if is_one else 2)


def test_one_alone_completes_nothing_until_the_other_agrees_or_says_nothing_for_four_days(match):
    session = tell(match)
    assert not have_met(match, now=NOW)
    assert complete_match(match=match, by=match.learner.member, now=NOW).state == MatchState.CONNECTED

    settle_sessions(NOW + SETTLE_AFTER - timedelta(minutes=1))
    assert not have_met(match, now=NOW + SETTLE_AFTER)
    settle_sessions(NOW + SETTLE_AFTER)

    assert SessionOutcome.objects.get(session=session).verdict == Verdict.MET
    assert have_met(match, now=NOW + SETTLE_AFTER)
    other = make_meeting()
    say(other, Side.SHARER)
    assert complete_match(match=other.match, by=other.learner.member, now=NOW).state == MatchState.COMPLETED


def test_the_other_can_say_that_it_is_not_so_and_who_told_can_take_it_back(match):
    session = tell(match)

    say(session, Side.SHARER, Happened.NOT_SO)

    outcome = SessionOutcome.objects.get()
    assert (outcome.verdict, outcome.learner_absent, outcome.sharer_absent) == (Verdict.CROSSED, False, False)
    assert not have_met(match, now=NOW)
    assert not Letter.objects.filter(kind__contains="missed").exists(), "nobody waited for anybody"
    say(session, Side.LEARNER, Happened.NOT_SO)
    outcome.refresh_from_db()
    assert outcome.verdict == Verdict.NOT_SO
    with pytest.raises(Exception, match="Say whether you met"):
        say(session, Side.SHARER, Happened.OTHER_MISSED)
    with pytest.raises(Exception, match="Say whether you met"):
        say(make_hour(), Side.SHARER, Happened.NOT_SO)


def test_a_letter_is_not_sent_once_it_was_taken_back(match, sink):
    session = tell(match)
    say(session, Side.LEARNER, Happened.NOT_SO)

    drain(now=NOW + DAY)

    assert Letter.objects.get().state == "skipped"


def test_it_is_told_of_while_the_match_lasts_and_two_weeks_after_it_went_well_or_ran_out(match, stranger):
    for state, why, is_open in (("completed", "done", True), ("expired", "no_hour", True), ("ended", "no_time", False)):
        over = make_match(state, connected_at=NOW - 10 * DAY, learner_accepted_at=NOW, sharer_accepted_at=NOW)
        by = None if state == "expired" else over.learner.member
        Match.objects.filter(pk=over.pk).update(closed_at=NOW - DAY, closed_why=why, closed_by=by)
        over.refresh_from_db()
        if is_open:
            assert tell(over, TODAY - 2 * DAY)
            with pytest.raises(DayNotPossible):
                tell(over, TODAY)
            with pytest.raises(NothingToAgree):
                tell(over, TODAY - 3 * DAY, now=NOW + CLOSES_AFTER)
        else:
            with pytest.raises(NothingToAgree):
                tell(over, TODAY - 2 * DAY)
    with pytest.raises(NothingToAgree):
        tell(make_match("expired"), TODAY)
    with pytest.raises(NotYourMatch):
        tell_of_meeting(match=match, on=TODAY, by=stranger, now=NOW)
    Block.objects.create(member=match.sharer.member, blocked=match.learner.member, made_at=NOW)
    with pytest.raises(NothingToAgree):
        tell(match)


def test_it_is_said_how_it_was_for_two_weeks_from_the_telling_and_quiet_starts_anew():
    match = make_match("connected", connected_at=NOW - 40 * DAY)
    session = tell(match, TODAY - 35 * DAY)

    assert say(session, Side.SHARER, useful=5, thanks="Thank you.", now=NOW + CLOSES_AFTER - DAY).useful == 5
    assert nudge_quiet(NOW + 13 * DAY) == 0
    assert nudge_quiet(NOW + 15 * DAY) == 1


def test_figures_name_meetings_outside_beside_those_agreed_here(client):
    reader = make_coordinator()
    for session in (make_meeting(), make_meeting(), make_hour()):
        say(session, Side.LEARNER), say(session, Side.SHARER)

    assert dict(_count_verdicts(reader)) == {"met_elsewhere": 2, "met": 1}
    client.force_login(reader)
    page = client.get(reverse("admin:matching_concern_changelist")).content.decode()
    assert "they met outside the portal (2)" in page and "they met (1)" in page
    desk = client.get(reverse("admin:matching_match_change", args=[Session.objects.first().match_id]))
    assert desk.status_code == 200


def test_both_walk_through_the_pages(client):
    with time_machine.travel(NOW, tick=False):
        learner, sharer = make_member(name="Lena", zone="Asia/Tokyo"), make_member(name="Asha")
        match = make_match("connected", connected_at=NOW - 10 * DAY)
        match.learner.member, match.sharer.member = learner, sharer
        for person in (match.learner, match.sharer):
            person.name = person.member.name
            person.save(update_fields=["member", "name"])
        page, address = (
            reverse("matching:match-detail", args=[match.pk]),
            reverse("matching:meeting-tell", args=[match.pk]),
        )
        client.force_login(learner)
        assert "We met another way" in client.get(page).content.decode()
        for wrong, words in (("", "Choose the day you met."), ("2026-03-09", "still to come"), ("x", "not a day")):
            answer = client.post(address, {"on": wrong})
            assert answer.status_code == 422 and words in answer.content.decode()

        answer = client.post(address, {"on": "2026-02-28"}, follow=True)

        content = answer.content.decode()
        assert "Your meeting with Asha about Wikidata outside the portal, 28 February 2026." in content
        assert "did not come" not in content and "No, that is not so" in content
        assert "this is another meeting" not in client.get(page).content.decode()
        client.force_login(sharer)
        assert "Say whether that is so" in client.get(page).content.decode()
        Member.objects.filter(pk=sharer.pk).update(zone="America/Los_Angeles")
        answer = client.post(address, {"on": "2026-02-27"})
        said = answer.content.decode()
        assert (answer.status_code, "this is another meeting" in said) == (422, True)
        assert "A meeting on 28 February 2026 is noted already, in another time zone" in said
        with Undoing():
            assert client.post(address, {"on": "2026-02-27", "is_another": "on"}).status_code == 302
        session = Session.objects.get(state=SessionState.ELSEWHERE)
        give = reverse("matching:feedback-give", args=[session.pk])
        for shown in (reverse("home"), reverse("matching:match-list")):
            assert give in client.get(shown).content.decode()
        content = client.get(give).content.decode()
        assert "Lena says that you met on 28 February 2026" in content
        assert client.post(give, {"happened": "moved"}).status_code == 422
        client.post(give, {"happened": "not_so"})
        assert session.outcome.verdict == Verdict.CROSSED
        content = client.get(page).content.decode()
        assert "Met outside the portal on 28 February 2026" in content and "You said: No, that is not so" in content


def test_a_match_that_ends_by_one_leaves_no_form_to_tell(client, match):
    Match.objects.filter(pk=match.pk).update(
        state="ended", closed_at=NOW, closed_by=match.learner.member, closed_why=ClosedWhy.NO_TIME
    )
    client.force_login(match.sharer.member)

    assert "We met another way" not in client.get(reverse("matching:match-detail", args=[match.pk])).content.decode()
