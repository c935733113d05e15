"""Sentences with a number or a "because", each held against what was done; a sentence that is not so fails here."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from letsconnect.base.models import Act
from mailings import kinds
from matching.admin import charts, results
from matching.domain import feedback, sessions
from matching.domain.feedback import DONE_AFTER, END_AFTER, Happened, Next
from matching.domain.matches import MatchingError, MatchState, Side
from matching.engine import candidates, criteria
from matching.engine.reading import read
from matching.engine.settings import Settings
from matching.feedback.giving import completes_match
from matching.feedback.quiet import complete_done, end_quiet, nudge_quiet
from matching.inputs import loading as facts
from matching.matches.answering import complete_match
from matching.models import Match, Round
from matching.rounds import explanations
from matching.rounds.by_hand import Swap, swap_match, swaps_that_can_be
from matching.rounds.computing import solve_waiting_rounds
from matching.rounds.drafts import draft_round, request_round
from matching.rounds.repairing import repair_round
from matching.rounds.rules import exclude_pair
from matching.sessions.agreeing import cancel_session
from matching.tests.factories import make_match
from matching.tests.feedback_factories import make_hour, say
from matching.tests.session_factories import make_session
from matching.waiting import advice as advising
from matching.waiting import no_match
from matching.waiting.changes_in_words import what_would_help
from matching.words import reasons
from registrations.domain import registrations as registrations_domain
from registrations.domain.registrations import UNTIL_THEY_RETURN
from registrations.models import Registration, Window
from registrations.skills.arranging import merge_skills
from registrations.tests.factories import NOW, make_liaison, make_registration, make_skill
from registrations.tests.typing import save

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def computed(by, now=NOW, **fields):
    round_ = draft_round(by=by, now=now, **fields)
    request_round(round_=round_, by=by, now=now)
    solve_waiting_rounds(now=now)
    return Round.objects.get(pk=round_.pk)


# Who is left, and why


@pytest.fixture
def mixed(coordinator):
    """A round with one of each: served, left, who wants nobody, who has as many as they want, who has too few hours."""
    one = make_registration(offers=["wikidata"])
    people = {
        "either": [make_registration(wishes=["wikidata"]) for _ in range(3)],
        "wants_nobody": [make_registration(wishes=["wikidata"], can_learn_from=0)],
        "learning_enough": [make_registration(wishes=["wikidata"])],
        "too_few_hours": [make_registration(wishes=["wikidata"], windows=[(0, 60)])],
        "no_offer": [make_registration(wishes=["nothing-anybody-shares"])],
    }
    make_match("connected", learner=people["learning_enough"][0])
    return one, people, computed(coordinator)


def test_who_told_nobody_is_not_said_to_learn_from_as_many_as_they_want(mixed):
    _one, people, round_ = mixed
    said = {row.registration: row.left_out for row in round_.participants.all()}

    for code in ("wants_nobody", "learning_enough", "too_few_hours", "no_offer"):
        assert [said[person] for person in people[code]] == [code]
    assert round_.statistics["wants_nobody"] == round_.statistics["learning_enough"] == 1
    sentences = reasons.left_out(round_.statistics)
    assert "1 learner: said that they want to learn from nobody at the moment." in sentences
    [refusal] = reasons.why_not_a_pair(["learning_enough"], people["wants_nobody"][0], _one)
    assert "nobody at the moment" in refusal
    [refusal] = reasons.why_not_a_pair(["learning_enough"], people["learning_enough"][0], _one)
    assert "as many people as they want" in refusal


def test_who_is_away_when_the_rest_is_computed_again_is_not_said_to_learn_enough(mixed, coordinator):
    _one, _people, round_ = mixed
    left = round_.participants.left_out_of(round_).filter(left_out="places_taken").first().registration
    Registration.objects.filter(pk=left.pk).update(paused_until=NOW.date() + 30 * DAY)

    repair_round(round_=round_, by=coordinator, now=NOW)

    assert round_.participants.get(registration=left).left_out == "not_here"
    assert not advising.of_learners().filter(registration=left).exists()


def test_the_headline_the_list_beside_it_and_the_page_behind_it_count_the_same_people(client, coordinator, mixed):
    _one, _people, round_ = mixed
    client.force_login(coordinator)
    result = results.of_round(round_, reader=coordinator)
    served, learners = (int(number) for number in re.match(r"(\d+) of (\d+) learners", result.headline).groups())
    listed = client.get(reverse("admin:matching_round_left", args=[round_.pk])).context
    others = client.get(reverse("admin:matching_round_left", args=[round_.pk]), {"others": "1"}).context

    assert (served, learners) == (1, 4)
    assert result.left_sentence == f"{learners - served} learners get nobody."
    assert sum(group.count for group in result.left) == learners - served == len(listed["rows"]) == listed["everybody"]
    assert sum(group.count for group in result.others) == 3 == len(others["rows"])


def test_a_liaison_reads_how_many_of_those_who_are_left_are_theirs(client, mixed):
    _one, _people, round_ = mixed
    elsewhere = round_.participants.left_out_of(round_).first().registration
    Registration.objects.filter(pk=elsewhere.pk).update(region="LAC")
    client.force_login(make_liaison("LAC"))
    page = client.get(reverse("admin:matching_round_left", args=[round_.pk]))

    assert "1 of 3; the others are of regions you do not look after." in page.content.decode()


# Previews beside each other


def figures(weights, bins):
    most = 1000 * sum(weights.values())
    return {"settings": {"weights": weights}, "scores": {"most": most, "bins": bins}}


def test_a_histogram_is_compared_on_the_same_scale_only():
    before, same = figures({"level_gap": 1}, [1, 2]), figures({"level_gap": 1}, [2, 2])
    moved = figures({"level_gap": 7}, [3, 0])

    assert charts.of_scores(same, before).compares
    assert [bar.change for bar in charts.of_scores(same, before).bars] == ["+1", ""]
    assert not charts.of_scores(moved, before).compares
    assert all(not bar.change for bar in charts.of_scores(moved, before).bars if bar.figure == "0")


# Swaps


def test_whoever_is_offered_in_a_swap_is_accepted_and_who_is_refused_is_not_offered(client, coordinator):
    learner = make_registration(wishes=["wikidata"])
    sharers = [make_registration(offers=["wikidata"]) for _ in range(6)]
    round_ = computed(coordinator)
    match = round_.matches.get()
    others = [one for one in sharers if one != match.sharer]
    Registration.objects.filter(pk=others[0].pk).update(paused_until=date(9000, 1, 1))
    Window.objects.filter(registration=others[1]).delete()
    Registration.objects.filter(pk=others[2].pk).update(can_help=0)
    exclude_pair(person=learner, other=others[3], reason="They share an office", by=coordinator, now=NOW)
    client.force_login(coordinator)

    page = client.get(reverse("admin:matching_match_change", args=[match.pk])).context
    offered = [row["sharer_id"] for row in page["alternatives"]]

    assert [other.sharer for other in explanations.alternatives(match)] != []
    assert offered == [others[4].pk]
    for sharer in others:
        swap = {"match": match, "sharer": sharer, "skill": match.skill}
        possible = swaps_that_can_be([Swap(**swap)], by=coordinator, now=NOW)
        try:
            match = swap_match(**swap, by=coordinator, now=NOW)
        except MatchingError:
            assert not possible
        else:
            assert possible


def test_a_liaison_is_not_offered_a_swap_in_which_they_are_a_side(coordinator):
    liaison = make_liaison("MENA")
    make_registration(wishes=["wikidata"])
    first = make_registration(offers=["wikidata"])
    own = make_registration(member=liaison, offers=["wikidata"])
    round_ = computed(coordinator)
    match = round_.matches.get()
    other = own if match.sharer == first else first

    offered = swaps_that_can_be([Swap(match, other, match.skill)], by=liaison, now=NOW)
    assert offered == []


# Advice of hours, tested by making it


WORDS = re.compile(r"Add (?P<day>\w+) from (?P<start>\d\d:\d\d) to (?P<end>\d\d:\d\d), all of it")
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def told_times(sentence):
    """The window of the local week that a sentence speaks of."""
    found = WORDS.search(sentence)
    begins, ends = (int(found[name][:2]) * 60 + int(found[name][3:]) for name in ("start", "end"))
    begins += DAYS.index(found["day"]) * 1440
    ends += DAYS.index(found["day"]) * 1440
    return begins, ends + (1440 if ends <= begins else 0)


def be_free(registration, begins, ends):
    """Add a window to somebody's week, as the form stores it: nothing overlaps, Sunday midnight is a border."""
    minutes = {minute % 10080 for minute in range(begins, ends, 15)}
    for window in registration.windows.all():
        minutes |= set(range(window.start, window.end, 15))
    registration.windows.all().delete()
    for minute in sorted(minutes):
        Window.objects.create(registration=registration, start=minute, end=minute + 15)


