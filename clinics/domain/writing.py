"""What planners write to those who come to a clinic: to whom it goes, and how often it may."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Self

from django.utils.translation import gettext_lazy as _

from clinics.domain.clinics import ClinicError, ClinicState

FLOOR = "floor"  # who listens to the language spoken there
LETTERS_AN_HOUR = 3  # by one planner about one clinic
WRITTEN_TO_FOR = timedelta(days=14)  # after its end
KEPT_FOR = timedelta(days=90)  # the words, as those of all sent letters


class NobodyToWriteTo(ClinicError):
    """Nobody is among those whom the planner chose."""


class WroteTooOften(ClinicError):
    """The planner wrote to the people of the same clinic so often within an hour that more would only disturb."""


class NotToBeWrittenTo(ClinicError):
    """Nobody comes to this clinic yet, or it was too long ago."""


@dataclass(frozen=True)
class ToWhom:
    """Those with a seat or a turn in some state, and the people of the clinic in some roles.

    ``listening`` and ``speaking`` leave only those who listen in, or speak, one language.
    """

    states: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    listening: str = ""
    speaking: str = ""

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        names = {field.name for field in fields(cls)}
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()
        }
        return cls(**{name: value for name, value in values.items() if name in names})

    def stored(self) -> dict[str, Any]:
        return asdict(self)


def check_may_be_written_to(*, state: str, ends_at: datetime, now: datetime) -> None:
    """Raise NotToBeWrittenTo unless people come to the clinic, or came to it lately."""
    if state == ClinicState.DRAFT:
        raise NotToBeWrittenTo(_("Nobody has signed up for a clinic that is not announced."))
    if now >= ends_at + WRITTEN_TO_FOR:
        raise NotToBeWrittenTo(_("This clinic is over for two weeks: nobody is written to any more."))
