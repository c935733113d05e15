"""Each letter to somebody who comes to a clinic: how, what to prepare, the rules, and whom to write to."""

import re

import pytest
import time_machine

from clinics.domain.notices import REMINDERS
from clinics.models import ClinicText
from letsconnect.tests import every_letter
from mailings import kinds
from registrations.tests.factories import NOW

pytestmark = pytest.mark.django_db
RULES, CONTACT = "/clinics/safe-space/", "letsconnect@localhost"
RULES_IN_SHORT = ["leave room for those who are new", "Take no pictures", "stays in the room"]
TO_WHO_COMES = [
    *("rsvp_recorded", "moved_up", "put_in", "seat_offered", "channel_gone", "clinic_moved", "language_answer"),
    *("from_the_host", *(f"reminder_{step}" for step in REMINDERS.letters)),
]
TO_ITS_PEOPLE = ["person_confirmed", "people_changed", *(f"people_{step}" for step in REMINDERS.letters)]


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize("kind", [*TO_WHO_COMES, *TO_ITS_PEOPLE, "still_waiting"])
def test_every_letter_to_somebody_who_comes_says_what_to_prepare_and_by_which_rules(kind):
    about, _member = every_letter.ABOUT[f"clinics.{kind}"]("")
    ClinicText.objects.update(preparation="Bring one question.")

    letter = kinds.get(f"clinics.{kind}").render(about, "en", "UTC")

    for part in (letter.text, letter.html):
        assert "What to prepare" in part and "Bring one question." in part and RULES in part, part
        assert CONTACT in part
        assert all(rule in part for rule in RULES_IN_SHORT)
        assert f"/tell/clinic/{clinic_of(about).pk}/" in part
    if kind in TO_WHO_COMES:
        assert "If you cannot come, or need help to come, you can also write to" in letter.text
    if kind == "still_waiting":
        assert letter.text.index("/clinics/seats/") < letter.text.index("When:")  # where a free seat can be taken
    assert re.search(r'<div class="preheader"[^>]*>\w+ \d+ March 2026, ', letter.html)


@pytest.mark.parametrize("kind", ["thanks", "people_thanks", "thanks_without_seat"])
def test_letters_afterwards_lead_to_the_report_of_that_clinic_or_without_an_account_to_whom_to_tell(kind):
    about, _member = every_letter.ABOUT[f"clinics.{kind}"]("")
    letter = kinds.get(f"clinics.{kind}").render(about, "en", "UTC")

    for part in (letter.text, letter.html):
        assert f"/tell/clinic/{clinic_of(about).pk}/" in part
    if kind == "people_thanks":
        about.person.member, about.person.address, about.person.language = None, "sol@example.org", "en"
        letter = kinds.get(f"clinics.{kind}").render(about, "en", "UTC")
        assert "/tell/" not in letter.text and RULES in letter.text


def clinic_of(about):
    """The clinic a letter is about: what it is about knows it, or its seat, or its part does."""
    if hasattr(about, "clinic"):
        return about.clinic
    return (getattr(about, "rsvp", None) or getattr(about, "person", None)).clinic
