"""The desk: what each member of the working group sees, decides and is told."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from letsconnect.base.models import MassAct
from letsconnect.tests import mass_acts
from mailings.models import Letter
from matching.admin.desk import side_in_words
from matching.admin.matches import SkillFilter
from matching.domain.matches import MatchState, RoundState, Side
from matching.models import Match, Round
from matching.models.people import in_table
from matching.tests.factories import make_match, make_round
from registrations.domain.registrations import RegistrationState
from registrations.models import Group, Member, Registration
from registrations.tests.factories import NOW, make_liaison, make_registration

pytestmark = pytest.mark.django_db

ROUNDS = "admin:matching_round_changelist"
MATCHES = "admin:matching_match_changelist"


def page(client, member, name, *args, **query):
    client.force_login(member)
    return client.get(reverse(name, args=args), query)


def press(client, member, name, *args, **data):
    client.force_login(member)
    return client.post(reverse(name, args=args), data, follow=True)


def decide(client, member, action, *matches, **data):
    return press(client, member, MATCHES, action=action, _selected_action=[match.pk for match in matches], **data)


@pytest.fixture
def match(db):
    return make_match()


@pytest.fixture
def elsewhere(match):
    away = {"region": "LAC", "country": "BR"}
    return make_match(
        round=match.round,
        skill="budgeting",
        learner=make_registration(**away),
        sharer=make_registration(**away, offers=["budgeting"]),
    )


@pytest.mark.parametrize("name", [ROUNDS, MATCHES])
def test_only_the_working_group_enters(client, member, liaison, coordinator, name):
    assert page(client, member, name).status_code == 302
    assert page(client, liaison, name).status_code == 200
    assert page(client, coordinator, name).status_code == 200


def test_everybody_sees_the_matches_of_their_regions(client, match, elsewhere, liaison, other_liaison, coordinator):
    seen = {
        who: {one.pk for one in page(client, member, MATCHES).context["cl"].result_list}
        for who, member in {"mena": liaison, "lac": other_liaison, "all": coordinator}.items()
    }

    assert seen == {"mena": {match.pk}, "lac": {elsewhere.pk}, "all": {match.pk, elsewhere.pk}}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_list_says_of_a_person_what_their_own_row_says(match, elsewhere, language):
    group = Group.objects.create(slug="a", name="مجموعة", kind="chapter")
    people = [match.learner, match.sharer, elsewhere.learner, elsewhere.sharer]
    changes = [{"name": "<Ana>"}, {"name": "", "group": group}, {"group_other": "ours", "region": ""}, {}]
    for person, change in zip(people, changes, strict=True):
        Registration.objects.filter(pk=person.pk).update(**{"group": None, "group_other": "", **change})
    Member.objects.filter(pk=elsewhere.sharer.member_id).update(erased_at=NOW)

    with translation.override(language):
        for row in Match.objects.for_table():
            for side in Side:
                person = Registration.objects.get(pk=getattr(row, f"{side}_id"))
                assert side_in_words(in_table(row, side)) == side_in_words(person)


def test_the_list_offers_the_skills_of_the_matches_that_each_reader_sees(
    client, match, elsewhere, liaison, other_liaison, coordinator
):
    mine, theirs = match.skill_id, elsewhere.skill_id

    def offered(member):
        filters = page(client, member, MATCHES).context["cl"].filter_specs
        return {
            int(key) for chosen in filters if isinstance(chosen, SkillFilter) for key, _name in chosen.lookup_choices
        }

    for member, skills in ((liaison, {mine}), (coordinator, {mine, theirs}), (other_liaison, {theirs})):
        assert offered(member) == skills


def test_a_match_of_another_region_does_not_exist_for_a_liaison(client, match, other_liaison, coordinator, member):
    name = "admin:matching_match_change"

    assert page(client, other_liaison, name, match.pk).status_code == 404
    assert page(client, member, name, match.pk).status_code == 302
    shown = page(client, coordinator, name, match.pk).content.decode()
    assert "Both speak Arabic and French." in shown
    assert "How well what the sharer knows suits what the learner needs" in shown
    assert shown.count("<h1>") == 1


@pytest.mark.parametrize("object_id", ["0", "x", "9" * 40])
@pytest.mark.parametrize("name", ["admin:matching_match_change", "admin:matching_round_change"])
def test_a_number_that_is_none_is_not_found(client, coordinator, name, object_id):
    assert page(client, coordinator, name, object_id).status_code == 404


def test_no_page_of_the_desk_shows_an_address_or_how_to_reach_somebody(client, match, liaison):
    people = [match.learner, match.sharer]
    Registration.objects.filter(pk__in=[one.pk for one in people]).update(contact_text="User talk:Somebody")

    pages = [
        page(client, liaison, MATCHES),
        page(client, liaison, "admin:matching_match_change", match.pk),
        page(client, liaison, "admin:matching_round_change", match.round_id),
        decide(client, liaison, "refuse", match),
    ]
    decide(client, liaison, "approve", match)
    pages.append(page(client, liaison, "admin:matching_round_publish", match.round_id))

    for shown in pages:
        text = shown.content.decode()
        assert match.learner.shown_name in text
        assert "User talk" not in text
        assert not any(one.member.email in text for one in people)


def test_the_filters_find_by_state_region_skill_and_round(client, match, elsewhere, coordinator):
    def found(**query):
        return {one.pk for one in page(client, coordinator, MATCHES, **query).context["cl"].result_list}

    assert found(region="LAC") == {elsewhere.pk}
    assert found(skill=str(match.skill_id)) == {match.pk}
    assert found(skill="x") == set()
    assert found(state__exact="approved") == set()
    assert found(round__id__exact=str(match.round_id)) == {match.pk, elsewhere.pk}


def test_many_are_approved_at_once_and_those_that_cannot_be_are_named(client, match, elsewhere, coordinator):
    Registration.objects.filter(pk=elsewhere.learner_id).update(state=RegistrationState.SUBMITTED)

    shown = decide(client, coordinator, "approve", match, elsewhere).content.decode()

    assert "1 match is approved." in shown
    assert f"Match {elsewhere.pk} (" in shown and "The learner’s registration is not approved any more." in shown
    assert dict(Match.objects.values_list("pk", "state")) == {match.pk: "approved", elsewhere.pk: "proposed"}
    assert not Letter.objects.exists()


def test_a_liaison_cannot_reach_a_match_of_another_region_by_its_number(client, match, elsewhere, liaison):
    decide(client, liaison, "approve", match, elsewhere)
    decide(client, liaison, "refuse", elsewhere)

    assert not MassAct.objects.filter(kind="matching.refuse").exists()
    assert dict(Match.objects.values_list("pk", "state")) == {match.pk: "approved", elsewhere.pk: "proposed"}


def test_refusing_asks_for_the_reason_first_and_keeps_what_was_typed(client, match, coordinator):
    shown = decide(client, coordinator, "refuse", match).content.decode()
    assert "never hear of them" in shown
    for typed, error in ({"reason": "other"}, "Say the reason in a few words."), ({}, "This field is required."):
        assert error in mass_acts.begin(client, note=" ", **typed).content.decode()
    assert Match.objects.get().state == MatchState.PROPOSED

    mass_acts.begin(client, note="same office", reason="other")

    assert (Match.objects.get().state, Match.objects.get().closed_note) == ("refused", "same office")


def test_how_long_a_refusal_keeps_two_apart_is_said_as_it_is(client, match, coordinator):
    shown = decide(client, coordinator, "refuse", match).content.decode()
    mass_acts.begin(client, reason="poor_fit")

    later, kept = timezone.now() + timedelta(days=181), Match.objects.keeping_apart
    assert kept(now=timezone.now(), cool_down_days=180).exists() and not kept(now=later, cool_down_days=180).exists()
    assert "not proposed to each other again." not in shown
    assert "nor before the days that the rules set are over; if they know each other already, never" in shown


def test_the_second_of_two_liaisons_is_told_that_the_first_was_faster(client, match, liaison, coordinator):
    decide(client, liaison, "approve", match)

    shown = decide(client, coordinator, "approve", match).content.decode()

    assert "perhaps somebody else was faster" in shown
    assert Match.objects.get().approved_by == liaison


def test_somebody_in_the_match_is_told_that_somebody_else_decides(client):
    coordinator = make_liaison("")
    mine = make_match(learner=make_registration(member=coordinator, wishes=["wikidata"]))

    assert "somebody else decides" in decide(client, coordinator, "approve", mine).content.decode()
    assert Match.objects.get().state == MatchState.PROPOSED


def test_publishing_shows_what_will_be_sent_and_looking_sends_nothing(client, match, coordinator):
    decide(client, coordinator, "approve", match)

    shown = page(client, coordinator, "admin:matching_round_publish", match.round_id).content.decode()
    assert "At most 2 emails go out" in shown
    assert not Letter.objects.exists()
    shown = press(client, coordinator, "admin:matching_round_publish", match.round_id).content.decode()

    assert "1 match is published" in shown
    assert Letter.objects.count() == 2
    assert Round.objects.get().state == RoundState.PUBLISHED


def test_publishing_says_which_match_was_held_back_and_why(client, match, coordinator):
    decide(client, coordinator, "approve", match)
    Registration.objects.filter(pk=match.sharer_id).update(paused_until="2999-01-01")

    shown = press(client, coordinator, "admin:matching_round_publish", match.round_id).content.decode()

    assert f"Match {match.pk} (" in shown and "The sharer is paused or away." in shown
    assert Match.objects.get().state == MatchState.APPROVED


def test_publishing_nothing_says_so(client, match, coordinator):
    assert (
        "nothing to publish"
        in page(client, coordinator, "admin:matching_round_publish", match.round_id).content.decode()
    )


def test_looking_begins_nothing(client, coordinator):
    assert page(client, coordinator, "admin:matching_round_new").status_code == 405


@pytest.mark.parametrize("state", [RoundState.DRAFT, RoundState.PROPOSED])
def test_a_round_is_cancelled_on_a_page_of_its_own_which_says_what_is_given_up(client, coordinator, liaison, state):
    name, round_ = "admin:matching_round_cancel", make_round(state)
    link = f'<a class="button" href="{reverse(name, args=[round_.pk])}">'

    assert link in page(client, coordinator, "admin:matching_round_change", round_.pk).content.decode()
    asked = page(client, coordinator, name, round_.pk).content.decode()

    assert ("Throw the draft away" in asked) is (state == RoundState.DRAFT)
    assert "This cannot be taken back" in asked
    assert Round.objects.get().state == state
    assert page(client, liaison, name, round_.pk).status_code == 302
    press(client, coordinator, name, round_.pk)
    assert Round.objects.get().state == RoundState.CANCELLED


def test_a_round_is_cancelled_by_a_coordinator_and_a_liaison_is_told_why_not(client, match, liaison, coordinator):
    name = "admin:matching_round_cancel"

    assert "Only a coordinator" in press(client, liaison, name, match.round_id).content.decode()
    press(client, coordinator, name, match.round_id)

    assert (Round.objects.get().state, Match.objects.get().state) == ("cancelled", "withdrawn")


def test_the_page_of_a_round_says_what_came_of_it(client, coordinator):
    round_ = make_round(
        statistics={
            "people": 5,
            "learners": 3,
            "sharers": 2,
            "places": 2,
            "candidates": 4,
            "served": 2,
            "no_offer": 1,
            "seconds": 0.01,
        },
    )
    make_match(round=round_)
    failed = make_round(RoundState.FAILED, failure="There was not enough memory.")
    empty = make_round(statistics={"people": 1, "served": 0})
    name = "admin:matching_round_change"

    shown = page(client, coordinator, name, round_.pk).content.decode()
    assert "verified: by these rules, in this order, no set of pairs is better" in shown
    assert "1 learner: nobody else shares what they wish to learn." in shown
    assert "not enough memory" in page(client, coordinator, name, failed.pk).content.decode()
    assert "Only one person can be matched" in page(client, coordinator, name, empty.pk).content.decode()


def test_the_desk_asks_the_database_as_often_for_30_matches_as_for_3(client, coordinator, monkeypatch):
    round_ = make_round()
    # All on one page: where there are more pages, one statement asks for the versions of the rows on all of them.
    monkeypatch.setattr(admin.site._registry[Match], "list_per_page", 30)

    def add(count, start):
        for number in range(start, start + count):
            make_match("approved", round=round_, skill=f"skill-{number}")
            make_round(created_by=make_liaison("SA"))

    def queries(name):
        with CaptureQueriesContext(connection) as captured:
            if name == "refuse":
                response = decide(client, coordinator, "refuse", *Match.objects.all())
            else:
                args = [round_.pk] if "round_" in name and name != ROUNDS else []
                response = client.get(reverse(name, args=args), {"all": ""} if name == ROUNDS else {})
        assert response.status_code == 200
        return len(captured)

    def queries_of_pages():
        names = [MATCHES, ROUNDS, "admin:matching_round_change", "admin:matching_round_publish", "refuse"]
        return {name: queries(name) for name in names}

    client.force_login(coordinator)
    client.get(reverse(MATCHES))  # what only the first page after signing in asks
    add(3, 0)
    few = queries_of_pages()
    add(27, 3)

    assert queries_of_pages() == few
