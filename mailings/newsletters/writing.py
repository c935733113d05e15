"""Writing an issue: a version for each language, its sections, and when it is ready.

A text can be changed while its issue is a draft and its version is one too: what a second person is asked to confirm
stays as it is, and so does what was sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from letsconnect.base import acts
from mailings.domain.newsletters import (
    NewsletterRefused,
    NewsletterState,
    SectionKind,
    SendTime,
    VersionState,
    first_of_month,
)
from mailings.models import Newsletter, NewsletterSection, NewsletterVersion
from mailings.models.newsletters import SECTION_AT_MOST, next_number
from mailings.newsletters import checking, markdown
from mailings.newsletters.filling import fillings_for, lines_missing, with_lines, with_origin
from mailings.newsletters.translating import source_of, what_it_says

MOST_SECTIONS = 20
PRESSED_TWICE = timedelta(minutes=1)
FIRST_SECTIONS = [kind for kind in SectionKind if kind != SectionKind.OTHER]


@dataclass(frozen=True)
class SectionText:
    """What an editor wrote into one section."""

    key: int
    title: str
    body: str


@transaction.atomic
def make_issue(*, month: date, language: str, by: Any, now: datetime) -> Newsletter:
    """Make the next issue, with an empty version in the language it is written in first.

    Whoever presses the button twice has made one: no issue can be removed, and its number would be missing for ever.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('mailings.newsletter.number', 7))")
    just_made = Newsletter.objects.filter(made_by=by, made_at__gt=now - PRESSED_TWICE, state=NewsletterState.DRAFT)
    same = just_made.filter(month=first_of_month(month), first_language=language).order_by("-number").first()
    if same is not None:
        return same
    newsletter = Newsletter.objects.create(
        number=next_number(), month=first_of_month(month), first_language=language, made_by=by, made_at=now
    )
    acts.record(by=by, verb="make_newsletter", on=newsletter, now=now, became=NewsletterState.DRAFT)
    _make_version(newsletter, language, FIRST_SECTIONS, by=by, now=now)
    return newsletter


@transaction.atomic
def change_issue(
    *,
    newsletter: Newsletter,
    month: date,
    audience: Mapping[str, Sequence[str]],
    send_time: SendTime,
    send_at: datetime | None,
    send_on: date | None,
    by: Any,
    now: datetime,
) -> Newsletter:
    """Store whom the issue is for and when it goes out; what does not belong to the way of sending is dropped."""
    newsletter = _locked(newsletter)
    columns = ("month", "audience", "send_time", "send_at", "send_on")
    before = [getattr(newsletter, name) for name in columns]
    is_morning = send_time == SendTime.MORNING
    if is_morning and send_on is None:
        raise NewsletterRefused(_("Choose the day on which readers get it at 09:00."))
    newsletter.month = first_of_month(month)
    newsletter.audience = {name: list(values) for name, values in audience.items() if values}
    newsletter.send_time = send_time
    newsletter.send_at, newsletter.send_on = (None, send_on) if is_morning else (send_at, None)
    if [getattr(newsletter, name) for name in columns] == before:
        return newsletter
    newsletter.save(update_fields=columns)
    acts.record(by=by, verb="change_newsletter", on=newsletter, now=now)
    return newsletter


@transaction.atomic
def add_version(
    *, newsletter: Newsletter, language: str, translated_from: str, by: Any, now: datetime
) -> NewsletterVersion:
    """Add a version in another language: the sections of the one it is translated from, to be written."""
    newsletter = _locked(newsletter)
    if newsletter.versions.filter(language=language).exists():
        raise NewsletterRefused(_("There is a version in this language already."))
    if not translated_from:
        return _make_version(newsletter, language, FIRST_SECTIONS, by=by, now=now)
    source = newsletter.versions.prefetch_related("sections").filter(language=translated_from).first()
    if source is None:
        raise NewsletterRefused(_("There is no version in the language to translate from."))
    version = _make_version(newsletter, language, [], by=by, now=now, source=source)
    NewsletterSection.objects.bulk_create(
        NewsletterSection(
            newsletter_version=version,
            kind=section.kind,
            place=section.place,
            title=section.title if section.kind == SectionKind.OTHER else "",
        )
        for section in source.sections.all()
    )
    return version


