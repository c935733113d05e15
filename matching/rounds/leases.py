"""A lease is the right to compute. One process has it at a time, each phase renews it, and one that is not renewed in
time is taken away: its process has died."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from letsconnect.base.clocks import running_from
from matching.domain.matches import SOLVING_LEASE, MatchMoveNotAllowed, RoundPhase
from matching.models import Round


class Stopped(Exception):
    """The round was cancelled, or given up by the sweep, while it was computed: nothing of it is kept."""


class Lease:
    """One process's right to compute one round; the row shows the phase it is in."""

    def __init__(self, round_: Round, *, until: datetime, now: datetime) -> None:
        self.round_id, self.until, self._begun_at, self._clock = round_.pk, until, now, running_from(now)

    @property
    def now(self) -> datetime:
        """The moment the caller named, and the seconds that went by since."""
        return self._clock()

    @property
    def seconds(self) -> float:
        return (self.now - self._begun_at).total_seconds()

    def enter(self, phase: RoundPhase) -> None:
        """Show the phase and renew the lease; raise Stopped when it is ours no more."""
        until = self.now + SOLVING_LEASE
        ours = Round.objects.filter(pk=self.round_id, lease_until=self.until)
        if not ours.update(phase=phase, lease_until=until):
            raise Stopped
        self.until = until

    def lock(self) -> Round:
        """Return the round, locked, for storing what was computed; raise Stopped when the lease is ours no more."""
        round_ = Round.objects.select_for_update(no_key=True).get(pk=self.round_id)
        if round_.lease_until != self.until:
            raise Stopped
        return round_

    def release(self) -> None:
        """Let others compute, whatever became of this."""
        Round.objects.filter(pk=self.round_id, lease_until=self.until).update(phase="", lease_until=None)


def take_lease(round_: Round, *, now: datetime, **columns: object) -> Lease:
    """Write the lease, the first phase and ``columns`` on a locked round; raise MatchMoveNotAllowed while it or
    anything else is being computed."""
    if round_.lease_until is not None and round_.lease_until > now:
        raise MatchMoveNotAllowed(_("This round is being computed at this moment."))
    until = now + SOLVING_LEASE
    for name, value in columns.items():
        setattr(round_, name, value)
    round_.lease_until, round_.phase = until, RoundPhase.READING
    try:
        with transaction.atomic():
            round_.save(update_fields=[*columns, "lease_until", "phase"])
    except IntegrityError as error:
        if "matching_one_round_is_solved_at_a_time" not in str(error):
            raise
        raise MatchMoveNotAllowed(_("Another round is being computed; this one waits for it.")) from error
    return Lease(round_, until=until, now=now)
