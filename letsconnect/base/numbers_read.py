"""Read the numbers by which the desk calls people who show no name: for all on a page together, or for one."""

from collections.abc import Iterable
from typing import Any

from django.db.models import prefetch_related_objects


def read_numbers(people: Iterable[Any]) -> None:
    """Read the registration of each of these members who shows no name, so that ``name_at_desk`` says its number.

    Nothing is asked where everybody shows a name, which is nearly always.
    """
    nameless = [
        person for person in people if person is not None and not str.__str__(person.name) and not _is_read(person)
    ]
    if nameless:
        prefetch_related_objects(nameless, "registration")


def _is_read(person: Any) -> bool:
    return bool(type(person)._meta.get_field("registration").is_cached(person))


def called_at_desk(person: Any) -> str:
    """Return what the desk calls one member, in a sentence about them."""
    read_numbers([person])
    return str(person.name_at_desk)
