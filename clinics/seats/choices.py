"""What somebody who comes, or waits, chooses: in which language they listen, and whether others read their name."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from clinics.domain import clinics
from clinics.domain.clinics import ClinicClosed
from clinics.domain.notices import CHANGES_WAIT_AT_MOST
from clinics.domain.people import ChannelRefused
from clinics.locking import lock_clinic
from clinics.models import Channel, Rsvp
from clinics.notices.changes import told_of_a_loss
from clinics.seats.rsvps import lock_person
from letsconnect.base import acts
from mailings.ledger.many import LetterOwed, owe_to_many
from registrations.models import Member


@transaction.atomic
def change_channel(*, rsvp: Rsvp, channel: Channel | None, by: Member | None, now: datetime) -> Rsvp:
    """Set in which interpretation somebody listens, None for the language spoken; the same twice changes nothing.

    ChannelRefused for a channel that was removed, or is of another clinic.
    """
    rsvp = read_again(rsvp, now=now)
    if channel is not None and not Channel.objects.filter(pk=channel.pk, clinic=rsvp.clinic).exists():
        raise ChannelRefused(_("This channel has been removed meanwhile."))
    key = channel.pk if channel else None
    if rsvp.channel_id != key:
        rsvp.channel = channel
        rsvp.save(update_fields=["channel"])
        acts.record(by=by, verb="choose_channel", on=rsvp, now=now)
    return rsvp


@transaction.atomic
def show_name(*, rsvp: Rsvp, shows: bool, by: Member | None, now: datetime) -> Rsvp:
    """Say whether others who come may read their name; the same twice changes nothing."""
    rsvp = read_again(rsvp, now=now)
    if rsvp.shows_name != shows:
        rsvp.shows_name = shows
        rsvp.save(update_fields=["shows_name"])
        acts.record(by=by, verb="show_name_to_others" if shows else "hide_name_from_others", on=rsvp, now=now)
    return rsvp


def tell_listeners(channel: Channel, *, now: datetime) -> None:
    """Have those who wanted to listen in a channel that is removed hear the language spoken, and tell them.

    The caller holds the lock on the clinic. Who reads in a letter about a change that it is not interpreted any more
    gets no second one about the same; of several channels within a minute they read in one letter.
    """
    listeners = channel.listeners.active()
    told_of_it = told_of_a_loss(channel.clinic_id, channel.language)
    to_tell = [(key, member) for key, member in listeners.values_list("pk", "member") if key not in told_of_it]
    listeners.update(channel=None)
    kind = "clinics.channel_gone"
    owe_to_many(
        kind=kind,
        table=Rsvp,
        letters=[
            LetterOwed(key, f"{kind}:{key}:{channel.pk}", member, gathering=f"clinic:{key}:channel")
            for key, member in to_tell
        ],
        now=now,
        due_at=now + settings.LETTERS_GATHER_FOR,
        wait_at_most=CHANGES_WAIT_AT_MOST,
    )


def read_again(rsvp: Rsvp, *, now: datetime) -> Rsvp:
    """Return the RSVP as it is now, under the locks; ClinicClosed for one that was given up, or is of the past."""
    lock_person(rsvp.member)  # an erasure empties both choices
    clinic = lock_clinic(rsvp.clinic)
    rsvp_now = clinic.rsvps.active().filter(pk=rsvp.pk, member__is_active=True).select_related("member").first()
    if rsvp_now is None:
        raise ClinicClosed(_("You are not signed up for this clinic any more."))
    if not clinics.may_still_take_part(state=clinic.state, ends_at=clinic.ends_at, now=now):
        raise ClinicClosed(_("This clinic is over."))
    rsvp_now.clinic = clinic
    return rsvp_now
