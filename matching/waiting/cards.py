"""Say of people who let others find them what others may see: no address, no zone, no exact hours."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from letsconnect.base.folding import plain
from letsconnect.base.hours import next_monday
from letsconnect.base.query_batches import QueryBatch
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from matching.domain.matches import LIVE
from matching.engine.candidates import HOUR
from matching.models import Match
from matching.models.matches import HEIR
from matching.models.people import account_of
from matching.waiting.browsing import Listed, NamedSkill, language_in_words, offers_of
from matching.waiting.changes_in_words import time_in_words
from matching.waiting.prospects import PartOfDay
from matching.words import reasons
from registrations.answers.availability import Window, weekly_slots
from registrations.domain.registrations import MINUTES_A_WEEK, BabelLevel, OfferLevel, Region
from registrations.models import Registration, SpokenLanguage
from registrations.reference.weeks import weekend_of

_DAY = 1440
NO_TIMES: Mapping[int, PartOfDay] = {}
_OF_CARDS = (
    *("name", "zone", "region", "group_other", "group__name"),
    *("member__name", "member__zone", "member__public_id", "member__erased_at"),
)
Slots = NDArray[np.bool_]
_PEOPLE = Statement(
    lambda keys: Registration.objects.filter(pk__in=any_of(keys)).select_related("member", "group").only(*_OF_CARDS)
)
_OFFERS = Statement(lambda keys: offers_of(keys).values_list("registration_id", HEIR, "level"))


class PartOfWeek(NamedTuple):
    """A part of the week as people speak of it: these hours of the days of the weekend, or of the others."""

    is_weekend: bool
    from_hour: int
    to_hour: int
    name: Promise


_PARTS = (
    PartOfWeek(False, 6, 12, gettext_lazy("weekday mornings")),
    PartOfWeek(False, 12, 18, gettext_lazy("weekday afternoons")),
    PartOfWeek(False, 18, 24, gettext_lazy("weekday evenings")),
    PartOfWeek(False, 0, 6, gettext_lazy("weekday nights")),
    PartOfWeek(True, 6, 12, gettext_lazy("weekend mornings")),
    PartOfWeek(True, 12, 18, gettext_lazy("weekend afternoons")),
    PartOfWeek(True, 18, 24, gettext_lazy("weekend evenings")),
    PartOfWeek(True, 0, 6, gettext_lazy("weekend nights")),
)


class _QuartersOfPart(NamedTuple):
    """A part of the reader's week: its name, and its quarters of an hour in UTC."""

    name: str
    quarters: Slots


@dataclass(frozen=True)
class SharedSkill:
    """One skill somebody shares; ``key`` is its id."""

    key: int
    name: str
    level: str
    is_wished: bool


@dataclass(frozen=True)
class Card:
    """One person as others may see them: no address, no zone, no exact hours."""

    person: Registration
    name: str
    region: str
    group: str
    skills: tuple[SharedSkill, ...]
    languages: tuple[str, ...]
    roughly: tuple[str, ...]
    in_common: str
    time: str = ""  # to be free at, too, to have an hour in common
    is_asked: bool = False
    is_matched: bool = False

    @property
    def key(self) -> str:
        return account_of(self.person).public_id


def cards_of(
    reader: Registration,
    keys: Sequence[int],
    listed: Listed,
    *,
    skills: Mapping[int, NamedSkill],
    asked: Collection[int],
    wished: set[int],
    times: Mapping[int, PartOfDay] = NO_TIMES,
    now: datetime,
) -> list[Card]:
    """Return what others may see of each person, in the order of ``keys`` and in a constant number of queries.

    ``skills`` are those that they share, by key; ``asked`` are whom the reader asks for now; ``times`` say when to be
    free, too, for an hour in common.
    """
    values, batch = {"keys": list(keys)}, QueryBatch()
    people = batch.add(_PEOPLE.queryset(values))
    offers, languages = batch.add(_OFFERS.queryset(values)), batch.add(_LANGUAGES.queryset(values))
    matches = batch.add(_MATCHED.queryset({"reader": reader}))
    batch.run()
    by_key = {person.pk: person for person in people}
    offered, spoken = _offered(offers, skills, wished), _spoken(languages)
    start = next_monday(now.date())
    parts = _parts(reader.own_zone, weekend_of(reader.country), start=start)
    regions = _words_for(Region, get_language())
    matched, in_common = set(matches), cache(_in_common)  # many people have as little in common
    return [
        Card(
            person=person,
            name=reasons.name_of(person),
            region=regions.get(person.region, person.region),
            group=reasons.group_of(person),
            skills=tuple(offered[key]),
            languages=tuple(spoken[key]),
            roughly=_roughly(listed.windows.get(key, ()), person.own_zone, parts, start=start),
            in_common=in_common(listed.minutes.get(key)),
            time=time_in_words(times[key]) if key in times else "",
            is_asked=key in asked,
            is_matched=key in matched,
        )
        for key, person in ((key, by_key[key]) for key in keys if key in by_key)
    ]


