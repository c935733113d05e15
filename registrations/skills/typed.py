"""A field in which a skill is typed, in any language, instead of a list of all of them."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from registrations.reference.typed_fields import TypedChoiceField, TypedChoiceInput
from registrations.skills.finder import SkillFinder


def skill_field(**kwargs: Any) -> TypedChoiceField:
    """Return a field for a skill; its clean value is the skill's key."""
    texts = {
        "several": _("Please choose which skill you mean by “%(text)s”."),
        "unknown": _("We know no skill called “%(text)s”. Try another word for it, in any language."),
    }
    return TypedChoiceField(widget=TypedChoiceInput(SkillFinder()), error_messages=texts, **kwargs)
