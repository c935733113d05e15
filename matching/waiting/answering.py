"""Answer the requests for one sharer after a round: the learner is told what came of theirs, the sharer never."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from matching.domain.matches import UNDECIDED
from matching.domain.requests import NotThisTime, RequestState
from matching.models import Match, Round, RoundParticipant, SharerRequest, SharerRequestQuerySet
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
        .filter(Q(pk__in=_matched().values("pk")) | _is_not_met(now=now))
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


def _is_not_met(*, now: datetime) -> Q:
    """The request has its answer from a settled round, as `_round_that_answers` finds it: those that go on waiting must
    not take the place of one that has."""
    parts = _settled_parts(OuterRef("learner"), since=OuterRef("made_at"), now=now)
    is_open = Q(pk__in=SharerRequest.objects.open().values("pk"))
    return Q(Exists(_with_both(parts, OuterRef(OuterRef("sharer"))))) | (Q(Exists(parts)) & ~is_open)


def _settled_parts(learner: Any, *, since: Any, now: datetime) -> QuerySet[RoundParticipant]:
    """The learner's part in rounds that began since then and in which nothing is to be decided for them any more.

    They were published long enough ago that decisions and repairs are over.
    """
    undecided = Match.objects.filter(round=OuterRef("round"), learner=OuterRef("registration"), state__in=UNDECIDED)
    settled = advice.of_learners().filter(~Exists(undecided), round__published_at__lte=now - SETTLED_AFTER)
    return settled.filter(registration=learner, round__started_at__gte=since)


def _with_both(parts: QuerySet[RoundParticipant], sharer: Any) -> QuerySet[RoundParticipant]:
    """Those of rounds in which the sharer took part, too."""
    return parts.filter(Exists(RoundParticipant.objects.filter(round=OuterRef("round"), registration=sharer)))


def _answer(request: SharerRequest, *, now: datetime) -> bool:
    """Close one request if it has its answer by now, and tell whether it has."""
    pair = Match.objects.filter(learner=request.learner, sharer=request.sharer, asked_at__gte=request.made_at)
    match = pair.order_by("asked_at").first()
    if match is not None:
        close(request, becomes=RequestState.MATCHED, by=None, now=now, match=match, round=match.round)
        return True
    round_ = _round_that_answers(request, now=now)
    if round_ is None:
        return False
    of_the_learner = Match.objects.filter(round=round_, learner=request.learner)
    why = _why(request, has_other=of_the_learner.filter(asked_at__isnull=False).exists(), now=now)
    close(request, becomes=RequestState.NOT_THIS_TIME, by=None, now=now, round=round_, not_this_time=why)
    owe_answer(request, key=f"round:{round_.pk}", now=now)
    return True


def _round_that_answers(request: SharerRequest, *, now: datetime) -> Round | None:
    """The first settled round that had both people.

    While the sharer is only away, the request waits for one. If they have left, block the learner or let nobody find
    them any more, the first round that had the learner answers it.
    """
    parts = _settled_parts(request.learner, since=request.made_at, now=now).select_related("round")
    in_order = parts.order_by("round__published_at", "round_id")
    part = _with_both(in_order, request.sharer).first()
    if part is None and not SharerRequest.objects.open().filter(pk=request.pk).exists():
        part = in_order.first()
    return part.round if part is not None else None


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
    minutes = browsing.minutes_with(learner, sharer, now=now)
    return NotThisTime.NOT_EVERYBODY if minutes else NotThisTime.NO_HOURS


def _share_a_language(learner: Registration, sharer: Registration) -> bool:
    """Whether there is a language that both speak well enough."""
    by_learner, by_sharer = (
        person.spoken_languages.filter(level__gte=MIN_SHARED_LEVEL).values_list("code", flat=True)
        for person in (learner, sharer)
    )
    return bool(set(by_learner) & set(by_sharer))
