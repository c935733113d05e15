"""Show an edit conflict at the desk: the row's current values beside what the user typed into a form opened earlier."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseModelFormSet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from letsconnect.base import versions
from letsconnect.base.languages import listed

# Fields whose text depends on the reader's language or time zone; a field that is none of them says `reads_a_language`.
_LOCAL = (forms.IntegerField, forms.fields.BaseTemporalField)


@dataclass(frozen=True)
class Difference:
    """One field that changed since the form was opened, and what was typed there, if anything."""

    label: str
    now: str
    typed: str = ""


@dataclass
class Comparison:
    """What the page shows about a conflict: the differences, and the data with which the form continues."""

    differences: list[Difference] = field(default_factory=list)
    data: QueryDict = field(default_factory=lambda: QueryDict(mutable=True))


def facts_of(form: forms.BaseForm) -> dict[str, Any]:
    """Return what the fields of an unbound form show, each as a browser would send it back unchanged.

    The values are the same in whatever language and time zone the page is read.
    """
    with _neutral_language_and_zone():
        return {form.add_prefix(name): _untouched(form, name) for name in form.fields}


def facts_of_rows(formset: "BaseModelFormSet[Any, Any]") -> dict[str, Any]:
    """Return the same for each row of a formset, named by the row's key instead of its position on the page."""
    with _neutral_language_and_zone():
        return {
            f"{formset.prefix}:{row_form.instance.pk}:{name}": _untouched(row_form, name)
            for row_form in formset.initial_forms
            for name in own_fields(row_form)
        }


@contextmanager
def _neutral_language_and_zone() -> Iterator[None]:
    with override("en"), timezone.override(UTC):
        yield


def _in_neutral_form(form: forms.BaseForm, name: str, typed: list[str]) -> list[str]:
    """Return what was typed in the user's language and zone in the neutral form that fingerprints are made of."""
    field = form.fields[name]
    parts = getattr(field, "fields", ()) or (field,)
    if len(parts) != len(typed) or not all(map(_is_local, parts)):
        return typed
    try:
        values = [part.to_python(word) for part, word in zip(parts, typed, strict=True)]
        value = field.compress(values) if isinstance(field, forms.MultiValueField) else values[0]
    except ValidationError:
        return typed
    with _neutral_language_and_zone():
        return _as_browser_sends(field.widget, field.prepare_value(value))


def _is_local(field: forms.Field) -> bool:
    return isinstance(field, _LOCAL) or getattr(field, "reads_a_language", False)


def own_fields(form: "forms.ModelForm[Any]") -> list[str]:
    """Return the fields that a person types into, without a formset's keys and its box for deleting."""
    return [
        name
        for name, field in form.fields.items()
        if not isinstance(field.widget, forms.HiddenInput) and name != forms.formsets.DELETION_FIELD_NAME
    ]


def compare(
    changed: Iterable[str], *, opened: str, posted: QueryDict, row: Any, form: forms.BaseForm, formsets: Iterable[Any]
) -> Comparison:
    """Compare what changed in the row with what was typed into the form.

    A field into which the user typed nothing continues with the row's current value. Where both people wrote, the
    typed value is kept, and pressing the button again saves it.
    """
    changed, fingerprints = set(changed), versions.read(opened)
    comparison = Comparison(data=posted.copy())
    for name in form.fields:
        if form.add_prefix(name) in changed:
            _add_difference(
                comparison,
                form,
                name,
                key=form.add_prefix(name),
                input_name=form.add_prefix(name),
                fingerprints=fingerprints,
            )
            changed.discard(form.add_prefix(name))
    for formset in formsets:
        for name in _compare_rows(comparison, formset, changed=changed, fingerprints=fingerprints):
            changed.discard(name)
    for name in sorted(changed):
        label = versions.label_of(type(row), name)
        if label:
            comparison.differences.append(Difference(label, _column_in_words(row, name)))
        elif name.count(":") == 2:
            comparison.differences.append(Difference(_("A row was taken away"), ""))
    return comparison


