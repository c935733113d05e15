"""The tables of matching, split by noun."""

from matching.models.matches import Match, MatchQuerySet
from matching.models.requests import SharerRequest, SharerRequestQuerySet
from matching.models.rounds import Round, RoundParticipant, RoundReplay
from matching.models.sessions import CalendarFeed, ProposedTime, Session, SessionQuerySet

__all__ = [
    "CalendarFeed",
    "Match",
    "MatchQuerySet",
    "ProposedTime",
    "Round",
    "RoundParticipant",
    "RoundReplay",
    "Session",
    "SessionQuerySet",
    "SharerRequest",
    "SharerRequestQuerySet",
]
