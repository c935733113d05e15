"""Whom the people in the list of a call are: by an address they proved, or by what they are called."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount

from clinics.domain.call_lists import names_in
from clinics.models import CallListRow, Clinic, ClinicPerson
from letsconnect.base.folding import key, plain
from registrations.models import Member, Registration


@dataclass(frozen=True)
class Suggestion:
    """One row of a list, and who it may be. One who is suggested is chosen beforehand; of several, somebody asks."""

    row: CallListRow
    candidates: list[Member] = field(default_factory=list)
    is_by_address: bool = False

    @property
    def suggested(self) -> Member | None:
        return self.candidates[0] if len(self.candidates) == 1 else None

    @property
    def is_ambiguous(self) -> bool:
        return len(self.candidates) > 1


def known_names(members: Iterable[Member]) -> Iterator[tuple[int, str]]:
    """Yield each name under which somebody may stand in the list of a call, with the key of its owner: of the account,
    of the registration, of their parts in clinics, and of the wiki."""
    members = list(members)
    yield from ((member.pk, member.name) for member in members if member.name)
    parts = ClinicPerson.objects.filter(member__in=members).values_list("member_id", "name")
    registrations = Registration.objects.filter(member__in=members)
    registered = registrations.values_list("member_id", "name")
    as_told = registrations.values_list("member_id", "wikimedia_username")
    wiki = SocialAccount.objects.filter(user__in=members).values_list("user_id", "extra_data__username")
    yield from ((owner, name) for owner, name in (*parts, *registered, *as_told, *wiki) if name)


class Matcher:
    """Everybody who may have been at a clinic: who ever signed up for it, and its own people who said yes."""

    def __init__(self, clinic: Clinic) -> None:
        signed_up = Member.objects.filter(rsvps__clinic=clinic)
        own = Member.objects.filter(clinic_roles__in=clinic.people.accepted())
        members = (signed_up | own).filter(is_active=True).distinct()
        self.members = {member.pk: member for member in members}
        self._by_address: dict[str, int] = {}
        self._by_name: dict[str, set[int]] = defaultdict(set)
        for member in self.members.values():
            if member.email:
                self._by_address[member.email] = member.pk
        proved = EmailAddress.objects.filter(user__in=self.members, verified=True)
        self._by_address |= dict(proved.values_list("email", "user_id"))
        for member_id, name in known_names(self.members.values()):
            self._by_name[key(name)].add(member_id)

    def suggestion(self, row: CallListRow) -> Suggestion:
        """Return who a row may be: an address that somebody proved decides, else the whole name, else a part of it."""
        if row.address and (owner := self._by_address.get(row.address)):
            return Suggestion(row, [self.members[owner]], is_by_address=True)
        for name in names_in(row.name):
            if namesakes := self._by_name.get(name):
                return Suggestion(row, self.in_order(namesakes))
        return Suggestion(row)

    def suggestions(self, rows: Iterable[CallListRow]) -> list[Suggestion]:
        return [self.suggestion(row) for row in rows]

    def in_order(self, keys: Iterable[int]) -> list[Member]:
        return sorted((self.members[pk] for pk in keys), key=lambda member: (plain(str(member)), member.pk))
