"""Fields in which a skill is typed, in any language, instead of a list of all of them."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from registrations.models import SkillQuerySet
from registrations.reference.typed_fields import TypedChoiceField, TypedChoiceInput
from registrations.reference.typed_rows import TypedRowField
from registrations.skills.finder import SkillFinder

WORDS = {
    "several": _("Please choose which skill you mean by “%(text)s”."),
    "unknown": _("We know no skill called “%(text)s”. Try another word for it, in any language."),
}


def skill_field(**kwargs: Any) -> TypedChoiceField:
    """Return a field for a skill; its clean value is the skill's key."""
    return TypedChoiceField(widget=TypedChoiceInput(SkillFinder()), error_messages=WORDS, **kwargs)


def one_skill_field(among: SkillQuerySet, *, row_of: Callable[[int], Any] = int, **kwargs: Any) -> TypedRowField:
    """Return a field for one of these skills; its clean value is what ``row_of`` makes of its number, or None."""
    widget = TypedChoiceInput(SkillFinder(among))
    return TypedRowField(widget=widget, row_of=row_of, error_messages=WORDS, **kwargs)
