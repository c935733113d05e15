"""What a letter says to whoever comes, is offered a seat or waits, besides its news: the way in, what to prepare, the
rules, and the page of their seat."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from clinics.domain.clinics import Venue
from clinics.models import Channel, Clinic, Rsvp
from clinics.seats.links import seat_url
from letsconnect.base.lines import isolated
from letsconnect.base.links import absolute


def coming_context(rsvp: Rsvp, *, now: datetime) -> dict[str, Any]:
    """Return what the template shows of a seat or turn; call it in the reader's language."""
    clinic, page = rsvp.clinic, absolute("clinics:clinic-detail", rsvp.clinic_id)
    return {
        "rsvp": rsvp,
        "ways_in": ways_into(rsvp),
        "join_url": absolute("clinics:clinic-join", clinic.pk) if clinic.venue == Venue.CALL else "",
        "has_begun": now >= clinic.starts_at,
        "chooses_language": bool(clinic.interpreted_in_words),
        "seat_url": seat_url(rsvp) if rsvp.pk else page,
        "rules_url": absolute("clinics:safe-space"),
        "report_url": absolute("trust:report-clinic", clinic.pk),
        "url": page,
    }


def ways_into(rsvp: Rsvp) -> list[str]:
    """Say in which language somebody listens, and how one gets into the call."""
    clinic = rsvp.clinic
    if clinic.venue != Venue.CALL:
        return []
    from_then = _(
        "The page below shows the meeting link from 30 minutes before the start. Nobody needs to keep a link."
    )
    return [_listening(rsvp.channel, clinic), from_then] if rsvp.channel else [from_then]


def _listening(channel: Channel, clinic: Clinic) -> str:
    name = channel.language_in_words
    words = {"language": name, "channel": isolated(channel.name or name), "floor": clinic.floor_language_in_words}
    if channel.pk not in {row.pk for row in clinic.channels.all() if row.is_interpreted}:
        return _("You want to listen in %(language)s. So far nobody interprets into it: you hear %(floor)s.") % words
    if channel.meeting_link:
        return _("You listen in %(language)s: the link you get is that of its own call.") % words
    text = _("You listen in %(language)s. In the call, open “Interpretation” and choose the channel “%(channel)s”.")
    return text % words
