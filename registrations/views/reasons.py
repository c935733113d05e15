"""Why somebody is asked to sign in: said on that page for what they were about to open, which it does not name."""

from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_reasons: dict[str, Promise] = {
    **dict.fromkeys(
        [
            f"registrations:{page}"
            for page in (
                *("my-data", "data-download", "account-delete", "letter-list", "letter-detail", "agreement-list"),
                *("registration-pause", "registration-away", "registration-withdraw", "sign-in-ways", "team-show"),
            )
        ],
        _("What the portal keeps about you is shown to you alone. Sign in to see or change it."),
    ),
    **dict.fromkeys(
        ["registrations:registration-edit", "registrations:registration-step"],
        _("Sign in to see your registration, and to change it."),
    ),
    "calendar-feed": _("Your calendar is for you alone. Sign in to get its address."),
    "admin:index": _("These pages are for the working group. Sign in with the address of your account."),
}


def register(reason: Promise, *view_names: str) -> None:
    _reasons.update(dict.fromkeys(view_names, reason))


def reason_for(leads_to: str) -> Promise | str:
    """Return why one signs in for this path of the portal; "" where there is nothing to say."""
    try:
        return _reasons.get(resolve(urlsplit(leads_to).path).view_name, "")
    except Resolver404:
        return ""
