"""What can be decided about rounds and matches, without a database."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from letsconnect.base.lines import has_something_to_see

DAYS_TO_ANSWER = 7
ANSWER_WITHIN = timedelta(days=DAYS_TO_ANSWER)
REMIND_AFTER = timedelta(days=5)
WORDS_AT_MOST = 300  # that people say of themselves to those they are matched with
WEEKS_COMPARED = 4  # of the usual hours of two people, from the coming Monday on
SOLVING_LEASE = timedelta(minutes=10)
NUDGE_AGAIN_AFTER = timedelta(seconds=20)


class RoundState(TextChoices):
    DRAFT = "draft", pgettext_lazy("state of a round", "draft")
    SOLVING = "solving", pgettext_lazy("state of a round", "being computed")
    PROPOSED = "proposed", pgettext_lazy("state of a round", "proposed")
    PUBLISHED = "published", pgettext_lazy("state of a round", "published")
    FAILED = "failed", pgettext_lazy("state of a round", "failed")
    CANCELLED = "cancelled", pgettext_lazy("state of a round", "cancelled")


# Computed, so that its proposals can be decided.
DECIDABLE = (RoundState.PROPOSED, RoundState.PUBLISHED)


class RoundPhase(TextChoices):
    """What is being done at this moment to compute a round; the row says so while it is done."""

    READING = "reading", pgettext_lazy("phase of computing", "reading who takes part")
    PAIRING = "pairing", pgettext_lazy("phase of computing", "finding every pair that could work")
    SCORING = "scoring", pgettext_lazy("phase of computing", "weighing the pairs")
    SOLVING = "solving", pgettext_lazy("phase of computing", "choosing the best set, and proving that it is")
    EXPLAINING = "explaining", pgettext_lazy("phase of computing", "writing down the reasons")
    STORING = "storing", pgettext_lazy("phase of computing", "storing the result")


class MatchState(TextChoices):
    PROPOSED = "proposed", pgettext_lazy("state of a match", "proposed")
    APPROVED = "approved", pgettext_lazy("state of a match", "approved")
    ASKED = "asked", pgettext_lazy("state of a match", "both asked")
    CONNECTED = "connected", pgettext_lazy("state of a match", "connected")
    COMPLETED = "completed", pgettext_lazy("state of a match", "completed")
    REFUSED = "refused", pgettext_lazy("state of a match", "refused by the working group")
    DECLINED = "declined", pgettext_lazy("state of a match", "declined")
    EXPIRED = "expired", pgettext_lazy("state of a match", "not answered in time")
    WITHDRAWN = "withdrawn", pgettext_lazy("state of a match", "withdrawn")
    ENDED = "ended", pgettext_lazy("state of a match", "ended")


# Nobody of the two was told yet, so the working group can still change it.
UNDECIDED = (MatchState.PROPOSED, MatchState.APPROVED)
# A live match keeps its pair from being proposed again; from approval on it also takes a place on both sides.
LIVE = (*UNDECIDED, MatchState.ASKED, MatchState.CONNECTED)
TAKES_A_PLACE = (MatchState.APPROVED, MatchState.ASKED, MatchState.CONNECTED)
CLOSED = tuple(state for state in MatchState if state not in LIVE)
WAS_APPROVED = (
    MatchState.APPROVED,
    MatchState.ASKED,
    MatchState.CONNECTED,
    MatchState.COMPLETED,
    MatchState.DECLINED,
    MatchState.EXPIRED,
    MatchState.ENDED,
)
WAS_ASKED = tuple(state for state in WAS_APPROVED if state != MatchState.APPROVED)
WAS_CONNECTED = (MatchState.CONNECTED, MatchState.COMPLETED, MatchState.ENDED)
# A connection two people never used expires like a question nobody answered; any other end of one says who ended it.
CAN_HAVE_CONNECTED = (*WAS_CONNECTED, MatchState.EXPIRED)
SHOWS_CONTACT = (MatchState.CONNECTED, MatchState.COMPLETED)


class ClosedWhy(TextChoices):
    """Why a match came to its end, as a code the next round can read; the words beside it are free."""

    POOR_FIT = "poor_fit", _("What one shares is not what the other needs")
    KNOW_EACH_OTHER = "know_each_other", _("They already know or work with each other")
    BETTER_SERVED = "better_served", _("There is a better way to help, such as a clinic")
    NO_TIME = "no_time", _("I have no time at the moment")
    NOT_THE_TOPIC = "not_the_topic", _("It is not what I wanted to learn or share")
    NOT_THE_PERSON = "not_the_person", _("I would rather be matched with somebody else")
    NO_LONGER_NEEDED = "no_longer_needed", _("I no longer need it")
    OTHER = "other", pgettext_lazy("reason", "Another reason")
    DONE = "done", _("They met and are done")
    NO_ANSWER = "no_answer", _("One side did not answer in time")
    NO_HOUR = "no_hour", _("They found no hour to meet")
    LEFT = "left", _("One side is no longer in the programme")
    BLOCKED = "blocked", _("The two can no longer be matched")
    ROUND_CANCELLED = "round_cancelled", _("The round was cancelled")
    REPLACED = "replaced", _("Another proposal took its place when the rest was computed again")
    SWAPPED = "swapped", _("The working group chose somebody else for this learner")
    LEFT_UNDECIDED = "left_undecided", _("It was left undecided and let go")


# Said about the two as people: they are not proposed to each other again, however long ago it was. Any other end keeps
# two people apart for the cool-down only, and what was withdrawn before anybody was asked not at all.
APART_FOR_EVER = (ClosedWhy.KNOW_EACH_OTHER, ClosedWhy.NOT_THE_PERSON)
WHY_REFUSED = (ClosedWhy.POOR_FIT, ClosedWhy.KNOW_EACH_OTHER, ClosedWhy.BETTER_SERVED, ClosedWhy.OTHER)
WHY_DECLINED = (ClosedWhy.NO_TIME, ClosedWhy.NOT_THE_TOPIC, ClosedWhy.NOT_THE_PERSON, ClosedWhy.OTHER)
WHY_WITHDRAWN = (ClosedWhy.NO_TIME, ClosedWhy.NO_LONGER_NEEDED, ClosedWhy.NOT_THE_PERSON, ClosedWhy.OTHER)


# The engine says "learning_enough" of everybody who has no place to learn; why they have none is said by these.
NO_ROOM = ("learning_enough", "wants_nobody", "not_here", "pair_broken")
# Nobody was looked for on their behalf: they are no part of the learners a round is about.
NOT_LOOKED_FOR = (*NO_ROOM, "too_few_hours")

# Why two people cannot be put together, by the engine's code of the rule; for the working group only.
WHY_NOT_A_PAIR = {
    "not_taking_part": _(
        "One of the two cannot be matched now. They are not approved, not claimed, paused or away, or "
        "have not agreed to the documents here."
    ),
    "learning_enough": _("The learner already learns from, or is proposed to, as many people as they want."),
    "wants_nobody": _("The learner has said that they want to learn from nobody at the moment."),
    "helps_nobody": _("The sharer has said that they help nobody at the moment."),
    "too_few_hours": _("One of the two is free for fewer hours a week than everybody must be."),
    "no_offer": _("The sharer does not share this, or the learner does not wish to learn it."),
    "no_free_place": _("The sharer has no place left."),
    "region_wishes": _("One of the two wishes for somebody from another region than that."),
    "no_shared_language": _("They share no language that both speak well enough."),
    "kept_apart": _("They are kept apart: matched before, blocked, or by the working group."),
    "no_hour_in_common": _("They have no hour in common in each of the next weeks."),
}


class Side(TextChoices):
    LEARNER = "learner", _("learner")
    SHARER = "sharer", _("sharer")

    @property
    def other(self) -> "Side":
        return Side.SHARER if self == Side.LEARNER else Side.LEARNER


def sides_waiting(*, state: str, approved: Collection[str]) -> tuple[Side, ...]:
    """Return the sides for which a half-approved match waits; none of any other match."""
    if state != MatchState.PROPOSED or not approved:
        return ()
    return tuple(side for side in Side if side not in approved)


_ROUND_MOVES = {
    RoundState.DRAFT: {RoundState.SOLVING, RoundState.CANCELLED},
    RoundState.FAILED: {RoundState.DRAFT, RoundState.CANCELLED},
    RoundState.SOLVING: {RoundState.PROPOSED, RoundState.FAILED, RoundState.CANCELLED},
    RoundState.PROPOSED: {RoundState.PUBLISHED, RoundState.CANCELLED},
    RoundState.PUBLISHED: {RoundState.PUBLISHED},
}
CANCELLABLE = tuple(state for state, moves in _ROUND_MOVES.items() if RoundState.CANCELLED in moves)
_MATCH_MOVES = {
    MatchState.PROPOSED: {MatchState.APPROVED, MatchState.REFUSED, MatchState.WITHDRAWN},
    MatchState.APPROVED: {MatchState.ASKED, MatchState.REFUSED, MatchState.WITHDRAWN},
    MatchState.ASKED: {MatchState.CONNECTED, MatchState.DECLINED, MatchState.EXPIRED, MatchState.WITHDRAWN},
    MatchState.CONNECTED: {MatchState.COMPLETED, MatchState.ENDED, MatchState.EXPIRED},
}


class MatchingError(Exception):
    """An expected refusal; its text can be shown to the person."""


class MatchMoveNotAllowed(MatchingError):
    """The round or match is not in a state from which this can be done."""


class NotYourMatch(MatchingError):
    """The person may not act on this match."""


class NoPlaceLeft(MatchingError):
    """One side has no place left for another match."""


class PersonNotReady(MatchingError):
    """One side cannot be matched now: not approved, not claimed, paused, or the two are blocked."""


class HoursClash(MatchingError):
    """Somebody's matches together leave no hour of its own for each of them."""


