"""Both say how it went: letters, thanks, absences, what next; edited, contradicted, at once, erased."""

from datetime import date, timedelta

import pytest

from letsconnect.base.models import Act
from mailings.models import Letter
from matching.domain.feedback import DONE_AFTER, SETTLE_AFTER, NotYet
from matching.domain.matches import MatchingError, NotYourMatch
from matching.feedback import quiet
from matching.feedback.concerns import close_concern
from matching.feedback.giving import completes_match, give_feedback
from matching.feedback.quiet import complete_done
from matching.feedback.settling import ask_how_it_went, settle_sessions
from matching.matches.answering import complete_match
from matching.models import Concern, Feedback, Match, Session, SessionOutcome
from matching.sessions.agreeing import cancel_session, seen_as
from matching.tests.factories import make_match
from matching.tests.feedback_factories import make_hour, say
from matching.tests.session_factories import make_session
from registrations.models import WorkingGroupSeat
from registrations.privacy import erasing, my_data
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_member, make_registration

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def kinds(member=None):
    letters = Letter.objects.filter(member=member) if member else Letter.objects.all()
    return sorted(kind.removeprefix("matching.") for kind in letters.values_list("kind", flat=True))


def verdict(session):
    return SessionOutcome.objects.get(session=session).verdict


def state(session):
    return Match.objects.get(pk=session.match_id).state


def test_each_side_is_asked_once():
    hour = make_hour()
    make_hour(ended=timedelta(minutes=10))
    make_session()

    assert [ask_how_it_went(NOW) for _ in range(2)] == [1, 0]

    assert kinds() == ["did_you_meet_learner", "did_you_meet_sharer"]
    assert kinds(hour.learner.member) == ["did_you_meet_learner"]


def test_a_word_is_kept_changed_and_shown_to_nobody_but_the_thanks():
    hour = make_hour()

    first = say(hour, "learner", useful=5, note="Ask about lexemes.", thanks="You are kind.")
    second = say(hour, "learner", useful=4, thanks="You are very kind.", now=NOW + DAY)

    assert first.pk == second.pk
    assert (second.useful, second.note, second.made_at, second.changed_at) == (4, "", NOW, NOW + DAY)
    assert kinds() == ["thanks"]
    assert kinds(hour.sharer.member) == ["thanks"]
    assert not Act.objects.exclude(reason=None).exists()


def test_only_the_two_may_speak_and_only_in_the_two_weeks():
    hour = make_hour()
    with pytest.raises(NotYourMatch):
        give_feedback(session=hour, by=make_member(), happened="yes", now=NOW)
    gone = hour.sharer.member
    type(gone).objects.filter(pk=gone.pk).update(is_active=False)
    with pytest.raises(NotYourMatch):
        say(hour, "sharer")
    for when in (NOW - DAY, NOW + 14 * DAY):
        with pytest.raises(NotYet):
            say(hour, "learner", now=when)
    with pytest.raises(NotYourMatch):
        say(make_session("cancelled"), "learner")
    assert not Feedback.objects.exists()


def test_both_words_settle_it_and_one_word_after_four_days():
    both, one, none = make_hour(), make_hour(), make_hour()
    say(both, "learner")
    say(both, "sharer")
    assert verdict(both) == "met"
    say(one, "learner", "other_missed")

    assert settle_sessions(NOW) == 0
    assert kinds() == []
    ask_how_it_went(NOW)
    assert settle_sessions(NOW + SETTLE_AFTER) == 1
    assert settle_sessions(NOW + SETTLE_AFTER) == 0
    assert (verdict(one), SessionOutcome.objects.get(session=one).sharer_absent) == ("missed", True)
    assert "missed_absent_sharer" in kinds(one.sharer.member)
    assert "missed_waiting_learner" in kinds(one.learner.member)
    assert settle_sessions(NOW + 14 * DAY) == 1
    assert (verdict(none), SessionOutcome.objects.get(session=none).settled_at) == ("unknown", NOW + 14 * DAY)


def test_who_says_so_themselves_gets_a_kind_letter_at_once():
    hour = make_hour()

    say(hour, "sharer", "i_missed")

    assert kinds(hour.sharer.member) == ["missed_absent_sharer"]
    assert kinds(hour.learner.member) == ["missed_waiting_learner"]


def test_where_they_disagree_nobody_was_absent_and_both_get_the_same_letter():
    hour = make_hour()
    say(hour, "learner", "other_missed")

    say(hour, "sharer", "other_missed")

    outcome = SessionOutcome.objects.get(session=hour)
    assert (outcome.verdict, outcome.learner_absent, outcome.sharer_absent) == ("crossed", False, False)
    assert kinds() == ["missed_each_other_learner", "missed_each_other_sharer"]


