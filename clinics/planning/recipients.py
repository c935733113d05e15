"""Who gets a letter when a clinic is moved or cancelled: counted before it is done, on the page that asks once more.

Each kind of people around a clinic counts its own in one function, named in `PARTS`; the acts write to the same people.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from clinics.models import Clinic
from letsconnect.base.languages import language_or_default
from letsconnect.base.once_more import PeopleConcerned, concerned
from mailings.ledger.reachable import addresses_written_to, those_written_to


class LettersCounted(NamedTuple):
    """The languages of those who get a letter, one for each of them, and how many more are meant and get none."""

    languages: list[str]
    without: int = 0


Part = Callable[[Clinic], LettersCounted]


def of_seats(clinic: Clinic) -> LettersCounted:
    """Count those who have a seat or wait for one."""
    members = [rsvp.member for rsvp in clinic.rsvps.active().select_related("member")]
    written_to = those_written_to(members)
    return LettersCounted([member.language for member in written_to], without=len(members) - len(written_to))


def of_people(clinic: Clinic) -> LettersCounted:
    """Count its own people who said yes, or are asked; whoever has two roles gets two letters."""
    people = list(clinic.people.asked_or_coming().select_related("member"))
    members = [person.member for person in people if person.member is not None]
    written_to = {member.pk for member in those_written_to(members) if member.is_active}
    reached = addresses_written_to(person.address for person in people if not person.has_account)
    languages = [
        person.member.language if person.member else person.language
        for person in people
        if person.member_id in written_to or (not person.has_account and person.address in reached)
    ]
    return LettersCounted(languages, without=len(people) - len(languages))


PARTS: tuple[Part, ...] = (of_seats, of_people)


def recipients_of(clinic: Clinic) -> PeopleConcerned:
    """Return how many people are written to, by their language, when this clinic is moved or cancelled."""
    parts = [part(clinic) for part in PARTS]
    languages: Iterable[str] = (language_or_default(language) for part in parts for language in part.languages)
    return concerned(((language, 1, False) for language in languages), without=sum(part.without for part in parts))
