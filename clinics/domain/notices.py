"""What is written to those who come to a clinic and to its people, and when: reminders, changes, and what follows."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from clinics.domain.clinics import TOOK_PLACE, ClinicState
from letsconnect.base.languages import FALLBACKS, best_of
from letsconnect.base.reminders import Ladder, Reminder

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WEEK = 7 * DAY

# Each step is a letter to those with a seat (``reminder_…``) and one to the people of the clinic (``people_…``).
# Whoever signs up, or says yes, when a step is due already gets a letter that tells all of it: no reminder at once.
REMINDERS = Ladder(
    Reminder("week", before=WEEK, too_late=2 * DAY),
    Reminder("day", before=DAY, too_late=2 * HOUR),
    Reminder("hour", before=HOUR),
)

CHANGED, THANKS, MISSED, FROM_THE_HOST = "changed", "thanks", "missed", "from_the_host"
MOVED = "moved"  # as notices of a new time were called before changes of all kinds were told

# Changes within these minutes come in one letter, and no letter waits for more of them longer than the second span.
CHANGES_GATHER_FOR, CHANGES_WAIT_AT_MOST = 3 * MINUTE, 10 * MINUTE

# After a clinic: who came is thanked after an hour, also if it is found out days later; who did not come is written to
# once there is something to hear or read, or after five days without. Where it is not known who came, nobody is told
# that they were missed: after a day everybody with a seat gets the thanks that fit either way; after five days, where a
# list of the call lies there of which nobody has said yet who is in it.
THANKED_AFTER, THANKED_UNKNOWN_AFTER, THANKED_WITHOUT_REVIEW_AFTER = HOUR, DAY, 5 * DAY
MISSED_AFTER, MISSED_WITHOUT_RESOURCES_AFTER = DAY, 5 * DAY
WRITTEN_AFTER_FOR = 14 * DAY


def may_have_taken_place(state: str) -> bool:
    """Tell whether a clinic whose end has come is taken to have been held, also if nobody has marked it so."""
    return state in (ClinicState.ANNOUNCED, *TOOK_PLACE)


def after_the_end(
    *, came: bool, is_known: bool, has_resources: bool, ended_at: datetime, now: datetime, is_in_review: bool = False
) -> str | None:
    """Return which letter somebody with a seat is owed now that a clinic has ended, if any.

    ``is_known`` says whether it is known who came to this clinic, of all who did: nobody who came is told that they
    were missed. While somebody still looks at a list of the call (``is_in_review``), the others wait for it.
    """
    ago = now - ended_at
    if not timedelta(0) <= ago < WRITTEN_AFTER_FOR:
        return None
    if came:
        return THANKS if ago >= THANKED_AFTER else None
    if is_in_review:
        return THANKS if ago >= THANKED_WITHOUT_REVIEW_AFTER else None
    if not is_known:
        return THANKS if ago >= THANKED_UNKNOWN_AFTER else None
    return MISSED if ago >= (MISSED_AFTER if has_resources else MISSED_WITHOUT_RESOURCES_AFTER) else None


def changes_due_at(*, first_at: datetime, now: datetime) -> datetime:
    """Return when a letter about changes goes out: after some quiet minutes, and soon enough after the first."""
    return min(now + CHANGES_GATHER_FOR, first_at + CHANGES_WAIT_AT_MOST)


# What a clinic is to those who come. A change of anything else (seats, partner, series, summary) owes no letter.
FACTS = ("starts_at", "minutes", "venue", "place", "floor_language", "interpreted", "titles")


def what_changed(was: Mapping[str, Any], becomes: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the facts that differ, in the order in which a letter tells them.

    ``interpreted`` are the languages for which an interpreter has said yes: who is asked again because the clinic is
    moved is not lost yet. A title counts in a language in which there was one and still is; one more language of
    interpretation, or of the texts, is good news that the next letter tells, and owes none.
    """
    changed = [name for name in FACTS[:5] if was[name] != becomes[name]]
    if languages_lost(was, becomes):
        changed.append("interpreted")
    titles, now = was["titles"], becomes["titles"]
    if any(titles[language] != now[language] for language in titles if language in now):
        changed.append("titles")
    return tuple(changed)


def languages_lost(was: Mapping[str, Any], becomes: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the languages into which the clinic is not interpreted any more."""
    return tuple(sorted(set(was["interpreted"]) - set(becomes["interpreted"]) - {becomes["floor_language"]}))


def reader_languages_of_titles(was: Mapping[str, Any], becomes: Mapping[str, Any]) -> list[str]:
    """Return the languages of the portal whose readers were shown a title that is another now."""
    both = {code: code for code in was["titles"] if code in becomes["titles"]}
    shown = {code: best_of(both, code, then=becomes["floor_language"]) for code in FALLBACKS}
    return sorted(code for code, of in shown.items() if of and was["titles"][of] != becomes["titles"][of])
