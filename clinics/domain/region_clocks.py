"""One well-known clock for each region, so that an hour can be read in all of them at a glance."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from clinics.domain.finding import is_night
from registrations.domain.registrations import Region

# A region has several zones: the clock of a large city in its middle, as the page says.
CLOCKS = {
    Region.NA: "America/New_York",
    Region.LAC: "America/Sao_Paulo",
    Region.NWE: "Europe/Paris",
    Region.SSA: "Africa/Lagos",
    Region.MENA: "Africa/Cairo",
    Region.CEECA: "Europe/Kyiv",
    Region.SA: "Asia/Kolkata",
    Region.ESEAP: "Asia/Jakarta",
}


@dataclass(frozen=True)
class RegionClock:
    """What one clock shows at a moment: ``days`` is −1, 0 or 1 from the day by the reader's clock."""

    region: Region
    zone: str
    local: datetime
    days: int
    is_night: bool

    @property
    def shows(self) -> str:
        return f"{self.local:%H:%M}"


def clocks_at(moment: datetime, *, reader_zone: ZoneInfo) -> list[RegionClock]:
    """Return the eight clocks at a moment, from west to east."""
    day = moment.astimezone(reader_zone).date()
    clocks = []
    for region, name in CLOCKS.items():
        zone = ZoneInfo(name)
        local = moment.astimezone(zone)
        clocks.append(RegionClock(region, name, local, (local.date() - day).days, is_night(moment, zone)))
    return clocks
