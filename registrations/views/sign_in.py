"""Signing in and out."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from letsconnect.base.addresses import readable
from letsconnect.base.lines import isolated
from letsconnect.base.links import path_or_nothing
from letsconnect.base.network import network_of
from registrations.accounts import signing_in
from registrations.accounts.forms import AddressForm, CodeForm
from registrations.accounts.refusals import CodeNotSent, EnoughLetters, LimitReached
from registrations.answers import visitors
from registrations.domain.registrations import AccountClosed, CodeRefused
from registrations.models import Member, SignInCode
from registrations.oldform import claims
from registrations.views.codes import PENDING, ask_for_code, browser_of, page_asked_for, pending_of, refused, send_code
from registrations.views.errands import is_errand, run_errand, shown_errand
from registrations.views.reasons import reason_for

BACKEND = settings.AUTHENTICATION_BACKENDS[0]


@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for the address and send a letter there."""
    target = path_or_nothing(request.POST.get("next") or request.GET.get("next") or "")
    if request.user.is_authenticated:
        return redirect(target or "home")
    if is_errand(target):  # what somebody else typed is done by nobody's press: only its own page asks for the code
        target = ""
    form = AddressForm(request.POST or None)
    refusal: LimitReached | CodeNotSent | None = None
    if request.method == "POST" and form.is_valid():
        try:
            ask_for_code(request, address=form.cleaned_data["email"], zone=form.cleaned_data["zone"], leads_to=target)
        except (LimitReached, CodeNotSent) as error:
            refusal = error
            form.add_error("email", str(error))
        else:
            return redirect("registrations:sign-in-code")
    context = {
        "form": form,
        "next": target,
        "reason": reason_for(target),
        "wiki": settings.MEDIAWIKI_CLIENT_ID and settings.MEDIAWIKI_NAME,
        "has_newest": isinstance(refusal, EnoughLetters),
    }
    return refused(render(request, "registrations/sign_in.html", context), refusal)


def _newest(pending: dict[str, Any], leads_to: str = "") -> SignInCode | None:
    """Return the row of this browser's newest letter, if it still exists; of those for this errand, if there are any.

    An errand is for one address, and another tab may have asked for a code to another address since."""
    numbers = [*pending["codes"], *pending["led"]]
    letters = SignInCode.objects.filter(pk__in=numbers).select_related("letter").order_by("-pk")
    of_errand = letters.filter(leads_to=leads_to).first() if is_errand(leads_to) else None
    return of_errand or letters.first()