def has_candidate(registration, now):
    loaded = facts.load(now=now)
    found = candidates.find(read(loaded.facts, Settings()))[0]
    return loaded.registrations.index(registration.pk) in set(found.learner.tolist())


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 3, 4, 12, tzinfo=UTC),
        datetime(2026, 3, 18, 12, tzinfo=UTC),
        datetime(2026, 10, 14, 12, tzinfo=UTC),
        datetime(2026, 6, 3, 12, tzinfo=UTC),
    ],
)
@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("Europe/Berlin", "Africa/Tunis"),
        ("Africa/Tunis", "Europe/Berlin"),
        ("Europe/Berlin", "Europe/Paris"),
        ("America/New_York", "Asia/Kathmandu"),
        ("Asia/Kathmandu", "America/Santiago"),
    ],
)
def test_making_what_an_advice_of_hours_says_finds_somebody(now, mine, theirs):
    """By the clock of the learner's zone, in each of four weeks, clock changes included; whenever it is read."""
    narrow = [(day * 1440 + 19 * 60, day * 1440 + 20 * 60) for day in (1, 2)]
    make_registration(offers=["wikidata"], zone=theirs, windows=narrow, submitted_at=now, made_at=now)
    for read_at in (now, now + timedelta(weeks=3)):
        learner = make_registration(wishes=["wikidata"], zone=mine, windows=[(480, 600)], submitted_at=now, made_at=now)
        assert not has_candidate(learner, read_at)
        said = [one.sentence for one in what_would_help(learner, now=read_at).advice if one.step == "hours"]

        be_free(learner, *told_times(said[0]))

        assert has_candidate(learner, read_at)


