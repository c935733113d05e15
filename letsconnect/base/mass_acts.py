"""Acts on many rows: prepared and shown first, then done by a worker, in steps that can be stopped between two of them.

Each app registers the kinds it knows. The row is the queue (`worker_queues`), so a lost call or a worker that dies
costs a minute and no row is done twice: what became of a row is stored in the transaction that did it.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import partial
from typing import Any

from django.db import OperationalError, models, transaction
from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from letsconnect.base import acts, nudges, worker_queues
from letsconnect.base.access_log import PeopleShown
from letsconnect.base.clocks import running_from
from letsconnect.base.database_waits import reason_of
from letsconnect.base.fields import longest
from letsconnect.base.languages import direction_of, speaking
from letsconnect.base.lines import has_something_to_see
from letsconnect.base.models import MASS_ACT_LABELS, MassAct, MassActOutcome, MassActRow, MassActState
from letsconnect.base.once_more import PeopleConcerned, name_of_language

logger = logging.getLogger(__name__)
AT_ONCE = 20  # rows in one transaction, and the most that are done while a page waits
_TASK = "letsconnect.base.tasks.work_mass_acts"


class MassActRefused(Exception):
    """The mass act cannot be begun or cancelled; the message says why."""


class RowRefused(Exception):
    """Nothing was done with this row; the message says why."""


class NoteWanted(Enum):
    """Whether words to the people go with an act."""

    NONE = "none"
    WELCOME = "welcome"
    NEEDED = "needed"


@dataclass(frozen=True)
class SampleEmail:
    """One email as it would go out, in one language."""

    language: str
    subject: str
    text: str

    @property
    def language_name(self) -> str:
        return name_of_language(self.language)

    @property
    def direction(self) -> str:
        return direction_of(self.language)


@dataclass(frozen=True)
class Preview:
    """What a mass act will do: sentences, who gets an email in which language, samples, and what to think of.

    ``cautions`` are warnings, each with the number of rows it is true of. ``table`` is the template that draws
    ``rows``, where the names alone say too little.
    """

    sentences: tuple[str, ...] = ()
    concerned: PeopleConcerned = field(default_factory=PeopleConcerned)
    samples: tuple[SampleEmail, ...] = ()
    cautions: tuple[tuple[str, int], ...] = ()
    table: str = ""
    rows: tuple[Any, ...] = ()


def _nothing(_given: Any) -> None:
    """Check and lock nothing."""


@dataclass(frozen=True)
class MassActKind:
    """One kind of mass act.

    ``label`` stands on its button; ``look`` is a word of `LookKind`, by which people read that their names were shown.
    ``do(row, act, now)`` does it with one row, in a savepoint of its own, and raises one of ``refusals`` or RowRefused
    if it cannot; it must compare ``row.seen_version`` with the row as it is, and returns what else there is to say of
    it, mostly nothing. ``lock(keys)`` takes the locks of a step in the order of the portal, where ``do`` takes more
    than one for a row. ``version_of(row)`` returns the version of a row as it was read. ``preview(keys, act)`` says
    what will happen, before it is begun; ``said(count)`` that it happened. ``names(keys, reader)`` returns what the
    desk calls each row that the reader may see, and ``people(keys)`` whose names these are. ``reasons`` are offered,
    and one of them has to be chosen; ``check(act)`` refuses what was typed. What neither writes to anybody nor needs
    words is done at once with a few rows: ``asks_first`` is False.
    """

    name: str
    label: Promise | str
    list_name: str  # of the page with the list where it is chosen
    do: Callable[[MassActRow, MassAct, datetime], str]
    version_of: Callable[[Any], str]
    preview: Callable[[list[int], MassAct], Preview]
    said: Callable[[int], str]
    names: Callable[[list[int], Any], Mapping[int, str]]
    people: Callable[[list[int]], PeopleShown]
    look: str
    may: Callable[[Any], bool]
    refusals: tuple[type[Exception], ...] = ()
    note: NoteWanted = NoteWanted.NONE
    note_at_most: int = longest(MassAct, "note")
    note_label: Promise | str = ""
    note_help: Promise | str = ""
    reasons: tuple[tuple[str, Any], ...] = ()  # each a word that is stored, and its label
    check: Callable[[MassAct], None] = _nothing
    lock: Callable[[list[int]], None] = _nothing
    asks_first: bool = True
    most: int = 0  # rows at once, where what will happen is worked out for each; 0: as many as a list allows


_kinds: dict[str, MassActKind] = {}


def register(kind: MassActKind) -> None:
    """Register a kind of mass act. Raises ValueError if its name is taken."""
    if _kinds.setdefault(kind.name, kind) != kind:
        raise ValueError(f"the mass act {kind.name!r} is registered twice")
    MASS_ACT_LABELS[kind.name] = kind.label


def kind_of(act: MassAct) -> MassActKind | None:
    """Return its kind; None if no app knows it any more."""
    return _kinds.get(act.kind)


@transaction.atomic
def prepare(*, kind: str, rows: Iterable[Any], by: Any, now: datetime, note: str = "") -> MassAct:
    """Store what is to be done with which rows, as they were read; nothing is done with them yet.

    Of a row its ``pk`` is read, and what ``version_of`` reads.

    Raises MassActRefused if ``by`` may not do it, or if there is no row, or more than this takes at once.
    """
    chosen = _kinds[kind]
    if not chosen.may(by):
        raise MassActRefused(_("Your seat does not do this."))
    seen = {row.pk: chosen.version_of(row) for row in rows}
    if not seen:
        raise MassActRefused(_("Nothing is chosen."))
    if chosen.most and len(seen) > chosen.most:
        raise MassActRefused(too_many(chosen.most))
    act = MassAct.objects.create(kind=kind, by=by, asked_at=now, note=note)
    MassActRow.objects.bulk_create(
        [MassActRow(act=act, object_id=key, seen_version=version) for key, version in sorted(seen.items())]
    )
    return act


def too_many(most: int) -> str:
    """Say that a button was pressed for more rows than it takes."""
    text = _("A button is pressed for at most %(most)d rows at once. Filter the list, or tick page by page.")
    return text % {"most": most}


@transaction.atomic
def begin(*, act: MassAct, note: str, reason: str = "", by: Any, now: datetime) -> MassAct:
    """Have a worker do it. Pressing the button twice begins it once.

    Raises MassActRefused for anybody but who prepared it, if it is begun already, or if the words to the people or the
    reason are missing.
    """
    act, kind = _locked(act), kind_of(act)
    if kind is None or act.by_id != by.pk or not kind.may(by):
        raise MassActRefused(_("Only whoever chose these rows can begin."))
    if act.state != MassActState.PREPARED:
        raise MassActRefused(_("This was begun already."))
    if kind.note is NoteWanted.NEEDED and not has_something_to_see(note):
        raise MassActRefused(_("Please say why, so that the person knows what to do."))
    if reason not in {word for word, _label in kind.reasons or [("", "")]}:
        raise MassActRefused(_("Please choose a reason."))
    act.state, act.note, act.reason, act.asked_at = MassActState.RUNNING, note.strip(), reason, now
    try:
        kind.check(act)
    except kind.refusals as refusal:
        raise MassActRefused(str(refusal)) from refusal
    act.save(update_fields=["state", "note", "reason", "asked_at"])
    if act.rows.count() > AT_ONCE:  # else the acts on its rows follow at once, and say all there is
        acts.record(by=by, verb="begin_mass_act", on=act, now=now, was=MassActState.PREPARED, became=act.state)
    nudges.on_commit(_TASK)
    return act


@transaction.atomic
def cancel(*, act: MassAct, by: Any, now: datetime) -> MassAct:
    """Leave the rest as it is; what is done stays done. Raises MassActRefused if it is finished, or not theirs."""
    act = _locked(act)
    if act.by_id != by.pk and not by.is_coordinator:
        raise MassActRefused(_("Only whoever began it, or a coordinator, can cancel it."))
    if act.finished_at is not None:
        raise MassActRefused(_("This is finished already."))
    was = act.state
    act.rows.filter(outcome=MassActOutcome.WAITING).update(outcome=MassActOutcome.LEFT)
    _finish(act, MassActState.CANCELLED, now=now)
    acts.record(by=by, verb="cancel_mass_act", on=act, now=now, was=was, became=act.state)
    return act


def asks_first(act: MassAct) -> bool:
    """Tell whether a page says first what it will do: it writes to people, needs words, or has more than a few rows."""
    kind = kind_of(act)
    return kind is None or kind.asks_first or act.rows.count() > AT_ONCE


def as_seen(rows: models.QuerySet[Any], row: MassActRow, version_of: Callable[[Any], str]) -> Any:
    """Return of these rows the one it is about; raise RowRefused if it is not among them, or is another by now."""
    current = rows.filter(pk=row.object_id).first()
    if current is None:
        raise RowRefused(_("It is not yours to see any more."))
    if version_of(current) != row.seen_version:
        raise RowRefused(_("It was changed once more meanwhile. Please look again."))
    return current


def work_waiting(*, now: datetime) -> int:
    """Do what was begun and no other worker is at, and return how many mass acts were finished."""
    return worker_queues.work_through(MassAct.objects.all(), _work_on, now=now)


def do_few(act: MassAct, *, now: datetime) -> MassAct:
    """Do a mass act of no more rows than one step takes while the page waits; a larger one is left to the worker."""
    if act.rows.count() <= AT_ONCE:
        try:
            _step(act.pk, now=now)
        except OperationalError as error:
            if reason_of(error) != "busy":
                raise
        act.refresh_from_db()
    return act


def nudge_overlooked(now: datetime) -> int:
    """Wake a worker for what waits although one was called, as when the broker lost the call."""
    return worker_queues.nudge_overlooked(MassAct.objects.all(), _TASK, now=now)


def forget_old(now: datetime) -> int:
    """Delete what nobody began within a day, and what was finished a month ago; return how many."""
    old = MassAct.objects.outdated(now=now).select_for_update(skip_locked=True, of=("self",))
    keys = list(old.values_list("pk", flat=True))
    MassAct.objects.filter(pk__in=keys).delete()
    return len(keys)


def outcomes(act: MassAct) -> dict[MassActOutcome, int]:
    """Return how many rows came to what; each outcome is there, with 0 too."""
    counts = dict(act.rows.order_by().values_list("outcome").annotate(Count("pk")))
    return {outcome: counts.get(outcome.value, 0) for outcome in MassActOutcome}


def reasons(act: MassAct, outcome: MassActOutcome = MassActOutcome.REFUSED) -> list[tuple[str, int]]:
    """Return why rows were refused, or what was said of those done: each once with its number, the most frequent
    first."""
    rows = act.rows.filter(outcome=outcome).exclude(reason="").order_by()
    counts = rows.values_list("reason").annotate(number=Count("pk"))
    return sorted(((reason, number) for reason, number in counts), key=lambda line: (-line[1], line[0]))


def _work_on(act: MassAct, now: datetime) -> bool:
    clock = running_from(now)
    while worker_queues.do_step(partial(_step, act.pk, now=clock())):
        pass
    return True


@transaction.atomic
def _step(key: int, *, now: datetime) -> bool:
    """Do it with the next rows, and tell whether rows are left. A second worker waits here, and finds other rows."""
    act = _locked_by_key(key)
    if act is None or act.state != MassActState.RUNNING:
        return False
    rows = list(act.rows.filter(outcome=MassActOutcome.WAITING).order_by("pk")[: AT_ONCE + 1])
    if (kind := kind_of(act)) is not None:
        kind.lock([row.object_id for row in rows[:AT_ONCE]])
    with speaking(act.by.language):  # the reasons are read by whoever began it
        for row in rows[:AT_ONCE]:
            row.outcome, row.reason = _done_with(row, act, now=now)
    MassActRow.objects.bulk_update(rows[:AT_ONCE], ["outcome", "reason"])
    if len(rows) > AT_ONCE:
        act.worked_at = now
        act.save(update_fields=["worked_at"])
        return True
    _finish(act, MassActState.DONE, now=now)
    return False


def _done_with(row: MassActRow, act: MassAct, *, now: datetime) -> tuple[MassActOutcome, str]:
    """Do it with one row; a row that fails for a reason nobody foresaw does not keep the others from their turn."""
    kind = kind_of(act)
    if kind is None:
        return MassActOutcome.REFUSED, _("No part of the portal knows this act any more.")
    if not kind.may(act.by):
        return MassActOutcome.REFUSED, _("The seat of whoever began it has ended.")
    try:
        with transaction.atomic():
            said = kind.do(row, act, now)
    except OperationalError:
        raise  # others hold its locks: the whole step is tried again
    except Exception as error:
        if isinstance(error, (RowRefused, *kind.refusals)):
            return MassActOutcome.REFUSED, _short(str(error)) or _("It was refused.")
        logger.exception("mass act %s failed at row %s", act.pk, row.pk)
        return MassActOutcome.REFUSED, _("Something went wrong here, and nothing was done. Please tell us.")
    return MassActOutcome.DONE, _short(said)


def _short(text: str) -> str:
    return text[: longest(MassActRow, "reason")]


def _finish(act: MassAct, state: MassActState, *, now: datetime) -> None:
    act.state, act.finished_at, act.note = state, max(now, act.asked_at), ""
    act.save(update_fields=["state", "finished_at", "note"])


def _locked(act: MassAct) -> MassAct:
    current = _locked_by_key(act.pk)
    if current is None:
        raise MassActRefused(_("This is not there any more."))
    return current


def _locked_by_key(key: int) -> MassAct | None:
    rows = MassAct.objects.select_for_update(no_key=True, of=("self",)).select_related("by")
    return rows.filter(pk=key).first()
