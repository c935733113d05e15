"""Why somebody is asked to sign in: said on that page for what they were about to open, which it does not name."""

from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from django.utils.functional import Promise

_reasons: dict[str, Promise] = {}


def register(reason: Promise, *view_names: str) -> None:
    _reasons.update(dict.fromkeys(view_names, reason))


def reason_for(leads_to: str) -> Promise | str:
    """Return why one signs in for this path of the portal; "" where there is nothing to say."""
    try:
        return _reasons.get(resolve(urlsplit(leads_to).path).view_name, "")
    except Resolver404:
        return ""