def test_advice_of_hours_is_given_where_clocks_change_together(coordinator):
    """So that the test above does not pass by saying nothing."""
    now = datetime(2026, 3, 18, 12, tzinfo=UTC)
    learner = make_registration(wishes=["wikidata"], zone="Europe/Berlin", windows=[(480, 600)])
    make_registration(offers=["wikidata"], zone="Europe/Paris", windows=[(1140, 1260)])
    row = computed(coordinator, now=now).participants.get(registration=learner)

    assert [one["kind"] for one in row.advice] == ["more_hours"]
    assert row.advice[0]["hours"] == 1


# Done: an hour that took place, or the word of both


def done(match, side, now=NOW):
    return complete_match(match=Match.objects.get(pk=match.pk), by=match.person(side).member, now=now)


def test_one_tap_does_not_end_a_match_whose_only_hour_was_cancelled(client):
    match = make_match("connected")
    session = make_session(match=match, starts_at=NOW + DAY)
    cancel_session(
        session=session, why="cannot", seen_version=f"{session.pk}.{session.version}", by=match.learner.member, now=NOW
    )

    assert done(match, Side.LEARNER).state == MatchState.CONNECTED
    assert done(match, Side.LEARNER).state == MatchState.CONNECTED  # twice by one is still one
    client.force_login(match.sharer.member)
    shown = client.get(reverse("matching:match-detail", args=[match.pk])).content.decode()
    assert "has said that you have met and are done" in shown
    assert done(match, Side.SHARER).state == MatchState.COMPLETED
    assert list(Act.objects.on(match).values_list("verb", flat=True)) == ["say_done", "complete_match"]


