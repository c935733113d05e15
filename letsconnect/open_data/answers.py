"""Answers for programs: JSON that anybody may read from anywhere, keep a while, and ask for again by its version."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import wraps
from hashlib import blake2b
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control

KEPT_BY_CACHES = timedelta(minutes=5)
PREFLIGHT_LASTS = timedelta(days=1)
METHODS = "GET, HEAD, OPTIONS"
PROBLEM = "application/problem+json"


class BadQuestion(Exception):
    """The address asks for something that cannot be understood; ``parameter`` is the word in it."""

    def __init__(self, parameter: str, detail: str) -> None:
        super().__init__(detail)
        self.parameter, self.detail = parameter, detail


@dataclass(frozen=True)
class JsonAnswer:
    """The bytes of an answer, made once for all who ask for it, and what changes with them."""

    content: bytes
    etag: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, body: Any, **headers: str) -> "JsonAnswer":
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        return cls(content, f'"{blake2b(content, digest_size=16).hexdigest()}"', headers)


def public_json(view: Callable[..., JsonAnswer]) -> Callable[..., HttpResponseBase]:
    """Answer with what the view returns; with an error as JSON (RFC 9457) where it finds or understands nothing.

    Pages of any site may read it, with no cookie sent along: nothing here depends on who asks.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = _answer(view, request, *args, **kwargs)
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "ETag"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return answer


def _answer(view: Callable[..., JsonAnswer], request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    if request.method == "OPTIONS":
        return _preflight()
    if request.method not in ("GET", "HEAD"):
        response = problem(HTTPStatus.METHOD_NOT_ALLOWED, "This is read only.")
        response.headers["Allow"] = METHODS
        return response
    try:
        answer = view(request, *args, **kwargs)
    except Http404:
        return problem(HTTPStatus.NOT_FOUND, "There is nothing at this address.")
    except BadQuestion as question:
        return problem(HTTPStatus.BAD_REQUEST, question.detail, parameter=question.parameter)
    response = get_conditional_response(request, etag=answer.etag) or HttpResponse(
        answer.content, content_type="application/json", headers=dict(answer.headers)
    )
    response.headers["ETag"] = answer.etag
    patch_cache_control(response, public=True, max_age=int(KEPT_BY_CACHES.total_seconds()))
    return response


def _preflight() -> HttpResponse:
    """Tell a browser that a page of another site may ask, also whether something has changed."""
    return HttpResponse(
        status=HTTPStatus.NO_CONTENT,
        headers={
            "Allow": METHODS,
            "Access-Control-Allow-Methods": METHODS,
            "Access-Control-Allow-Headers": "If-None-Match",
            "Access-Control-Max-Age": str(int(PREFLIGHT_LASTS.total_seconds())),
        },
    )


def problem(status: HTTPStatus, detail: str, **more: str) -> HttpResponse:
    """Return an error for a program. It repeats nothing of what was asked but the name of a parameter we know."""
    body = {"type": "about:blank", "title": status.phrase, "status": int(status), "detail": detail, **more}
    response = HttpResponse(json.dumps(body), status=status, content_type=PROBLEM)
    response.headers["Cache-Control"] = "no-store"
    return response
