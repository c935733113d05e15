"""Time zones by IANA name."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_HIDDEN = ("Etc/", "SystemV/", "posix/", "right/", "US/", "Canada/", "Brazil/", "Chile/", "Mexico/")


@cache
def _every_zone() -> frozenset[str]:
    """Walking the zone files takes ten milliseconds; they do not change while we run."""
    return frozenset(available_timezones())


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


def moments_of(wall: datetime, zone: str) -> tuple[datetime, ...]:
    """Return the moments (UTC) at which clocks in ``zone`` show ``wall``: one, none where they jump over it, two
    where they are put back over it, the earlier first."""
    here = zone_or_utc(zone)
    found = {
        moment
        for fold in (0, 1)
        if (moment := wall.replace(tzinfo=here, fold=fold).astimezone(UTC)).astimezone(here).replace(tzinfo=None)
        == wall
    }
    return tuple(sorted(found))


def moment_now(wall: datetime, zone: str, *, stored: datetime) -> datetime:
    """Return the moment of ``wall`` by the rules now in force: of two that show it, or beside a gap, the one nearer to
    the moment that was stored."""
    meant = moments_of(wall, zone) or beside_the_gap(wall, zone)
    return min(meant, key=lambda moment: (abs(moment - stored), moment))


@dataclass(frozen=True)
class Recomputed:
    """One stored moment that is another one by the rules now in force, and whom it concerns."""

    what: str
    was: datetime
    becomes: datetime
    people: tuple[str, ...]
    trouble: str = ""  # why it was left as it is, for a person to decide


def beside_the_gap(wall: datetime, zone: str) -> tuple[datetime, ...]:
    """Return the two moments somebody may mean who names a time the clocks in ``zone`` jump over, earlier first."""
    here = zone_or_utc(zone)
    return tuple(sorted({wall.replace(tzinfo=here, fold=fold).astimezone(UTC) for fold in (0, 1)}))
