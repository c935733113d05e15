"""Who of the working group stands on the page of the team: whoever chose to, as long as their seat lasts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from letsconnect.base import acts
from registrations.domain.registrations import MIN_SHARED_LEVEL, WORKING_GROUP, Region, SeatRole
from registrations.domain.team import NotShown
from registrations.models import Member, SpokenLanguage, WorkingGroupSeat, WorkingGroupSeatQuerySet
from registrations.reference.names import language_name


@dataclass(frozen=True)
class OfTheTeam:
    """Somebody on the page: whom they look after, and which languages they speak."""

    member: Member
    regions: tuple[str, ...]
    is_coordinator: bool
    languages: tuple[str, ...]

    @property
    def regions_in_words(self) -> list[str]:
        return [str(Region(region).label) for region in self.regions]


def _seats(*, now: datetime) -> WorkingGroupSeatQuerySet:
    on = now.astimezone(UTC).date()
    return WorkingGroupSeat.objects.current(on=on).filter(role__in=WORKING_GROUP, member__is_active=True)


def shown_seats(*, now: datetime) -> WorkingGroupSeatQuerySet:
    """Return the seats of who stands on the page; who has left it is not written to either."""
    return _seats(now=now).filter(is_shown=True).exclude(member__name="").select_related("member")


def team(*, now: datetime) -> list[OfTheTeam]:
    """Return who stands on the page, in two queries: liaisons in the order of their regions, then coordinators."""
    return _people(shown_seats(now=now).order_by("region", "pk"))


def somebody_of_the_team(public_id: str, *, now: datetime) -> OfTheTeam:
    """Return the one whose page this is; raise NotShown where nobody stands there by this number."""
    for person in _people(shown_seats(now=now).filter(member__public_id=public_id).order_by("region", "pk")):
        return person
    raise _has_left()


def check_is_shown(member: Member, *, now: datetime) -> None:
    """Raise NotShown if the member does not stand on the page any more."""
    if not shown_seats(now=now).filter(member=member).exists():
        raise _has_left()


def _has_left() -> NotShown:
    return NotShown(_("This person is not on the page of the team any more. Please write to us all."))


def _people(seats: Iterable[WorkingGroupSeat]) -> list[OfTheTeam]:
    by_member: dict[Member, list[WorkingGroupSeat]] = {}
    for seat in seats:
        by_member.setdefault(seat.member, []).append(seat)
    languages = _languages_of(by_member)
    people = [
        OfTheTeam(
            member,
            tuple(seat.region for seat in own if seat.region),
            any(seat.role == SeatRole.COORDINATOR for seat in own),
            tuple(languages[member.pk]),
        )
        for member, own in by_member.items()
    ]
    return sorted(people, key=lambda person: (not person.regions, person.regions))


def _languages_of(members: Iterable[Member]) -> dict[int, list[str]]:
    """Return the languages each speaks well enough to be written to in; of who has not said, that of their account."""
    reads = get_language() or "en"
    spoken: dict[int, list[str]] = {member.pk: [] for member in members}
    well = SpokenLanguage.objects.filter(registration__member__in=spoken, level__gte=MIN_SHARED_LEVEL)
    for member, code in well.order_by("-level", "code").values_list("registration__member", "code"):
        spoken[member].append(language_name(code, reads))
    return {member.pk: spoken[member.pk] or [language_name(member.language, reads)] for member in members}


def regions_without(people: Iterable[OfTheTeam]) -> list[str]:
    """Return the names of the regions for which nobody stands on the page."""
    taken = {region for person in people for region in person.regions}
    return [str(region.label) for region in Region if region not in taken]


def own_seats(member: Member, *, now: datetime) -> WorkingGroupSeatQuerySet:
    """Return the seats with which the member may choose to stand on the page."""
    return _seats(now=now).filter(member=member)


@transaction.atomic
def show_on_team_page(*, member: Member, is_shown: bool, by: Member, now: datetime) -> None:
    """Show the member on the page of the team, or not any more; a second time changes nothing.

    Raises NotShown for who has no such seat, or no name to show.
    """
    member = Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    seats = list(member.seats.not_over(on=now.astimezone(UTC).date()).filter(role__in=WORKING_GROUP))
    if not own_seats(member, now=now):
        raise NotShown(_("Only liaisons and coordinators stand on the page of the team."))
    if is_shown and not member.name:
        raise NotShown(_("Please give a name to show first, on the page of your registration."))
    for seat in seats:
        if seat.is_shown != is_shown:
            seat.is_shown = is_shown
            seat.save(update_fields=["is_shown"])
            acts.record(by=by, verb="show_on_team_page", on=seat, now=now, became="yes" if is_shown else "no")
