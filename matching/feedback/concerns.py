"""Asking the working group to look after somebody: only the liaisons of their region are told."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts
from mailings.ledger import letters
from matching.domain.feedback import ABSENCES_COUNT_FOR, ABSENCES_TOLD, ConcernKind
from matching.domain.matches import MatchMoveNotAllowed, NotYourMatch
from matching.models import Concern, Match, SessionOutcome
from registrations.models import Member, Registration
from registrations.seats.liaisons import liaisons_of


def check_absences(*, registration: Registration, now: datetime) -> None:
    """Raise a concern about somebody who was absent twice since anybody last looked after them; take it back if not."""
    registration = Registration.objects.select_for_update(no_key=True).get(pk=registration.pk)
    mine = Concern.objects.filter(registration=registration, kind=ConcernKind.ABSENT_TWICE)
    looked_after = mine.filter(closed_by__isnull=False).order_by("-closed_at").first()
    since = now - ABSENCES_COUNT_FOR
    if looked_after is not None and looked_after.closed_at is not None:
        since = max(since, looked_after.closed_at)
    absences = SessionOutcome.objects.missed_by(registration, since=since).count()
    open_concern = mine.open().first()
    if absences >= ABSENCES_TOLD and open_concern is None:
        raise_concern(kind=ConcernKind.ABSENT_TWICE, registration=registration, now=now)
    elif absences < ABSENCES_TOLD and open_concern is not None:
        take_back_concern(open_concern, now=now)


def raise_concern(
    *, kind: ConcernKind, registration: Registration | None = None, match: Match | None = None, now: datetime
) -> Concern:
    """Put somebody, or two, on the liaisons' list and owe each a letter that names nobody."""
    concern, is_new = Concern.objects.get_or_create(
        kind=kind, registration=registration, match=match, closed_at=None, defaults={"raised_at": now}
    )
    if is_new:
        acts.record(by=None, verb="raise_concern", on=concern, now=now)
        people = concern.people
        concerned = {person.member_id for person in people if person.member_id is not None}
        for member in liaisons_of({person.region for person in people}, besides=concerned, now=now):
            key = f"matching:concern:{concern.pk}:{member.pk}"
            whose = f"match:{match.pk}" if match is not None else f"person:{people[0].pk}"
            gather = f"concern:{kind}:{whose}:{member.pk}"
            letters.owe(kind="matching.concern", to=member, about=concern, key=key, gather=gather, now=now)
    return concern


def take_back_concern(concern: Concern, *, now: datetime) -> None:
    """Close a locked concern that has settled by itself, so that nobody is asked to look after it any more."""
    concern.closed_at = now
    concern.save(update_fields=["closed_at"])
    acts.record(by=None, verb="take_back_concern", on=concern, now=now)


@transaction.atomic
def close_concern(*, concern: Concern, by: Member, now: datetime) -> Concern:
    """Close a concern that somebody has looked after: it leaves the list, and absences are counted anew."""
    concern = Concern.objects.select_for_update(no_key=True, of=("self",)).get(pk=concern.pk)
    if not Concern.objects.visible_to(by).filter(pk=concern.pk).exists():
        raise NotYourMatch(_("Neither of the two people is of a region you look after."))
    if concern.closed_at is not None:
        raise MatchMoveNotAllowed(_("Somebody else has looked after this already."))
    concern.closed_at, concern.closed_by = now, by
    concern.save(update_fields=["closed_at", "closed_by"])
    acts.record(by=by, verb="close_concern", on=concern, now=now)
    return concern
