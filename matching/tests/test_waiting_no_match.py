"""Those a round had nobody for: what they read on their pages, and the letter they get once a month at most."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mailings import kinds
from mailings.ledger.sweeping import sweep
from mailings.models import Letter
from matching.domain.requests import NotThisTime, RequestState
from matching.models import RoundParticipant
from matching.tests.factories import make_match, make_request, make_round
from matching.waiting import advice as advising
from matching.waiting import answering
from matching.waiting.answering import answer_requests
from matching.waiting.no_match import owe_no_match_letters
from registrations.consents.agreeing import agree, take_back
from registrations.models import Block, Member, Registration
from registrations.tests.factories import NOW, make_coordinator, make_registration

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LATER = NOW + DAY
PAGE = reverse("matching:no-match")
KIND = "matching.no_match"


def publish(*, at=NOW, **fields):
    return make_round("published", started_at=at - DAY, finished_at=at - DAY, published_at=at, **fields)


def leave_out(registration=None, *, round_=None, why="no_hour_in_common", advice=(), **fields):
    """Somebody who took part in a published round and got nothing."""
    registration = registration or make_registration(wishes=["wikidata"], changed_at=NOW - 9 * DAY)
    round_ = round_ or publish()
    number = RoundParticipant.objects.filter(round=round_).count()
    return RoundParticipant.objects.create(
        round=round_,
        number=number,
        registration=registration,
        is_learner=True,
        left_out=why,
        advice=list(advice),
        **fields,
    )


def news(participant, now=LATER):
    return advising.waiting_status(Registration.objects.get(pk=participant.registration_id), now=now)


@pytest.fixture
def someone():
    return leave_out(advice=[{"kind": "region_wish"}])


def letters():
    return Letter.objects.filter(kind=KIND)


# How somebody stands


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"state": "submitted"}, "not_in"),
        ({"state": "withdrawn"}, "not_in"),
        ({"paused_until": date(2026, 5, 1)}, "resting"),
        ({"away_until": date(2026, 5, 1)}, "resting"),
        ({"can_learn_from": 0}, "no_room"),
        ({}, "left_out"),
    ],
)
def test_how_somebody_stands_follows_from_what_their_registration_says_now(fields, state):
    participant = leave_out()
    Registration.objects.filter(pk=participant.registration_id).update(**fields)

    assert news(participant).state == state


def test_without_a_wish_nobody_is_looked_for():
    participant = leave_out()
    participant.registration.wishes.all().delete()

    assert news(participant).state == "no_wish"


def test_before_the_first_round_one_waits_since_one_joined():
    registration = make_registration(wishes=["wikidata"], submitted_at=NOW - 3 * DAY)

    told = advising.waiting_status(registration, now=NOW)

    assert (told.state, told.since) == ("first_round", NOW - 3 * DAY)


@pytest.mark.parametrize("state", ["draft", "solving", "proposed", "failed", "cancelled"])
def test_a_round_that_is_not_published_tells_nobody_anything(state):
    fields = {"failed": {"failure": "x"}, "cancelled": {"cancelled_at": NOW, "cancelled_by": make_coordinator()}}
    participant = leave_out(round_=make_round(state, **fields.get(state, {})))

    told = news(participant)

    assert (told.state, told.is_prepared) == ("first_round", state == "proposed")
    assert owe_no_match_letters(LATER) == 0


@pytest.mark.parametrize(
    ("match", "state"),
    [
        ("proposed", "next_round"),
        ("approved", "next_round"),
        ("asked", "matched"),
        ("connected", "matched"),
        ("declined", "next_round"),
        ("completed", "next_round"),
        ("refused", "left_out"),
    ],
)
def test_who_got_something_of_the_round_is_not_told_that_they_got_nothing(match, state):
    participant = leave_out(why="")
    make_match(match, round=participant.round, learner=participant.registration)

    assert news(participant).state == state
    assert owe_no_match_letters(LATER) == (state == "left_out")


def test_a_refused_match_says_neither_who_nor_that_somebody_was_refused():
    participant = leave_out(why="")
    match = make_match("refused", round=participant.round, learner=participant.registration, closed_note="A quarrel")

    told = news(participant)

    assert told.why.startswith("The working group looked at what the round found")
    assert match.sharer.shown_name not in told.why and "quarrel" not in told.why


def test_who_learns_from_as_many_as_they_want_was_not_left_out():
    assert news(leave_out(why="learning_enough")).state == "first_round"


def test_the_newest_round_counts():
    first = leave_out(why="no_offer")
    leave_out(first.registration, round_=publish(at=NOW + 10 * DAY), why="places_taken")

    assert (
        news(first, NOW + 11 * DAY).why == "Somebody could have helped you, but this time every place went to others."
    )


def test_since_when_somebody_waits_is_the_end_of_their_last_match():
    participant = leave_out()
    make_match("completed", learner=participant.registration, asked_at=NOW - 90 * DAY, closed_at=NOW - 30 * DAY)

    assert news(participant).since == NOW - 30 * DAY


def test_facts_changed_since_the_round_are_said_so():
    participant = leave_out()
    assert news(participant).changed_at is None

    Registration.objects.filter(pk=participant.registration_id).update(changed_at=NOW)

    assert news(participant).changed_at == NOW


def test_a_block_reads_like_any_other_bad_luck():
    assert "could not be had" in news(leave_out(why="kept_apart")).why


@pytest.mark.parametrize("why", sorted(advising._WHY))
def test_every_reason_the_engine_knows_has_its_words(why):
    assert news(leave_out(why=why)).why


def test_no_reason_of_the_engine_is_without_words():
    from matching.engine.facts import LEFT_OUT

    assert set(LEFT_OUT) <= {*advising._WHY, *advising.CONTENT}


# The pages


def test_the_home_page_says_why_and_leads_to_what_would_help(client, someone):
    client.force_login(someone.registration.member)

    with time_machine.travel(LATER, tick=False):
        text = client.get("/").content.decode()

    assert "The round of" in text and "You had no hour of the week in common" in text
    assert PAGE in text


@pytest.mark.parametrize("state", ["draft", "submitted", "approved", "withdrawn"])
def test_the_page_answers_everybody(client, state):
    client.force_login(make_registration(state=state).member)

    assert client.get(PAGE).status_code == 200


def test_the_page_says_since_when_and_what_next(client, someone):
    client.force_login(someone.registration.member)

    with time_machine.travel(LATER, tick=False):
        text = client.get(PAGE).content.decode()

    for said in ("What would help", "What happens next", "You have waited since", "once a month at most"):
        assert said in text
    assert "Nobody shares Wikidata yet" in text


def test_the_page_costs_12_queries_at_most_for_3_who_share_as_for_30(client):
    registration = make_registration(wishes=["wikidata", "lexemes"], windows=[(480, 600)])
    leave_out(registration)
    client.force_login(registration.member)

    def queries(sharers):
        for _number in range(sharers):
            make_registration(offers=["wikidata"])
        with time_machine.travel(LATER, tick=False), CaptureQueriesContext(connection) as captured:
            client.get(PAGE)
        return len(captured)

    queries(1)
    assert queries(3) == queries(27) <= 12


# The letter


def test_the_letter_is_owed_a_day_after_publishing_and_once(someone):
    assert owe_no_match_letters(LATER - timedelta(seconds=1)) == 0
    assert [owe_no_match_letters(LATER) for _beat in range(2)] == [1, 0]
    assert owe_no_match_letters(LATER + 40 * DAY) == 0

    letter = letters().get()
    assert letter.member == someone.registration.member
    assert letter.key == f"matching:no_match:{someone.registration_id}:2026-03"


def test_two_beats_at_once_owe_one_letter(someone):
    sweep_all = sweep.__wrapped__
    assert [sweep_all(now=LATER).owed["matching.no_match"] for _beat in range(2)] == [1, 0]
    assert letters().count() == 1


def test_several_rounds_in_a_month_owe_one_letter(someone):
    assert owe_no_match_letters(LATER) == 1
    for days in (5, 12, 20):
        leave_out(someone.registration, round_=publish(at=NOW + days * DAY))

        assert owe_no_match_letters(NOW + (days + 1) * DAY) == 0

    assert owe_no_match_letters(LATER + 30 * DAY) == 0
    assert owe_no_match_letters(LATER + 31 * DAY) == 1


@pytest.mark.parametrize(
    ("zone", "month"), [("Pacific/Kiritimati", "2026-04"), ("UTC", "2026-03"), ("Pacific/Pago_Pago", "2026-03")]
)
def test_the_month_is_the_readers(zone, month):
    published = datetime(2026, 3, 30, 12, tzinfo=UTC)
    registration = make_registration(wishes=["wikidata"], zone=zone)
    leave_out(registration, round_=publish(at=published))

    assert owe_no_match_letters(published + DAY) == 1
    assert letters().get().key.endswith(month)


def test_around_a_month_boundary_there_is_one_letter_whatever_the_clocks_say():
    registration = make_registration(wishes=["wikidata"], zone="Pacific/Pago_Pago")
    first = datetime(2026, 3, 30, 20, tzinfo=UTC)
    leave_out(registration, round_=publish(at=first))
    assert owe_no_match_letters(first + DAY) == 1
    leave_out(registration, round_=publish(at=first + DAY))

    assert owe_no_match_letters(first + 2 * DAY) == 0


@pytest.mark.parametrize(
    "columns",
    [
        {"state": "submitted"},
        {"state": "withdrawn"},
        {"paused_until": date(2026, 5, 1)},
        {"away_until": date(2026, 5, 1)},
    ],
)
def test_who_does_not_take_part_just_now_is_not_written_to(someone, columns):
    Registration.objects.filter(pk=someone.registration_id).update(**columns)

    assert owe_no_match_letters(LATER) == 0
    assert owed(someone) is not None


def test_who_was_imported_and_has_not_claimed_is_never_written_to():
    old = make_registration(source="import", state="approved", wishes=["wikidata"], imported_address="old@example.org")
    leave_out(old)

    assert owe_no_match_letters(LATER) == 0
    assert owed(RoundParticipant.objects.get()) is not None


def test_who_has_no_address_is_not_written_to(someone):
    Member.objects.filter(pk=someone.registration.member_id).update(email=None)

    assert owe_no_match_letters(LATER) == 0


def test_old_news_is_not_told(someone):
    assert owe_no_match_letters(NOW + 46 * DAY) == 0


def owed(participant, now=LATER):
    return kinds.get(KIND).still_owed(Registration.objects.get(pk=participant.registration_id), now)


def test_it_is_checked_again_when_it_is_sent(someone):
    assert owed(someone) is None

    make_match("asked", learner=someone.registration)
    assert owed(someone) == "matched since, or wishes nobody any more"


def test_a_closed_account_is_not_written_to(someone):
    Member.objects.filter(pk=someone.registration.member_id).update(is_active=False)

    assert owed(someone) == "no longer in the programme"


def test_who_took_back_their_consent_is_not_written_to(someone):
    member = someone.registration.member
    assert owed(someone) is None

    take_back(member=member, document="privacy_notice", by=member, now=NOW)
    assert owed(someone) == "has not agreed to the documents"
    agree(member=member, versions={"privacy_notice": "2026-11"}, by=member, now=NOW)
    assert owed(someone) is None


def render(kind, about, language="en", now=LATER):
    with time_machine.travel(now, tick=False):
        return kinds.get(kind).render(about, language, "UTC")


@pytest.mark.parametrize("language", ["en", "es", "ar", "fr", "pt"])
def test_the_letter_reads_in_every_language(language):
    registration = make_registration(wishes=["wikidata"], region_wish="same", name="Amina")
    make_registration(offers=["wikidata"], windows=[(480, 600)])
    make_registration(offers=["wikidata"], speaks=[("es", 6)])
    make_registration(offers=["lexemes"])
    participant = leave_out(registration)
    away = make_registration(offers=["wikidata"], is_findable=True, away_until=LATER.date() + 9 * DAY)
    fields = {"round": participant.round, "closed_at": LATER, "sharer": away}
    asked = make_request("not_this_time", learner=registration, **fields)

    rendered = render(KIND, registration, language)

    for text in (rendered.text, rendered.html):
        assert PAGE in text
        assert "/registration/hours/" in text and "/registration/you/" in text and "/registration/skills/" in text
        assert asked.sharer.shown_name in text
        assert asked.sharer.member.email not in text and registration.member.email not in text
    assert rendered.subject
    assert ("rtl" in rendered.html) == (language == "ar")


# What became of a request


@pytest.fixture
def asked():
    """A request of somebody whom a round that has settled left out, for somebody who was in it."""
    request = make_request(made_at=NOW - 2 * DAY)
    round_ = publish()
    leave_out(request.learner, round_=round_, why="places_taken")
    RoundParticipant.objects.create(round=round_, number=9, registration=request.sharer)
    return request


def answered(request):
    request.refresh_from_db()
    return request.state, request.not_this_time


def test_a_request_that_became_a_match_is_closed_without_a_letter_of_its_own():
    request = make_request(made_at=NOW - 2 * DAY)
    match = make_match("asked", learner=request.learner, sharer=request.sharer, round=publish())

    assert [answer_requests(NOW) for _beat in range(2)] == [1, 0]

    request.refresh_from_db()
    assert (request.state, request.match, request.round) == (RequestState.MATCHED, match, match.round)
    assert Letter.objects.count() == 0


def test_a_request_the_round_could_not_meet_is_answered_once_it_has_settled(asked):
    assert answer_requests(LATER - timedelta(seconds=1)) == 0
    assert [answer_requests(LATER) for _beat in range(2)] == [1, 0]

    assert answered(asked) == (RequestState.NOT_THIS_TIME, NotThisTime.NOT_EVERYBODY)
    assert Letter.objects.get().member == asked.learner.member


def test_a_round_that_read_the_requests_before_this_one_does_not_answer_it(asked):
    type(asked).objects.filter(pk=asked.pk).update(made_at=NOW - timedelta(hours=1))

    assert answer_requests(LATER) == 0


def test_a_request_waits_while_something_is_undecided_for_the_learner(asked):
    round_ = RoundParticipant.objects.get(registration=asked.learner).round
    make_match("approved", round=round_, learner=asked.learner)

    assert answer_requests(LATER) == 0


def test_a_request_for_somebody_who_was_only_away_goes_on_waiting(asked):
    RoundParticipant.objects.filter(registration=asked.sharer).delete()

    assert answer_requests(LATER) == 0
    assert answered(asked)[0] == RequestState.OPEN


def test_the_first_round_that_has_both_answers_a_request_after_one_without_the_other(asked):
    """Else it would expire, and the learner would read that no round could answer it in time."""
    RoundParticipant.objects.filter(registration=asked.sharer).delete()
    second = publish(at=NOW + 30 * DAY)
    leave_out(asked.learner, round_=second, why="places_taken")
    RoundParticipant.objects.create(round=second, number=9, registration=asked.sharer)

    assert answer_requests(LATER) == 0
    assert answer_requests(LATER + 30 * DAY) == 1
    assert answered(asked)[0] == RequestState.NOT_THIS_TIME
    assert asked.round == second


def test_requests_that_go_on_waiting_keep_none_from_its_answer(monkeypatch):
    """More of them than are looked at in a tick: asked after the round, for somebody away, or something undecided."""
    monkeypatch.setattr(answering, "AT_ONCE", 1)
    made = [make_request(made_at=at) for at in (NOW, NOW - 2 * DAY, NOW - 2 * DAY, NOW - 2 * DAY)]
    for_somebody_away, undecided, last = made[1:]
    for request in made:
        round_ = leave_out(request.learner, why="places_taken").round
        if request != for_somebody_away:
            RoundParticipant.objects.create(round=round_, number=9, registration=request.sharer)
        if request == undecided:
            make_match("approved", round=round_, learner=request.learner)

    assert [answer_requests(LATER) for _beat in range(2)] == [1, 0]

    assert answered(last)[0] == RequestState.NOT_THIS_TIME


@pytest.mark.parametrize("how", ["block", "left", "hidden"])
def test_whatever_the_other_side_did_it_reads_the_same(asked, how):
    RoundParticipant.objects.filter(registration=asked.sharer).delete()
    if how == "block":
        Block.objects.create(member=asked.sharer.member, blocked=asked.learner.member, made_at=NOW)
    else:
        column = {"left": {"state": "withdrawn"}, "hidden": {"is_findable": False}}[how]
        Registration.objects.filter(pk=asked.sharer_id).update(**column)

    assert answer_requests(LATER) == 1
    assert answered(asked) == (RequestState.NOT_THIS_TIME, NotThisTime.NOT_EVERYBODY)


@pytest.mark.parametrize(
    ("learner", "why"),
    [
        ({"region_wish": "other"}, NotThisTime.MY_REGION_WISH),
        ({"region_wish": "same", "region": "LAC"}, NotThisTime.MY_REGION_WISH),
        ({"region_wish": "same"}, NotThisTime.NOT_EVERYBODY),
    ],
)
def test_my_own_region_wish_is_told_as_the_reason(asked, learner, why):
    Registration.objects.filter(pk=asked.learner_id).update(**learner)
    answer_requests(LATER)

    assert answered(asked)[1] == why


def test_their_region_wish_is_not_told(asked):
    Registration.objects.filter(pk=asked.sharer_id).update(region_wish="other")
    answer_requests(LATER)

    assert answered(asked)[1] == NotThisTime.NOT_EVERYBODY


def test_hours_and_languages_are_told_as_the_reason(asked):
    asked.learner.windows.all().delete()
    asked.learner.windows.create(start=0, end=120)
    answer_requests(LATER)
    assert answered(asked)[1] == NotThisTime.NO_HOURS


def test_no_shared_language_is_told_as_the_reason(asked):
    asked.learner.spoken_languages.update(code="ne")
    answer_requests(LATER)

    assert answered(asked)[1] == NotThisTime.NO_LANGUAGE


def test_another_match_of_the_round_is_told_as_the_reason_and_written_about(asked):
    round_ = RoundParticipant.objects.get(registration=asked.learner).round
    make_match("asked", round=round_, learner=asked.learner)
    answer_requests(LATER)

    assert answered(asked)[1] == NotThisTime.MATCHED_OTHERWISE
    assert kinds.get("matching.request_answered").still_owed(asked, LATER) is None


def test_who_hears_of_the_round_anyway_gets_one_letter_that_says_both(asked):
    answer_requests(LATER)
    owe_no_match_letters(LATER)
    asked.refresh_from_db()

    assert kinds.get("matching.request_answered").still_owed(asked, LATER) == "told in the email about the round"
    assert asked.sharer.shown_name in render(KIND, asked.learner).text


def test_several_requests_of_a_round_share_a_letter(asked):
    other = make_request(learner=asked.learner, place=2, made_at=NOW - 2 * DAY)
    RoundParticipant.objects.create(round=RoundParticipant.objects.first().round, number=10, registration=other.sharer)

    assert answer_requests(LATER) == 2

    asked.refresh_from_db()
    assert Letter.objects.count() == 1
    text = render("matching.request_answered", asked).text
    assert asked.sharer.shown_name in text and other.sharer.shown_name in text


@pytest.mark.parametrize("language", ["en", "es", "ar", "fr", "pt"])
@pytest.mark.parametrize("state", ["not_this_time", "expired"])
def test_the_letter_about_a_request_reads_in_every_language(language, state):
    request = make_request(state)

    rendered = render("matching.request_answered", request, language)

    for text in (rendered.text, rendered.html):
        assert request.sharer.shown_name in text
        assert request.sharer.member.email not in text
        assert reverse("matching:request-list") in text
    assert ("rtl" in rendered.html) == (language == "ar")


def test_rounds_that_were_not_for_somebody_do_not_make_a_page_say_that_none_was_held(client):
    """A round for other regions, or one while they were away, was held all the same."""
    make_round("published", published_at=NOW)
    me = make_registration(wishes=["surveys"], submitted_at=NOW - 9 * DAY).member
    with time_machine.travel(NOW + DAY, tick=False):
        client.force_login(me)
        page = client.get(reverse("matching:no-match")).content.decode()

    assert "No round of matches has been held" not in page
    assert "No round of matches has looked for somebody for you yet." in page


def test_who_took_over_an_old_registration_waits_since_then_and_not_since_the_old_form():
    old = make_registration(wishes=["surveys"], submitted_at=NOW - 900 * DAY, claimed_at=NOW - 3 * DAY)

    assert advising.waiting_status(old, now=NOW).since == NOW - 3 * DAY


def test_who_was_matched_outside_of_any_round_they_were_counted_in_is_not_told_that_nobody_was_looked_for():
    me = make_registration(wishes=["surveys"])
    make_match("declined", skill="surveys", learner=me, closed_at=NOW - DAY)

    assert advising.waiting_status(me, now=NOW).state == "next_round"
