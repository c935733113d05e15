"""The mailbox of the embedded default, for people who try the portal on their own machine."""

from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mailings.mailbox import Mailbox, Received

SHOWN = 50
# A letter's HTML is a page of its own, in a sandbox: no script, no form, no request to anywhere, no origin.
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'"


def here_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer 404 unless letters go to the mailbox and the reader sits at this machine, not behind a proxy on it,
    because the letters hold sign-in codes."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        is_passed_on = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
        if not settings.EMBEDDED_MAILBOX or is_passed_on or not _is_loopback(request.META.get("REMOTE_ADDR", "")):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _letter(name: str) -> Received:
    letter = Mailbox(settings.MAILBOX_DIR).get(name)
    if letter is None:
        raise Http404
    return letter


@require_safe
@never_cache
@here_only
def mailbox(request: HttpRequest) -> HttpResponse:
    letters = Mailbox(settings.MAILBOX_DIR).newest(SHOWN)
    return render(request, "mailings/mailbox.html", {"letters": letters, "shown": SHOWN})


@require_safe
@never_cache
@here_only
def mailbox_letter(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, "mailings/mailbox_letter.html", {"letter": _letter(name)})


@require_safe
@never_cache
@here_only
def mailbox_html(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(_letter(name).html, headers={"Content-Security-Policy": SANDBOX})
