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
    if kind in TO_WHO_COMES:
        assert "If you cannot come, or need help to come, you can also write to" in letter.text
    if kind == "still_waiting":
        assert letter.text.index("/clinics/seats/") < letter.text.index("When:")  # where a free seat can be taken
    assert re.search(r'<div class="preheader"[^>]*>\w+ \d+ March 2026, ', letter.html)