class ChangedSince(MatchMoveNotAllowed):
    """Somebody else changed the match after the person saw it."""


class CannotPair(MatchingError):
    """These two cannot be put together by hand."""


class TooOld(MatchingError):
    """The facts a round was computed from are deleted."""


class BadSetting(MatchingError):
    """A setting of the matcher or of a round is not one it can have."""


class TooOften(MatchingError):
    """Somebody did this to the same person so often within an hour that it would only be noise."""


class ReasonMissing(MatchingError):
    """A match is not closed without saying why."""


def check_round_move(was: str, becomes: str) -> None:
    """Raise MatchMoveNotAllowed unless a round may go from ``was`` to ``becomes``."""
    if RoundState(becomes) not in _ROUND_MOVES.get(RoundState(was), ()):
        raise MatchMoveNotAllowed(
            _("A round that is %(was)s cannot become %(becomes)s.")
            % {"was": RoundState(was).label, "becomes": RoundState(becomes).label}
        )


def check_match_move(was: str, becomes: str) -> None:
    """Raise MatchMoveNotAllowed unless a match may go from ``was`` to ``becomes``."""
    if MatchState(becomes) not in _MATCH_MOVES.get(MatchState(was), ()):
        raise MatchMoveNotAllowed(
            _("A match that is %(was)s cannot become %(becomes)s: perhaps somebody else was faster.")
            % {"was": MatchState(was).label, "becomes": MatchState(becomes).label}
        )


