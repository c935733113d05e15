"""The tab of those who signed up: their names, never their addresses."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from clinics.admin.tabs import ClinicDesk, Tab
from clinics.models import Clinic, RsvpQuerySet
from letsconnect.base.access_log import PeopleShown, people_on
from registrations.requests import signed_in


def _signed_up(clinic: Clinic) -> RsvpQuerySet:
    return clinic.rsvps.active().order_by("seat", "place", "made_at")


def _people(clinic: Clinic) -> PeopleShown:
    return people_on(_signed_up(clinic), ("member",))


def _view(desk: ClinicDesk, request: HttpRequest, clinic: Clinic) -> HttpResponse:
    rsvps = _signed_up(clinic).visible_to(signed_in(request)).select_related("member")
    return desk.draw(request, clinic, "who_comes", {"rsvps": list(rsvps)})


WHO_COMES = Tab("who_comes", _("Who comes"), _view, people=_people)