@never_cache
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """Check the code and sign in."""
    pending = pending_of(request)
    leads_to = page_asked_for(request, pending)
    newest = _newest(pending, leads_to)
    if newest is None:
        if request.user.is_authenticated:
            return redirect("home")
        if request.method == "POST":  # pressed twice, perhaps: the next request brings the session of the first
            return redirect("registrations:sign-in-code")
        messages.info(request, _("Please give your address first; a code is sent there."))
        return redirect("registrations:sign-in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        other_door = signing_in.also_opened_by(newest.address)
        sign_in = partial(
            signing_in.sign_in_with_code,
            code_ids=pending["codes"],
            led_ids=pending["led"],
            browser=browser_of(request),
            network=network_of(request),
            digits=form.cleaned_data["code"],
            language=get_language() or "en",
            zone=pending["zone"],
            now=timezone.now(),
        )
        try:
            member, answer = _do_both(request, sign_in, leads_to=leads_to)
        except CodeRefused as error:
            used = signing_in.was_used_just_now(pending["codes"], digits=form.cleaned_data["code"], now=timezone.now())
            if used and not isinstance(error, AccountClosed):  # pressed twice: the first one opened the door
                return redirect(leads_to if is_errand(leads_to) else "registrations:sign-in-code")
            form.add_error("code", str(error))
        else:
            return _enter(request, member, other_door, answer or redirect(path_or_nothing(leads_to) or "home"))
    return _code_page(request, form, newest)


def _code_page(request: HttpRequest, form: CodeForm, newest: SignInCode) -> HttpResponse:
    pending = pending_of(request)
    leads_to = page_asked_for(request, pending)
    context = {
        "form": form,
        "errand": shown_errand(newest.address, leads_to),
        "leads_to": leads_to,
        "address": readable(newest.address),
        "minutes": newest.minutes_left(now=timezone.now()),
        "is_waiting": newest.is_waiting,
        "is_led": newest.pk in pending["led"],
        "has_kept_answers": visitors.waits_for(
            browser=request.COOKIES.get(visitors.COOKIE, ""), address=newest.address
        ),
    }
    return render(request, "registrations/sign_in_code.html", context)


def _do_both(
    request: HttpRequest, sign_in: Callable[[], Member], *, leads_to: str
) -> tuple[Member, HttpResponse | None]:
    """Use the code or link, and do the errand for which somebody signs in; return who it is, and its answer.

    Both or neither: where a locked row keeps the errand from being done, the code can be typed again. What a refusal
    counts is kept.
    """
    with transaction.atomic():
        try:
            member = sign_in()
        except CodeRefused as error:
            refusal = error
        else:
            return member, run_errand(request, member, leads_to)
    raise refusal


def _enter(request: HttpRequest, member: Member, other_door: str, answer: HttpResponse) -> HttpResponse:
    """Start the session, give the member what waits for their address, and answer."""
    request.session.pop(PENDING, None)
    login(request, member, backend=BACKEND)
    if other_door:  # nothing is claimed before the owner had the chance to shut that door
        _warn_of_the_other_door(request, other_door)
    elif claims.claim_by_address(member=member, now=timezone.now()) is not None:
        messages.info(request, _("We found what you wrote in the old form. It is yours now; please look at it."))
    return answer


def _warn_of_the_other_door(request: HttpRequest, username: str) -> None:
    text = _(
        "This account can also be opened with the %(wiki)s account %(username)s, from which it has this address. If "
        "that is not you, disconnect it under “Ways to sign in”."
    )
    messages.warning(request, text % {"wiki": settings.MEDIAWIKI_NAME, "username": isolated(username)})


@require_POST
def sign_in_resend(request: HttpRequest) -> HttpResponse:
    """Send another letter to the same address; earlier letters work until they are too old."""
    pending = pending_of(request)
    pending["next"] = page_asked_for(request, pending)
    newest = _newest(pending, pending["next"])
    if newest is None:
        return redirect("registrations:sign-in")
    try:
        code = send_code(request, newest.address, pending)
    except LimitReached as refusal:
        messages.error(request, str(refusal))
        return refused(
            _code_page(request, CodeForm(), _newest(pending_of(request), pending["next"]) or newest), refusal
        )
    except CodeNotSent as refusal:
        messages.error(request, str(refusal))
    else:
        message = _("Another code comes in a minute or two.") if code.is_waiting else _("Another code is on its way.")
        messages.success(request, message)
    return redirect("registrations:sign-in-code")


@require_POST
def sign_in_other(request: HttpRequest) -> HttpResponse:
    """Lead to the page that asks for an address, and delete what waits for the one that was given, if anything does."""
    pending = pending_of(request)
    leads_to = page_asked_for(request, pending)
    newest = _newest(pending, leads_to)
    browser = request.COOKIES.get(visitors.COOKIE, "")
    if newest is not None and visitors.drop_waiting_for(browser=browser, address=newest.address):
        text = _("What you wrote before is deleted, because it waited for another address. Please write it again.")
        messages.info(request, text)
    if is_errand(leads_to):  # its own page asks for an address, too
        return redirect(leads_to)
    target = reverse("registrations:sign-in")
    return redirect(f"{target}?{urlencode({'next': leads_to})}" if leads_to else target)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_link(request: HttpRequest) -> HttpResponse:
    """Show a page with one button for a letter's link; only the button signs in, in this browser."""
    secret = (request.POST if request.method == "POST" else request.GET).get("key", "")
    code = signing_in.code_of_link(secret=secret, now=timezone.now())
    if code is None:
        return _link_no_longer_works(request, secret)
    is_other = request.user.is_authenticated and request.user.email != code.address
    if request.method == "POST" and not is_other:
        return _open_by_link(request, secret, code)
    context = {
        "key": secret,
        "errand": shown_errand(code.address, code.leads_to),
        "address": readable(code.address),
        "is_other": is_other,
        "asked_here": code.pk in pending_of(request)["codes"],
    }
    return render(request, "registrations/sign_in_link.html", context, status=409 if request.method == "POST" else 200)


def _open_by_link(request: HttpRequest, secret: str, code: SignInCode) -> HttpResponse:
    other_door = signing_in.also_opened_by(code.address)
    language = get_language() or "en"
    sign_in = partial(
        signing_in.sign_in_with_link, secret=secret, language=language, zone=code.zone, now=timezone.now()
    )
    try:
        member, answer = _do_both(request, sign_in, leads_to=code.leads_to)
    except AccountClosed as refusal:
        return render(request, "registrations/sign_in_link_gone.html", {"text": str(refusal)}, status=410)
    except CodeRefused:
        return _link_no_longer_works(request, secret)
    return _enter(request, member, other_door, answer or redirect(path_or_nothing(code.leads_to) or "home"))


def _link_no_longer_works(request: HttpRequest, secret: str) -> HttpResponse:
    """Say that a link no longer works.

    If it signed this person in a moment ago, because they pressed the button twice, lead on instead.
    """
    used = signing_in.link_used_just_now(secret=secret, now=timezone.now())
    if used and request.user.is_authenticated and request.user.email == used.address:
        return redirect(path_or_nothing(used.leads_to) or "home")
    if used and request.method == "POST":  # the next request brings the session of the first
        return redirect(f"{request.path}?{urlencode({'key': secret})}")
    return render(request, "registrations/sign_in_link_gone.html", status=410)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    messages.success(request, _("You are signed out."))
    return redirect("home")
