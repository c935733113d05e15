"""Decide after an hour two people agreed on, without a database: did it take place, who was missing, what comes next.

One person's word is never shown to the other. Where the two say different things, nobody is taken to have been absent.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from matching.domain.matches import ClosedWhy, MatchingError, MatchState, ReasonMissing, Side, check_reason

# People talk longer than an hour, and do not want a letter while they do.
ASK_AFTER = timedelta(minutes=30)
# One side's word counts alone after this time; until then the other can say how it was.
SETTLE_AFTER = timedelta(days=4)
# After this nothing is taken or changed any more.
CLOSES_AFTER = timedelta(days=14)
# "Done" said by one completes the match when the other has not said otherwise by then.
DONE_AFTER = timedelta(days=7)
# A connected match whose people never meet: they get a kind reminder, then the working group is told, then it ends.
NUDGE_AFTER, TELL_AFTER, END_AFTER = (timedelta(days=days) for days in (14, 28, 42))
CHANGES_AN_HOUR = 6  # of one side's word about one hour
MEETINGS_AN_HOUR = 3  # that one person tells of, for one match
HALF_A_DAY = timedelta(hours=12)
ABSENCES_TOLD = 2
MARKS = range(1, 6)  # how useful an hour was
ABSENCES_COUNT_FOR = timedelta(days=365)


class Happened(TextChoices):
    """What one side says of the hour."""

    YES = "yes", pgettext_lazy("did you meet", "Yes, we met")
    OTHER_MISSED = "other_missed", pgettext_lazy("did you meet", "No: I was there, and they did not come")
    I_MISSED = "i_missed", pgettext_lazy("did you meet", "No: I could not make it")
    MOVED = "moved", pgettext_lazy("did you meet", "No: we moved it to another time")
    NOT_SO = "not_so", pgettext_lazy("did you meet", "No, that is not so")


# What can be said of an hour agreed on here, and of a meeting that one of the two told of afterwards.
SAID_OF_HOURS = tuple(word for word in Happened if word != Happened.NOT_SO)
SAID_OF_MEETINGS = (Happened.YES, Happened.NOT_SO)


class Next(TextChoices):
    ANOTHER = "another", _("Another session with them")
    DONE = "done", _("We are done, and that is good")
    NOT_A_FIT = "not_a_fit", _("We are not a good fit")


class Verdict(TextChoices):
    """What came of the hour, as far as both words together tell. The working group reads this, and not the words."""

    MET = "met", pgettext_lazy("what came of an hour", "they met")
    MOVED = "moved", pgettext_lazy("what came of an hour", "they moved it")
    MISSED = "missed", pgettext_lazy("what came of an hour", "it did not come about")
    CROSSED = "crossed", pgettext_lazy("what came of an hour", "they do not agree whether it took place")
    NOT_SO = "not_so", pgettext_lazy("what came of an hour", "it was told of, and taken back")
    UNKNOWN = "unknown", pgettext_lazy("what came of an hour", "nobody has said")


class ConcernKind(TextChoices):
    ABSENT_TWICE = "absent_twice", _("Was not there at two agreed sessions")
    NOT_MEETING = "not_meeting", _("Connected, and no session agreed for four weeks or more")


WHY_NOT_A_FIT = (ClosedWhy.POOR_FIT, ClosedWhy.NOT_THE_TOPIC, ClosedWhy.NOT_THE_PERSON, ClosedWhy.OTHER)


class NotYet(MatchingError):
    """The hour is not over, or the days to tell are."""


class NotSaid(MatchingError):
    """What was said does not go together."""


class DayNotPossible(MatchingError):
    """The two cannot have met on this day."""


class DayTaken(MatchingError):
    """There is an hour or a meeting of these two on that day already."""


class MayBeTheSame(DayTaken):
    """By another clock somebody has told of a meeting on another day, which may be this one."""


class SaidElsewhere(MatchingError):
    """The person has answered in another window since they opened this one."""


@dataclass(frozen=True)
class Judged:
    """What both sides' answers together say: the verdict, and who was not there."""

    verdict: Verdict
    absent: frozenset[Side] = frozenset()


