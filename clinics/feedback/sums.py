"""What the people of a clinic said, as the working group and its hosts may read it; and counting it for good."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from clinics.domain.feedback import (
    KEPT_DAYS,
    TICKED,
    FeedbackQuestion,
    ShownSums,
    answers_that_show,
    shown_sums,
    words_may_be_read,
)
from clinics.models import Clinic, FeedbackAnswer, FeedbackTally

Counts = Mapping[str, Counter[str]]


@dataclass(frozen=True)
class FeedbackShown:
    """The sums of each question that may be told, and the words in an order that tells nothing."""

    sums: tuple[ShownSums, ...]
    words: tuple[str, ...]

    @property
    def has_sums(self) -> bool:
        return any(sums.answers is not None for sums in self.sums)


def feedback_on(clinic: Clinic) -> FeedbackShown:
    """Return what may be read of the feedback on a clinic: in two queries, and never who said it."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for tally in FeedbackTally.objects.filter(clinic=clinic):
        counts[tally.question][tally.option] += tally.shown
    answers = _that_show(FeedbackAnswer.objects.filter(clinic=clinic).earliest_first())
    for row in answers:
        counts[row.question][row.option] += 1
    words = [row.words for row in answers if row.question == FeedbackQuestion.WORDS]
    people = max((counts[question].total() for question in TICKED), default=0)
    if not words_may_be_read(people=people, written=len(words)):
        words = []
    random.SystemRandom().shuffle(words)
    return FeedbackShown(tuple(shown_sums(question, counts[question]) for question in TICKED), tuple(words))


def _that_show(rows: Iterable[FeedbackAnswer]) -> list[FeedbackAnswer]:
    """Return of the answers to each question those that are among its sums: the earliest, in full fives."""
    by_question: defaultdict[str, list[FeedbackAnswer]] = defaultdict(list)
    for row in rows:
        by_question[row.question].append(row)
    return [row for answers in by_question.values() for row in answers[: answers_that_show(len(answers))]]


@transaction.atomic
def count_old_feedback(now: datetime) -> int:
    """Count the answers on each clinic of which some are about to be 90 days old, and delete them; return how many.

    All on one clinic are counted together: they were given within thirty days, and nobody can change them any more.
    """
    old = FeedbackAnswer.objects.from_before(now.date() - timedelta(days=KEPT_DAYS)).order_by()
    rows = list(FeedbackAnswer.objects.filter(clinic__in=old.values("clinic")).select_for_update().earliest_first())
    by_clinic: defaultdict[int, list[FeedbackAnswer]] = defaultdict(list)
    for row in rows:
        by_clinic[row.clinic_id].append(row)
    for clinic_id, answers in sorted(by_clinic.items()):
        _count(clinic_id, answers)
    FeedbackAnswer.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def _count(clinic_id: int, answers: list[FeedbackAnswer]) -> None:
    all_of_them = Counter((row.question, row.option) for row in answers)
    shown = Counter((row.question, row.option) for row in _that_show(answers))
    for (question, option), count in sorted(all_of_them.items()):
        columns = {"clinic_id": clinic_id, "question": question, "option": option}
        tally = FeedbackTally.objects.filter(**columns).first() or FeedbackTally(**columns)
        tally.count += count
        tally.shown += shown[question, option]
        tally.save()
