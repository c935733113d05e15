"""Pages that say the same to every visitor are kept, until what they show has changed.

Kept is what the view drew, without the token of the form that changes the language: it is put in for each reader. The
pages of members are never kept, nor one that sets a cookie or shows a message.

Whether something changed is asked of the database, by each process for itself, at most every half second: no message
between processes can be lost, and none is needed. A page is drawn after the version it is kept under was read, so it
shows that version or a later one.
"""

import re
import time
from collections.abc import Callable, Collection, Hashable
from functools import wraps
from hashlib import blake2b
from threading import Lock
from typing import Any, Generic, NamedTuple, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import get_language

from letsconnect.base.drawn import forget_on_change
from letsconnect.base.visitor_zone import chosen_zone

View = Callable[..., HttpResponse]
ASKED_EVERY = 0.5  # seconds
KEPT_FOR = 30.0  # seconds: the clock changes pages, too
_MOST_KEPT = 512
_LONGEST = 400  # letters of an address
_TOKEN = re.compile(rb'(name="csrfmiddlewaretoken" value=")[A-Za-z0-9]{64}(")')
_MARK = b"\0token\0"


class VersionOfTables:
    """What a number of tables look like now, as ``read`` tells by a value that every change of them changes."""

    def __init__(self, read: Callable[[], object]) -> None:
        self._read, self._lock = read, Lock()
        self._value: object = None
        self._asked_at = float("-inf")

    def now(self) -> object:
        """Return the version of half a second ago or later; None where nothing is to be kept."""
        if not settings.KEEPS_PAGES:
            return None
        with self._lock:  # one asks, the others wait for its answer
            began = time.monotonic()
            if began - self._asked_at >= ASKED_EVERY:
                self._value = self._read()
                self._asked_at = began  # not when the answer came: it may have been on its way for long
            return self._value


Kept = TypeVar("Kept")


class KeptValues(Generic[Kept]):
    """Values that are the same for all who ask with one key, kept as pages are: for a version, and not for long."""

    def __init__(self, version: Callable[[], object], *, most: int = _MOST_KEPT) -> None:
        self._version, self._most = version, most
        self._kept: dict[Hashable, tuple[object, float, Kept]] = {}

    def get(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """Return the value of this key; it is made where none is kept, or something changed."""
        present = self._version()
        if present is None:
            return make()
        version, until, value = self._kept.get(key) or (None, 0.0, None)
        if version == present and time.monotonic() <= until and value is not None:
            return value
        made = make()
        if len(self._kept) >= self._most:
            self._kept.clear()
        self._kept[key] = present, time.monotonic() + KEPT_FOR, made
        return made


class _Kept(NamedTuple):
    version: object
    until: float
    pieces: tuple[bytes, ...]  # what stands between the tokens
    mark: str  # of its text, for browsers that have it already
    headers: tuple[tuple[str, str], ...]


_kept: dict[tuple[object, ...], _Kept] = {}
forget_on_change(_kept.clear)


def kept_for_visitors(
    version: Callable[[], object], *, asks: Collection[str] = (), own_words: Collection[str] = ()
) -> Callable[[View], View]:
    """Keep what the view answers to visitors, for each version, language, zone and address.

    An address that asks for anything but ``asks``, or in which one of the ``own_words`` says something, is answered
    anew, so that nobody fills the memory with them, and with what others look at out of it.
    """

    def decorator(view: View) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not _is_for_all(request) or not is_kept_address(request, asks=asks, own_words=own_words):
                return view(request, *args, **kwargs)
            present = version()
            if present is None:
                return view(request, *args, **kwargs)
            zone = timezone.get_current_timezone_name() if chosen_zone(request) else ""
            key = (request.get_full_path(), request.get_host(), get_language(), zone)
            kept = _kept.get(key)
            if kept is None or kept.version != present or time.monotonic() > kept.until:
                response = view(request, *args, **kwargs)
                kept = _keep(key, response, present)
                if kept is None:
                    return response
            return _answer(request, kept)

        return wrapper

    return decorator


def is_kept_address(request: HttpRequest, *, asks: Collection[str], own_words: Collection[str] = ()) -> bool:
    """Tell whether what this address shows may be kept: it is not long, and says nothing but what many say."""
    if len(request.get_full_path()) > _LONGEST or not set(request.GET) <= {*asks, *own_words}:
        return False
    return not any(said.strip() for name in own_words for said in request.GET.getlist(name))


def _is_for_all(request: HttpRequest) -> bool:
    """Tell whether the request is a visitor's, to whom nothing is to be said in person."""
    of_one = (settings.SESSION_COOKIE_NAME, f"{settings.COOKIE_PREFIX}messages")
    return request.method in ("GET", "HEAD") and not any(name in request.COOKIES for name in of_one)


def _keep(key: tuple[object, ...], response: HttpResponse, version: object) -> _Kept | None:
    if response.status_code != 200 or response.streaming or response.cookies:
        return None
    pieces = tuple(_TOKEN.sub(rb"\1" + _MARK + rb"\2", response.content).split(_MARK))
    mark = blake2b(_MARK.join(pieces), digest_size=12).hexdigest()
    headers = tuple((name, value) for name, value in response.items() if name != "Content-Length")
    kept = _Kept(version, time.monotonic() + KEPT_FOR, pieces, mark, headers)
    if len(_kept) >= _MOST_KEPT:
        _kept.clear()
    _kept[key] = kept
    return kept


def _answer(request: HttpRequest, kept: _Kept) -> HttpResponse:
    """Put the reader's token in. A browser that has the page with a token of the same cookie needs no other."""
    token = get_token(request)
    secret = str(request.META.get("CSRF_COOKIE", ""))
    etag = f'W/"{kept.mark}{blake2b(secret.encode(), digest_size=8).hexdigest()}"'
    response = HttpResponse(token.encode().join(kept.pieces), headers=dict(kept.headers))
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ("Cookie", "Accept-Language"))
    answer: HttpResponse = get_conditional_response(request, etag=etag, response=response) or response
    return answer
