"""The page of whoever hosts one clinic: who comes to it, and nothing else. A host need not be of the working group."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from clinics.domain.clinics import may_be_hosted
from clinics.models import Clinic, ClinicPerson
from letsconnect.base import access_log
from letsconnect.base.access_log import people_on
from letsconnect.base.paging import page_of
from registrations.domain.looks import LookKind
from registrations.requests import MemberRequest


@login_required
@require_safe
@never_cache
def clinic_host(request: MemberRequest, clinic_id: int) -> HttpResponse:
    """Show a host who has said yes the names of those who come, as these wish to be called; no addresses.

    Those who are named can read that the host looked. There is no such page for anybody else, nor a week after the end.
    """
    now = timezone.now()
    hosts = ClinicPerson.objects.hosts().accepted().of(request.user)
    clinic = Clinic.objects.filter(pk=clinic_id, people__in=hosts).prefetch_related("texts").first()
    if clinic is None or not may_be_hosted(state=clinic.state, ends_at=clinic.ends_at, now=now):
        raise Http404
    rsvps = (
        clinic.rsvps.active().filter(member__is_active=True).select_related("member").order_by("seat", "place", "pk")
    )
    page = page_of(rsvps, request)
    shown = list(page)
    access_log.note(viewer=request.user, people=people_on(shown, ("member",)), kind=LookKind.CLINIC, now=now)
    context = {
        "clinic": clinic,
        "page": page,
        "going": [str(rsvp.member) for rsvp in shown if rsvp.is_going],
        "waiting": [str(rsvp.member) for rsvp in shown if rsvp.is_waiting],
        "going_count": clinic.rsvps.going().count(),
        "waiting_count": clinic.rsvps.waiting().count(),
    }
    return render(request, "clinics/clinic_host.html", context)
