"""The letters of a match: owing one to one of its two people, when it is still owed, and how it reads."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from letsconnect.base.languages import speaking
from letsconnect.base.links import absolute
from letsconnect.base.read_ahead import RowQuestion
from mailings import kinds
from mailings.domain.letters import LetterState
from mailings.ledger import letters
from mailings.models import Letter
from mailings.rendering import Rendered, render_letter
from matching.domain.matches import DAYS_TO_ANSWER, REMIND_AFTER, MatchState, Side
from matching.models import Match, MatchQuerySet
from matching.words import reasons
from matching.words.letter_rows import IS_LIVE, both_people, people_of_match, read_matches
from registrations.participation import next_round
from registrations.review.undoable import until_it_stands

_WHILE = {
    "asked": {MatchState.ASKED},
    "reminder": {MatchState.ASKED},
    "connected": {MatchState.CONNECTED},
    "closed": {MatchState.DECLINED, MatchState.WITHDRAWN, MatchState.ENDED},
    "expired": {MatchState.EXPIRED},
}
# The question reads differently on the two sides; the other letters say the same to both.
_TEMPLATES = {"asked": "asked_{side}"}


def register() -> None:
    """Make the letters known to the ledger."""
    for letter in _WHILE:
        for side in Side:
            kinds.register(
                f"matching.{letter}_{side}",
                still_owed=until_it_stands(_still_owed(letter, side), people_of_match),
                render=_render(letter, side),
                reads=_read_reminders(side) if letter == "reminder" else _read,
                keeps=kinds.kept("learner__member", "sharer__member"),
            )


def _read(keys: list[int], now: datetime) -> list[Match]:
    matches = read_matches(keys)
    IS_LIVE.read_ahead(matches)
    next_round.read_who_takes_part(both_people(matches), on=now.date())
    return matches


def _read_reminders(side: Side) -> Callable[[list[int], datetime], list[Match]]:
    def read(keys: list[int], now: datetime) -> list[Match]:
        matches = _read(keys, now)
        _WAS_ASKED.read_ahead(matches, side=side.value)
        return matches

    return read


def owe_letter(match: Match, side: Side, *, letter: str, now: datetime) -> None:
    """Owe one side one letter about the match; a second time changes nothing."""
    letters.owe(
        kind=f"matching.{letter}_{side}",
        to=match.person(side).member,
        about=match,
        key=_key_of(match, side, letter),
        now=now,
    )


def _key_of(match: Match, side: Side, letter: str) -> str:
    return f"matching:{match.pk}:{letter}:{side}"


def _asked_days_before(side: str) -> MatchQuerySet:
    """The matches whose question to this side left days before the reminder: it may have been suppressed or late."""
    key = Concat(Value("matching:"), Cast("pk", TextField()), Value(f":asked:{side}"), output_field=TextField())
    asked = Letter.objects.filter(
        key=OuterRef("key_of_question"),
        state=LetterState.SENT,
        sent_at__lte=OuterRef("asked_at") + REMIND_AFTER - timedelta(days=1),
    )
    return Match.objects.alias(key_of_question=key).filter(Exists(asked))


_WAS_ASKED = RowQuestion(_asked_days_before)


def _still_owed(letter: str, side: Side) -> Callable[[Match, datetime], str | None]:
    def still_owed(match: Match, now: datetime) -> str | None:
        if match.state not in _WHILE[letter]:
            return f"the match is {match.state}"
        if letter in ("asked", "reminder"):
            if match.answer_by is not None and now >= match.answer_by:
                return "the time to answer is over"
            if match.accepted_at(side) is not None:
                return "this side has answered"
        if letter not in ("closed", "expired") and not IS_LIVE.is_so(match):
            return "one side has left"
        return None

    return still_owed


def _render(letter: str, side: Side) -> Callable[[Match, str, str], Rendered]:
    template = "matching/emails/" + _TEMPLATES.get(letter, letter).format(side=side.value)

    def render(match: Match, language: str, zone: str) -> Rendered:
        me, other = match.person(side), match.person(side.other)
        with speaking(language):
            context = {
                "match": match,
                "side": side.value,
                "name": me.shown_name,
                "other": reasons.name_of(other),
                "other_group": reasons.group_of(other),
                "other_region": other.get_region_display(),
                "skill": match.skill.name_in(language),
                "why": reasons.for_person(match, side),
                "days": DAYS_TO_ANSWER,
                "answer_by": match.answer_by,
                "was_asked": letter == "reminder" and _WAS_ASKED.is_so(match, side=side.value),
                "has_answered": match.accepted_at(side) is not None,
                **next_round.for_template(me, on=timezone.now().date()),
                "link": absolute("matching:match-detail", match.pk),
            }
        return render_letter(template, context, language=language, zone=zone)

    return render
