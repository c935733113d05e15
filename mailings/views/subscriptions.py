"""Subscribing, choosing and leaving without an account: a page opens by a link, only a button acts."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from letsconnect.base.addresses import address_hint, readable
from letsconnect.base.network import network_of, notice_wrong_hops
from mailings.domain.subscriptions import BulkList, SubscriptionGone, SubscriptionRefused, SubscriptionState
from mailings.ledger.reachable import why_address_not_written_to
from mailings.models import Subscription, Suppression
from mailings.subscriptions import leaving, links, members, subscribing
from mailings.subscriptions.forms import PreferencesForm, SubscribeForm

View = Callable[..., HttpResponse]
_BITS = {str(bits) for bits in range(1, 1 << len(BulkList))}  # some of the lists, as `as_bits` writes them


def _say_that_it_is_gone(view: View) -> View:
    """Show the page for a subscription that is not there, also where it was deleted while its button was pressed."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except SubscriptionGone:
            return render(request, "mailings/subscription_gone.html", status=410)

    return wrapped


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def subscribe(request: HttpRequest) -> HttpResponse:
    """Ask for an address; the answer is the same whether it was known or not.

    Whoever is signed in has proved their own address by that, so no letter asks them once more.
    """
    own_address = _proved_address(request.user)
    form = SubscribeForm(
        request.POST or None, language=translation.get_language() or "en", own_address=readable(own_address)
    )
    if request.method == "POST" and form.is_valid():
        if own_address and form.cleaned_data["address"] == own_address:
            return _subscribe_member(request, form.chosen_lists)
        notice_wrong_hops(request, now=timezone.now())
        try:
            subscribing.ask_visitor(
                address=form.cleaned_data["address"],
                language=form.cleaned_data["language"],
                zone=form.cleaned_data["zone"],
                lists=form.chosen_lists,
                network=network_of(request),
                now=timezone.now(),
            )
        except subscribing.NetworkAskedTooOften:
            form.add_error(None, _("Too many emails were asked for on your network just now. Please try in an hour."))
            page = render(request, "mailings/subscribe.html", {"form": form}, status=429)
            page.headers["Retry-After"] = "3600"
            return page
        return render(request, "mailings/subscribe_sent.html", {"address": readable(form.cleaned_data["address"])})
    return render(request, "mailings/subscribe.html", {"form": form})


def _proved_address(user: Any) -> str:
    return user.email if user.is_authenticated and user.has_proved_address else ""


def _subscribe_member(request: HttpRequest, lists: list[BulkList]) -> HttpResponse:
    """Add these lists to what a member gets, and show them all of it."""
    member: Any = request.user
    subscription = members.subscribe_member(member=member, lists=lists, by=member, now=timezone.now())
    _say_that_it_is_confirmed(request, subscription)
    return redirect(links.preferences_path(subscription))


def _say_that_it_is_confirmed(request: HttpRequest, subscription: Subscription) -> None:
    if subscription.paused_at is not None:
        messages.warning(request, _("It is confirmed. But you have paused everything: take that tick away."))
    else:
        messages.success(request, _("It is confirmed. From now on you get what you chose."))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@_say_that_it_is_gone
