"""The people of a match or a request: their accounts and zones, and conditions on the two people of a row.

Each condition is asked by that person's key. One on two joined people at once (one of them is this member, is of these
regions, blocks the other) lets the database join everybody with everybody before it looks at the rows. With the
statistics of an empty table it does, and a thousand matches took longer than anybody waits. So no condition here joins
one table to another.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from matching.domain.matches import Side
from registrations.domain.registrations import OUT_OF_THE_PROGRAMME, RegistrationState, name_to_show
from registrations.domain.reviews import LETTER_WAITS
from registrations.models import Block, Member, Registration

BOTH = (Side.LEARNER, Side.SHARER)


def account_of(person: Registration) -> Member:
    """The member of a registration that somebody has claimed; whoever asks, is matched or takes part has one.

    Raises Member.DoesNotExist for an imported registration that nobody has claimed.
    """
    if person.member is None:
        raise Member.DoesNotExist(f"nobody has claimed registration {person.pk}")
    return person.member


def registration_of(member: Member) -> QuerySet[Registration, Any]:
    """The key of the member's registration, as one value to compare with: read once, then looked up in an index."""
    return Registration.objects.filter(member=member).values("pk")[:1]


def of(member: Member, *columns: str) -> Q:
    """One of these columns, the learner and the sharer unless they are named otherwise, is the member's."""
    mine = registration_of(member)
    return Q(*((column, mine) for column in columns or BOTH), _connector=Q.OR)


def not_of(member: Member) -> Q:
    """Neither the learner nor the sharer is the member, who may have no registration at all."""
    one_of_them = Q(*(Q(pk=OuterRef(side)) for side in BOTH), _connector=Q.OR)
    return Q(~Exists(Registration.objects.filter(one_of_them, member=member)))


def of_regions(regions: Iterable[str], *columns: str) -> Q:
    """The person in one of these columns is of one of these regions."""
    theirs = Registration.objects.filter(region__in=list(regions))
    return Q(*(Exists(theirs.filter(pk=OuterRef(column))) for column in columns or BOTH), _connector=Q.OR)


def looked_after_by(member: Member, *columns: str) -> Q:
    """The person in one of these columns is of a region the member looks after; a coordinator looks after all."""
    return Q() if member.is_coordinator else of_regions(member.seat_regions, *columns)


@cache  # always the same; every list of matches asks for it, and building it took as long as a small page
def blocked() -> Q:
    """One of the two blocks the other."""
    return Q(*(Exists(_blocks(side, side.other)) for side in Side), _connector=Q.OR)


def _blocks(blocker: Side, blocked: Side) -> QuerySet[Block]:
    return Block.objects.filter(member=_member_of(blocker), blocked=_member_of(blocked))


def _member_of(column: str) -> QuerySet[Registration, Any]:
    return Registration.objects.filter(pk=OuterRef(OuterRef(column))).values("member")[:1]


@cache
def left(*columns: str) -> Q:
    """One of the two has left: by their registration, or because their account was closed."""
    closed = Member.objects.filter(is_active=False)
    leavers = Registration.objects.filter(Q(state__in=OUT_OF_THE_PROGRAMME) | Q(member__in=closed))
    return Q(*(Exists(leavers.filter(pk=OuterRef(column))) for column in columns or BOTH), _connector=Q.OR)


def may_be_undone(now: datetime) -> Q:
    """One of the two was declined so lately that whoever did can undo it: nothing follows from it yet."""
    lately = Registration.objects.filter(state=RegistrationState.DECLINED, reviewed_at__gt=now - LETTER_WAITS)
    return Q(*(Exists(lately.filter(pk=OuterRef(column))) for column in BOTH), _connector=Q.OR)


class OfTwoPeople:
    """A row of a learner and a sharer."""

    learner: Registration
    sharer: Registration

    def side_of(self, member: Member) -> Side | None:
        """The member's side, or None."""
        if self.learner.member_id == member.pk:
            return Side.LEARNER
        return Side.SHARER if self.sharer.member_id == member.pk else None

    def person(self, side: str) -> Registration:
        return self.learner if side == Side.LEARNER else self.sharer


_OF_NAMES = ("member", "name", "member__name", "member__erased_at")


def names() -> list[str]:
    """The columns from which the names of the two people of a row are read: for ``only``, or for `two_named`."""
    return [f"{side}__{column}" for side in BOTH for column in _OF_NAMES]


class NamedPerson(NamedTuple):
    """One of the two people of a row, read without their registration and account: who they are, and their name."""

    member_id: int | None
    name: str
    name_of_account: str | None
    erased_at: datetime | None

    @property
    def shown_name(self) -> str:
        return name_to_show(self.name, self.name_of_account)

    @property
    def is_erased(self) -> bool:
        return self.erased_at is not None


def two_named(values: Sequence[Any]) -> tuple[NamedPerson, NamedPerson]:
    """Return the learner and the sharer from the values of the columns that `names` lists."""
    width = len(_OF_NAMES)
    return NamedPerson(*values[:width]), NamedPerson(*values[width:])


_OF_DESK_NAMES = ("pk", "name", "member__name", "member__erased_at", "region")


def desk_names(*ways: str) -> list[str]:
    """The columns from which `desk_name` reads what the desk calls the people these ways lead to."""
    return [f"{way}__{column}" for way in ways for column in _OF_DESK_NAMES]


class DeskName(NamedTuple):
    """What the desk calls one person of a row, read without their registration and account."""

    pk: int
    name: str
    name_of_account: str | None
    erased_at: datetime | None
    region: str

    @property
    def shown_name(self) -> str:
        return name_to_show(self.name, self.name_of_account)

    @property
    def is_erased(self) -> bool:
        return self.erased_at is not None


def desk_name(values: Sequence[Any], place: int) -> DeskName:
    """Return one of the people from the values of the columns that `desk_names` lists."""
    width = len(_OF_DESK_NAMES)
    return DeskName(*values[place * width : (place + 1) * width])


class PersonInTable(NamedTuple):
    """One of the two people of a row of the desk, read without their registration, account and group."""

    pk: int
    name: str
    name_of_account: str | None
    erased_at: datetime | None
    region: str
    group: str | None
    group_other: str
    member_id: int | None

    @property
    def shown_name(self) -> str:
        return name_to_show(self.name, self.name_of_account)

    @property
    def is_erased(self) -> bool:
        return self.erased_at is not None


_IN_TABLE = ("pk", "name", "member__name", "member__erased_at", "region", "group__name", "group_other", "member")


def for_table() -> dict[str, F]:
    """The columns from which `in_table` reads the two people of a row, for ``annotate``."""
    return {f"{side}_{column}": F(f"{side}__{column}") for side in BOTH for column in _IN_TABLE}


def in_table(row: Any, side: Side) -> PersonInTable:
    """Return one of the two people of a row that was read with `for_table`."""
    return PersonInTable._make(_READ[side](row))


_READ = {side: attrgetter(*(f"{side}_{column}" for column in _IN_TABLE)) for side in BOTH}
