"""What becomes of the matches of somebody who leaves, pauses, or does not want to be matched with somebody any more.

They run inside the action that sends the signal and has locked the member's row. Matches are locked in the order of
their ids, as everywhere.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from letsconnect.base.lines import isolated
from letsconnect.base.query_batches import QueryBatch
from matching.domain.matches import LIVE, ClosedWhy, MatchState, Side
from matching.matches.closing import close_match
from matching.matches.emails import owe_letter
from matching.models import Introduction, Match, MatchQuerySet, RoundParticipant, SharerRequest, people
from matching.sessions.feeds import end_feed
from matching.waiting.requests import end_requests_about, end_requests_between, end_requests_of
from matching.words import reasons
from registrations import events
from registrations.domain.registrations import Step
from registrations.models import Member, Registration, Skill

NOT_CONNECTED = tuple(state for state in LIVE if state != MatchState.CONNECTED)
ENDS = {Step.WITHDRAW: LIVE, Step.ERASE: LIVE, Step.PAUSE: NOT_CONNECTED, Step.AWAY: ()}


def connect() -> None:
    """Connect to the signals about people who leave, pause, block somebody or ask for their data."""
    events.registration_withdrawn.connect(on_withdrawn)
    events.registration_paused.connect(on_paused)
    events.people_blocked.connect(on_blocked)
    events.erasing.connect(on_erasing)
    events.account_closed.connect(on_account_closed)
    events.effects_asked.connect(foresee)
    events.data_asked.connect(collect)


def on_withdrawn(sender: Any, *, registration: Registration, by: Member, now: datetime, **kwargs: Any) -> None:
    member = registration.member
    if member is not None:
        _end_matches(_matches_of(member, LIVE), leaver=member, why=ClosedWhy.LEFT, by=by, now=now)
        end_requests_of(member, by=by, now=now)


def on_paused(sender: Any, *, registration: Registration, by: Member, now: datetime, **kwargs: Any) -> None:
    member = registration.member
    if member is not None:
        _end_matches(_matches_of(member, NOT_CONNECTED), leaver=member, why=ClosedWhy.NO_TIME, by=by, now=now)


def on_erasing(sender: Any, *, member: Member, by: Member | None, now: datetime, **kwargs: Any) -> None:
    _end_matches(_matches_of(member, LIVE), leaver=member, why=ClosedWhy.LEFT, by=by or member, now=now)
    end_requests_of(member, by=by or member, now=now)
    end_requests_about(member, now=now)


def on_account_closed(sender: Any, *, member: Member, by: Member | None, now: datetime, **kwargs: Any) -> None:
    """End the matches, requests and calendar feed of a closed account.

    Where the trust team closed it (``by`` is None), the log says that the portal did, so that nobody reads of a report.
    """
    by_the_portal = by is None
    _end_matches(
        _matches_of(member, LIVE),
        leaver=member,
        why=ClosedWhy.LEFT,
        by=by or member,
        now=now,
        verb="close_match_of_closed_account",
        by_the_portal=by_the_portal,
    )
    end_requests_of(member, by=by, now=now)
    end_feed(member=member, by=by, now=now)


def on_blocked(sender: Any, *, member: Member, blocked: Member, by: Member, now: datetime, **kwargs: Any) -> None:
    """End what runs between the two; the other gets the letter that follows any other end.

    The desk reads that the two can no longer be matched, and not who of them asked for it: the privacy notice promises
    that nobody sees that.
    """
    between = _matches_of(member, LIVE).filter(people.of(blocked))
    _end_matches(between, leaver=member, why=ClosedWhy.BLOCKED, by=by, now=now, verb="end_match", by_the_portal=True)
    end_requests_between(member, blocked, by=by, now=now)


def _matches_of(member: Member, states: Iterable[str]) -> MatchQuerySet:
    return Match.objects.filter(people.of(member), state__in=list(states))


def _end_matches(
    matches: MatchQuerySet,
    *,
    leaver: Member,
    why: ClosedWhy,
    by: Member,
    now: datetime,
    verb: str = "leave_match",
    by_the_portal: bool = False,
) -> None:
    locked = (
        matches.select_related("learner__member", "sharer__member")
        .select_for_update(no_key=True, of=("self",))
        .order_by("pk")
    )
    for match in list(locked):
        connected = match.state == MatchState.CONNECTED
        becomes = MatchState.ENDED if connected else MatchState.WITHDRAWN
        close_match(match, becomes=becomes, why=why, note="", by=by, now=now, verb=verb, by_the_portal=by_the_portal)
        side = match.side_of(leaver)
        if match.asked_at is not None and side is not None:
            owe_letter(match, side.other, letter="closed", now=now)


def foresee(
    sender: Any, *, member: Member, step: Step, now: datetime, batch: QueryBatch, **kwargs: Any
) -> Iterator[str]:
    """Return sentences that say which matches the step ends, and what happens to the others."""
    mine = batch.add(Match.objects.for_member(member).live().prefetch_related(None))
    return _foreseen(mine, member, step=step, batch=batch)


def _foreseen(mine: Iterable[Match], member: Member, *, step: Step, batch: QueryBatch) -> Iterator[str]:
    batch.prefetch(Skill, "skill_names")
    for match in sorted(mine, key=lambda match: match.state not in ENDS[step]):
        words = {"name": _other(match, member), "skill": isolated(match.skill)}
        if match.state in ENDS[step]:
            yield (
                _("Your match with %(name)s about %(skill)s ends. They get a kind email that does not say why.") % words
            )
        elif match.state == MatchState.CONNECTED:
            yield _("Your match with %(name)s about %(skill)s goes on.") % words
        else:
            text = _("The question about %(name)s and %(skill)s stays open, but you cannot say yes while you are away.")
            yield text % words


def _other(match: Match, member: Member) -> str:
    side = match.side_of(member)
    return reasons.name_of(match.person(side.other)) if side else ""


def collect(sender: Any, *, member: Member, now: datetime, batch: QueryBatch, **kwargs: Any) -> events.SectionReader:
    """Return a person's matches, requests and rounds, for the page of their data.

    What the other side said in confidence is left out.
    """
    matches = batch.add(Match.objects.for_member(member).prefetch_related(None))
    made = SharerRequest.objects.of(member).saying_who_is_named(on=now.date())
    requests = batch.add(made.with_people().prefetch_related(None))
    rounds = batch.add(RoundParticipant.objects.published_of(member))
    introductions = batch.add(Introduction.objects.filter(member=member))
    yield ("matching.Match", "matching.SharerRequest", "matching.RoundParticipant", "matching.Introduction")
    item = events.Item.of
    yield events.Section(
        "introduction",
        _("What my match reads of me"),
        [
            (
                item("words", _("In my words"), introduction.words),
                item("shows_user_page", _("My match sees my user page"), introduction.shows_user_page),
                item("changed_at", _("Changed"), introduction.changed_at),
            )
            for introduction in introductions
        ],
    )
    rows = [_match_row(match, side, member) for match in matches if (side := match.side_of(member)) is not None]
    yield events.Section("matches", _("My matches"), rows)
    yield events.Section("requests", _("People I asked for"), [_request_row(request) for request in requests])
    yield events.Section("rounds", _("Rounds of matching I was in"), [_round_row(took_part) for took_part in rounds])


def _round_row(took_part: RoundParticipant) -> tuple[events.Item, ...]:
    item = events.Item.of
    return (
        item("round", _("Round"), took_part.round_id, str(took_part.round)),
        item("published_at", _("Published"), took_part.round.published_at),
        item("is_learner", _("I wished to learn and had room"), took_part.is_learner),
        item("left_out", _("Why there was nobody for me"), took_part.left_out),
        item("waited", _("Rounds I had waited"), took_part.waited),
        item("advice", _("What would have helped"), took_part.advice),
    )


def _request_row(request: SharerRequest) -> tuple[events.Item, ...]:
    item = events.Item.of
    return (
        item("sharer", _("Whom"), reasons.name_of_asked(request)),
        item("skill", _("Topic"), request.skill.slug, str(request.skill)),
        item("why", _("Why"), request.why),
        item("state", _("State"), request.state, request.get_state_display()),
        item("made_at", _("Date of the request"), request.made_at),
        item("closed_at", _("Ended"), request.closed_at),
    )


def _match_row(match: Match, side: Side, member: Member) -> tuple[events.Item, ...]:
    item = events.Item.of
    return (
        item("skill", _("Topic"), match.skill.slug, str(match.skill)),
        item("side", pgettext("in a match", "I am the"), side.value, str(side.label)),
        item("other", _("With"), _other(match, member)),
        item("state", _("State"), match.state, match.get_state_display()),
        item("why_us", _("Why we two"), reasons.for_person(match, side)),
        item("asked_at", _("Asked"), match.asked_at),
        item("accepted_at", _("I said yes"), match.accepted_at(side)),
        item("connected_at", _("Connected"), match.connected_at),
        item("closed_at", _("Ended"), match.closed_at),
        *(
            (
                item("closed_why", _("Why I ended it"), match.closed_why, match.get_closed_why_display()),
                item("closed_note", _("In my words"), match.closed_note),
            )
            if match.closed_by_id == member.pk
            else ()
        ),
    )
