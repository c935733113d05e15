"""Who sits at the desk reads of themselves what anybody may read of themselves, and no confidence of others."""

import pytest
from django.urls import reverse

from letsconnect.base import acts
from matching.domain.matches import ClosedWhy, MatchState, Side
from matching.models import Exclusion, SharerRequest
from matching.tests.factories import make_match, make_request
from registrations.participation import blocking
from registrations.tests.factories import NOW, make_coordinator, make_registration

WORDS = "Zebrafinch"


@pytest.fixture
def desk(db):
    return make_coordinator()


@pytest.fixture
def reads(client, desk):
    """What two people of the desk find on a page: the one it is about, and a colleague."""

    def find(name, *args):
        found = []
        for reader in (desk, make_coordinator()):
            client.force_login(reader)
            found.append(WORDS in client.get(reverse(f"admin:{name}", args=args)).content.decode())
        return found

    return find


def test_the_reason_of_an_act_about_oneself_is_read_by_colleagues_only(desk, reads):
    own = make_registration(member=desk)
    acts.record(by=make_coordinator(), verb="note", on=own, now=NOW, reason=WORDS)

    assert reads("registrations_registration_history", own.pk) == [False, True]


def test_a_reason_meant_for_them_is_read_by_both(desk, reads):
    own = make_registration(member=desk)
    acts.record(by=make_coordinator(), verb="note", on=own, now=NOW, reason=WORDS, reason_is_for_them=True)

    assert reads("registrations_registration_history", own.pk) == [True, True]


def test_why_the_other_ended_a_match_is_read_by_colleagues_only(desk, reads):
    own, other = make_registration(member=desk, wishes=["wikidata"]), make_registration(offers=["wikidata"])
    match = make_match(
        MatchState.DECLINED,
        learner=own,
        sharer=other,
        closed_by=other.member,
        closed_why=ClosedWhy.NOT_THE_PERSON,
        closed_note=WORDS,
    )

    assert reads("matching_match_change", match.pk) == [False, True]


def test_a_request_for_oneself_is_read_by_colleagues_only(desk, reads):
    own = make_registration(member=desk, offers=["wikidata"], is_findable=True)
    request = make_request(sharer=own, why=WORDS)
    match = make_match(MatchState.PROPOSED, learner=request.learner, sharer=own)

    assert reads("matching_match_change", match.pk) == [False, True]
    assert not SharerRequest.objects.visible_to(desk).exists()
    assert SharerRequest.objects.visible_to(make_coordinator()).exists()


def test_being_kept_apart_from_somebody_is_read_by_colleagues_only(desk):
    one, other = make_registration(member=desk), make_registration()
    Exclusion.objects.create(person=one, other=other, reason=WORDS, made_by=make_coordinator(), made_at=NOW)

    assert not Exclusion.objects.visible_to(desk).exists()
    assert Exclusion.objects.visible_to(make_coordinator()).exists()


@pytest.mark.parametrize("side", ["learner", "sharer"])
def test_who_of_two_asked_never_to_be_matched_again_is_read_by_nobody(client, desk, side):
    match = make_match(MatchState.CONNECTED)
    people = {name: match.person(Side(name)).member for name in ("learner", "sharer")}
    blocking.block_person(
        member=people.pop(side), blocked=people.popitem()[1], by=match.person(Side(side)).member, now=NOW
    )
    client.force_login(desk)

    page = client.get(reverse("admin:matching_match_change", args=[match.pk])).content.decode()
    history = client.get(reverse("admin:matching_match_history", args=[match.pk])).content.decode()

    assert "The two can no longer be matched" in page
    for person in (match.learner, match.sharer):
        assert f"({person.member})" not in page
        assert f"<td>{person.member}</td>" not in history