@transaction.atomic
def drop_version(*, version: NewsletterVersion, by: Any, now: datetime) -> Newsletter:
    """Remove a version for good and return its issue. Those translated from it stay, translated from nothing."""
    version = _locked_version(version)
    version.newsletter.versions.filter(translated_from=version.language).update(translated_from="", source_read={})
    acts.record(by=by, verb="drop_newsletter_version", on=version.newsletter, now=now, was=version.language)
    version.delete()
    return version.newsletter


@transaction.atomic
def save_version(
    *,
    version: NewsletterVersion,
    subject: str,
    preview: str,
    sections: Sequence[SectionText],
    by: Any,
    now: datetime,
) -> NewsletterVersion:
    """Store what was written. A section that was dropped meanwhile is passed over."""
    version = _locked_draft(version)
    version.subject, version.preview = subject, preview
    version.save(update_fields=["subject", "preview"])
    theirs = {section.pk: section for section in version.sections.all()}
    for text in sections:
        section = theirs.get(text.key)
        if section is None or (section.title, section.body) == (text.title, text.body):
            continue
        if section.kind == SectionKind.OTHER and not text.title:
            raise NewsletterRefused(_("A section of its own needs a title."))
        section.title, section.body = text.title, text.body
        section.save(update_fields=["title", "body"])
    acts.record(by=by, verb="write_newsletter", on=version, now=now)
    return version


@transaction.atomic
def add_section(*, version: NewsletterVersion, kind: str, title: str, by: Any, now: datetime) -> NewsletterSection:
    """Add an empty section at the end."""
    version = _locked_draft(version)
    if kind == SectionKind.OTHER and not title:
        raise NewsletterRefused(_("A section of its own needs a title."))
    if version.sections.count() >= MOST_SECTIONS:
        raise NewsletterRefused(_("An issue has at most %(count)d sections.") % {"count": MOST_SECTIONS})
    last = version.sections.aggregate(last=Max("place"))["last"] or 0
    acts.record(by=by, verb="add_newsletter_section", on=version, now=now)
    return version.sections.create(kind=kind, title=title, place=last + 1)


def says_something(version: NewsletterVersion, key: int) -> bool:
    """Tell whether a section has a text that would be lost with it."""
    return any(section.pk == key and section.body.strip() for section in version.sections.all())


@transaction.atomic
def drop_section(*, version: NewsletterVersion, key: int, by: Any, now: datetime) -> NewsletterVersion:
    """Remove a section with its text and return its version; one that is gone already changes nothing."""
    version = _locked_draft(version)
    if version.sections.filter(pk=key).delete()[0]:
        acts.record(by=by, verb="drop_newsletter_section", on=version, now=now)
    return version


@transaction.atomic
def move_section(*, version: NewsletterVersion, key: int, up: bool, by: Any, now: datetime) -> None:
    """Let a section change places with the one before or after it; at the end of the list nothing changes."""
    version = _locked_draft(version)
    sections = list(version.sections.all())
    at = next((number for number, section in enumerate(sections) if section.pk == key), None)
    to = None if at is None else at + (-1 if up else 1)
    if at is None or to is None or not 0 <= to < len(sections):
        return
    section, other = sections[at], sections[to]
    section.place, other.place = other.place, section.place  # the places are compared when the transaction ends
    NewsletterSection.objects.bulk_update([section, other], ["place"])
    acts.record(by=by, verb="move_newsletter_section", on=version, now=now)


