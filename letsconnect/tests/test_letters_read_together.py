"""Letters that are sent together are read together: what they need is not asked for each of them."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinics.models import Clinic, Notice
from letsconnect.tests import every_letter
from mailings import kinds
from mailings.ledger.preparing import prepare, read_facts
from mailings.models import Letter
from mailings.tests.factories import make_letter
from registrations.tests.factories import NOW, make_registration

pytestmark = pytest.mark.django_db
USUAL = [
    *("registrations.approved", "registrations.needs_changes", "registrations.still_in"),
    *("registrations.claim_invitation", "registrations.seat_given"),
    *("matching.asked_learner", "matching.reminder_sharer", "matching.connected_sharer", "matching.closed_learner"),
    *("matching.session_agreed_learner", "matching.session_moved_sharer", "matching.session_proposed_sharer"),
    *("matching.did_you_meet_learner", "matching.thanks"),
    *("clinics.rsvp_recorded", "clinics.moved_up", "clinics.clinic_moved", "clinics.checklist_due"),
    *("clinics.reminder_week", "clinics.people_week", "clinics.people_changed", "clinics.people_thanks"),
    *("clinics.thanks", "clinics.missed", "clinics.clinic_cancelled", "clinics.from_the_host"),
    *("clinics.thanks_without_seat", "clinics.certificate_revoked"),
    *("clinics.person_asked", "clinics.person_confirmed", "clinics.person_answered"),
]


def somebody_who_takes_part(_side):
    registration = make_registration(wishes=["wikidata"])
    return registration, registration.member


def seat_at_a_cancelled_clinic(_side):
    rsvp, member = every_letter.ABOUT["clinics.rsvp_recorded"]("")
    Clinic.objects.filter(pk=rsvp.clinic_id).update(state="cancelled", cancel_reason="ill")
    return rsvp, member


def seat_at_a_clinic_that_is_over(kind):
    def make(side):
        notice, member = every_letter.ABOUT[kind](side)
        for rows in (Clinic.objects.filter(pk=notice.clinic.pk), Notice.objects.filter(pk=notice.pk)):
            rows.update(starts_at=NOW - timedelta(days=2))
        return notice, member

    return make


ABOUT = {
    **every_letter.ABOUT,
    "registrations.approved": somebody_who_takes_part,
    "clinics.clinic_cancelled": seat_at_a_cancelled_clinic,
    **{
        kind: seat_at_a_clinic_that_is_over(kind)
        for kind in ("clinics.thanks", "clinics.missed", "clinics.people_thanks")
    },
}


def make_letters(name, count):
    made = [ABOUT[kinds.line_of(name)](name.rpartition("_")[2]) for _ in range(count)]
    keys = [make_letter(kind=name, to=member, about=about).pk for about, member in made]
    return list(Letter.objects.filter(pk__in=keys).select_related("member").order_by("pk"))  # as a worker claims them


def statements_for(letters):
    with CaptureQueriesContext(connection) as captured:
        facts = read_facts(letters, now=NOW)
        for letter in letters:
            prepare(letter, facts, now=NOW)
    return [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]


@pytest.mark.parametrize("name", USUAL)
def test_four_letters_cost_as_many_statements_as_one(name):
    with time_machine.travel(NOW, tick=False):
        letters = make_letters(name, 4)
        statements_for(letters[:1])  # what a process reads once is read

        assert len(statements_for(letters[1:])) == len(statements_for(letters[:1]))


def test_rows_that_cannot_be_read_together_are_read_as_they_are(monkeypatch):
    """An error in what reads for many keeps no letter back that can be written on its own."""
    letters = make_letters("registrations.approved", 2)
    kind = kinds.get("registrations.approved")

    def breaks(keys, now):
        raise KeyError("a row nobody thought of")

    monkeypatch.setitem(kinds._kinds, kind.name, type(kind)(**{**vars(kind), "reads": breaks}))

    facts = read_facts(letters, now=NOW)

    assert [prepare(letter, facts, now=NOW).recipient for letter in letters] == [letter.address for letter in letters]