@pytest.mark.parametrize(
    ("words", "is_enough"),
    [({}, True), ({"learner": "yes"}, True), ({"sharer": "other_missed"}, False), ({"learner": "moved"}, False)],
)
def test_one_word_is_enough_after_an_hour_that_took_place(words, is_enough):
    hour = make_hour()
    for side, happened in words.items():
        say(hour, side, happened)

    assert (done(hour.match, Side.LEARNER).state == MatchState.COMPLETED) == is_enough


def test_an_hour_still_to_come_is_none_that_took_place():
    match = make_session(starts_at=NOW + DAY).match
    assert done(match, Side.SHARER).state == MatchState.CONNECTED


@pytest.mark.parametrize(("happened", "is_done"), [(Happened.YES, True), (Happened.I_MISSED, False)])
def test_a_weeks_silence_completes_only_what_took_place(happened, is_done):
    hour = make_hour()
    said = say(hour, Side.LEARNER, happened, next_=Next.DONE)

    assert completes_match(hour.match, said, now=NOW + DONE_AFTER) == is_done
    complete_done(NOW + DONE_AFTER)
    assert (Match.objects.get(pk=hour.match_id).state == MatchState.COMPLETED) == is_done


def test_what_ends_by_the_clock_is_not_logged_as_the_act_of_an_absent_person():
    hour = make_hour(match=make_match("connected", connected_at=NOW - 9 * DAY))
    say(hour, Side.LEARNER, Happened.YES, next_=Next.DONE)
    complete_done(NOW + DONE_AFTER)

    assert Act.objects.get(verb="complete_match").actor is None


# "You take part in the next round"


@pytest.mark.parametrize(
    ("fields", "is_in"),
    [
        ({}, True),
        ({"paused_until": NOW.date() + 20 * DAY}, False),
        ({"away_until": NOW.date() + 20 * DAY}, False),
        ({"state": "withdrawn"}, False),
    ],
)
@pytest.mark.parametrize("letter", ["closed", "completed"])
def test_letters_promise_the_next_round_only_to_whom_it_will_know(fields, is_in, letter, time_machine_at_now):
    match = make_match("ended" if letter == "closed" else "completed")
    Registration.objects.filter(pk=match.learner_id).update(**fields)
    match = Match.objects.get(pk=match.pk)
    text = kinds.get(f"matching.{letter}_learner").render(match, "en", "UTC").text

    assert ("You take part in the next round" in text) == is_in
    assert ("You are in no round of matches" in text) == (not is_in)


@pytest.fixture
def time_machine_at_now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.parametrize(("away", "is_in"), [(None, True), ("needs_changes", False), ("submitted", False)])
def test_coming_back_promises_a_round_only_where_there_will_be_one(client, away, is_in):
    fields = {"state": away} if away else {}
    registration = make_registration(paused_until=date(9000, 1, 1), wishes=["wikidata"], **fields)
    client.force_login(registration.member)
    said = client.post(reverse("registrations:registration-resume"), follow=True).content.decode()

    assert ("You take part in the next round of matches" in said) == is_in
    assert ("You are in no round of matches until" in said) == (not is_in)


def test_the_quiet_end_needs_nobody_to_have_met():
    match = make_match("connected", connected_at=NOW - END_AFTER - DAY)
    nudge_quiet(NOW - END_AFTER + 14 * DAY)
    end_quiet(NOW + DAY)
    match.refresh_from_db()
    assert (match.state, match.closed_by) == ("expired", None)


@pytest.mark.parametrize(("state", "said"), [("asked", "learner"), ("ended", "sharer"), ("connected", "nobody")])
def test_done_is_said_by_a_side_of_a_connection(state, said):
    match = make_match(state)
    with pytest.raises(IntegrityError, match="matching_done_is_said_of_a_connection"), transaction.atomic():
        Match.objects.filter(pk=match.pk).update(done_said_by=said[:7])


# Numbers that stand in sentences as words are the constants the code goes by


