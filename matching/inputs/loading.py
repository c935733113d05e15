"""Read rows into the arrays the engine works on, in a constant number of queries."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
from django.db.models import QuerySet

from letsconnect.base.hours import QUARTERS_A_WEEK, mondays, next_monday
from letsconnect.base.statements import Statement
from matching.domain.matches import UNDECIDED, WEEKS_COMPARED, MatchState
from matching.engine.errors import BrokenPair
from matching.engine.facts import Facts, Languages, Offers, People, Wishes
from matching.inputs import taken_hours
from matching.inputs import waited as waiting
from matching.inputs.scope import Scope
from matching.models import Exclusion, Match, MatchingRules, MatchQuerySet, Round, SharerRequest
from matching.models.matches import HEIR
from registrations.answers.availability import weekly_slots, where_quarters_lie
from registrations.domain.registrations import SkillState
from registrations.models import HEIR_OF_SKILL, Block, Offer, Registration, Skill, SpokenLanguage, Window, Wish
from registrations.reference.zones import first_zone

FEW = 100
Slots = np.ndarray


class _LocalWeek(NamedTuple):
    """When somebody is free: windows of the week by the clock of their zone."""

    zone: str
    windows: tuple[tuple[int, int], ...]


class _PersonRow(NamedTuple):
    """What is read of everybody who can be matched; each column is named as the query asks for it."""

    pk: int
    member_id: int
    region: str
    region_wish: str
    can_learn_from: int
    can_help: int
    zone: str
    member__zone: str
    submitted_at: datetime | None
    made_at: datetime
    confirmed_on: date | None

    @property
    def lives_by(self) -> str:
        """The time zone whose clock the person lives by."""
        return first_zone(self.zone, self.member__zone)

    @property
    def joined_at(self) -> datetime:
        return self.submitted_at or self.made_at

    def days_since_confirmed(self, now: datetime) -> int:
        """Days since the person last gave or confirmed their answers; when they came by a file, since they wrote
        them."""
        confirmed_on = self.confirmed_on or self.made_at.astimezone(UTC).date()
        return max(0, (now.date() - confirmed_on).days)


@dataclass(frozen=True, eq=False)
class NumberedRound:
    """The engine's facts by participant number, and whose number it is."""

    facts: Facts
    registrations: list[int]  # registration ids by participant number, ascending
    start: date  # the Monday (UTC) of the first week compared

    @property
    def learners(self) -> set[int]:
        """Numbers of those who take part as learners: they wish something and have room."""
        room = self.facts.people.places_to_learn
        return {int(person) for person in self.facts.wishes.person if room[person] > 0}


def load(*, now: datetime, round_: Round | None = None, only: Collection[int] | None = None) -> NumberedRound:
    """Read everyone who can be matched on that day, in as many queries whatever their number.

    Participants are numbered from 0 by registration id, so the engine never learns who anybody is. For a round, its
    scope holds, and its own undecided matches take no place: those that are fixed come along as such. ``only`` asks
    about some registrations, whatever the scope and however long they waited.
    """
    start = next_monday(now.date())
    rows = _people(now, only)
    numbers = {row.pk: number for number, row in enumerate(rows)}
    connected = waiting.last_connected() if only is None else {}
    waited = waiting.rounds_waited(connected) if only is None else {}
    learning, helping = _live_matches(numbers, round_, size=len(rows))
    scope = Scope.of(round_.scope) if round_ is not None and only is None else Scope()
    is_meant = [
        scope.takes(region=row.region, waiting_since=connected.get(row.pk) or row.joined_at, now=now) for row in rows
    ]
    fixed = _fixed(numbers, round_)
    zones = [row.lives_by for row in rows]
    clock, clocks = _clocks(zones, start)
    people = People(
        id=np.arange(len(rows), dtype=np.int64),
        region=[row.region for row in rows],
        region_wish=[row.region_wish for row in rows],
        places_to_learn=_column(row.can_learn_from for row in rows) - learning,
        places_to_help=_column(row.can_help for row in rows) - helping,
        slots=_slots(numbers, zones, start),
        waited=_column(waited.get(row.pk, 0) for row in rows),
        load=helping,
        freshness=_column(row.days_since_confirmed(now) for row in rows),
        clock=clock,
        taken=_taken(numbers, round_, start, size=len(rows)) if only is None else (),
    )
    facts = Facts(
        people=people,
        offers=Offers(**_skills(Offer, "level", numbers)),
        wishes=Wishes(**_wishes(numbers, is_meant, scope, fixed)),
        languages=_languages(numbers),
        apart=_apart(numbers, {row.member_id: number for number, row in enumerate(rows)}, now=now, round_=round_),
        fixed=fixed,
        asked_for=_asked_for(numbers),
        clocks=clocks,
    )
    return NumberedRound(facts=facts, registrations=list(numbers), start=start)


