"""A strip of eight clocks: `{% region_clocks clinic.starts_at %}`, or `{% region_clocks moment zone %}`."""

from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from django import template
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from clinics.domain.region_clocks import clocks_at
from letsconnect.base.drawn import drawn_once
from letsconnect.base.languages import chain
from letsconnect.base.zone_names import city_of
from letsconnect.base.zones import zone_or_utc

register = template.Library()


@register.simple_tag
def region_clocks(moment: datetime, zone: str = "") -> SafeString:
    """Show a moment by one clock of each region; days are told apart from those of ``zone``, or of the reader.

    Drawn once for all by whose clocks it is the same day then.
    """
    reader: tzinfo = zone_or_utc(zone) if zone else timezone.get_current_timezone()
    reader_zone = reader if isinstance(reader, ZoneInfo) else ZoneInfo("UTC")
    day = moment.astimezone(reader_zone).date()
    return drawn_once(("clocks of the regions", moment, day), lambda: _draw(moment, reader_zone))


def _draw(moment: datetime, reader_zone: ZoneInfo) -> str:
    language = chain(get_language() or "en")[0]
    clocks = [(clock, city_of(clock.zone, language)) for clock in clocks_at(moment, reader_zone=reader_zone)]
    return render_to_string("clinics/_region_clocks.html", {"clocks": clocks})
