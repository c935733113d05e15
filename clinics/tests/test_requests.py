"""People ask for clinics and support what others asked for; the working group says what comes of it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import TextField, Value
from django.test.utils import CaptureQueriesContext

from clinics.domain.clinics import ClinicState
from clinics.domain.requests import (
    REQUESTS_A_MONTH,
    SUPPORTS_AN_HOUR,
    NotYourRequest,
    RequestMoveNotAllowed,
    TooManyTopics,
    TopicRefused,
)
from clinics.models import TopicRequest, TopicSupport
from clinics.planning.plans import announce_clinic, cancel_clinic, hold_clinic
from clinics.requests import asking, deciding
from clinics.requests.asking import WishedTopic
from clinics.tests.factories import make_clinic, make_topic_request
from letsconnect.base.models import Act
from letsconnect.tests.database import change, refuses
from mailings.ledger.draining import drain
from mailings.models import Letter
from mailings.tests.factories import make_subscription
from registrations.domain.registrations import ClosedMeanwhile
from registrations.skills.arranging import merge_skills
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_member, make_skill

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def ask(by, skill="wikidata", *, words="", language="en", why="We begin a project", public=False, now=NOW):
    topic = WishedTopic(None if words else make_skill(skill), words, language)
    return asking.ask_topic(topic=topic, why=why, why_is_public=public, by=by, now=now)


def support(request, by=None, now=NOW):
    return asking.support_topic(request=request, by=by or make_member(), now=now)


def wanted_by(request):
    return set(request.supports.values_list("member", flat=True))


def owed(kind):
    letters = Letter.objects.filter(kind=f"clinics.{kind}")
    return sorted(letters.values_list("member", flat=True))


def test_who_asks_is_the_first_to_support_it_and_asking_twice_changes_nothing():
    me = make_member()

    first, second = ask(me), ask(me, why="Another reason")

    assert first == second
    assert wanted_by(first) == {me.pk}
    assert TopicRequest.objects.get().why == "We begin a project"
    assert Act.objects.filter(verb="ask_topic").count() == 1


def test_the_same_skill_in_another_language_and_the_same_words_are_told_apart():
    me = make_member()

    requests = {
        ask(me),
        ask(me, language="ar"),
        ask(me, words="Museums"),
        ask(me, words=" Museums\n"),
        ask(me, "lexemes"),
    }

    assert len(requests) == 4


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"language": "xx"}, "Because"),
        ({"words": "\u200b"}, "Because"),
        ({}, " \n"),
        ({"skill": "old"}, "Because"),
    ],
)
def test_what_is_no_topic_or_has_no_reason_is_refused(asked, why):
    make_skill("old", state="retired")

    with pytest.raises(TopicRefused):
        ask(make_member(), why=why, **asked)


def test_a_skill_that_was_merged_is_asked_for_as_its_heir():
    old = make_skill("data")
    merge_skills(source=old, target=make_skill("wikidata"), by=make_coordinator(), now=NOW)
    me = make_member()

    assert ask(me, old) == ask(me, "wikidata")


def test_a_request_made_before_its_skill_was_merged_is_found_by_the_heir():
    me = make_member()
    before = ask(me, "data")

    merge_skills(source=make_skill("data"), target=make_skill("wikidata"), by=make_coordinator(), now=NOW)

    assert ask(me, "wikidata") == before
    assert str(TopicRequest.objects.with_names().get()) == "Wikidata"


def test_somebody_asks_for_a_few_topics_a_month_and_supports_some_an_hour():
    me = make_member()
    for number in range(REQUESTS_A_MONTH):
        ask(me, words=f"Topic {number}", now=NOW + number * DAY)

    with pytest.raises(TooManyTopics):
        ask(me, words="One more", now=NOW + 30 * DAY)

    assert ask(me, words="One more", now=NOW + 32 * DAY)
    assert ask(make_member(), words="One more", now=NOW)
    requests = [make_topic_request(words=f"Words {number}") for number in range(SUPPORTS_AN_HOUR + 1)]
    for request in requests[:-1]:
        support(request, me)
    with pytest.raises(TooManyTopics):
        support(requests[-1], me)
    asking.take_support_back(request=requests[0], by=me, now=NOW)  # never refused
    assert support(requests[-1], me, now=NOW + HOUR)


def test_a_closed_account_asks_for_nothing():
    with pytest.raises(ClosedMeanwhile):
        ask(make_member(is_active=False))


def test_support_counts_once_and_can_be_taken_back():
    request, me = make_topic_request(), make_member()

    support(request, me)
    support(request, me)
    assert TopicRequest.objects.counting_supporters().get().supporters == 2

    for _ in range(2):
        asking.take_support_back(request=request, by=me, now=NOW)
    assert wanted_by(request) == {request.member_id}


def test_a_request_stays_for_others_when_who_asked_takes_it_back_and_only_their_reason_goes():
    request = make_topic_request(supporters=1, why_is_public=True)

    asking.take_support_back(request=request, by=request.member, now=NOW)

    request.refresh_from_db()
    assert (request.state, request.why, request.why_is_public) == ("open", "", False)
    assert request.member_id not in wanted_by(request)
    again = ask(request.member, "wikidata", why="After all", public=True)
    assert (again, again.why, len(wanted_by(again))) == (request, "After all", 2)


def test_what_nobody_wants_any_more_is_withdrawn():
    request = make_topic_request()

    asking.take_support_back(request=request, by=request.member, now=NOW)

    request.refresh_from_db()
    assert request.state == "withdrawn"
    with pytest.raises(RequestMoveNotAllowed):
        support(request)
    assert ask(request.member, "wikidata") != request


def test_merging_moves_everybody_and_counts_nobody_twice():
    coordinator, both = make_coordinator(), make_member()
    source, target = make_topic_request(supporters=2), make_topic_request(skill="lexemes", supporters=1)
    support(source, both)
    support(target, both)
    earlier = make_topic_request(words="Data")
    deciding.merge_requests(source=earlier, target=source, by=coordinator, now=NOW)
    everybody = wanted_by(source) | wanted_by(target)

    merged = deciding.merge_requests(source=source, target=target, by=coordinator, now=NOW)

    assert merged == target
    assert wanted_by(target) == everybody
    assert target.supports.count() == len(everybody) == 7
    assert {row.merged_into_id for row in (TopicRequest.objects.get(pk=key.pk) for key in (source, earlier))} == {
        target.pk
    }
    assert support(earlier).pk == target.pk  # an old link leads to where it is now


def test_a_merge_can_be_taken_back():
    coordinator, both = make_coordinator(), make_member()
    source, target = make_topic_request(supporters=2), make_topic_request(skill="lexemes")
    for request in (source, target):
        support(request, both)
    before = wanted_by(source), wanted_by(target)
    deciding.merge_requests(source=source, target=target, by=coordinator, now=NOW)

    deciding.reopen_request(request=source, by=coordinator, now=NOW)

    assert (wanted_by(source), wanted_by(target)) == before
    assert TopicRequest.objects.get(pk=source.pk).state == "open"


@pytest.mark.parametrize("state", ["declined", "answered", "withdrawn", "merged"])
def test_nothing_is_merged_into_what_is_over_and_nothing_into_itself(state):
    more = {"merged_into": make_topic_request(words="Elsewhere")} if state == "merged" else {}
    source, over = make_topic_request(), make_topic_request(skill="lexemes", state=state, **more)

    for target in (over, source):
        with pytest.raises((RequestMoveNotAllowed, TopicRefused)):
            deciding.merge_requests(source=source, target=target, by=make_coordinator(), now=NOW)

    assert TopicRequest.objects.get(pk=source.pk).state == "open"


def test_everybody_who_wants_it_hears_what_came_of_it_once(mailoutbox):
    request = make_topic_request(supporters=1)

    deciding.decline_request(request=request, reason="A tutorial exists.", by=make_coordinator(), now=NOW)

    assert owed("topic_outcome") == sorted(wanted_by(request))
    drain(now=NOW + HOUR)
    assert ["A tutorial exists." in letter.body for letter in mailoutbox] == [True, True]
    assert ["You asked for" in letter.body for letter in mailoutbox] == [True, False]


def test_a_decision_that_is_taken_back_within_the_quiet_minute_is_not_told(mailoutbox):
    request, coordinator = make_topic_request(), make_coordinator()
    deciding.decline_request(request=request, reason="A mistake.", by=coordinator, now=NOW)

    deciding.reopen_request(request=request, by=coordinator, now=NOW)
    drain(now=NOW + HOUR)

    assert mailoutbox == []


def test_the_answer_is_words_or_a_clinic_people_can_see():
    coordinator, request = make_coordinator(), make_topic_request()
    draft = make_clinic(state=ClinicState.DRAFT)

    for clinic in (None, draft):
        with pytest.raises(TopicRefused):
            deciding.answer_request(request=request, text=" ", clinic=clinic, by=coordinator, now=NOW)

    answered = deciding.answer_request(request=request, text="", clinic=make_clinic(), by=coordinator, now=NOW)
    assert (answered.state, answered.clinic is None) == ("answered", False)


def test_declining_needs_a_reason():
    with pytest.raises(TopicRefused):
        deciding.decline_request(request=make_topic_request(), reason=" ", by=make_coordinator(), now=NOW)


@pytest.mark.parametrize(("region", "may"), [("MENA", True), ("LAC", False), ("", True)])
def test_the_liaison_of_who_asked_decides_and_another_does_not(region, may):
    request, other, by = make_topic_request(), make_topic_request(skill="lexemes"), make_liaison(region)
    for act in (
        lambda: deciding.decline_request(request=request, reason="No.", by=by, now=NOW),
        lambda: deciding.reopen_request(request=request, by=by, now=NOW),
        lambda: deciding.answer_request(request=request, text="Yes.", by=by, now=NOW),
        lambda: deciding.reopen_request(request=request, by=by, now=NOW),
        lambda: deciding.plan_for_request(request=request, clinic=make_clinic(), by=by, now=NOW),
        lambda: deciding.reopen_request(request=request, by=by, now=NOW),
        lambda: deciding.merge_requests(source=request, target=other, by=by, now=NOW),
    ):
        if may:
            act()
        else:
            with pytest.raises(NotYourRequest):
                act()


def test_nobody_without_a_seat_decides():
    for by in (make_member(region="MENA"), make_topic_request(words="Mine").member):
        with pytest.raises(NotYourRequest):
            deciding.decline_request(request=make_topic_request(), reason="No.", by=by, now=NOW)


def draft_for(*requests):
    coordinator, clinic = make_coordinator(), make_clinic(state=ClinicState.DRAFT)
    for request in requests:
        deciding.plan_for_request(request=request, clinic=clinic, by=coordinator, now=NOW)
    return clinic, coordinator


def test_a_clinic_planned_for_several_requests_tells_each_person_once_when_it_is_announced(mailoutbox):
    first, second = make_topic_request(supporters=1), make_topic_request(skill="lexemes")
    support(second, first.member)
    reader = make_member()
    make_subscription(member=reader, wants_announcements=True)
    support(first, reader)
    clinic, coordinator = draft_for(first, second)
    Letter.objects.all().delete()

    announce_clinic(clinic=clinic, by=coordinator, now=NOW)

    told = (wanted_by(first) | wanted_by(second)) - {reader.pk}
    assert owed("topic_announced") == sorted(told)
    assert owed("announced") == [reader.pk]  # the announcement itself tells them
    drain(now=NOW + 2 * DAY)
    assert len(mailoutbox) == 1 + len(told)
    assert all("Asking for money kindly" in letter.body for letter in mailoutbox)


def test_who_supports_later_is_told_of_the_clinic_too_if_it_is_announced_after_that():
    request = make_topic_request()
    clinic, coordinator = draft_for(request)
    late = make_member()
    support(request, late)

    announce_clinic(clinic=clinic, by=coordinator, now=NOW)

    assert late.pk in owed("topic_announced")


def test_a_request_is_answered_when_its_clinic_was_held_and_open_again_when_it_was_cancelled():
    first, second = make_topic_request(), make_topic_request(skill="lexemes")
    held, coordinator = draft_for(first)
    announce_clinic(clinic=held, by=coordinator, now=NOW)
    hold_clinic(clinic=held, by=coordinator, now=held.ends_at)
    cancelled, _by = draft_for(second)
    cancel_clinic(clinic=cancelled, reason="Nobody could share it.", by=coordinator, now=NOW)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.clinic) == ("answered", held)
    assert (second.state, second.clinic) == ("open", None)


def test_merging_into_what_is_planned_tells_those_who_came():
    source, target = make_topic_request(), make_topic_request(skill="lexemes")
    draft_for(target)
    Letter.objects.all().delete()

    deciding.merge_requests(source=source, target=target, by=make_coordinator(), now=NOW)

    assert owed("topic_outcome") == sorted([source.member_id, target.member_id])


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"state": "dreamt"}, "clinics_topic_request_state_is_known"),
        ({"words": "Also this"}, "clinics_topic_request_has_one_topic"),
        ({"skill": None}, "clinics_topic_request_has_one_topic"),
        (
            {"skill": None, "words": Value("one\ntwo", output_field=TextField())},
            "clinics_topic_request_words_can_be_seen",
        ),
        ({"language": "English"}, "clinics_topic_request_language_is_a_code"),
        ({"state": "merged"}, "clinics_merged_request_says_into_which"),
        ({"state": "planned"}, "clinics_planned_request_has_a_clinic"),
        ({"state": "declined"}, "clinics_decided_request_says_what_came_of_it"),
        ({"state": "answered"}, "clinics_decided_request_says_what_came_of_it"),
        ({"decided_at": NOW - DAY}, "clinics_request_decided_after_it_was_made"),
    ],
)
def test_an_impossible_request_is_refused(columns, constraint):
    refuses(constraint, change(make_topic_request(), **columns))


def test_the_database_keeps_requests_apart_and_merged_ones_one_step_deep():
    first, second = make_topic_request(), make_topic_request(skill="lexemes")
    refuses("clinics_one_request_of_a_person_for_a_skill", lambda: make_topic_request(member=first.member))
    words = make_topic_request(words="Museums")
    refuses(
        "clinics_one_request_of_a_person_in_the_same_words",
        lambda: make_topic_request(words="Museums", member=words.member),
    )
    refuses("clinics_only_what_is_planned_or_answered_has_a_clinic", change(first, clinic=make_clinic()))
    refuses("clinics_no_request_merged_into_itself", change(first, state="merged", merged_into=first))
    refuses("clinics_merged_request_says_into_which", change(first, merged_into=second))
    change(first, state="merged", merged_into=second)()
    refuses("clinics_no_request_merged_into_a_merged_one", change(words, state="merged", merged_into=first))
    refuses("clinics_no_request_merged_into_a_merged_one", change(second, state="merged", merged_into=words))
    refuses(
        "clinics_what_a_merged_request_refers_to|pkey",
        lambda: TopicRequest.objects.create(pk=first.pk, words="x", language="en", member=first.member, made_at=NOW),
    )


def test_a_decision_takes_the_same_statements_for_three_who_want_it_and_for_thirty():
    by, counts = make_coordinator(), []
    for number in (1, 3, 30):  # what a process reads once is read
        request = make_topic_request(supporters=number, skill=f"skill-{number}")
        for _decision in range(2):  # the letter of the first waits, and gives its place to that of the second
            with CaptureQueriesContext(connection) as captured:
                deciding.decline_request(request=request, reason="Not now", by=by, now=NOW)
            waiting = Letter.objects.filter(about_id__in=request.supports.all(), state="queued")
            assert waiting.count() == request.supports.count()
            deciding.reopen_request(request=request, by=by, now=NOW)
        counts.append(len(captured))
    assert counts[1] == counts[2]


def test_the_database_keeps_one_support_of_a_person():
    request = make_topic_request()
    mine = request.supports.get()

    refuses(
        "clinics_one_support_of_a_request_by_a_person",
        lambda: TopicSupport.objects.create(request=request, member=request.member, made_at=NOW),
    )
    refuses("clinics_support_moved_from_another", change(mine, came_from=request))
