"""What can be decided about feedback on a clinic: what is asked, of whom, until when, and which sums may be shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from clinics.domain.clinics import TOOK_PLACE, ClinicError, ClinicState
from letsconnect.base.small_counts import SMALLEST_COUNT_SHOWN, too_small

# People are asked, and may change what they said, for so long after the end. Only then it is counted, once: sums that
# could be watched while answers change would tell what somebody said.
ASKED_FOR = timedelta(days=30)
# Only the week of an answer is kept. Deleted 89 days after its Monday, no answer gets to be 90 days old.
KEPT_DAYS = 89
SMALLEST_ANSWERS_SHOWN = 10
MOST_WORDS = 1000


class FeedbackQuestion(TextChoices):
    USEFUL = "useful", gettext_lazy("Was it useful for you?")
    PACE = "pace", gettext_lazy("How was the level?")
    LANGUAGE = "language", gettext_lazy("Could you take part in a language you are at ease in?")
    USE = "use", gettext_lazy("Will you use something of it?")
    SAFE = "safe", gettext_lazy("Did you feel safe and welcome?")
    WORDS = "words", gettext_lazy("What would you change?")


_TO_SOME_DEGREE = {
    "yes": pgettext_lazy("answer of feedback", "Yes"),
    "partly": pgettext_lazy("answer of feedback", "Partly"),
    "no": pgettext_lazy("answer of feedback", "No"),
}
SAID = "said"  # the only option of the question that is answered in words
NOT_SAFE = "no"
OPTIONS: Mapping[str, Mapping[str, Any]] = {
    FeedbackQuestion.USEFUL: {
        "very": pgettext_lazy("answer of feedback", "Very useful"),
        "quite": pgettext_lazy("answer of feedback", "Quite useful"),
        "little": pgettext_lazy("answer of feedback", "A little"),
        "not": pgettext_lazy("answer of feedback", "Not useful"),
    },
    FeedbackQuestion.PACE: {
        "easy": pgettext_lazy("answer of feedback", "Too easy, or too slow"),
        "right": pgettext_lazy("answer of feedback", "Just right"),
        "hard": pgettext_lazy("answer of feedback", "Too difficult, or too fast"),
    },
    FeedbackQuestion.LANGUAGE: _TO_SOME_DEGREE,
    FeedbackQuestion.USE: {
        "yes": pgettext_lazy("answer of feedback", "Yes, soon"),
        "maybe": pgettext_lazy("answer of feedback", "Perhaps later"),
        "no": pgettext_lazy("answer of feedback", "No"),
    },
    FeedbackQuestion.SAFE: {
        "yes": pgettext_lazy("answer of feedback", "Yes"),
        "mostly": pgettext_lazy("answer of feedback", "Mostly"),
        NOT_SAFE: pgettext_lazy("answer of feedback", "No"),
    },
    FeedbackQuestion.WORDS: {SAID: pgettext_lazy("answer of feedback", "said something")},
}
TICKED = tuple(question for question in FeedbackQuestion if question != FeedbackQuestion.WORDS)


class QuoteAs(TextChoices):
    """Under which name somebody may be quoted."""

    OWN_NAME = "own_name", gettext_lazy("my name")
    OTHER_NAME = "other_name", gettext_lazy("another name")
    PARTICIPANT = "participant", gettext_lazy("“a participant”, without a name")


class FeedbackStage(StrEnum):
    """How far feedback on a clinic is, for whoever may read it."""

    CANCELLED = "cancelled"
    AHEAD = "ahead"  # the clinic is not over
    OPEN = "open"
    DUE = "due"  # nobody can say anything more, and it is not counted yet
    COUNTED = "counted"


def feedback_stage(*, state: str, ends_at: datetime, is_counted: bool, now: datetime) -> FeedbackStage:
    """Return how far feedback on a clinic is. What was counted once stays, whatever becomes of the clinic."""
    if is_counted:
        return FeedbackStage.COUNTED
    if state == ClinicState.CANCELLED:
        return FeedbackStage.CANCELLED
    if not is_over(state=state, ends_at=ends_at, now=now):
        return FeedbackStage.AHEAD
    return FeedbackStage.OPEN if now < ends_at + ASKED_FOR else FeedbackStage.DUE


class FeedbackClosed(ClinicError):
    """Feedback on this clinic is not asked for yet, or not any more."""


class NotThere(ClinicError):
    """The person had neither a seat at the clinic nor a part in it, and nobody saw them there."""


class NotYourQuote(ClinicError):
    """The quote is the person's own: somebody else decides whether it is shown."""


def is_over(*, state: str, ends_at: datetime, now: datetime) -> bool:
    """Tell whether a clinic took place and has ended, as far as is known."""
    return state in TOOK_PLACE or (state == ClinicState.ANNOUNCED and now >= ends_at)


def check_asked(*, state: str, ends_at: datetime, now: datetime) -> None:
    """Raise FeedbackClosed unless people are asked now how a clinic was: from its end, for thirty days."""
    if state == ClinicState.CANCELLED:
        raise FeedbackClosed(_("This clinic has been cancelled."))
    if not is_over(state=state, ends_at=ends_at, now=now):
        raise FeedbackClosed(_("You can say how it was as soon as the clinic is over."))
    if now >= ends_at + ASKED_FOR:
        raise FeedbackClosed(_("Feedback was asked for in the thirty days after the clinic. Thank you all the same."))


@dataclass(frozen=True)
class ShownSums:
    """What may be said of the answers to one question. ``answers`` is None where they are too few to be told of;
    an option is None where it is too small, or would tell of one that is."""

    question: FeedbackQuestion
    answers: int | None
    options: Mapping[str, int | None]

    @property
    def rows(self) -> list[tuple[Any, int | None]]:
        """Each option in words, with how many chose it."""
        return [(label, self.options[option]) for option, label in OPTIONS[self.question].items()]


def shown_sums(question: FeedbackQuestion, counts: Mapping[str, int]) -> ShownSums:
    """Return the sums of one question as the working group may read them."""
    each = {option: counts.get(option, 0) for option in OPTIONS[question]}
    answers = sum(each.values())
    if answers < SMALLEST_ANSWERS_SHOWN:
        return ShownSums(question, None, dict.fromkeys(each))
    hidden = too_small(each, least=SMALLEST_COUNT_SHOWN)
    return ShownSums(question, answers, {option: None if option in hidden else count for option, count in each.items()})


def words_may_be_read(*, people: int, written: int) -> bool:
    """Tell whether what people wrote may be read: where enough gave feedback, and enough of them wrote something."""
    return people >= SMALLEST_ANSWERS_SHOWN and written >= SMALLEST_COUNT_SHOWN
