"""A strip of eight clocks: `{% region_clocks clinic.starts_at %}`, or `{% region_clocks moment zone %}`."""

from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.translation import get_language

from clinics.domain.region_clocks import clocks_at
from letsconnect.base.languages import chain
from letsconnect.base.zone_names import city_of
from letsconnect.base.zones import zone_or_utc

register = template.Library()


@register.inclusion_tag("clinics/_region_clocks.html")
def region_clocks(moment: datetime, zone: str = "") -> dict[str, Any]:
    """Show a moment by one clock of each region; days are told apart from those of ``zone``, or of the reader."""
    reader: tzinfo = zone_or_utc(zone) if zone else timezone.get_current_timezone()
    reader_zone = reader if isinstance(reader, ZoneInfo) else ZoneInfo("UTC")
    language = chain(get_language() or "en")[0]
    clocks = [(clock, city_of(clock.zone, language)) for clock in clocks_at(moment, reader_zone=reader_zone)]
    return {"clocks": clocks}
