"""What the links in a letter say that we signed. A token holds the second it was signed in, so that two for one reader,
written a second apart, differ: they are compared by what they say, never as texts."""

import re
from typing import Any

from django.conf import settings
from django.urls import resolve

from letsconnect.base.links import unsign

_OUR_PAGE = re.compile(r"""(/[^\s"'<>)\]]*)""")


def signed_in(text: str, purpose: str) -> dict[str, Any]:
    """Return what the links of a letter, or of one of its headers, say that we signed for this purpose, by the names of
    the pages they open."""
    said = {}
    for after in text.split(settings.SITE_URL)[1:]:
        if path := _OUR_PAGE.match(after):
            page = resolve(path[1].partition("?")[0].partition("#")[0])
            value = unsign(purpose, page.kwargs.get("token", ""))
            if value is not None:
                said[page.view_name] = value
    return said
