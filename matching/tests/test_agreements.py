"""Nobody is matched, found, asked for or asked without having agreed themselves; what was asked already goes on."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from matching.domain.matches import CannotPair, MatchState, PersonNotReady
from matching.domain.requests import CannotAsk
from matching.inputs import loading as facts
from matching.matches.answering import accept_match
from matching.matches.sweeps import close_fallen
from matching.models import Match
from matching.rounds.by_hand import make_match_by_hand, swap_match
from matching.rounds.computing import solve_round
from matching.rounds.drafts import draft_round
from matching.rounds.previewing import preview_round
from matching.rounds.publishing import publish_round
from matching.rounds.repairing import repair_round
from matching.rounds.reviews import approve_match, refuse_match
from matching.rounds.rounds import create_round
from matching.tests.factories import make_match, make_request, make_round
from matching.waiting import advice, browsing
from matching.waiting.requests import ask_for_sharer
from registrations.consents.agreeing import agree, take_back
from registrations.models import Consent
from registrations.tests.factories import NOW, make_coordinator, make_member, make_registration, make_skill

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
DOCUMENTS = ("code_of_conduct", "privacy_notice")


def claimed_import(**fields):
    """Approved, taken over by signing in, and with nothing but what the old form said."""
    registration = make_registration(source="import", member=make_member(), agrees=False, claimed_at=NOW, **fields)
    for document in DOCUMENTS:
        Consent.objects.create(registration=registration, document=document, version="old form", given_at=NOW)
    return registration


def lose(registration, document="privacy_notice"):
    take_back(member=registration.member, document=document, by=registration.member, now=NOW)


def solved():
    round_ = create_round(by=None, now=NOW, wake_a_worker=False)
    return solve_round(round_=round_, now=LATER)


def test_a_round_pairs_nobody_who_has_not_agreed_and_pairs_them_once_they_have():
    learner, sharer = claimed_import(wishes=["wikidata"]), make_registration(offers=["wikidata"])
    assert facts.load(now=NOW).registrations == [sharer.pk]
    assert not solved().matches.exists()

    agree(
        member=learner.member,
        versions={"code_of_conduct": "2024-01", "privacy_notice": "2026-11"},
        by=learner.member,
        now=NOW,
    )

    assert [(match.learner, match.sharer) for match in solved().matches.all()] == [(learner, sharer)]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_repair_gives_nothing_to_who_took_an_agreement_back(document):
    learner, first = make_registration(wishes=["wikidata"]), make_registration(offers=["wikidata"])
    other = make_registration(offers=["wikidata"])
    round_ = solved()
    match = round_.matches.get()
    lose(other if match.sharer == first else first, document)
    by = make_coordinator()
    refuse_match(match=match, by=by, why="poor_fit", now=LATER)

    repaired = repair_round(round_=round_, by=by, now=LATER)

    assert repaired.added == []
    assert not Match.objects.undecided().filter(learner=learner).exists()


def test_a_preview_says_how_many_are_left_out_for_it(client):
    by = make_coordinator()
    make_registration(wishes=["wikidata"])
    make_registration(offers=["wikidata"])
    claimed_import(wishes=["wikidata"])
    lose(make_registration(offers=["wikidata"]))
    round_ = preview_round(round_=draft_round(by=by, now=NOW), by=by, now=LATER)

    assert (round_.preview["learners"], round_.preview["lacking_consents"]) == (1, 2)
    client.force_login(by)
    page = client.get(reverse("admin:matching_round_change", args=[round_.pk]))
    assert "2 approved people are left out, because they have not agreed" in page.content.decode()


@pytest.mark.parametrize("side", ["learner", "sharer"])
def test_a_proposal_of_somebody_who_took_an_agreement_back_cannot_be_approved(side):
    match = make_match(MatchState.PROPOSED)
    lose(getattr(match, side))

    with pytest.raises(PersonNotReady, match=f"The {side} has not agreed"):
        approve_match(match=match, by=make_coordinator(), now=LATER)


@pytest.mark.parametrize("side", ["learner", "sharer"])
def test_an_approved_match_is_held_and_nobody_asked_until_both_have_agreed(side):
    match = make_match(MatchState.APPROVED)
    person, by = getattr(match, side), make_coordinator()
    lose(person)

    published = publish_round(round_=match.round, by=by, now=LATER)

    match.refresh_from_db()
    assert (published.asked, [held for held, _why in published.held_back]) == ([], [match])
    assert (match.state, match.asked_at) == (MatchState.APPROVED, None)
    agree(member=person.member, versions={"privacy_notice": "2026-11"}, by=person.member, now=LATER)
    assert publish_round(round_=match.round, by=by, now=LATER).asked == [match]


def test_publishing_many_asks_once_who_agreed(django_assert_max_num_queries):
    round_, by = make_round(), make_coordinator()
    matches = [make_match(MatchState.APPROVED, round=round_) for _number in range(4)]
    for match in matches:
        lose(match.learner)

    with django_assert_max_num_queries(40):
        assert len(publish_round(round_=round_, by=by, now=LATER).held_back) == 4


def test_what_was_asked_or_connected_goes_on_without_the_agreement():
    asked, connected = make_match(MatchState.ASKED), make_match(MatchState.CONNECTED)
    for match in (asked, connected):
        lose(match.learner)
        lose(match.sharer)

    assert set(Match.objects.live()) == {asked, connected}
    for side in ("learner", "sharer"):
        accept_match(match=asked, by=getattr(asked, side).member, now=LATER)
    asked.refresh_from_db()
    assert asked.state == MatchState.CONNECTED
    assert close_fallen(LATER) == 0


def test_a_pair_by_hand_and_a_swap_need_the_agreement_of_both():
    by, round_ = make_coordinator(), make_round("draft")
    learner, sharer = make_registration(wishes=["wikidata"]), claimed_import(offers=["wikidata"])
    pair = {"learner": learner, "sharer": sharer, "skill": make_skill("wikidata"), "why": "Friends."}

    with pytest.raises(CannotPair, match="have not agreed to the documents here"):
        make_match_by_hand(round_=round_, by=by, now=LATER, **pair)
    match = make_match(MatchState.PROPOSED, learner=learner)
    with pytest.raises(CannotPair):
        swap_match(match=match, sharer=sharer, by=by, now=LATER)
    match.refresh_from_db()
    assert match.state == MatchState.PROPOSED


def test_nobody_without_it_is_listed_shown_asked_for_or_named_at_the_desk(client):
    me = make_registration(wishes=["wikidata"])
    shown = make_registration(offers=["wikidata"], is_findable=True)
    hidden = claimed_import(offers=["wikidata", "budgeting"], is_findable=True)
    client.force_login(me.member)
    with time_machine.travel(NOW, tick=False):
        assert list(browsing.findable(me.member, on=NOW.date())) == [shown]
        keys = [person.registration for person in browsing.everybody(me.member, on=NOW.date())]
        topics = browsing.by_family(browsing.skills_shared(keys).values())
        assert [skill.name for _family, found in topics for skill in found] == ["Wikidata"]
        assert client.get(reverse("matching:sharer-ask", args=[hidden.member.public_id])).status_code == 404
        assert hidden.member.public_id not in client.get(reverse("matching:sharer-list")).content.decode()
    with pytest.raises(CannotAsk):
        ask_for_sharer(sharer=hidden, skill=make_skill("wikidata"), why="Please.", by=me.member, now=NOW)


def test_who_has_not_agreed_looks_at_nobody_and_asks_for_nobody(client):
    me, other = claimed_import(wishes=["wikidata"]), make_registration(offers=["wikidata"], is_findable=True)
    client.force_login(me.member)

    with time_machine.travel(NOW, tick=False):
        page = client.get(reverse("matching:sharer-list"))
    assert page.status_code == 403
    assert reverse("registrations:agreement-list") in page.content.decode()
    with pytest.raises(CannotAsk, match="Agree to"):
        ask_for_sharer(sharer=other, skill=make_skill("wikidata"), why="Please.", by=me.member, now=NOW)


def test_a_request_made_before_is_not_told_to_a_round():
    request = make_request()
    lose(request.sharer)

    assert facts.load(now=NOW).facts.asked_for.tolist() == []


def test_a_person_is_told_why_nobody_is_looked_for(client):
    me = claimed_import(wishes=["wikidata"])
    client.force_login(me.member)

    assert advice.waiting_status(me, now=NOW).state == advice.NOT_AGREED
    with time_machine.travel(NOW, tick=False):
        assert "Nobody is looked for until you have agreed" in client.get(reverse("matching:no-match")).content.decode()
        assert "Until you agree to these yourself" in client.get(reverse("home")).content.decode()
        assert "You take part in the next round" not in client.get(reverse("home")).content.decode()
