"""Making an edition: a draft that its coordinators change, publishing it for good, and correcting it by another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from clinics.models import Quote, QuoteQuerySet
from letsconnect.base import acts
from registrations.models import Member
from reports.domain.editions import AddressTaken, EditionChanged, EditionRefused
from reports.domain.periods import Period
from reports.editions.freezing import fill
from reports.models import Edition, EditionQuote, EditionTable, EditionText
from reports.row_names import period_key, row_name

_ADDRESSES, _PUBLISHING = "reports.addresses_of_editions", "reports.publish_edition"


@dataclass(frozen=True)
class Chosen:
    """What stands in an edition: texts by language, figures as (report, table, figure), quotes."""

    slug: str
    period: Period
    texts: Mapping[str, tuple[str, str]]
    figures: Sequence[tuple[str, str, str]]
    quotes: Sequence[Quote] = field(default=())


def quotable() -> QuoteQuerySet:
    """Return what may stand in an edition: allowed for public reports by its author, and read by the working group."""
    return Quote.objects.published().filter(in_reports=True)


def quotes_of(edition: Edition) -> QuoteQuerySet:
    """Return the quotes of an edition that its readers may still read, as they were when they were chosen."""
    return quotable().filter(pk__in=edition.quotes.filter(as_given_at=F("quote__given_at")).values("quote"))


def sharing_months(period: Period) -> Edition | None:
    """Return a published edition that shares months with this time and is not of exactly it.

    Of two such editions the difference tells small numbers of the months that only one of them has: rounding does not
    prevent it where several figures add up (decision 104). Corrections are of the time of what they correct.
    """
    published = Edition.objects.published().filter(first_on__lte=period.last_on, last_on__gte=period.first_on)
    return published.exclude(first_on=period.first_on, last_on=period.last_on).prefetch_related("texts").first()


def why_not(other: Edition) -> str:
    """Return what to tell who chose a time that shares months with a published edition."""
    return _(
        "A published edition has months of this time: “%(title)s”, %(time)s. Together they would tell small numbers. "
        "Choose exactly its time, or months that no edition has."
    ) % {"title": other.title, "time": row_name(period_key(other.period))}


def hindrance(draft: Edition, *, has_figures: bool) -> str:
    """Return what keeps a draft from being published; nothing where it can be."""
    if other := sharing_months(draft.period):
        return why_not(other)
    return "" if has_figures else _("Choose at least one figure first.")


def of_what_it_corrects(former: Edition) -> str:
    """Return what to tell who chose another time for a correction."""
    return _("A correction is of the same time as what it corrects: %(time)s.") % {
        "time": row_name(period_key(former.period))
    }


def is_taken(slug: str, *, but_by: Edition | None) -> bool:
    """Tell whether another edition has this address."""
    others = Edition.objects.filter(slug=slug)
    return (others.exclude(pk=but_by.pk) if but_by else others).exists()


def address_taken() -> str:
    return _("Another edition has this address.")


def _one_at_a_time(what: str) -> None:
    """Wait until nobody else does the same: of two at once, one sees what the other did."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [what])


@transaction.atomic
def save_draft(*, edition: Edition | None, chosen: Chosen, seen_version: int = 0, by: Member, now: datetime) -> Edition:
    """Store what is chosen for a draft, a new one without ``edition``.

    Raises EditionRefused for who is no coordinator, and for a correction of another time than what it corrects;
    AddressTaken; EditionChanged where somebody else saved or published it meanwhile.
    """
    _check_coordinator(by)
    draft = _draft(edition, seen_version) if edition else Edition(made_by=by, made_at=now, version=0)
    if draft.corrects and draft.corrects.period != chosen.period:
        raise EditionRefused(of_what_it_corrects(draft.corrects))
    _one_at_a_time(_ADDRESSES)
    if is_taken(chosen.slug, but_by=draft):
        raise AddressTaken(address_taken())
    draft.slug, draft.first_on, draft.last_on = chosen.slug, chosen.period.first_on, chosen.period.last_on
    draft.version += 1
    draft.save()
    for rows in (draft.texts, draft.tables, draft.quotes):
        rows.all().delete()
    EditionText.objects.bulk_create(
        EditionText(edition=draft, language=language, title=title, introduction=introduction)
        for language, (title, introduction) in chosen.texts.items()
    )
    tables: dict[tuple[str, str], list[str]] = {}
    for report, table, figure in chosen.figures:
        tables.setdefault((report, table), []).append(figure)
    EditionTable.objects.bulk_create(
        EditionTable(edition=draft, place=place, report=report, table=table, figures=figures)
        for place, ((report, table), figures) in enumerate(tables.items())
    )
    EditionQuote.objects.bulk_create(
        EditionQuote(edition=draft, quote=quote, as_given_at=quote.given_at) for quote in chosen.quotes
    )
    acts.record(by=by, verb="save_edition", on=draft, now=now)
    return draft


