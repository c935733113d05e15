"""Read environment variables; a value that makes no sense is refused, with the name of the variable."""

import os
import re
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import suppress
from ipaddress import ip_address
from typing import Any, NotRequired, TypedDict
from urllib.parse import SplitResult, unquote, urlsplit

import idna
from django.core.exceptions import ImproperlyConfigured
from psycopg2 import ProgrammingError
from psycopg2.extensions import parse_dsn

from letsconnect.base.lines import visible_line

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


def text(name: str, default: str = "", *, environ: Mapping[str, str] = os.environ) -> str:
    """Return the variable stripped of spaces, or ``default`` when it is unset or empty; it is one line."""
    raw = environ.get(name, "").strip()
    if any(unicodedata.category(char) in ("Cc", "Zl", "Zp") for char in raw):
        raise ImproperlyConfigured(f"{name} holds a line break or a control character.")
    return raw or default


def line(name: str, default: str, *, environ: Mapping[str, str] = os.environ) -> str:
    """Return the variable as a name that people read; it has something to see, and turns nothing around it."""
    raw = text(name, default, environ=environ)
    if not visible_line(raw):
        raise ImproperlyConfigured(f"{name} has nothing that can be seen.")
    return visible_line(raw)


def words(name: str, default: list[str], *, environ: Mapping[str, str] = os.environ) -> list[str]:
    """Return the comma-separated words of the variable."""
    raw = text(name, environ=environ)
    return [word.strip() for word in raw.split(",") if word.strip()] if raw else default


def boolean(name: str, *, default: bool, environ: Mapping[str, str] = os.environ) -> bool:
    """Return the variable as a boolean; raise ImproperlyConfigured on anything but yes/no words."""
    raw = text(name, environ=environ).lower()
    if not raw:
        return default
    if raw in _TRUE | _FALSE:
        return raw in _TRUE
    raise ImproperlyConfigured(f"{name}={raw!r} is neither true nor false: write 1 or 0.")


def integer(name: str, default: int, *, low: int, high: int, environ: Mapping[str, str] = os.environ) -> int:
    """Return the variable as a whole number from ``low`` to ``high``."""
    raw = text(name, environ=environ)
    if not raw:
        return default
    if not raw.isascii() or not raw.isdigit() or not low <= int(raw) <= high:
        raise ImproperlyConfigured(f"{name}={raw!r} is not a whole number from {low} to {high}.")
    return int(raw)


def url(name: str, *, schemes: set[str], environ: Mapping[str, str] = os.environ) -> SplitResult | None:
    """Return the variable as a parsed address with one of ``schemes``, or None when it is unset."""
    raw = text(name, environ=environ)
    if not raw:
        return None
    if any(character.isspace() for character in raw):
        raise ImproperlyConfigured(f"{name} holds a space.")
    try:
        parts = urlsplit(raw)
        if parts.port == 0:
            raise ImproperlyConfigured(f"{name} names no port but 0.")
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is not a valid address: {error}.") from error
    if parts.scheme not in schemes:
        wanted = ", ".join(f"{scheme}://" for scheme in sorted(schemes))
        raise ImproperlyConfigured(f"{name} starts with {parts.scheme!r}; it must start with {wanted}.")
    return parts


def foreign_url(name: str, default: str, *, environ: Mapping[str, str] = os.environ) -> str:
    """Return the address of somebody else's service, without a slash at its end.

    Secrets are sent there, so it is ``https``; plain ``http`` is taken for this machine only.
    """
    parts = url(name, schemes={"https", "http"}, environ=environ) or urlsplit(default)
    if not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ImproperlyConfigured(f"{name} must be a plain address, like {default}.")
    if parts.scheme == "http" and parts.hostname not in {"127.0.0.1", "::1", "localhost"}:
        raise ImproperlyConfigured(f"{name} must start with https://, except on this machine.")
    return parts.geturl().rstrip("/")


