"""What a portal with a real database refuses to start with: each problem by its name, with what to do about it.

It only looks at what the settings have read. Our own tests on a real database set what is needed too
(`letsconnect/tests/settings.py`); there is no switch that turns these checks off.
"""

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import getaddresses
from urllib.parse import SplitResult

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

EMBEDDED_SECRET_KEY = "embedded-only-" + "0" * 50  # published with the source, so it keeps no secret
_LONGEST_WORD = 12  # of a key that is a word over and over: it is there twice or more in every key long enough
_PUBLISHED = ("embedded-only-", "django-insecure-")
_PLACEHOLDER = re.compile(r"change[-_ ]?(?:me|this)|replace[-_ ]?(?:me|this)|your[-_ ]?secret", re.IGNORECASE)
SHORTEST_KEY = 32
FEWEST_CHARACTERS = 8  # different ones; "changeme" over and over has seven


@dataclass(frozen=True)
class Environment:
    """The settings that the checks look at."""

    secret_key: str
    site: SplitResult | None  # None: SITE_URL is not set
    has_email: bool
    is_debugging: bool
    allowed_hosts: list[str]
    from_email: str
    contact_email: str
    trust_outside_email: str = "ca@wikimedia.org"


def problems(environment: Environment) -> list[str]:
    """Return a line for each thing that is missing or unsafe."""
    return [*_key(environment.secret_key), *_site(environment), *_mail(environment), *_rest(environment)]


def _key(key: str) -> Iterator[str]:
    if not key:
        yield "SECRET_KEY is not set: give the portal one of its own, at least 32 random characters."
    elif len(key) < SHORTEST_KEY:
        yield "SECRET_KEY is shorter than 32 characters: make a longer one, and keep it secret."
    elif len(set(key)) < FEWEST_CHARACTERS or _is_repetition(key):
        yield "SECRET_KEY repeats a few characters, so it can be guessed: make one of 32 random characters or more."
    elif key.lower().startswith(_PUBLISHED):
        yield "SECRET_KEY is one that is published with source code, so anybody can sign in as anybody: make your own."
    elif _PLACEHOLDER.search(key):
        yield "SECRET_KEY is what stood in an example until you make your own: 32 random characters or more."


def _is_repetition(key: str) -> bool:
    """Tell whether a key is one word over and over, the last time perhaps cut off."""
    return any(key.startswith(key[length:]) for length in range(1, _LONGEST_WORD + 1))


def _site(environment: Environment) -> Iterator[str]:
    if environment.site is None:
        yield "SITE_URL is not set: links in letters begin with it. Say where people reach the portal, https://…"
        return
    host = environment.site.hostname or ""
    if environment.site.scheme != "https" and not is_this_machine(host):
        yield "SITE_URL begins with http://: sign-in codes would travel in the clear. Serve the portal at https://…"
    if any(allowed == "*" or _is_a_whole_top_level(allowed) for allowed in environment.allowed_hosts):
        yield "ALLOWED_HOSTS holds * or a whole .org, so links could be led anywhere: name the portal's own hosts."
    elif not any(_covers(allowed, host) for allowed in environment.allowed_hosts):
        yield f"ALLOWED_HOSTS leaves out {host}, the host of SITE_URL: add it, or leave ALLOWED_HOSTS unset."


def _mail(environment: Environment) -> Iterator[str]:
    if not environment.has_email:
        yield "EMAIL_URL is not set: nobody could sign in. Name a mail server, smtp+tls://user:password@host:587."
    is_local = environment.site is not None and is_this_machine(environment.site.hostname or "")
    for name, value in (
        ("FROM_EMAIL", environment.from_email),
        ("CONTACT_EMAIL", environment.contact_email),
        ("TRUST_OUTSIDE_EMAIL", environment.trust_outside_email),
    ):
        if not _can_be_written_to(value, is_local=is_local):
            yield f"{name} is no address that can be written to from elsewhere: name a mailbox that somebody reads."
        elif name != "FROM_EMAIL" and _address_in(value) != value:  # pages lead to it by mailto:
            yield f"{name} is more than an address: leave out the name and the brackets."


def _rest(environment: Environment) -> Iterator[str]:
    if environment.is_debugging:
        yield "DEBUG is on: every error page would show settings and people's data. Unset it."


def is_this_machine(host: str) -> bool:
    """Tell whether a host can only be reached from the machine itself."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def mailbox_at(host: str) -> str:
    """Return the address letters come from where none is named: at the portal's own host."""
    return f"letsconnect@{host if '.' in host and not _is_number(host) else 'localhost'}"


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _covers(allowed: str, host: str) -> bool:
    pattern = allowed.lower().strip("[]")
    return host == pattern or (pattern.startswith(".") and (host.endswith(pattern) or host == pattern[1:]))


def _is_a_whole_top_level(allowed: str) -> bool:
    return allowed.startswith(".") and "." not in allowed.strip(".")


def _address_in(value: str) -> str:
    """Return the address in "Name <address>", or "" where there is none or more than one."""
    parsed = getaddresses([value])
    try:
        [(_name, address)] = parsed
        EmailValidator()(address)
    except (ValueError, ValidationError):
        return ""
    return address


def _can_be_written_to(value: str, *, is_local: bool) -> bool:
    address = _address_in(value)
    if not address:
        return False
    domain = address.rpartition("@")[2].lower()
    return is_local or ("." in domain and not domain.endswith((".localhost", ".local", ".invalid", ".localdomain")))
