"""Say to a learner what a round held now could find, and what would help; nothing of who that would be."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from letsconnect.base.languages import duration_in_words
from letsconnect.base.lines import isolated
from matching.waiting.changes import ChangeToMake, LearnerRows, Outlook, outlook_of
from matching.waiting.prospects import PartOfDay
from registrations.domain.registrations import MIN_SHARED_LEVEL, UNTIL_THEY_RETURN
from registrations.models import Registration
from registrations.reference.names import language_name
from registrations.skills.hints import FEWEST_COUNTED, answers_about
from registrations.skills.names import names_of


@dataclass(frozen=True)
class Advice:
    """One thing that would help, or why nothing does; ``step`` is where it can be changed."""

    sentence: str
    step: str = ""
    do: str = ""


@dataclass(frozen=True)
class Help:
    """What is told: whether somebody is there, and what would help."""

    somebody: str  # a sentence, if a round held now could find somebody
    advice: tuple[Advice, ...]


@dataclass(frozen=True)
class _Words:
    """What the sentences need beside the change."""

    names: Mapping[int, str]
    back_on: Mapping[int, date]  # when the first is back who shares a skill, and is away now


def what_would_help(learner: Registration, *, now: datetime, asked: LearnerRows | None = None) -> Help | None:
    """Say what a round held now could find, and what would help; None for somebody without room for a match."""
    outlook = outlook_of(learner, now=now, asked=asked)
    return None if outlook is None else Help(_somebody(outlook), tuple(_advice(outlook, learner, on=now.date())))


def _somebody(outlook: Outlook) -> str:
    if not outlook.has_somebody:
        return ""
    if outlook.is_sure:
        return _("As things stand today, somebody suits you and has a place. The next round can bring you together.")
    return _(
        "As things stand today, somebody suits you and has a place. But more people wish for it than there are places."
    )


def _advice(outlook: Outlook, learner: Registration, *, on: date) -> Iterator[Advice]:
    skills = {change.skill for change in outlook.changes if change.skill}
    alone = [change.skill for change in outlook.changes if change.kind == "nobody_shares"]
    answers = answers_about(alone, besides=learner.member, on=on)
    back_on = {skill: answer.back_on for skill, answer in answers.items() if answer.back_on is not None}
    words = _Words(names_of(skills), back_on)
    for change in outlook.changes:
        yield _SAYERS[change.kind](change, words)


def time_in_words(part: PartOfDay) -> str:
    """A part of a day as the reader's clock shows it."""
    # Translators: a time of every week, as in "Saturday from 09:00 to 12:00".
    return _("%(day)s from %(start)s to %(end)s") % {
        "day": WEEKDAYS[part.day],
        "start": f"{part.from_hour:02d}:00",
        "end": f"{part.to_hour % 24:02d}:00",
    }


def _more_hours(change: ChangeToMake, _words: _Words) -> Advice:
    if change.part is None:  # there is always one
        raise ValueError("more hours without a time")
    if change.is_short:
        sentence = _("A match needs more of your time. Add %(time)s, all of it, and somebody suits you.")
    else:
        sentence = _(
            "Somebody suits you, but is free at other hours. Add %(time)s, all of it: then you have an hour in common."
        )
    sentences = [sentence % {"time": time_in_words(change.part)}]
    if change.more_minutes:
        more = _("A match needs %(time)s more of your week as well, at whatever hour.")
        sentences.append(more % {"time": duration_in_words(change.more_minutes)})
    return _for_some(change, " ".join(sentences), "hours", _("Change when I am free"))


def _language(change: ChangeToMake, _words: _Words) -> Advice:
    sentence = _(
        "Do you speak %(language)s, at level “%(level)s” or better? Then add it: it is spoken by those who could help."
    ) % {"language": language_name(change.code, get_language() or "en"), "level": MIN_SHARED_LEVEL.label}
    return _for_some(change, sentence, "you", _("Change my languages"))


def _region_wish(change: ChangeToMake, _words: _Words) -> Advice:
    sentence = _("Somebody suits you from another region than you asked for: let your match be from anywhere.")
    return _for_some(change, sentence, "region", _("Change where my match is from"))


def _another_skill(change: ChangeToMake, words: _Words) -> Advice:
    sentence = _("Would you like to learn %(skill)s as well? Somebody who shares it suits you and has a place.")
    named = {"skill": isolated(words.names[change.skill])}
    return _for_some(change, sentence % named, "skills", _("Add a wish"))


def _for_some(change: ChangeToMake, sentence: str, step: str, do: str) -> Advice:
    """The advice, and that it does not do for everybody, where more people wish for places than there are."""
    if not change.is_sure:
        more = _("More people wish for this than there are places, so it may go to somebody else.")
        sentence = f"{sentence} {more}"
    return Advice(sentence, step, do)


def _sharers_full(change: ChangeToMake, words: _Words) -> Advice:
    sentence = _("Those who share %(skill)s have no place left. A place becomes free as others finish.")
    return Advice(sentence % {"skill": isolated(words.names[change.skill])})


def _nobody_shares(change: ChangeToMake, words: _Words) -> Advice:
    skill, back_on = isolated(words.names[change.skill]), words.back_on.get(change.skill)
    if back_on == UNTIL_THEY_RETURN:
        return Advice(_("Somebody shares %(skill)s, but does not take part at the moment.") % {"skill": skill})
    if back_on is not None:
        sentence = _("Somebody shares %(skill)s, but is away until %(day)s.")
        return Advice(sentence % {"skill": skill, "day": date_format(back_on)})
    if change.wishing < FEWEST_COUNTED:
        return Advice(_("Nobody shares %(skill)s yet. Your wish helps to plan a clinic about it.") % {"skill": skill})
    sentence = ngettext(
        "Nobody shares %(skill)s yet, and %(count)d person waits for it: a clinic may come sooner than a match.",
        "Nobody shares %(skill)s yet, and %(count)d people wait for it: a clinic may come sooner than a match.",
        change.wishing,
    )
    return Advice(sentence % {"skill": skill, "count": change.wishing})


def _wait(_change: ChangeToMake, _words: _Words) -> Advice:
    return Advice(_("We found no single change of yours that would find you somebody today. Every round looks anew."))


_SAYERS: dict[str, Callable[[ChangeToMake, _Words], Advice]] = {
    "region_wish": _region_wish,
    "more_hours": _more_hours,
    "language": _language,
    "another_skill": _another_skill,
    "sharers_full": _sharers_full,
    "nobody_shares": _nobody_shares,
    "wait": _wait,
}
