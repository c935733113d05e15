"""Full addresses of our pages, and signed tokens for links in letters."""

import unicodedata
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme

BARE_LINKS_WORK_FOR = timedelta(days=90)
LONGEST = 1500  # longer ones are no page of ours, and Django refuses to redirect there


def absolute(name: str, *args: object, **kwargs: object) -> str:
    """Return the full address of a named page, for use in letters."""
    return settings.SITE_URL + reverse(name, args=args or None, kwargs=kwargs or None)


def path_or_nothing(target: str) -> str:
    """Return the path that a request asks to be redirected to, if it is one of this site, else "".

    It may be kept with a code until that is typed, and the database keeps no NUL and no half of a character.
    """
    is_path = target.startswith("/") and len(target) <= LONGEST
    can_be_kept = not any(unicodedata.category(char) in ("Cc", "Cs") for char in target)
    return target if is_path and can_be_kept and url_has_allowed_host_and_scheme(target, allowed_hosts=None) else ""


def sign(purpose: str, value: Any, *, is_long: bool = False) -> str:
    """Return a token that proves we wrote ``value`` (JSON) for ``purpose``; one that ``is_long`` is packed."""
    return signing.dumps(value, salt=f"letsconnect.{purpose}", compress=is_long)


def unsign(purpose: str, token: str, *, max_age: timedelta | None = None) -> Any | None:
    """Return the value of a token we signed for ``purpose``, or None when it is forged or too old."""
    try:
        return signing.loads(token, salt=f"letsconnect.{purpose}", max_age=max_age)
    except signing.BadSignature:
        return None


def sign_for(purpose: str, value: Any, *, address: str | None) -> str:
    """Return such a token for whoever reads at this address, which does not stand in it."""
    return sign(purpose, [value, _digest(purpose, address)])


def unsign_for(purpose: str, token: str) -> tuple[Any | None, str | None]:
    """Return the value of such a token, and what `is_of` compares with the address its person has now.

    Letters that went out before addresses stood in links have a bare value; those work for `BARE_LINKS_WORK_FOR`.
    """
    pair = unsign(purpose, token)
    if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[1], str):
        return pair[0], pair[1]
    return unsign(purpose, token, max_age=BARE_LINKS_WORK_FOR), None


def is_of(purpose: str, digest: str | None, address: str | None) -> bool:
    """Tell whether a token was made for this address: whoever has an old mailbox opens nothing by its letters."""
    return digest is None or constant_time_compare(digest, _digest(purpose, address))


def _digest(purpose: str, address: str | None) -> str:
    return salted_hmac(f"letsconnect.{purpose}", address or "", algorithm="sha256").hexdigest()[:32]
