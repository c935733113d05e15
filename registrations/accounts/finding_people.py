"""Find people at the desk by whatever is known of them, among those whom the reader looks after.

Somebody else is not found by anything: not even that they exist is told.
"""

import re
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from allauth.socialaccount.models import SocialAccount
from django.db.models import BigIntegerField, BooleanField, Case, F, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Coalesce, NullIf

from letsconnect.base import addresses, folding
from letsconnect.base.querysets import any_of
from registrations.accounts.usernames import NoUsername, read
from registrations.accounts.wikimedia import PROVIDER
from registrations.models import Member, Offer, Registration, Wish, heir_at
from registrations.models.members import MemberQuerySet
from registrations.models.registration import RegistrationQuerySet
from registrations.skills.finding import search

MOST_WORDS = 6
LONGEST = 200
MOST_SKILLS = 3
SHARES, WISHES = "shares", "wishes"
_ROWS_OF_SKILLS: dict[str, Any] = {SHARES: Offer, WISHES: Wish}
_NUMBER = re.compile(r"#?(\d{1,12})")


class FoundRow(NamedTuple):
    """Somebody found: their registration, or the account of somebody who has none that is handed in."""

    registration: int | None
    member: int | None


class SkillOfPeople(NamedTuple):
    """A skill that what was typed may mean, and how many of one's people share it and want to learn it."""

    key: int
    name: str
    shares: int
    wishes: int


def accounts_alone(reader: Member) -> MemberQuerySet:
    """The accounts of those who have handed in no registration, as far as the reader looks after them."""
    registered = Registration.objects.exclude(state="draft").filter(member__isnull=False)
    rows = Member.objects.exclude(pk__in=registered.values("member"))
    return rows if reader.is_coordinator else rows.with_open_account().filter(region__in=reader.seat_regions)


def people_found(words: str, *, reader: Member) -> QuerySet[Any, Any]:
    """Return the people (`FoundRow`) of whom this is a part of the name, the number or the whole username."""
    words = folding.tidy(words[:LONGEST])
    registrations, accounts = Registration.objects.visible_to(reader), accounts_alone(reader)
    number = _NUMBER.fullmatch(words)
    if number:
        of_number = Q(pk=int(number[1]))
        if words[0] == "#":
            return _in_order(registrations.filter(of_number), accounts.none())
        so_called = named(words, "folded_names", "member__folded_name")
        return _in_order(registrations.filter(so_called | of_number), accounts.filter(named(words, "folded_name")))
    by_account = Q(public_id=words.removeprefix("#"))
    of_wiki = _accounts_of_username(words)
    return _in_order(
        registrations.filter(
            named(words, "folded_names", "member__folded_name")
            | Q(member__public_id=words.removeprefix("#"))
            | Q(member__in=of_wiki)
        ),
        accounts.filter(named(words, "folded_name") | by_account | Q(pk__in=of_wiki)),
    )


def people_of_skill(skill: int, way: str, *, reader: Member) -> QuerySet[Any, Any]:
    """Return those (`FoundRow`) who share this skill, or want to learn it."""
    rows = _ROWS_OF_SKILLS[way].objects.alias(_heir=heir_at("skill")).filter(_heir=skill)
    registrations = Registration.objects.visible_to(reader).filter(pk__in=rows.values("registration"))
    return _in_order(registrations, Member.objects.none())


def people_among(*, registrations: Collection[int], members: Collection[int], reader: Member) -> QuerySet[Any, Any]:
    """Return those (`FoundRow`) of these registrations and accounts whom the reader looks after."""
    of_either = Q(pk__in=any_of(registrations)) | Q(member__in=any_of(members))
    accounts = accounts_alone(reader).filter(pk__in=any_of(members))
    return _in_order(Registration.objects.visible_to(reader).filter(of_either), accounts)


def owner_of_address(address: str, *, reader: Member) -> FoundRow | None:
    """Return whose whole address this is. A part of one finds nobody."""
    if not addresses.canonical_or_nothing(address):
        return None
    registrations = Registration.objects.visible_to(reader)
    members = Member.objects.with_address(address).values("pk")
    owner = registrations.filter(member__in=members).values_list("pk", flat=True).first()
    if owner is None:
        unclaimed = registrations.filter(member=None).with_imported_address([address])
        owner = unclaimed.order_by("pk").values_list("pk", flat=True).first()
    if owner is not None:
        return FoundRow(owner, None)
    account = accounts_alone(reader).filter(pk__in=members).values_list("pk", flat=True).first()
    return None if account is None else FoundRow(None, account)


def skills_found(words: str, *, reader: Member, language: str) -> list[SkillOfPeople]:
    """Return the skills that this may mean, in any language, with how many of one's people name them."""
    hits = {hit.skill_id: hit.name for hit in search(words[:LONGEST], language=language, limit=MOST_SKILLS)}
    if not hits:
        return []
    visible = Registration.objects.visible_to(reader).values("pk")
    counts = {way: dict(_counted(way, visible, list(hits))) for way in (SHARES, WISHES)}
    return [
        SkillOfPeople(key, name, counts[SHARES].get(key, 0), counts[WISHES].get(key, 0)) for key, name in hits.items()
    ]


def _counted(way: str, visible: QuerySet[Any, Any], skills: list[int]) -> Iterator[tuple[int, int]]:
    rows = (
        _ROWS_OF_SKILLS[way].objects.annotate(heir=heir_at("skill")).filter(heir__in=skills, registration__in=visible)
    )
    people: dict[int, set[int]] = {}
    for skill, person in rows.order_by().values_list("heir", "registration"):
        people.setdefault(skill, set()).add(person)
    yield from ((skill, len(named)) for skill, named in people.items())


def named(words: str, *columns: str) -> Q:
    """Each of these words is a part of what one of the columns holds, however either is spelt."""
    keys = folding.key(words).split()[:MOST_WORDS]
    if not keys:
        return Q(pk__in=[])
    each = (Q(*((f"{column}__contains", key) for column in columns), _connector=Q.OR) for key in keys)
    return Q(*each)


def _accounts_of_username(words: str) -> QuerySet[Any, Any]:
    """The accounts that sign in with the Wikimedia account of exactly this name."""
    rows = SocialAccount.objects.filter(provider=PROVIDER)
    try:
        name = read(words)
    except NoUsername:
        return rows.none().values("user")
    return rows.filter(extra_data__username=name).values("user")


def _in_order(registrations: RegistrationQuerySet, accounts: MemberQuerySet) -> QuerySet[Any, Any]:
    """Both as rows of one list: by name, those without a name last."""
    none = Value(None, output_field=BigIntegerField())
    name = Coalesce(NullIf(F("member__folded_name"), Value("", output_field=TextField())), F("folded_names"))
    of_registrations = registrations.order_by().annotate(sorted_by=name).annotate(is_nameless=_is_empty("sorted_by"))
    of_accounts = accounts.order_by().annotate(sorted_by=F("folded_name")).annotate(is_nameless=_is_empty("sorted_by"))
    rows = of_registrations.values_list("pk", none, "is_nameless", "sorted_by")
    more = of_accounts.values_list(none, "pk", "is_nameless", "sorted_by")
    return rows.union(more, all=True).order_by("is_nameless", "sorted_by", "pk")


def _is_empty(column: str) -> Case:
    return Case(When(**{column: ""}, then=Value(True)), default=Value(False), output_field=BooleanField())
