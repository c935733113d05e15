"""Pages that nobody of the table of doors sees, and who does: the host of a clinic, the trust team, who has a link."""

from types import SimpleNamespace
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils import timezone

from clinics.tests.factories import make_clinic, make_person, sign_up
from letsconnect.base.links import sign
from letsconnect.tests.clinics_in_every_state import seen_in_every_state
from registrations.models import Registration
from registrations.seats.messages import TypedMessage, keep_message
from registrations.tests.factories import NOW, make_registration


class Seen(NamedTuple):
    """A page, and who sees it; nobody signed in where ``member`` is None."""

    name: str
    path: str
    member: Any


# Addresses that show no page by themselves, beside buttons: a step of signing in, files that a secret opens, and forms
# that stand on the page of a match and are drawn there again with what is wrong in them.
NO_PAGE_ALONE = {
    "api-nothing",
    "calendar-feed-before",
    "calendar-feed-file",
    "clinics:series-kit",
    "clinics:sign-up-kept",
    "mailings:mailbox-html",
    "mailings:mailbox-letter",
    "matching:meeting-tell",
    "matching:session-cancel",
    "matching:session-link",
    "registrations:sign-in-code",
    "registrations:sign-in-link",
    "registrations:wikimedia-callback",
}


def pages_of_few(world: SimpleNamespace) -> list[Seen]:
    """Make what they need, and return their pages."""
    hosted = make_clinic()
    host = make_person(hosted, "host").member
    sign_up(hosted, 2)
    reader = world.trust_seat.member
    asked = make_registration()
    Registration.objects.filter(pk=asked.pk).update(still_in_asked_on=NOW.date())
    link = sign("still-in", [asked.pk, NOW.date().isoformat()])
    written = TypedMessage(None, "Sol", "Is there a clinic about maps?", gives_address=False)
    kept = keep_message(written=written, address=host.email, network="192.0.2.0", now=timezone.now())
    return [
        Seen("clinics:clinic-host", reverse("clinics:clinic-host", args=[hosted.pk]), host),
        Seen("clinics:attendance-now", reverse("clinics:attendance-now", args=[hosted.pk]), host),
        Seen("registrations:still-in", reverse("registrations:still-in", args=[link]), None),
        Seen("clinics:month-detail", reverse("clinics:month-detail", args=[2026, 3]), None),
        Seen("registrations:team-message-kept", reverse("registrations:team-message-kept", args=[kept.key]), host),
        Seen("trust:report-list", reverse("trust:report-list"), reader),
        Seen("trust:report-detail", reverse("trust:report-detail", args=[world.report]), reader),
        *(Seen(*page) for page in seen_in_every_state()),
    ]
