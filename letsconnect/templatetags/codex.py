"""Template tags of the Codex form templates: a field as a whole, buttons, and the field an error links to."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django import forms, template
from django.forms.boundfield import BoundField
from django.forms.widgets import Input
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from letsconnect.base.pieces import Piece, draw

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


@register.simple_tag(takes_context=True)
def codex_field(context: Context) -> SafeString:
    """Draw the field of the context with its label, its help and what is wrong with it.

    Forms have many fields and few shapes of them, so the template is drawn once for each shape.
    """
    field: BoundField = context["field"]
    if field.is_hidden:
        return SafeString(f"{field}\n")  # drawn by its widget
    return draw([_piece(field, context)], "codex/_field.html")


@register.filter
def in_codex(field: BoundField) -> SafeString:
    """Return the field as ``as_crispy_field`` draws it where its form has no helper, without a template of its own."""
    return codex_field(Context({"field": field, "form_show_errors": True, "form_show_labels": True}))


def _piece(field: BoundField, context: Context) -> Piece:
    kind, help_text, target = _kind(field), str(field.help_text), field.id_for_label
    is_group, has_errors, has_help_below = field.use_fieldset, bool(field.errors), bool(context.get("help_text_inline"))
    described_by = is_group and field.aria_describedby
    shape = {
        "kind": kind,
        "is_group": is_group,
        "is_disabled": field.field.disabled,
        "is_required": field.field.required,
        "is_described": bool(described_by),
        "has_target": bool(target),
        "has_errors": has_errors,
        "has_help": bool(help_text) and (kind == "checkbox" or not has_help_below),
        "hides_label": context.get("form_show_labels") is False,
        "css_classes": field.css_classes(),
        "wrapper_class": context.get("wrapper_class", ""),
    }
    texts = {
        "id": field.auto_id,
        "target": target,
        "described_by": described_by or "",
        "label": str(field.label),
        "help_text": help_text,
        "help_below": _drawn("help_text", context) if has_help_below else "",
        "errors": _drawn("field_errors", context) if has_errors else "",
        "widget": _drawn("choices", context) if is_group and kind == "choices" else _widget(field),
    }
    return Piece(shape, texts)


def _drawn(part: str, context: Context) -> SafeString:
    """Draw a part that few fields have, or that has parts of its own."""
    values: Any = context.flatten()
    return render_to_string(f"codex/layout/{part}.html", values)


def _widget(field: BoundField) -> SafeString:
    """Draw the field's widget with its Codex classes."""
    _dress(field.field.widget)
    return field.as_widget()


def _kind(field: BoundField) -> str:
    """Tell which markup surrounds the widget: checkbox, choices, textarea, select, parts, text or plain."""
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return "checkbox"
    if isinstance(widget, _CHOICES):
        return "choices"
    if getattr(widget, "has_its_frame", False):
        return "plain"
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


_ENDS_OF_SENTENCES = (".", "?", "!", "؟", "。")


class Problem(NamedTuple):
    """One line of the error summary."""

    label: str
    text: str
    target: str


def _target(field: BoundField) -> str:
    """Return the id of the first thing in ``field`` that takes the focus."""
    if not field.auto_id or field.is_hidden:
        return ""
    if _kind(field) == "choices":
        return f"{field.auto_id}_0"
    return field.id_for_label or field.auto_id


@register.simple_tag
def codex_problems(form: forms.BaseForm, formsets: Iterable[forms.BaseFormSet] | None = None) -> list[Problem]:
    """Return the error summary of a form: what concerns it as a whole first, then field by field; after it the same of
    each of its ``formsets``: what all its rows lack, then row by row, with labels that tell which row it is."""
    problems = list(_problems(form)) if form.is_bound else []
    for rows in formsets or ():
        problems += [Problem("", str(text), f"{rows.prefix}_refused") for text in rows.non_form_errors()]
        for number, row in enumerate(rows, start=1):
            problems += [problem._replace(label=f"{problem.label} ({number})") for problem in _problems(row)]
    return problems


@register.filter
def takes_focus(form: forms.BaseForm) -> bool:
    """Tell whether the error summary takes the focus: it does where no field of the form asks for it."""
    return not any(field.widget.attrs.get("autofocus") for field in form.fields.values())


def _problems(form: forms.BaseForm) -> Iterator[Problem]:
    """What several fields share (`told_together` of the form) is said once, beside them: here they are only named."""
    told_together = getattr(form, "told_together", ())
    for text in form.non_field_errors():
        yield Problem("", str(text), "")
    for field in form:
        for text in field.errors:
            label = _("(hidden field %(name)s)") % {"name": field.name} if field.is_hidden else str(field.label or "")
            text_here = "" if field.name in told_together else str(text)
            if text_here and label.endswith(_ENDS_OF_SENTENCES):
                label, text_here = "", f"{label} {text_here}"
            yield Problem(label, text_here, _target(field))
