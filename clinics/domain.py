"""What can be decided about clinics and seats, without a database."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy


class ClinicState(TextChoices):
    DRAFT = "draft", pgettext_lazy("state of a clinic", "draft")
    ANNOUNCED = "announced", pgettext_lazy("state of a clinic", "announced")
    HELD = "held", pgettext_lazy("state of a clinic", "held")
    ARCHIVED = "archived", pgettext_lazy("state of a clinic", "archived")
    CANCELLED = "cancelled", pgettext_lazy("state of a clinic", "cancelled")


class ClinicPhase(TextChoices):
    """What a reader is told: computed from state, clock and rows, never stored."""

    DRAFT = "draft", pgettext_lazy("state of a clinic", "draft")
    OPEN = "open", pgettext_lazy("state of a clinic", "open for sign-up")
    FULL = "full", pgettext_lazy("state of a clinic", "full, with a waiting list")
    CLOSED = "closed", pgettext_lazy("state of a clinic", "sign-up has closed")
    LIVE = "live", pgettext_lazy("state of a clinic", "happening now")
    OVER = "over", pgettext_lazy("state of a clinic", "over")
    CANCELLED = "cancelled", pgettext_lazy("state of a clinic", "cancelled")


class ClinicKind(TextChoices):
    OPEN = "open", pgettext_lazy("kind of clinic", "open to all")
    REGIONAL = "regional", pgettext_lazy("kind of clinic", "regional")
    CROSS_REGIONAL = "cross_regional", pgettext_lazy("kind of clinic", "cross-regional")
    SERIES = "series", pgettext_lazy("kind of clinic", "part of a series")
    SECOND_EDITION = "second_edition", pgettext_lazy("kind of clinic", "second time-zone edition")
    COMMUNITY_CALL = "community_call", pgettext_lazy("kind of clinic", "community call")
    CONNECTATHON = "connectathon", pgettext_lazy("kind of clinic", "connectathon")
    PARTNER = "partner", pgettext_lazy("kind of clinic", "hosted by a partner")
    IN_PERSON = "in_person", pgettext_lazy("kind of clinic", "in person")


class RsvpState(TextChoices):
    GOING = "going", pgettext_lazy("state of an RSVP", "going")
    WAITING = "waiting", pgettext_lazy("state of an RSVP", "on the waiting list")
    OFFERED = "offered", pgettext_lazy("state of an RSVP", "offered a seat")
    CANCELLED = "cancelled", pgettext_lazy("state of an RSVP", "cancelled")
    EXPIRED = "expired", pgettext_lazy("state of an RSVP", "expired")


HOLDING_A_SEAT = (RsvpState.GOING, RsvpState.OFFERED)
ACTIVE = (RsvpState.GOING, RsvpState.WAITING, RsvpState.OFFERED)


class NoticeKind(TextChoices):
    """What someone going is told about one start of a clinic, each at most once."""

    DAY = "day", _("a day before")
    HOUR = "hour", _("an hour before")
    MOVED = "moved", _("moved to another time")


class FloorLanguage(TextChoices):
    """BCP 47 codes of the languages a clinic has been, or may soon be, spoken in."""

    ENGLISH = "en", _("English")
    SPANISH = "es", _("Spanish")
    ARABIC = "ar", _("Arabic")
    FRENCH = "fr", _("French")
    PORTUGUESE = "pt", _("Portuguese")
    BENGALI = "bn", _("Bengali")
    HAUSA = "ha", _("Hausa")
    HINDI = "hi", _("Hindi")
    INDONESIAN = "id", _("Indonesian")
    JAPANESE = "ja", _("Japanese")
    KOREAN = "ko", _("Korean")
    MANDARIN = "cmn", _("Mandarin")
    NEPALI = "ne", _("Nepali")
    RUSSIAN = "ru", _("Russian")
    SWAHILI = "sw", _("Swahili")
    TAGALOG = "tl", _("Tagalog")
    TURKISH = "tr", _("Turkish")
    UKRAINIAN = "uk", _("Ukrainian")
    URDU = "ur", _("Urdu")


MAX_CAPACITY = 2000
DOORS_OPEN = timedelta(minutes=30)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SIGN_UPS_AN_HOUR = 6  # by one person for one clinic; signing off is never refused

_ALLOWED_MOVES = {
    ClinicState.DRAFT: {ClinicState.ANNOUNCED, ClinicState.CANCELLED},
    ClinicState.ANNOUNCED: {ClinicState.HELD, ClinicState.CANCELLED},
    ClinicState.HELD: {ClinicState.ARCHIVED},
    ClinicState.ARCHIVED: set(),
    ClinicState.CANCELLED: set(),
}


class ClinicError(Exception):
    """An expected refusal; its text can be shown to the person."""


class MoveNotAllowed(ClinicError):
    """The clinic is not in a state from which this can be done."""


class NotYours(ClinicError):
    """The clinic is of a region that the person does not look after."""


class NotReady(ClinicError):
    """The clinic lacks something people must be told before it can be announced."""


class ClinicClosed(ClinicError):
    """Sign-up is not, or no longer, possible."""


class ClinicBusy(ClinicError):
    """Too many people took the same seat at the same time; asking again will do."""


class TooOften(ClinicError):
    """Somebody signed up for the same clinic so often within an hour that it would only be noise."""


class CapacityTooSmall(ClinicError):
    """Fewer seats than people who already have one."""


class ReasonMissing(ClinicError):
    """People who are turned away are told why."""


def check_move(was: str, becomes: str) -> None:
    """Raise MoveNotAllowed unless a clinic may go from ``was`` to ``becomes``."""
    if ClinicState(becomes) not in _ALLOWED_MOVES[ClinicState(was)]:
        raise MoveNotAllowed(
            _("A clinic that is %(was)s cannot become %(becomes)s.")
            % {"was": ClinicState(was).label, "becomes": ClinicState(becomes).label}
        )


def phase(
    *, state: str, starts_at: datetime, ends_at: datetime, closes_at: datetime, is_full: bool, now: datetime
) -> ClinicPhase:
    """Say what a clinic is to a reader at ``now``."""
    if state in (ClinicState.DRAFT, ClinicState.CANCELLED):
        return ClinicPhase(state)
    if state in (ClinicState.HELD, ClinicState.ARCHIVED) or now >= ends_at:
        return ClinicPhase.OVER
    if now >= starts_at:
        return ClinicPhase.LIVE
    if now >= closes_at:
        return ClinicPhase.CLOSED
    return ClinicPhase.FULL if is_full else ClinicPhase.OPEN


def check_open(*, state: str, closes_at: datetime, now: datetime) -> None:
    """Raise ClinicClosed, saying why, unless people may sign up at ``now``."""
    if state == ClinicState.CANCELLED:
        raise ClinicClosed(_("This clinic has been cancelled."))
    if state != ClinicState.ANNOUNCED:
        raise ClinicClosed(_("This clinic is not open for sign-up."))
    if now >= closes_at:
        raise ClinicClosed(_("Sign-up for this clinic has closed."))


def offer_seat(*, capacity: int, held: int, anyone_waiting: bool) -> RsvpState:
    """Give a seat when one is free and nobody came before, else a turn in the queue."""
    return RsvpState.GOING if held < capacity and not anyone_waiting else RsvpState.WAITING


def next_free_seat(*, capacity: int, taken: Collection[int]) -> int | None:
    """Return the lowest seat number of 1..capacity that nobody has, or None.

    Seats are drawn from this range only, so that their uniqueness alone already keeps a clinic from overbooking.
    """
    return next((seat for seat in range(1, capacity + 1) if seat not in taken), None)


def seats_to_give(*, state: str, capacity: int, held: int, closes_at: datetime, now: datetime) -> int:
    """Return how many of those waiting move up now: none once sign-up has closed."""
    if state != ClinicState.ANNOUNCED or now >= closes_at:
        return 0
    return max(0, capacity - held)


def check_capacity(*, capacity: int, held: int) -> None:
    """Raise CapacityTooSmall when people who have a seat would lose it."""
    if capacity < held:
        raise CapacityTooSmall(
            ngettext(
                "%(held)d person already has a seat: there cannot be fewer seats than that.",
                "%(held)d people already have a seat: there cannot be fewer seats than that.",
                held,
            )
            % {"held": held}
        )


def reminder_due(*, starts_at: datetime, settled_at: datetime, now: datetime) -> NoticeKind | None:
    """Return the one reminder that is due at ``now``, if any.

    ``settled_at`` is when the person last learnt of this seat at this hour: who did so within the last day needs no
    day reminder. After a standstill only the reminder that still fits is due, and none once the clinic has begun.
    """
    left = starts_at - now
    if left <= timedelta(0):
        return None
    if left <= HOUR:
        return NoticeKind.HOUR
    if left <= DAY and settled_at <= starts_at - DAY:
        return NoticeKind.DAY
    return None


def doors_are_open(*, state: str, starts_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """Tell whether the meeting link is handed out at ``now``."""
    return state in (ClinicState.ANNOUNCED, ClinicState.HELD) and starts_at - DOORS_OPEN <= now < ends_at


def is_https(link: str) -> bool:
    return link.startswith("https://")
