"""What is due by the clock about rounds: old facts, rounds nobody finished, rounds nobody began."""

from datetime import datetime

from django.utils.translation import gettext as _

from letsconnect.base import nudges
from matching.models import MatchingRules, Round, RoundFacts
from matching.models.matches import rounds_to_repair
from matching.rounds.computing import fail_round


def delete_old_facts(now: datetime) -> int:
    """Delete what rounds were computed from, once the days of the rules are over; return of how many rounds."""
    days = MatchingRules.objects.current().facts_kept_days
    deleted, _by_table = RoundFacts.objects.to_delete(now=now, days=days).delete()
    return deleted


def fail_abandoned(now: datetime) -> int:
    """Mark rounds whose process died as failed, so that a person sees it and can begin another."""
    abandoned = list(Round.objects.abandoned(now=now))
    for round_ in abandoned:
        fail_round(round_=round_, reason=_("The process that computed this round stopped. Begin a new round."), now=now)
    return len(abandoned)


def nudge_overlooked(now: datetime) -> int:
    """Wake a worker for rounds that wait longer than a nudge takes, and for those to be repaired: it was lost with the
    broker."""
    overlooked = Round.objects.overlooked(now=now).count() + rounds_to_repair().count()
    if overlooked:
        nudges.on_commit("matching.tasks.solve")
    return overlooked
