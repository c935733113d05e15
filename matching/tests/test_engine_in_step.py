"""The engine knows nothing of the other apps, so it repeats some of their rules: here they are compared."""

from letsconnect.base.hours import QUARTERS_A_WEEK, QUARTERS_AN_HOUR
from matching.engine import advice, candidates, reading
from matching.engine.settings import Settings
from matching.models import MatchingRules
from registrations.domain.registrations import MIN_SHARED_LEVEL, MINUTES_A_WEEK, WINDOW_STEP, RegionWish
from registrations.skills.hints import FEWEST_COUNTED


def test_a_week_has_as_many_quarters_in_answers_and_in_the_engine():
    assert reading.SLOTS_A_WEEK == QUARTERS_A_WEEK == MINUTES_A_WEEK // WINDOW_STEP
    assert candidates.HOUR == QUARTERS_AN_HOUR


def test_the_engine_asks_for_as_much_as_the_rest_of_the_portal_says():
    assert Settings().min_language_level == MIN_SHARED_LEVEL
    assert Settings().min_minutes_a_week == MatchingRules().min_minutes_a_week


def test_the_engine_knows_every_wish_about_the_region_of_a_match():
    assert set(reading.REGION_WISHES) == set(RegionWish.values)


def test_advice_names_a_number_of_people_from_as_many_on_as_the_hints_of_the_form_do():
    assert advice.FEW == FEWEST_COUNTED
