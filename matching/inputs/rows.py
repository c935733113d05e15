"""Which rows the engine's facts are read from: those of everybody, or those of some people in one statement."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from letsconnect.base.query_batches import QueryBatch
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from matching.domain.matches import UNDECIDED
from matching.models import Exclusion, Match, MatchQuerySet, Round, SharerRequest
from matching.models.matches import HEIR
from registrations import documents
from registrations.domain.registrations import SkillState
from registrations.models import Block, Offer, Registration, SpokenLanguage, Window, Wish

AT_ONCE = 20_000
PERSON = (
    *("pk", "member_id", "region", "region_wish", "can_learn_from", "can_help", "zone", "member__zone"),
    *("submitted_at", "made_at", "confirmed_on"),
)
Read = Iterable[Any]


class Rows(NamedTuple):
    """What is read of people, in tables; each row is a tuple."""

    people: Read  # the columns of PERSON, by registration
    live: Read  # learner and sharer of each live match, and for some people its reasons as well
    offers: Read  # registration, skill, level; a merged skill as its heir
    wishes: Read  # registration, skill, priority
    languages: Read  # registration, code, level, whether it is preferred; by registration
    windows: Read  # registration, start, end; by registration
    apart: Read  # two registrations whose match keeps them apart
    excluded: Read  # two registrations that the working group keeps apart
    blocks: Read  # two members
    asked_for: Read  # learner and sharer


def of_everybody(*, now: datetime, round_: Round | None, cool_down_days: int) -> Rows:
    """Everybody who can be matched on that day, and all rows of their tables, table after table."""
    live = _LIVE.rows({}) if round_ is None else _LIVE_OF_OTHERS.rows({"round_": round_})
    return Rows(
        people=people(now=now),
        live=live,
        offers=_one_after_the_other(_skills(Offer, "level")),
        wishes=_one_after_the_other(_skills(Wish, "priority")),
        languages=_one_after_the_other(_languages(SpokenLanguage.objects.all())),
        windows=_one_after_the_other(_windows(Window.objects.all())),
        apart=apart(now=now, round_=round_, cool_down_days=cool_down_days),
        excluded=excluded(),
        blocks=blocks(),
        asked_for=SharerRequest.objects.open().values_list("learner_id", "sharer_id"),
    )


def of_some(
    keys: Collection[int],
    *,
    now: datetime,
    cool_down_days: int,
    batch: QueryBatch,
    round_: Round | None = None,
    whatever: int | None = None,
) -> Rows:
    """Those of these registrations who can be matched on that day, and one of them ``whatever`` keeps them from it.

    All is added to the batch, to be used after it has run.
    """
    ordered = sorted(keys)
    values = {"keys": ordered}
    fixed = {"on": now.date(), "versions": documents.all_counting(on=now.date())}
    live = _LIVE_OF_SOME.queryset(values)
    matched = _APART_OF_SOME.queryset({**values, "now": now}, cool_down_days=cool_down_days)
    if round_ is not None:
        live = of_others(_live_of_some(ordered), round_)
        matched = of_others(_apart_of_some(ordered, now, cool_down_days=cool_down_days), round_)
    return Rows(
        *(
            batch.add(rows)
            for rows in (
                _SOME_PEOPLE.queryset({**values, "whatever": whatever or 0}, **fixed),
                live,
                _SOME_OFFERS.queryset(values),
                _SOME_WISHES.queryset(values),
                _SOME_LANGUAGES.queryset(values),
                _SOME_WINDOWS.queryset(values),
                matched,
                _SOME_EXCLUDED.queryset(values),
                _SOME_BLOCKS.queryset(values),
                _SOME_ASKED_FOR.queryset(values),
            )
        )
    )


def people(*, now: datetime) -> QuerySet[Registration, Any]:
    """Everybody who can be matched on that day, by registration."""
    return Registration.objects.matchable(on=now.date()).order_by("pk").values_list(*PERSON)


def live(round_: Round | None) -> list[Any]:
    """Learner and sharer of each live match, but for the round's own that are undecided."""
    return _LIVE.rows({}) if round_ is None else _LIVE_OF_OTHERS.rows({"round_": round_})


def of_others(matches: Any, round_: Round | None) -> Any:
    """These matches without the round's own undecided ones: the round decides about them."""
    return matches if round_ is None else matches.exclude(round=round_, state__in=UNDECIDED)


