"""Noticing in the log of acts that somebody of the working group has changed what somebody else had decided.

Each app says which of its acts decide, and which change such a decision. Whoever decided reads it on the first page of
the desk and in one email. Nobody hears of their own acts, of the portal's, or of what their seats do not open any more.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Q

from letsconnect.base.models import Act
from mailings.ledger import letters
from registrations.models import Member, OverruledDecision

LETTER = "registrations.overruled"
LOOKED_BACK = timedelta(days=7)  # so that nothing is missed while nothing is done by the clock
SETTLES_AFTER = timedelta(seconds=20)  # what is taken back at once is told to nobody


@dataclass(frozen=True, kw_only=True)
class Overrulable:
    """The acts on one table. ``changed_by`` gives for each verb the states it changes a decision in; none: in any.

    ``several``: two people decide on a row together, as where two regions approve; otherwise only the last decision
    stands. ``undone_by`` takes the act before it back. ``seen_by`` returns the rows a member may see. ``elsewhere``
    returns the decisions on other rows that an act on this one has put an end to, at most one of each person.
    """

    table: type[models.Model]
    decided_by: frozenset[str]
    changed_by: Mapping[str, Collection[str]]
    seen_by: Callable[[Member], models.QuerySet[Any]]
    undone_by: frozenset[str] = frozenset()
    several: bool = False
    elsewhere: Callable[[Act], Iterable[Act]] | None = None
    why: Callable[[Any], str] = lambda _row: ""
    name: Callable[[Any], str] = str

    @property
    def label(self) -> str:
        return self.table._meta.label_lower


_registered: dict[str, Overrulable] = {}


def register(*kinds: Overrulable) -> None:
    """Register the tables of an app."""
    for kind in kinds:
        if _registered.setdefault(kind.label, kind) is not kind:
            raise ValueError(f"decisions on {kind.label!r} are registered twice")


def kind_of(label: str) -> Overrulable | None:
    """Return what is known of decisions on a table; None if no app says anything of it any more."""
    return _registered.get(label)


def note_overruled(now: datetime) -> int:
    """Note what others have changed lately, owe an email about it, and return how many were noted."""
    changes = list(_changes(now=now))
    histories = _histories(changes)
    noted = 0
    for change in changes:
        kind, history = _registered[change.object_type], histories[change.object_type, change.object_id]
        ended = kind.elsewhere(change) if kind.elsewhere else _decisions_before(change, history, kind)
        for own in (act for act in ended if act.actor_id not in (None, change.actor_id)):
            noted += _note(own, change, kind, now=now)
    return noted


def _changes(*, now: datetime) -> models.QuerySet[Act]:
    """Acts of people that may have changed a decision, and were told to nobody yet."""
    conditions = (_changing(kind) for kind in _registered.values())
    lately = Act.objects.filter(at__gt=now - LOOKED_BACK, at__lte=now - SETTLES_AFTER, actor__isnull=False)
    noted = OverruledDecision.objects.filter(by=models.OuterRef("pk"))
    return lately.filter(Q(*conditions, _connector=Q.OR), ~models.Exists(noted)).order_by("pk")


def _changing(kind: Overrulable) -> Q:
    verbs = (Q(verb=verb, **({"was__in": states} if states else {})) for verb, states in kind.changed_by.items())
    return Q(Q(*verbs, _connector=Q.OR), object_type=kind.label)


def _histories(changes: Iterable[Act]) -> dict[tuple[str, int], list[Act]]:
    """Return all acts on the objects that were changed, oldest first, in one query for each table."""
    keys: dict[str, set[int]] = defaultdict(set)
    for change in changes:
        keys[change.object_type].add(change.object_id)
    histories: dict[tuple[str, int], list[Act]] = defaultdict(list)
    for label, numbers in keys.items():
        for act in Act.objects.filter(object_type=label, object_id__in=numbers).order_by("at", "pk"):
            histories[label, act.object_id].append(act)
    return histories


def _decisions_before(change: Act, history: list[Act], kind: Overrulable) -> Iterator[Act]:
    """Yield the decisions of others that stood until this act; nothing if it was taken back itself."""
    place = history.index(change)
    if place + 1 < len(history) and history[place + 1].verb in kind.undone_by:
        return
    earlier = reversed(history[:place])
    for act in earlier:
        if act.verb in kind.undone_by:
            next(earlier, None)
            continue
        if act.verb in kind.decided_by:
            yield act
            if not kind.several:
                return
        if act.verb in kind.changed_by and act.verb not in kind.decided_by:
            return  # what was decided before that was changed then


@transaction.atomic
def _note(own: Act, change: Act, kind: Overrulable, *, now: datetime) -> int:
    """Note it for whoever did ``own``, if their seats still open the row; the second time nothing happens."""
    member = Member.objects.get(pk=own.actor_id or 0)
    if not member.is_staff or not kind.seen_by(member).filter(pk=change.object_id).exists():
        return 0
    decision, is_new = OverruledDecision.objects.get_or_create(
        member=member, by=change, defaults={"own_act": own, "noted_at": now}
    )
    if is_new:
        key, gather = f"overruled:{decision.pk}", f"overruled:{member.pk}"
        letters.owe(kind=LETTER, to=member, about=decision, key=key, gather=gather, now=now)
    return int(is_new)


def read_all(*, by: Member, now: datetime) -> int:
    """Note that the member has read what others changed, and return how many that were."""
    return OverruledDecision.objects.unread(by).update(read_at=now)


@dataclass(frozen=True)
class OverruledLine:
    """What a page or an email says of one decision that was changed."""

    decision: OverruledDecision
    what: str
    address: str  # the name of its page at the desk
    key: int
    why: str


def in_lines(decisions: Iterable[OverruledDecision], *, reader: Member) -> list[OverruledLine]:
    """Return what is said of these decisions, in one query for each table; only of rows that the reader may see."""
    decisions = list(decisions)
    rows: dict[tuple[str, int], Any] = {}
    for label in sorted({decision.by.object_type for decision in decisions} & _registered.keys()):
        keys = [decision.by.object_id for decision in decisions if decision.by.object_type == label]
        rows |= {(label, row.pk): row for row in _registered[label].seen_by(reader).filter(pk__in=keys)}
    seen = ((decision, rows.get((decision.by.object_type, decision.by.object_id))) for decision in decisions)
    return [_line(decision, row) for decision, row in seen if row is not None]


def _line(decision: OverruledDecision, row: Any) -> OverruledLine:
    kind, act = _registered[decision.by.object_type], decision.by
    reason = getattr(act, "reason", None)
    given = act.in_words(reason.text) if reason is not None else ""
    address = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    why = " ".join(part for part in (kind.why(row), given) if part)
    return OverruledLine(decision, kind.name(row), address, row.pk, why)