@transaction.atomic
def delete_draft(*, edition: Edition, seen_version: int, by: Member, now: datetime) -> None:
    """Delete a draft with all that was chosen for it. What is published is never deleted.

    Raises EditionRefused for who is no coordinator, EditionChanged as `save_draft`.
    """
    _check_coordinator(by)
    draft = _draft(edition, seen_version)
    acts.record(by=by, verb="delete_edition", on=draft, now=now)
    draft.delete()


@transaction.atomic
def publish_edition(*, edition: Edition, seen_version: int, by: Member, now: datetime) -> Edition:
    """Freeze the figures of a draft as they are now, rounded to fives, and show it to everybody.

    Raises EditionRefused for who is no coordinator, for a draft without a figure, and for one that shares months with
    a published edition of another time; EditionChanged as `save_draft`.
    """
    _check_coordinator(by)
    _one_at_a_time(_PUBLISHING)
    draft = _draft(edition, seen_version)
    tables = list(draft.tables.all())
    if refusal := hindrance(draft, has_figures=bool(tables)):
        raise EditionRefused(refusal)
    fill(tables, draft, reader=by, now=now)
    for table in tables:
        table.save(update_fields=["rows"])
    draft.quotes.exclude(quote__in=quotable().values("pk")).delete()
    draft.published_at, draft.published_by = now, by
    draft.save(update_fields=["published_at", "published_by"])
    acts.record(by=by, verb="publish_edition", on=draft, now=now)
    return draft


@transaction.atomic
def correct_edition(*, edition: Edition, seen_version: int, by: Member, now: datetime) -> Edition:
    """Begin a draft that corrects a published edition, with its texts, figures and quotes; return it, or the one that
    was begun before. The former stays as it is, and says that it was corrected once the draft is published.

    Raises EditionRefused for who is no coordinator and for a draft, EditionChanged as `save_draft`.
    """
    _check_coordinator(by)
    former = Edition.objects.select_for_update(no_key=True).get(pk=edition.pk)
    if former.version != seen_version:
        raise EditionChanged(_("Somebody else has changed this draft since you opened it. Look at it again."))
    begun = former.corrections.first()
    if begun is not None:
        return begun
    if not former.is_published:
        raise EditionRefused(_("A draft can be changed: there is nothing to correct yet."))
    _one_at_a_time(_ADDRESSES)
    draft = Edition.objects.create(
        slug=_free_slug(former.slug),
        first_on=former.first_on,
        last_on=former.last_on,
        corrects=former,
        made_by=by,
        made_at=now,
    )
    for rows in (former.texts, former.tables):
        for row in rows.all():
            row.pk, row.edition = None, draft
            if isinstance(row, EditionTable):
                row.rows = None
            row.save(force_insert=True)
    for quote in quotes_of(former):
        EditionQuote.objects.create(edition=draft, quote=quote, as_given_at=quote.given_at)
    acts.record(by=by, verb="correct_edition", on=draft, now=now)
    return draft


def _draft(edition: Edition, seen_version: int) -> Edition:
    draft = Edition.objects.select_for_update(of=("self",)).filter(pk=edition.pk).first()
    if draft is None:
        raise EditionChanged(_("Somebody else has deleted this draft."))
    if draft.is_published:
        raise EditionChanged(_("This edition is published. It stays as it is; a correction is a new edition."))
    if draft.version != seen_version:
        raise EditionChanged(_("Somebody else has changed this draft since you opened it. Look at it again."))
    return draft


def _check_coordinator(by: Member) -> None:
    if not by.is_coordinator:
        raise EditionRefused(_("Editions are made by coordinators."))


def _free_slug(slug: str) -> str:
    stem, number = slug[:55], 2
    while is_taken(f"{stem}-{number}", but_by=None):
        number += 1
    return f"{stem}-{number}"