def judge(*, learner: str, sharer: str) -> Judged:
    """Return the verdict of both sides' answers; "" is a side that has said nothing."""
    words = {Side.LEARNER: learner, Side.SHARER: sharer}
    words_said = {word for word in words.values() if word}
    if not words_said:
        return Judged(Verdict.UNKNOWN)
    if words_said <= {Happened.YES, Happened.MOVED}:
        return Judged(Verdict.MET if Happened.YES in words_said else Verdict.MOVED)
    if words_said == {Happened.NOT_SO}:
        return Judged(Verdict.NOT_SO)
    if not words_said <= {Happened.OTHER_MISSED, Happened.I_MISSED} or (learner == sharer == Happened.OTHER_MISSED):
        return Judged(Verdict.CROSSED)
    missed_by_own_word = {side for side, word in words.items() if word == Happened.I_MISSED}
    missed_by_others_word = {side.other for side, word in words.items() if word == Happened.OTHER_MISSED}
    return Judged(Verdict.MISSED, frozenset(missed_by_own_word | missed_by_others_word))


def is_settled(*, learner: str, sharer: str, over_since: datetime, now: datetime) -> bool:
    """Tell whether what was said can be acted upon: both spoke, one owned up, or the other has had their time."""
    if (learner and sharer) or {Happened.I_MISSED, Happened.NOT_SO} & {learner, sharer}:
        return True
    if learner or sharer:
        return now >= over_since + SETTLE_AFTER
    return now >= over_since + CLOSES_AFTER


def check_open(*, over_since: datetime, now: datetime) -> None:
    """Raise NotYet unless the hour is over and its two weeks are not."""
    if now < over_since:
        raise NotYet(_("This session is not over yet."))
    if now >= over_since + CLOSES_AFTER:
        raise NotYet(_("The two weeks to say how it went are over."))


def check_words(
    *, happened: str, useful: int | None, next_: str, why: str, why_note: str, sayable: Collection[str] = SAID_OF_HOURS
) -> None:
    """Raise NotSaid or ReasonMissing where answers are missing or do not go together."""
    if happened not in sayable:
        raise NotSaid(_("Say whether you met."))
    if useful is not None and (happened != Happened.YES or useful not in MARKS):
        raise NotSaid(_("Only a session that took place was useful or not."))
    if next_ and next_ not in Next.values:
        raise NotSaid(_("Choose what you would like next."))
    if next_ == Next.NOT_A_FIT:
        check_reason(why=why, note=why_note, allowed=WHY_NOT_A_FIT)
    elif why:
        raise ReasonMissing(_("A reason is only asked where you are not a good fit."))


def check_day(day: date, *, first: date, last: date) -> None:
    """Raise DayNotPossible unless two who are connected since ``first`` can have met on ``day``."""
    if day > last:
        raise DayNotPossible(_("This day is still to come. Say it once you have met."))
    if day < first:
        raise DayNotPossible(_("On this day you were not connected yet. Choose a later day."))


def may_be_one_day(begins: datetime, other_begins: datetime) -> bool:
    """Tell whether two days that begin at these moments, each by its own clock, have more than half a day in common."""
    return abs(begins - other_begins) < HALF_A_DAY


def can_tell_of_meeting(*, state: str, was_connected: bool, closed_at: datetime | None, now: datetime) -> bool:
    """Tell whether people can say of a match that they met outside the portal: while it lasts, and two weeks longer,
    where it did not end by the will of one."""
    if state == MatchState.CONNECTED:
        return True
    is_over_well = state in (MatchState.COMPLETED, MatchState.EXPIRED)
    return was_connected and is_over_well and closed_at is not None and now < closed_at + CLOSES_AFTER


def is_done(*, mine: str, theirs: str, took_place: bool, said_at: datetime, now: datetime) -> bool:
    """Tell whether one side's "done" completes the match: the other says so too; or, after an hour that took place,
    has had a week to say otherwise."""
    if mine != Next.DONE or theirs == Next.ANOTHER:
        return False
    return theirs == Next.DONE or (took_place and now >= said_at + DONE_AFTER)
