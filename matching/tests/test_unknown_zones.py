"""A zone that is stored and that the rules in force do not know reads as UTC: on no page of anybody, and in no round,
does it stop what goes on for others."""

import pytest
import time_machine
from django.urls import reverse

from matching.models import Round
from matching.rounds.computing import solve_waiting_rounds
from matching.rounds.drafts import draft_round, request_round
from matching.tests.factories import make_match
from matching.waiting import no_match
from registrations.models import Member, Registration
from registrations.tests.factories import NOW, make_registration

pytestmark = pytest.mark.django_db


def in_a_lost_zone(person):
    """Store a zone that no rules know, as those of another release may have."""
    Registration.objects.filter(pk=person.pk).update(zone="Asia/Nowhere")
    Member.objects.filter(pk=person.member_id).update(zone="Asia/Nowhere")
    return person


@pytest.fixture
def lost(coordinator):
    return in_a_lost_zone(make_registration(offers=["wikidata"], wishes=["surveys"], is_findable=True, can_help=1))


def test_others_and_the_person_see_their_pages(client, lost):
    match = make_match("asked", learner=make_registration(wishes=["wikidata"]), sharer=lost)
    pages = ["/", reverse("matching:sharer-list"), reverse("matching:match-detail", args=[match.pk])]
    pages += [reverse("registrations:my-data"), reverse("registrations:registration-step", args=["hours"])]
    with time_machine.travel(NOW, tick=False):
        for reader in (match.learner, lost):
            client.force_login(reader.member)
            assert [client.get(page).status_code for page in pages] == [200] * len(pages)


def test_a_round_with_such_a_person_is_computed_and_who_got_nothing_is_written_to(lost, coordinator):
    make_registration(wishes=["wikidata"])
    round_ = draft_round(by=coordinator, now=NOW)
    request_round(round_=round_, by=coordinator, now=NOW)
    solve_waiting_rounds(now=NOW)
    Round.objects.filter(pk=round_.pk).update(state="published", published_at=NOW, published_by=coordinator)
    later = NOW + no_match.SETTLED_AFTER

    assert Round.objects.get(pk=round_.pk).statistics["learners"] == 2
    assert no_match.owe_no_match_letters(later) >= 1
