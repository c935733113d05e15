"""A person's answers, read back from the rows."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet, Value
from django.utils import timezone

from mailings.domain.subscriptions import SubscriptionState
from mailings.models import Subscription
from registrations import documents
from registrations.answers.rows_in_words import TABLES
from registrations.domain.facts import RegistrationFacts
from registrations.domain.registrations import NEWSLETTER
from registrations.models import Member, Registration


def current_version(document: str) -> str:
    """Return the version of a document in force today; people who agreed to an older one are asked again."""
    return documents.current(document, on=timezone.now().date()).name


def agreements(member: Member | None) -> tuple[str, ...]:
    """Return the documents a member agreed to in today's version, and the newsletter if they subscribed to it; none
    without a member."""
    if member is None:
        return ()
    given = member.consents.given().values_list("document", "version")
    subscribed = subscriptions_to_the_newsletter(member).values_list(Value(NEWSLETTER), Value(""))
    return in_force(given.union(subscribed, all=True))


def subscriptions_to_the_newsletter(member: Member) -> QuerySet[Subscription]:
    """Return the member's subscription if it brings the newsletter, or would if it was not paused."""
    return Subscription.objects.filter(member=member, state=SubscriptionState.CONFIRMED, wants_newsletter=True)


def in_force(given: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return, of these agreements and their versions, those that are to today's version; a subscription has none."""
    return tuple(sorted(what for what, version in given if what == NEWSLETTER or version == current_version(what)))


def facts_of(registration: Registration) -> RegistrationFacts:
    """Read the facts back from the rows."""
    values: dict[str, Any] = {name: getattr(registration, name) for name in RegistrationFacts.column_names()}
    values |= {name: tuple(sorted(rows)) for name, rows in rows_of(registration).items()}
    values |= {"topics": tuple(registration.topics), "consents": agreements(registration.member)}
    return RegistrationFacts(**values)


def rows_of(registration: Registration) -> dict[str, QuerySet[Any]]:
    """Return, by name, the facts that are rows of their own tables, for callers that read them in one batch."""
    return {rows.name: getattr(registration, rows.related).values_list(*rows.row._fields) for rows in TABLES}


def facts_to_begin_with(member: Member) -> RegistrationFacts:
    """Return what we know about a person who has not answered anything yet."""
    return RegistrationFacts(name=member.name, consents=agreements(member))