# With whom the reader is matched as a learner. Whoever is found has not left and is not blocked, so this asks for less
# than ``Match.objects.live()``.
_MATCHED = Statement(
    lambda reader: Match.objects.filter(learner=reader, asked_at__isnull=False, state__in=LIVE).values_list(
        "sharer", flat=True
    )
)


def _parts(zone: str, weekend: tuple[int, ...], *, start: date) -> list[_QuartersOfPart]:
    """The parts of the reader's week, each with the quarters of an hour it is in UTC."""
    return [
        _QuartersOfPart(name, weekly_slots(windows, zone, start=start, weeks=1))
        for name, windows in _windows_by_name(get_language(), weekend)
    ]


@cache
def _windows_by_name(_language: str | None, weekend: tuple[int, ...]) -> list[tuple[str, list[Window]]]:
    """The parts of the week as the readers of one language call them, with the weekend of their country."""
    return [(str(part.name), _windows_of(part, weekend)) for part in _PARTS]


def _windows_of(part: PartOfWeek, weekend: tuple[int, ...]) -> list[Window]:
    """When a part of the week begins and ends on each of its days, in minutes of the local week."""
    return [
        (day * _DAY + part.from_hour * 60, min(day * _DAY + part.to_hour * 60, MINUTES_A_WEEK))
        for day in range(7)
        if (day in weekend) == part.is_weekend
    ]


def _roughly(windows: Sequence[Window], zone: str, parts: list[_QuartersOfPart], *, start: date) -> tuple[str, ...]:
    """The names of the parts of the reader's week in which somebody with these free hours has one or more."""
    free = weekly_slots(windows, zone, start=start, weeks=1)
    return tuple(part.name for part in parts if np.count_nonzero(free & part.quarters) >= HOUR)


def _offered(
    offers: Iterable[tuple[int, int, int]], skills: Mapping[int, NamedSkill], wished: set[int]
) -> dict[int, list[SharedSkill]]:
    """What each person shares, what the reader wishes first; a retired skill is not offered any more."""
    levels = _words_for(OfferLevel, get_language())
    places = {key: plain(skill.name) for key, skill in skills.items()}
    offered: dict[int, list[SharedSkill]] = defaultdict(list)
    for registration, key, level in offers:
        if key in skills:  # not one that was offered since the skills were read
            offered[registration].append(SharedSkill(key, skills[key].name, levels[level], key in wished))
    for shared in offered.values():
        shared.sort(key=lambda skill: (not skill.is_wished, places[skill.key]))
    return offered


@cache
def _words_for(choices: type[OfferLevel | BabelLevel | Region], _language: str | None) -> dict[Any, str]:
    """Return what each choice is called in the active language."""
    return {value: str(label) for value, label in choices.choices}


def _spoken(languages: Iterable[tuple[int, str, int]]) -> dict[int, list[str]]:
    """The languages each person speaks, the best first, and how well."""
    rows = list(languages)
    said = in_words({(code, level) for _registration, code, level in rows})  # many people speak the same languages
    spoken: dict[int, list[str]] = defaultdict(list)
    for registration, code, level in rows:
        spoken[registration].append(said[code, level])
    return spoken


def in_words(spoken: Collection[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """Return how the reader reads each of these languages, with how well somebody speaks it."""
    levels = _words_for(BabelLevel, get_language())
    # Translators: a language and how well somebody speaks it, as in "Arabic (N – native)".
    words = _("%(language)s (%(level)s)")
    return {
        (code, level): words % {"language": language_in_words(code), "level": levels[level]} for code, level in spoken
    }


def _languages(keys: Sequence[int]) -> QuerySet[SpokenLanguage, Any]:
    rows = SpokenLanguage.objects.filter(registration__in=any_of(keys), level__gt=BabelLevel.NONE)
    return rows.order_by("-level", "code").values_list("registration_id", "code", "level")


_LANGUAGES = Statement(_languages)


def _in_common(minutes: int | None) -> str:
    if minutes is None:
        return ""
    hours = minutes // 60
    if not hours:
        return _("No hour in common with you at the moment.")
    return ngettext(
        "About %(hours)d hour a week in common with you.", "About %(hours)d hours a week in common with you.", hours
    ) % {"hours": hours}