def why_no_room(registrations: Collection[int], *, on: date) -> dict[int, str]:
    """Return of people who have no place to learn what they said, or that they are not here, by registration; whom it
    leaves out learn from as many people as they want."""
    places_wanted = dict(Registration.objects.filter(pk__in=registrations).values_list("pk", "can_learn_from"))
    are_here = set(Registration.objects.matchable(on=on).filter(pk__in=registrations).values_list("pk", flat=True))
    codes = {key: "not_here" for key in registrations if key not in are_here}
    return codes | {key: "wants_nobody" for key, places in places_wanted.items() if key in are_here and not places}


def around(facts: Facts, broken: Iterable[BrokenPair]) -> Facts:
    """Return the facts without those pairs that must stay, their people's places taken by them all the same."""
    taken_out = {(pair.learner, pair.sharer, pair.skill) for pair in broken}
    learning = np.array(facts.people.places_to_learn, dtype=np.int64)
    helping = np.array(facts.people.places_to_help, dtype=np.int64)
    for learner, sharer, _skill in taken_out:
        learning[learner] = 0
        helping[sharer] -= 1
    fixed = [row for row in np.asarray(facts.fixed).tolist() if tuple(row) not in taken_out]
    return replace(
        facts,
        people=replace(facts.people, places_to_learn=learning, places_to_help=helping),
        fixed=np.array(fixed, dtype=np.int64).reshape(-1, 3),
    )


def as_of_now(facts: Facts, numbers: dict[int, int], *, now: datetime, round_: Round) -> Facts:
    """Return a round's facts with what people decided since: who can still be matched and has a place, who is kept
    apart, what is fixed and what is proposed. What they know, wish and when they are free stays as the round knew it.
    """
    size = len(facts.people.id)
    rows = [row for row in _people(now, None) if row.pk in numbers]
    taken = _live_matches(numbers, round_, size=size)
    places = np.zeros((2, size), dtype=np.int64)
    for row in rows:
        places[:, numbers[row.pk]] = row.can_learn_from, row.can_help
    is_here = np.zeros(size, dtype=np.bool_)
    is_here[[numbers[row.pk] for row in rows]] = True
    learning, helping = np.where(is_here, places - taken, 0)
    asked = round_.matches.filter(asked_at__isnull=False).values_list("learner_id", flat=True)
    learning[[numbers[learner] for learner in asked if learner in numbers]] = 0
    members = {row.member_id: numbers[row.pk] for row in rows}
    fixed = _numbered(round_.matches.fixed(), numbers)
    apart = {tuple(pair) for pair in np.asarray(facts.apart).tolist()}
    apart |= {tuple(pair) for pair in _apart(numbers, members, now=now, round_=round_).tolist()}
    refused = round_.matches.filter(state=MatchState.REFUSED)
    apart |= {tuple(row[:2]) for row in _numbered(refused, numbers).tolist()}
    apart -= {tuple(row[:2]) for row in fixed.tolist()}
    return replace(
        facts,
        people=replace(facts.people, places_to_learn=learning, places_to_help=helping),
        apart=np.array(sorted(apart), dtype=np.int64).reshape(-1, 2),
        fixed=fixed,
        kept=_numbered(round_.matches.filter(state=MatchState.PROPOSED, made_by_hand=False), numbers),
    )


def _people(now: datetime, only: Collection[int] | None) -> list[_PersonRow]:
    """Everybody who can be matched on that day, or those of ``only``, by registration."""
    people = Registration.objects.matchable(on=now.date())
    wanted = people if only is None else people.filter(pk__in=only)
    return [_PersonRow(*row) for row in wanted.order_by("pk").values_list(*_PersonRow._fields)]


def _keys_filter(numbers: dict[int, int]) -> dict[str, Any]:
    """A filter for few people; for many there is none, because reading all rows and leaving some out is quicker."""
    return {"registration__in": list(numbers)} if len(numbers) <= FEW else {}


