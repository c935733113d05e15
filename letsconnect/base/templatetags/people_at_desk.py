"""Somebody's name on a page of the desk, which leads to the page of that person where the reader looks after them."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from letsconnect.base.lines import one_line

register = template.Library()


@register.simple_tag(takes_context=True)
def person_name(context: template.Context, member: Any, name: str = "") -> SafeString:
    """Write the name of a member of the portal, or ``name``, as a link for who looks after their region."""
    words = name or getattr(member, "name_at_desk", member)
    if member is None or not context["user"].looks_after(member.region):
        return format_html("<bdi>{}</bdi>", one_line(words))
    return link_to(member, words)


def link_to(member: Any, words: str = "") -> SafeString:
    """Return the name as a link to the page of the person, for somebody who looks after them."""
    path = reverse("admin:person_account", args=[member.public_id])
    return format_html('<a href="{}"><bdi>{}</bdi></a>', path, one_line(words or member.name_at_desk))
