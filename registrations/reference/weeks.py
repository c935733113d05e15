"""Which days of the week are the weekend of a country, and on which day its week begins; Monday is 0.

As CLDR has them (`supplementalData/weekData`; a test reads them from Babel), but for a few countries of which CLDR says
nothing and whose weekend is another.
"""

USUAL_WEEKEND = (5, 6)  # Saturday and Sunday, also where no country is known

_WEEKENDS = (
    ((4, 5), "BH DZ EG IL IQ JO KW LY OM QA SA SD SY YE"),
    ((3, 4), "AF"),
    ((4,), "IR"),
    ((6,), "IN UG"),
)
NOT_IN_CLDR = (
    ((4, 5), "BD DJ MV PS"),
    ((3, 4), "SO"),
    ((5,), "NP"),
    ((4, 6), "BN"),
)
_FIRST_DAYS = (
    (5, "AF BH DJ DZ EG IQ IR JO KW LY OM QA SD SY"),
    (4, "MV"),
    (
        6,
        "AG AS BD BR BS BT BW BZ CA CO DM DO ET GT GU HK HN ID IL IN JM JP KE KH KR LA MH MM MO MT MX MZ NI NP PA PE "
        "PH PK PR PT PY SA SG SV TH TT TW UM US VE VI WS YE ZA ZW",
    ),
)
_WEEKEND_OF = {country: days for days, countries in (*_WEEKENDS, *NOT_IN_CLDR) for country in countries.split()}
_FIRST_DAY_OF = {country: day for day, countries in _FIRST_DAYS for country in countries.split()}


def weekend_of(country: str) -> tuple[int, ...]:
    """Return the days of the weekend of a country, in the order of the week."""
    return _WEEKEND_OF.get(country, USUAL_WEEKEND)


def weekdays_of(country: str) -> tuple[int, ...]:
    """Return the other days, in their order from the first after the weekend."""
    weekend = weekend_of(country)
    first = next(day for day in range(7) if day not in weekend and (day - 1) % 7 in weekend)
    days = ((first + step) % 7 for step in range(7))
    return tuple(day for day in days if day not in weekend)


def first_day_of(country: str) -> int:
    """Return the day on which weeks begin in a country: Monday in most, and where no country is known."""
    return _FIRST_DAY_OF.get(country, 0)


def days_from(first: int) -> tuple[int, ...]:
    """Return the seven days of a week that begins on this one."""
    return tuple((first + step) % 7 for step in range(7))
