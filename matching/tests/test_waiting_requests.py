"""Asking for one sharer: who may, how often, taking it back, and that the sharer never learns of it."""

import json
from datetime import date, timedelta
from functools import partial

import pytest
import time_machine
from django.urls import reverse

from letsconnect.base.models import Act
from letsconnect.tests.at_once import at_once, in_the_middle, meet_after
from mailings import kinds
from mailings.models import Letter
from matching.domain.matches import MatchingError
from matching.domain.requests import REQUEST_KEPT, CannotAsk, RequestState, TooManyRequests
from matching.models import SharerRequest
from matching.tests.factories import make_match, make_request
from matching.waiting import requests
from matching.waiting.requests import ask_for_sharer, expire_requests, withdraw_request
from registrations.models import Block, Registration, Skill, Wish
from registrations.participation import blocking, pausing
from registrations.privacy import erasing, my_data
from registrations.tests.factories import NOW, make_coordinator, make_member, make_registration, make_skill
from registrations.views.my_data import as_json

pytestmark = pytest.mark.django_db
WHY = "We begin a project about our old photographs."
LIST = reverse("matching:request-list")


@pytest.fixture
def learner():
    return make_registration(wishes=["wikidata"])


@pytest.fixture
def sharer():
    return make_registration(offers=["wikidata", "budgeting"], is_findable=True)


def ask(learner, sharer, skill="wikidata", **fields):
    values = {"why": WHY, "by": learner.member, "now": NOW, **fields}
    return ask_for_sharer(sharer=sharer, skill=make_skill(skill), **values)


def test_a_request_is_kept_for_the_next_round_and_logged(learner, sharer):
    request = ask(learner, sharer)

    assert list(SharerRequest.objects.open()) == [request]
    assert (request.learner, request.sharer, request.why, request.place) == (learner, sharer, WHY, 1)
    assert Act.objects.get(verb="ask_for_sharer").actor == learner.member
    assert Letter.objects.count() == 0


def test_asking_twice_for_the_same_changes_nothing(learner, sharer):
    first = ask(learner, sharer)

    assert ask(learner, sharer, why="Other words") == first
    assert SharerRequest.objects.get().why == WHY
    assert Act.objects.filter(verb="ask_for_sharer").count() == 1


def test_a_skill_that_is_not_wished_yet_is_added_only_if_the_person_agrees(learner, sharer):
    with pytest.raises(CannotAsk):
        ask(learner, sharer, "budgeting")
    assert (SharerRequest.objects.count(), learner.wishes.count()) == (0, 1)

    ask(learner, sharer, "budgeting", adds_wish=True)

    assert set(learner.wishes.values_list("skill__slug", flat=True)) == {"wikidata", "budgeting"}
    assert Wish.objects.get(skill__slug="wikidata").priority == 2


def test_the_fourth_request_is_refused_and_adds_no_wish(learner):
    for _number in range(3):
        ask(learner, make_registration(offers=["wikidata"], is_findable=True))

    with pytest.raises(TooManyRequests):
        ask(learner, make_registration(offers=["lexemes"], is_findable=True), "lexemes", adds_wish=True)

    assert SharerRequest.objects.count() == 3
    assert learner.wishes.count() == 1


def test_a_place_is_free_again_once_a_request_is_withdrawn(learner):
    requests = [ask(learner, make_registration(offers=["wikidata"], is_findable=True)) for _number in range(3)]
    withdraw_request(request=requests[1], by=learner.member, now=NOW)

    again = ask(learner, make_registration(offers=["wikidata"], is_findable=True))

    assert again.place == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"is_findable": False},
        {"state": "withdrawn"},
        {"paused_until": date(2026, 4, 1)},
        {"away_until": date(2026, 4, 1)},
    ],
)
def test_who_cannot_be_found_cannot_be_asked_for(learner, sharer, fields):
    Registration.objects.filter(pk=sharer.pk).update(**fields)

    with pytest.raises(CannotAsk, match="cannot be asked for at the moment"):
        ask(learner, sharer)


def test_a_block_a_skill_not_shared_and_oneself_are_refused_in_the_same_words(learner, sharer):
    words = "cannot be asked for at the moment"
    with pytest.raises(CannotAsk, match=words):
        ask(learner, sharer, "lexemes")
    with pytest.raises(CannotAsk, match=words):
        ask(sharer, sharer)
    Block.objects.create(member=sharer.member, blocked=learner.member, made_at=NOW)
    with pytest.raises(CannotAsk, match=words):
        ask(learner, sharer)


@pytest.mark.parametrize("state", ["draft", "submitted", "needs_changes", "declined", "withdrawn"])
def test_only_who_is_approved_asks(sharer, state):
    with pytest.raises(CannotAsk):
        ask(make_registration(state=state, wishes=["wikidata"]), sharer)


