"""Subscribing, choosing and leaving without an account: a page opens by a link, only a button acts."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from letsconnect.base.network import network_of
from mailings.domain.subscriptions import BulkList
from mailings.models import Subscription
from mailings.subscriptions import leaving, links, subscribing
from mailings.subscriptions.forms import PreferencesForm, SubscribeForm


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def subscribe(request: HttpRequest) -> HttpResponse:
    """Ask for an address; the answer is the same whether it was known or not."""
    form = SubscribeForm(request.POST or None, language=translation.get_language() or "en")
    if request.method == "POST" and form.is_valid():
        try:
            subscribing.ask_visitor(
                address=form.cleaned_data["address"],
                language=form.cleaned_data["language"],
                zone=form.cleaned_data["zone"],
                lists=form.chosen_lists,
                network=network_of(request),
                now=timezone.now(),
            )
        except subscribing.TooManyRequests:
            form.add_error(None, _("Too many letters were asked for on your network just now. Please try in an hour."))
            page = render(request, "mailings/subscribe.html", {"form": form}, status=429)
            page.headers["Retry-After"] = "3600"
            return page
        return render(request, "mailings/subscribe_sent.html", {"address": form.cleaned_data["address"]})
    return render(request, "mailings/subscribe.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def subscription_confirm(request: HttpRequest, token: str) -> HttpResponse:
    subscription = links.subscription_of(token, in_this_turn=True)
    if subscription is None:
        return render(request, "mailings/subscription_gone.html", status=404)
    if request.method == "POST":
        subscribing.confirm(subscription=subscription, by=None, now=timezone.now())
        return redirect(links.preferences_path(_again(subscription)))
    is_open = subscription.asked_for != 0
    return render(request, "mailings/subscription_confirm.html", {"subscription": subscription, "is_open": is_open})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def subscription_preferences(request: HttpRequest, token: str) -> HttpResponse:
    subscription = _of_the_link(token)
    form = PreferencesForm(request.POST or None, subscription=subscription)
    if request.method == "POST" and form.is_valid():
        leaving.choose(
            subscription=subscription,
            lists=form.chosen_lists,
            language=form.cleaned_data.get("language", ""),
            is_paused=form.cleaned_data["is_paused"],
            by=None,
            now=timezone.now(),
        )
        messages.success(request, _("Saved. It holds at once, also for letters that are on their way."))
        return redirect(links.preferences_path(_again(subscription)))
    return render(request, "mailings/subscription_preferences.html", {"form": form, "subscription": subscription})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def subscription_leave(request: HttpRequest, token: str) -> HttpResponse:
    """Show one button; it ends all letters of this kind to the address."""
    subscription = _of_the_link(token)
    if request.method == "POST":
        subscription = leaving.leave(subscription=subscription, chosen=None, by=None, now=timezone.now())
    preferences = links.preferences_path(subscription)
    return render(
        request, "mailings/subscription_leave.html", {"subscription": subscription, "preferences": preferences}
    )


@csrf_exempt
@require_POST
@never_cache
def subscription_one_click(request: HttpRequest, chosen: str, token: str) -> HttpResponse:
    """Leave one list for a mail program (RFC 8058): no cookie, no page, and as often as it likes."""
    subscription = _of_the_link(token)
    if chosen.upper() not in BulkList.names:
        raise Http404
    leaving.leave(subscription=subscription, chosen=BulkList[chosen.upper()], by=None, now=timezone.now())
    return HttpResponse(status=200, content_type="text/plain")


def _of_the_link(token: str) -> Subscription:
    subscription = links.subscription_of(token)
    if subscription is None:
        raise Http404
    return subscription


def _again(subscription: Subscription) -> Subscription:
    return Subscription.objects.get(pk=subscription.pk)
