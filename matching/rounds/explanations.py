"""Answer the desk exactly from what a round stored: whom else a learner could learn from, why two people are not
matched, what one more place of a sharer would add, and what approving will refuse.

The engine knows numbers; here they become people again. A number whose person was erased is nobody, and is left out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _

from matching.domain.matches import MatchMoveNotAllowed, TooOld
from matching.engine import replay, stored_facts
from matching.engine.explaining import Alternative, Explainer, Loss
from matching.engine.facts import Instance, Result
from matching.engine.rules import why_not as broken_rules
from matching.models import Match, MatchingRules, Round, RoundFacts, RoundReplay
from matching.rounds.both_roles import Pair, over_both_roles
from registrations.models import Registration, Skill

OTHERS = 5
_KEPT_AT_ONCE = 2


@dataclass(frozen=True)
class Other:
    """Somebody else a learner could learn from, and what that pair would cost the round."""

    sharer: Registration
    skill: Skill
    score: int
    loss: Loss


@dataclass(frozen=True)
class WhyNot:
    """Why two people are not matched: the hard rules against it, or what it would cost, or they are."""

    rules: tuple[str, ...] = ()
    loss: Loss | None = None
    is_matched: bool = False


@dataclass(frozen=True)
class Caution:
    """What approving would refuse about one person, who would be in so many matches."""

    person: Registration
    kind: str  # too_many_at_once or hours_clash
    matches: int


def alternatives(match: Match, *, limit: int = OTHERS) -> list[Other]:
    """Whom the learner of an undecided match could learn from instead, the cheapest first."""
    solved = _solved(match.round)
    numbers = _numbers(match.round, [match.learner_id])
    if match.learner_id not in numbers:
        return []
    learner = numbers[match.learner_id]
    pairs = solved.chosen_of(learner) + solved.explainer.alternatives(learner, limit + 1)
    people, skills = _people(match.round, [pair.sharer for pair in pairs]), _skills([pair.skill for pair in pairs])
    others = [
        Other(people[pair.sharer], skills[pair.skill], pair.score, pair.loss)
        for pair in pairs
        if pair.sharer in people and people[pair.sharer].pk != match.sharer_id
    ]
    return others[:limit]


def place(round_: Round, sharer: Registration) -> dict[str, int]:
    """What each level would gain if this sharer had one place more; empty for somebody without a place in the round."""
    numbers = _numbers(round_, [sharer.pk])
    solved = _solved(round_)
    number = numbers.get(sharer.pk)
    if number is None or number not in solved.instance.sharer_ids:
        return {}
    return solved.explainer.one_more_place(number)


def why_not(round_: Round, learner: Registration, sharer: Registration) -> WhyNot:
    """Say of any two people whether they are matched, which rules forbid it, or what matching them would cost."""
    if Match.objects.live().filter(round=round_, learner=learner, sharer=sharer).exists():
        return WhyNot(is_matched=True)
    numbers = _numbers(round_, [learner.pk, sharer.pk])
    if len(numbers) < 2:
        raise MatchMoveNotAllowed(_("One of the two did not take part in this round."))
    learner_number, sharer_number = numbers[learner.pk], numbers[sharer.pk]
    loss = _solved(round_).explainer.loss(learner_number, sharer_number)
    if loss is not None:
        return WhyNot(loss=loss)
    stored = RoundFacts.objects.filter(round=round_).first()
    if stored is None:
        raise TooOld(_("They were no candidates for each other. Why not is not known any more: the facts are deleted."))
    rules = broken_rules(*stored_facts.unpack_facts(bytes(stored.data)), learner_number, sharer_number)
    # No rule at first, and no candidate in the last solve: somebody refused the pair in between.
    return WhyNot(rules=tuple(rules) or ("kept_apart",))


def warnings(matches: Iterable[Match]) -> list[Caution]:
    """What approving all of these would refuse: the total over both roles, and an hour for each match."""
    matches = list(matches)
    people = {person.pk: person for match in matches for person in (match.learner, match.sharer)}
    both_roles = over_both_roles([Pair.of(match) for match in matches], stored=[match.pk for match in matches])
    most = MatchingRules.objects.current().most_at_once
    return [
        Caution(people[key], kind, both_roles[key].matches)
        for key in sorted(people)
        for kind in both_roles[key].refused_for(most=most)
    ]


class _Solved:
    """The last result of a round, with what explains it."""

    def __init__(self, instance: Instance, result: Result) -> None:
        self.instance, self.result = instance, result
        self.explainer = Explainer(instance, result)

    def chosen_of(self, learner: int) -> list[Alternative]:
        """The pair the round chose for a learner, which costs nothing: somebody may have swapped it since."""
        instance, chosen = self.instance, self.result.chosen
        nothing = Loss(dict.fromkeys(instance.levels, 0))
        return [
            Alternative(
                int(instance.pair_sharer[pair]), int(instance.pair_skill[pair]), int(instance.pair_score[pair]), nothing
            )
            for pair in chosen[instance.pair_learner[chosen] == learner]
        ]


def _solved(round_: Round) -> _Solved:
    last = RoundReplay.objects.filter(round=round_).order_by("-number").values_list("pk", flat=True).first()
    if last is None:
        raise TooOld(_("Nothing is stored of how this round was computed."))
    return _unpacked(last)


@lru_cache(maxsize=_KEPT_AT_ONCE)
def _unpacked(key: int) -> _Solved:
    """A stored solve never changes, so it is read once for the many pages somebody opens of one round."""
    return _Solved(*replay.unpack(bytes(RoundReplay.objects.get(pk=key).data)))


def _numbers(round_: Round, registrations: list[int]) -> dict[int, int]:
    rows = round_.participants.filter(registration__in=registrations)
    return dict(rows.values_list("registration_id", "number"))


def _people(round_: Round, numbers: list[int]) -> dict[int, Registration]:
    rows = round_.participants.filter(number__in=numbers)
    return {row.number: row.registration for row in rows.select_related("registration__member", "registration__group")}


def _skills(keys: list[int]) -> dict[int, Skill]:
    return {skill.pk: skill for skill in Skill.objects.filter(pk__in=keys).with_names()}
