"""When it can be written what came of a clinic, and what may be told of where people came from."""

from collections.abc import Mapping
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from clinics.domain.clinics import ClinicError, ClinicState
from letsconnect.base.small_counts import SMALLEST_COUNT_SHOWN, too_small


class OutcomeClosed(ClinicError):
    """The clinic was not held yet, or is in the archive."""


def check_can_be_told(state: str) -> None:
    """Raise OutcomeClosed unless it can be written what came of a clinic in this state."""
    if state == ClinicState.ARCHIVED:
        raise OutcomeClosed(_("What is written of an archived clinic stays as it is."))
    if state != ClinicState.HELD:
        raise OutcomeClosed(_("What came of a clinic is written once it was held."))


class RegionsTold(NamedTuple):
    """What may be told of where people came from: of how many regions, how many of which, and how many of others."""

    number: int = 0  # 0 where nothing is told
    named: tuple[tuple[str, int], ...] = ()
    elsewhere: int = 0


def regions_told(people: Mapping[str, int]) -> RegionsTold:
    """Return what may be told of how many people came from each region ("" for none), so that it points at nobody.

    Nothing of fewer than five people. A region is named with five or more; and those who are left over are none, or
    five or more, as otherwise a subtraction would tell of them: then the smallest of the regions is not named either.
    """
    by_region = {region: count for region, count in people.items() if region and count}
    total = sum(by_region.values())
    if total < SMALLEST_COUNT_SHOWN:
        return RegionsTold()
    hidden = too_small(by_region, least=SMALLEST_COUNT_SHOWN)
    named = sorted((-count, region) for region, count in by_region.items() if region not in hidden)
    elsewhere = sum(by_region[region] for region in hidden)
    return RegionsTold(len(by_region), tuple((region, -count) for count, region in named), elsewhere)
