"""The reading lane: which registration a reviewer reads next, and where they are in the queue."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q

from registrations.models import Member, OpenReview, Registration, RegistrationQuerySet

Fetch = Callable[[RegistrationQuerySet], RegistrationQuerySet]
TRIES = 20  # of colleagues who open the same one at the same moment


def _as_it_is(rows: RegistrationQuerySet) -> RegistrationQuerySet:
    return rows


@dataclass(frozen=True)
class Lane:
    """What one reviewer reads: the queue of their seat, or of one region of it, from where they left some for later."""

    reviewer: Member
    region: str = ""
    after: Registration | None = None

    def waiting(self) -> RegistrationQuerySet:
        """All that wait for this reviewer, the longest waiting first."""
        rows = Registration.objects.visible_to(self.reviewer).waiting_for(self.reviewer)
        if self.region:
            rows = rows.filter(region=self.region)
        return rows.order_by(F("submitted_at").asc(nulls_last=True), "pk")

    def ahead(self) -> RegistrationQuerySet:
        """Those of them that come after the one the reviewer left for later last."""
        rows, left = self.waiting(), self.after
        if left is None:
            return rows
        if left.submitted_at is None:
            return rows.filter(submitted_at=None, pk__gt=left.pk)
        later = Q(submitted_at__gt=left.submitted_at) | Q(submitted_at=left.submitted_at, pk__gt=left.pk)
        return rows.filter(later | Q(submitted_at=None))

    def standing(self, registration: Registration) -> tuple[int, bool]:
        """Return how many wait, and whether this one is among them."""
        is_it = Count("pk", filter=Q(pk=registration.pk))
        counted = self.waiting().order_by().aggregate(number=Count("pk"), found=is_it)
        return counted["number"], bool(counted["found"])

    def open_next(self, *, now: datetime, fetch: Fetch = _as_it_is) -> Registration | None:
        """Return the next one that no colleague has open, and note that this reviewer has it open now; ``fetch`` adds
        what its page needs."""
        others = OpenReview.objects.of_others(self.reviewer, now=now).values("registration")
        free = fetch(self.ahead()).exclude(pk__in=others)
        for _try in range(TRIES):
            registration = free.first()
            if registration is None or OpenReview.objects.open(registration, by=self.reviewer, now=now):
                return registration
        return None