def columns_changed(fingerprints: dict[str, str], row: Any) -> list[Difference]:
    """Return the columns of a row whose values differ from those in ``before``."""
    names = [name for name, now in versions.columns_of(row).items() if name in fingerprints]
    changed = [name for name in names if fingerprints[name] != versions.fingerprint(versions.columns_of(row)[name])]
    return [Difference(versions.label_of(type(row), name), _column_in_words(row, name)) for name in changed]


def typed_into(
    form: forms.BaseForm, formsets: Iterable[Any], *, posted: QueryDict, fingerprints: dict[str, str]
) -> list[Difference]:
    """Return what a person typed into a form and its rows, without the fields they left unchanged."""
    differences = [
        _typed(form, name, posted, input_name=form.add_prefix(name), key=name, fingerprints=fingerprints)
        for name in form.fields
        if name in fingerprints  # a field that could only be read has none, and nobody typed there
    ]
    for formset in formsets:
        for place in range(_number(posted, f"{formset.prefix}-TOTAL_FORMS")):
            row_form, pk = formset.empty_form, posted.get(f"{formset.prefix}-{place}-id", "")
            row_form.prefix = f"{formset.prefix}-{place}"
            for name in own_fields(row_form):
                key = f"{formset.prefix}:{pk}:{name}"
                differences.append(
                    _typed(
                        row_form,
                        name,
                        posted,
                        input_name=row_form.add_prefix(name),
                        key=key,
                        fingerprints=fingerprints,
                    )
                )
    return [difference for difference in differences if difference.typed]


def _typed(
    form: forms.BaseForm,
    name: str,
    posted: QueryDict,
    *,
    input_name: str,
    key: str,
    fingerprints: dict[str, str],
) -> Difference:
    typed = _sent_by_browser(form, name, posted, input_name)
    is_typed = fingerprints.get(key) != versions.fingerprint(_in_neutral_form(form, name, typed))
    return Difference(str(form[name].label), "", _in_words(form, name, typed) if is_typed else "")


def _compare_rows(
    comparison: Comparison, formset: Any, *, changed: set[str], fingerprints: dict[str, str]
) -> Iterator[str]:
    """Put the current rows at their positions, then the newly typed rows; yield the names that were compared."""
    prefix, posted = formset.prefix, comparison.data
    places = _places(posted, prefix)
    places_of_new_rows = [
        place for place in range(_number(posted, f"{prefix}-TOTAL_FORMS")) if place not in places.values()
    ]
    places_of_rows = [*places.values(), *places_of_new_rows]
    rows = {place: {key: posted.getlist(key) for key in _keys(posted, prefix, place)} for place in places_of_rows}
    for keys in rows.values():
        for key in keys:
            posted.pop(key, None)
    for number, row_form in enumerate(formset.initial_forms):
        place = places.get(str(row_form.instance.pk))
        if place is not None:
            _move_row(posted, rows.get(place, {}), prefix, place, number)
        posted[f"{prefix}-{number}-{row_form._meta.model._meta.pk.name}"] = str(row_form.instance.pk)
        for name in own_fields(row_form):
            key = f"{prefix}:{row_form.instance.pk}:{name}"
            if place is None:
                posted.setlist(row_form.add_prefix(name), _untouched(row_form, name))
            if key in changed:
                _add_difference(
                    comparison,
                    row_form,
                    name,
                    key=key,
                    input_name=row_form.add_prefix(name),
                    fingerprints=fingerprints,
                )
                yield key
    for number, place in enumerate(places_of_new_rows, start=len(formset.initial_forms)):
        _move_row(posted, rows[place], prefix, place, number)
    posted[f"{prefix}-INITIAL_FORMS"] = str(len(formset.initial_forms))
    posted[f"{prefix}-TOTAL_FORMS"] = str(len(formset.initial_forms) + len(places_of_new_rows))


def _add_difference(
    comparison: Comparison,
    form: forms.BaseForm,
    name: str,
    *,
    key: str,
    input_name: str,
    fingerprints: dict[str, str],
) -> None:
    """Add one difference; if the user typed nothing there, let the form continue with the current value."""
    typed, now = _sent_by_browser(form, name, comparison.data, input_name), _untouched(form, name)
    is_typed = fingerprints.get(key) != versions.fingerprint(_in_neutral_form(form, name, typed))
    words = _in_words(form, name, typed) if is_typed else ""
    comparison.differences.append(Difference(str(form[name].label), _in_words(form, name, now), words))
    if not is_typed:
        _continue_with(form, name, comparison.data, input_name, now)


