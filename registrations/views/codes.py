"""Asking for a letter with a code, from whatever page asks for an address, and what a browser remembers of it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language

from letsconnect.base.network import network_of, notice_wrong_hops
from registrations.accounts import signing_in
from registrations.accounts.refusals import EnoughLetters, LimitReached
from registrations.answers import visitors
from registrations.models import SignInCode

# Session key: the numbers of the letters this browser asked for ("codes") and was led to ("led"), zone, next page, and
# all pages to which it was to be led ("pages"): each of its tabs may have asked for another.
# No address: that stands in the letters' rows, which are deleted a day later.
PENDING = "sign_in"
KEPT = 20


def ask_for_code(request: HttpRequest, *, address: str, zone: str, leads_to: str) -> None:
    """Send a letter with a code and a link to the address; the page of the code is the next to lead to.

    Raises EnoughLetters, LimitReached or CodeNotSent. A limit leaves earlier letters to sign in with, so it notes the
    address all the same.
    """
    pending = pending_of(request) | {"zone": zone, "next": leads_to}
    pending["pages"] = [*pending["pages"], leads_to][-KEPT:]
    browser = request.COOKIES.get(visitors.COOKIE, "")
    try:
        send_code(request, address, pending)
    except LimitReached:
        visitors.note_address(browser=browser, address=address, leads_to=leads_to)
        raise
    visitors.note_address(browser=browser, address=address, leads_to=leads_to)


def asked_to_be_led_to(request: HttpRequest, page: str) -> bool:
    """Tell whether this browser asked for a code to be led to this page."""
    return page in pending_of(request)["pages"]


def page_asked_for(request: HttpRequest, pending: dict[str, Any]) -> str:
    """Return where the page of the code that was sent leads: what it showed, if this browser asked for that."""
    page = request.POST.get("leads_to", "")
    return page if page in pending["pages"] else str(pending["next"])


def pending_of(request: HttpRequest) -> dict[str, Any]:
    stored = request.session.get(PENDING, {})
    empty = {"codes": [], "led": [], "zone": "", "next": "", "pages": []}
    return {name: stored.get(name, nothing) for name, nothing in empty.items()}


def browser_of(request: HttpRequest) -> str:
    """Return what tells this browser from others, also while it sends two requests at once.

    That is the secret of the cookie it got with the form; without a cookie, its session.
    """
    return request.META.get("CSRF_COOKIE") or request.session.session_key or ""


def send_code(request: HttpRequest, address: str, pending: dict[str, Any]) -> SignInCode:
    """Send a letter and store its number for this browser; at the address's limit, store the newest letter's number.

    Raises EnoughLetters, LimitReached or CodeNotSent.
    """
    notice_wrong_hops(request, now=timezone.now())
    try:
        code = signing_in.send_sign_in_code(
            address=address,
            browser=browser_of(request),
            network=network_of(request),
            language=get_language() or "en",
            zone=pending["zone"] or "UTC",
            leads_to=pending["next"],
            now=timezone.now(),
        )
    except EnoughLetters as enough:
        pending["led"] = [*pending["led"], enough.newest][-KEPT:]
        request.session[PENDING] = pending
        raise
    pending["codes"] = [*pending["codes"], code.pk][-KEPT:]
    request.session[PENDING] = pending
    return code


def refused(response: HttpResponse, refusal: Exception | None) -> HttpResponse:
    """Set the status of the page: 429, and when to come back, if a limit was reached."""
    if isinstance(refusal, LimitReached):
        response.status_code = 429
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response
