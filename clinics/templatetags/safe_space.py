"""The rules of a safe space in short, for pages and letters: `{% safe_space_rules as rules %}`."""

from django import template
from django.utils.translation import gettext_lazy as _

register = template.Library()

RULES = (
    _("Respect each other, and leave room for those who are new."),
    _("Nobody has to give a real name, or to be seen. Take no pictures and no recordings."),
    _("What somebody tells of themselves stays in the room."),
)


@register.simple_tag
def safe_space_rules() -> tuple[str, ...]:
    return tuple(map(str, RULES))
