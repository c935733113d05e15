"""What somebody who hands in is told: what comes next, how long a review took lately, and when the next round is."""

from datetime import timedelta

import pytest

from letsconnect.base import acts
from mailings import kinds
from mailings.models import Letter
from registrations.answers import editing
from registrations.domain.agreements import ConsentDocument
from registrations.review import what_next
from registrations.tests import factories
from registrations.tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def reviewed(*, took, ago=10 * DAY):
    """A registration handed in, and decided about after a while."""
    registration = factories.make_registration(state="submitted")
    decided_at = NOW - ago
    acts.record(by=None, verb="submit_registration", on=registration, now=decided_at - took)
    acts.record(by=None, verb="review_registration", on=registration, now=decided_at, was="submitted")
    return registration


def test_how_long_a_review_takes_is_that_of_eight_in_ten_of_the_latest(db):
    for hours in (2, 20, 30, 70, 70, 71, 71, 71, 900, 900):
        reviewed(took=timedelta(hours=hours))
    assert what_next.days_of_review(now=NOW) == 3
    assert "8 out of 10 reviews were done within 3 days" in what_next.usual_time(now=NOW)
    assert what_next.days_of_review(now=NOW + timedelta(days=400)) is None


def test_of_four_reviews_none_is_called_usual(db):
    for _number in range(4):
        reviewed(took=DAY)
    assert what_next.days_of_review(now=NOW) is None
    assert "cannot say yet" in what_next.usual_time(now=NOW)
    undone = reviewed(took=DAY)
    acts.record(by=None, verb="undo_review", on=undone, now=NOW - 10 * DAY + timedelta(seconds=6))
    assert what_next.days_of_review(now=NOW) is None
    reviewed(took=timedelta(minutes=1))
    assert "within 1 day." in what_next.usual_time(now=NOW)


def test_whoever_hands_in_gets_one_email_in_their_language_and_none_once_it_is_decided(db):
    registration = factories.make_registration(
        state="draft", name="Amina", offers=["wikidata"], member=factories.make_member(language="fr"), agrees=False
    )
    both = [document.value for document in ConsentDocument]
    versions = {document: factories.documents.in_force(on=NOW.date())[document] for document in both}
    for _click in range(2):
        editing.agree_and_hand_in(
            member=registration.member,
            consents=both,
            version=registration.version,
            versions_shown=versions,
            by=registration.member,
            now=NOW,
        )

    letter = Letter.objects.get()
    kind = kinds.get(letter.kind)
    registration.refresh_from_db()
    assert (letter.kind, letter.member) == ("registrations.handed_in", registration.member)
    assert "sa date n’est pas encore fixée" in kind.render(registration, "fr", "UTC").text.lower()
    assert kind.still_owed(registration, NOW) is None
    registration.state = "approved"
    assert kind.still_owed(registration, NOW)
