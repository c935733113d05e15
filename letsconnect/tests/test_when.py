import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils import timezone, translation
from django.utils.formats import date_format

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


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("es", "2 de marzo de 2026"),
        ("fr", "2 mars 2026"),
        ("pt", "2 de Março de 2026"),
        ("ar", "2 مارس 2026"),
    ],
)
def test_day_and_month_are_in_the_readers_language(language, words):
    with translation.override(language):
        assert words in rendered("{{ moment|when }}", moment=MOMENT)


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
