"""The tables of matching, split by noun."""

from matching.models.approvals import MatchApproval
from matching.models.feedback import Concern, Feedback, QuietSpell, SessionOutcome
from matching.models.introductions import Introduction
from matching.models.matches import Match, MatchQuerySet
from matching.models.requests import SharerRequest, SharerRequestQuerySet
from matching.models.rounds import Round, RoundFacts, RoundParticipant, RoundReplay
from matching.models.rules import Exclusion, MatchingRules
from matching.models.sessions import CalendarFeed, ProposedTime, Session, SessionQuerySet

__all__ = [
    "CalendarFeed",
    "Concern",
    "Exclusion",
    "Feedback",
    "Introduction",
    "Match",
    "MatchApproval",
    "MatchQuerySet",
    "MatchingRules",
    "ProposedTime",
    "QuietSpell",
    "Round",
    "RoundFacts",
    "RoundParticipant",
    "RoundReplay",
    "Session",
    "SessionOutcome",
    "SessionQuerySet",
    "SharerRequest",
    "SharerRequestQuerySet",
]
