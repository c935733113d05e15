"""Drafts and previews, one pair in all its reasons, why not another, requests, exclusions and rules, on the desk."""

import html

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from letsconnect.tests import mass_acts
from mailings.models import Letter
from matching.domain.matches import MatchState, RoundPhase, RoundState
from matching.engine.criteria import CRITERIA
from matching.models import Exclusion, Match, MatchingRules, Round
from matching.rounds.by_hand import make_match_by_hand
from matching.rounds.computing import solve_waiting_rounds
from matching.rounds.drafts import draft_round, request_round
from matching.rounds.previewing import preview_round
from matching.rounds.rules import exclude_pair
from matching.tests.factories import make_match, make_request
from registrations.models import Look, Registration, Wish
from registrations.tests.factories import NOW, make_member, make_registration

pytestmark = pytest.mark.django_db

ROUND = "admin:matching_round_change"
MATCH = "admin:matching_match_change"
WHY_NOT = "admin:matching_round_why_not"
WEIGHTS = {f"weight_{criterion}": "1" for criterion in CRITERIA}
EVERYBODY = {"which_regions": "all", "which_skills": "all", "weeks": "0"}


def page(client, member, name, *args, **query):
    client.force_login(member)
    return client.get(reverse(name, args=args), query)


def press(client, member, name, *args, **data):
    client.force_login(member)
    return client.post(reverse(name, args=args), data, follow=True)


def people(learners=3, sharers=2, **fields):
    return (
        [make_registration(wishes=["wikidata"], **fields) for _ in range(learners)],
        [make_registration(offers=["wikidata"], **fields) for _ in range(sharers)],
    )


def computed(coordinator):
    round_ = draft_round(by=coordinator, now=NOW)
    request_round(round_=round_, by=coordinator, now=NOW)
    solve_waiting_rounds(now=NOW)
    return Round.objects.get(pk=round_.pk)


@pytest.fixture
def drafted(coordinator):
    """A draft with its preview, as the button for a new round leaves it."""
    people()
    draft = draft_round(by=coordinator, now=timezone.now())
    return preview_round(round_=draft, by=coordinator, now=timezone.now())


def test_a_draft_shows_at_once_what_would_come_of_it_and_promises_nothing(client, coordinator):
    people()
    press(client, coordinator, "admin:matching_round_new")
    drafted = Round.objects.get()
    shown = page(client, coordinator, ROUND, drafted.pk).content.decode()

    assert "2 of 3 learners get a proposal." in shown
    assert "3 learners want Wikidata, 2 sharers have 2 places: 1 short." in shown
    assert "every place went to another learner" in shown
    assert "Middle East" in shown
    assert shown.count("<h1>") == 1
    assert (drafted.state, drafted.requested_at) == (RoundState.DRAFT, None)
    assert not Match.objects.exists()
    assert not Letter.objects.exists()


def test_moving_a_weight_says_what_it_changed(client, coordinator, drafted):
    data = {**WEIGHTS, **EVERYBODY, "weight_level_gap": "7", "preset": "most_people"}

    shown = press(client, coordinator, "admin:matching_round_settings", drafted.pk, **data).content.decode()

    assert "As many learners get a proposal as before." in shown
    assert "All pairs together" not in shown  # points under other weights are of another measure
    assert "The pairs are the same." in shown
    assert Round.objects.get().settings["weights"]["level_gap"] == 7


def test_the_scope_narrows_the_learners_and_is_said_in_words(client, coordinator, drafted):
    make_registration(wishes=["wikidata"], region="LAC", country="AR")
    only = {"which_regions": "only", "regions": ["LAC"]}
    data = {**WEIGHTS, **EVERYBODY, "preset": "longest_waiting", **only}

    shown = press(client, coordinator, "admin:matching_round_settings", drafted.pk, **data).content.decode()

    assert "1 of 1 learner gets a proposal." in shown
    assert "Only learners of these regions: Latin America" in shown
    assert "2 learners fewer" not in shown
    assert "1 learner fewer gets a proposal." in shown
    assert Round.objects.get().settings["preset"] == "longest_waiting"


