"""Whom a page is about, if the reader looks after them."""

from dataclasses import dataclass

from django.urls import reverse

from letsconnect.base.access_log import PeopleShown
from registrations.accounts.finding_people import FoundRow, accounts_alone
from registrations.models import Member, Registration


@dataclass(frozen=True)
class PersonAtDesk:
    """A registration with its account, if somebody has claimed it; or the account of who has handed none in."""

    registration: Registration | None
    member: Member | None

    @property
    def name(self) -> str:
        """What the desk calls them."""
        return str(self.registration or self.member)

    @property
    def shown(self) -> PeopleShown:
        """For the access log: it is one entry, of the registration where there is one."""
        if self.registration is not None:
            return PeopleShown(registrations={self.registration.pk})
        return PeopleShown(members={self.member.pk} if self.member else set())

    @property
    def path(self) -> str:
        if self.registration is not None:
            return reverse("admin:person_detail", args=[self.registration.pk])
        return reverse("admin:person_account", args=[self.member.public_id if self.member else ""])

    @property
    def is_erased(self) -> bool:
        return self.member is not None and self.member.erased_at is not None


def person_of_number(number: int, *, reader: Member) -> PersonAtDesk | None:
    """Return the person of a registration; None where there is none, or none of the reader's."""
    rows = Registration.objects.visible_to(reader).select_related("member", "group", "role")
    registration = rows.filter(pk=number).first()
    return None if registration is None else PersonAtDesk(registration, registration.member)


def person_of_account(public_id: str, *, reader: Member) -> PersonAtDesk | None:
    """Return the person of an account, by their registration where they have handed one in."""
    rows = Registration.objects.visible_to(reader).select_related("member", "group", "role")
    registration = rows.filter(member__public_id=public_id).first()
    if registration is not None:
        return PersonAtDesk(registration, registration.member)
    member = accounts_alone(reader).filter(public_id=public_id).first()
    return None if member is None else PersonAtDesk(None, member)


def person_of_row(row: FoundRow, *, reader: Member) -> PersonAtDesk | None:
    """Return the person of a row that was found."""
    if row.registration is not None:
        return person_of_number(row.registration, reader=reader)
    member = accounts_alone(reader).filter(pk=row.member or 0).first()
    return None if member is None else PersonAtDesk(None, member)
