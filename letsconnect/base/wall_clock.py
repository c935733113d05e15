"""From wall clock to moment: which moment a person means who names a time by the clock of a zone.

Where clocks are changed, a time may come never or twice. Then the person is asked which moment is meant; it is never
guessed.
"""

from datetime import UTC, date, datetime, time
from typing import Any

from django.utils.translation import gettext_lazy as _

from letsconnect.base.zone_names import place_in_words
from letsconnect.base.zones import zone_or_utc


class NotOneMoment(Exception):
    """A time that the clock does not show exactly once; its text can be shown to the person.

    ``meant`` are the two moments somebody may mean, the earlier first; ``question`` asks which of them.
    """

    def __init__(self, message: Any, *, question: Any, meant: tuple[datetime, ...]) -> None:
        super().__init__(message)
        self.question, self.meant = question, meant


class ComesNever(NotOneMoment):
    """The clocks jump over this time; ``meant`` are the two moments beside the gap."""


class ComesTwice(NotOneMoment):
    """The clocks are put back over this time; ``meant`` are the two moments that show it."""


def moment_of(wall: datetime, zone: str, *, meant: datetime | None = None, fold: int | None = None) -> datetime:
    """Return the moment at which the clock in ``zone`` shows ``wall``.

    Where clocks are changed, ``meant`` says which of the two moments in question it is; or ``fold`` does, 0 or 1, of
    two that show the same time. Raises ComesNever or ComesTwice where neither has answered.
    """
    moments = moments_of(wall, zone)
    if len(moments) == 1:
        return moments[0]
    choices = meanings(wall, zone)
    if meant in choices:
        return meant
    if moments and fold is not None:
        return moments[fold]
    placeholders = {"time": f"{wall:%H:%M}", "zone": place_in_words(zone)}
    if moments:
        question = (
            _("%(time)s comes twice on that day in %(zone)s, because the clocks are put back. Which one is meant?")
            % placeholders
        )
        raise ComesTwice(question, question=question, meant=choices)
    raise ComesNever(
        _("There is no %(time)s on that day in %(zone)s: the clocks are put forward over it.") % placeholders,
        question=_(
            "There is no %(time)s on that day in %(zone)s: the clocks are put forward over it. Which one is meant?"
        )
        % placeholders,
        meant=choices,
    )


def moment_now(wall: datetime, zone: str, *, stored: datetime) -> datetime:
    """Return the moment of ``wall`` by the rules now in force, for a moment that was stored under older rules.

    Where a time comes never or twice, it is the moment nearer to the stored one.
    """
    return min(meanings(wall, zone), key=lambda moment: (abs(moment - stored), moment))


def meanings(wall: datetime, zone: str) -> tuple[datetime, ...]:
    """Return the moments (UTC) a person may mean who names ``wall`` in ``zone``, the earlier first.

    It is the one or the two at which the clock shows it, or the two beside the gap when the clock jumps over it.
    """
    return moments_of(wall, zone) or _beside_the_gap(wall, zone)


def comes_twice(wall: datetime, zone: str) -> bool:
    """Tell whether the clocks in ``zone`` are put back over this time."""
    return len(moments_of(wall, zone)) > 1


def moments_of(wall: datetime, zone: str) -> tuple[datetime, ...]:
    """Return the moments (UTC) at which clocks in ``zone`` show ``wall``, the earlier first.

    It is one moment, none where the clocks jump over it, or two where they are put back over it.
    """
    clock_zone = zone_or_utc(zone)
    moments = {
        moment
        for fold in (0, 1)
        if (moment := wall.replace(tzinfo=clock_zone, fold=fold).astimezone(UTC))
        .astimezone(clock_zone)
        .replace(tzinfo=None)
        == wall
    }
    return tuple(sorted(moments))


def day_begins(day: date, zone: str) -> datetime:
    """Return the moment (UTC) at which this day begins by the clock of ``zone``.

    Where clocks jump over midnight it begins with the jump, and where midnight comes twice, with the first.
    """
    midnight = datetime.combine(day, time())
    moments = moments_of(midnight, zone)
    return moments[0] if moments else _beside_the_gap(midnight, zone)[-1]


def _beside_the_gap(wall: datetime, zone: str) -> tuple[datetime, ...]:
    clock_zone = zone_or_utc(zone)
    return tuple(sorted({wall.replace(tzinfo=clock_zone, fold=fold).astimezone(UTC) for fold in (0, 1)}))
