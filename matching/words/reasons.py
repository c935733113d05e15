"""Say in sentences why two people were matched, and why a round proposes nobody, from the engine's numbers."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from letsconnect.base.drawn import forget_on_change
from letsconnect.base.ways_to_reach import without_ways_to_reach
from matching.domain.matches import WHY_NOT_A_PAIR, Side
from matching.engine.criteria import FULL
from matching.models import Match, SharerRequest
from matching.models.people import DeskName, NamedPerson, PersonInTable
from registrations.domain.calling import called
from registrations.models import Registration
from registrations.reference.names import language_name


class CriterionWords(NamedTuple):
    """A criterion in words for the working group: what it asks, and when a pair has its full points."""

    asks: Promise
    full_points: Promise


CRITERIA: Mapping[str, CriterionWords] = {
    "level_gap": CriterionWords(
        _("How well what the sharer knows suits what the learner needs"),
        _("Full points when the sharer is two levels above the learner; none when they know the same."),
    ),
    "wish_priority": CriterionWords(
        _("How much the learner wants to learn it"),
        _("Full points when the learner wants it as soon as possible."),
    ),
    "language_comfort": CriterionWords(
        _("How comfortable both are in a language they share"),
        _("Full points when both speak a language natively and prefer it."),
    ),
    "hours_in_common": CriterionWords(
        _("How many hours of the week suit both"),
        _("Full points for ten hours a week or more in common."),
    ),
    "region_wish": CriterionWords(
        _("How well it meets where both want their match to be from"),
        _("Half the points for each of the two who asked for a region and gets it."),
    ),
    "freshness": CriterionWords(
        _("How lately the sharer confirmed what they offer"),
        _("Full points when the offer was confirmed or changed within the last 30 days; none after a year."),
    ),
    "reciprocal": CriterionWords(
        _("Whether each of them can teach the other something"),
        _("Full points when each can teach the other something they wish to learn."),
    ),
    "asked_for": CriterionWords(
        _("Whether the learner asked for this sharer"),
        _("Full points when the learner asked for this sharer."),
    ),
}
LEFT_OUT = {
    "learning_enough": _("already learning from, or proposed to, as many people as they want"),
    "wants_nobody": _("said that they want to learn from nobody at the moment"),
    "not_here": _(
        "cannot be matched any more: paused, away, has not agreed to the documents, or no longer in the programme"
    ),
    "pair_broken": _("paired by hand with somebody, but the pair breaks a rule by now"),
    "too_few_hours": _("free for fewer hours a week than a match needs"),
    "no_offer": _("nobody else shares what they wish to learn"),
    "no_free_place": _("those who share it have no place left, or too few hours a week"),
    "region_wishes": _("nobody from a region that suits both"),
    "no_shared_language": _("no shared language with those who share it"),
    "no_hour_in_common": _("no hour of the week in common with those who share it"),
    "kept_apart": _("matched before, or one does not want to be matched with the other"),
    "places_taken": _("somebody could have helped, but every place went to another learner"),
}


@dataclass(frozen=True)
class ScorePart:
    """One criterion's part of a score: value × weight = points."""

    name: str
    value: int
    weight: int
    points: int


def parts(match: Match) -> list[ScorePart]:
    """Return what the score of a match is made of, largest first; the points add up to the score."""
    rows = match.reasons.get("reasons", [])
    score_parts = [ScorePart(_criterion(row["criterion"]), row["value"], row["weight"], row["points"]) for row in rows]
    return sorted(score_parts, key=lambda part: -part.points)


def name_of(person: Registration | NamedPerson | PersonInTable) -> str:
    """Return the name a person shows, or words for somebody who shows none or has deleted their account.

    A name that tells how to reach them is none: it would be read before both have said yes, at the desk and in emails.
    """
    if person.is_erased:
        return gettext("Somebody who has left")
    return without_ways_to_reach(person.shown_name) or gettext("Somebody who shows no name")


def called_at_desk(person: Registration | PersonInTable | DeskName) -> str:
    """Return what the desk calls a person. A name that tells how to reach them is none, as in `name_of`."""
    name = "" if person.is_erased else without_ways_to_reach(person.shown_name)
    return called(name, number=person.pk, region=person.region)