def check_reason(*, why: str, note: str, allowed: Iterable[str]) -> None:
    """Raise ReasonMissing unless ``why`` is one of ``allowed``; "another reason" needs words."""
    if why not in set(allowed):
        raise ReasonMissing(_("Choose a reason."))
    if why == ClosedWhy.OTHER and not has_something_to_see(note):
        raise ReasonMissing(_("Say the reason in a few words."))


def check_seen(version: int, seen_version: int | None) -> None:
    """Raise ChangedSince when the version somebody saw is not the one that is there; None: they saw none."""
    if seen_version is not None and seen_version != version:
        raise ChangedSince(_("Somebody else has changed this match since you saw it. Look at it again."))


@dataclass(frozen=True)
class Standing:
    """What decides whether one side can be matched now."""

    side: Side
    is_approved: bool
    is_claimed: bool
    is_here: bool
    has_agreed: bool
    places: int
    taken: int
    has_left: bool = False
    total: int = 0
    most_at_once: int | None = None


def has_too_many(matches: int, *, most: int) -> bool:
    """Tell whether so many matches in both roles together are more than anybody may have at once."""
    return matches > most


def check_standing(*sides: Standing, is_blocked: bool, needs_place: bool) -> None:
    """Raise PersonNotReady or NoPlaceLeft with a sentence for the working group unless both sides can be matched.

    ``taken`` counts the other matches in this role, ``total`` all of both roles and this one with them;
    ``needs_place`` asks that one more fits.
    """
    if is_blocked:
        raise PersonNotReady(_("One of the two does not want to be matched with the other."))
    for side in sides:
        _check_ready(side)
        if needs_place and side.taken >= side.places:
            raise NoPlaceLeft(_NO_PLACE[side.side] % {"places": side.places})
        if needs_place and side.most_at_once is not None and has_too_many(side.total, most=side.most_at_once):
            raise NoPlaceLeft(_TOO_MANY[side.side] % {"most": side.most_at_once})


