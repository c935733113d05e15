"""Render forms as Django does, but without a template for each option of a list to choose from and for each input.

Django renders each option of a ``<select>`` with a template of its own: a page with zones, languages and countries
spent nine tenths of its time there (200 ms for a clinic, 300 ms for the languages of a registration). It renders an
``<input>`` with three templates: the boxes to tick were an eighth of the time of a list at the desk. The options of
`KeptChoices` are drawn once, and then only the chosen one.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django import forms
from django.forms import Select
from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.formats import localize
from django.utils.safestring import SafeString

from letsconnect.base.choices import KeptGroups
from letsconnect.base.escaping import each_escaped, escaped, localized

_INPUTS = frozenset(
    kind.template_name
    for kind in (
        *(forms.TextInput, forms.NumberInput, forms.EmailInput, forms.URLInput, forms.PasswordInput, forms.HiddenInput),
        *(forms.CheckboxInput, forms.DateInput, forms.DateTimeInput, forms.TimeInput),
    )
)


class _OptionPlace(NamedTuple):
    """Where an option stands among the drawn pieces, and what it says."""

    piece: int
    value: Any
    label: Any


class _Drawn(NamedTuple):
    """The pieces of a list of which nothing is chosen, and the first option of each value."""

    pieces: list[str]
    places: dict[str, _OptionPlace]


class FormRenderer(DjangoTemplates):
    """Django's form renderer, but we write the HTML of lists to choose from and of inputs, exactly as templates do."""

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> SafeString:
        if template_name == Select.template_name and _is_plain(context["widget"]["optgroups"]):
            return _select(context["widget"])
        if template_name in _INPUTS:
            return _input(context["widget"])
        return SafeString(super().render(template_name, context, request))  # a template of ours or of Django's


def _is_plain(groups: Any) -> bool:
    """Tell whether no option brings a template of its own."""
    if isinstance(groups, KeptGroups):
        return groups.widget.option_template_name == Select.option_template_name
    options = (option for _name, group, _index in groups for option in group)
    return all(option["template_name"] == Select.option_template_name for option in options)


def _input(widget: Mapping[str, Any]) -> SafeString:
    value = widget["value"]
    written = "" if value is None else f' value="{escaped(_written(value))}"'
    kind, name, attributes = escaped(widget["type"]), escaped(widget["name"]), _attributes(widget["attrs"])
    return SafeString(f'<input type="{kind}" name="{name}"{written}{attributes}>')  # each part is escaped


def _select(widget: Mapping[str, Any]) -> SafeString:
    groups = widget["optgroups"]
    options = _kept_options(groups) if isinstance(groups, KeptGroups) else "".join(_drawn(groups).pieces)
    name, attributes = escaped(widget["name"]), _attributes(widget["attrs"])
    return SafeString(f'<select name="{name}"{attributes}>{options}\n</select>')  # each part is escaped


def _kept_options(groups: KeptGroups) -> str:
    """Return the options with the chosen one marked, which is all that differs from list to list."""
    widget, choices = groups.widget, groups.choices
    drawn = choices.drawn.get(type(widget))
    if drawn is None:
        drawn = choices.drawn[type(widget)] = _drawn(widget.optgroups("", []))
    chosen = min((drawn.places[value] for value in groups.value if value in drawn.places), default=None)
    if chosen is None:
        return "".join(drawn.pieces)
    option = widget.create_option("", chosen.value, chosen.label, selected=True, index=0)
    return "".join((*drawn.pieces[: chosen.piece], *_options([option]), *drawn.pieces[chosen.piece + 1 :]))


def _drawn(groups: Sequence[Any]) -> _Drawn:
    pieces: list[str] = []
    places: dict[str, _OptionPlace] = {}
    drawn = iter(_options([option for _name, options, _index in groups for option in options]))
    for name, options, _index in groups:
        if name:
            pieces.append(_group_begins(name))
        for option in options:
            value = option["value"]
            places.setdefault(str(value), _OptionPlace(len(pieces), value, option["label"]))
            pieces.append(next(drawn))
        if name:
            pieces.append(_GROUP_ENDS)
    return _Drawn(pieces, places)


_GROUP_ENDS = "\n  </optgroup>"


def _group_begins(name: Any) -> str:
    return f'\n  <optgroup label="{escaped(localize(name))}">'


def _options(options: Sequence[Mapping[str, Any]]) -> list[str]:
    values = each_escaped([_written(option["value"]) for option in options])
    labels = each_escaped([localized(option["label"]) for option in options])
    return [
        f'\n  <option value="{value}"{_attributes(option["attrs"]) if option["attrs"] else ""}>{label}</option>\n'
        for option, value, label in zip(options, values, labels, strict=True)
    ]


def _attributes(attributes: Mapping[str, Any]) -> str:
    return "".join(
        f" {escaped(name)}" if value is True else f' {escaped(name)}="{escaped(_written(value))}"'
        for name, value in attributes.items()
        if value is not False
    )


def _written(value: Any) -> Any:
    """Return what ``{{ value|stringformat:"s" }}`` gives in a template, before it is escaped."""
    return value if isinstance(value, str) else str(value)
