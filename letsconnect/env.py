"""Readers of environment variables that refuse nonsense by name."""

import os
from collections.abc import Mapping
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


def text(name: str, default: str = "", *, environ: Mapping[str, str] = os.environ) -> str:
    """Return the variable stripped of spaces, or ``default`` when it is unset or empty."""
    return environ.get(name, "").strip() or default


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
    try:
        parts = urlsplit(raw)
        _ = parts.port
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


def form_origins(address: str) -> list[str]:
    """Return where a form that leads to ``address`` may end up: browsers check every redirect on the way, and
    Wikimedia's sign-in goes through several of its hosts."""
    parts = urlsplit(address)
    origin = f"{parts.scheme}://{parts.netloc}"
    return [origin, "https://*.wikimedia.org"] if (parts.hostname or "").endswith(".wikimedia.org") else [origin]


def database(name: str, *, environ: Mapping[str, str] = os.environ) -> dict[str, object] | None:
    """Return Django's settings of the PostgreSQL database the variable names, or None when it is unset."""
    parts = url(name, schemes={"postgres", "postgresql"}, environ=environ)
    if parts is None:
        return None
    database_name = unquote(parts.path.lstrip("/"))
    if not database_name:
        raise ImproperlyConfigured(f"{name} names no database: postgresql://user:password@host:5432/NAME.")
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", "")  # how a socket's folder is written, which is no host name
    if options:
        raise ImproperlyConfigured(f"{name} has options nobody reads here: {', '.join(sorted(options))}.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database_name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host or unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
    }


def smtp(name: str, *, environ: Mapping[str, str] = os.environ) -> dict[str, object] | None:
    """Return Django's EMAIL_* settings for ``smtp://user:password@host:port`` (``smtps``: TLS from the start,
    ``smtp+tls``: STARTTLS), or None when the variable is unset."""
    parts = url(name, schemes={"smtp", "smtps", "smtp+tls"}, environ=environ)
    if parts is None:
        return None
    if not parts.hostname:
        raise ImproperlyConfigured(f"{name} names no host: smtp://user:password@host:25.")
    ports = {"smtp": 25, "smtps": 465, "smtp+tls": 587}
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or ports[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
    }
