"""Say to the working group which skills are short in a round, who got nothing, and what would help them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.utils.dates import WEEKDAYS
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from matching.words import reasons
from registrations.models import Skill
from registrations.reference.names import language_name

SHOWN = 10
Change = Mapping[str, Any]
Names = Mapping[int, str]


class LeftOutLearner(NamedTuple):
    """A learner who got nothing: for which reason, and the single changes that would each give them somebody."""

    left_out: str
    advice: Sequence[Change]


class _Subject(NamedTuple):
    """What a change is about, whoever is told it."""

    kind: str
    about: Any  # the code of a language, the key of a skill, or nothing


@dataclass(frozen=True)
class LeftOutGroup:
    """Learners left for one reason, and what would help most of them."""

    code: str
    count: int
    sentence: str
    helps: list[str] = field(default_factory=list)


def shortages(rows: Iterable[Mapping[str, int]], names: Names) -> list[str]:
    """Say for each skill what is short, worst first."""
    short = sorted((row for row in rows if row["short"] > 0), key=lambda row: (-row["short"], row["skill"]))
    return [_shortage(row, names) for row in short[:SHOWN]]


def _shortage(row: Mapping[str, int], names: Names) -> str:
    # The three counts are sentences' parts of their own, because each has its own plural.
    learners = ngettext("%(count)d learner wants %(skill)s", "%(count)d learners want %(skill)s", row["learners"]) % {
        "count": row["learners"],
        "skill": names.get(row["skill"], "?"),
    }
    short = ngettext("%(count)d short", "%(count)d short", row["short"]) % {"count": row["short"]}
    if not row["sharers"]:
        # Translators: as in "12 learners want Wikidata, nobody shares it: 12 short."
        return gettext("%(learners)s, nobody shares it: %(short)s.") % {"learners": learners, "short": short}
    places = ngettext("%(count)d place", "%(count)d places", row["places"]) % {"count": row["places"]}
    sharers = ngettext("%(count)d sharer has %(places)s", "%(count)d sharers have %(places)s", row["sharers"]) % {
        "count": row["sharers"],
        "places": places,
    }
    # Translators: as in "12 learners want Wikidata, 3 sharers have 2 places: 6 short."
    return gettext("%(learners)s, %(sharers)s: %(short)s.") % {"learners": learners, "sharers": sharers, "short": short}


def left_in_groups(learners: Iterable[LeftOutLearner], names: Names) -> list[LeftOutGroup]:
    """Group learners who got nothing by their reason, most first, each with what would help most of them."""
    helps: dict[str, Counter[_Subject]] = {}
    counts: Counter[str] = Counter()
    for learner in learners:
        counts[learner.left_out] += 1
        helps.setdefault(learner.left_out, Counter()).update({_subject_of(change) for change in learner.advice})
    return [
        LeftOutGroup(
            code, count, _group(code, count), [_help(subject, helped, names) for subject, helped in _most(helps[code])]
        )
        for code, count in counts.most_common()
    ]


def _group(code: str, count: int) -> str:
    return ngettext("%(count)d learner: %(why)s.", "%(count)d learners: %(why)s.", count) % {
        "count": count,
        "why": reasons.LEFT_OUT.get(code, code),
    }


def _subject_of(change: Change) -> _Subject:
    """What a change is about, without what differs from person to person."""
    about = {"language": change.get("code"), "nobody_shares": change.get("skill")}
    return _Subject(change["kind"], about.get(change["kind"]))


def _most(helps: Counter[_Subject]) -> list[tuple[_Subject, int]]:
    """The three changes that would help most people, each with how many."""
    most_first = sorted(helps, key=lambda subject: (-helps[subject], subject.kind, str(subject.about)))
    return [(subject, helps[subject]) for subject in most_first[:3]]


def _help(subject: _Subject, count: int, names: Names) -> str:
    """Say how many of a group a change would give somebody."""
    values: dict[str, Any] = {"count": count}
    if subject.kind == "language":
        values["language"] = language_name(subject.about, get_language() or "en")
        sentence = ngettext(
            "%(language)s, spoken a little better, would give %(count)d of them somebody.",
            "%(language)s, spoken a little better, would give %(count)d of them somebody.",
            count,
        )
    elif subject.kind == "nobody_shares":
        values["skill"] = names.get(subject.about, "?")
        sentence = ngettext(
            "A sharer of %(skill)s would help %(count)d of them.",
            "A sharer of %(skill)s would help %(count)d of them.",
            count,
        )
    else:
        sentence = _plain_help(subject.kind, count)
    return sentence % values


def _plain_help(kind: str, count: int) -> str:
    """The same for a change that is about no language and no skill."""
    if kind == "more_hours":
        return ngettext(
            "More free hours would give %(count)d of them somebody.",
            "More free hours would give %(count)d of them somebody.",
            count,
        )
    if kind == "region_wish":
        return ngettext(
            "Being open to somebody from any region would give %(count)d of them somebody.",
            "Being open to somebody from any region would give %(count)d of them somebody.",
            count,
        )
    if kind == "more_places":
        return ngettext(
            "Learning from one person more would give %(count)d of them somebody.",
            "Learning from one person more would give %(count)d of them somebody.",
            count,
        )
    if kind == "sharers_full":
        return ngettext(
            "One more place of those who share it would help %(count)d of them.",
            "One more place of those who share it would help %(count)d of them.",
            count,
        )
    return ngettext(
        "For %(count)d of them no single change would do.",
        "For %(count)d of them no single change would do.",
        count,
    )


def skill_names(changes: Iterable[Change]) -> dict[int, str]:
    """Return the names of every skill these changes are about."""
    wanted = {change["skill"] for change in changes if change.get("skill")}
    return {skill.pk: str(skill) for skill in Skill.objects.filter(pk__in=wanted).with_names()}


def changes_in_words(changes: Iterable[Change], names: Names) -> list[str]:
    """Say to the working group which single changes would each give one learner somebody."""
    return [_change(change, names) for change in changes]


def _change(change: Change, names: Names) -> str:
    kind = change["kind"]
    if kind == "more_hours":
        return _more_hours(change)
    if kind == "language":
        return gettext("Speaking %(language)s at level %(level)s.") % {
            "language": language_name(change["code"], get_language() or "en"),
            "level": change["level"],
        }
    if kind in ("nobody_shares", "sharers_full"):
        return _SKILL_CHANGES[kind] % {"skill": names.get(change.get("skill", 0), "?")}
    return str(_PLAIN_CHANGES.get(kind, _PLAIN_CHANGES["wait"]))


def _more_hours(change: Change) -> str:
    hours = change.get("hours", 1)
    more_hours = ngettext("%(count)d more free hour a week.", "%(count)d more free hours a week.", hours) % {
        "count": hours
    }
    if change.get("day") is None or change.get("from_hour") is None:
        return more_hours
    return gettext("%(hours)s The right one begins on %(day)s between %(from)s and %(to)s UTC.") % {
        "hours": more_hours,
        "day": WEEKDAYS[change["day"]],
        "from": f"{change['from_hour']:02d}:00",
        "to": f"{change.get('to_hour', change['from_hour'] + 1):02d}:00",
    }


_SKILL_CHANGES = {
    "nobody_shares": _("Somebody who shares %(skill)s."),
    "sharers_full": _("One more place of those who share %(skill)s."),
}
_PLAIN_CHANGES = {
    "region_wish": _("Being open to somebody from any region."),
    "more_places": _("Wanting to learn from one person more."),
    "wait": _("No single change would do."),
}