@pytest.mark.parametrize(
    ("words", "holds"),
    [
        ("at least two hours", timedelta(hours=2) == sessions.SOONEST),
        ("within the next six weeks", timedelta(weeks=6) == sessions.LATEST),
        ("at most three times", sessions.MAX_TIMES == 3),
        ("up to three times", sessions.MAX_TIMES == 3),
        ("for two weeks after the session", timedelta(weeks=2) == feedback.CLOSES_AFTER),
        ("The two weeks to say how it went", timedelta(weeks=2) == feedback.CLOSES_AFTER),
        ("nothing else within a week", timedelta(weeks=1) == feedback.DONE_AFTER),
        ("For two weeks or more you have agreed on no", timedelta(weeks=2) == feedback.NUDGE_AFTER),
        ("in six weeks or more no hour", timedelta(weeks=6) == feedback.END_AFTER),
        ("Was not there at two agreed sessions", feedback.ABSENCES_TOLD == 2),
        ("once a month at most", timedelta(days=31) <= no_match.ONCE_IN),
        ("not heard from you for half a year", timedelta(days=182) <= registrations_domain.QUIET_AFTER),
        ("within the last 30 days; none after a year", (criteria.FRESH_DAYS, criteria.STALE_DAYS) == (30, 365)),
        ("ten hours a week or more in common", criteria.PLENTY_OF_MINUTES == 600),
    ],
)
def test_a_number_in_a_sentence_is_the_number_the_code_goes_by(words, holds):
    folders = ("matching", "registrations", "clinics", "templates")
    files = [path for folder in folders for path in Path(folder).rglob("*") if path.suffix in (".py", ".html", ".txt")]
    text = "".join(path.read_text() for path in files if "tests" not in path.parts)

    assert words in re.sub(r'"\s*\n\s*"', "", text), f"no sentence says “{words}” any more"
    assert holds


@pytest.mark.parametrize("had_hour", [False, True])
@pytest.mark.parametrize("letter", ["quiet", "quiet_end"])
def test_who_has_met_is_not_told_that_no_hour_was_found(had_hour, letter, time_machine_at_now):
    match = make_match("connected", connected_at=NOW - END_AFTER - 30 * DAY)
    if had_hour:
        make_hour(match=match, ended=END_AFTER)
    text = kinds.get(f"matching.{letter}_learner").render(match, "en", "UTC").text

    assert ("no hour was found" in text or "you have agreed on no session" in text) == (not had_hour)
    assert ("further session" in text) == had_hour


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Each round, the working group looks for people"),
        ({"windows": []}, "a match needs people who are free for 2 hours a week"),
        ({"paused_until": NOW.date() + 9 * DAY}, "in no round of matches until 11 March 2026"),
        ({"state": "declined"}, "because your registration was declined"),
        (None, "because no registration of yours is sent in"),
    ],
)
def test_the_empty_list_of_matches_promises_a_round_only_to_whom_it_will_know(client, member, fields, said):
    if fields is not None:
        make_registration(**{"member": member, "wishes": ["wikidata"], **fields})
    client.force_login(member)
    with time_machine.travel(NOW, tick=False):
        page = client.get(reverse("matching:match-list")).content.decode()

    assert "You have no matches yet." in page and said in page
    assert ("Each round" in page) == (fields == {})


def test_who_has_too_few_hours_is_not_told_to_wait_for_a_letter(client, coordinator):
    me = make_registration(wishes=["wikidata"], windows=[(0, 60)])
    client.force_login(me.member)
    with time_machine.travel(NOW, tick=False):
        for name, why in (
            ("home", "You are in no round of matches, because a match needs people who are free for"),
            ("matching:no-match", "You are free for fewer hours a week than a match needs, so nobody is looked for."),
        ):
            page = client.get(reverse(name)).content.decode()
            assert why in page
            assert reverse("registrations:registration-step", args=["hours"]) in page
            assert "as soon as" not in page
    round_ = computed(coordinator)
    Round.objects.filter(pk=round_.pk).update(state="published", published_at=NOW, published_by=coordinator)

    status = advising.waiting_status(me, now=NOW)

    assert status.got_nothing and status.why == "You are free for fewer hours a week than a match needs."


