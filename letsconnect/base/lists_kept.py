"""The list of the desk that somebody came from: whatever they do with a row, they come back to it as they had left it.

Django hands the filters of a list on in the address of a row's page, and from there only to its own form. Here every
page of a table hands them on to the next one: by its address, or by the address of the page on which the link or the
button was, which browsers send along within the portal (``Referrer-Policy: same-origin``). Where a browser sends none,
one comes back to the list as it opens.
"""

from urllib.parse import SplitResult, parse_qs, urlencode, urlsplit, urlunsplit

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve, reverse

from letsconnect.base.links import path_or_nothing

FILTERS = "_changelist_filters"  # as Django calls it
_LONGEST = 1000  # no list has so many filters; an address must not grow without end
_LIST = "changelist"


def filters_of(request: HttpRequest) -> str:
    """Return the parameters of the list of this table from which the reader came, or nothing."""
    table, _page = _table_and_page(request.path)
    if not table:
        return ""
    filters = request.GET.get(FILTERS, "")
    if not filters:
        came_from = _page_before(request)
        is_ours = came_from.netloc == request.get_host()
        table_before, page_before = _table_and_page(came_from.path) if is_ours else NOWHERE
        if table_before == table:
            kept = parse_qs(came_from.query).get(FILTERS, [""])[0]
            filters = kept or (came_from.query if page_before == _LIST else "")
    return filters if len(filters) <= _LONGEST and filters.isprintable() else ""


def _page_before(request: HttpRequest) -> SplitResult:
    """Return the address of the page that the reader came from; an empty one where a program sends no address."""
    try:
        return urlsplit(request.headers.get("Referer", ""))
    except ValueError:  # "http://[::1"
        return urlsplit("")


def address_of_list(request: HttpRequest, name: str) -> str:
    """Return the address of a list, as the reader had left it where this page is of the same table."""
    address = reverse(name)
    filters = filters_of(request) if _table_and_page(address)[0] == _table_and_page(request.path)[0] else ""
    return f"{address}?{filters}" if filters else address


def where_pressed(request: HttpRequest) -> str:
    """Return where a button of a list leads back to: the page it was on, which may be that of a round or of a row."""
    if back := path_or_nothing(request.POST.get("back", "")):
        return back
    filters = "" if request.GET else filters_of(request)
    return f"{request.path}?{filters}" if filters else request.get_full_path()


def with_filters_in_address(request: HttpRequest) -> HttpResponseRedirect | None:
    """Lead to the same page with the filters in its address, so that its own links and buttons hand them on."""
    _table, page = _table_and_page(request.path)
    is_page = request.method == "GET" and request.headers.get("Sec-Fetch-Dest", "document") == "document"
    if not is_page or page in ("", _LIST) or FILTERS in request.GET:
        return None
    filters = filters_of(request)
    return HttpResponseRedirect(_adding(request.get_full_path(), filters)) if filters else None


def led_back(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Let an answer that leads to a page of the same table lead to its list as it was left, or hand the filters on."""
    target = urlsplit(response["Location"]) if isinstance(response, HttpResponseRedirect) else None
    if target is None or target.netloc:
        return response
    (table, _page), (table_after, page_after) = _table_and_page(request.path), _table_and_page(target.path)
    filters = filters_of(request) if table and table == table_after else ""
    if filters and page_after == _LIST:
        if not target.query:
            response["Location"] = urlunsplit(target._replace(query=filters))
    elif filters and f"{FILTERS}=" not in target.query:
        response["Location"] = _adding(urlunsplit(target), filters)
    return response


NOWHERE = ("", "")


def _table_and_page(path: str) -> tuple[str, str]:
    """Return of which table a page of the desk is, and which one: ("registrations_registration", "change")."""
    try:
        match = resolve(path)
    except Resolver404:
        return NOWHERE
    parts = (match.url_name or "").split("_", 2)
    return (f"{parts[0]}_{parts[1]}", parts[2]) if match.namespace == "admin" and len(parts) == 3 else NOWHERE


def _adding(address: str, filters: str) -> str:
    parts = urlsplit(address)
    query = "&".join([part for part in (parts.query, urlencode({FILTERS: filters})) if part])
    return urlunsplit(parts._replace(query=query))
