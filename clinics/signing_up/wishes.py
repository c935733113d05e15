"""What somebody says with their seat: storing, changing and taking it back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from clinics.domain.wishes import LanguageNeedState
from clinics.locking import lock_clinic
from clinics.models import AccessNeed, Channel, Clinic, LanguageNeed, Rsvp, SeatQuestion
from clinics.seats.choices import change_channel, read_again, show_name
from letsconnect.base import acts
from letsconnect.base.statements import Inquiry, Statement
from registrations.models import Member


@dataclass(frozen=True)
class SeatWishes:
    """What a form says besides “I come”. ``listens_in`` is the language of a channel, "" the one spoken."""

    listens_in: str = ""
    question: str = ""
    access_need: str = ""
    language_need: str = ""
    shows_name: bool = False


def offered_channels(clinic: Clinic) -> list[Channel]:
    """Return the channels people can listen in: those for which an interpreter has said yes."""
    channels = _INTERPRETED.rows({"clinic": clinic})
    for channel in channels:
        channel.clinic = clinic
    return sorted(channels, key=lambda channel: channel.language_in_words)


# Asked at each sign-up, so the SQL is written once.
_INTERPRETED = Statement(lambda clinic: Channel.objects.filter(clinic=clinic).interpreted())


def wishes_of(rsvp: Rsvp) -> SeatWishes:
    """Return what somebody has said with their seat, as the form shows it."""
    need, question, language = next(iter(asked_for_wishes(rsvp).rows()), ("", "", ""))
    return SeatWishes(
        listens_in=rsvp.channel.language if rsvp.channel else "",
        question=question or "",
        access_need=need or "",
        language_need=language or "",
        shows_name=rsvp.shows_name,
    )


def asked_for_wishes(rsvp: Rsvp) -> Inquiry[Any]:
    return _SAID.asked({"rsvp": rsvp.pk})


_SAID = Statement(
    lambda rsvp: Rsvp.objects.filter(pk=rsvp).values_list(
        "access_need__text", "question__text", "language_need__language"
    )
)


@transaction.atomic
def change_wishes(*, rsvp: Rsvp, wishes: SeatWishes, by: Member, now: datetime) -> Rsvp:
    """Make what somebody says with their seat what the form says; what was emptied is deleted.

    ClinicClosed where the seat was given up, or the account erased, in the meantime.
    """
    rsvp = read_again(rsvp, now=now)
    clinic = lock_clinic(rsvp.clinic)
    rsvp = store_wishes(rsvp, clinic, wishes, by=by, now=now)
    _delete_emptied(rsvp, wishes)
    return rsvp


def store_wishes(rsvp: Rsvp, clinic: Clinic, wishes: SeatWishes, *, by: Member, now: datetime) -> Rsvp:
    """Keep what was said with a seat at this clinic, which is locked; texts that were said before are not emptied."""
    if wishes.listens_in or rsvp.channel_id:  # most say nothing, while the whole queue waits for the lock
        channels = {channel.language: channel for channel in offered_channels(clinic)}
        rsvp = change_channel(rsvp=rsvp, channel=channels.get(wishes.listens_in), by=by, now=now)
    if wishes.shows_name != rsvp.shows_name:
        rsvp = show_name(rsvp=rsvp, shows=wishes.shows_name, by=by, now=now)
    for table, text in ((AccessNeed, wishes.access_need), (SeatQuestion, wishes.question)):
        if text and not table.objects.filter(rsvp=rsvp, text=text).exists():
            # In no log of acts: the desk would read there who needs something.
            table.objects.update_or_create(rsvp=rsvp, defaults={"text": text, "made_at": now})
    _store_language(rsvp, clinic, wishes.language_need, by=by, now=now)
    return rsvp


def _store_language(rsvp: Rsvp, clinic: Clinic, language: str, *, by: Member, now: datetime) -> None:
    if not language or LanguageNeed.objects.filter(rsvp=rsvp, language=language).exists():
        return
    if language == clinic.floor_language or clinic.channels.interpreted().filter(language=language).exists():
        return  # they have it: somebody said yes to interpreting while they typed
    LanguageNeed.objects.update_or_create(
        rsvp=rsvp,
        defaults={"language": language, "state": LanguageNeedState.OPEN, "made_at": now, "answered_at": None},
    )
    acts.record(by=by, verb="need_language", on=rsvp, now=now)


def _delete_emptied(rsvp: Rsvp, wishes: SeatWishes) -> None:
    if not wishes.access_need:
        AccessNeed.objects.filter(rsvp=rsvp).delete()
    if not wishes.question:
        SeatQuestion.objects.filter(rsvp=rsvp).delete()
    if not wishes.language_need:
        LanguageNeed.objects.filter(rsvp=rsvp).delete()
