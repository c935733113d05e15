"""Seats of somebody who leaves: they are given back, and the first people in the queue get them."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.domain.clinics import ClinicState, RsvpState
from clinics.locking import lock_clinics_of
from clinics.models import Clinic, Rsvp, RsvpQuerySet
from clinics.seats.rsvps import cancel_rsvp
from letsconnect.base.lines import isolated
from letsconnect.base.query_batches import QueryBatch
from letsconnect.base.templatetags.when import moment_in_words
from registrations import events
from registrations.domain.registrations import Step
from registrations.models import Member, Registration


def connect() -> None:
    """Connect to the signals about people who leave."""
    events.registration_withdrawn.connect(on_withdrawn)
    events.erasing.connect(on_erasing)
    events.account_closed.connect(on_account_closed)
    events.effects_asked.connect(foresee)
    events.data_asked.connect(collect)


def on_withdrawn(
    sender: Any, *, registration: Registration, by: Member, now: datetime, leaves_clinics: bool, **kwargs: Any
) -> None:
    if leaves_clinics and registration.member is not None:
        give_seats_back(registration.member, by=by, now=now, is_told=True)


def on_erasing(sender: Any, *, member: Member, by: Member | None, now: datetime, **kwargs: Any) -> None:
    give_seats_back(member, by=by or member, now=now)


def on_account_closed(sender: Any, *, member: Member, by: Member | None, now: datetime, **kwargs: Any) -> None:
    give_seats_back(member, by=by, now=now)


def give_seats_back(member: Member, *, by: Member | None, now: datetime, is_told: bool = False) -> None:
    """Cancel the member's seats at clinics that have not begun; attended clinics stay counted.

    It goes clinic by clinic in the order of their ids. The sender of the signal holds the lock on the member's row,
    which signing up takes first, so no new seat comes in between.
    """
    lock_clinics_of(member, now=now)
    for clinic in Clinic.objects.filter(pk__in=_to_come(member, now=now).values("clinic")).order_by("pk"):
        cancel_rsvp(clinic=clinic, member=member, by=by, now=now, is_told=is_told)


def _to_come(member: Member, *, now: datetime) -> RsvpQuerySet:
    return Rsvp.objects.active_for(member, now=now).filter(clinic__starts_at__gt=now)


def foresee(
    sender: Any, *, member: Member, step: Step, now: datetime, batch: QueryBatch, **kwargs: Any
) -> Iterable[str]:
    """Return sentences that say which seats go to somebody else."""
    if step not in (Step.WITHDRAW, Step.ERASE):
        return ()
    seats = _to_come(member, now=now).exclude(clinic__state=ClinicState.CANCELLED)  # there is nothing to keep or lose
    rsvps = batch.add(seats.prefetch_related(None).select_related("clinic"))
    return _foreseen(rsvps, member, step=step, batch=batch)


def _foreseen(rsvps: Iterable[Rsvp], member: Member, *, step: Step, batch: QueryBatch) -> Iterator[str]:
    batch.prefetch(Clinic, "texts")
    for rsvp in rsvps:
        words = {"title": isolated(rsvp.clinic.title), "moment": moment_in_words(rsvp.clinic.starts_at, member.zone)}
        yield _FORESEEN[step, RsvpState(rsvp.state)] % words


_FORESEEN = {
    (Step.WITHDRAW, RsvpState.GOING): gettext_lazy(
        "You keep your seat at “%(title)s” on %(moment)s, unless you tick the box below."
    ),
    (Step.WITHDRAW, RsvpState.WAITING): gettext_lazy(
        "You keep your turn on the waiting list of “%(title)s” on %(moment)s, unless you tick the box below."
    ),
    (Step.WITHDRAW, RsvpState.OFFERED): gettext_lazy(
        "The seat at “%(title)s” on %(moment)s stays kept for you to take, unless you tick the box below."
    ),
    (Step.ERASE, RsvpState.GOING): gettext_lazy("Your seat at “%(title)s” on %(moment)s is given back."),
    (Step.ERASE, RsvpState.OFFERED): gettext_lazy(
        "The seat at “%(title)s” on %(moment)s is not kept for you any more."
    ),
    (Step.ERASE, RsvpState.WAITING): gettext_lazy("You leave the waiting list of “%(title)s” on %(moment)s."),
}


def collect(sender: Any, *, member: Member, now: datetime, batch: QueryBatch, **kwargs: Any) -> events.SectionReader:
    """Return every clinic the person signed up for, for the page of their data."""
    rsvps = batch.add(Rsvp.objects.of(member).select_related("clinic", "channel").order_by("pk"))
    yield ("clinics.Rsvp",)
    batch.prefetch(Clinic, "texts")
    item = events.Item.of
    rows = [
        (
            item("clinic", _("Clinic"), rsvp.clinic.title),
            item("starts_at", _("Starts"), rsvp.clinic.starts_at),
            item("state", _("State"), rsvp.state, rsvp.get_state_display()),
            item("made_at", _("I signed up"), rsvp.made_at),
            item("seated_at", _("I got a seat"), rsvp.seated_at),
            item("claim_by", _("I can claim it until"), rsvp.claim_by),
            item("listens_in", _("I listen in"), rsvp.channel and rsvp.channel.language, rsvp.channel or ""),
            item("shows_name", _("My name is shown to others who come"), rsvp.shows_name),
        )
        for rsvp in rsvps
    ]
    yield events.Section("clinics", _("My clinics"), rows)