@transaction.atomic
def fill_in_section(*, version: NewsletterVersion, key: int, name: str, by: Any, now: datetime) -> int:
    """Put what the portal knows below what a section says, and return how many lines were added.

    What stands there stays as it is, and a line about the same clinic or skill is not added again: pressing twice
    doubles nothing, and what an editor made of a line is theirs.
    """
    version = _locked_draft(version)
    section = version.sections.filter(pk=key).first()
    filling = next((each for each in fillings_for(section.kind) if each.name == name), None) if section else None
    if section is None or filling is None:
        raise NewsletterRefused(_("This section is not there any more, or cannot be filled in with that."))
    lines = lines_missing(filling, section, version, now=now)
    if not lines:
        return 0
    section.body = with_lines(section.body, lines)
    if len(section.body) > SECTION_AT_MOST:
        raise NewsletterRefused(_("Nothing was filled in: the section would be too long. Shorten it first."))
    section.origin = with_origin(section.origin, filling.name, now.astimezone(UTC).date())
    section.save(update_fields=["body", "origin"])
    acts.record(by=by, verb="fill_in_newsletter", on=version, now=now)
    return len(lines)


@transaction.atomic
def mark_ready(*, version: NewsletterVersion, by: Any, now: datetime) -> NewsletterVersion:
    """Mark a version as ready to be sent. Raises NewsletterRefused with all that is wrong with it."""
    version = _locked_draft(version)
    sentences = checking.problems_of(version)
    if not version.subject:
        sentences.insert(0, _("It has no subject yet."))
    if not any(markdown.says_something(section.body) for section in version.sections.all()):
        sentences.append(_("It says nothing yet."))
    if sentences:
        raise NewsletterRefused("\n".join(sentences))
    return _become(version, VersionState.READY, verb="newsletter_version_ready", by=by, now=now)


@transaction.atomic
def back_to_draft(*, version: NewsletterVersion, by: Any, now: datetime) -> NewsletterVersion:
    """Make a version that was ready a draft again, to change it."""
    version = _locked_version(version)
    if version.state == VersionState.DRAFT:
        return version
    return _become(version, VersionState.DRAFT, verb="newsletter_version_draft", by=by, now=now)


@transaction.atomic
def take_over_changes(*, version: NewsletterVersion, by: Any, now: datetime) -> NewsletterVersion:
    """Store that the translation has what its source says now: from here on newer changes are shown."""
    version = _locked_version(version)
    source = source_of(version)
    if source is None:
        raise NewsletterRefused(_("This version is translated from no other."))
    version.source_read = what_it_says(source)
    version.save(update_fields=["source_read"])
    acts.record(by=by, verb="take_over_newsletter_changes", on=version, now=now)
    return version


def _make_version(
    newsletter: Newsletter,
    language: str,
    kinds: Sequence[SectionKind],
    *,
    by: Any,
    now: datetime,
    source: NewsletterVersion | None = None,
) -> NewsletterVersion:
    version = NewsletterVersion.objects.create(
        newsletter=newsletter,
        language=language,
        translated_from=source.language if source else "",
        source_read=what_it_says(source) if source else {},
    )
    NewsletterSection.objects.bulk_create(
        NewsletterSection(newsletter_version=version, kind=kind, place=place) for place, kind in enumerate(kinds, 1)
    )
    acts.record(by=by, verb="add_newsletter_version", on=newsletter, now=now, became=language)
    return version


def _become(version: NewsletterVersion, state: VersionState, *, verb: str, by: Any, now: datetime) -> NewsletterVersion:
    was, version.state = version.state, state
    version.save(update_fields=["state"])
    acts.record(by=by, verb=verb, on=version, now=now, was=was, became=state)
    return version


def _locked(newsletter: Newsletter) -> Newsletter:
    newsletter = Newsletter.objects.select_for_update(no_key=True).get(pk=newsletter.pk)
    if newsletter.is_frozen:
        raise NewsletterRefused(_("The issue was sent: what it says can no longer be changed."))
    if newsletter.state != NewsletterState.DRAFT:
        raise NewsletterRefused(_("A second person is asked to confirm what it says. Take it back to change it."))
    return newsletter


def _locked_version(version: NewsletterVersion) -> NewsletterVersion:
    newsletter = _locked(version.newsletter)
    current = newsletter.versions.select_related("newsletter").filter(pk=version.pk).first()
    if current is None:
        raise NewsletterRefused(_("This version is not there any more."))
    return current


def _locked_draft(version: NewsletterVersion) -> NewsletterVersion:
    version = _locked_version(version)
    if version.state != VersionState.DRAFT:
        raise NewsletterRefused(_("This version is marked as ready. Make it a draft again to change it."))
    return version
