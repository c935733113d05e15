"""Requests whose encoding, length or characters Django cannot handle: refused or corrected before it reads them."""

import codecs
import sys
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import parse_header_parameters

Handler = Callable[[HttpRequest], HttpResponse]
_DECLARED = "letsconnect.declared_charset"
_CARRIES_TEXT = {"application/x-www-form-urlencoded", "multipart/form-data"}


def utf8_only(get_response: Handler) -> Handler:
    """Read every request as UTF-8, the one encoding browsers send.

    A form that names another encoding is refused rather than read wrongly. An address with a NUL is not found, and
    cookies with control characters are dropped: none of ours has any.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        request.encoding = "utf-8"
        declared = request.META.get(_DECLARED) or (request.content_params or {}).get("charset", "utf-8")
        if request.content_type in _CARRIES_TEXT and not _is_utf8(declared):
            raise BadRequest("a form that is not in UTF-8")
        if "\x00" in request.path_info:
            raise Http404
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if _is_plain(value)}
        return get_response(request)

    return middleware


def with_plain_content_type(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Take the encoding out of the Content-Type before Django reads it.

    Python also knows encodings that are not text (hex, zlib), and with these Django would fail before there is a
    request to answer. A Content-Length that is not a number counts as 0, one beyond all machines as the largest.
    """

    def checked(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        kind, declared = _read_type(environ.get("CONTENT_TYPE", ""))
        environ["CONTENT_TYPE"], environ[_DECLARED] = kind, declared
        environ["CONTENT_LENGTH"] = _read_length(environ.get("CONTENT_LENGTH", ""))
        return application(environ, start_response)

    return checked


def _read_type(raw: str) -> tuple[str, str]:
    """Return a Content-Type as Django can read it, and the encoding it named."""
    try:
        kind, parameters = parse_header_parameters(raw)
    except ValueError:
        return "", ""
    boundary = parameters.get("boundary", "")
    return (f'{kind}; boundary="{boundary}"' if boundary else kind), parameters.get("charset", "")


def _read_length(raw: str) -> str:
    if not (raw.isascii() and raw.isdecimal()):
        return "0"
    return raw if len(raw) < len(str(sys.maxsize)) else str(sys.maxsize)


def _is_utf8(name: str) -> bool:
    try:
        return codecs.lookup(name).name == "utf-8"
    except (LookupError, ValueError):
        return False


def _is_plain(text: str) -> bool:
    return not any(unicodedata.category(char) in ("Cc", "Cs") for char in text)
