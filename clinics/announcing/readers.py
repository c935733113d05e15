"""To whom a clinic is announced, each reader once, those announced within a day in one letter."""

from datetime import datetime

from clinics import domain
from clinics.announcing.emails import ANNOUNCED
from clinics.models import Announcement, Clinic
from mailings.domain.subscriptions import BulkList
from mailings.ledger.bulk import owe_to_readers, send_by
from mailings.models import Letter, Subscription, SubscriptionQuerySet

_ROWS = 2000


def readers_of(clinic: Clinic) -> SubscriptionQuerySet:
    """Return those who want announcements; of a regional clinic those of its region only, unless the planner says all.

    Somebody of whom no region is known is of none.
    """
    readers = Subscription.objects.to_write_to(BulkList.ANNOUNCEMENTS)
    return readers.filter(member__region=clinic.region) if clinic.is_for_its_region else readers


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
