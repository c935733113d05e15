"""What the desk calls the reminders: it follows from how long before a clinic they come."""

from datetime import timedelta
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import pgettext

from clinics.notices.reminding import PERSON, SEAT
from letsconnect.base.languages import span_in_words
from letsconnect.base.reminders import Ladder


def names_of_reminders(ladder: Ladder) -> dict[str, Any]:
    """Return the name of each kind of reminder, in the language of whoever reads it."""
    to_seats, to_people = lazy(_to_seats, str), lazy(_to_people, str)
    names: dict[str, Any] = {}
    for step in ladder.steps:
        names[f"{SEAT}{step.letter}"] = to_seats(step.before)
        names[f"{PERSON}{step.letter}"] = to_people(step.before)
    return names


def _to_seats(before: timedelta) -> str:
    # Translators: {span} is something like "1 week".
    return pgettext("kind of letter", "reminder of a clinic, %(span)s before") % {"span": span_in_words(before)}


def _to_people(before: timedelta) -> str:
    # Translators: {span} is something like "1 week".
    text = pgettext("kind of letter", "reminder for the people of a clinic, %(span)s before")
    return text % {"span": span_in_words(before)}
