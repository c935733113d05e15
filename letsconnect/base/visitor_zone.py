"""The time zone a visitor chose, kept in a cookie. A member's is that of their account."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from letsconnect.base.zones import is_zone

_A_YEAR = 365 * 24 * 60 * 60


def chosen_zone(request: HttpRequest) -> str:
    """Return the zone of the cookie; "" where there is none, or none that we know."""
    zone = request.COOKIES.get(settings.ZONE_COOKIE_NAME, "")
    return zone if zone and is_zone(zone) else ""


def keep_zone(response: HttpResponse, zone: str) -> None:
    """Keep the zone in a cookie; one that we do not know ends the choice."""
    if not is_zone(zone):
        response.delete_cookie(settings.ZONE_COOKIE_NAME, samesite="Lax")
        return
    response.set_cookie(
        settings.ZONE_COOKIE_NAME,
        zone,
        max_age=_A_YEAR,
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )
