"""What letters about two people ask of many matches at once: whether they are a pair still, and how skills are called.

Each question reads what is stored now, where nobody read the answer ahead.
"""

from collections.abc import Collection

from letsconnect.base.querysets import any_of
from letsconnect.base.read_ahead import RowQuestion
from letsconnect.base.statements import Statement
from matching.models import Match, Session
from registrations.models import Registration
from registrations.skills.names import read_names

IS_LIVE = RowQuestion(lambda: Match.objects.live())
IS_CONNECTED = RowQuestion(lambda: Match.objects.connected())
IS_UNBROKEN = RowQuestion(lambda: Match.objects.unbroken())

OF_A_MATCH = ("learner__member", "learner__group", "sharer__member", "sharer__group", "skill__merged_into")
_MATCHES = Statement(lambda keys: Match.objects.filter(pk__in=any_of(keys)).select_related(*OF_A_MATCH))


def read_matches(keys: list[int]) -> list[Match]:
    """Read matches with their two people and what their skills are called."""
    matches = _MATCHES.rows({"keys": keys})
    read_names_of_skills(matches)
    return matches


def read_names_of_skills(matches: Collection[Match]) -> None:
    """Read for each of these matches, whose skills were read with them, what its skill is called."""
    read_names([match.skill.heir for match in matches])


def both_people(matches: Collection[Match]) -> list[Registration]:
    return [person for match in matches for person in (match.learner, match.sharer)]


def people_of_match(match: Match) -> list[Registration]:
    return [match.learner, match.sharer]


def people_of_session(session: Session) -> list[Registration]:
    return people_of_match(session.match)
