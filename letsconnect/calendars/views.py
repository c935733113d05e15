"""A private calendar feed: its page for the person, and the address programs read."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from letsconnect.base import calendar_events
from letsconnect.base.feed_answers import answer_feed
from letsconnect.base.languages import speaking
from letsconnect.base.links import absolute
from matching.models import CalendarFeed
from matching.sessions import feeds
from registrations.requests import MemberRequest

PRODUCT = "My calendar"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def feed_page(request: MemberRequest) -> HttpResponse:
    """Say what the secret address is; the button makes a new one, shown this once."""
    address = ""
    if request.method == "POST":
        secret = feeds.make_feed(member=request.user, by=request.user, now=timezone.now())
        address = absolute("calendar-feed-file", secret)
    feed = CalendarFeed.objects.filter(member=request.user).first()
    return render(request, "calendars/feed_page.html", {"feed": feed, "address": address})


@login_required
@require_POST
def feed_end(request: MemberRequest) -> HttpResponse:
    if feeds.end_feed(member=request.user, by=request.user, now=timezone.now()):
        messages.success(request, _("The address is void now. Calendars that read it get nothing any more."))
    return redirect("calendar-feed")


@require_safe
def feed_page_before(request: HttpRequest) -> HttpResponse:
    """Lead on from where the page was while it held sessions only."""
    return redirect("calendar-feed", permanent=True)


@require_safe
def feed_calendar(request: HttpRequest, secret: str) -> HttpResponseBase:
    """Hand a person's sessions, seats and parts at clinics to whoever knows their secret address.

    Titles, hours and the names of those they meet in sessions; no contact, no link to a call.
    """
    feed = (
        CalendarFeed.objects.filter(fingerprint=feeds.fingerprint(secret), member__is_active=True)
        .select_related("member")
        .first()
    )
    if feed is None:
        raise Http404
    member, now = feed.member, timezone.now()
    with speaking(member.language):
        events = calendar_events.events_of(member, now=now)
    response = answer_feed(request, events, product=PRODUCT, language=member.language, now=now)
    patch_cache_control(response, private=True, no_cache=True)
    return response
