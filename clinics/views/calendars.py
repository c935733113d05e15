"""Clinics for calendars: one as a file, and all of them as a feed that follows what is planned."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from clinics.calendars import FILE_NAME, PRODUCT, ended_by, ending_after, event_for_everybody, of_clinics
from clinics.domain.listing import Which
from clinics.listing.filters import ClinicFilters
from clinics.models import Clinic, ClinicPerson, Rsvp
from clinics.people import calendars as parts
from clinics.seats import calendars as seats
from letsconnect.base import calendars
from letsconnect.base.calendar_events import SHOWN_AFTER_THE_END
from letsconnect.base.calendars import PUBLISHED_TYPE, Event
from letsconnect.base.feed_answers import answer_feed
from letsconnect.base.languages import speaking
from registrations.requests import is_signed_in

KEPT_BY_CACHES = timedelta(minutes=5)
MOST_IN_A_FEED = 200


@require_safe
@never_cache
def clinic_calendar(request: HttpRequest, clinic_id: int) -> HttpResponse:
    """Hand one clinic to the calendar of whoever may see its page.

    For somebody with a seat or a part there, or who waits for a seat, it is the event of their invitation, so that it
    does not stand there twice.
    """
    clinics = Clinic.objects.visible_to(request.user).prefetch_related(*of_clinics())
    event = _event_for(request, get_object_or_404(clinics, pk=clinic_id))
    language = get_language() or "en"
    content = calendars.published([event], product=PRODUCT, language=language, now=timezone.now())
    response = HttpResponse(content, content_type=PUBLISHED_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return response


def _event_for(request: HttpRequest, clinic: Clinic) -> Event:
    if is_signed_in(request):
        rsvp = Rsvp.objects.active().of(request.user).filter(clinic=clinic).select_related("channel").first()
        if rsvp is not None:
            rsvp.clinic = clinic
            return seats.event_for_the_queue(rsvp) if rsvp.is_waiting else seats.event_for(rsvp)
        mine = ClinicPerson.objects.accepted().of(request.user).filter(clinic=clinic)
        person = mine.select_related("channel").in_order().first()
        if person is not None:
            person.clinic = clinic
            return parts.event_for(person)
    return event_for_everybody(clinic)


@require_safe
def clinic_feed(request: HttpRequest, language: str) -> HttpResponseBase:
    """Publish the announced clinics, narrowed as the list is, in one language; nobody needs to sign in.

    Cancelled ones stay, marked so, until a month after they would have been: a program drops or strikes them out.
    """
    if language not in dict(settings.LANGUAGES):
        raise Http404
    now, filters = timezone.now(), ClinicFilters.of(request.GET)
    since = now if filters.which == Which.COMING else now - SHOWN_AFTER_THE_END
    clinics = ending_after(Clinic.objects.ever_announced(), since)
    if filters.which == Which.PAST:
        clinics = ended_by(clinics, now)
    shown = filters.narrow(clinics, zone="UTC").prefetch_related(*of_clinics()).order_by("-starts_at", "pk")
    with speaking(language):
        events = [event_for_everybody(clinic, keeps_nobody_busy=True) for clinic in shown[:MOST_IN_A_FEED]]
        name = _("Clinics of %(site)s") % {"site": settings.SITE_NAME}
    response = answer_feed(request, events, product=PRODUCT, language=language, now=now, name=name)
    patch_cache_control(response, public=True, max_age=int(KEPT_BY_CACHES.total_seconds()))
    return response
