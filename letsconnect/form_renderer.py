"""Drawing forms: as Django does, but a list to choose from at once.

Django draws each option of a ``<select>`` as a template in a template: a page with zones, languages and countries spent
nine tenths of its time there (200 ms for a clinic, 300 ms for the languages of a registration).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.forms import Select
from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.formats import localize
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe


class FormRenderer(DjangoTemplates):
    """Django's own, which draws lists to choose from without a template, letter by letter as the template does."""

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> SafeString:
        if template_name == Select.template_name and _is_plain(context["widget"]):
            return mark_safe("".join(_select(context["widget"])))  # noqa: S308 - every part is escaped
        return super().render(template_name, context, request)


def _is_plain(widget: Mapping[str, Any]) -> bool:
    """Tell whether no option brings a template of its own."""
    options = (option for _name, group, _index in widget["optgroups"] for option in group)
    return all(option["template_name"] == Select.option_template_name for option in options)


def _select(widget: Mapping[str, Any]) -> Iterator[str]:
    yield f'<select name="{_shown(widget["name"])}"{_attributes(widget["attrs"])}>'
    for name, options, _index in widget["optgroups"]:
        if name:
            yield f'\n  <optgroup label="{_shown(name)}">'
        for option in options:
            value, attributes = _written(option["value"]), _attributes(option["attrs"])
            yield f'\n  <option value="{value}"{attributes}>{_shown(option["label"])}</option>\n'
        if name:
            yield "\n  </optgroup>"
    yield "\n</select>"


def _attributes(attributes: Mapping[str, Any]) -> str:
    return "".join(
        f" {_shown(name)}" if value is True else f' {_shown(name)}="{_written(value)}"'
        for name, value in attributes.items()
        if value is not False
    )


def _shown(value: Any) -> str:
    """What ``{{ value }}`` says in a template."""
    return conditional_escape(localize(value))


def _written(value: Any) -> str:
    """What ``{{ value|stringformat:"s" }}`` says in a template."""
    return conditional_escape(value if isinstance(value, str) else str(value))
