"""Load sessions of the demo's connected matches: one agreed, with a link to a call, and one with proposed times."""

from datetime import UTC, datetime, timedelta

from matching.domain.matches import Side
from matching.domain.sessions import ChosenTime, HourTaken
from matching.models import Match
from matching.models.people import account_of
from matching.sessions import hours
from matching.sessions.agreeing import confirm_time, propose_times, seen_as, set_call_link

LINK = "https://meet.example.org/lets-connect-demo"


def agree(connected: list[Match], *, now: datetime) -> None:
    """Agree an hour in the first of these matches, and propose times in the others.

    Nothing is proposed where one of the two would then be in two sessions at once.
    """
    for number, match in enumerate(connected):
        try:
            _propose(match, is_agreed=number == 0, now=now)
        except HourTaken:
            continue


def _propose(match: Match, *, is_agreed: bool, now: datetime) -> None:
    before = now - timedelta(hours=3)
    proposer = account_of(match.person(Side.LEARNER))
    times = [ChosenTime(moment, proposer.zone) for moment in _hours(match, now=now)]
    session = propose_times(match=match, times=times, seen_version="", by=proposer, now=before)
    if is_agreed:
        member = account_of(match.person(Side.SHARER))
        session = confirm_time(
            session=session, starts_at=times[0].starts_at, seen_version=seen_as(session), by=member, now=before
        )
        set_call_link(session=session, link=LINK, by=member, now=before)


def _hours(match: Match, *, now: datetime) -> list[datetime]:
    """Return three of the hours in common from the day after tomorrow on, or any three where there are none."""
    weeks = hours.to_choose(match, mine="UTC", theirs="UTC", name="", now=now)
    texts = [choice.value for week in weeks for day in week.days for choice in day.choices[:1]]
    moments = [datetime.strptime(value, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC) for value in texts]
    later = [moment for moment in moments if moment > now + timedelta(days=1)][:3]
    noon = now.astimezone(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    return later or [noon + timedelta(days=days) for days in (3, 4, 5)]
