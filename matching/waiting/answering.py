"""Answer the requests for one sharer after a round: the learner is told what came of theirs, the sharer never."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from matching.domain.matches import UNDECIDED
from matching.domain.requests import NotThisTime, RequestState
from matching.models import Match, RoundParticipant, SharerRequest, SharerRequestQuerySet
from matching.models.people import account_of
from matching.waiting import advice, browsing
from matching.waiting.requests import AT_ONCE, close, owe_answer
from registrations.domain.registrations import MIN_SHARED_LEVEL, RegionWish
from registrations.models import Registration

# Decisions and repairs go on for a while after a round is first published.
SETTLED_AFTER = timedelta(days=1)


@transaction.atomic
def answer_requests(now: datetime) -> int:
    """Close the requests that became a match, and those a published round could not meet; write about the latter.
    Return how many were closed."""
    waiting = (
        SharerRequest.objects.waiting()
        .filter(Q(pk__in=_matched().values("pk")) | Q(learner__in=_learners_of_settled_rounds(now)))
        .select_related("learner__member", "sharer__member")
        .select_for_update(skip_locked=True, no_key=True, of=("self",))
        .order_by("pk")[:AT_ONCE]
    )
    return sum(_answer(request, now=now) for request in waiting)


def _matched() -> SharerRequestQuerySet:
    """Requests whose two people were asked about each other since."""
    return SharerRequest.objects.waiting().filter(
        learner__matches_as_learner__sharer=F("sharer"), learner__matches_as_learner__asked_at__gte=F("made_at")
    )


def _learners_of_settled_rounds(now: datetime) -> QuerySet[Any]:
    """Learners of rounds that were published long enough ago that decisions and repairs are over."""
    return advice.of_learners().filter(round__published_at__lte=now - SETTLED_AFTER).values("registration")


def _answer(request: SharerRequest, *, now: datetime) -> bool:
    """Close one request if it has its answer by now, and tell whether it has."""
    pair = Match.objects.filter(learner=request.learner, sharer=request.sharer, asked_at__gte=request.made_at)
    match = pair.order_by("asked_at").first()
    if match is not None:
        close(request, becomes=RequestState.MATCHED, by=None, now=now, match=match, round=match.round)
        return True
    took_part = _settled_rounds(request, now=now).first()
    if took_part is None:
        return False
    round_ = took_part.round
    of_the_learner = Match.objects.filter(round=round_, learner=request.learner)
    if of_the_learner.filter(state__in=UNDECIDED).exists():
        return False
    if not _could_be_met(request, took_part):
        return False
    why = _why(request, has_other=of_the_learner.filter(asked_at__isnull=False).exists(), now=now)
    close(request, becomes=RequestState.NOT_THIS_TIME, by=None, now=now, round=round_, not_this_time=why)
    owe_answer(request, key=f"round:{round_.pk}", now=now)
    return True


def _settled_rounds(request: SharerRequest, *, now: datetime) -> QuerySet[RoundParticipant]:
    """The learner's part in settled rounds that began after they asked, the first of them first."""
    return (
        advice.of_learners()
        .filter(
            registration=request.learner,
            round__started_at__gte=request.made_at,
            round__published_at__lte=now - SETTLED_AFTER,
        )
        .select_related("round")
        .order_by("round__published_at", "round_id")
    )


def _could_be_met(request: SharerRequest, took_part: RoundParticipant) -> bool:
    """Whether the sharer took part in the round, too. If they were only away, the request goes on waiting; if they
    have left, block the learner or let nobody find them any more, it is answered."""
    had_both = RoundParticipant.objects.filter(round=took_part.round, registration=request.sharer).exists()
    return had_both or not SharerRequest.objects.open().filter(pk=request.pk).exists()


def _why(request: SharerRequest, *, has_other: bool, now: datetime) -> NotThisTime:
    """Why the request was not met, as far as it is about the learner or both can see it. All other reasons get one and
    the same answer, so that nothing is told about the sharer."""
    learner, sharer = request.learner, request.sharer
    if has_other:
        return NotThisTime.MATCHED_OTHERWISE
    if not Registration.objects.findable_by(account_of(learner), on=now.date()).filter(pk=sharer.pk).exists():
        return NotThisTime.NOT_EVERYBODY
    if not _share_a_language(learner, sharer):
        return NotThisTime.NO_LANGUAGE
    is_same = bool(learner.region) and learner.region == sharer.region
    if (learner.region_wish, is_same) in ((RegionWish.SAME, False), (RegionWish.OTHER, True)):
        return NotThisTime.MY_REGION_WISH
    minutes = browsing.with_minutes(learner, sharer, now=now).minutes
    return NotThisTime.NOT_EVERYBODY if minutes.get(sharer.pk) else NotThisTime.NO_HOURS


def _share_a_language(learner: Registration, sharer: Registration) -> bool:
    """Whether there is a language that both speak well enough."""
    by_learner, by_sharer = (
        person.spoken_languages.filter(level__gte=MIN_SHARED_LEVEL).values_list("code", flat=True)
        for person in (learner, sharer)
    )
    return bool(set(by_learner) & set(by_sharer))
