"""The weekend and the first day of the week are those of the country. No database."""

from babel import Locale
from babel.localedata import locale_identifiers
from django.utils import translation

from registrations.answers.windows import WeekOfCountry
from registrations.reference.countries import COUNTRIES
from registrations.reference.weeks import NOT_IN_CLDR, first_day_of, weekend_of

# Babel gives these the week of Portugal, whose language they read; CLDR has Monday for them.
_AS_PORTUGAL = {"AO", "CV", "GQ", "GW", "MO", "MZ", "ST", "TL"}


def test_weeks_are_those_of_cldr():
    locale_of = {}
    for identifier in locale_identifiers():
        country = identifier.rpartition("_")[2]
        if country in COUNTRIES:
            locale_of.setdefault(country, Locale.parse(identifier))
    ours_only = {country for _days, countries in NOT_IN_CLDR for country in countries.split()}
    assert len(locale_of) > 240

    for country, locale in locale_of.items():
        days = tuple(range(locale.weekend_start, locale.weekend_end + 1))
        assert country in ours_only or weekend_of(country) == days, country
        assert country in _AS_PORTUGAL or first_day_of(country) == locale.first_week_day, country


def test_a_week_is_said_as_people_of_the_country_have_it():
    said = {}
    for language, country in (("en", "EG"), ("ar", "EG"), ("es", "ES"), ("fr", "IR"), ("pt", "IN"), ("en", "")):
        with translation.override(language):
            week = WeekOfCountry(country)
            first = week.grid()[0]
            said[language, country] = (week.weekdays_in_words, week.weekend_in_words, first.number, first.short)

    assert said == {
        ("en", "EG"): ("Sunday to Thursday", "Friday and Saturday", 5, "Sat"),
        ("ar", "EG"): ("من الأحد إلى الخميس", "الجمعة والسبت", 5, "السبت"),
        ("es", "ES"): ("de lunes a viernes", "sábado y domingo", 0, "lun"),
        ("fr", "IR"): ("du samedi au jeudi", "vendredi", 5, "sam."),
        ("pt", "IN"): ("de segunda-feira a sábado", "domingo", 6, "dom."),
        ("en", ""): ("Monday to Friday", "Saturday and Sunday", 0, "Mon"),
    }
    assert WeekOfCountry("EG").days_of("weekend") == (4, 5)
    assert WeekOfCountry("EG").days_of("weekdays") == (6, 0, 1, 2, 3)
