"""The tables of matching, split by noun."""

from matching.models.matches import Match, MatchQuerySet
from matching.models.requests import SharerRequest, SharerRequestQuerySet
from matching.models.rounds import Round, RoundParticipant, RoundReplay

__all__ = [
    "Match",
    "MatchQuerySet",
    "Round",
    "RoundParticipant",
    "RoundReplay",
    "SharerRequest",
    "SharerRequestQuerySet",
]
