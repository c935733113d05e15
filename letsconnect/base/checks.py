"""System checks of the database and the proxies: what our locks and limits rely on (design rule 3)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, register
from django.core.checks import Error as CheckError
from django.core.checks import Warning as CheckWarning
from django.db import connections
from django.utils import timezone

from letsconnect.base.models import ProxyDoubt

_HOPS_HINT = (
    "Set PROXY_HOPS to the number of your proxies that write X-Forwarded-For. While it is wrong, everybody shares one "
    "network, and its limits."
)
DOUBTS_LAST = timedelta(days=7)
_HINT = "Under any other level a lock taken before counting reads the count of before, and clinics overbook."


@register(Tags.database)
def read_committed(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse every isolation level but READ COMMITTED, wherever it is set: settings, role, database or server."""
    errors: list[CheckMessage] = []
    for alias in databases or []:
        with connections[alias].cursor() as cursor:
            cursor.execute("SHOW transaction_isolation")
            level = cursor.fetchone()[0]
        if level != "read committed":
            text = f"The database {alias!r} runs at {level.upper()}; the portal needs READ COMMITTED."
            errors.append(CheckError(text, hint=_HINT, id="letsconnect.E002"))
    return errors


def a_proxy_ends_https() -> list[CheckMessage]:
    """Warn if the portal is reached over https, which only a proxy can do for us, but PROXY_HOPS counts no proxy.

    This is said when the web process starts. It is not a system check: a new installation has set nothing yet and has
    done nothing wrong.
    """
    if settings.SITE_URL.startswith("https://") and settings.PROXY_HOPS == 0:
        text = "SITE_URL is https, which a proxy must end, but PROXY_HOPS is 0."
        return [CheckWarning(text, hint=_HOPS_HINT, id="letsconnect.W010")]
    return []


@register(Tags.database)
def proxies_are_counted_right(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Warn if requests of the last days show that PROXY_HOPS is wrong."""
    if (
        "default" not in (databases or [])
        or ProxyDoubt._meta.db_table not in connections["default"].introspection.table_names()
    ):
        return []
    doubts = ProxyDoubt.standing(hops=settings.PROXY_HOPS, since=timezone.now() - DOUBTS_LAST)
    return [
        CheckWarning(
            f"PROXY_HOPS is {doubt.hops}, but {doubt.get_kind_display()}.", hint=_HOPS_HINT, id="letsconnect.W011"
        )
        for doubt in doubts
    ]
