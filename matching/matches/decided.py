"""What another decision on somebody's registration changes for their matches, said at the desk before it is made.

The rows follow from the state of the registration by themselves: a match is not live once a side is declined, and the
sweep ends it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sized
from datetime import datetime
from typing import Any

from django.utils.translation import ngettext

from letsconnect.base.languages import listed
from letsconnect.base.query_batches import QueryBatch
from matching.domain.matches import MatchState
from matching.domain.sessions import SessionState
from matching.models import Match, Round, Session, SharerRequest, people
from registrations import events
from registrations.domain.registrations import RegistrationState
from registrations.models import Member

NOT_ASKED = (MatchState.PROPOSED, MatchState.APPROVED)


def connect() -> None:
    """Connect to the question what a decision will change."""
    events.decision_effects_asked.connect(foresee)


def foresee(
    sender: Any, *, member: Member, becomes: RegistrationState, now: datetime, batch: QueryBatch, **kwargs: Any
) -> Iterable[str]:
    """Return sentences that say how many matches, hours, proposals and requests it touches."""
    if becomes == RegistrationState.APPROVED:
        return ()
    live = Match.objects.filter(people.of(member)).live().order_by("pk")
    matches = batch.add(live.values_list("state", "round_id"))
    agreed = Session.objects.for_member(member).ahead(now=now).filter(state=SessionState.CONFIRMED)
    hours = batch.add(agreed.order_by("pk").values_list("pk"))
    asked = batch.add(SharerRequest.objects.of(member).open().values_list("pk"))
    words = _if_declined if becomes == RegistrationState.DECLINED else _if_asked_for_changes
    return _foreseen(matches, hours, asked, words)


def _foreseen(
    matches: Collection[tuple[str, int]], hours: Sized, asked: Sized, words: Callable[[int, int, int, int], list[str]]
) -> Iterator[str]:
    rounds = sorted({number for state, number in matches if state in NOT_ASKED})
    proposed = sum(state in NOT_ASKED for state, _number in matches)
    counts = (len(matches) - proposed, len(hours), proposed, len(asked))
    for count, text in zip(counts, words(*counts), strict=True):
        if count:
            yield text % {"count": count, "rounds": listed(Round.called(rounds))}


def _if_declined(running: int, hours: int, proposed: int, asked: int) -> list[str]:
    return [
        ngettext(
            "%(count)d match ends. The other person gets a kind email that does not say why.",
            "%(count)d matches end. The other people get a kind email that does not say why.",
            running,
        ),
        ngettext(
            "%(count)d agreed session is cancelled.",
            "%(count)d agreed sessions are cancelled.",
            hours,
        ),
        ngettext(
            "%(count)d match of %(rounds)s, about which nobody was asked yet, falls away.",
            "%(count)d matches of %(rounds)s, about which nobody was asked yet, fall away.",
            proposed,
        ),
        ngettext(
            "%(count)d request for a sharer is no longer considered.",
            "%(count)d requests for sharers are no longer considered.",
            asked,
        ),
    ]


def _if_asked_for_changes(running: int, hours: int, proposed: int, asked: int) -> list[str]:
    return [
        ngettext("%(count)d match goes on as it is.", "%(count)d matches go on as they are.", running),
        ngettext("%(count)d agreed session stays.", "%(count)d agreed sessions stay.", hours),
        ngettext(
            "%(count)d match of %(rounds)s cannot be published until the registration is approved again.",
            "%(count)d matches of %(rounds)s cannot be published until the registration is approved again.",
            proposed,
        ),
        ngettext(
            "%(count)d request for a sharer waits until the registration is approved again.",
            "%(count)d requests for sharers wait until the registration is approved again.",
            asked,
        ),
    ]
