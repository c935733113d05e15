"""Answering a program that follows a calendar: with the file, or with the word that nothing has changed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response

from letsconnect.base import calendars
from letsconnect.base.calendars import PUBLISHED_TYPE, Event

REFRESH = timedelta(hours=1)


def answer_feed(
    request: HttpRequest, events: Sequence[Event], *, product: str, language: str, now: datetime, name: str = ""
) -> HttpResponseBase:
    """Return the events as a feed, or 304 to whoever has this version of it already."""
    etag = calendars.version_of(events, language, name)
    response = get_conditional_response(request, etag=etag)
    if response is None:
        content = calendars.published(events, product=product, language=language, now=now, name=name, refresh=REFRESH)
        response = HttpResponse(content, content_type=PUBLISHED_TYPE)
    response.headers["ETag"] = etag
    return response