def test_nobody_asks_for_whom_they_are_matched_with(learner, sharer):
    make_match("connected", learner=learner, sharer=sharer)

    with pytest.raises(CannotAsk, match="matched with this person already"):
        ask(learner, sharer)


def test_a_request_needs_a_reason(learner, sharer):
    with pytest.raises(CannotAsk):
        ask(learner, sharer, why="  ")


def test_a_merged_skill_is_asked_for_under_its_heir(learner, sharer):
    gone = make_skill("wikidata-basics")
    Skill.objects.filter(pk=gone.pk).update(state="merged", merged_into=make_skill("wikidata"))

    assert ask(learner, sharer, "wikidata-basics").skill.slug == "wikidata"


def test_withdrawing_twice_is_harmless_and_only_ones_own(learner, sharer):
    request = ask(learner, sharer)

    with pytest.raises(MatchingError):
        withdraw_request(request=request, by=sharer.member, now=NOW)
    for _time in range(2):
        withdraw_request(request=request, by=learner.member, now=NOW)

    request.refresh_from_db()
    assert (request.state, request.closed_at, request.place) == (RequestState.WITHDRAWN, NOW, None)
    assert Act.objects.filter(verb="close_request").count() == 1


def test_a_request_no_round_answers_expires(learner, sharer):
    request = ask(learner, sharer)

    assert expire_requests(NOW + REQUEST_KEPT - timedelta(seconds=1)) == 0
    assert [expire_requests(NOW + REQUEST_KEPT) for _beat in range(2)] == [1, 0]

    request.refresh_from_db()
    assert request.state == RequestState.EXPIRED


def test_requests_that_expire_together_share_one_letter_that_names_each(learner, sharer):
    other = make_registration(state="approved", offers=["wikidata"], is_findable=True, name="Olga")
    for whom in (sharer, other):
        ask(learner, whom)
    with time_machine.travel(NOW + REQUEST_KEPT, tick=False):
        expire_requests(NOW + REQUEST_KEPT)

        letter = Letter.objects.get(kind="matching.request_answered")
        text = kinds.get(letter.kind).render(SharerRequest.objects.get(pk=letter.about_id), "en", "UTC").text
    assert text.count("\n- ") == 2


def test_leaving_the_programme_ends_what_one_asked_for(learner, sharer):
    request = ask(learner, sharer)

    pausing.withdraw_registration(member=learner.member, leaves_clinics=False, by=learner.member, now=NOW)

    request.refresh_from_db()
    assert request.state == RequestState.WITHDRAWN


def test_who_blocks_ends_their_own_request_and_the_other_side_notices_nothing(learner, sharer):
    Registration.objects.filter(pk=learner.pk).update(is_findable=True)
    learner.offers.create(skill=make_skill("lexemes"))
    sharer.wishes.create(skill=make_skill("lexemes"))
    mine, theirs = ask(learner, sharer), ask(sharer, learner, "lexemes")

    blocking.block_person(member=learner.member, blocked=sharer.member, by=learner.member, now=NOW)

    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.state, theirs.state) == (RequestState.WITHDRAWN, RequestState.OPEN)
    assert list(SharerRequest.objects.open()) == []


def test_the_sharer_finds_no_word_of_it_anywhere(client, learner, sharer):
    ask(learner, sharer)
    client.force_login(sharer.member)

    with time_machine.travel(NOW, tick=False):
        pages = [client.get(address).content.decode() for address in ("/", LIST, reverse("registrations:my-data"))]
    told = as_json(my_data.everything(sharer.member, now=NOW), made_at="")

    assert not [page for page in [*pages, told] if WHY in page or learner.shown_name in page]


def test_the_learner_finds_it_among_their_data(learner, sharer):
    ask(learner, sharer)

    sections = json.loads(as_json(my_data.everything(learner.member, now=NOW), made_at=""))["sections"]

    row = next(section for section in sections if section["key"] == "requests")["rows"][0]
    assert (row["why"], row["sharer"], row["skill"]) == (WHY, sharer.shown_name, "wikidata")


@pytest.fixture
def page(client, learner):
    client.force_login(learner.member)
    with time_machine.travel(NOW, tick=False):
        yield client


def url(sharer):
    return reverse("matching:sharer-ask", args=[sharer.member.public_id])


def test_the_page_asks_and_the_list_shows_and_withdraws(page, learner, sharer):
    response = page.post(url(sharer), {"skill": make_skill("wikidata").pk, "why": WHY}, follow=True)

    assert response.redirect_chain == [(LIST, 302)]
    text = response.content.decode()
    assert WHY in text and sharer.shown_name in text
    assert "You asked for this person about Wikidata" in page.get(url(sharer)).content.decode()

    request = SharerRequest.objects.get()
    page.post(reverse("matching:request-withdraw", args=[request.pk]))
    assert "Withdrawn" in page.get(LIST).content.decode()


