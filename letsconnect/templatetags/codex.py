"""Template tags of the Codex form templates: the kind of a field, its classes, the field an error links to."""

from collections.abc import Iterator
from typing import NamedTuple

from django import forms, template
from django.forms.boundfield import BoundField
from django.forms.widgets import Input
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()

_CHOICES = (forms.RadioSelect, forms.CheckboxSelectMultiple)


def _class_of(widget: forms.Widget) -> str:
    """Return the Codex class the widget's own element carries, "" when Codex has none for it."""
    if isinstance(widget, forms.SelectMultiple):
        return "" if isinstance(widget, _CHOICES) else "cdx-select lc-select-multiple"
    if isinstance(widget, (forms.Select, forms.SelectDateWidget)):
        return "cdx-select"
    if isinstance(widget, forms.Textarea):
        return "cdx-text-area__textarea"
    if isinstance(widget, forms.CheckboxInput):
        return "cdx-checkbox__input"
    if isinstance(widget, forms.FileInput):
        return "lc-file"
    if isinstance(widget, Input):
        return "cdx-text-input__input"
    return ""


def _dress(widget: forms.Widget) -> None:
    """Add the Codex classes to a form's own copy of a widget; a second time changes nothing."""
    for part in getattr(widget, "widgets", [widget]):
        classes = part.attrs.get("class", "").split()
        classes += [name for name in _class_of(part).split() if name not in classes]
        if classes:
            part.attrs["class"] = " ".join(classes)


@register.simple_tag
def codex_widget(field: BoundField) -> SafeString:
    """Render the field's widget with its Codex classes."""
    _dress(field.field.widget)
    return field.as_widget()


@register.filter
def codex_kind(field: BoundField) -> str:
    """Tell which markup surrounds the widget: checkbox, choices, textarea, select, parts, text or plain."""
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return "checkbox"
    if isinstance(widget, _CHOICES):
        return "choices"
    if isinstance(widget, (forms.MultiWidget, forms.SelectDateWidget)):
        return "parts"
    for kind, of in (("textarea", forms.Textarea), ("select", forms.Select), ("plain", forms.FileInput)):
        if isinstance(widget, of):
            return kind
    return "text" if isinstance(widget, Input) else "plain"


@register.filter
def codex_button(classes: str) -> str:
    """Return a button's classes in Codex: crispy's own Bootstrap names give way, what the form asked for stays."""
    names = classes.split()
    kept = [name for name in names if name != "btn" and not name.startswith("btn-")]
    if "btn-primary" in names and not any(name.startswith("cdx-button--") for name in kept):
        kept = ["cdx-button--action-progressive", "cdx-button--weight-primary", *kept]
    return " ".join(["cdx-button", *kept])


class Problem(NamedTuple):
    """One line of the error summary."""

    label: str
    text: str
    target: str


def _target(field: BoundField) -> str:
    """Return the id of the first thing in ``field`` that takes the focus."""
    if not field.auto_id or field.is_hidden:
        return ""
    if codex_kind(field) == "choices":
        return f"{field.auto_id}_0"
    return field.id_for_label or field.auto_id


@register.simple_tag
def codex_problems(form: forms.BaseForm) -> list[Problem]:
    """Return the error summary of a form: what concerns it as a whole first, then field by field."""
    return list(_problems(form))


def _problems(form: forms.BaseForm) -> Iterator[Problem]:
    for text in form.non_field_errors():
        yield Problem("", str(text), "")
    for field in form:
        for text in field.errors:
            label = _("(hidden field %(name)s)") % {"name": field.name} if field.is_hidden else str(field.label or "")
            yield Problem(label, str(text), _target(field))
