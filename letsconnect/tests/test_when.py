import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from babel.dates import format_date
from django.conf import settings
from django.template import Context, Template
from django.utils import timezone, translation
from django.utils.formats import date_format

from letsconnect.base.templatetags.when import day as _day
from letsconnect.base.templatetags.when import near_day

MOMENT = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)


def rendered(source: str, **context) -> str:
    return Template("{% load when %}" + source).render(Context(context))


def test_a_moment_is_written_in_the_readers_zone_with_the_zone_named():
    with timezone.override(ZoneInfo("Africa/Tunis")):
        assert rendered("{{ moment|when }}", moment=MOMENT) == "Mon 2 March 2026, 14:00 (Tunis time, UTC+1)"


def test_a_moment_may_fall_on_another_day_elsewhere():
    assert (
        rendered("{{ moment|when_in:'Asia/Kathmandu' }}", moment=MOMENT)
        == "Mon 2 March 2026, 18:45 (Kathmandu time, UTC+5:45)"
    )
    assert rendered("{{ moment|when_in:'Pacific/Auckland' }}", moment=MOMENT).startswith("Tue 3 March 2026, 02:00")


@pytest.mark.parametrize("language", ["es", "fr", "pt", "ar"])
def test_days_are_said_as_cldr_says_them(language):
    """Django's catalogues write "29 de Novembro" and cut the Arabic weekdays; ours outrank them."""
    said = Locale(language)
    full = said.date_formats["full"].pattern
    for day in [date(2026, month, month + month % 7) for month in range(1, 13)]:
        with translation.override(language):
            assert _day(day) == format_date(day, full.replace("EEEE", "EEE"), locale=said)
            assert near_day(day) == format_date(day, re.sub("( 'de')? y$", "", full), locale=said)


def test_a_moment_elsewhere_is_written_only_where_the_clock_differs_then():
    with timezone.override(ZoneInfo("Europe/Paris")):
        assert rendered("{{ moment|when_elsewhere:'Europe/Berlin' }}", moment=MOMENT) == ""
        assert rendered("{{ moment|when_elsewhere:'Africa/Tunis' }}", moment=MOMENT) == ""
        assert "14:00 (Tunis" in rendered("{{ moment|when_elsewhere:'Africa/Tunis' }}", moment=MOMENT.replace(month=7))


@pytest.mark.parametrize(("language", "words"), [("en", "2 March 2026, 13:00"), ("ar", "2 مارس 2026، 13:00")])
def test_the_lists_of_the_desk_write_the_day_before_its_month_too(language, words):
    with translation.override(language):
        assert date_format(MOMENT, "DATETIME_FORMAT") == words
        assert words.startswith(date_format(MOMENT))


def test_an_unknown_zone_is_utc_and_no_moment_is_nothing():
    assert rendered("{{ moment|when_in:'Mars/Olympus' }}", moment=MOMENT).endswith("13:00 (UTC)")
    assert rendered("{{ moment|when }}{{ moment|when_in:'UTC' }}", moment=None) == ""


def test_templates_print_zones_as_people_say_them():
    for path in (settings.BASE_DIR / "templates").rglob("*.*"):
        source = path.read_text()
        for name in re.findall(r'(?<!value=")\{\{ *([\w.]*zone) *\}\}', source):
            assert re.search(rf"\b{re.escape(name)}=[\w.]+\|zone_(name|now|place)", source), (path.name, name)
