"""Letters about a match, owed to one of its two sides."""

from datetime import datetime

from mailings.ledger import letters
from matching.domain.matches import Side
from matching.models import Match


def owe_letter(match: Match, side: Side, *, letter: str, now: datetime) -> None:
    """Owe one side one letter about the match; a second time changes nothing."""
    letters.owe(
        kind=f"matching.{letter}_{side}",
        to=match.person(side).member,
        about=match,
        key=f"matching:{match.pk}:{letter}:{side}",
        now=now,
    )