def _check_ready(side: Standing) -> None:
    if not side.is_claimed:
        raise PersonNotReady(_NOT_CLAIMED[side.side])
    if not side.is_approved:
        raise PersonNotReady(_NOT_APPROVED[side.side])
    if not side.has_agreed:
        raise PersonNotReady(_NOT_AGREED[side.side])
    if not side.is_here:
        raise PersonNotReady(_NOT_HERE[side.side])


_NOT_CLAIMED = {
    Side.LEARNER: _("The learner has not claimed their imported registration yet."),
    Side.SHARER: _("The sharer has not claimed their imported registration yet."),
}
_NOT_APPROVED = {
    Side.LEARNER: _("The learner’s registration is not approved any more."),
    Side.SHARER: _("The sharer’s registration is not approved any more."),
}
_NOT_AGREED = {
    Side.LEARNER: _("The learner has not agreed to the code of conduct and the privacy notice here."),
    Side.SHARER: _("The sharer has not agreed to the code of conduct and the privacy notice here."),
}
_NOT_HERE = {
    Side.LEARNER: _("The learner is paused or away."),
    Side.SHARER: _("The sharer is paused or away."),
}
_NO_PLACE = {
    Side.LEARNER: _("The learner has no place left: they learn from at most %(places)d at once."),
    Side.SHARER: _("The sharer has no place left: they help at most %(places)d at once."),
}
_TOO_MANY = {
    Side.LEARNER: _("The learner has %(most)d matches in both roles together, which is as many as anybody may."),
    Side.SHARER: _("The sharer has %(most)d matches in both roles together, which is as many as anybody may."),
}
HOURS_CLASH = {
    Side.LEARNER: _("The learner’s other matches leave no hour of the week for this one."),
    Side.SHARER: _("The sharer’s other matches leave no hour of the week for this one."),
}


def check_can_accept(*, me: Standing, other: Standing, is_blocked: bool) -> None:
    """Raise PersonNotReady with a sentence for the person who accepts; it never says why the other is not available."""
    if me.has_left:
        raise PersonNotReady(_("You have withdrawn your registration, so this match is over."))
    if not me.is_here:
        raise PersonNotReady(_("You are paused or away. End that in your registration, then accept."))
    if is_blocked or other.has_left or not other.is_claimed or not other.is_here:
        raise PersonNotReady(_("The other person is not available any more, so this match cannot go ahead."))


def answer_by(asked_at: datetime) -> datetime:
    """Return the moment until which both can answer."""
    return asked_at + ANSWER_WITHIN
