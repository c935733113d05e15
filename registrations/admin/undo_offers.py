"""The offer to undo a decision of a few seconds ago, as the next page shows it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from letsconnect.base.keys import keys_among
from letsconnect.base.lines import isolated
from registrations.domain.registrations import RegistrationState
from registrations.domain.reviews import seconds_to_undo
from registrations.models import Member, ReviewSnapshot


@dataclass(frozen=True)
class UndoOffer:
    """What was decided, in a sentence, and for how many seconds it can be undone."""

    decision: int
    said: str
    seconds: int
    seconds_said: str


def undo_offer(key: str, *, reader: Member, now: datetime) -> UndoOffer | None:
    """Return the offer about the decision with this key, if it is the reader's own and the time is not over."""
    snapshot = ReviewSnapshot.objects.decided_by(reader).filter(pk__in=keys_among([key])).first() if key else None
    return offer_of(snapshot, now=now) if snapshot else None


def undo_of(snapshot: ReviewSnapshot | None, *, reader: Member, now: datetime) -> UndoOffer | None:
    """Return the offer about the latest decision on a registration, if the reader made it and the time is not over."""
    is_theirs = snapshot is not None and snapshot.act.actor_id == reader.pk
    return offer_of(snapshot, now=now) if snapshot is not None and is_theirs else None


def offer_of(snapshot: ReviewSnapshot, *, now: datetime) -> UndoOffer | None:
    """Return the offer about this decision, if the time is not over."""
    seconds = seconds_to_undo(snapshot.reviewed_at, now=now)
    if not seconds:
        return None
    text = {
        RegistrationState.APPROVED.value: _("You approved %(name)s."),
        RegistrationState.NEEDS_CHANGES.value: _("You asked %(name)s for changes."),
        RegistrationState.DECLINED.value: _("You declined %(name)s."),
    }.get(snapshot.act.became, _("You accepted the changes of %(name)s."))
    left = ngettext("%(seconds)d second left", "%(seconds)d seconds left", seconds) % {"seconds": seconds}
    return UndoOffer(snapshot.pk, text % {"name": isolated(snapshot.registration)}, seconds, left)
