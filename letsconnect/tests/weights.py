"""What a page costs its reader and the database, and what it may cost: a page is heavy where one line says so, or not.

Bytes are those over the wire, compressed: of the page and of each sheet, script and picture it names. Whoever comes to
a page first loads all of them; whoever has seen the home page loads what that did not bring. What sheets name in turn
is counted by `make audit`, in a browser.
"""

import gzip
import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpResponse

FIRST, NEXT = 60_000, 15_000  # bytes, for whoever comes to a page first, and from the home page
STATEMENTS_OF_VISITORS, STATEMENTS_OF_MEMBERS = 10, 12
_STATEMENTS = {"registrations:my-data": 20, "registrations:data-download": 20}  # they read every table of a person
_BYTES_TODAY: dict[str, int] = {}  # of a page from the home page
_HEADERS = 600  # bytes of each answer; those of a page are more, which its limit has room for
_NAMED = re.compile(r'<(?:link|script|img|source)\b[^>]*?\s(?:href|src|srcset)="([^" ]+)')


def is_page(response: HttpResponse) -> bool:
    """Tell whether this is what a browser shows in a window: no file, feed, fragment or answer to a script."""
    is_html = response.headers.get("Content-Type", "").startswith("text/html")
    return is_html and not response.streaming and b"<html" in response.content[:300]


def named_by(response: HttpResponse) -> frozenset[str]:
    """Return the names of the sheets, scripts and pictures of ours that a page names."""
    named = _NAMED.findall(response.content.decode())
    start = f"/{settings.STATIC_URL.strip('/')}/"
    return frozenset(name.removeprefix(start) for name in named if name.startswith(start))


def bytes_of_page(response: HttpResponse) -> int:
    """Return how long the page itself is over the wire, at most: it is padded with up to 100 bytes at random."""
    return len(gzip.compress(response.content, 6)) + 100 + 2 * _HEADERS


@cache
def bytes_of_asset(name: str) -> int:
    """Return how long a collected file is over the wire, which was compressed as well as it can be."""
    path = finders.find(name)
    if not path:
        raise ValueError(f"A page names {name}, which is not there.")
    plain = Path(path).read_bytes()
    return min(len(plain), len(gzip.compress(plain, 9))) + _HEADERS


def statements_allowed(name: str, *, is_member: bool) -> int:
    """Return how many statements a page may send to the database."""
    if not is_member:
        return STATEMENTS_OF_VISITORS
    return _STATEMENTS.get(name, STATEMENTS_OF_MEMBERS)


def too_heavy(name: str, response: HttpResponse, *, brought: frozenset[str], statements: int, is_member: bool) -> str:
    """Say what of a page is more than it may be; "" where nothing is.

    ``brought`` is what the home page named, if it was looked at."""
    page, named = bytes_of_page(response), named_by(response)
    first = page + sum(map(bytes_of_asset, named))
    following = page + sum(map(bytes_of_asset, named - brought)) if brought else 0
    most = statements_allowed(name, is_member=is_member)
    found = {
        f"{first:,} bytes at first, of {FIRST:,}": first > FIRST,
        f"{following:,} bytes from the home page, of {NEXT:,}": following > _BYTES_TODAY.get(name, NEXT),
        f"{statements} statements, of {most}": statements > most,
    }
    return "; ".join(words for words, is_more in found.items() if is_more)
