"""A private calendar feed: its page for the person, and the address programs read."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from letsconnect.base.calendars import PUBLISHED_TYPE
from letsconnect.base.languages import speaking
from letsconnect.base.links import absolute
from matching.domain.matches import SHOWS_CONTACT
from matching.models import CalendarFeed, Match, Session
from matching.sessions import calendars, feeds
from registrations.requests import MemberRequest

SHOWN_AFTER_THE_END = timedelta(days=30)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def feed_page(request: MemberRequest) -> HttpResponse:
    """Say what the secret address is; the button makes a new one, shown this once."""
    address = ""
    if request.method == "POST":
        secret = feeds.make_feed(member=request.user, by=request.user, now=timezone.now())
        address = absolute("matching:feed-calendar", secret)
    feed = CalendarFeed.objects.filter(member=request.user).first()
    return render(request, "matching/feed_page.html", {"feed": feed, "address": address})


@login_required
@require_POST
def feed_end(request: MemberRequest) -> HttpResponse:
    if feeds.end_feed(member=request.user, by=request.user, now=timezone.now()):
        messages.success(request, _("The address is void now. Calendars that read it get nothing any more."))
    return redirect("matching:feed-page")


@require_safe
def feed_calendar(request: HttpRequest, secret: str) -> HttpResponse:
    """Hand a person's agreed sessions to whoever knows their secret address: names and hours, no contact, no link."""
    feed = (
        CalendarFeed.objects.filter(fingerprint=feeds.fingerprint(secret), member__is_active=True)
        .select_related("member")
        .first()
    )
    if feed is None:
        raise Http404
    member, now = feed.member, timezone.now()
    in_touch = Match.objects.unbroken().filter(state__in=SHOWS_CONTACT)
    agreed = Session.objects.for_member(member).filter(
        state="confirmed", ends_at__gt=now - SHOWN_AFTER_THE_END, match__in=in_touch.values("pk")
    )
    rows = [
        (session, side) for session in agreed.with_people().order_by("starts_at") if (side := session.side_of(member))
    ]
    with speaking(member.language):
        content = calendars.published(rows, language=member.language, now=now)
    response = HttpResponse(content, content_type=PUBLISHED_TYPE)
    response.headers["X-Robots-Tag"] = "noindex"
    add_never_cache_headers(response)
    return response
