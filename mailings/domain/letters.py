"""What may become of a letter, and what an SMTP server's answer means. Pure: no database, clock or chance."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import IntegerChoices, TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class LetterState(TextChoices):
    # Translators: the states of one email in the list of letters
    QUEUED = "queued", pgettext_lazy("state of a letter", "queued")
    CLAIMED = "claimed", pgettext_lazy("state of a letter", "being sent")
    SUBMITTING = "submitting", pgettext_lazy("state of a letter", "being handed over")
    SENT = "sent", pgettext_lazy("state of a letter", "sent")
    DEFERRED = "deferred", pgettext_lazy("state of a letter", "to be tried again")
    FAILED = "failed", pgettext_lazy("state of a letter", "failed")
    SKIPPED = "skipped", pgettext_lazy("state of a letter", "no longer owed")
    UNCERTAIN = "uncertain", pgettext_lazy("state of a letter", "uncertain")


_SAID_TO_READERS = {
    LetterState.QUEUED: _("waiting to be sent"),
    LetterState.CLAIMED: _("being sent"),
    LetterState.SUBMITTING: _("being sent"),
    LetterState.SENT: pgettext_lazy("state of a letter", "sent"),
    LetterState.DEFERRED: _("not sent yet: we try again"),
    LetterState.FAILED: _("could not be sent"),
    LetterState.SKIPPED: _("not sent: you did not need it any more"),
    LetterState.UNCERTAIN: _("perhaps sent: our mail server did not say"),
}
# Why a letter was skipped that would still have been of use.
NO_ADDRESS, DOUBTFUL_ADDRESS, SUPPRESSED = (
    "there is no address",
    "a person has to decide whose address it is",
    "the address is suppressed",
)


def said_to_readers(state: LetterState, *, reason: str) -> Promise:
    """Return what the reader of a letter is told of its state, without the words of the list at the desk."""
    if state == LetterState.SKIPPED and reason in (NO_ADDRESS, DOUBTFUL_ADDRESS, SUPPRESSED):
        return _("not sent: we do not write to this address")
    return _SAID_TO_READERS[state]


class UnknownKind(LookupError):
    """No app has registered this kind of letter."""


class NotForAPerson(Exception):
    """The letter is not in a state in which a person may decide about it."""


class LiftRefused(Exception):
    """This suppression cannot be lifted like that; the message says why, for whoever tried."""


class CannotSendAgain(Exception):
    """The text of this letter was never kept (a sign-in code), so it cannot be sent a second time."""


S = LetterState
WAITING = frozenset({S.QUEUED, S.DEFERRED})
WITH_A_WORKER = frozenset({S.CLAIMED, S.SUBMITTING})
OPEN = WAITING | WITH_A_WORKER
PERHAPS_READ = frozenset({S.SUBMITTING, S.SENT, S.UNCERTAIN})  # it arrived, or may have arrived
NEEDS_A_PERSON = frozenset({S.UNCERTAIN, S.FAILED})  # nothing more happens unless somebody decides
NEEDS_A_REASON = frozenset({S.DEFERRED, S.FAILED, S.SKIPPED, S.UNCERTAIN})
NEXT: dict[LetterState, frozenset[LetterState]] = {
    S.QUEUED: frozenset({S.CLAIMED, S.SKIPPED}),
    S.DEFERRED: frozenset({S.CLAIMED, S.SKIPPED}),
    S.CLAIMED: frozenset({S.SUBMITTING, S.QUEUED, S.DEFERRED, S.FAILED, S.SKIPPED}),
    S.SUBMITTING: frozenset({S.SENT, S.DEFERRED, S.FAILED, S.UNCERTAIN}),
    S.UNCERTAIN: frozenset({S.SENT, S.DEFERRED, S.FAILED, S.QUEUED}),
    S.FAILED: frozenset({S.QUEUED}),
    S.SENT: frozenset(),
    S.SKIPPED: frozenset(),
}

# Some 45 hours in all: a mail server that is down over a night, or a weekend's first day, loses nothing.
RETRY_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 2 * 60, 6 * 60, 12 * 60, 24 * 60))
URGENT_RETRY_AFTER = timedelta(minutes=1)  # of a letter somebody waits for: until its kind says that it is too late
LEASE = timedelta(minutes=5)
AT_ONCE_LEASE = timedelta(minutes=2)  # of a letter that is sent while a person waits for the page
# Letters that gather wait for a minute in which nothing more happens, and no longer than this after the first of them.
# Whoever has had several about one thing within the hour gets the next ones further apart.
QUIET, LONGEST_QUIET = timedelta(minutes=1), timedelta(minutes=10)
OFTEN, OFTEN_WITHIN = 3, timedelta(hours=1)
BATCH = 20
# Bulk mail is claimed in larger batches while one goes out so quickly that a reminder hardly waits behind it.
LARGEST_BATCH, QUICK = 100, timedelta(seconds=0.5)
KEPT_FOR = timedelta(days=90)  # so long what was sent can be read


class SmtpStage(StrEnum):
    """The step of the SMTP conversation that the mail server answered last."""

    HELLO = "hello"
    SENDER = "sender"
    RECIPIENT = "recipient"
    TEXT = "text"


UNREACHABLE = "the mail server could not be reached"

# The tick comes every half minute, from cron every minute.
TICK_IS_LATE = timedelta(minutes=5)
LETTERS_ARE_LATE = timedelta(minutes=15)  # since their turn came, or since a mail server that does not answer was met
TICK_WAS_AWAY = timedelta(minutes=30)  # longer than anybody restarts things for: coordinators are told


@dataclass(frozen=True)
class ServerAnswer:
    """The result of one attempt: the server's code (None: no answer), whether the text was handed over, the last
    step."""

    code: int | None
    text: str = ""
    handed_over: bool = False
    stage: SmtpStage = SmtpStage.RECIPIENT


@dataclass(frozen=True)
class AttemptOutcome:
    """What becomes of a letter after one attempt."""

    state: LetterState
    reason: str = ""
    next_try_at: datetime | None = None
    is_bad_address: bool = False


def due_after_quiet(*, since: datetime, now: datetime, sent_lately: int, quiet: timedelta = QUIET) -> datetime:
    """Return when a letter that has gathered since ``since`` goes out if nothing more happens."""
    return min(now + (quiet if sent_lately < OFTEN else LONGEST_QUIET), since + LONGEST_QUIET)


def may_become(was: LetterState, became: LetterState) -> bool:
    """Tell whether a letter may go from one state straight to another."""
    return became in NEXT[was]


def after_attempt(answer: ServerAnswer, *, tries: int, now: datetime, is_urgent: bool = False) -> AttemptOutcome:
    """Decide from the server's answer to the ``tries``-th attempt what becomes of the letter.

    Where the server answered, its answer counts. Without an answer before the text was handed over, nothing was sent.
    Without an answer afterwards nobody knows, so a person decides and the portal does not risk writing twice. An
    ``is_urgent`` letter is tried again each minute, because soon nobody waits for it any more.
    """
    code = answer.code or 0
    if 200 <= code < 300:
        return AttemptOutcome(LetterState.SENT)
    if 500 <= code < 600:
        return AttemptOutcome(
            LetterState.FAILED,
            reason="the mail server refused it",
            is_bad_address=says_there_is_no_such_mailbox(answer),
        )
    if answer.handed_over and not 400 <= code < 500:
        return AttemptOutcome(
            LetterState.UNCERTAIN, reason="the connection was lost after the text had been handed over"
        )
    if 400 <= code < 500:
        return _again("the mail server refused it for now", tries=tries, now=now, is_urgent=is_urgent)
    return _again(UNREACHABLE, tries=tries, now=now, is_urgent=is_urgent)


def says_there_is_no_such_mailbox(answer: ServerAnswer) -> bool:
    """Tell whether a refusal is about the recipient (RFC 3463, 3.2): RCPT refused with 5.1.1, .2, .3, .6 or .10.

    5.1.7 and 5.1.8 are about the sender, 5.1.0 about nothing in particular, and an answer to MAIL or to the text is
    about us or about the text. Without such a code nobody knows whom a 550 means.
    """
    is_answer_to_rcpt = answer.stage == SmtpStage.RECIPIENT and not answer.handed_over
    return is_answer_to_rcpt and bool(re.match(r"\s*5\.1\.(?:1|2|3|6|10)(?![\d.])", answer.text))


def may_come_later(answer: ServerAnswer) -> bool:
    """Tell whether a letter that somebody waits for, and that failed at once, is worth another attempt.

    A server that says "later" (greylisting, say), is slow, hangs up, refuses the connection or cannot be found may take
    the letter in a minute. If it refuses the letter, or us, the person is told at once.
    """
    if answer.code is None:
        return not (answer.stage == SmtpStage.HELLO and answer.text.startswith("5"))
    return 400 <= answer.code < 500


def _again(reason: str, *, tries: int, now: datetime, is_urgent: bool) -> AttemptOutcome:
    if is_urgent:
        return AttemptOutcome(LetterState.DEFERRED, reason=reason, next_try_at=now + URGENT_RETRY_AFTER)
    if tries > len(RETRY_AFTER):
        return AttemptOutcome(LetterState.FAILED, reason=f"given up after {tries} attempts: {reason}")
    return AttemptOutcome(LetterState.DEFERRED, reason=reason, next_try_at=now + RETRY_AFTER[tries - 1])


def shortened(text: str, *, address: str, limit: int = 200) -> str:
    """Return a server's answer on one line, at most ``limit`` characters, without the recipient's address."""
    line = " ".join(text.replace("\x00", " ").split())
    if address and address.lower() in line.lower():
        line = re.sub(re.escape(address), "…", line, flags=re.IGNORECASE)
    return line if len(line) <= limit else line[: limit - 1] + "…"


class OutageKind(TextChoices):
    TICK = "tick", _("nothing was done by the clock")
    MAIL = "mail", _("the mail server could not be reached")


SUPPRESSION_SOURCES = [
    ("bounce", _("the mail server says there is no such address")),
    ("person", _("asked for by the person")),
    ("desk", _("entered by the working group")),
]


# Whoever gets letters again says so themselves; what they asked for by themselves ends by a talk with a person.
BY_THEMSELVES = frozenset({"bounce", "desk"})


class SuppressionScope(TextChoices):
    ALL = "all", _("everything but security mail")
    BULK = "bulk", _("newsletters and announcements only")


class Priority(IntegerChoices):
    """What goes first where several letters are due; the smaller, the earlier."""

    SECURITY = 0, _("security mail")
    SOON = 1, _("a reminder of an hour that is near")
    ORDINARY = 2, _("other emails")
    BULK = 3, _("newsletters and announcements")
