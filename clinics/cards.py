"""What the list of clinics shows of each of them, ready to be drawn by ``clinics/_clinic_card.html``."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import ngettext

from clinics.models import Clinic, Rsvp
from letsconnect.base.labels import label_of
from letsconnect.base.pieces import Piece, link_to
from letsconnect.base.templatetags.when import when


def card_of(clinic: Clinic, rsvp: Rsvp | None, *, now: datetime) -> Piece:
    """Return the card of a clinic for a reader who has this seat, or none."""
    text, left = clinic.text, clinic.places_left
    return Piece(
        shape={
            "phase": clinic.phase(now),
            "seat": rsvp.state if rsvp else "",
            "has_text": text is not None,
            "has_region": bool(clinic.region),
        },
        texts={
            "link": link_to("clinics:clinic-detail", clinic.pk),
            "text_language": text.language if text else "",
            "title": text.title if text else clinic.title,
            "starts_at": timezone.localtime(clinic.starts_at).isoformat(),
            "when": when(clinic.starts_at),
            "floor_language": label_of(clinic, "floor_language"),
            "kind": label_of(clinic, "kind"),
            "region": label_of(clinic, "region"),
            "places_left": ngettext("%(left)s place left", "%(left)s places left", left) % {"left": left},
        },
    )
