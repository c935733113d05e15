"""Time zones by IANA name."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Names of what a machine is set to, and of no place. What the database does not know: `letsconnect/database/zones.py`.
_OF_A_MACHINE = frozenset({"localtime", "posixrules", "Factory"})
_HIDDEN = ("Etc/", "SystemV/", "posix/", "right/", "US/", "Canada/", "Brazil/", "Chile/", "Mexico/")


@cache
def _every_zone() -> frozenset[str]:
    """Return the names of all zones. Kept, because reading the zone files takes ten milliseconds."""
    return frozenset(available_timezones() - _OF_A_MACHINE)


@cache
def zone_names() -> tuple[str, ...]:
    """Return the zones people choose from: the Area/City names and UTC, sorted."""
    names = [name for name in _every_zone() if "/" in name and not name.startswith(_HIDDEN)]
    return ("UTC", *sorted(names))


def is_zone(name: str) -> bool:
    """Tell whether ``name`` is a zone Python knows (aliases included)."""
    return name in _every_zone()


def validate_zone(name: str) -> None:
    """Raise ValidationError unless ``name`` is an IANA zone."""
    if not is_zone(name):
        raise ValidationError(_("There is no time zone called “%(zone)s”."), params={"zone": name}, code="zone")


def zone_or_utc(name: str) -> ZoneInfo:
    """Return the zone of that name; one that this machine does not know falls back to UTC."""
    return ZoneInfo(name if is_zone(name) else "UTC")


def in_zone(moment: datetime, zone: str) -> datetime:
    """Return ``moment`` as wall clock of ``zone``; an unknown zone falls back to UTC."""
    return moment.astimezone(zone_or_utc(zone))


@dataclass(frozen=True)
class Recomputed:
    """One stored moment that is another one by the rules now in force, and whom it concerns."""

    what: str
    was: datetime
    becomes: datetime
    people: tuple[str, ...]
    trouble: str = ""  # why it was left as it is, for a person to decide
