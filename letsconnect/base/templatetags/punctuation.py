"""Signs that languages write in their own way."""

from django import template
from django.utils.translation import pgettext

register = template.Library()


@register.simple_tag
def colon() -> str:
    """Write the sign between a label and what is said of it: French keeps a narrow space before its colon."""
    return pgettext("between a label and what is said of it", ":")
