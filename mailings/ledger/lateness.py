"""How late the portal is: when the last tick ran, and how long letters have been waiting."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min, Q, QuerySet

from letsconnect.base.querysets import in_one_row
from letsconnect.base.statements import Statement
from mailings.domain.letters import LETTERS_ARE_LATE, OPEN, TICK_IS_LATE, UNREACHABLE, WAITING
from mailings.models import LastTick, Letter


@dataclass(frozen=True)
class Lateness:
    """How long ago each of these was, measured at one moment; None where there is none."""

    tick: timedelta | None  # since the last tick ran; None: none has ever run
    oldest_owed: timedelta | None  # since the oldest of the letters that are not sent yet was owed
    overdue: timedelta | None  # since the turn came of the letter whose turn came first
    unreachable: timedelta | None  # since the first letter was owed that no mail server took

    @property
    def is_tick_late(self) -> bool:
        return self.tick is None or self.tick >= TICK_IS_LATE

    @property
    def are_letters_late(self) -> bool:
        return any(age is not None and age >= LETTERS_ARE_LATE for age in (self.overdue, self.unreachable))


_AGES = ("oldest_owed", "overdue", "unreachable")


def _oldest_letters(now: datetime) -> QuerySet[Letter, tuple[datetime | None, ...]]:
    """The earliest moment of each kind, in one row."""
    return in_one_row(
        Letter.objects.filter(state__in=OPEN),
        oldest_owed=Min("owed_at"),
        overdue=Min("due_at", filter=Q(state__in=WAITING, due_at__lte=now)),
        unreachable=Min("owed_at", filter=Q(reason=UNREACHABLE)),
    )


_LAST_TICK = Statement(lambda: LastTick.objects.filter(pk=1).values_list("at", flat=True))
_OLDEST = Statement(_oldest_letters)


def lateness(*, now: datetime) -> Lateness:
    """Return how late the tick and the letters are, in two queries."""
    last_ran_at = next(iter(_LAST_TICK.rows({})), None)
    oldest = dict(zip(_AGES, next(iter(_OLDEST.rows({"now": now})), [None] * len(_AGES)), strict=True))
    ages = {name: None if moment is None else max(now - moment, timedelta(0)) for name, moment in oldest.items()}
    return Lateness(tick=None if last_ran_at is None else max(now - last_ran_at, timedelta(0)), **ages)