def service(name: str, *, environ: Mapping[str, str] = os.environ) -> str:
    """Return the ``https`` address under which people are led to somebody else's service, without a slash at its end;
    "" where none is named."""
    parts = url(name, schemes={"https"}, environ=environ)
    if parts is None:
        return ""
    if not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ImproperlyConfigured(f"{name} must be a plain address, like https://meet.example.org.")
    return parts.geturl().rstrip("/")


# As a content security policy writes them; a star stands for one or more labels at the beginning only.
_ORIGIN = re.compile(
    r"https://(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d{1,5})?|http://(?:127\.0\.0\.1|localhost)(?::\d{1,5})?"
)


def origins(name: str, default: list[str], *, environ: Mapping[str, str] = os.environ) -> list[str]:
    """Return the hosts of the variable to which a form may lead; they become part of a header of every page."""
    for origin in (read := words(name, default, environ=environ)):
        if origin not in default and not _ORIGIN.fullmatch(origin):
            raise ImproperlyConfigured(f"{name}: {origin[:60]!r} is no origin, like https://meta.wikimedia.org.")
    return read


def form_origins(address: str) -> list[str]:
    """Return every host to which a form that leads to ``address`` may be redirected.

    Browsers check each redirect, and Wikimedia's sign-in goes through several of its hosts.
    """
    parts = urlsplit(address)
    origin = f"{parts.scheme}://{parts.netloc}"
    return [origin, "https://*.wikimedia.org"] if (parts.hostname or "").endswith(".wikimedia.org") else [origin]


def site(name: str, *, environ: Mapping[str, str] = os.environ) -> SplitResult | None:
    """Return where people reach the portal, or None when the variable is unset: scheme and host, nothing more, written
    as browsers write them (small letters, A-labels, no port that goes without saying)."""
    parts = url(name, schemes={"http", "https"}, environ=environ)
    if parts is None:
        return None
    if not parts.hostname:
        raise ImproperlyConfigured(f"{name} names no host: https://portal.example.org.")
    if parts.path not in ("", "/") or parts.username is not None or parts.query or parts.fragment:
        raise ImproperlyConfigured(f"{name} is more than scheme and host: https://portal.example.org.")
    host = _host(name, parts.hostname)
    port = "" if parts.port in (None, {"http": 80, "https": 443}[parts.scheme]) else f":{parts.port}"
    return SplitResult(parts.scheme, (f"[{host}]" if ":" in host else host) + port, "", "", "")


def _host(name: str, host: str) -> str:
    """Return a host's name or number as browsers send it; raise ImproperlyConfigured when it can be none."""
    with suppress(ValueError):
        return str(ip_address(host))
    try:
        return idna.encode(host.removesuffix("."), uts46=True, std3_rules=True).decode()
    except idna.IDNAError as error:
        raise ImproperlyConfigured(f"{name} names no host that can be reached: {host[:60]!r}.") from error


def choice(name: str, default: str, *, choices: Iterable[str], environ: Mapping[str, str] = os.environ) -> str:
    """Return the variable, which must be one of ``choices``, in capitals."""
    raw = text(name, default, environ=environ).upper()
    if raw not in choices:
        raise ImproperlyConfigured(f"{name}={raw!r} is none of {', '.join(choices)}.")
    return raw


def broker(name: str, *, environ: Mapping[str, str] = os.environ) -> str:
    """Return the address of a Redis, or "" when the variable is unset."""
    parts = url(name, schemes={"redis", "rediss", "redis+socket", "unix"}, environ=environ)
    if parts is None:
        return ""
    if not (parts.hostname if parts.scheme in ("redis", "rediss") else parts.path.strip("/") or parts.hostname):
        raise ImproperlyConfigured(f"{name} names no server: redis://host:6379/0.")
    if parts.scheme in ("redis", "rediss") and not re.fullmatch(r"/?|/[0-9]{1,5}/?", parts.path):
        raise ImproperlyConfigured(f"{name} names no number of a database after the slash: redis://host:6379/0.")
    return text(name, environ=environ)


