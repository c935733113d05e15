"""The page for a request that the database could not serve: a lock was not free in time, or the server is away.

It serves all pages, the admin's too. What was typed is shown again in a form to send once more, because nobody must
lose a long text to somebody else's open transaction.
"""

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.utils.cache import add_never_cache_headers

from letsconnect import errors
from letsconnect.base.database_waits import reason_of
from letsconnect.database.reading import only_reading

Handler = Callable[[HttpRequest], HttpResponse]

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
BUSY_SECONDS, AWAY_SECONDS = 5, 15
_SECRETS = re.compile(r"passw|secret|token|(^|[_-])(code|otp|pin)$", re.IGNORECASE)
_NUL_REFUSED = "cannot contain NUL"  # what the driver says of a text that no database stores
_LONG = 40
_UNREADABLE = (SuspiciousOperation, OSError, LookupError, ValueError)


@dataclass(frozen=True)
class TypedValue:
    """One value of the form that was sent."""

    name: str
    value: str

    @property
    def is_text(self) -> bool:
        """Whether a person wrote it and may want to see it; other values are choices and numbers of our forms."""
        return len(self.value) > _LONG or any(char.isspace() for char in self.value)


class DatabaseUnavailable:
    """Answer 503 if the database cannot serve a page now; let requests that only read try to connect a second time."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with only_reading(request.method in SAFE):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer for an error in a view; errors in other middleware are answered by `server_error`.

        Forms refuse a NUL at its field. Where a view reads a field itself, and asks the database with it, the request
        was a bad one: no browser sends a NUL, and the driver refused it before anything was done.
        """
        if isinstance(exception, ValueError) and _NUL_REFUSED in str(exception):
            raise BadRequest("a NUL in what was sent") from exception
        reason = reason_of(exception)
        return unavailable(request, reason) if reason else None


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler for unhandled errors: say that we failed, or that the database did."""
    reason = reason_of(sys.exc_info()[1])
    return unavailable(request, reason) if reason else errors.server_error(request)


def unavailable(request: HttpRequest, reason: str) -> HttpResponse:
    """Return the page that asks to try again in some seconds, with what was typed; it reads no database."""
    seconds = BUSY_SECONDS if reason == "busy" else AWAY_SECONDS
    context: dict[str, object] = {"reason": reason, "seconds": seconds, "address": request.get_full_path()}
    if request.method not in SAFE:
        context |= _typed_values(request)
    response = errors.plain_page(request, status=503, context=context)
    response.headers["Retry-After"] = str(seconds)
    add_never_cache_headers(response)
    return response


def _typed_values(request: HttpRequest) -> dict[str, object]:
    """Return what was typed, unless another site sent it: its text must not appear in a form of ours."""
    try:
        if not _is_ours(request):
            return {}
        names = [name for name in request.POST if name != "csrfmiddlewaretoken"]
        return {
            "may_send_again": True,
            "csrf_token": get_token(request),
            "typed": [TypedValue(name, value) for name in names for value in _values(request, name)],
            "secrets": [name for name in names if _SECRETS.search(name)],
            "files": list(request.FILES),
        }
    except _UNREADABLE:  # a body that cannot be read has no words to keep
        return {}


def _values(request: HttpRequest, name: str) -> Iterator[str]:
    if not _SECRETS.search(name):
        yield from request.POST.getlist(name)


class _Check(CsrfViewMiddleware):
    """Django's own check of a form's origin, which here only reports the result."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse(status=403)


def _is_ours(request: HttpRequest) -> bool:
    """Tell whether one of our own pages sent the form; it may not have been checked before the error."""
    if getattr(request, "csrf_processing_done", False):
        return True
    check = _Check(lambda request: HttpResponse())
    check.process_request(request)
    return check.process_view(request, unavailable, (), {}) is None
