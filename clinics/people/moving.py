"""What moving, prolonging and cancelling a clinic means for its people."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from clinics.domain.people import AnswerState, BusyElsewhere
from clinics.models import Clinic, ClinicPerson
from clinics.people import letters
from clinics.people.answering import TWO_PLACES, clinics_in_the_way
from clinics.people.asking import ASKED_COLUMNS, mark_as_asked
from letsconnect.base import acts
from letsconnect.base.constraints import constraint_of
from letsconnect.base.languages import listed
from registrations.models import Member


def check_hour(clinic: Clinic, *, starts_at: datetime, minutes: int, by: Member | None) -> None:
    """Raise BusyElsewhere, naming who, if somebody confirmed for this clinic is confirmed for another one at that time.

    Whoever plans this clinic knows its people; where the others are confirmed they are told only of clinics they see.
    """
    people = list(clinic.people.needed().accepted().select_related("member").order_by("pk"))
    ends_at = starts_at + timedelta(minutes=minutes)
    there = clinics_in_the_way(clinic, [person.who for person in people], starts_at=starts_at, ends_at=ends_at)
    if there:
        raise BusyElsewhere(listed(_confirmed_elsewhere(people, there, by=by)))


def _confirmed_elsewhere(people: Iterable[ClinicPerson], there: dict[int, Clinic], *, by: Member | None) -> list[str]:
    keys = [clinic.pk for clinic in there.values()]
    seen = set() if by is None else set(Clinic.objects.visible_to(by).filter(pk__in=keys).values_list("pk", flat=True))
    named = {person.who: person.called_at_desk() for person in people if person.who in there}
    return [
        _("%(name)s is confirmed for “%(clinic)s” at that time.") % {"name": name, "clinic": there[who]}
        if there[who].pk in seen
        else _("%(name)s is confirmed for another clinic at that time.") % {"name": name}
        for who, name in named.items()
    ]


@contextmanager
def nobody_in_two_places() -> Iterator[None]:
    """Say as BusyElsewhere what the database refuses, if somebody said yes to another clinic at this very moment."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as refusal:
        if constraint_of(refusal) != TWO_PLACES:
            raise
        raise BusyElsewhere(_("Somebody of this clinic is confirmed for another one at that time.")) from refusal


def ask_again(clinic: Clinic, *, now: datetime) -> int:
    """Ask everybody who said yes, or is asked, whether they can come at the new start; return how many.

    A yes was said to another hour, so it does not stand any more. The caller holds the lock on the clinic and stores
    its new start afterwards, so that nobody is held to both hours.
    """
    people = list(clinic.people.asked_or_coming().select_related("member").order_by("pk"))
    had_said_yes = [person for person in people if person.state == AnswerState.ACCEPTED]
    for person in people:
        person.clinic = clinic
        mark_as_asked(person, now=now, again=True)
    ClinicPerson.objects.bulk_update(people, ASKED_COLUMNS)
    acts.record_each(
        by=None,
        verb="ask_clinic_person_again",
        on=had_said_yes,
        now=now,
        was=AnswerState.ACCEPTED,
        became=AnswerState.ASKED,
    )
    letters.owe_to_people(people, kind=letters.MOVED, now=now, gathers=True)
    return len(people)


def tell_it_is_cancelled(clinic: Clinic, *, now: datetime) -> None:
    """Owe everybody who said yes, or is asked, a letter that the clinic does not take place.

    Of a draft whose hour has passed nobody waits to hear anything.
    """
    if clinic.starts_at > now:
        letters.owe_to_people(list(clinic.people.asked_or_coming()), kind=letters.CANCELLED, now=now)
