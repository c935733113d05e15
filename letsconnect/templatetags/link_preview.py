"""What other sites show of a public page where somebody links to it: its title, a few words, our picture."""

from typing import Any

from django import template
from django.conf import settings
from django.template.context import RequestContext
from django.templatetags.static import static
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import get_language

from letsconnect.base.pieces import Piece, draw

register = template.Library()

_LONGEST = 200  # letters: what most sites show
_LOCALES = {"en": "en_GB", "es": "es_ES", "ar": "ar_AR", "fr": "fr_FR", "pt": "pt_BR"}


@register.simple_tag(takes_context=True)
def link_preview(context: RequestContext, title: str, *descriptions: str) -> SafeString:
    """Draw the tags for a visitor: a member's page is nobody else's to look at."""
    user: Any = context.get("user")
    if user is not None and user.is_authenticated:
        return SafeString("")
    words = " ".join(" ".join(strip_tags(str(text)).split()) for text in descriptions if text)
    texts = {
        "title": str(title),
        "description": Truncator(words).chars(_LONGEST),
        "address": settings.SITE_URL + context["request"].path,
        "image": settings.SITE_URL + static("img/preview.png"),
        "site_name": settings.SITE_NAME,
    }
    piece = Piece(shape={"locale": _LOCALES.get(get_language() or "", "")}, texts=texts)
    return draw([piece], "letsconnect/_link_preview.html")