def _untouched(form: forms.BaseForm, name: str) -> list[str]:
    """Return what a browser sends for a field that nobody changed."""
    return _as_browser_sends(form.fields[name].widget, form[name].value())


def _as_browser_sends(widget: forms.Widget, value: Any) -> list[str]:
    if isinstance(widget, forms.CheckboxInput):
        return ["on"] if value else []
    if isinstance(widget, forms.MultiWidget):
        parts = value if isinstance(value, list | tuple) else widget.decompress(value) or ()
        pairs = zip(widget.widgets, parts, strict=False)
        return [_word(subwidget.format_value(part)) for subwidget, part in pairs]
    formatted = widget.format_value(value)
    if not isinstance(formatted, list | tuple):
        return [_word(formatted)]
    if _takes_many(widget):
        return [str(choice) for choice in formatted]
    return [_word(formatted[0]) if formatted else ""]


def _suffixes(widget: forms.MultiWidget) -> list[str]:
    """Return what each part of the widget adds to its name. Django's stubs lack this attribute."""
    suffixes: list[str] = getattr(widget, "widgets_names")  # noqa: B009
    return suffixes


def _word(value: Any) -> str:
    return "" if value is None else str(value).replace("\r\n", "\n")


def _takes_many(widget: forms.Widget) -> bool:
    return bool(getattr(widget, "allow_multiple_selected", False))


def _sent_by_browser(form: forms.BaseForm, name: str, posted: QueryDict, input_name: str) -> list[str]:
    """Return what the browser sent for a field, in the same shape as `_untouched`."""
    widget = form.fields[name].widget
    if isinstance(widget, forms.CheckboxInput):
        return ["on"] if input_name in posted else []
    if isinstance(widget, forms.MultiWidget):
        return [posted.get(f"{input_name}{suffix}", "") for suffix in _suffixes(widget)]
    values = [_word(value) for value in posted.getlist(input_name)]
    return values if _takes_many(widget) else (values[-1:] or [""])


def _continue_with(form: forms.BaseForm, name: str, posted: QueryDict, input_name: str, values: list[str]) -> None:
    widget = form.fields[name].widget
    if isinstance(widget, forms.MultiWidget):
        for suffix, value in zip(_suffixes(widget), values, strict=False):
            posted[f"{input_name}{suffix}"] = value
    elif values:
        posted.setlist(input_name, values)
    else:
        posted.pop(input_name, None)


def _in_words(form: forms.BaseForm, name: str, values: list[str]) -> str:
    field = form.fields[name]
    if isinstance(field.widget, forms.CheckboxInput):
        return _("yes") if values else _("no")
    labels = {str(value): str(label) for value, label in _without_groups(getattr(field, "choices", ()))}
    return listed(labels.get(value, value) for value in values)


def _without_groups(choices: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    for value, label in choices:
        yield from label if isinstance(label, list | tuple) else ((value, label),)


def _column_in_words(row: Any, name: str) -> str:
    column = row._meta.get_field(name.removeprefix("column:"))
    if column.choices:
        return str(getattr(row, f"get_{column.name}_display")())
    value = getattr(row, column.name)
    return "" if value is None else str(value)


def _number(posted: QueryDict, key: str) -> int:
    word = posted.get(key, "")
    return min(int(word), 1000) if word.isascii() and word.isdecimal() and len(word) < 6 else 0


def _places(posted: QueryDict, prefix: str) -> dict[str, int]:
    """Return the position on the page of each existing row, by its key."""
    initial = _number(posted, f"{prefix}-INITIAL_FORMS")
    return {posted.get(f"{prefix}-{place}-id", ""): place for place in range(initial)}


def _keys(posted: QueryDict, prefix: str, place: int) -> list[str]:
    return [key for key in posted if key.startswith(f"{prefix}-{place}-")]


def _move_row(posted: QueryDict, row: dict[str, list[str]], prefix: str, place: int, number: int) -> None:
    for key, values in row.items():
        posted.setlist(key.replace(f"{prefix}-{place}-", f"{prefix}-{number}-", 1), values)
