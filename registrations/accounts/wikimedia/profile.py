"""Read what a MediaWiki says about an account; no database is needed."""

import re
import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext as _

from letsconnect.base.addresses import canonical_or_nothing
from letsconnect.base.lines import has_something_to_see
from registrations.domain.registrations import WikimediaRefused

_SUB = re.compile(r"[1-9][0-9]{0,18}")


class ProfileUnclear(ValueError):
    """The answer is not one that MediaWiki gives."""


@dataclass(frozen=True)
class Profile:
    """A Wikimedia account that may sign in: its number, which never changes, its name today, and its address.

    The address is "" unless the person allowed us to see it and MediaWiki has confirmed it.
    """

    sub: str
    username: str
    email: str = ""


def read_profile(answer: object) -> Profile:
    """Read MediaWiki's answer.

    Raises WikimediaRefused for an account that may not sign in, ProfileUnclear for an answer that says too little.
    """
    if not isinstance(answer, dict):
        raise ProfileUnclear("the profile is no object")
    # Of a hidden account MediaWiki tells nothing but that it is blocked.
    if any(answer.get(flag) for flag in ("blocked", "locked", "hidden")):
        raise WikimediaRefused(
            _("This account is blocked or hidden on the wiki, so it cannot be used here. Please write to us.")
        )
    if answer.get("blocked") is not False:
        raise ProfileUnclear("the profile does not say whether the account is blocked")
    sub = answer.get("sub")
    sub = str(sub) if isinstance(sub, int) and not isinstance(sub, bool) else sub
    if not isinstance(sub, str) or not _SUB.fullmatch(sub):
        raise WikimediaRefused(_("The wiki does not say which account this is, so it cannot be used here."))
    return Profile(sub=sub, username=_username(answer.get("username")), email=_email(answer))


def _is_plain(text: str) -> bool:
    return not any(unicodedata.category(char) in {"Cc", "Cs"} for char in text)


def _username(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value.strip()) <= 255 or not _is_plain(value):
        raise ProfileUnclear("the profile has no name")
    if not has_something_to_see(value):
        raise ProfileUnclear("the profile has no name that can be seen")
    return value.strip()


def _email(answer: dict) -> str:
    address = answer.get("email")
    if answer.get("confirmed_email") is not True or not isinstance(address, str):
        return ""
    return canonical_or_nothing(address)
