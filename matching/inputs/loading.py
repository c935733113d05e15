"""Read rows into the arrays the engine works on, in a constant number of queries."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from letsconnect.base.hours import QUARTERS_A_WEEK, mondays, next_monday
from letsconnect.base.query_batches import QueryBatch
from matching.domain.matches import WEEKS_COMPARED, MatchState
from matching.engine.errors import BrokenPair
from matching.engine.facts import Facts, Languages, Offers, People, Wishes
from matching.inputs import rows, taken_hours
from matching.inputs import waited as waiting
from matching.inputs.rows import Read, Rows
from matching.inputs.scope import Scope
from matching.models import Match, MatchingRules, MatchQuerySet, Round
from matching.models.matches import HEIR
from registrations.answers.availability import weekly_slots, where_quarters_lie
from registrations.models import HEIR_OF_SKILL, Registration, Skill
from registrations.reference.zones import first_zone

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
    days = MatchingRules.objects.current().cool_down_days
    if only is None:
        return number(rows.of_everybody(now=now, round_=round_, cool_down_days=days), now=now, round_=round_)
    batch = QueryBatch()
    read = rows.of_some(only, now=now, round_=round_, cool_down_days=days, batch=batch)
    batch.run()
    return number(read, now=now, round_=round_, is_everybody=False)


def number(read: Rows, *, now: datetime, round_: Round | None = None, is_everybody: bool = True) -> NumberedRound:
    """Number the people of these rows, and put what was read of them into the engine's arrays."""
    start = next_monday(now.date())
    people = [_PersonRow(*row) for row in read.people]
    numbers = {row.pk: number for number, row in enumerate(people)}
    connected = waiting.last_connected() if is_everybody else {}
    waited = waiting.rounds_waited(connected) if is_everybody else {}
    learning, helping = _live_matches(read.live, numbers, size=len(people))
    scope = Scope.of(round_.scope) if round_ is not None and is_everybody else Scope()
    is_meant = [
        scope.takes(region=row.region, waiting_since=connected.get(row.pk) or row.joined_at, now=now) for row in people
    ]
    fixed = _fixed(numbers, round_)
    zones = [row.lives_by for row in people]
    members = {row.member_id: numbers[row.pk] for row in people}
    clock, clocks = _clocks(zones, start)
    facts = Facts(
        people=People(
            id=np.arange(len(people), dtype=np.int64),
            region=[row.region for row in people],
            region_wish=[row.region_wish for row in people],
            places_to_learn=_column(row.can_learn_from for row in people) - learning,
            places_to_help=_column(row.can_help for row in people) - helping,
            slots=_slots(read.windows, numbers, zones, start),
            waited=_column(waited.get(row.pk, 0) for row in people),
            load=helping,
            freshness=_column(row.days_since_confirmed(now) for row in people),
            clock=clock,
            taken=_taken(numbers, round_, start, size=len(people)) if is_everybody else (),
        ),
        offers=Offers(**_skills(read.offers, "level", numbers)),
        wishes=Wishes(**_wishes(_skills(read.wishes, "priority", numbers), is_meant, scope, fixed)),
        languages=_languages(read.languages, numbers),
        apart=_apart(read.apart, read.excluded, read.blocks, numbers, members),
        fixed=fixed,
        asked_for=np.array(sorted(_both_here(read.asked_for, numbers)), dtype=np.int64).reshape(-1, 2),
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
    everybody = [_PersonRow(*row) for row in rows.people(now=now)]
    people = [row for row in everybody if row.pk in numbers]
    taken = _live_matches(rows.live(round_), numbers, size=size)
    places = np.zeros((2, size), dtype=np.int64)
    for row in people:
        places[:, numbers[row.pk]] = row.can_learn_from, row.can_help
    is_here = np.zeros(size, dtype=np.bool_)
    is_here[[numbers[row.pk] for row in people]] = True
    learning, helping = np.where(is_here, places - taken, 0)
    asked = round_.matches.filter(asked_at__isnull=False).values_list("learner_id", flat=True)
    learning[[numbers[learner] for learner in asked if learner in numbers]] = 0
    members = {row.member_id: numbers[row.pk] for row in people}
    fixed = _numbered(round_.matches.fixed(), numbers)
    apart = {tuple(pair) for pair in np.asarray(facts.apart).tolist()}
    days = MatchingRules.objects.current().cool_down_days
    matched = rows.apart(now=now, round_=round_, cool_down_days=days)
    apart |= {tuple(pair) for pair in _apart(matched, rows.excluded(), rows.blocks(), numbers, members).tolist()}
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


def _column(values: Iterable[int]) -> np.ndarray:
    return np.fromiter(values, dtype=np.int64)


def _live_matches(live: Read, numbers: dict[int, int], *, size: int) -> np.ndarray:
    """Count each participant's live matches as learner and as sharer; undecided proposals count too, or two rounds
    would promise one place twice. Only the round's own do not: it decides about them."""
    taken = np.zeros((2, size), dtype=np.int64)
    for learner, sharer, *_reasons in live:
        for side, person in enumerate((learner, sharer)):
            if person in numbers:
                taken[side, numbers[person]] += 1
    return taken


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


def _both_here(pairs: Read, numbers: Mapping[int, int]) -> set[tuple[int, int]]:
    """The numbers of the two of each pair of which both take part."""
    return {(numbers[person], numbers[other]) for person, other in pairs if person in numbers and other in numbers}


def _wishes(
    wishes: dict[str, np.ndarray], is_meant: list[bool], scope: Scope, fixed: np.ndarray
) -> dict[str, np.ndarray]:
    """The wishes the round is for, and those it meets by hand."""
    kept = np.array(is_meant, dtype=np.bool_)[wishes["person"]]
    if scope.skills is not None:
        meant = Skill.objects.filter(pk__in=scope.skills).values_list(HEIR_OF_SKILL, flat=True)
        kept &= np.isin(wishes["skill"], list(meant))
    most = max(wishes["skill"], default=0) + 1
    kept |= np.isin(wishes["person"] * most + wishes["skill"], fixed[:, 0] * most + fixed[:, 2])
    return {name: column[kept] for name, column in wishes.items()}


def _skills(read: Read, weight: str, numbers: dict[int, int]) -> dict[str, np.ndarray]:
    """Return who offers (wishes) what; where two skills were merged, with the higher of the two weights."""
    highest: dict[tuple[int, int], int] = {}
    for registration, skill, value in read:
        if registration in numbers:
            key = (numbers[registration], skill)
            highest[key] = max(value, highest.get(key, 0))
    ordered = sorted(highest)
    return {
        "person": _column(person for person, _ in ordered),
        "skill": _column(skill for _, skill in ordered),
        weight: _column(highest[key] for key in ordered),
    }


def _languages(read: Read, numbers: dict[int, int]) -> Languages:
    languages = [row for row in read if row[0] in numbers]
    return Languages(
        person=_column(numbers[registration] for registration, *_spoken in languages),
        code=[code for _registration, code, *_level in languages],
        level=_column(level for _registration, _code, level, _is_preferred in languages),
        is_preferred=np.array([is_preferred for *_spoken, is_preferred in languages], dtype=np.bool_),
    )


def _slots(read: Read, numbers: dict[int, int], zones: list[str], start: date) -> Slots:
    """Return who is free when; people with the same zone and the same windows are computed once."""
    slots = np.zeros((len(numbers), WEEKS_COMPARED * QUARTERS_A_WEEK), dtype=np.bool_)
    computed: dict[_LocalWeek, Slots] = {}
    for registration, windows in groupby(read, key=itemgetter(0)):
        if registration not in numbers:
            continue
        number = numbers[registration]
        week = _LocalWeek(zones[number], tuple((start, end) for _registration, start, end in windows))
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
    others = rows.of_others(Match.objects.live(), round_).order_by()
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


def _apart(matched: Read, excluded: Read, blocks: Read, numbers: dict[int, int], members: dict[int, int]) -> np.ndarray:
    """Return the pairs of participants not to be proposed: blocked either way, matched before in either role and not
    long enough ago, or kept apart by the working group. ``members``: their numbers by member."""
    pairs = _both_here(matched, numbers) | _both_here(excluded, numbers) | _both_here(blocks, members)
    return np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
