"""What became of each row of a file of the old form, and how it goes on with the person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from registrations.domain.registrations import OUT_OF_THE_PROGRAMME, Source
from registrations.models import ClaimInvitation, Registration
from registrations.models.registration import RegistrationQuerySet
from registrations.oldform.reading.report import Line


class Fate(TextChoices):
    """What the import did with one row. Who took over a registration since is read from it, and not stored."""

    MADE = "made", _("a new registration")
    REPLACED = "replaced", _("replaces what the same person wrote before")
    OLDER = "older", _("an older row of the same person")
    SAME = "same", _("the same as before")
    CLAIMED = "claimed", _("left alone: the person had taken over their registration")
    ENDED = "ended", _("left alone: the registration has ended")
    REFUSED = "refused", pgettext_lazy("a row of a file", "left out")


class PersonStanding(TextChoices):
    """How it goes on with the person of a row."""

    WAITS = "waits", _("nobody’s yet, not invited")
    INVITED = "invited", _("nobody’s yet, invited")
    TAKEN = "taken", _("taken over")
    NONE = "none", "—"


@dataclass(frozen=True)
class RowFate:
    """One row of the list."""

    row: int
    fate: Fate
    reason: str
    registration: Registration | None
    standing: PersonStanding


def fates_of(stored: Iterable[list[object]], lines: Iterable[Line]) -> list[RowFate]:
    """Return what became of each row, in their order, in two queries."""
    rows: dict[int, tuple[str, int | None]] = {int(str(row)): (str(fate), _key(key)) for row, fate, key in stored}
    refused = {line.row: line.what_was_made_of_it for line in lines if line.certainty == "rejected"}
    keys = {key for _fate, key in rows.values() if key is not None}
    people = Registration.objects.select_related("member").in_bulk(keys)
    invited = set(ClaimInvitation.objects.filter(registration__in=keys).values_list("registration", flat=True))
    fates = [_row(number, fate, people.get(key or 0), invited) for number, (fate, key) in rows.items()]
    left_out = ((row, reason) for row, reason in refused.items() if row not in rows)
    fates += [RowFate(row, Fate.REFUSED, reason, None, PersonStanding.NONE) for row, reason in left_out]
    return sorted(fates, key=lambda fate: fate.row)


def to_invite(stored: Iterable[list[object]], *, now: datetime) -> RegistrationQuerySet:
    """Return the registrations of a file that nobody has taken over, whose people can be written to and have no link
    that works."""
    keys = [int(str(key)) for _row, _fate, key in stored if key is not None]
    waiting = Registration.objects.filter(pk__in=keys, source=Source.IMPORT, member=None)
    waiting = waiting.exclude(imported_address="").exclude(state__in=OUT_OF_THE_PROGRAMME)
    return waiting.exclude(pk__in=ClaimInvitation.objects.open(at=now).values("registration"))


def _key(key: object) -> int | None:
    return int(str(key)) if key is not None else None


def _row(number: int, fate: str, person: Registration | None, invited: set[int]) -> RowFate:
    standing = PersonStanding.NONE
    if person is not None:
        waits = PersonStanding.INVITED if person.pk in invited else PersonStanding.WAITS
        standing = PersonStanding.TAKEN if person.is_claimed else waits
    return RowFate(number, Fate(fate), "", person, standing)


def counted(rows: Iterable[RowFate]) -> Mapping[str, int]:
    """Count the rows by what became of them, and by how it goes on."""
    counts: dict[str, int] = {}
    for row in rows:
        for word in {row.fate.value, row.standing.value} - {PersonStanding.NONE.value}:
            counts[word] = counts.get(word, 0) + 1
    return counts
