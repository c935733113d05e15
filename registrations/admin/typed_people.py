"""Fields of the desk in which a person is typed, instead of a list of all of them: a part of a name, or "#1250"."""

import re
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from letsconnect.base import folding
from letsconnect.base.access_log import PeopleShown
from registrations.accounts.finding_people import named
from registrations.models import Registration
from registrations.reference.finding import AT_MOST, Found
from registrations.reference.typed_fields import TypedChoiceField, TypedChoiceInput

_NUMBER = re.compile(r"#(\d{1,12})")
_ALONE = re.compile(r"#?(\d{1,12})")


class PersonFinder:
    """Finds registrations by the names of people, among those whom the reader may choose from.

    ``shown`` are those whose names it gave, for the access log.
    """

    name = "people"

    def __init__(self, among: QuerySet[Registration], *, call: Callable[[Registration], str] = str) -> None:
        self.among, self.call, self.shown = among, call, PeopleShown()
        self._numbered: dict[int, Registration | None] = {}  # who was looked for: a form asks for each several times

    def knows(self, value: str) -> bool:
        return self._with_number(value) is not None

    def find(self, text: str, reader: str) -> list[Found]:
        """Return the first few of whose names these words are parts."""
        people = list(self._named(text)[: AT_MOST + 1])
        return [self._as_choice(person) for person in people[:AT_MOST]]

    def value_of(self, text: str, reader: str) -> str:
        """Return the number that stands there; or that of the only one so called, or the only one found."""
        alone, written = _ALONE.fullmatch(folding.tidy(text)), _NUMBER.findall(text)
        if alone or written:
            person = self._with_number(alone[1] if alone else written[-1])
            return str(person.pk) if person is not None else ""
        people = list(self._named(text)[: AT_MOST + 1])
        key = folding.key(text)
        so_called = [person for person in people if key in (folding.key(person.shown_name), person.folded_names)]
        chosen = so_called if len(so_called) == 1 else people
        return str(chosen[0].pk) if len(chosen) == 1 else ""

    def as_choice(self, value: str, reader: str) -> Found:
        person = self._with_number(value)
        return self._as_choice(person) if person is not None else Found(value, value)

    def label(self, value: str, reader: str) -> str:
        return self.as_choice(value, reader).label

    def person(self, value: str) -> Registration:
        """Return whom a clean value of the field means."""
        person = self._with_number(value)
        if person is None:
            raise Registration.DoesNotExist(f"nobody here has the number {value}")
        return person

    def _as_choice(self, person: Registration) -> Found:
        self.shown.registrations.add(person.pk)
        called, number = self.call(person), f"#{person.pk}"
        label = called if called.startswith(number) else f"{called} ({number})"
        return Found(str(person.pk), label, str(person.get_region_display()))

    def _named(self, text: str) -> QuerySet[Registration]:
        return self.among.filter(named(text, "folded_names", "member__folded_name")).order_by("folded_names", "pk")

    def _with_number(self, value: str) -> Registration | None:
        written = _ALONE.fullmatch(value)
        if written is None:
            return None
        number = int(written[1])
        if number not in self._numbered:
            self._numbered[number] = self.among.filter(pk=number).first()
        return self._numbered[number]


class PersonInput(TypedChoiceInput):
    """A line for a person: what is found is shown once the form is sent, because each look at a name is recorded."""

    is_looked_up = False


def person_field(finder: PersonFinder, **kwargs: Any) -> TypedChoiceField:
    """Return a field for a person whom this finder finds; its clean value is the number of their registration."""
    texts = {
        "several": _("Several people are called like “%(text)s”, or more words are needed. Please choose."),
        "unknown": _("Nobody whom you can choose here is called “%(text)s”. Try a part of the name, or #1250."),
    }
    return TypedChoiceField(widget=PersonInput(finder), error_messages=texts, **kwargs)
