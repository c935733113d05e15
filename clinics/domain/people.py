"""What can be decided about the people of a clinic: who is asked for what, and what they answer."""

from datetime import datetime, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.domain.clinics import ClinicError


class ClinicRole(TextChoices):
    SHARER = "sharer", pgettext_lazy("role at a clinic", "sharer")
    HOST = "host", pgettext_lazy("role at a clinic", "host")
    HELPER = "helper", pgettext_lazy("role at a clinic", "helper")
    INTERPRETER = "interpreter", pgettext_lazy("role at a clinic", "interpreter")


class Turn(TextChoices):
    """Which of the two interpreters of a channel somebody is."""

    LEAD = "lead", pgettext_lazy("turn of an interpreter", "lead")
    RELIEF = "relief", pgettext_lazy("turn of an interpreter", "relief")


class AnswerState(TextChoices):
    """Where it stands between the planners and somebody who is to do something at a clinic."""

    TO_ASK = "to_ask", pgettext_lazy("answer of a person asked for a clinic", "not asked yet")
    ASKED = "asked", pgettext_lazy("answer of a person asked for a clinic", "asked, no answer yet")
    ACCEPTED = "accepted", pgettext_lazy("answer of a person asked for a clinic", "accepted")
    DECLINED = "declined", pgettext_lazy("answer of a person asked for a clinic", "declined")
    STEPPED_BACK = "stepped_back", pgettext_lazy("answer of a person asked for a clinic", "stepped back")
    RELEASED = "released", pgettext_lazy("answer of a person asked for a clinic", "not needed any more")


# Those without whom there is no clinic: confirmed, they are at one clinic at a time, and the hour must suit them.
NEEDED_ROLES = (ClinicRole.SHARER, ClinicRole.HOST, ClinicRole.INTERPRETER)
AT_THE_DOOR = (ClinicRole.HOST, ClinicRole.HELPER)  # who see who comes, and tick who is there
# Whoever takes up a place: an interpreter in these states keeps their turn at the channel.
MAY_STILL_COME = (AnswerState.TO_ASK, AnswerState.ASKED, AnswerState.ACCEPTED)
WAITS_OR_COMES = (AnswerState.ASKED, AnswerState.ACCEPTED)
ANSWERED = (AnswerState.ACCEPTED, AnswerState.DECLINED, AnswerState.STEPPED_BACK)
MATERIAL_DAYS_BEFORE = 7
INTERPRETERS_A_CHANNEL = len(Turn)

REMINDED_AFTER = timedelta(days=5)  # of silence, and then never again
REMINDED_AT_LEAST_BEFORE = timedelta(days=1)  # of the start: a later reminder would help nobody
# How long people without an account, who are known by their address, are kept after the clinic.
ADDRESS_KEPT_FOR = timedelta(days=30)

_ALLOWED_ANSWERS: dict[AnswerState, set[AnswerState]] = {
    AnswerState.TO_ASK: set(),
    AnswerState.ASKED: {AnswerState.ACCEPTED, AnswerState.DECLINED},
    AnswerState.ACCEPTED: {AnswerState.STEPPED_BACK},
    AnswerState.DECLINED: {AnswerState.ACCEPTED},
    AnswerState.STEPPED_BACK: {AnswerState.ACCEPTED},
    AnswerState.RELEASED: set(),
}


class AnswerNotAllowed(ClinicError):
    """The person cannot answer so any more: the clinic is over or cancelled, or they answered differently."""


class PersonNotAsked(ClinicError):
    """The person cannot be asked so: their address takes no letters, or something about them is not said yet."""


class TurnTaken(ClinicError):
    """Somebody else has this turn at the interpretation channel."""


class ChannelRefused(ClinicError):
    """A clinic cannot have this interpretation channel."""


class BusyElsewhere(ClinicError):
    """The person is confirmed for another clinic at that time."""


class AlreadyAsked(ClinicError):
    """The person is asked for this role at this clinic already."""


def check_answer(was: str, becomes: str, *, is_to_come: bool, starts_at: datetime, now: datetime) -> None:
    """Raise AnswerNotAllowed unless somebody whose answer ``was`` so may now answer ``becomes``.

    Declining and stepping back can be taken back until the clinic begins; nothing can be answered about a clinic that
    has begun or is cancelled. The same answer twice is not checked here: it changes nothing.
    """
    if not is_to_come or now >= starts_at:
        raise AnswerNotAllowed(
            _("This clinic has begun, is over or is cancelled: there is nothing to answer any more.")
        )
    if AnswerState(becomes) not in _ALLOWED_ANSWERS[AnswerState(was)]:
        raise AnswerNotAllowed(_("You have answered already. Open the page again to see what stands."))


def state_when_moved(was: str) -> AnswerState:
    """Return where it stands with somebody once the clinic is moved: who said yes to another hour is asked again."""
    return AnswerState.ASKED if was in WAITS_OR_COMES else AnswerState(was)


def reminder_is_due(*, state: str, asked_at: datetime, was_reminded: bool, starts_at: datetime, now: datetime) -> bool:
    """Tell whether somebody who has not answered is reminded now: once, after days of silence, and not too late."""
    if state != AnswerState.ASKED or was_reminded:
        return False
    return now >= asked_at + REMINDED_AFTER and now < starts_at - REMINDED_AT_LEAST_BEFORE
