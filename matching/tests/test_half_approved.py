"""A match that one of two regions has approved is told apart everywhere at the desk, and says for whom it waits."""

import pytest
from django.urls import reverse

from matching.domain.matches import MatchState
from matching.models import Match
from matching.rounds.reviews import approve_match
from matching.rounds.rules import change_rules
from matching.tests.factories import make_match, make_round
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_registration

pytestmark = pytest.mark.django_db

MATCHES = "admin:matching_match_changelist"
FOR_ME = "half-approved, waits for you"


@pytest.fixture
def world(db):
    """Three matches across MENA and another region that MENA has approved, and one that nobody has."""
    change_rules(by=make_coordinator(), now=NOW, both_must_approve=True)
    round_, mena, themselves = make_round("proposed"), make_liaison("MENA"), make_coordinator()
    away = {"region": "LAC", "country": "BR"}

    def match(**sharer):
        return make_match(round=round_, sharer=make_registration(offers=["wikidata"], **sharer))

    half = match(**away)
    own = match(**away, member=themselves)
    nowhere = match(region="", country="")
    rest = match()
    for row in (half, own, nowhere):
        approve_match(match=row, by=mena, now=NOW)
    readers = {"MENA": mena, "LAC": make_liaison("LAC"), "all": make_coordinator(), "own": themselves}
    return {"round": round_, "half": half, "own": own, "nowhere": nowhere, "rest": rest}, readers


def found(client, **query):
    return {row.pk: row.standing for row in client.get(reverse(MATCHES), query).context["cl"].result_list}


EXPECTED = {
    "MENA": {"me": [], "others": ["half", "own", "nowhere"], "decision": ["rest"]},
    "LAC": {"me": ["half", "own"], "others": [], "decision": ["half", "own"]},
    "all": {"me": ["half", "own", "nowhere"], "others": [], "decision": ["half", "own", "nowhere", "rest"]},
    "own": {"me": ["half", "nowhere"], "others": ["own"], "decision": ["half", "nowhere", "rest"]},
}


@pytest.mark.parametrize("who", EXPECTED)
def test_filter_count_and_words_of_a_half_approved_match_agree(client, world, who):
    matches, readers = world
    client.force_login(readers[who])
    rows = found(client)
    waits = {word: set(found(client, waits=word)) for word in ("me", "others", "decision", "first")}
    page = client.get(reverse("admin:matching_round_change", args=[matches["round"].pk]))
    counts = {address.split("&")[-1]: count for _label, count, address in page.context["by_state"]}

    assert {word: waits[word] for word in EXPECTED[who]} == {
        word: {matches[name].pk for name in names} for word, names in EXPECTED[who].items()
    }
    assert {pk for pk, words in rows.items() if words == FOR_ME} == waits["me"]
    assert {pk for pk, words in rows.items() if words.startswith("half") and words != FOR_ME} == waits["others"]
    assert {pk for pk, words in rows.items() if words == "proposed"} == waits["first"]
    assert counts == {f"waits={word}": len(waits[word]) for word in ("first", "me", "others") if waits[word]}
    assert {row["match"].pk: row["standing"] for row in page.context["rows"]} == rows


def test_the_page_of_a_match_says_who_approves_it_and_leads_to_the_next_to_decide(client, world):
    matches, readers = world
    client.force_login(readers["all"])
    fresh = make_match(
        round=matches["round"], sharer=make_registration(offers=["wikidata"], region="LAC", country="BR")
    )

    def page(match):
        return client.get(reverse("admin:matching_match_change", args=[match.pk])).context

    assert page(fresh)["who_approves"].startswith("Both regions have to approve it: ")
    assert (page(matches["rest"])["who_approves"], page(matches["half"])["who_approves"]) == ("", "")
    ring = sorted([fresh, *(matches[name] for name in ("half", "own", "nowhere", "rest"))], key=lambda match: match.pk)
    assert [page(match)["next_match"] for match in ring] == [match.pk for match in (*ring[1:], ring[0])]
    change_rules(by=readers["all"], now=NOW, both_must_approve=False)
    assert page(fresh)["who_approves"].startswith("One of the two regions is enough to approve it: ")
    address = reverse("admin:matching_round_change", args=[matches["round"].pk])
    ticked = [client.get(address, query).content.decode().count(" checked>") for query in ({}, {"tick": "all"})]
    assert ticked == [0, 5]


def test_the_page_of_a_match_offers_approving_to_whom_it_waits_for(client, world):
    matches, readers = world
    said = {
        ("MENA", "half"): "It waits for Latin America &amp; Caribbean.",
        ("MENA", "nowhere"): "It waits for a coordinator.",
        ("LAC", "half"): FOR_ME,
        ("own", "own"): f"It can be done by: {readers['LAC']}.",
    }

    for (who, name), words in said.items():
        client.force_login(readers[who])
        page = client.get(reverse("admin:matching_match_change", args=[matches[name].pk]))
        assert words in page.content.decode()
        assert page.context["can_approve"] == (who == "LAC")
        assert page.context["can_refuse"] == (who != "own")


def test_what_waits_for_another_region_is_named_in_the_list(client, world):
    matches, readers = world
    client.force_login(readers["MENA"])

    rows = found(client)

    assert rows[matches["half"].pk] == "half-approved, waits for LAC"
    assert rows[matches["nowhere"].pk] == "half-approved, waits for a coordinator"


def test_once_one_approval_is_enough_the_region_that_approved_can_finish(world):
    matches, readers = world
    change_rules(by=readers["all"], now=NOW, both_must_approve=False)

    assert approve_match(match=matches["half"], by=readers["MENA"], now=NOW).state == MatchState.APPROVED
    assert not Match.objects.half_approved().filter(pk=matches["half"].pk).exists()
