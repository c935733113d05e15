"""Load an earlier round of the demo: one match that is completed, and one whose hour has just ended."""

from datetime import datetime, timedelta

from matching.domain.feedback import Happened, Next
from matching.domain.matches import Side
from matching.domain.sessions import ChosenTime
from matching.feedback.giving import give_feedback
from matching.feedback.settling import ask_how_it_went
from matching.feedback.telling import tell_of_meeting
from matching.matches.answering import accept_match
from matching.models import Match, Session
from matching.models.people import account_of
from matching.rounds.computing import solve_round
from matching.rounds.publishing import publish_round
from matching.rounds.reviews import approve_matches
from matching.rounds.rounds import create_round, release_undecided
from matching.sessions.agreeing import NO_SESSION, confirm_time, propose_times, seen_as
from registrations.models import Member

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def load(*, now: datetime, coordinator: Member, volunteer: Member | None = None) -> list[Match]:
    """Run a round of a month ago and let two of its pairs meet.

    The first, the volunteer's if the round found somebody for them, is completed with feedback and thanks, after they
    had met outside the portal before. The hour of the other ended this morning, and nobody has said yet how it was.
    """
    begun = now - 30 * DAY
    round_ = create_round(by=coordinator, now=begun, wake_a_worker=False)
    round_ = solve_round(round_=round_, now=begun)
    matches = list(Match.objects.filter(round=round_).with_people().order_by("pk"))
    matches.sort(key=lambda match: volunteer is None or match.side_of(volunteer) is None)
    chosen = matches[:1] + [match for match in matches[1:] if volunteer is None or match.side_of(volunteer) is None][:1]
    approve_matches(matches=chosen, by=coordinator, now=begun + DAY)
    asked = publish_round(round_=round_, by=coordinator, now=begun + DAY).asked if chosen else []
    for match in asked:
        for side in Side:
            accept_match(match=match, by=account_of(match.person(side)), now=begun + 2 * DAY)
    if matches:
        release_undecided(round_=round_, by=coordinator, now=begun + 2 * DAY)
    for match in asked[:1]:
        _meet_outside(match, now=now - 20 * DAY)
        _say_all_went_well(_meet(match, ends_at=now - 10 * DAY), now=now - 9 * DAY)
    for match in asked[1:]:
        _meet(match, ends_at=now - 5 * HOUR)
    ask_how_it_went(now)
    return asked


def _meet(match: Match, *, ends_at: datetime) -> Session:
    """Let the learner propose an hour and the sharer agree to it; it ends on the whole hour."""
    starts_at = ends_at.replace(minute=0, second=0, microsecond=0) - HOUR
    learner, sharer = account_of(match.learner), account_of(match.sharer)
    times = [ChosenTime(starts_at, learner.zone)]
    session = propose_times(match=match, times=times, seen_version=NO_SESSION, by=learner, now=starts_at - 4 * DAY)
    return confirm_time(
        session=session, starts_at=starts_at, seen_version=seen_as(session), by=sharer, now=starts_at - 3 * DAY
    )


def _meet_outside(match: Match, *, now: datetime) -> None:
    """Let the sharer tell that they met the day before, outside the portal, and the learner say that it is so."""
    learner, sharer = account_of(match.learner), account_of(match.sharer)
    session = tell_of_meeting(match=match, on=(now - DAY).date(), by=sharer, now=now)
    give_feedback(session=session, by=learner, happened=Happened.YES, useful=4, now=now + HOUR)


def _say_all_went_well(session: Session, *, now: datetime) -> None:
    thanks = {
        Side.LEARNER: "Thank you for your patience, and for showing me your own first try.",
        Side.SHARER: "You asked the right questions. I learnt something, too.",
    }
    for side in Side:
        give_feedback(
            session=session,
            by=account_of(session.person(side)),
            happened=Happened.YES,
            useful=5 if side == Side.LEARNER else 4,
            next_=Next.DONE,
            note="Try the second exercise before the next meeting of our group.",
            thanks=thanks[side],
            now=now,
        )
