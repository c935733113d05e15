"""A person's answers, read back from the rows."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from letsconnect.base.query_batches import QueryBatch
from letsconnect.base.statements import Statement
from registrations import documents
from registrations.answers.rows_in_words import TABLES, TableRows
from registrations.domain.facts import RegistrationFacts
from registrations.models import Consent, Member, Registration


def current_version(document: str) -> str:
    """Return the version of a document in force today; people who agreed to an older one are asked again."""
    return documents.current(document, on=timezone.now().date()).name


def agreed_documents(member: Member | None, *, versions_shown: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return the documents a member agreed to in today's version; none without a member.

    With ``versions_shown``: those that a form ticks that was opened while these versions were in force.
    """
    if member is None:
        return ()
    given, shown = _GIVEN.rows({"member": member}), versions_shown or {}
    return tuple(
        sorted(document for document, version in given if version in (current_version(document), shown.get(document)))
    )


_GIVEN = Statement(lambda member: Consent.objects.given().filter(member=member).values_list("document", "version"))


def facts_of(registration: Registration) -> RegistrationFacts:
    """Read the facts back from the rows."""
    batch = QueryBatch()
    tables = {name: batch.add(rows) for name, rows in rows_of(registration).items()}
    batch.run()
    values: dict[str, Any] = {name: getattr(registration, name) for name in RegistrationFacts.column_names()}
    values |= {name: tuple(sorted(rows)) for name, rows in tables.items()}
    values |= {"topics": tuple(registration.topics), "consents": agreed_documents(registration.member)}
    return RegistrationFacts(**values)


def rows_of(registration: Registration) -> dict[str, QuerySet[Any]]:
    """Return, by name, the facts that are rows of their own tables, to be read in one batch as they are."""
    return {name: rows.queryset({"registration": registration}) for name, rows in _ROWS.items()}


def _rows_in(table: TableRows[Any]) -> Statement[Any]:
    return Statement(lambda registration: getattr(registration, table.related).values_list(*table.row._fields))


_ROWS = {table.name: _rows_in(table) for table in TABLES}


def facts_to_begin_with(member: Member) -> RegistrationFacts:
    """Return what we know about a person who has not answered anything yet."""
    return RegistrationFacts(name=member.name, consents=agreed_documents(member))