def group_of(person: Registration) -> str:
    """Return the group a person names, without a way to reach them: it is read before both have said yes."""
    return without_ways_to_reach(str(person.group or person.group_other))


def name_of_asked(request: SharerRequest) -> str:
    """Return the name by which a learner reads whom they asked for. The request comes from a queryset that is
    ``saying_who_is_named``."""
    return name_of(request.sharer) if request.is_named else gettext("Somebody who shows no name")


BEST = 3  # reasons that a person reads first


def for_person(match: Match, side: Side) -> list[str]:
    """Say to one of the two why they were matched, what mattered most first; nothing the other told in confidence."""
    return [_topic(match, side), *_ranked(match, side)]


def best_for_person(match: Match, side: Side) -> list[str]:
    """Say what mattered most for this match in the round that found it."""
    return _ranked(match, side)[:BEST]


def _ranked(match: Match, side: Side) -> list[str]:
    """Say what speaks for the match: what gave most points first, what gave none last."""
    points = {row["criterion"]: row["points"] for row in match.reasons.get("reasons", [])}
    spoken = {name: sentence for name, say in _SAYABLE.items() if (sentence := say(match, side))}
    sayable = [name for name in spoken if name in _FACTS or points.get(name)]
    return [spoken[name] for name in sorted(sayable, key=lambda name: -points.get(name, 0))]


def for_working_group(match: Match) -> list[str]:
    """Say to the working group why the two were matched, in sentences; the points are in `parts`."""
    topic = gettext("%(sharer)s shares %(skill)s, which %(learner)s wishes to learn.")
    names = {"sharer": name_of(match.sharer), "skill": match.skill, "learner": name_of(match.learner)}
    return [topic % names, *in_common(match)]


def in_common(match: Match) -> tuple[str, ...]:
    """Say to the working group which languages and how many hours the two have in common."""
    return next(each_in_common([match]))


def each_in_common(matches: Iterable[Match]) -> Iterator[tuple[str, ...]]:
    """Say the same of each of these matches."""
    reader = get_language()
    for match in matches:
        languages, minutes = match.reasons.get("languages", []), match.reasons.get("minutes_a_week", [])
        yield _in_common(tuple(languages), _weekly_hours(minutes), reader)


@lru_cache(maxsize=1024)
def _in_common(languages: tuple[str, ...], hours: int, reader: str | None) -> tuple[str, ...]:
    """Return the sentences in the active language, which is ``reader``: the rows of a list often say the same."""
    sentences: list[str] = []
    if languages:
        sentences.append(
            gettext("Both speak %(languages)s.") % {"languages": _listed([_language(code) for code in languages])}
        )
    if hours:
        sentences.append(
            ngettext("They have %(hours)d hour a week in common.", "They have %(hours)d hours a week in common.", hours)
            % {"hours": hours}
        )
    return tuple(sentences)


forget_on_change(_in_common.cache_clear)


def why_not_a_pair(codes: Iterable[str], learner: Registration, sharer: Registration) -> list[str]:
    """Say to the working group which rules keep two people from being a pair. Who has no place because they want
    nobody, or help nobody, is told apart from who has no place left."""
    of_places = {
        "learning_enough": "learning_enough" if learner.can_learn_from else "wants_nobody",
        "no_free_place": "no_free_place" if sharer.can_help else "helps_nobody",
    }
    return [str(WHY_NOT_A_PAIR[of_places.get(code, code)]) for code in codes]


def why_nobody(counts: Mapping[str, int]) -> list[str]:
    """Say why a round proposes nobody; empty when it proposes somebody."""
    if counts.get("served"):
        return []
    if not counts.get("people"):
        return [
            gettext(
                "Nobody can be matched yet. It takes registrations that are approved, claimed and not paused, of "
                "people who have agreed to the documents here."
            )
        ]
    if counts["people"] == 1:
        return [gettext("Only one person can be matched, and a match needs two.")]
    if not counts.get("learners"):
        return [
            gettext("Nobody who can be matched wishes to learn something and has a place free for it."),
            *left_out(counts),
        ]
    if not counts.get("sharers"):
        return [gettext("Nobody who can be matched shares something and has a place free for it.")]
    return [gettext("No two people fit together."), *left_out(counts)]


