"""What a person told us, in words: to read it back, and to choose between two tabs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from registrations.answers.forms.rows import DAYS, window_rows
from registrations.domain.registrations import (
    AgeRange,
    BabelLevel,
    ConsentDocument,
    ContactWay,
    Gender,
    OfferLevel,
    Region,
    RegionWish,
    Topic,
    WishPriority,
)
from registrations.models import Group, Role, Skill
from registrations.reference.names import country_name, language_name


@dataclass(frozen=True)
class Told:
    """One thing and what was said about it; no lines mean that nothing was."""

    label: str
    lines: tuple[str, ...]


def told(facts: Any, unit: Sequence[str]) -> Told:
    """Put the facts of one unit of a step into words, in the active language."""
    label, write = _WRITERS[unit[0]]
    return Told(str(label()), tuple(str(line) for line in write(facts) if line))


def _place(facts: Any) -> list[str]:
    country = country_name(facts.country, _reader()) if facts.country else ""
    return [country, Region(facts.region).label if facts.region else ""]


def _group(facts: Any) -> list[str]:
    return [str(Group.objects.get(pk=facts.group_id))] if facts.group_id else [facts.group_other]


def _role(facts: Any) -> list[str]:
    return [str(Role.objects.prefetch_related("role_names").get(pk=facts.role_id))] if facts.role_id else []


def _topics(facts: Any) -> list[str]:
    return [*(str(Topic(topic).label) for topic in facts.topics), facts.topic_other]


def _languages(facts: Any) -> list[str]:
    return [
        _("%(language)s: %(level)s, preferred") % words if best else _("%(language)s: %(level)s") % words
        for code, level, best in facts.languages
        if (words := {"language": language_name(code, _reader()), "level": BabelLevel(level).label})
    ]


def _skills(rows: Sequence[tuple[Any, ...]]) -> dict[int, str]:
    found = Skill.objects.with_names().filter(pk__in=[row[0] for row in rows])
    return {skill.pk: skill.name_in(_reader()) for skill in found}


def _offers(facts: Any) -> list[str]:
    names = _skills(facts.offers)
    return [
        _("%(skill)s: %(level)s, also in a clinic") % words if host else _("%(skill)s: %(level)s") % words
        for skill, level, host in facts.offers
        if (words := {"skill": names[skill], "level": OfferLevel(level).label})
    ]


def _wishes(facts: Any) -> list[str]:
    names = _skills(facts.wishes)
    return [
        _("%(skill)s: %(priority)s. Why: %(why)s") % words if why else _("%(skill)s: %(priority)s") % words
        for skill, priority, why in facts.wishes
        if (words := {"skill": names[skill], "priority": WishPriority(priority).label, "why": why})
    ]


def _hours(facts: Any) -> list[str]:
    days = dict(DAYS)
    lines = [
        _("%(day)s %(start)s–%(end)s")
        % {"day": days[str(row["day"])], "start": f"{row['start']:%H:%M}", "end": f"{row['end']:%H:%M}"}
        for row in window_rows(list(facts.windows))
    ]
    return [_("Hours of %(zone)s") % {"zone": facts.zone} if facts.zone else "", *lines]


def _people(number: int) -> str:
    return ngettext("%(number)s person", "%(number)s people", number) % {"number": number}


def _contact(facts: Any) -> list[str]:
    return [ContactWay(facts.contact_way).label, facts.contact_text]


def _consents(facts: Any) -> list[str]:
    return [ConsentDocument(document).label for document in facts.consents]


def _reader() -> str:
    return get_language() or "en"


_WRITERS: dict[str, tuple[Callable[[], str], Callable[[Any], list[Any]]]] = {
    "name": (lambda: _("Name to show"), lambda facts: [facts.name]),
    "country": (lambda: _("Country and region"), _place),
    "group_id": (lambda: _("My group"), _group),
    "role_id": (lambda: _("Main role"), _role),
    "topics": (lambda: _("What I work on"), _topics),
    "languages": (lambda: _("Languages I speak"), _languages),
    "offers": (lambda: _("What I can share"), _offers),
    "wishes": (lambda: _("What I want to learn"), _wishes),
    "zone": (lambda: _("When I am usually free"), _hours),
    "can_help": (lambda: _("How many people I can help at once"), lambda facts: [_people(facts.can_help)]),
    "can_learn_from": (
        lambda: _("How many people I want to learn from at once"),
        lambda facts: [_people(facts.can_learn_from)],
    ),
    "away_until": (
        lambda: _("I am away until"),
        lambda facts: [date_format(facts.away_until) if facts.away_until else ""],
    ),
    "is_findable": (
        lambda: _("Others may find me and ask for me"),
        lambda facts: [_("yes") if facts.is_findable else _("no")],
    ),
    "region_wish": (lambda: _("Where my match is from"), lambda facts: [RegionWish(facts.region_wish).label]),
    "contact_way": (lambda: _("How a match may reach me"), _contact),
    "consents": (lambda: _("What I agree to"), _consents),
    "gender": (
        lambda: _("Gender"),
        lambda facts: [Gender(facts.gender).label if facts.gender else "", facts.gender_words],
    ),
    "age": (lambda: _("Age"), lambda facts: [AgeRange(facts.age).label if facts.age else ""]),
}
