"""What can be decided about reports and the people who read them, without a database."""

from datetime import datetime, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# Whoever writes more than this in a day is better helped by a person than by a form.
REPORTS_A_DAY = 10
REMIND_EVERY = timedelta(days=7)
# A closed report loses its words and whom it was about after this time; see docs/decisions.
KEPT_AFTER_CLOSING = timedelta(days=365)
FEWEST_READERS = 2


class ReportState(TextChoices):
    NEW = "new", pgettext_lazy("state of a report", "new")
    LOOKING = "looking", pgettext_lazy("state of a report", "being looked at")
    CLOSED = "closed", pgettext_lazy("state of a report", "closed")


class ReportOutcome(TextChoices):
    """What came of a report: a code that says nothing about a person, so it is kept when the words are deleted."""

    TALKED = "talked", _("We talked with those involved")
    WARNED = "warned", _("Somebody was warned")
    LEFT_OUT = "left_out", _("Somebody was left out of the programme")
    PASSED_ON = "passed_on", _("Passed on to those who are responsible")
    NOTHING_TO_DO = "nothing_to_do", _("There was nothing for us to do")
    TAKEN_BACK = "taken_back", _("Taken back by the person who wrote")


class NoteKind(TextChoices):
    """What a member of the trust team did with a report."""

    NOTED = "noted", pgettext_lazy("trust team", "wrote a note")
    DECIDED = "decided", pgettext_lazy("trust team", "changed the state")
    STEPPED_ASIDE = "stepped_aside", pgettext_lazy("trust team", "stepped aside")
    NAMED = "named", pgettext_lazy("trust team", "named the account it is about")
    REOPENED = "reopened", pgettext_lazy("trust team", "opened the account again")


_MOVES = {
    ReportState.NEW: {ReportState.LOOKING, ReportState.CLOSED},
    ReportState.LOOKING: {ReportState.CLOSED},
    ReportState.CLOSED: {ReportState.LOOKING},
}


class TrustError(Exception):
    """An expected refusal; its text can be shown to the person."""


class ReportMoveNotAllowed(TrustError):
    """The report is not in a state from which this can be done."""


class NotYourReport(TrustError):
    """The person may not read this report, or may not decide this."""


class TooManyReports(TrustError):
    """Too many reports from one person in a day; another may be sent in ``retry_after`` seconds."""

    retry_after = 24 * 60 * 60


class ReportIncomplete(TrustError):
    """A report has no words, or its outcome does not go with its state."""


class CannotClose(TrustError):
    """Nobody can be left out before the account is named, or the portal would be left without a coordinator."""


class LastReader(TrustError):
    """Nobody would be left who can read the report."""


class NotOneself(TrustError):
    """A coordinator cannot appoint themselves to the trust team."""


class TrustSeatRefused(TrustError):
    """This seat cannot be given or prolonged: the account is closed, or the seat already has an end."""


def check_move(was: str, becomes: str) -> None:
    """Raise ReportMoveNotAllowed unless a report may go from ``was`` to ``becomes``."""
    if ReportState(becomes) not in _MOVES[ReportState(was)]:
        raise ReportMoveNotAllowed(
            _("A report that is %(was)s cannot become %(becomes)s: perhaps somebody else was faster.")
            % {"was": ReportState(was).label, "becomes": ReportState(becomes).label}
        )


def check_outcome(*, state: str, outcome: str) -> None:
    """Raise ReportIncomplete unless a closed report, and only a closed one, has an outcome."""
    if state == ReportState.CLOSED and outcome not in ReportOutcome.values:
        raise ReportIncomplete(_("Say what came of it."))
    if state != ReportState.CLOSED and outcome:
        raise ReportIncomplete(_("Only a closed report says what came of it."))


def weeks_waited(*, made_at: datetime, now: datetime) -> int:
    """Return how many whole weeks a report has waited; each reader gets one letter for each week."""
    return max(0, (now - made_at) // REMIND_EVERY)
