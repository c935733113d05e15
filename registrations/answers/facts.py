"""A person's answers, read back from the rows."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet, Value
from django.utils import timezone

from letsconnect.base.query_batches import QueryBatch
from letsconnect.base.statements import Statement
from mailings.domain.subscriptions import SubscriptionState
from mailings.models import Subscription
from registrations import documents
from registrations.answers.rows_in_words import TABLES, TableRows
from registrations.domain.agreements import NEWSLETTER
from registrations.domain.facts import RegistrationFacts
from registrations.models import Consent, Member, Registration


def current_version(document: str) -> str:
    """Return the version of a document in force today; people who agreed to an older one are asked again."""
    return documents.current(document, on=timezone.now().date()).name


def agreements(member: Member | None, *, versions_shown: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return the documents a member agreed to in today's version, and the newsletter if they subscribed to it; none
    without a member.

    With ``versions_shown``: those that a form ticks that was opened while these versions were in force.
    """
    if member is None:
        return ()
    return in_force(_given(member), versions_shown=versions_shown)


def subscriptions_to_the_newsletter(member: Member) -> QuerySet[Subscription]:
    """Return the member's subscription if it brings the newsletter, or would if it was not paused."""
    return Subscription.objects.filter(member=member, state=SubscriptionState.CONFIRMED, wants_newsletter=True)


def in_force(given: Iterable[tuple[str, str]], *, versions_shown: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return, of these agreements and their versions, those to today's version or one shown; a
    subscription has none."""
    shown = versions_shown or {}
    return tuple(
        sorted(
            what for what, version in given if what == NEWSLETTER or version in (current_version(what), shown.get(what))
        )
    )


def _given(member: Member) -> QuerySet[Consent, tuple[str, str]]:
    return _GIVEN.queryset({"member": member})


_GIVEN: Statement[tuple[str, str]] = Statement(
    lambda member: (
        Consent.objects.given()
        .filter(member=member)
        .values_list("document", "version")
        .union(subscriptions_to_the_newsletter(member).values_list(Value(NEWSLETTER), Value("")), all=True)
    )
)


def facts_of(registration: Registration) -> RegistrationFacts:
    """Read the facts back from the rows."""
    batch = QueryBatch()
    tables = {name: batch.add(rows) for name, rows in rows_of(registration).items()}
    given = batch.add(_given(registration.member)) if registration.member is not None else ()
    batch.run()
    values: dict[str, Any] = {name: getattr(registration, name) for name in RegistrationFacts.column_names()}
    values |= {name: tuple(sorted(rows)) for name, rows in tables.items()}
    values |= {"topics": tuple(registration.topics), "consents": in_force(given)}
    return RegistrationFacts(**values)


def rows_of(registration: Registration) -> dict[str, QuerySet[Any]]:
    """Return, by name, the facts that are rows of their own tables, to be read in one batch as they are."""
    return {name: rows.queryset({"registration": registration}) for name, rows in _ROWS.items()}


def _rows_in(table: TableRows[Any]) -> Statement[Any]:
    return Statement(lambda registration: getattr(registration, table.related).values_list(*table.row._fields))


_ROWS = {table.name: _rows_in(table) for table in TABLES}


def facts_to_begin_with(member: Member) -> RegistrationFacts:
    """Return what we know about a person who has not answered anything yet."""
    return RegistrationFacts(name=member.name, consents=agreements(member))