def database(name: str, *, environ: Mapping[str, str] = os.environ) -> dict[str, Any] | None:
    """Return Django's settings of the PostgreSQL database the variable names, or None when it is unset.

    libpq itself reads the address, so hosts, sockets and options mean what they mean to psql.
    """
    raw = text(name, environ=environ)
    if not raw:
        return None
    if not raw.startswith(("postgres://", "postgresql://")):
        raise ImproperlyConfigured(f"{name} must start with postgres:// or postgresql://.")
    read = _read_by_libpq(name, raw)
    database_name = read.pop("dbname", "")
    if not database_name:
        raise ImproperlyConfigured(f"{name} names no database: postgresql://user:password@host:5432/NAME.")
    for port in filter(None, read.get("port", "").split(",")):
        if not port.isascii() or not port.isdigit() or not 1 <= int(port) <= 65_535:
            raise ImproperlyConfigured(f"{name} names no port but {port[:10]!r}.")
    for option, values in _KNOWN_VALUES.items():
        if read.get(option, values[0]) not in values:
            raise ImproperlyConfigured(f"{name}: {option} is none of {', '.join(values)}.")
    if not re.fullmatch("[0-9]+", read.get("connect_timeout", "0")):
        raise ImproperlyConfigured(f"{name}: connect_timeout is no number of seconds.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database_name,
        "USER": read.pop("user", ""),
        "PASSWORD": read.pop("password", ""),
        "HOST": read.pop("host", ""),
        "PORT": read.pop("port", ""),
        "OPTIONS": read,
    }


_KNOWN_VALUES = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "target_session_attrs": ("any", "read-write", "read-only", "primary", "standby", "prefer-standby"),
    "channel_binding": ("disable", "prefer", "require"),
    "gssencmode": ("disable", "prefer", "require"),
    "load_balance_hosts": ("disable", "random"),
}
# Ours to say: Django speaks UTF-8 and never replicates.
_NOT_HERE = {"client_encoding", "replication"}


def _read_by_libpq(name: str, raw: str) -> dict[str, str]:
    """Return what libpq reads in a database's address; what it says of a wrong one may repeat the password."""
    try:
        read = {str(key): str(value) for key, value in parse_dsn(raw).items()}
    except ProgrammingError as error:
        unknown = re.search(r'invalid URI query parameter: "([\w.-]*)"', str(error))
        if unknown:
            raise ImproperlyConfigured(f"{name} has an option libpq does not know: {unknown[1]}.") from None
        raise ImproperlyConfigured(f"{name} is no address libpq can read; percent-encode odd characters.") from None
    if _NOT_HERE & set(read):
        raise ImproperlyConfigured(f"{name} has options that are ours to set: {', '.join(_NOT_HERE & set(read))}.")
    return read


class MailServer(TypedDict):
    """Django's settings of a mail server."""

    EMAIL_HOST: str
    EMAIL_PORT: int
    EMAIL_HOST_USER: NotRequired[str]
    EMAIL_HOST_PASSWORD: NotRequired[str]
    EMAIL_USE_SSL: NotRequired[bool]
    EMAIL_USE_TLS: NotRequired[bool]


def smtp(name: str, *, environ: Mapping[str, str] = os.environ) -> MailServer | None:
    """Return Django's EMAIL_* settings for ``smtp://user:password@host:port`` (``smtps``: TLS from the start,
    ``smtp+tls``: STARTTLS), or None when the variable is unset."""
    parts = url(name, schemes={"smtp", "smtps", "smtp+tls"}, environ=environ)
    if parts is None:
        return None
    if not parts.hostname:
        raise ImproperlyConfigured(f"{name} names no host: smtp://user:password@host:25.")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ImproperlyConfigured(f"{name} has parts nobody reads here; only scheme, user, password, host and port.")
    ports = {"smtp": 25, "smtps": 465, "smtp+tls": 587}
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or ports[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
    }
