"""What a round comes to, or would come to: a headline, charts with their tables, shortages, who is left and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext, ngettext

from letsconnect.base.charts import Chart, difference
from matching.admin import charts
from matching.admin.desk import may_know
from matching.domain.matches import NOT_LOOKED_FOR
from matching.engine.errors import BrokenPair
from matching.models import Match, Round
from matching.rounds import explanations
from matching.words import reasons, shortages
from matching.words.shortages import LeftOutGroup, LeftOutLearner
from registrations.models import Member, Registration
from registrations.needs import page_of_needs

Figures = Mapping[str, Any]
_CHARTS = (charts.of_regions, charts.of_languages, charts.of_scores, charts.of_load)


@dataclass
class RoundResult:
    """Everything a page shows about the result of one computation."""

    headline: str
    charts: list[Chart]
    shortages: list[str]
    left: list[LeftOutGroup]
    left_sentence: str = ""
    others: list[LeftOutGroup] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    needs_url: str = ""  # the page of the desk that ranks what is short in all rounds
    named: list[Registration] = field(default_factory=list)  # in the warnings: each can read who looked


def of_preview(round_: Round, *, reader: Member) -> RoundResult | None:
    """Return the preview against the one before; None where there is none yet."""
    if not round_.preview:
        return None
    result = _result(round_, round_.preview, round_.preview_before, reader)
    warnings, result.named = _warnings(round_, round_.preview, reader)
    result.warnings += warnings
    if round_.preview_before:
        result.differences = differences(round_.preview, round_.preview_before)
    return result


def of_round(round_: Round, *, reader: Member) -> RoundResult | None:
    """Return what a computed round came to; None for one that kept no figures."""
    return _result(round_, round_.statistics, None, reader) if "by_region" in round_.statistics else None


def differences(now: Figures, before: Figures) -> list[str]:
    """Say what moving the weights, the scope or the preset changed."""
    points, old_points = now["value"].get("score", 0), before["value"].get("score", 0)
    sentences = [_more_or_fewer(now["served"] - before["served"])]
    if points != old_points and now["settings"]["weights"] == before["settings"]["weights"]:
        text = gettext("All pairs together have %(now)d points; they had %(before)d (%(change)s).")
        sentences.append(text % {"now": points, "before": old_points, "change": difference(points, old_points)})
    return sentences + _people_moved(now.get("against_before", {}))


def _people_moved(moved: Mapping[str, int]) -> list[str]:
    sentences = []
    if count := moved.get("pairs_new", 0):
        text = ngettext("%(count)d pair is new.", "%(count)d pairs are new.", count)
        sentences.append(text % {"count": count})
    if count := moved.get("learners_gained", 0):
        text = ngettext(
            "%(count)d learner gets somebody who got nobody before.",
            "%(count)d learners get somebody who got nobody before.",
            count,
        )
        sentences.append(text % {"count": count})
    if count := moved.get("learners_lost", 0):
        text = ngettext(
            "%(count)d learner gets nobody who got somebody before.",
            "%(count)d learners get nobody who got somebody before.",
            count,
        )
        sentences.append(text % {"count": count})
    return sentences or [gettext("The pairs are the same.")]


def _more_or_fewer(change: int) -> str:
    if change > 0:
        return ngettext(
            "%(count)d more learner gets a proposal.", "%(count)d more learners get a proposal.", change
        ) % {"count": change}
    if change < 0:
        return ngettext(
            "%(count)d learner fewer gets a proposal.", "%(count)d learners fewer get a proposal.", -change
        ) % {"count": -change}
    return gettext("As many learners get a proposal as before.")


def _warnings(round_: Round, preview: Figures, reader: Member) -> tuple[list[str], list[Registration]]:
    """Return sentences about what approving would refuse, and the people they name.

    They name people of the reader's regions and count the others.
    """
    rows = preview.get("warnings", [])
    people = _participants(round_, [row["number"] for row in rows])
    named = [row for row in rows if row["number"] in people and reader.looks_after(people[row["number"]].region)]
    sentences = [caution(row["kind"], people[row["number"]], row["matches"]) for row in named]
    if others := len(rows) - len(named):
        text = ngettext(
            "%(count)d more warning is about a person of a region you do not look after.",
            "%(count)d more warnings are about people of regions you do not look after.",
            others,
        )
        sentences.append(text % {"count": others})
    if lacking := preview.get("lacking_consents", 0):
        text = ngettext(
            "%(count)d approved person is left out, because they have not agreed to the documents here.",
            "%(count)d approved people are left out, because they have not agreed to the documents here.",
            lacking,
        )
        sentences.append(text % {"count": lacking})
    if elsewhere := preview.get("undecided_elsewhere", 0):
        text = ngettext(
            "%(count)d match of another round is undecided and holds its places: decide about it first.",
            "%(count)d matches of other rounds are undecided and hold their places: decide about them first.",
            elsewhere,
        )
        sentences.append(text % {"count": elsewhere})
    return sentences, [people[row["number"]] for row in named]


def _against_rules(round_: Round, now: Figures, reader: Member) -> list[str]:
    """Name the pairs made by hand that break a hard rule by now: they stay, and the engine went around them."""
    pairs = [BrokenPair(*row) for row in now.get("by_hand_against_rules", [])]
    people = _participants(round_, [number for pair in pairs for number in (pair.learner, pair.sharer)])
    text = gettext("%(learner)s and %(sharer)s, put together by hand, break a rule by now. %(why)s")
    return [
        text
        % {
            "learner": reasons.called_at_desk(learner),
            "sharer": reasons.called_at_desk(sharer),
            "why": " ".join(reasons.why_not_a_pair(pair.rules, learner, sharer)),
        }
        for pair in pairs
        if (learner := people.get(pair.learner)) is not None
        and (sharer := people.get(pair.sharer)) is not None
        and may_know(reader, learner, sharer)
    ]


def cautions(matches: Iterable[Match]) -> list[str]:
    """Say what approving all of these matches would refuse."""
    return [caution(row.kind, row.person, row.matches) for row in explanations.warnings(matches)]


def caution(kind: str, person: Registration, matches: int) -> str:
    """Say what approving would refuse about one person."""
    if kind == "too_many_at_once":
        text = ngettext(
            "%(name)s would be in %(count)d match at once, as learner and sharer together: more than the rules allow.",
            "%(name)s would be in %(count)d matches at once, as learner and sharer together: more than the rules "
            "allow.",
            matches,
        )
    else:
        text = ngettext(
            "%(name)s would have %(count)d match, and not enough hours for it.",
            "%(name)s would have %(count)d matches whose hours clash: no hour of its own for each.",
            matches,
        )
    return text % {"name": reasons.called_at_desk(person), "count": matches}


def _participants(round_: Round, numbers: Sequence[int]) -> dict[int, Registration]:
    rows = round_.participants.filter(number__in=numbers).select_related("registration__member")
    return {row.number: row.registration for row in rows}


def _result(round_: Round, now: Figures, before: Figures | None, reader: Member) -> RoundResult:
    stored = round_.participants.exclude(left_out="").values_list(*LeftOutLearner._fields)
    left = [LeftOutLearner(*row) for row in stored]
    names = _names(now.get("shortages", []), left)
    looked_for = [learner for learner in left if learner.left_out not in NOT_LOOKED_FOR]
    return RoundResult(
        headline=_headline(now),
        charts=[make(now, before) for make in _CHARTS],
        shortages=shortages.shortages(now.get("shortages", []), names),
        left=shortages.left_in_groups(looked_for, names),
        left_sentence=_left_sentence(len(looked_for)),
        others=shortages.left_in_groups([learner for learner in left if learner.left_out in NOT_LOOKED_FOR], names),
        warnings=_against_rules(round_, now, reader),
        needs_url=page_of_needs(),
    )


def _headline(counts: Mapping[str, int]) -> str:
    text = ngettext(
        "%(served)d of %(learners)d learner gets a proposal.",
        "%(served)d of %(learners)d learners get a proposal.",
        counts.get("learners", 0),
    )
    return text % {"served": counts.get("served", 0), "learners": counts.get("learners", 0)}


def _left_sentence(count: int) -> str:
    """Say how many of the headline's learners got nothing: the same people whom the list names."""
    return ngettext("%(count)d learner gets nobody.", "%(count)d learners get nobody.", count) % {"count": count}


def _names(short: Sequence[Mapping[str, int]], left: Sequence[LeftOutLearner]) -> dict[int, str]:
    """Return the names of the skills that shortages and advice are about."""
    return shortages.skill_names([*short, *(change for learner in left for change in learner.advice)])
