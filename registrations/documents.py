"""The documents people agree to: their versions, and which versions count on a day.

People are asked for a new version from the day it is in force; agreement to the one before counts for 30 more days.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings

from registrations.domain.agreements import ConsentDocument
from registrations.domain.registrations import StaleForm

GRACE = timedelta(days=30)
REQUIRED = (ConsentDocument.CODE_OF_CONDUCT, ConsentDocument.PRIVACY_NOTICE)


class NewerVersion(StaleForm):
    """The person agreed to a version that is not in force any more; ``outdated`` names the documents concerned."""

    outdated: tuple[str, ...] = ()


@dataclass(frozen=True)
class Version:
    """One version of one document, and the first day it is in force."""

    name: str
    in_force_on: date

    @property
    def required_on(self) -> date:
        """The first day on which agreement to the earlier version no longer counts."""
        return self.in_force_on + GRACE


def versions(document: str) -> tuple[Version, ...]:
    """Return every version of the document, past and future, oldest first."""
    return tuple(Version(name, day) for name, day in settings.DOCUMENT_VERSIONS[document])


def current(document: str, *, on: date) -> Version:
    """Return the version in force on that day; the first one has no earlier day."""
    all_versions = versions(document)
    return next((version for version in reversed(all_versions) if version.in_force_on <= on), all_versions[0])


def in_force(*, on: date) -> dict[str, str]:
    """Return the name of the version of each document that is in force on that day: what a page of that day shows."""
    return {document.value: current(document, on=on).name for document in ConsentDocument}


def all_counting(*, on: date) -> tuple[tuple[str, ...], ...]:
    """Return for each required document the versions that count on that day: what the SQL of `has_agreed` holds."""
    return tuple(tuple(counting(document, on=on)) for document in REQUIRED)


def counting(document: str, *, on: date) -> list[str]:
    """Return the versions to which an agreement counts on that day.

    These are the one in force, later ones, and one whose successor came into force less than 30 days ago.
    """
    all_versions = versions(document)
    next_versions = [*all_versions[1:], None]
    return [
        version.name
        for version, next_version in zip(all_versions, next_versions, strict=True)
        if next_version is None or next_version.in_force_on > on or on < next_version.required_on
    ]
