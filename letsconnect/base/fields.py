"""One line of text that other people read: cleaned in forms, checked by the database, isolated where it is shown."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.expressions import Combinable
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from letsconnect.base.lines import (
    FORBIDDEN,
    INVISIBLE,
    WrittenLine,
    has_something_to_see,
    one_line,
    pattern_of,
    visible_line,
)

_FORBIDDEN = f"[{pattern_of(FORBIDDEN)}]"
_VISIBLE = f"[^{pattern_of(INVISIBLE)}]"


def longest(table: type[models.Model], column: str) -> int:
    """Return how many characters a column of text takes: a form that fills it takes as many."""
    characters = getattr(table._meta.get_field(column), "max_length", None)
    if characters is None:
        raise ValueError(f"{table._meta.label}.{column} takes text of any length")
    return int(characters)


def column_label(table: type[models.Model], column: str) -> Any:
    """Return what a form calls a column that it does not fill in as Django would."""
    return capfirst(getattr(table._meta.get_field(column), "verbose_name", column))


def check_can_be_seen(text: str) -> None:
    """Raise ValidationError if the text has no visible character."""
    if text and not has_something_to_see(text):
        raise ValidationError(_("Nothing of this can be seen. Please write it with letters."), code="invisible")


class LineFormField(forms.CharField):
    """A form field for one line of text."""

    default_validators = [check_can_be_seen]

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""  # never None: only a field with another empty value returns that
        line = one_line(text)
        # A text of invisible characters only is kept, to be refused, not treated as empty; so is one with NUL.
        return text if "\x00" in text or not line else line

    def prepare_value(self, value: Any) -> Any:
        # In a field a name stands alone, so it is shown as it was written, without isolating characters.
        return "".join(value) if isinstance(value, WrittenLine) else value


def choice_field(form: forms.BaseForm, name: str) -> forms.ChoiceField:
    """Return a field that the form declares as one with choices, to fill them in."""
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(f"{name} is a field without choices")
    return field


if TYPE_CHECKING:
    _CharField = models.CharField[str | Combinable, str]
else:
    _CharField = models.CharField  # takes no types at run time


class LineField(_CharField):
    """A column for one visible line of text; values read from it isolate themselves in templates, see `WrittenLine`."""

    default_validators = [check_can_be_seen]

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return one_line(value) or value if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return one_line(value) if isinstance(value, str) else value

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return value if value is None else WrittenLine(value)

    def formfield(self, **options: Any) -> forms.Field | None:
        return super().formfield(**{"form_class": LineFormField, **options})


def can_be_seen(column: str) -> Q:
    """Return the condition of a check: something of the text in this column, of one line or several, is visible."""
    return Q(**{f"{column}__regex": _VISIBLE})


def lines_can_be_seen(*fields: str) -> Q:
    """Return the check constraint for such columns: something visible, nothing that breaks, turns or hides a line."""
    rule = Q()
    for field in fields:
        rule &= Q(**{field: ""}) | (can_be_seen(field) & ~Q(**{f"{field}__regex": _FORBIDDEN}))
    return rule


class EachOnce(models.Func):
    """The condition of a check: the array in a column holds nothing twice, and no NULL."""

    function = "base_each_once"
    output_field = models.BooleanField()


class Concatenated(models.Func):
    """Columns of text with a space between, none of which is null."""

    template = "(%(expressions)s)"
    arg_joiner = " || ' ' || "


def folded(*columns: str) -> models.Func:
    """These columns as one text in which names are found however they are spelt: as `folding.key` makes it."""
    words = Concatenated(*columns, output_field=models.TextField()) if len(columns) > 1 else models.F(columns[0])
    return models.Func(words, function="base_folded", output_field=models.TextField())


def mend_lines(model: type[models.Model], *fields: str, unseen: str = "") -> int:
    """Bring values that were stored earlier into line with the rule, in a migration.

    ``unseen`` replaces values of which nothing can be seen.
    """
    broken = list(model._default_manager.exclude(lines_can_be_seen(*fields)).only(*fields))
    for row in broken:
        for field in fields:
            setattr(row, field, visible_line(getattr(row, field)) or unseen)
        row.save(update_fields=fields)
    return len(broken)