def left_out(counts: Mapping[str, Any]) -> list[str]:
    """Say how many learners got nothing, for each reason, most first."""
    counted = [(counts.get(code, 0), words) for code, words in LEFT_OUT.items() if counts.get(code, 0)]
    return [
        ngettext("%(count)d learner: %(why)s.", "%(count)d learners: %(why)s.", count) % {"count": count, "why": words}
        for count, words in sorted(counted, key=itemgetter(0), reverse=True)
    ]


def _criterion(name: str) -> str:
    """What a criterion asks, in words; one that this release does not have keeps its name."""
    return str(CRITERIA[name].asks) if name in CRITERIA else name


def _topic(match: Match, side: Side) -> str:
    names = {"other": name_of(match.person(side.other)), "skill": match.skill}
    if side == Side.LEARNER:
        return gettext("You wish to learn about %(skill)s, and %(other)s shares it.") % names
    return gettext("You share %(skill)s, and %(other)s wishes to learn about it.") % names


def _level(match: Match, side: Side) -> str:
    names = {"other": name_of(match.person(side.other)), "skill": match.skill}
    if side == Side.LEARNER:
        return gettext("What %(other)s knows about %(skill)s suits what you need.") % names
    return gettext("What you know about %(skill)s suits what %(other)s needs.") % names


def _hurry(match: Match, side: Side) -> str:
    """How soon somebody wants to learn something is said to them alone."""
    row = next((row for row in match.reasons.get("reasons", []) if row["criterion"] == "wish_priority"), None)
    if side != Side.LEARNER or row is None or row["value"] < FULL:
        return ""
    return gettext("You want to learn it as soon as possible.")


def _languages(match: Match, _side: Side) -> str:
    codes = match.reasons.get("languages", [])
    if not codes:
        return ""
    return gettext("You both speak %(languages)s.") % {"languages": _listed([_language(code) for code in codes])}


def _hours(match: Match, _side: Side) -> str:
    hours = _weekly_hours(match.reasons.get("minutes_a_week", []))
    if not hours:
        return ""
    return ngettext(
        "You have about %(hours)d hour a week in common.", "You have about %(hours)d hours a week in common.", hours
    ) % {"hours": hours}


def _regions(match: Match, side: Side) -> str:
    person, other = match.person(side), match.person(side.other)
    if not person.region or not other.region:
        return ""
    if person.region == other.region:
        return gettext("You are both from the region %(region)s.") % {"region": person.get_region_display()}
    regions = {"mine": person.get_region_display(), "theirs": other.get_region_display()}
    return gettext("You are from two regions: %(mine)s, and %(theirs)s.") % regions


def _both_ways(_match: Match, _side: Side) -> str:
    return gettext("Each of you shares something that the other wants to learn.")


def _asked_for(match: Match, side: Side) -> str:
    """Only who asked is told of it."""
    if side != Side.LEARNER:
        return ""
    return gettext("You asked for %(other)s.") % {"other": name_of(match.sharer)}


# What of each criterion can be said to the two, in the order of the engine's. How lately somebody confirmed what they
# offer is for the working group.
_SAYABLE: Mapping[str, Callable[[Match, Side], str]] = {
    "level_gap": _level,
    "wish_priority": _hurry,
    "language_comfort": _languages,
    "hours_in_common": _hours,
    "region_wish": _regions,
    "reciprocal": _both_ways,
    "asked_for": _asked_for,
}
_FACTS = ("language_comfort", "hours_in_common", "region_wish")  # true of the two whether they gave points or not


def _weekly_hours(minutes: list[int]) -> int:
    """The whole hours in common in the poorest of the weeks compared."""
    return min(minutes, default=0) // 60


def _language(code: str) -> str:
    return language_name(code, get_language() or "en")


def _listed(words: list[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    # Translators: the end of a list, as in "Arabic, French and English".
    return pgettext("list", "%(first)s and %(last)s") % {
        # Translators: what stands between the members of a list.
        "first": pgettext("list", ", ").join(words[:-1]),
        "last": words[-1],
    }
