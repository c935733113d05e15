"""Kinds of answers that fit in a column or two, and how each is said in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from letsconnect.base.zone_names import zone_in_words
from registrations.reference.names import country_name


@dataclass(frozen=True)
class Words:
    """What one reader reads: their language, and what "group:3", "role:1" and "skill:12" are called."""

    language: str
    names: Mapping[str, str]

    def named(self, kind: str, key: int) -> str:
        return self.names.get(f"{kind}:{key}", f"#{key}")


Say = Callable[[Any, Words], list[Any]]


@dataclass(frozen=True)
class Kind:
    """How the answers of one kind are put into words, a line for each thing said.

    ``say`` does so for the working group, ``read_back`` for the person themselves where that is longer. A plain value
    goes into a spreadsheet as it is; ``names`` says of a key what it is a key of.
    """

    say: Say
    read_back: Say | None = None
    is_plain: bool = False
    names: str = ""

    def lines(self, value: Any, words: Words, *, for_the_person: bool = False) -> list[Any]:
        """Return the value in words; nothing where nothing was answered."""
        if value in (None, "", [], ()):
            return []
        return (self.read_back if for_the_person and self.read_back else self.say)(value, words)


def _as_it_is(value: Any, _words: Words) -> list[Any]:
    return [value]


def _people(number: int, _words: Words) -> list[str]:
    return [ngettext("%(number)s person", "%(number)s people", number) % {"number": number}]


TEXT = Kind(_as_it_is, is_plain=True)
PEOPLE = Kind(_as_it_is, read_back=_people, is_plain=True)
DAY = Kind(_as_it_is, read_back=lambda day, _words: [date_format(day)], is_plain=True)
YES_NO = Kind(lambda value, _words: [_("yes") if value else _("no")], is_plain=True)
ZONE = Kind(lambda zone, _words: [zone_in_words(zone)])
COUNTRY = Kind(lambda code, words: [country_name(code, words.language)])


def choice_of(choices: type[TextChoices]) -> Kind:
    return Kind(lambda value, _words: [choices(value).label])


def choices_of(choices: type[TextChoices]) -> Kind:
    return Kind(lambda values, _words: [choices(value).label for value in values])


def key_of(what: str) -> Kind:
    """A key of a row, said by its name."""
    return Kind(lambda key, words: [words.named(what, key)], names=what)