def _column(values: Iterable[int]) -> np.ndarray:
    return np.fromiter(values, dtype=np.int64)


def _pairs(round_: Round | None) -> QuerySet[Match, Any]:
    return _of_others(Match.objects.live(), round_).order_by().values_list("learner_id", "sharer_id")


_LIVE_PAIRS = Statement(lambda: _pairs(None))
_LIVE_PAIRS_OF_OTHERS = Statement(lambda round_: _pairs(round_))


def _live_matches(numbers: dict[int, int], round_: Round | None, *, size: int) -> np.ndarray:
    """Count each participant's live matches as learner and as sharer; undecided proposals count too, or two rounds
    would promise one place twice. Only the round's own do not: it decides about them."""
    taken = np.zeros((2, size), dtype=np.int64)
    pairs = _LIVE_PAIRS.rows({}) if round_ is None else _LIVE_PAIRS_OF_OTHERS.rows({"round_": round_})
    for pair in pairs:
        for side, person in enumerate(pair):
            if person in numbers:
                taken[side, numbers[person]] += 1
    return taken


def _of_others(matches: MatchQuerySet, round_: Round | None) -> MatchQuerySet:
    """These matches without the round's own undecided ones: the round decides about them."""
    if round_ is None:
        return matches
    return matches.exclude(round=round_, state__in=UNDECIDED)


def _fixed(numbers: dict[int, int], round_: Round | None) -> np.ndarray:
    """Return learner, sharer and skill of each pair the round must keep."""
    matches = round_.matches.fixed() if round_ is not None else Match.objects.none()
    return _numbered(matches, numbers)


def _numbered(matches: MatchQuerySet, numbers: dict[int, int]) -> np.ndarray:
    """Return learner, sharer and skill of each match of two participants; a merged skill as its heir."""
    rows = matches.annotate(known_skill=HEIR).order_by("pk")
    triples = [
        (numbers[learner], numbers[sharer], skill)
        for learner, sharer, skill in rows.values_list("learner_id", "sharer_id", "known_skill")
        if learner in numbers and sharer in numbers
    ]
    return np.array(triples, dtype=np.int64).reshape(-1, 3)


def _asked_for(numbers: dict[int, int]) -> np.ndarray:
    """Return learner and sharer of each open request between two participants."""
    rows = SharerRequest.objects.open().values_list("learner_id", "sharer_id")
    pairs = {
        (numbers[learner], numbers[sharer]) for learner, sharer in rows if learner in numbers and sharer in numbers
    }
    return np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)


def _wishes(numbers: dict[int, int], is_meant: list[bool], scope: Scope, fixed: np.ndarray) -> dict[str, np.ndarray]:
    """The wishes the round is for, and those it meets by hand."""
    wishes = _skills(Wish, "priority", numbers)
    kept = np.array(is_meant, dtype=np.bool_)[wishes["person"]]
    if scope.skills is not None:
        meant = Skill.objects.filter(pk__in=scope.skills).values_list(HEIR_OF_SKILL, flat=True)
        kept &= np.isin(wishes["skill"], list(meant))
    most = max(wishes["skill"], default=0) + 1
    kept |= np.isin(wishes["person"] * most + wishes["skill"], fixed[:, 0] * most + fixed[:, 2])
    return {name: column[kept] for name, column in wishes.items()}


def _skills(model: type[Offer] | type[Wish], weight: str, numbers: dict[int, int]) -> dict[str, np.ndarray]:
    """Return who offers (wishes) what, a merged skill counting as its heir, a retired one not at all."""
    highest: dict[tuple[int, int], int] = {}
    rows = (
        model.objects.exclude(skill__state=SkillState.RETIRED)
        .filter(**_keys_filter(numbers))
        .annotate(known_skill=HEIR)
        .values_list("registration_id", "known_skill", weight)
    )
    for registration, skill, value in rows.iterator(chunk_size=20_000):
        if registration in numbers:
            key = (numbers[registration], skill)
            highest[key] = max(value, highest.get(key, 0))
    ordered = sorted(highest)
    return {
        "person": _column(person for person, _ in ordered),
        "skill": _column(skill for _, skill in ordered),
        weight: _column(highest[key] for key in ordered),
    }


