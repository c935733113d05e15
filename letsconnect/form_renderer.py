"""Render forms as Django does, but without a template for each option of a list to choose from and for each input.

Django renders each option of a ``<select>`` with a template of its own: a page with zones, languages and countries
spent nine tenths of its time there (200 ms for a clinic, 300 ms for the languages of a registration). It renders an
``<input>`` with three templates: the boxes to tick were an eighth of the time of a list at the desk.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms import Select
from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.formats import localize
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_INPUTS = frozenset(
    kind.template_name
    for kind in (
        *(forms.TextInput, forms.NumberInput, forms.EmailInput, forms.URLInput, forms.PasswordInput, forms.HiddenInput),
        *(forms.CheckboxInput, forms.DateInput, forms.DateTimeInput, forms.TimeInput),
    )
)


class FormRenderer(DjangoTemplates):
    """Django's form renderer, but we write the HTML of lists to choose from and of inputs, exactly as templates do."""

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> SafeString:
        if template_name == Select.template_name and _is_plain(context["widget"]):
            return _select(context["widget"])
        if template_name in _INPUTS:
            return _input(context["widget"])
        return SafeString(super().render(template_name, context, request))  # a template of ours or of Django's


def _is_plain(widget: Mapping[str, Any]) -> bool:
    """Tell whether no option brings a template of its own."""
    options = (option for _name, group, _index in widget["optgroups"] for option in group)
    return all(option["template_name"] == Select.option_template_name for option in options)


def _input(widget: Mapping[str, Any]) -> SafeString:
    value = widget["value"]
    return format_html(
        '<input type="{}" name="{}"{}{}>',
        widget["type"],
        widget["name"],
        "" if value is None else format_html(' value="{}"', _written(value)),
        _attributes(widget["attrs"]),
    )


def _select(widget: Mapping[str, Any]) -> SafeString:
    groups = format_html_join("", "{}", ((_group(name, options),) for name, options, _index in widget["optgroups"]))
    return format_html('<select name="{}"{}>{}\n</select>', widget["name"], _attributes(widget["attrs"]), groups)


def _group(name: Any, options: list[dict[str, Any]]) -> SafeString:
    drawn = format_html_join(
        "",
        '\n  <option value="{}"{}>{}</option>\n',
        ((_written(option["value"]), _attributes(option["attrs"]), localize(option["label"])) for option in options),
    )
    return format_html('\n  <optgroup label="{}">{}\n  </optgroup>', localize(name), drawn) if name else drawn


def _attributes(attributes: Mapping[str, Any]) -> SafeString:
    shown = ((name, value) for name, value in attributes.items() if value is not False)
    return format_html_join(
        "",
        "{}",
        (
            (format_html(" {}", name) if value is True else format_html(' {}="{}"', name, _written(value)),)
            for name, value in shown
        ),
    )


def _written(value: Any) -> str:
    """Return what ``{{ value|stringformat:"s" }}`` gives in a template, before it is escaped."""
    return value if isinstance(value, str) else str(value)