@pytest.mark.parametrize(
    "wrong",
    [
        {"weight_level_gap": "-1"},
        {"preset": "none"},
        {"weeks": "x"},
        {"weeks": ""},
        {"which_skills": "only", "skills": ["0"]},
        {"which_regions": ""},
        {"which_skills": ""},
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(client, coordinator, drafted, wrong):
    data = {**WEIGHTS, **EVERYBODY, "preset": "most_people", **wrong}

    shown = press(client, coordinator, "admin:matching_round_settings", drafted.pk, **data)

    assert shown.context["form"].errors
    assert Round.objects.get().settings == drafted.settings


@pytest.mark.parametrize(("field", "asks"), [("regions", "Tick a"), ("skills", "Choose a")])
def test_boxes_nobody_ticked_are_never_read_as_everybody(client, coordinator, drafted, field, asks):
    data = {**WEIGHTS, **EVERYBODY, "preset": "most_people", f"which_{field}": "only"}

    shown = press(client, coordinator, "admin:matching_round_settings", drafted.pk, **data)

    assert asks in shown.context["form"].errors[field][0]
    assert shown.context["form"].errors[field][0] in html.unescape(shown.content.decode())
    assert Round.objects.get().scope == drafted.scope


def test_boxes_ticked_beside_every_region_are_asked_about_and_not_passed_over(client, coordinator, drafted):
    data = {**WEIGHTS, **EVERYBODY, "preset": "most_people", "regions": ["LAC"]}

    shown = press(client, coordinator, "admin:matching_round_settings", drafted.pk, **data)

    assert list(shown.context["form"].errors) == ["regions"]
    assert Round.objects.get().scope == drafted.scope


def test_only_who_began_a_draft_or_a_coordinator_is_offered_its_buttons(client, liaison, drafted):
    shown = page(client, liaison, ROUND, drafted.pk).content.decode()
    assert "Only a coordinator or whoever began a round changes it." in shown
    assert "/request/" not in shown

    told = press(client, liaison, "admin:matching_round_request", drafted.pk).content.decode()

    assert "Only a coordinator or whoever began a round changes it." in told
    assert Round.objects.get().requested_at is None


def test_two_people_are_put_together_by_hand_with_a_reason_and_taken_apart(client, coordinator, drafted):
    learner, sharer = Registration.objects.filter(wishes__isnull=False).last(), Registration.objects.last()
    data = {"learner": learner.pk, "sharer": sharer.pk, "skill": Wish.objects.first().skill_id}
    name = "admin:matching_round_pair"
    assert press(client, coordinator, name, drafted.pk, **data).context["form"].errors

    shown = press(client, coordinator, name, drafted.pk, why="They met at a camp.", **data).content.decode()

    match = Match.objects.get()
    assert (match.made_by_hand, match.learner, match.sharer) == (True, learner, sharer)
    assert "They met at a camp." in shown
    press(client, coordinator, "admin:matching_round_unpair", drafted.pk, match.pk)
    assert Match.objects.get().state == MatchState.WITHDRAWN


def test_a_pair_that_breaks_a_rule_is_refused_with_that_rule(client, coordinator, drafted):
    learner = Registration.objects.filter(wishes__isnull=False).first()
    stranger = make_registration(offers=["wikidata"], speaks=[("xh", 6)])
    data = {"learner": learner.pk, "sharer": stranger.pk, "skill": Wish.objects.first().skill_id, "why": "I say so."}

    shown = press(client, coordinator, "admin:matching_round_pair", drafted.pk, **data).content.decode()

    assert "no language that both speak" in shown
    assert not Match.objects.exists()


def test_a_pair_by_hand_that_breaks_a_rule_by_now_is_named(client, coordinator, liaison, other_liaison, drafted):
    learner, sharer = Registration.objects.filter(wishes__isnull=False).last(), Registration.objects.last()
    skill = Wish.objects.first().skill
    make_match_by_hand(round_=drafted, learner=learner, sharer=sharer, skill=skill, why="x", by=coordinator, now=NOW)
    sharer.spoken_languages.update(code="xh")
    preview_round(round_=drafted, by=coordinator, now=NOW)

    assert "put together by hand, break a rule by now." in page(client, liaison, ROUND, drafted.pk).content.decode()
    assert learner.shown_name not in page(client, other_liaison, ROUND, drafted.pk).content.decode()


def test_asking_for_the_round_shows_how_it_goes(client, coordinator, drafted):
    shown = press(client, coordinator, "admin:matching_round_request", drafted.pk).content.decode()
    assert 'data-reload="3000"' in shown
    assert "it waits for a worker" in shown
    Round.objects.filter(pk=drafted.pk).update(
        state=RoundState.SOLVING, started_at=NOW, lease_until=NOW, phase=RoundPhase.SCORING
    )
    shown = page(client, coordinator, ROUND, drafted.pk).content.decode()
    assert shown.count('aria-current="step"') == 2
    assert "choosing the best set" in shown


def test_a_failed_round_says_why_and_what_is_short_and_can_be_tried_again(client, coordinator, drafted):
    Round.objects.filter(pk=drafted.pk).update(state=RoundState.FAILED, failure="There was not enough memory.")

    shown = page(client, coordinator, ROUND, drafted.pk).content.decode()

    assert "There was not enough memory." in shown
    assert "1 short." in shown
    assert "Try again" in shown
    press(client, coordinator, "admin:matching_round_request", drafted.pk)
    assert Round.objects.waiting().count() == 1


def test_a_proposal_opens_with_both_sides_their_weeks_its_points_and_the_others(client, coordinator):
    people(learners=1, sharers=3)
    match = Match.objects.get(round=computed(coordinator))
    make_request(learner=match.learner, sharer=match.sharer, why="I heard their talk.")

    shown = page(client, coordinator, MATCH, match.pk)
    text = shown.content.decode()

    assert [side.name for side in shown.context["sides"]] == [match.learner.shown_name, match.sharer.shown_name]
    assert len(shown.context["week"]) == 7
    assert any(day.both for day in shown.context["week"])
    assert sum(part.points for part in shown.context["parts"]) == match.score
    assert len(shown.context["alternatives"]) == 2
    assert "It would cost nothing" in text
    assert "One more place of this sharer would change nothing." in text
    assert "I heard their talk." in text
    assert Look.objects.filter(viewer=coordinator, kind="match").count() == 2


def test_only_what_can_still_be_changed_says_that_its_costs_are_not_known_any_more(client, coordinator):
    told = "what another pair would cost is not known any more"

    assert told in page(client, coordinator, MATCH, make_match("proposed").pk).content.decode()
    assert told not in page(client, coordinator, MATCH, make_match("asked").pk).content.decode()


def test_an_alternative_takes_the_place_of_a_proposal(client, coordinator):
    people(learners=1, sharers=2)
    match = Match.objects.get(round=computed(coordinator))
    (other,) = page(client, coordinator, MATCH, match.pk).context["alternatives"]
    data = {"sharer": other["sharer_id"], "skill": other["skill_id"], "version": match.version}

    shown = press(client, coordinator, "admin:matching_match_swap", match.pk, **data).content.decode()

    assert "Swapped: this is the new proposal." in shown
    assert Match.objects.get(pk=match.pk).state == MatchState.WITHDRAWN
    assert Match.objects.get(state=MatchState.PROPOSED).sharer_id == other["sharer_id"]


def test_many_are_swapped_for_the_next_best_after_a_look_at_the_cost(client, coordinator):
    people(learners=2, sharers=3)
    matches = list(Match.objects.filter(round=computed(coordinator)))
    ticked = {"action": "swap", "_selected_action": [match.pk for match in matches]}
    name = "admin:matching_match_changelist"

    shown = press(client, coordinator, name, **ticked).content.decode()
    assert shown.count("It would cost nothing") == 2
    assert Match.objects.filter(state=MatchState.PROPOSED, made_by_hand=True).count() == 0
    shown = mass_acts.begin(client, reverse(name)).content.decode()

    assert "2 matches are swapped." in shown
    assert Match.objects.filter(state=MatchState.PROPOSED, made_by_hand=True).count() == 2


def test_who_comes_second_is_told_that_the_match_changed(client, liaison, coordinator):
    match = make_match()
    press(client, liaison, "admin:matching_match_decide", match.pk, version=match.version)

    told = press(client, coordinator, "admin:matching_match_decide", match.pk, version=match.version).content.decode()

    assert "Somebody else has changed this match since you saw it." in told
    assert Match.objects.get().approved_by == liaison


def test_whom_a_liaison_may_not_know_is_an_alternative_without_a_name_or_a_button(client, other_liaison, coordinator):
    make_registration(wishes=["wikidata"])
    make_registration(offers=["wikidata"], region="LAC", country="AR")
    hidden = make_registration(offers=["wikidata"])
    match = Match.objects.get(round=computed(coordinator))
    if match.sharer == hidden:
        (other,) = page(client, coordinator, MATCH, match.pk).context["alternatives"]
        data = {"sharer": other["sharer_id"], "skill": other["skill_id"]}
        press(client, coordinator, "admin:matching_match_swap", match.pk, **data)
        match = Match.objects.get(state=MatchState.PROPOSED)

    shown = page(client, other_liaison, MATCH, match.pk)

    assert hidden.shown_name not in shown.content.decode()
    assert [row["sharer_id"] for row in shown.context["alternatives"]] == [None]


def test_why_not_names_the_rule_or_the_exact_loss(client, coordinator):
    learners, sharers = people(learners=2, sharers=1)
    stranger = make_registration(offers=["wikidata"], speaks=[("xh", 6)])
    round_ = computed(coordinator)
    matched = Match.objects.get(round=round_).learner
    left = next(one for one in learners if one != matched)

    def said(learner, sharer):
        shown = page(client, coordinator, WHY_NOT, round=round_.pk, learner=learner.pk, sharer=sharer.pk)
        return " ".join(shown.context["answer"].sentences)

    assert "no language that both speak" in said(left, stranger)
    assert said(matched, sharers[0]) == "They are matched in this round."
    assert "It would cost nothing" in said(left, sharers[0])
    assert Look.objects.filter(viewer=coordinator, registration=left).exists()


def test_why_not_gives_a_liaison_no_name_of_another_region_but_one_tied_to_theirs(client, liaison):
    mine, away = make_registration(), make_registration(region="LAC", country="AR")
    request = make_request(learner=make_registration(region="LAC", country="CL", wishes=["wikidata"]))

    shown = page(client, liaison, WHY_NOT, learner=mine.pk, sharer=away.pk)
    assert "answer" not in shown.context
    assert away.shown_name not in shown.content.decode()
    tied = page(client, liaison, WHY_NOT, learner=request.learner_id, sharer=request.sharer_id)

    assert request.learner.shown_name in tied.context["answer"].heading


@pytest.mark.parametrize("query", [{"learner": "x"}, {"learner": "9" * 30, "sharer": "1"}, {"sharer": "\x00"}])
def test_why_not_of_nobody_is_an_empty_page(client, coordinator, query):
    shown = page(client, coordinator, WHY_NOT, **query)

    assert shown.status_code == 200
    assert "answer" not in shown.context


def test_who_is_left_is_listed_for_their_regions_with_what_would_help(client, coordinator, other_liaison):
    people(learners=2, sharers=1)
    round_ = computed(coordinator)
    name = "admin:matching_round_left"

    (row,) = page(client, coordinator, name, round_.pk).context["rows"]
    assert row["why"] == "somebody could have helped, but every place went to another learner"
    assert row["helps"]
    assert page(client, other_liaison, name, round_.pk).context["rows"] == []


def test_a_request_is_read_with_its_reason_by_those_who_look_after_a_side(client, liaison, other_liaison):
    request = make_request(why="Their talk was good.")
    name = "admin:matching_sharerrequest_change"

    assert "Their talk was good." in page(client, liaison, name, request.pk).content.decode()
    assert "Their talk was good." in page(client, liaison, "admin:matching_sharerrequest_changelist").content.decode()
    assert page(client, other_liaison, name, request.pk).status_code == 404


def test_two_people_are_kept_apart_with_a_reason_and_it_is_lifted_with_one(client, liaison, other_liaison):
    one, other = make_registration(), make_registration()
    data = {"person": one.pk, "other": other.pk}
    add, change = "admin:matching_exclusion_add", "admin:matching_exclusion_change"
    assert press(client, liaison, add, **data).context["form"].errors

    press(client, liaison, add, reason="A quarrel.", **data)

    exclusion = Exclusion.objects.standing().get()
    assert (exclusion.person, exclusion.other, exclusion.made_by) == (one, other, liaison)
    assert page(client, other_liaison, change, exclusion.pk).status_code == 404
    assert press(client, liaison, change, exclusion.pk, why="").context["form"].errors
    press(client, liaison, change, exclusion.pk, why="They made up.")
    assert Exclusion.objects.get().lifted_why == "They made up."
    assert not Exclusion.objects.standing().exists()


def test_people_are_typed_and_where_a_name_is_several_peoples_one_chooses_and_loses_nothing(
    client, liaison, other_liaison
):
    ana, *two = (make_registration(member=make_member(name=name)) for name in ("Ana Núñez", "Bo One", "Bo Two"))
    nameless = make_registration(member=make_member(name=""), name="", region="MENA")
    away = make_registration(member=make_member(name="Zoé"), region="LAC", country="AR")
    add = "admin:matching_exclusion_add"

    def typed(person, other, **more):
        return press(client, liaison, add, person=person, other=other, reason="A quarrel.", **more)

    several = typed("nunez", "bo")
    body = several.content.decode()
    assert 'value="nunez"' in body or f"Ana Núñez (#{ana.pk})" in body
    assert all(f"{one.shown_name} (#{one.pk})" in body for one in two)
    assert "A quarrel." in body
    assert not Exclusion.objects.exists()
    assert Look.objects.filter(viewer=liaison, registration=two[1]).exists()
    for unknown in ("Zoé", f"#{away.pk}", "nobody"):
        assert "Nobody whom you can choose here" in typed("nunez", unknown).content.decode(), unknown
    assert not Look.objects.filter(registration=away).exists()

    typed("nunez", "bo", **{"other-pick": str(two[1].pk)})
    assert (Exclusion.objects.get().person, Exclusion.objects.get().other) == (ana, two[1])
    typed(f"#{ana.pk}", f"#{nameless.pk}, MENA")
    assert Exclusion.objects.filter(person=ana, other=nameless).exists()


def test_the_same_person_twice_is_no_pair(client, coordinator):
    one = make_registration()

    shown = press(client, coordinator, "admin:matching_exclusion_add", person=one.pk, other=one.pk, reason="x")

    assert "Choose two different people." in shown.content.decode()


def test_coordinators_change_the_rules_and_liaisons_read_them(client, liaison, coordinator):
    name = "admin:matching_matchingrules_change"
    data = {"cool_down_days": "30", "min_minutes_a_week": "60", "most_at_once": "4", "facts_kept_days": "90"}

    assert "Coordinators change these" in page(client, liaison, name, 1).content.decode()
    assert press(client, liaison, name, 1, **data).status_code == 403
    shown = press(client, coordinator, name, 1, **data).content.decode()

    assert "The rules are changed." in shown
    assert MatchingRules.objects.current().cool_down_days == 30
    assert press(client, coordinator, name, 1, **{**data, "most_at_once": "0"}).status_code == 200
    assert MatchingRules.objects.current().most_at_once == 4


def test_the_pages_ask_the_database_as_often_for_30_as_for_3(client, coordinator):
    def add(count):
        learners, sharers = people(learners=count, sharers=count)
        for learner, sharer in zip(learners, sharers, strict=True):
            make_registration(wishes=["budgeting"])
            make_request(learner=learner, sharer=make_registration(offers=["wikidata"], is_findable=True))
            exclude_pair(person=learner, other=sharer, reason="x", by=coordinator, now=NOW)

    def queries(address):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    def queries_of_pages():
        draft = draft_round(by=coordinator, now=NOW)
        preview_round(round_=draft, by=coordinator, now=NOW)
        counts = {"draft": queries(reverse(ROUND, args=[draft.pk]))}
        round_ = computed(coordinator)
        pages = {
            ROUND: reverse(ROUND, args=[round_.pk]),
            MATCH: reverse(MATCH, args=[round_.matches.first().pk]),
            WHY_NOT: reverse(WHY_NOT),
            "admin:matching_round_left": reverse("admin:matching_round_left", args=[round_.pk]),
            "requests": reverse("admin:matching_sharerrequest_changelist"),
            "exclusions": reverse("admin:matching_exclusion_changelist"),
        }
        counts |= {name: queries(address) for name, address in pages.items()}
        Match.objects.all().delete()
        return counts

    client.force_login(coordinator)
    client.get(reverse(WHY_NOT))  # what only the first page after signing in asks
    add(3)
    few = queries_of_pages()
    add(27)

    assert queries_of_pages() == few
