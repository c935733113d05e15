"""Tell somebody who waits for a match since when, why the last round found nobody, and when the next may be.

Nothing here says anything about another person, and a number of people is only told where it is not small.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.translation import gettext_lazy

from letsconnect.base.query_batches import QueryBatch
from letsconnect.base.statements import Statement
from matching.domain.matches import UNDECIDED, RoundState
from matching.models import Match, Round, RoundParticipant, SharerRequest
from matching.waiting.changes import LearnerRows
from matching.waiting.rhythm import LOOKED_AT, Rhythm, rhythm
from registrations import documents
from registrations.domain.registrations import RegistrationState
from registrations.models import Registration, Wish, has_agreed
from registrations.participation.next_round import taking_part, with_what_a_match_needs

# Not left out: they learn from as many people as they want, which may be nobody, or are not here.
CONTENT = ("learning_enough", "wants_nobody", "not_here")
_WHY = {
    "too_few_hours": gettext_lazy("You are free for fewer hours a week than a match needs."),
    "no_offer": gettext_lazy("Nobody who takes part shares yet what you wish to learn."),
    "no_free_place": gettext_lazy("Those who share what you wish to learn had no place left."),
    "region_wishes": gettext_lazy(
        "Where your match should be from did not go together with those who could have helped."
    ),
    "no_shared_language": gettext_lazy("You shared no language, spoken well enough, with those who could have helped."),
    "kept_apart": gettext_lazy("Those who would suit you could not be had this time."),
    "no_hour_in_common": gettext_lazy("You had no hour of the week in common with those who could have helped."),
    "places_taken": gettext_lazy("Somebody could have helped you, but this time every place went to others."),
    "": gettext_lazy(
        "The working group looked at what the round found, and nothing of it would have worked well for you."
    ),
}


@dataclass(frozen=True)
class WaitingStatus:
    """Whether somebody waits for a match, and what they are told. ``state`` is one of the words below."""

    state: str
    since: datetime | None = None
    round_at: datetime | None = None
    why: str = ""
    changed_at: datetime | None = None  # since the round
    is_prepared: bool = False  # a round they are part of is being looked at now
    last_over: datetime | None = None  # when the last match they were asked about ended
    rhythm: Rhythm | None = None  # of rounds, as far as there were any
    is_in: bool = False  # the next round includes them
    wishes: frozenset[int] = frozenset()
    requests: int = 0  # how many of their requests for a sharer wait
    asked: LearnerRows | None = None  # read already, for what would help

    @property
    def is_looked_for(self) -> bool:
        """Whether a round would look for somebody for them, or would if they had more hours."""
        return self.state in (FIRST_ROUND, NEXT_ROUND, LEFT_OUT, TOO_FEW_HOURS)

    @property
    def got_nothing(self) -> bool:
        return self.state == LEFT_OUT


NOT_IN, NOT_AGREED, RESTING, NO_WISH, NO_ROOM = "not_in", "not_agreed", "resting", "no_wish", "no_room"
TOO_FEW_HOURS = "too_few_hours"
MATCHED, FIRST_ROUND, LEFT_OUT, NEXT_ROUND = "matched", "first_round", "left_out", "next_round"


def of_learners() -> QuerySet[RoundParticipant]:
    """Participations in published rounds of people who looked for somebody to learn from and had room for a match."""
    wishing = Q(is_learner=True) | ~Q(left_out="")
    return RoundParticipant.objects.filter(wishing, round__state=RoundState.PUBLISHED).exclude(left_out__in=CONTENT)


def empty_handed() -> QuerySet[RoundParticipant]:
    """Those of these who were asked about nobody, in the round or since; while a proposal for them is undecided, they
    do not count."""
    theirs = Match.objects.filter(learner=OuterRef("registration"))
    in_the_round = theirs.filter(Q(asked_at__isnull=False) | Q(state__in=UNDECIDED), round=OuterRef("round"))
    since = theirs.filter(asked_at__gte=OuterRef("round__published_at"))
    at_the_moment = theirs.live().filter(asked_at__isnull=False)
    return of_learners().filter(~Exists(in_the_round), ~Exists(since), ~Exists(at_the_moment))


def waiting_status(registration: Registration | None, *, now: datetime, is_told_all: bool = False) -> WaitingStatus:
    """Say whether somebody waits for a match, and why. Reads what is stored about them in one statement; what would
    help is asked of the rows of others as they are now (`changes_in_words`), by who says so: ``is_told_all``."""
    if registration is None or registration.state != RegistrationState.APPROVED:
        return WaitingStatus(NOT_IN)
    stored = _StoredStatus(registration, now=now, is_told_all=is_told_all)
    status = _status(registration, stored, now=now)
    return replace(status, is_in=stored.is_in, wishes=stored.wishes, requests=stored.requests, asked=stored.asked)


def _status(registration: Registration, stored: "_StoredStatus", *, now: datetime) -> WaitingStatus:
    standing, last = stored.standing, stored.last_round
    if not standing.has_agreed:
        return WaitingStatus(NOT_AGREED)
    if registration.is_resting(on=now.date()):
        return WaitingStatus(RESTING)
    if standing.is_matched:
        return WaitingStatus(MATCHED)
    if not registration.can_learn_from:
        return WaitingStatus(NO_ROOM)
    if not stored.wishes:
        return WaitingStatus(NO_WISH)
    is_left_out = last is not None and last.is_empty_handed  # then the reason and what would help are told
    if not (standing.has_hours or is_left_out):
        return WaitingStatus(TOO_FEW_HOURS, rhythm=stored.rhythm)
    since = standing.last_over or registration.submitted_at or registration.made_at
    if registration.claimed_at is not None:  # nobody could be looked for before it was taken over from the old form
        since = max(since, registration.claimed_at)
    waits = WaitingStatus(
        FIRST_ROUND if last is None and standing.last_over is None else NEXT_ROUND,
        since=since,
        is_prepared=standing.is_prepared,
        last_over=standing.last_over,
        rhythm=stored.rhythm,
    )
    if last is None or not last.is_empty_handed:
        return waits
    return replace(
        waits,
        state=LEFT_OUT,
        round_at=last.published_at,
        why=str(_WHY.get(last.left_out, _WHY[""])),
        changed_at=registration.changed_at if registration.changed_at > last.read_at else None,
    )


@dataclass(frozen=True)
class _Standing:
    """What decides whether somebody can wait for a match at all."""

    has_agreed: bool
    is_matched: bool
    is_prepared: bool  # a round they are part of is being looked at now
    last_over: datetime | None  # when the last match they were asked about ended
    has_hours: bool  # is free for as long as the rules of matching ask


@dataclass(frozen=True)
class _LastRound:
    """What came of the newest published round for somebody who took part in it as a learner."""

    left_out: str
    is_empty_handed: bool
    published_at: datetime
    read_at: datetime  # when their answers were read

    @classmethod
    def of(cls, participant: Any) -> "_LastRound":
        """Read a row of `_last_round`."""
        round_ = participant.round
        read_at = round_.started_at or round_.published_at
        return cls(
            left_out=participant.left_out,
            is_empty_handed=participant.is_empty_handed,
            published_at=round_.published_at,
            read_at=read_at,
        )


class _StoredStatus:
    """What is stored about somebody who may be waiting, read in one statement."""

    def __init__(self, registration: Registration, *, now: datetime, is_told_all: bool) -> None:
        batch = QueryBatch()
        mine = {"registration": registration}
        on = now.date()
        standings = batch.add(_STANDING.queryset(mine, on=on, versions=documents.all_counting(on=on)))
        wishes = batch.add(_WISHES.queryset(mine))
        rounds = batch.add(_LAST_ROUND.queryset(mine))
        published = batch.add(_PUBLISHED.queryset({}))
        requests = batch.add(_REQUESTS.queryset(mine)) if is_told_all else ()
        is_in = batch.add(_IS_IN.queryset(mine, on=on, versions=documents.all_counting(on=on))) if is_told_all else ()
        self.asked = LearnerRows.of(registration, batch) if is_told_all else None
        batch.run()
        self.is_in, self.requests = bool(is_in), len(requests)
        row = standings[0]
        self.standing = _Standing(row.has_agreed, row.is_matched, row.is_prepared, row.last_over, row.has_hours)
        self.wishes = frozenset(wishes)
        self.last_round = _LastRound.of(rounds[0]) if rounds else None
        self.rhythm = rhythm(list(published), now=now)


def _standing(registration: Registration, *, on: date, versions: tuple[tuple[str, ...], ...]) -> QuerySet[Registration]:
    """The registration with the columns of `_Standing`; its SQL holds the day, and the versions that count on it."""
    asked = Match.objects.filter(learner=OuterRef("pk"), asked_at__isnull=False)
    over = asked.filter(closed_at__isnull=False).order_by("-closed_at").values("closed_at")
    looked_at = RoundParticipant.objects.filter(registration=OuterRef("pk"), round__state=RoundState.PROPOSED)
    return with_what_a_match_needs(Registration.objects.filter(pk=registration.pk)).annotate(
        has_hours=ExpressionWrapper(
            GreaterThanOrEqual(F("free_minutes"), F("least_minutes")), output_field=BooleanField()
        ),
        has_agreed=ExpressionWrapper(has_agreed(on=on), output_field=BooleanField()),
        is_matched=Exists(asked.live()),
        last_over=Subquery(over[:1]),
        is_prepared=Exists(looked_at),
    )


def _last_round(registration: Registration) -> QuerySet[RoundParticipant]:
    """Their part in the newest published round they learnt in, with ``is_empty_handed``: they got nothing of it."""
    mine = of_learners().filter(registration=registration).order_by("-round__published_at", "-round_id")
    nothing = empty_handed().filter(pk=OuterRef("pk"))
    return mine.select_related("round").annotate(is_empty_handed=Exists(nothing))[:1]


_STANDING, _LAST_ROUND = Statement(_standing), Statement(_last_round)
_REQUESTS = Statement(
    lambda registration: SharerRequest.objects.waiting().filter(learner=registration).values_list("pk", flat=True)
)
_IS_IN = Statement(lambda registration, on, versions: taking_part(on=on).filter(pk=registration.pk).values_list("pk"))
_PUBLISHED = Statement(
    lambda: (
        Round.objects.filter(state=RoundState.PUBLISHED)
        .order_by("-published_at")
        .values_list("published_at", flat=True)[:LOOKED_AT]
    )
)
_WISHES = Statement(lambda registration: Wish.objects.filter(registration=registration).values_list("skill", flat=True))