def test_nobody_lets_others_find_them_is_not_said_while_whoever_does_is_away(client, member):
    make_registration(member=member, wishes=["wikidata"])
    make_registration(offers=["wikidata"], is_findable=True, away_until=NOW.date() + 9 * DAY)
    client.force_login(member)
    with time_machine.travel(NOW, tick=False):
        page = client.get(reverse("matching:sharer-list")).content.decode()

    assert "Nobody who takes part lets others find them at the moment." in page
    assert "lets others find them yet" not in page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Your request is kept for the next round of matches."),
        (
            {"away_until": NOW.date() + 9 * DAY},
            "is kept. You are in no round of matches until 11 March 2026",
        ),
    ],
)
def test_a_request_is_promised_the_next_round_only_where_its_learner_is_in_it(client, member, fields, said):
    make_registration(member=member, wishes=["wikidata"], **fields)
    sharer = make_registration(offers=["wikidata"], is_findable=True)
    client.force_login(member)
    typed = {"skill": make_skill("wikidata").pk, "why": "They made the tool I use."}
    with time_machine.travel(NOW, tick=False):
        page = client.post(reverse("matching:sharer-ask", args=[sharer.member.public_id]), typed, follow=True)

    assert said in page.content.decode()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Saved. Your registration stays approved, and the next matching uses what you changed."),
        (
            {"paused_until": NOW.date() + 9 * DAY},
            "stays approved. You are in no round of matches",
        ),
    ],
)
def test_the_next_matching_is_said_to_use_what_was_changed_only_where_it_does(client, member, fields, said):
    make_registration(member=member, wishes=["wikidata"], contact_text="x", **fields)
    client.force_login(member)
    with time_machine.travel(NOW, tick=False):
        page = save(client, "places", can_help="2", can_learn_from="3")
        said_then = client.get(page.url).content.decode()

    assert said in said_then


@pytest.mark.parametrize(("letter", "state"), [("expired", "expired"), ("closed", "declined")])
@pytest.mark.parametrize("is_away", [False, True])
def test_who_is_in_no_round_is_not_said_to_be_counted_there(letter, state, is_away, time_machine_at_now):
    match = make_match(state, learner_accepted_at=NOW - DAY)
    Registration.objects.filter(pk=match.learner_id).update(away_until=NOW.date() + 9 * DAY if is_away else None)

    rendered = kinds.get(f"matching.{letter}_learner").render(Match.objects.get(pk=match.pk), "en", "UTC")

    for text in (rendered.text, rendered.html):
        assert ("a round counts you among those who have waited longest" in text) == (not is_away)
        assert ("in no round of matches until" in text) == is_away


def test_nobody_shares_it_is_not_said_once_somebody_does():
    learner = make_registration(wishes=["wikidata"])
    make_registration(wishes=["wikidata"])
    assert any("Nobody shares" in one.sentence for one in what_would_help(learner, now=NOW).advice)

    make_registration(offers=["wikidata"])

    assert not any("Nobody shares" in one.sentence for one in what_would_help(learner, now=NOW).advice)


@pytest.mark.parametrize(
    ("away", "said"),
    [
        ({"away_until": NOW.date() + 9 * DAY}, "but is away until 11 March 2026"),
        ({"paused_until": UNTIL_THEY_RETURN}, "but does not take part at the moment"),
    ],
)
def test_nobody_shares_it_is_not_said_while_whoever_does_is_away(away, said):
    learner = make_registration(wishes=["wikidata"])
    make_registration(offers=["wikidata"], **away)

    sentences = [one.sentence for one in what_would_help(learner, now=NOW).advice]
    assert not any("Nobody shares" in sentence for sentence in sentences)
    assert any(said in sentence for sentence in sentences)


def test_nobody_shares_it_is_not_said_of_what_lives_on_in_a_skill_that_somebody_shares(coordinator):
    learner = make_registration(wishes=["wikidata"])
    assert any("Nobody shares" in one.sentence for one in what_would_help(learner, now=NOW).advice)
    make_registration(offers=["linked-data"])

    merge_skills(source=make_skill("wikidata"), target=make_skill("linked-data"), by=coordinator, now=NOW)

    assert not any("Nobody shares" in one.sentence for one in what_would_help(learner, now=NOW).advice)
