"""Languages and time zones are found by what people type. No database."""

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError

from registrations.reference.city_names import CITIES
from registrations.reference.countries import COUNTRIES
from registrations.reference.finding_languages import LanguageFinder, languages_of_country, likely_languages
from registrations.reference.finding_zones import ZoneFinder
from registrations.reference.languages import LANGUAGES
from registrations.reference.typed_fields import language_field, zone_field
from registrations.reference.zones import all_zones

READERS = [code for code, _name in settings.LANGUAGES]


def found(finder, text, reader):
    return [one.value for one in finder.find(text, reader)]


@pytest.mark.parametrize(
    ("reader", "text", "code"),
    [
        ("en", "Arabic", "ar"),
        ("en", "árabe", "ar"),
        ("fr", "العربية", "ar"),
        ("ar", "عربي", "ar"),
        ("es", "FRANCES", "fr"),
        ("en", "castellano", "es"),
        ("en", "Castilian", "es"),
        ("ar", "español", "es"),
        ("en", "Mandarin", "zh"),
        ("es", "mandarín", "zh"),
        ("fr", "ponjabi", "pa"),
        ("pt", "holandês", "nl"),
        ("en", "Kiswahili", "sw"),
        ("en", "हिन्दी", "hi"),
        ("en", "darija", "ary"),
        ("fr", "langue des signes française", "fsl"),
        ("en", "pt-BR", "pt"),
        ("en", "yue", "yue"),
        ("en", "Ga", "gaa"),  # its name, though it is the code of Irish, too
    ],
)
def test_a_name_in_any_language_means_one_language(reader, text, code):
    assert LanguageFinder().value_of(text, reader) == code
    assert found(LanguageFinder(), text, reader)[0] == code or text == "Ga"


@pytest.mark.parametrize(
    ("reader", "text", "codes"),
    [
        ("en", "ara", ["ar", "ary"]),
        ("es", "ingl", ["en"]),
        ("ar", "انج", ["en"]),
        ("en", "creole", ["ht", "mfe"]),
        ("en", "bahasa", ["id", "ms"]),
        ("fr", "portugues du bresil", []),
        ("en", "Swahilli", ["sw"]),
        ("en", "xqzw", []),
        ("en", "", []),
        ("en", "\x00" * 500, []),
        ("en", "a" * 5000, []),
    ],
)
def test_letters_that_may_mean_several_are_asked_about(reader, text, codes):
    assert LanguageFinder().value_of(text, reader) == ""
    assert [code for code in found(LanguageFinder(), text, reader) if code in codes] == codes
    assert len(found(LanguageFinder(), text, reader)) <= 8


def test_what_a_field_shows_leads_back_to_the_same_value():
    languages, zones = LanguageFinder(), ZoneFinder()
    for reader in READERS:
        assert [c for c in LANGUAGES if languages.value_of(languages.label(c, reader), reader) != c] == []
        assert [z for z in ("UTC", *all_zones()) if zones.value_of(zones.label(z, reader), reader) != z] == []
        assert not any("/" in zones.label(zone, reader) or "_" in zones.label(zone, reader) for zone in all_zones())


@pytest.mark.parametrize(
    ("reader", "text", "zone"),
    [
        ("en", "cairo", "Africa/Cairo"),
        ("ar", "القاهرة", "Africa/Cairo"),
        ("fr", "Le Caire", "Africa/Cairo"),
        ("es", "Egipto", "Africa/Cairo"),
        ("en", "مصر", "Africa/Cairo"),
        ("en", "Alexandria", "Africa/Cairo"),
        ("en", "Mumbai", "Asia/Kolkata"),
        ("en", "Asia/Calcutta", "Asia/Kolkata"),
        ("en", "Kiev", "Europe/Kyiv"),
        ("pt", "São Paulo", "America/Sao_Paulo"),
        ("en", "GMT", "UTC"),
        ("es", "Estados Unidos", ""),
        ("en", "Etc/GMT+3", ""),
        ("en", "Atlantis", ""),
    ],
)
def test_a_city_or_a_country_with_one_clock_means_a_zone(reader, text, zone):
    assert ZoneFinder().value_of(text, reader) == zone


def test_of_a_wide_country_each_clock_is_offered_once_and_first():
    offered = found(ZoneFinder(), "USA", "en")

    assert offered[:5] == [f"America/{city}" for city in ("New_York", "Chicago", "Denver", "Phoenix", "Los_Angeles")]
    assert {"Pacific/Honolulu", "America/Anchorage"} <= set(offered)
    assert ZoneFinder().find("Cairo", "es")[0].label == "El Cairo (Egipto)"


def test_the_cities_of_the_list_are_of_zones_of_today():
    assert set(CITIES) <= all_zones()


def test_own_languages_are_those_of_the_browser_the_country_and_the_account():
    likely = likely_languages(browser=["es-419", "en-US", "fil", "iw", "xx", "*"], country="EG", account="ar")

    assert likely == ["es", "en", "tl", "he", "ar", "arz"]
    assert languages_of_country("") == []
    assert all(code in LANGUAGES for country in COUNTRIES for code in languages_of_country(country))


@pytest.mark.parametrize("field", [language_field(), zone_field()])
def test_a_text_of_a_million_letters_is_refused_for_its_length_before_it_is_searched_for(field):
    with pytest.raises(ValidationError, match="at most 200"):
        field.clean("é" * 1_000_000)
    assert field.value_of("é" * 1_000_000) == ""
