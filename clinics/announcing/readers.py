"""To whom a clinic is announced, each reader once, those announced within a day in one letter."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.db.models import Count, QuerySet

from clinics.announcing.emails import ANNOUNCED
from clinics.domain import clinics as domain
from clinics.models import Announcement, Clinic
from letsconnect.base.languages import language_or_default
from letsconnect.base.once_more import PeopleConcerned, concerned
from letsconnect.base.statements import Inquiry, Statement
from mailings.domain.subscriptions import BulkList
from mailings.ledger.bulk import owe_to_readers, send_by
from mailings.models import Letter, Subscription, SubscriptionQuerySet
from mailings.newsletters.audiences import LANGUAGE

_ROWS = 2000


def readers_of(clinic: Clinic) -> SubscriptionQuerySet:
    """Return those who want announcements; of a clinic for some regions only those there, unless the planner says all.

    Somebody of whom no region is known is of none.
    """
    readers = Subscription.objects.to_write_to(BulkList.ANNOUNCEMENTS)
    regions = clinic.regions_told
    return readers if regions is None else readers.filter(member__region__in=regions)


@dataclass(frozen=True)
class ReadersCounted:
    """How many people want announcements, by region and language: read once for any number of clinics."""

    parts: tuple[tuple[str, str, int], ...]  # region, "" for those of none; language; how many

    @classmethod
    def now(cls) -> Self:
        rows = asked_for_readers().rows()
        return cls(tuple((region or "", language_or_default(reads), count) for region, reads, count in rows))

    def of(self, clinic: Clinic) -> PeopleConcerned:
        """Count the readers of a clinic, as `readers_of` finds them, by the language they read of it."""
        regions = clinic.regions_told
        parts = [(reads, count) for region, reads, count in self.parts if regions is None or region in regions]
        texts = {reads: clinic.text_in(reads) for reads, _count in parts}
        languages = {reads: text.language if text else reads for reads, text in texts.items()}
        return concerned((languages[reads], count, languages[reads] != reads) for reads, count in parts)

    def of_any(self, clinics: Iterable[Clinic]) -> int:
        """Count those who read of at least one of these clinics, each once: a letter brings them together."""
        regions_of_each = [clinic.regions_told for clinic in clinics]
        return sum(
            count
            for region, _reads, count in self.parts
            if any(regions is None or region in regions for regions in regions_of_each)
        )


def asked_for_readers() -> Inquiry[Any]:
    return _READERS.asked({})


def _readers() -> "QuerySet[Subscription, Any]":
    readers = Subscription.objects.to_write_to(BulkList.ANNOUNCEMENTS).order_by().annotate(reads=LANGUAGE)
    return readers.values_list("member__region", "reads").annotate(count=Count("pk"))


_READERS = Statement(_readers)  # asked for each page of a clinic at the desk


def owe_announcements(clinic: Clinic, *, now: datetime) -> int:
    """Owe the announcement of a clinic that was just announced to its readers; return how many they are.

    Whoever subscribes later reads of it on the portal, or in their weekly list.
    """
    letters = owe_to_readers(
        kind=ANNOUNCED,
        readers=readers_of(clinic),
        about=clinic,
        key=f"{ANNOUNCED}:{clinic.pk}",
        now=now,
        due_at=domain.announcement_due_at(starts_at=clinic.starts_at, now=now),
        gathers=True,
    )
    rows = [Announcement(clinic=clinic, subscription_id=reader, letter_id=letter) for reader, letter in letters.items()]
    Announcement.objects.bulk_create(rows, batch_size=_ROWS)
    return len(rows)


def hurry_announcements(clinic: Clinic, *, now: datetime) -> None:
    """Let the letters that wait to announce a clinic go out in time for its new start."""
    waiting = Letter.objects.filter(pk__in=Announcement.objects.filter(clinic=clinic).values("letter"))
    send_by(waiting, due_at=domain.announcement_due_at(starts_at=clinic.starts_at, now=now))
