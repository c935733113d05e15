"""The rules the ledger's tables keep, each broken on purpose."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from mailings.domain.letters import LetterState
from mailings.models import LastTick, Letter, Outage, SendingRate, Suppression
from mailings.tests.factories import make_letter
from registrations.tests.factories import NOW

pytestmark = pytest.mark.django_db
HELD = {"lease_until": NOW, "claimed_by": "token"}


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"state": "lost"}, "mailings_letter_state_is_known"),
        ({"about_type": "registrations.member"}, "mailings_about_is_whole"),
        ({"about_id": 1}, "mailings_about_is_whole"),
        ({"member": None, "address": ""}, "mailings_open_letter_goes_to_someone"),
        ({"state": "claimed", "claimed_by": "token"}, "mailings_held_has_lease_and_claimer"),
        ({"state": "claimed", "lease_until": NOW}, "mailings_held_has_lease_and_claimer"),
        ({"state": "submitting", "tries": 1}, "mailings_held_has_lease_and_claimer"),
        ({"lease_until": NOW}, "mailings_held_has_lease_and_claimer"),
        ({"state": "sent", "tries": 1}, "mailings_sent_has_a_time"),
        ({"sent_at": NOW}, "mailings_sent_has_a_time"),
        ({"state": "deferred", "tries": 1}, "mailings_unsent_has_a_reason"),
        ({"state": "failed"}, "mailings_unsent_has_a_reason"),
        ({"state": "skipped"}, "mailings_unsent_has_a_reason"),
        ({"state": "uncertain", "tries": 1}, "mailings_unsent_has_a_reason"),
        ({"state": "sent", "sent_at": NOW}, "mailings_tried_was_tried"),
        ({"state": "submitting", **HELD}, "mailings_tried_was_tried"),
        ({"state": "deferred", "reason": "x"}, "mailings_tried_was_tried"),
        ({"state": "uncertain", "reason": "x"}, "mailings_tried_was_tried"),
        ({"state": "submitting", "tries": 1, "address": "", **HELD}, "mailings_submitting_has_an_address"),
        ({"kind": ""}, "mailings_letter_has_kind_and_key"),
        ({"key": ""}, "mailings_letter_has_kind_and_key"),
    ],
)
def test_a_letter_has_what_its_state_says(columns, constraint):
    letter = make_letter()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(**columns)


@pytest.mark.parametrize(
    ("column", "constraint"),
    [("key", "mailings_one_letter_per_key"), ("message_id", "mailings_one_letter_per_message_id")],
)
def test_no_two_letters_share_a_key_or_a_message_id(column, constraint):
    one, two = make_letter(), make_letter()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Letter.objects.filter(pk=two.pk).update(**{column: getattr(one, column)})


def test_a_letter_moves_only_from_the_state_it_is_in():
    letter = make_letter()
    letters = Letter.objects.filter(pk=letter.pk)

    assert letters.move(LetterState.UNCERTAIN, LetterState.SENT, sent_at=NOW) == 0
    with pytest.raises(ValueError, match="cannot go from queued to sent"):
        letters.move(LetterState.QUEUED, LetterState.SENT, sent_at=NOW)


def test_an_address_is_suppressed_once_in_any_case_and_again_after_it_was_lifted():
    for address in ("Ana@Example.org", "ana@example.org "):
        Suppression.objects.suppress([address], source="bounce", now=NOW)

    assert Suppression.objects.of("ANA@example.ORG").count() == 1
    Suppression.objects.update(lifted_at=NOW)
    assert not Suppression.objects.of("ana@example.org").exists()
    Suppression.objects.suppress(["ana@example.org"], source="person", now=NOW)
    assert Suppression.objects.count() == 2


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"source": "mood"}, "mailings_suppression_source_is_known"),
        ({"address_hash": "x"}, "mailings_one_suppression_per_address_and_scope"),
        ({"scope": "some"}, "mailings_suppression_scope_is_known"),
    ],
)
def test_a_suppression_has_a_known_source_and_is_one_per_address(columns, constraint):
    Suppression.objects.create(address_hash="x", source="bounce", made_at=NOW)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Suppression.objects.create(**{"address_hash": "y", "source": "bounce", "made_at": NOW} | columns)


@pytest.mark.parametrize(
    ("row", "constraint"),
    [
        (lambda: LastTick(pk=2, at=NOW), "mailings_one_last_tick"),
        (lambda: SendingRate(pk=2, tokens=1, at=NOW), "mailings_one_sending_rate"),
        (lambda: Outage(kind="mail", began_at=NOW), "mailings_one_outage_of_a_kind_at_a_time"),
        (lambda: Outage(kind="moon", began_at=NOW), "mailings_outage_kind_is_known"),
        (lambda: Outage(kind="tick", began_at=NOW, ended_at=NOW - timedelta(1)), "mailings_outage_ends_later"),
    ],
)
def test_the_rules_of_ticks_outages_and_the_rate_hold(row, constraint):
    Outage.objects.create(kind="mail", began_at=NOW)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row().save(force_insert=True)