def subscription_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show what a letter asks to confirm, and one button; pressed twice, it is confirmed once."""
    subscription = links.asked_to_confirm(token)
    if subscription is None:
        return render(request, "mailings/subscription_gone.html", status=410)
    if request.method == "POST":
        shown = request.POST.get("shown", "")
        subscription = subscribing.confirm(
            subscription=subscription,
            shown=int(shown) if shown in _BITS else None,
            by=None,
            now=timezone.now(),
        )
        if not subscription.is_confirmed:  # they left while they confirmed
            return render(request, "mailings/subscription_gone.html", status=410)
        _say_that_it_is_confirmed(request, subscription)
        return redirect(links.preferences_path(subscription))
    context = {"subscription": subscription, "preferences": links.preferences_path(subscription)}
    return render(request, "mailings/subscription_confirm.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@_say_that_it_is_gone
def subscription_preferences(request: HttpRequest, token: str) -> HttpResponse:
    """Show and store what a reader gets; whoever has left comes back by a letter, or signed in."""
    subscription = links.subscription_of(token)
    if subscription is None:
        return render(request, "mailings/subscription_gone.html", status=404)
    reader = _reader(request, subscription)
    form = PreferencesForm(request.POST or None, subscription=subscription)
    if request.method == "POST" and form.is_valid():
        try:
            leaving.choose(
                subscription=subscription,
                lists=form.chosen_lists,
                language=form.cleaned_data.get("language", ""),
                is_paused=form.cleaned_data["is_paused"],
                by=reader,
                now=timezone.now(),
            )
        except SubscriptionGone:
            raise
        except SubscriptionRefused as refusal:
            messages.error(request, str(refusal))
        else:
            saved = _("Saved. It holds at once, also for emails that are on their way.")
            paused = _("Saved. Everything is paused, until you take that tick away.")
            messages.success(request, paused if form.cleaned_data["is_paused"] and form.chosen_lists else saved)
        return redirect(links.preferences_path(subscription))
    context = {
        "form": form,
        "subscription": subscription,
        "may_choose": leaving.may_choose(subscription, by=reader),
        "leave": links.leave_path(subscription),
        "hint": address_hint(subscription.address),
        "suppression": _why_not_written_to(subscription),
        "letters_again": reverse("mailings:letters-again-by-link", args=[token]),
    }
    return render(request, "mailings/subscription_preferences.html", context)


def _why_not_written_to(subscription: Subscription) -> Suppression | None:
    """Return why no letter goes to a visitor; a member reads that on their own pages."""
    is_visitor = subscription.is_confirmed and subscription.member_id is None
    return why_address_not_written_to(subscription.address) if is_visitor else None


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@_say_that_it_is_gone
def subscription_leave(request: HttpRequest, token: str) -> HttpResponse:
    """Show one button; it ends all newsletters and announcements to the address."""
    subscription = links.subscription_of(token)
    if subscription is None:
        return render(request, "mailings/subscription_gone.html", status=404)
    if request.method == "POST":
        subscription = leaving.leave(
            subscription=subscription, chosen=None, by=_reader(request, subscription), now=timezone.now()
        )
    return _leave_page(request, subscription)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@_say_that_it_is_gone
def subscription_one_click(request: HttpRequest, chosen: str, token: str) -> HttpResponse:
    """Leave one list for a mail program (RFC 8058): a POST without a cookie, as often as it likes.

    Nothing but the POST that the RFC describes does it. A program that does not know the RFC opens the address in a
    browser, and the person sees the page with one button.
    """
    subscription = links.subscription_of(token)
    bulk_list = BulkList.by_word(chosen)
    if subscription is None or bulk_list is None:
        raise Http404
    if request.method != "POST":
        return _leave_page(request, subscription)
    if request.POST.get("List-Unsubscribe", "").strip() != "One-Click":
        return HttpResponseBadRequest("List-Unsubscribe=One-Click is missing (RFC 8058).", content_type="text/plain")
    leaving.leave(subscription=subscription, chosen=bulk_list, by=None, now=timezone.now())
    return HttpResponse(content_type="text/plain")


def _leave_page(request: HttpRequest, subscription: Subscription) -> HttpResponse:
    context = {
        "has_left": subscription.state == SubscriptionState.LEFT,
        "has_account": subscription.member_id is not None,
        "hint": address_hint(subscription.address),
        "preferences": links.preferences_path(subscription),
        "leave": links.leave_path(subscription),
    }
    return render(request, "mailings/subscription_leave.html", context)


def _reader(request: HttpRequest, subscription: Subscription) -> Any:
    """Return the member whose subscription it is, if it is they who are signed in; else nobody: the link acts."""
    member = subscription.member
    return member if member is not None and request.user.is_authenticated and request.user.pk == member.pk else None
