"""Letters without measure: forty proposals with twenty cancels make one letter or two; nobody is left in the dark."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from letsconnect.base.models import Act
from mailings.domain.letters import LONGEST_QUIET, QUIET, LetterState
from mailings.ledger.draining import drain
from mailings.ledger.gathering import NOTHING_NEW, REPLACED
from mailings.models import Letter
from matching.domain.matches import Side, TooOften
from matching.domain.sessions import LINKS_AN_HOUR, PROPOSALS_AN_HOUR, ChosenTime, WhyCancelled
from matching.models import Session
from matching.sessions.agreeing import cancel_session, confirm_time, propose_times, seen_as, set_call_link
from matching.tests.factories import make_match
from matching.tests.session_factories import make_session
from registrations.tests.factories import NOW

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@pytest.fixture
def match(transactional_db):
    return make_match("connected")


def propose(match, *days, now, side=Side.LEARNER):
    session = match.sessions.open(now=now).first()
    times = [ChosenTime(NOW + day * DAY, "UTC") for day in days]
    return propose_times(match=match, times=times, seen_version=seen_as(session), by=match.person(side).member, now=now)


def cancel(match, *, now, side=Side.LEARNER):
    session = match.sessions.open(now=now).get()
    return cancel_session(
        session=session, why=WhyCancelled.CANNOT, seen_version=seen_as(session), by=match.person(side).member, now=now
    )


def confirm(match, day, *, now, side=Side.SHARER):
    session = match.sessions.open(now=now).get()
    return confirm_time(
        session=session, starts_at=NOW + day * DAY, seen_version=seen_as(session), by=match.person(side).member, now=now
    )


def subjects(sink, match, side):
    return [message["Subject"] for message in sink.messages if message["To"] == match.person(side).member.email]


def state_of(kind):
    return list(Letter.objects.filter(kind=f"matching.session_{kind}").order_by("pk").values_list("state", "reason"))


def test_forty_proposals_with_twenty_cancels_send_the_other_at_most_two_letters(sink, match):
    """As fast as a script can, with a worker that drains all the time: refusals come early, and letters later."""
    refused, now = 0, NOW
    for nth in range(40):
        now += SECOND / 6
        try:
            propose(match, 3 + nth % 9, now=now)
        except TooOften:
            refused += 1
        if nth % 2:
            open_ = match.sessions.open(now=now).exists()
            if open_:
                cancel(match, now=now)
        drain(now=now)
    minutes = 0
    while Letter.objects.filter(state=LetterState.QUEUED).exists():  # what is not queued no later minute sends
        minutes += 1
        drain(now=now + minutes * timedelta(minutes=1))
        assert minutes < 90

    assert refused == 40 - PROPOSALS_AN_HOUR
    assert len(subjects(sink, match, Side.SHARER)) <= 2
    assert Act.objects.filter(verb="cancel_session").count() <= PROPOSALS_AN_HOUR


def test_even_without_a_limit_what_comes_to_nothing_is_never_written(sink, match, monkeypatch):
    """The control of the limit: the ledger alone makes one letter of forty."""
    monkeypatch.setattr("matching.sessions.agreeing.PROPOSALS_AN_HOUR", 1000)
    now = NOW
    for nth in range(40):
        now += SECOND / 6
        propose(match, 3 + nth % 9, now=now)
        if nth % 2 and nth < 39:
            cancel(match, now=now)
        drain(now=now)
    drain(now=now + QUIET)

    assert len(subjects(sink, match, Side.SHARER)) == 1
    assert len(sink.messages) == 1
    said = Letter.objects.get(state=LetterState.SENT)
    assert said.about_id == Session.objects.latest("pk").pk
    tally = Letter.objects.tally()
    assert tally["written"] == sum(tally[state] for state in LetterState.values) == 59


def test_a_storm_does_not_put_a_letter_off_for_ever(match, monkeypatch):
    monkeypatch.setattr("matching.sessions.agreeing.PROPOSALS_AN_HOUR", 1000)
    now = NOW
    while now < NOW + 1.5 * LONGEST_QUIET:
        propose(match, 3 + int(now.timestamp()) % 9, now=now)
        now += QUIET / 2
        waiting = Letter.objects.get(state=LetterState.QUEUED)
        assert waiting.due_at <= waiting.gathering_since + LONGEST_QUIET
    first = Letter.objects.get(state=LetterState.QUEUED)
    assert first.due_at <= NOW + LONGEST_QUIET


def test_the_newest_times_win_and_the_same_times_are_not_told_twice(sink, match):
    propose(match, 3, now=NOW)
    propose(match, 5, now=NOW + 20 * SECOND)
    assert drain(now=NOW + QUIET) == {}  # twenty seconds too soon: the minute began anew
    drain(now=NOW + 20 * SECOND + QUIET)
    later = NOW + timedelta(minutes=5)
    propose(match, 6, now=later)
    propose(match, 5, now=later + SECOND)
    drain(now=later + SECOND + QUIET)

    [message] = sink.messages
    assert "7 March 2026" in message.get_body(("plain",)).get_content()
    assert [reason for _state, reason in state_of("proposed_sharer")] == [REPLACED, "", REPLACED, NOTHING_NEW]


def test_who_was_told_of_times_is_told_that_they_are_gone_even_after_many_turns(sink, match):
    propose(match, 3, now=NOW)
    drain(now=NOW + QUIET)
    now = NOW + 5 * QUIET
    for day in (4, 5):
        cancel(match, now=now)
        propose(match, day, now=now + SECOND)
        now += 2 * SECOND
    cancel(match, now=now)
    drain(now=now + QUIET)

    assert len(sink.messages) == 2
    assert "is not looking for an hour" in sink.messages[1].get_body(("plain",)).get_content()


def test_who_proposed_hears_that_the_other_stopped_looking_though_no_letter_ever_came_to_them(sink, match):
    propose(match, 3, now=NOW, side=Side.SHARER)
    cancel(match, now=NOW + SECOND, side=Side.LEARNER)
    drain(now=NOW + SECOND + QUIET)

    assert len(subjects(sink, match, Side.SHARER)) == 1
    assert subjects(sink, match, Side.LEARNER) == []


def test_an_hour_agreed_and_cancelled_within_the_minute_is_told_to_the_other_only(sink, match):
    propose(match, 3, now=NOW)
    confirm(match, 3, now=NOW + SECOND)
    cancel(match, now=NOW + 2 * SECOND, side=Side.SHARER)
    drain(now=NOW + 2 * SECOND + QUIET)

    assert len(subjects(sink, match, Side.LEARNER)) == 1
    assert subjects(sink, match, Side.SHARER) == []  # they cancelled it, and no calendar of theirs holds it
    assert state_of("agreed_learner") == state_of("agreed_sharer") == [("skipped", REPLACED)]


def test_an_hour_moved_away_and_back_is_no_news_and_the_calendar_can_still_be_told(sink, match):
    propose(match, 3, now=NOW)
    confirm(match, 3, now=NOW)
    drain(now=NOW + QUIET)
    now = NOW + timedelta(minutes=10)
    for day in (4, 3):
        propose(match, day, now=now)
        confirm(match, day, now=now)
        now += SECOND
    drain(now=now + QUIET)

    assert [len(subjects(sink, match, side)) for side in Side] == [1, 1]
    cancel(match, now=now + timedelta(minutes=2))
    drain(now=now + timedelta(minutes=2) + QUIET)
    ends = [message for message in sink.messages if "METHOD:CANCEL" in message.as_string()]
    assert len(ends) == 2
    assert Session.objects.get().sequence == 3


def test_the_limit_is_said_at_the_field_and_cancelling_is_never_refused(client, match):
    now = timezone.now()
    for nth in range(PROPOSALS_AN_HOUR):
        session = match.sessions.open(now=now).first()
        propose_times(
            match=match,
            times=[ChosenTime(now.replace(minute=0, second=0, microsecond=0) + (3 + nth) * DAY, "UTC")],
            seen_version=seen_as(session),
            by=match.learner.member,
            now=now,
        )
    session = match.sessions.open(now=now).get()
    client.force_login(match.learner.member)
    picked = (now.replace(minute=0, second=0, microsecond=0) + 9 * DAY).strftime("%Y-%m-%dT%H:%MZ")
    answer = client.post(
        reverse("matching:session-propose", args=[match.pk]),
        {"picked": [picked], "minutes": 60, "seen": seen_as(session)},
    )

    assert answer.status_code == 422
    assert "6 times within an hour" in str(answer.context["form"].errors["picked"])
    assert cancel(match, now=now).state == "cancelled"


@time_machine.travel(NOW, tick=False)
def test_a_link_the_other_set_meanwhile_is_not_wiped_by_a_page_opened_before(client, match):
    session = make_session("confirmed", match=match)
    mine, theirs = "https://meet.example.org/mine", "https://meet.example.org/theirs"
    url = reverse("matching:session-link", args=[session.pk])
    client.force_login(match.learner.member)
    opened = client.get(reverse("matching:match-detail", args=[match.pk])).context["link_seen"]
    set_call_link(session=session, link=theirs, by=match.sharer.member, now=NOW)

    answer = client.post(url, {"link": mine, "opened": opened})

    assert answer.status_code == 422
    assert mine in answer.content.decode() and theirs in answer.content.decode()
    assert Session.objects.get(pk=session.pk).call_link == theirs
    assert client.post(url, {"link": mine, "opened": answer.context["link_seen"]}).status_code == 302
    assert Session.objects.get(pk=session.pk).call_link == mine


def test_a_call_link_is_changed_ten_times_an_hour_and_no_more(client, match):
    now = timezone.now()
    times = [ChosenTime(now.replace(minute=0, second=0, microsecond=0) + 3 * DAY, "UTC")]
    session = propose_times(match=match, times=times, seen_version="", by=match.learner.member, now=now)
    client.force_login(match.learner.member)
    url = reverse("matching:session-link", args=[session.pk])
    answers = [client.post(url, {"link": f"https://meet.example.org/{nth}"}) for nth in range(LINKS_AN_HOUR + 1)]

    assert [answer.status_code for answer in answers] == [302] * LINKS_AN_HOUR + [422]
    assert "10 times within an hour" in str(answers[-1].context["link_form"].errors["link"])
    session.refresh_from_db()
    assert session.call_link.endswith(f"/{LINKS_AN_HOUR - 1}")
