"""What the people of a clinic said, as its hosts and the working group may read it; and counting it once, for good."""

import random
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from clinics.domain.feedback import (
    ASKED_FOR,
    KEPT_DAYS,
    TICKED,
    FeedbackQuestion,
    FeedbackStage,
    ShownSums,
    feedback_stage,
    shown_sums,
    words_may_be_read,
)
from clinics.models import ENDS_AT, Clinic, CountedFeedback, FeedbackAnswer, FeedbackTally


@dataclass(frozen=True)
class FeedbackShown:
    """The sums of each question that may be told, and the words in an order that tells nothing."""

    told_from: datetime
    stage: FeedbackStage
    sums: tuple[ShownSums, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def has_sums(self) -> bool:
        return any(sums.answers is not None for sums in self.sums)


def feedback_on(clinic: Clinic, *, now: datetime) -> FeedbackShown:
    """Return what may be read of the feedback on a clinic, in three queries: never who said it, and nothing at all as
    long as anybody can change what they said."""
    told_from = clinic.ends_at + ASKED_FOR
    counted = CountedFeedback.objects.filter(clinic=clinic).first()
    if counted is None:
        return FeedbackShown(told_from, _stage_before_counting(clinic, now))
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for tally in FeedbackTally.objects.filter(clinic=clinic):
        counts[tally.question][tally.option] = tally.count
    people = max((counts[question].total() for question in TICKED), default=0)
    written = counts[FeedbackQuestion.WORDS].total()
    words: list[str] = []
    if not counted.words_withheld and words_may_be_read(people=people, written=written):
        answers = FeedbackAnswer.objects.filter(clinic=clinic, question=FeedbackQuestion.WORDS)
        words = list(answers.values_list("words", flat=True))
        random.SystemRandom().shuffle(words)
    sums = tuple(shown_sums(question, counts[question]) for question in TICKED)
    return FeedbackShown(told_from, FeedbackStage.COUNTED, sums, tuple(words))


def _stage_before_counting(clinic: Clinic, now: datetime) -> FeedbackStage:
    """A clinic of which nobody said anything is never counted: once it is due, it is as if it were."""
    stage = feedback_stage(state=clinic.state, ends_at=clinic.ends_at, is_counted=False, now=now)
    if stage != FeedbackStage.DUE or FeedbackAnswer.objects.filter(clinic=clinic).exists():
        return stage
    return FeedbackStage.COUNTED


@transaction.atomic
def count_feedback(now: datetime) -> int:
    """Count the answers on each clinic that are final, or about to be 90 days old, and delete those that are only
    counted: the ticked ones at once, the words before they are 90 days old. Return how many are deleted."""
    too_old = FeedbackAnswer.objects.from_before(now.date() - timedelta(days=KEPT_DAYS))
    counted = Exists(CountedFeedback.objects.filter(clinic=OuterRef("pk")))
    is_due = Q(_ends__lte=now - ASKED_FOR) | Q(pk__in=too_old.values("clinic"))
    answered = Clinic.objects.filter(Exists(FeedbackAnswer.objects.filter(clinic=OuterRef("pk"))))
    due = answered.alias(_ends=ENDS_AT).filter(is_due).exclude(counted).values_list("pk", flat=True)
    locked = Clinic.objects.select_for_update(no_key=True).filter(pk__in=list(due)).order_by("pk")
    deleted = sum(_count(clinic, now=now) for clinic in locked)
    return deleted + too_old.delete()[0]


def _count(clinic: Clinic, *, now: datetime) -> int:
    """Count the answers on a clinic, which is locked; return how many are deleted."""
    if not CountedFeedback.objects.get_or_create(clinic=clinic, defaults={"counted_at": now})[1]:
        return 0
    answers = FeedbackAnswer.objects.filter(clinic=clinic)
    counts = Counter(answers.values_list("question", "option"))
    FeedbackTally.objects.bulk_create(
        FeedbackTally(clinic=clinic, question=question, option=option, count=count)
        for (question, option), count in sorted(counts.items())
    )
    return answers.ticked().delete()[0]