def apart(*, now: datetime, round_: Round | None, cool_down_days: int) -> QuerySet[Match, Any]:
    """The two people of each match that keeps them apart."""
    matched = Match.objects.keeping_apart(now=now, cool_down_days=cool_down_days)
    return of_others(matched, round_).values_list("learner_id", "sharer_id")


def excluded() -> QuerySet[Exclusion, Any]:
    """The two people of each pair the working group keeps apart."""
    return Exclusion.objects.standing().values_list("person_id", "other_id")


def blocks() -> QuerySet[Block, Any]:
    """The two members of each block."""
    return Block.objects.values_list("member_id", "blocked_id")


def _pairs(matches: MatchQuerySet) -> QuerySet[Match, Any]:
    return matches.order_by().values_list("learner_id", "sharer_id")


def _one_after_the_other(rows: QuerySet[Any, Any]) -> Read:
    return rows.iterator(chunk_size=AT_ONCE)


def _skills(model: type[Offer] | type[Wish], weight: str, **only: Any) -> QuerySet[Any, Any]:
    """Who offers (wishes) what, a merged skill counting as its heir, a retired one not at all."""
    rows = model.objects.exclude(skill__state=SkillState.RETIRED).filter(**only)
    return rows.annotate(known_skill=HEIR).values_list("registration_id", "known_skill", weight)


def _languages(rows: QuerySet[SpokenLanguage]) -> QuerySet[SpokenLanguage, Any]:
    return rows.order_by("registration_id", "code").values_list("registration_id", "code", "level", "is_preferred")


def _windows(rows: QuerySet[Window]) -> QuerySet[Window, Any]:
    return rows.order_by("registration_id", "start").values_list("registration_id", "start", "end")


def _some_people(
    keys: list[int], whatever: int, *, on: date, versions: tuple[tuple[str, ...], ...]
) -> QuerySet[Registration, Any]:
    """The rows of these people; the SQL holds the day, and the versions of documents that count on it."""
    here = Registration.objects.matchable(on=on).filter(pk__in=any_of(keys))
    wanted = Registration.objects.filter(Q(pk__in=here.values("pk")) | Q(pk=whatever))
    return wanted.order_by("pk").values_list(*PERSON)


def _live_of_some(keys: list[int]) -> QuerySet[Match, Any]:
    theirs = Match.objects.live().filter(Q(learner__in=any_of(keys)) | Q(sharer__in=any_of(keys)))
    return theirs.order_by().values_list("learner_id", "sharer_id", "reasons")


def _apart_of_some(keys: list[int], now: datetime, *, cool_down_days: int) -> QuerySet[Match, Any]:
    matched = Match.objects.keeping_apart(now=now, cool_down_days=cool_down_days)
    return _pairs(matched.filter(learner__in=any_of(keys), sharer__in=any_of(keys)))


def _blocks_of_some(keys: list[int]) -> QuerySet[Block, Any]:
    theirs = Registration.objects.filter(pk__in=any_of(keys)).values("member")
    return blocks().filter(member__in=theirs, blocked__in=theirs)


_LIVE = Statement(lambda: _pairs(Match.objects.live()))
_LIVE_OF_OTHERS = Statement(lambda round_: _pairs(of_others(Match.objects.live(), round_)))
_LIVE_OF_SOME = Statement(_live_of_some)
_APART_OF_SOME = Statement(_apart_of_some)
_SOME_PEOPLE = Statement(_some_people)
_SOME_OFFERS = Statement(lambda keys: _skills(Offer, "level", registration__in=any_of(keys)))
_SOME_WISHES = Statement(lambda keys: _skills(Wish, "priority", registration__in=any_of(keys)))
_SOME_LANGUAGES = Statement(lambda keys: _languages(SpokenLanguage.objects.filter(registration__in=any_of(keys))))
_SOME_WINDOWS = Statement(lambda keys: _windows(Window.objects.filter(registration__in=any_of(keys))))
_SOME_EXCLUDED = Statement(lambda keys: excluded().filter(person__in=any_of(keys), other__in=any_of(keys)))
_SOME_BLOCKS = Statement(_blocks_of_some)
_SOME_ASKED_FOR = Statement(
    lambda keys: (
        SharerRequest.objects.open()
        .filter(learner__in=any_of(keys), sharer__in=any_of(keys))
        .values_list("learner_id", "sharer_id")
    )
)