def test_the_page_says_what_is_missing_and_keeps_what_was_typed(page, sharer):
    budgeting = make_skill("budgeting").pk

    unagreed = page.post(url(sharer), {"skill": budgeting, "why": WHY})
    nothing = page.post(url(sharer), {})

    assert (unagreed.status_code, nothing.status_code) == (422, 422)
    assert "Agree to add it" in unagreed.content.decode()
    assert WHY in unagreed.content.decode()
    assert set(nothing.context["form"].errors) == {"skill", "why"}
    agreed = page.post(url(sharer), {"skill": budgeting, "why": WHY, "adds_wish": "on"})
    assert agreed.status_code == 302


def test_the_page_offers_no_form_when_all_places_are_taken_or_the_two_are_matched(page, learner, sharer):
    matched = make_registration(offers=["wikidata"], is_findable=True)
    make_match("connected", learner=learner, sharer=matched)
    assert "You are matched with this person already." in page.get(url(matched)).content.decode()
    for place in (1, 2, 3):
        make_request(learner=learner, place=place)

    assert 'name="why"' not in page.get(url(sharer)).content.decode()
    refused = page.post(url(sharer), {"skill": make_skill("wikidata").pk, "why": WHY})
    assert (refused.status_code, SharerRequest.objects.count()) == (422, 3)


WHAT_BECAME = {
    RequestState.OPEN: "Withdraw this request",
    RequestState.MATCHED: "The round of Mon 2 March 2026, 12:00 (UTC) brought you together.",
    RequestState.NOT_THIS_TIME: "and cannot meet every wish. You can ask again, for the same person or another.",
    RequestState.WITHDRAWN: "Withdrawn Mon 2 March 2026, 12:00 (UTC).",
    RequestState.EXPIRED: "No round could answer it in time.",
}


@pytest.mark.parametrize("state", RequestState)
def test_the_list_says_what_became_of_each(page, learner, state):
    request = make_request(state, learner=learner)

    text = " ".join(page.get(LIST).content.decode().split())

    assert f"{request.sharer.shown_name}, about Wikidata" in text
    assert [other for other, words in WHAT_BECAME.items() if words in text] == [state]
    chip = f'<span class="cdx-info-chip__text">{state.label}</span>'
    assert (chip in text) is (state != RequestState.OPEN)


def test_the_list_shows_nobody_elses(client, learner, sharer):
    ask(learner, sharer)
    client.force_login(make_member())

    assert WHY not in client.get(LIST).content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_for_each_other_at_the_same_moment_do_not_wait_for_each_other(monkeypatch):
    """Were each to lock only their own registration, both would then write a row that points to the other's."""
    people = [make_registration(offers=["wikidata"], wishes=["wikidata"], is_findable=True) for _number in range(2)]
    skill = make_skill("wikidata")

    def ask_for(learner, sharer):
        return ask_for_sharer(sharer=sharer, skill=skill, why=WHY, by=learner.member, now=NOW)

    meet_after(monkeypatch, requests, "_check_available", people=2)
    at_once(partial(ask_for, *people), partial(ask_for, *people[::-1]))  # neither is refused by a deadlock

    assert SharerRequest.objects.open().count() == 2


@pytest.mark.django_db(transaction=True)
def test_asking_for_somebody_who_is_being_erased_waits_for_the_end_and_is_refused(monkeypatch):
    """What others asked of them has been ended, their words are not emptied yet: a request must not slip in."""
    make_coordinator()
    learner, sharer = make_registration(wishes=["wikidata"]), make_registration(offers=["wikidata"], is_findable=True)
    make_skill("wikidata")

    _erased, answer = in_the_middle(
        monkeypatch,
        erasing,
        "_close_registrations",
        of=lambda: erasing.erase_member(member=sharer.member, by=sharer.member, now=NOW),
        does=lambda: ask(learner, sharer),
        refusals=(CannotAsk,),
    )

    assert isinstance(answer, CannotAsk)
    assert SharerRequest.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_five_tabs_at_once_keep_three_requests():
    learner = make_registration(wishes=["wikidata"])
    sharers = [make_registration(offers=["wikidata"], is_findable=True) for _number in range(5)]
    skill = make_skill("wikidata")
    tabs = [
        partial(ask_for_sharer, sharer=sharer, skill=skill, why=WHY, by=learner.member, now=NOW) for sharer in sharers
    ]

    done = at_once(*tabs, refusals=(TooManyRequests,))

    assert sum(isinstance(one, TooManyRequests) for one in done) == 2
    assert sorted(SharerRequest.objects.waiting().values_list("place", flat=True)) == [1, 2, 3]
