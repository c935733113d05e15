"""The day of the next round: coordinators set it, and people are told it until it is over."""

from datetime import date, timedelta

import pytest
import time_machine
from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format

from mailings import kinds
from matching.models import MatchingRules
from matching.rounds.rules import change_rules
from registrations.review.what_next import what_next
from registrations.tests.factories import NOW, make_coordinator, make_registration

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_the_day_of_the_next_round_is_said_until_it_is_over():
    by = make_coordinator()
    assert "No date is set" in what_next(now=NOW, is_written_to=True)[-1]
    change_rules(next_round_on=date(2026, 4, 1), by=by, now=NOW)
    assert date_format(date(2026, 4, 1)) in what_next(now=NOW, is_written_to=True)[-1]
    assert "No date is set" in what_next(now=NOW + 40 * DAY, is_written_to=True)[-1]
    change_rules(next_round_on=NOW.date(), by=by, now=NOW)  # too soon for who has just handed in, as any day may be
    assert "If the review takes longer than that" in what_next(now=NOW, is_written_to=True)[-1]
    registration = make_registration(state="submitted")
    for language, _name in settings.LANGUAGES:
        with time_machine.travel(NOW, tick=False), translation.override(language):
            day, email = (
                date_format(NOW.date()),
                kinds.get("registrations.handed_in").render(registration, language, "UTC"),
            )
        assert all(day in text and "%(" not in text for text in (email.text, email.html)), language
    change_rules(next_round_on=None, by=by, now=NOW)
    assert MatchingRules.objects.next_round_on(NOW.date()) is None
