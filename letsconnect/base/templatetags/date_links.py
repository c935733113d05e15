"""The links to the days, months or years of a list at the desk."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.utils.safestring import SafeString

from letsconnect.base.escaping import escaped

register = template.Library()


@register.filter
def date_links(choices: Iterable[Mapping[str, Any]]) -> SafeString:
    """Return the links as the template of Django's admin draws them, which takes a hundred steps for each."""
    return SafeString("".join(_link(choice) for choice in choices))


def _link(choice: Mapping[str, Any]) -> str:
    title = escaped(choice["title"])
    return f'\n<a href="{escaped(choice["link"])}">{title}</a>\n' if choice.get("link") else f"\n{title}\n"