def twice_absent(region="MENA"):
    """A sharer whom two learners waited for in vain, four days on."""
    sharer = make_registration(offers=["wikidata"], region=region, can_help=5)
    hours = []
    for number in (2, 1):
        match = make_match("connected", sharer=sharer, connected_at=NOW - 9 * DAY)
        hours.append(make_hour(match=match, ended=number * DAY))
        say(hours[-1], "learner", "other_missed")
    return sharer, hours


def test_twice_absent_tells_the_liaisons_of_their_region_once_and_names_nobody():
    liaison, other = make_liaison("MENA"), make_liaison("LAC")
    sharer, (first, _second) = twice_absent()
    settle_sessions(NOW + 2 * DAY)
    assert verdict(first) == "missed" and not Concern.objects.exists()

    for _ in range(2):
        settle_sessions(NOW + 4 * DAY)

    concern = Concern.objects.get()
    assert (concern.kind, concern.registration) == ("absent_twice", sharer)
    assert kinds(liaison) == ["concern"] and kinds(other) == []
    assert "concern" not in kinds(sharer.member)


def test_a_liaison_who_is_absent_themselves_is_not_written_to_and_coordinators_step_in():
    coordinator = make_coordinator()
    sharer, _hours = twice_absent(region="SSA")
    WorkingGroupSeat.objects.create(member=sharer.member, role="liaison", region="SSA", from_on=date(2026, 1, 1))

    settle_sessions(NOW + 4 * DAY)

    assert kinds(coordinator) == ["concern"]
    assert "concern" not in kinds(sharer.member)


def test_a_word_said_later_takes_an_absence_back():
    sharer, (first, _second) = twice_absent()
    settle_sessions(NOW + 4 * DAY)
    assert Concern.objects.open().exists()

    say(first, "sharer", "yes", now=NOW + 5 * DAY)

    assert verdict(first) == "crossed"
    concern = Concern.objects.get()
    assert (concern.closed_at, concern.closed_by) == (NOW + 5 * DAY, None)
    assert Act.objects.filter(verb="take_back_concern").count() == 1
    assert sharer.member.is_active


def test_once_looked_after_absences_are_counted_anew():
    liaison = make_liaison("MENA")
    sharer, _hours = twice_absent()
    settle_sessions(NOW + 4 * DAY)
    concern = Concern.objects.get()
    with pytest.raises(NotYourMatch):
        close_concern(concern=concern, by=make_liaison("LAC"), now=NOW + 4 * DAY)

    close_concern(concern=concern, by=liaison, now=NOW + 4 * DAY)
    with pytest.raises(MatchingError):
        close_concern(concern=concern, by=liaison, now=NOW + 4 * DAY)

    match = make_match("connected", sharer=sharer, connected_at=NOW)
    hour = make_session(match=match, starts_at=NOW + 5 * DAY)
    say(hour, "sharer", "i_missed", now=NOW + 6 * DAY)
    assert not Concern.objects.open().exists()


def test_done_by_both_completes_and_thanks_both():
    hour = make_hour()
    say(hour, "learner", next_="done")
    assert state(hour) == "connected"

    say(hour, "sharer", next_="done")

    match = Match.objects.get()
    assert (match.state, match.closed_by) == ("completed", hour.sharer.member)
    assert kinds() == ["completed_learner", "completed_sharer"]


def test_done_by_one_completes_after_a_week_unless_the_other_wants_another_hour():
    silent, wanted = make_hour(), make_hour()
    for hour in (silent, wanted):
        say(hour, "learner", next_="done")
    say(wanted, "sharer", next_="another")
    assert complete_done(NOW + DONE_AFTER - timedelta(seconds=1)) == 0

    assert [complete_done(NOW + DONE_AFTER) for _ in range(2)] == [1, 0]

    assert (state(silent), state(wanted)) == ("completed", "connected")


def _done_and(other_happened="", other_next="", *, happened="yes", coming=False, later=False):
    """An hour after which the learner said "done", and what was said, agreed and held besides."""
    hour = make_hour(ended=2 * DAY)
    say(hour, "learner", happened, next_="done", now=NOW - DAY)
    if coming:
        make_session(match=hour.match, starts_at=NOW + 30 * DAY)
    if later:
        make_hour(match=hour.match)
    if other_happened:
        say(hour, "sharer", other_happened, next_=other_next)
    return hour


