"""Who is meant when a planner writes to those who come to a clinic, and in which language each of them reads it."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from clinics.domain.writing import FLOOR, ToWhom
from clinics.models import Clinic, ClinicPerson
from clinics.notices.owing import Addressee, of_people, one_row_each, still_here, with_seats
from letsconnect.base.languages import best_of, language_or_default
from letsconnect.base.once_more import PeopleConcerned, concerned
from mailings.ledger.reachable import addresses_written_to, those_written_to
from registrations.domain.registrations import MIN_SHARED_LEVEL
from registrations.models import SpokenLanguage


class Meant(NamedTuple):
    """The rows of those who are meant; nobody is in both."""

    seats: "QuerySet[Any]"
    people: "QuerySet[Any]"

    def addressees(self) -> list[Addressee]:
        return [*with_seats(self.seats), *of_people(one_row_each(self.people))]


def meant_by(to_whom: ToWhom, clinic: Clinic) -> Meant:
    """Return who is meant; whoever has a seat and a part in the clinic gets one letter."""
    seats = clinic.rsvps.filter(state__in=to_whom.states, member__is_active=True)
    people = still_here(clinic.people.accepted()).filter(role__in=to_whom.roles)
    if to_whom.listening:
        floor = to_whom.listening == FLOOR
        seats = seats.filter(channel=None) if floor else seats.filter(channel__language=to_whom.listening)
    if to_whom.speaking:
        seats = seats.filter(_speaks(to_whom.speaking))
        own = Q(member=None, language=to_whom.speaking)
        people = people.filter(own | _speaks(to_whom.speaking))
    return Meant(seats, people.exclude(member__in=seats.values("member"), member__isnull=False))


def _speaks(language: str) -> Q:
    """The condition of a row of a member: they read letters in this language, or say that they speak it."""
    said = SpokenLanguage.objects.filter(
        registration__member=OuterRef("member"), code=language, level__gte=MIN_SHARED_LEVEL
    )
    return Q(member__language=language) | Q(Exists(said))


def counted(meant: Meant, clinic: Clinic, languages: Collection[str]) -> PeopleConcerned:
    """Count them by the language in which each reads it, of those in which it is written."""
    seats = [rsvp.member for rsvp in meant.seats.select_related("member")]
    people = list(one_row_each(meant.people).select_related("member"))
    reached = {member.pk for member in those_written_to([*seats, *(row.member for row in people if row.member)])}
    reads = [member.language for member in seats if member.pk in reached]
    addresses = addresses_written_to(row.address for row in people if row.member is None)
    reads += [
        _reads(person)
        for person in people
        if (person.member.pk in reached if person.member is not None else person.address in addresses)
    ]
    texts = {language: language for language in languages}
    lines = []
    for language in map(language_or_default, reads):
        written = best_of(texts, language, then=clinic.floor_language) or language
        lines.append((written, 1, written != language))
    return concerned(lines, without=len(seats) + len(people) - len(lines))


def text_for(language: str, texts: Mapping[str, Any], clinic: Clinic) -> Any:
    """Return the text that a reader of this language understands best."""
    return best_of(texts, language, then=clinic.floor_language)


def _reads(person: ClinicPerson) -> str:
    return person.member.language if person.member else person.language
