"""What can be decided about who is at a clinic: who gets its link, and who may be ticked."""

from datetime import datetime

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from clinics.domain.clinics import DOORS_OPEN, ClinicError, ClinicState, Venue

MAY_BE_JOINED = (ClinicState.ANNOUNCED, ClinicState.HELD)


class JoinAnswer(TextChoices):
    """Whether somebody gets the link to the call now, or why not. Pages say it in whole sentences."""

    WELCOME = "welcome"
    NO_SEAT = "no_seat"
    EARLY = "early"
    NO_LINK = "no_link"  # the working group has not entered one
    IN_PERSON = "in_person"
    NOT_ANNOUNCED = "not_announced"
    OVER = "over"
    CANCELLED = "cancelled"


class CannotJoin(ClinicError):
    """Somebody does not get the link to the call."""

    def __init__(self, answer: JoinAnswer) -> None:
        super().__init__(answer.value)
        self.answer = answer


class CannotTick(ClinicError):
    """Nobody can be ticked now, or not this person, or not by this one."""


class CallListRefused(ClinicError):
    """A list of a call cannot be read, or cannot be worked on any more."""


def may_join(
    *, state: str, venue: str, is_coming: bool, has_link: bool, starts_at: datetime, ends_at: datetime, now: datetime
) -> JoinAnswer:
    """Tell whether somebody gets the link at ``now``: those who come, from half an hour before the start to the end."""
    if state == ClinicState.CANCELLED:
        return JoinAnswer.CANCELLED
    if state == ClinicState.DRAFT:
        return JoinAnswer.NOT_ANNOUNCED
    if state not in MAY_BE_JOINED or now >= ends_at:
        return JoinAnswer.OVER
    if not is_coming:
        return JoinAnswer.NO_SEAT
    if venue == Venue.IN_PERSON:
        return JoinAnswer.IN_PERSON
    if now < starts_at - DOORS_OPEN:
        return JoinAnswer.EARLY
    return JoinAnswer.WELCOME if has_link else JoinAnswer.NO_LINK


def check_ticking(*, state: str, starts_at: datetime, now: datetime) -> None:
    """Raise CannotTick unless it can be noted at ``now`` who is there: from half an hour before the start on."""
    if state not in MAY_BE_JOINED:
        raise CannotTick(_("Who is there is noted of clinics that take place."))
    if now < starts_at - DOORS_OPEN:
        raise CannotTick(_("Who is there can be ticked from half an hour before the start on."))
