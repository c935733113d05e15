"""A person's initials beside their name: `{% avatar name %}`."""

from django import template

from letsconnect.base import avatars

register = template.Library()


@register.simple_tag
def avatar(name: str, key: str = "") -> str:
    return avatars.avatar(str(name), str(key or ""))
