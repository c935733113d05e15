"""Whom the people in the list of a call are: by an address they proved, or by what they are called."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db.models import Exists, OuterRef

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


def owners_of(addresses: Collection[str]) -> dict[str, Member]:
    """Return whose these addresses are: of open accounts whose owners proved them."""
    unproved = EmailAddress.objects.filter(user=OuterRef("pk"), email=OuterRef("email"), verified=False)
    own = Member.objects.filter(is_active=True, email__in=addresses).exclude(Exists(unproved))
    proved = EmailAddress.objects.filter(verified=True, email__in=addresses, user__is_active=True)
    owners = {member.email or "": member for member in own}
    return owners | {proof.email: proof.user for proof in proved.select_related("user")}


class Matcher:
    """Everybody who may have been at a clinic: who ever signed up for it, and its own people who said yes.

    Whoever proved an address that stands in a row may be that row, although they never signed up.
    """

    def __init__(self, clinic: Clinic, rows: Iterable[CallListRow]) -> None:
        signed_up = Member.objects.filter(rsvps__clinic=clinic)
        own = Member.objects.filter(clinic_roles__in=clinic.people.accepted())
        members = (signed_up | own).filter(is_active=True).distinct()
        self.members = {member.pk: member for member in members}
        self._by_address = owners_of({row.address for row in rows} - {""})
        self._by_name: dict[str, set[int]] = defaultdict(set)
        for member_id, name in known_names(self.members.values()):
            self._by_name[key(name)].add(member_id)

    def suggestion(self, row: CallListRow) -> Suggestion:
        """Return who a row may be: an address that somebody proved decides, else the whole name, else a part of it."""
        if owner := self._by_address.get(row.address):
            return Suggestion(row, [owner], is_by_address=True)
        for name in names_in(row.name):
            if namesakes := self._by_name.get(name):
                return Suggestion(row, self.in_order(namesakes))
        return Suggestion(row)

    def may_be(self, row: CallListRow, member: int) -> bool:
        """Tell whether a row may be somebody, by the key of their account."""
        owner = self._by_address.get(row.address)
        return member in self.members or (owner is not None and owner.pk == member)

    def suggestions(self, rows: Iterable[CallListRow]) -> list[Suggestion]:
        return [self.suggestion(row) for row in rows]

    def in_order(self, keys: Iterable[int]) -> list[Member]:
        return sorted((self.members[pk] for pk in keys), key=lambda member: (plain(str(member)), member.pk))
