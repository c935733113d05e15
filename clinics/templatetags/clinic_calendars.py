"""What pages say of calendars: `{% add_to_calendar %}`, `{% agreed_elsewhere %}`; and `{% clinic_feed query %}`."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from clinics.calendars import event_for_everybody
from clinics.domain.clinics import ClinicState
from clinics.seats.clashes import clashes_of
from letsconnect.base.links import absolute
from letsconnect.base.pieces import Piece, draw, link_to
from letsconnect.base.web_calendars import links_of

register = template.Library()


@register.simple_tag(takes_context=True)
def add_to_calendar(context: dict[str, Any]) -> SafeString:
    """Offer the file and the web calendars for the clinic of the page, while it is to come.

    What a web calendar adds is an entry of its own, beside that of a letter: none is offered to who waits for one.
    """
    clinic, rsvp = context["clinic"], context.get("rsvp")
    is_to_come = clinic.state == ClinicState.ANNOUNCED and timezone.now() < clinic.ends_at
    if not is_to_come:
        return SafeString("")
    waits = rsvp is not None and (rsvp.is_waiting or rsvp.is_offered)
    web_calendars = [] if waits else links_of(event_for_everybody(clinic))
    lines = [Piece(shape={}, texts=web_calendar._asdict()) for web_calendar in web_calendars]
    piece = Piece(
        shape={"may_sign_up": rsvp is None or not rsvp.is_active},
        texts={
            "file": link_to("clinics:clinic-calendar", clinic.pk),
            "web_calendars": draw(lines, "clinics/_web_calendar.html"),
        },
    )
    return draw([piece], "clinics/_add_to_calendar.html")


@register.inclusion_tag("clinics/_agreed_elsewhere.html", takes_context=True)
def agreed_elsewhere(context: dict[str, Any]) -> dict[str, Any]:
    """Say to somebody who comes what else they have agreed to at this hour: the clinic may have moved into it."""
    clinic, rsvp, now = context["clinic"], context.get("rsvp"), timezone.now()
    is_to_come = clinic.state == ClinicState.ANNOUNCED and now < clinic.starts_at
    comes = rsvp is not None and rsvp.is_going and is_to_come
    return {"clashes": clashes_of(context["user"], clinic, now) if comes else []}


@register.inclusion_tag("clinics/_clinic_feed.html")
def clinic_feed(query: str = "") -> dict[str, Any]:
    """Offer the public feed of the clinics of a list, narrowed as the list is by ``query``."""
    path = reverse("clinics:clinic-feed", args=[(get_language() or "en").split("-")[0]])
    narrowed = f"?{query}" if query else ""
    https = absolute("clinics:clinic-feed", (get_language() or "en").split("-")[0]) + narrowed
    return {"path": path + narrowed, "address": https, "webcal": "webcal:" + https.partition(":")[2]}
