"""Reasons that the portal itself writes into the log of acts, in the reader's language; people's own stay as typed.

They are what a change was, as `column: value → value`, the columns that changed, or one of `stored_words`.
"""

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext as _

from letsconnect.base.acts_in_words import language_in_words
from letsconnect.base.labels import without_code
from letsconnect.base.languages import listed
from letsconnect.base.stored_words import in_words

# The verbs of acts whose reason nobody types.
WRITTEN_BY_THE_PORTAL = frozenset(
    {
        "begin_merging_skill",
        "change_hour_rules",
        "change_matching_rules",
        "change_seat_rules",
        "export_registrations",
        "hold_newsletter",
        "merge_skill",
        "name_skill",
        "review_registration_again",
        "set_eligibility",
        "take_in_skill",
    }
)


def reason_in_words(*, verb: str, object_type: str, reason: str) -> str:
    """Return the reason of an act for its reader."""
    if verb not in WRITTEN_BY_THE_PORTAL:
        return reason
    return "; ".join(_part_in_words(object_type, part) for part in reason.split("; "))


def _part_in_words(object_type: str, part: str) -> str:
    sentence = in_words(part)
    if sentence != part:
        return sentence
    pieces = part.split(", ")
    shown = [_piece_in_words(object_type, piece) for piece in pieces]
    return part if shown == pieces else listed(shown)


def _piece_in_words(object_type: str, piece: str) -> str:
    name, colon, values = piece.partition(": ")
    return _name_in_words(object_type, name) + colon + " → ".join(map(_value_in_words, values.split(" → ")))


def _name_in_words(object_type: str, name: str) -> str:
    """Return what people call a column of the table, or a language."""
    try:
        return str(apps.get_model(object_type)._meta.get_field(name).verbose_name)
    except (LookupError, FieldDoesNotExist, AttributeError):
        return without_code(language_in_words(name))


def _value_in_words(value: str) -> str:
    return {"True": _("yes"), "False": _("no")}.get(value, value)
