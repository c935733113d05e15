"""Pages that say the same to every visitor are kept, until what they show has changed.

Kept is what the view drew, without the token of the form that changes the language: it is put in for each reader. The
pages of members are never kept, nor one that sets a cookie or shows a message.

Whether something changed is asked of the database, by each process for itself, at most every half second: no message
between processes can be lost, and none is needed. A page is drawn after the version it is kept under was read, so it
shows that version or a later one. What the clock changes is another version from that moment on.

No visitor fills the memory, or pushes out of it what others look at: a page is kept under the one address that says
what was understood of all its spellings, whichever name and port of ours was asked, and only where its view says that
many may ask for it; of too many the one goes that nobody looked at for longest, and those of plain addresses are
counted apart.
"""

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable
from datetime import datetime
from functools import wraps
from hashlib import blake2b
from threading import Lock
from typing import Any, Generic, NamedTuple, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import get_language

from letsconnect.base.drawn import forget_on_change
from letsconnect.base.themes import chosen_theme
from letsconnect.base.visitor_zone import chosen_zone

View = Callable[..., HttpResponse]
ASKED_EVERY = 0.5  # seconds
KEPT_FOR = 30.0  # seconds: the clock changes pages at moments that nobody foresaw, too
_MOST_KEPT, _MOST_NARROWED = 512, 256  # by plain addresses; by those with filters, numbers of pages or a chosen zone
_LONGEST = 400  # letters of an address
_TOKEN = re.compile(rb'(name="csrfmiddlewaretoken" value=")[A-Za-z0-9]{64}(")')
_MARK = b"\0token\0"


Version = TypeVar("Version")


class VersionOfTables(Generic[Version]):
    """What a number of tables look like now, as ``read`` tells by a value that every change of them changes.

    ``until`` finds in it the next moment at which the clock changes what is shown of them.
    """

    def __init__(self, read: Callable[[], Version], *, until: Callable[[Version], datetime] | None = None) -> None:
        self._read, self._until, self._lock = read, until, Lock()
        self._value: Version | None = None
        self._asked_at = float("-inf")

    def now(self) -> Version | None:
        """Return the version of half a second ago or later, and of no moment before the clock changed anything; None
        where nothing is to be kept."""
        if not settings.KEEPS_PAGES:
            return None
        with self._lock:  # one asks, the others wait for its answer
            began = time.monotonic()
            if began - self._asked_at >= ASKED_EVERY or self._is_over():
                self._value = self._read()
                self._asked_at = began  # not when the answer came: it may have been on its way for long
            return self._value

    def _is_over(self) -> bool:
        return self._until is not None and self._value is not None and timezone.now() >= self._until(self._value)


Kept = TypeVar("Kept")


