"""Who of the working group hears of what happens in a region."""

from collections.abc import Collection
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from letsconnect.base.languages import listed
from letsconnect.base.numbers_read import read_numbers
from registrations.models import Member, WorkingGroupSeat


def liaisons_of(regions: set[str], *, besides: Collection[int], now: datetime) -> list[Member]:
    """Return the liaisons of any of these regions; where there is none ``besides`` these members, the coordinators."""
    current = WorkingGroupSeat.objects.current(on=now.astimezone(UTC).date())
    seats = current.filter(member__is_active=True).exclude(member__in=besides)
    own = seats.filter(region__in=regions - {""})
    return list(Member.objects.filter(pk__in=(own if own.exists() else seats.coordinators()).values("member")))


def who_else(regions: set[str], *, besides: Collection[int], now: datetime) -> str:
    """Say who can do it instead of ``besides``, whom it concerns themselves."""
    people = liaisons_of(regions, besides=besides, now=now)
    if not people:
        return _("Nobody else of the working group can do it at the moment: a coordinator gives seats.")
    read_numbers(people)
    return _("It can be done by: %(names)s.") % {"names": listed(sorted(member.name_at_desk for member in people))}
