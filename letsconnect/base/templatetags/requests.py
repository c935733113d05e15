"""What a request may hold, for the script that tells so before anything is sent."""

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def largest_request() -> int | None:
    """Return how many bytes of a form the portal takes, files not counted."""
    most: int | None = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return most