def test_those_who_are_done_are_found_as_one_of_them_is_judged():
    hours = [
        *(_done_and(happened=happened) for happened in ("yes", "i_missed", "moved")),
        *(_done_and(happened, next_) for happened in ("yes", "other_missed") for next_ in ("", "another")),
        *(_done_and("yes", next_, coming=True) for next_ in ("", "done")),
        *(_done_and("i_missed", next_, later=True) for next_ in ("", "done")),
    ]
    cancelled = _done_and("i_missed", "done", happened="i_missed", coming=True)
    coming = Session.objects.get(match=cancelled.match, starts_at__gt=NOW)
    cancel_session(session=coming, why="cannot", seen_version=seen_as(coming), by=coming.sharer.member, now=NOW)
    now = NOW + DONE_AFTER

    said = Feedback.objects.filter(next="done", session__match__state="connected")
    judged = {word for word in said if completes_match(word.session.match, word, now=now)}

    assert set(Feedback.objects.completing(now=now)) == judged
    assert {word.session for word in judged} == {hours[0], hours[3], cancelled}


def test_those_who_go_on_keep_none_from_being_done(monkeypatch):
    """More of them than are looked at in a tick would wait before all others."""
    monkeypatch.setattr(quiet, "AT_ONCE", 1)
    older, is_done, newer = _done_and("yes", "another"), _done_and(), _done_and("yes", "another")

    assert complete_done(NOW + DONE_AFTER) == 1

    assert [state(hour) for hour in (older, is_done, newer)] == ["connected", "completed", "connected"]


def test_done_is_not_acted_on_while_another_hour_is_agreed_or_was_held_since():
    hour = make_hour()
    say(hour, "learner", next_="done")
    coming = make_session(match=hour.match, starts_at=NOW + 2 * DAY)

    say(hour, "sharer", next_="done")
    assert state(hour) == "connected"

    later = NOW + 4 * DAY
    assert complete_done(later + DONE_AFTER) == 0
    say(coming, "learner", next_="done", now=later)
    say(coming, "sharer", next_="done", now=later)
    assert state(hour) == "completed"


def test_the_button_completes_at_once_after_an_hour_and_thanks_both():
    match = make_hour().match

    complete_match(match=match, by=match.learner.member, now=NOW)

    assert kinds() == ["completed_learner", "completed_sharer"]


def test_not_a_fit_ends_kindly_with_a_reason_the_other_never_reads():
    hour = make_hour()
    with pytest.raises(MatchingError):
        say(hour, "learner", next_="not_a_fit")
    assert not Feedback.objects.exists()

    say(hour, "learner", next_="not_a_fit", why="not_the_person", why_note="Too loud.")

    match = Match.objects.get()
    assert (match.state, match.closed_why, match.closed_note) == ("ended", "not_the_person", "Too loud.")
    assert kinds(hour.sharer.member) == ["closed_sharer"] and kinds(hour.learner.member) == []
    assert Match.objects.keeping_apart(now=NOW + 999 * DAY, cool_down_days=180).exists()


def test_after_the_end_one_can_still_say_it_and_thank():
    hour = make_hour()
    complete_match(match=hour.match, by=hour.learner.member, now=NOW)

    say(hour, "sharer", thanks="A pleasure.", next_="another")

    assert "thanks" in kinds(hour.learner.member)
    assert state(hour) == "completed"


def test_the_second_write_fails_and_nothing_is_kept(monkeypatch):
    hour = make_hour()

    def broken(*args, **kwargs):
        raise RuntimeError("no disk")

    monkeypatch.setattr("matching.feedback.settling.check_absences", broken)
    with pytest.raises(RuntimeError):
        say(hour, "learner", "i_missed", thanks="Sorry.")

    assert not Feedback.objects.exists() and not Letter.objects.exists() and not SessionOutcome.objects.exists()


def test_erasure_empties_ones_own_words_and_the_download_has_them_and_not_the_others():
    hour = make_hour()
    say(hour, "learner", note="Zebra", thanks="Giraffe")
    say(hour, "sharer", "yes", note="Lion", useful=1)
    learner, sharer = hour.learner.member, hour.sharer.member

    told = {member: str(my_data.everything(member, now=NOW)) for member in (learner, sharer)}
    assert "Zebra" in told[learner] and "Lion" not in told[learner]
    assert "Giraffe" in told[sharer] and "Zebra" not in told[sharer]

    erasing.erase_member(member=learner, by=learner, now=NOW)

    assert set(Feedback.objects.values_list("side", "note", "thanks")) == {("learner", "", ""), ("sharer", "Lion", "")}
