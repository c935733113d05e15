"""Draw the two secrets of a sign-in letter: six digits to type, and a link. Only hashes of them are stored."""

import secrets
from datetime import datetime

from django.utils.crypto import salted_hmac
from django.utils.http import urlencode

from letsconnect.base.links import absolute
from registrations.models import SignInCode
from registrations.models.sign_in import Drawn

CODE_DIGITS = 6


def keyed(value: str, salt: str) -> str:
    """Return a hash of the value that only this portal can compute."""
    return salted_hmac(f"registrations.{salt}", value, algorithm="sha256").hexdigest()


def hash_of_digits(code: SignInCode, digits: str) -> str:
    return keyed(f"{code.pk}:{digits}", "code")


def hash_of_link(secret: str) -> str:
    return keyed(secret, "sign-in-link")


def draw(code: SignInCode, now: datetime) -> Drawn:
    """Draw a new code and a new link for a letter that is about to go out; earlier ones for it were never sent."""
    digits, secret = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}", secrets.token_hex(20)
    code.code_hash, code.link_hash = hash_of_digits(code, digits), hash_of_link(secret)
    code.expires_at = code.shortest_end(now=now)
    code.save(update_fields=["code_hash", "link_hash", "expires_at"])
    # In the query, not in the path: Django writes paths of refused requests into the log.
    return Drawn(digits, f"{absolute('registrations:sign-in-link')}?{urlencode({'key': secret})}", now)