class LastUsed(OrderedDict[Hashable, Kept]):
    """A number of values; where there are more, the one goes that nobody asked for longest."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most, self._lock = most, Lock()

    def find(self, key: Hashable) -> Kept | None:
        with self._lock:
            if key not in self:
                return None
            self.move_to_end(key)
            return self[key]

    def keep(self, key: Hashable, value: Kept) -> None:
        with self._lock:
            self[key] = value
            self.move_to_end(key)
            while len(self) > self._most:
                self.popitem(last=False)


class KeptValues(Generic[Kept]):
    """Values that are the same for all who ask with one key, kept as pages are: for a version, and not for long."""

    def __init__(self, version: Callable[[], object], *, most: int = _MOST_KEPT) -> None:
        self._version = version
        self._kept: LastUsed[tuple[object, float, Kept]] = LastUsed(most)

    def get(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """Return the value of this key; it is made where none is kept, or something changed."""
        present = self._version()
        if present is None:
            return make()
        version, until, value = self._kept.find(key) or (None, 0.0, None)
        if version == present and time.monotonic() <= until and value is not None:
            return value
        made = make()
        self._kept.keep(key, (present, time.monotonic() + KEPT_FOR, made))
        return made


class _Kept(NamedTuple):
    version: object
    until: float
    pieces: tuple[bytes, ...]  # what stands between the tokens
    mark: str  # of its text, for browsers that have it already
    headers: tuple[tuple[str, str], ...]


_kept: LastUsed[_Kept] = LastUsed(_MOST_KEPT)
_narrowed: LastUsed[_Kept] = LastUsed(_MOST_NARROWED)
forget_on_change(_kept.clear)
forget_on_change(_narrowed.clear)


def _nothing_asked(request: HttpRequest) -> str | None:
    return None if request.GET else ""


def kept_for_visitors(
    version: Callable[[], object], *, query_of: Callable[[HttpRequest], str | None] = _nothing_asked
) -> Callable[[View], View]:
    """Keep what the view answers to visitors, for each version, language, zone and address.

    ``query_of`` returns what the address asks for, in the one spelling by which the view is then asked; None for what
    is to be answered anew each time.
    """

    def decorator(view: View) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            present = version() if _is_for_all(request) and _is_our_spelling(request) else None
            query = query_of(request) if present is not None else None
            if query is None:
                return view(request, *args, **kwargs)
            zone = timezone.get_current_timezone_name() if chosen_zone(request) else ""
            key = (request.path, query, get_language(), zone)
            store = _narrowed if query or zone else _kept
            kept = store.find(key)
            if kept is None or kept.version != present or time.monotonic() > kept.until:
                response = view(_asked_by(request, query), *args, **kwargs)
                kept = _kept_of(response, present)
                if kept is not None:
                    store.keep(key, kept)
                else:
                    return response
            return _answer(request, kept)

        return wrapper

    return decorator


def says_only(request: HttpRequest, asks: Collection[str], *, own_words: Collection[str] = ()) -> bool:
    """Tell whether an address is not long, and says nothing but ``asks``; words of one's own are empty."""
    if len(request.get_full_path()) > _LONGEST or not set(request.GET) <= {*asks, *own_words}:
        return False
    return not any(said.strip() for name in own_words for said in request.GET.getlist(name))


def _asked_by(request: HttpRequest, query: str) -> HttpRequest:
    """Return the request as if its address had asked in this spelling: nothing else of it stands on the page."""
    if request.META.get("QUERY_STRING", "") != query:
        request.META["QUERY_STRING"] = query
        request.GET = QueryDict(query)
    return request


def _is_for_all(request: HttpRequest) -> bool:
    """Tell whether the request is a visitor's, to whom nothing is to be said in person."""
    of_one = (settings.SESSION_COOKIE_NAME, f"{settings.COOKIE_PREFIX}messages")
    return request.method in ("GET", "HEAD") and not any(name in request.COOKIES for name in of_one)


def _is_our_spelling(request: HttpRequest) -> bool:
    """Tell whether the path is as our links write it: a number has any number of zeros in front."""
    match = request.resolver_match
    return match is None or request.path == reverse(match.view_name, args=match.args, kwargs=match.kwargs)


def _kept_of(response: HttpResponse, version: object) -> _Kept | None:
    if response.status_code != 200 or response.streaming or response.cookies:
        return None
    pieces = tuple(_TOKEN.sub(rb"\1" + _MARK + rb"\2", response.content).split(_MARK))
    mark = blake2b(_MARK.join(pieces), digest_size=12).hexdigest()
    headers = tuple((name, value) for name, value in response.items() if name != "Content-Length")
    return _Kept(version, time.monotonic() + KEPT_FOR, pieces, mark, headers)


def _answer(request: HttpRequest, kept: _Kept) -> HttpResponse:
    """Put the reader's token in. A browser that has the page with a token of the same cookie needs no other."""
    token = get_token(request)
    secret = f"{request.META.get('CSRF_COOKIE', '')}{chosen_theme(request)}"  # the theme is put in later
    etag = f'W/"{kept.mark}{blake2b(secret.encode(), digest_size=8).hexdigest()}"'
    response = HttpResponse(token.encode().join(kept.pieces), headers=dict(kept.headers))
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ("Cookie", "Accept-Language"))
    answer: HttpResponse = get_conditional_response(request, etag=etag, response=response) or response
    return answer