def _languages(numbers: dict[int, int]) -> Languages:
    languages = [
        language
        for language in SpokenLanguage.objects.filter(**_keys_filter(numbers))
        .order_by("registration_id", "code")
        .values_list("registration_id", "code", "level", "is_preferred", named=True)
        if language.registration_id in numbers
    ]
    return Languages(
        person=_column(numbers[language.registration_id] for language in languages),
        code=[language.code for language in languages],
        level=_column(language.level for language in languages),
        is_preferred=np.array([language.is_preferred for language in languages], dtype=np.bool_),
    )


def _slots(numbers: dict[int, int], zones: list[str], start: date) -> Slots:
    """Return who is free when; people with the same zone and the same windows are computed once."""
    slots = np.zeros((len(numbers), WEEKS_COMPARED * QUARTERS_A_WEEK), dtype=np.bool_)
    computed: dict[_LocalWeek, Slots] = {}
    rows = (
        Window.objects.filter(**_keys_filter(numbers))
        .order_by("registration_id", "start")
        .values_list("registration_id", "start", "end", named=True)
    )
    for registration, windows in groupby(rows.iterator(chunk_size=20_000), key=attrgetter("registration_id")):
        if registration not in numbers:
            continue
        number = numbers[registration]
        week = _LocalWeek(zones[number], tuple((window.start, window.end) for window in windows))
        if week not in computed:
            computed[week] = weekly_slots(week.windows, week.zone, start=start, weeks=WEEKS_COMPARED)
        slots[number] = computed[week]
    return slots


def with_clocks(facts: Facts, registrations: Sequence[int], *, start: date, round_: Round | None = None) -> Facts:
    """Return stored facts with what advice needs beside them: how people's clocks are changed in the weeks compared,
    and what time their other matches take."""
    rows = Registration.objects.filter(pk__in=registrations).values_list("pk", "zone", "member__zone", named=True)
    zones = {row.pk: first_zone(row.zone, row.member__zone) for row in rows}
    clock, clocks = _clocks([zones.get(key, "UTC") for key in registrations], start)
    numbers = {key: number for number, key in enumerate(registrations)}
    taken = _taken(numbers, round_, start, size=len(registrations))
    return replace(facts, people=replace(facts.people, clock=clock, taken=taken), clocks=clocks)


def _taken(numbers: dict[int, int], round_: Round | None, start: date, *, size: int) -> np.ndarray:
    """The quarters that other matches of these people take for certain, as a table of people and quarters."""
    others = _of_others(Match.objects.live(), round_).order_by()
    shape = (size, WEEKS_COMPARED * QUARTERS_A_WEEK)
    return taken_hours.hours_taken(others, numbers, shape, mondays=mondays(start, weeks=WEEKS_COMPARED))


def _clocks(zones: Sequence[str], start: date) -> tuple[np.ndarray, np.ndarray]:
    """Return for each zone how its clocks are changed in the weeks compared: 0 where they are not, else a number from
    1; and for each number the table that says how."""
    ways: dict[bytes, int] = {}
    tables: list[np.ndarray] = []
    by_zone: dict[str, int] = {}
    for zone in sorted(set(zones)):
        table = where_quarters_lie(zone, start=start, weeks=WEEKS_COMPARED)
        if table is None:
            by_zone[zone] = 0
            continue
        by_zone[zone] = ways.setdefault(table.tobytes(), len(ways) + 1)
        if len(tables) < len(ways):
            tables.append(table)
    clocks = (
        np.array(tables, dtype=np.int64) if tables else np.zeros((0, WEEKS_COMPARED, QUARTERS_A_WEEK), dtype=np.int64)
    )
    return _column(by_zone[zone] for zone in zones), clocks


def _apart(numbers: dict[int, int], members: dict[int, int], *, now: datetime, round_: Round | None) -> np.ndarray:
    """Return the pairs of participants not to be proposed: blocked either way, matched before in either role and not
    long enough ago, or kept apart by the working group."""
    rules = MatchingRules.objects.current()
    matched = _of_others(Match.objects.keeping_apart(now=now, cool_down_days=rules.cool_down_days), round_)
    pairs = {
        (numbers[first], numbers[second])
        for rows in (
            matched.values_list("learner_id", "sharer_id"),
            Exclusion.objects.standing().values_list("person_id", "other_id"),
        )
        for first, second in rows
        if first in numbers and second in numbers
    } | {
        (members[first], members[second])
        for first, second in Block.objects.values_list("member_id", "blocked_id")
        if first in members and second in members
    }
    return np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
