"""Registry of the kinds of letter and the sweeps of the apps above; `mailings` itself knows none of them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db.models import Model, Q

from letsconnect.base.labels import without_code
from mailings.domain.letters import Priority, UnknownKind
from mailings.rendering import Rendered


class AskedAgain(str):
    """A reason to skip an email that may go away within seconds: it is queued again, and asked at ``until``."""

    until: datetime

    def __new__(cls, reason: str, *, until: datetime) -> "AskedAgain":
        it = super().__new__(cls, reason)
        it.until = until
        return it


# `about` is whatever object the app itself owed the letter about; only that app knows its class.
StillOwed = Callable[..., str | None]
Render = Callable[..., Rendered]
Facts = Callable[..., str]
BeforeSending = Callable[[Any, datetime], None]
ReadMany = Callable[[list[int], datetime], Iterable[Model]]
Sweep = Callable[[datetime], int]


class BulkFacts(Protocol):
    """What was read for a group of letters of one bulk kind."""

    def reason(self, letter: Any) -> str | None:
        """Return why the letter is no longer owed, or None."""

    def waits(self, letter: Any) -> bool:
        """Tell whether sending is paused, so that the letter is queued again."""

    def compose(self, letter: Any) -> Any:
        """Return the message, a `Composed`."""


ReadBulk = Callable[[list[Any], datetime], BulkFacts]
Unchanged = Callable[[Any], Q]


@dataclass(frozen=True)
class Keeping:
    """Whether what a letter said can be read afterwards, and whom it names.

    ``names`` are the ways (lookups) from what the letter is about to the accounts of those whom its text names: erasing
    any of them deletes the text. Where the text holds words that one person wrote for another only, the desk does not
    read it.
    """

    is_kept: bool = True
    names: tuple[str, ...] = ()
    is_for_the_desk: bool = True


NEVER_KEPT = Keeping(is_kept=False)


def kept(*names: str, is_for_the_desk: bool = True) -> Keeping:
    """Say that a text is kept; ``names`` lead to those whom it names, its reader need not be among them."""
    return Keeping(names=names, is_for_the_desk=is_for_the_desk)


@dataclass(frozen=True)
class LetterKind:
    """One kind of letter: when it is still owed, and how it reads."""

    name: str
    still_owed: StillOwed
    render: Render
    is_confidential: bool = False
    facts: Facts | None = None
    is_urgent: bool = False
    before_sending: BeforeSending | None = None
    priority: Priority = Priority.ORDINARY
    bulk: ReadBulk | None = None
    unchanged: Unchanged | None = None
    reads: ReadMany | None = None
    keeps: Keeping | None = None  # None: not said, so nothing is kept; a test refuses it

    @property
    def is_kept(self) -> bool:
        return self.keeps is not None and self.keeps.is_kept


_kinds: dict[str, LetterKind] = {}
_sweeps: dict[str, Sweep] = {}
_labels: dict[str, Any] = {}  # lazy texts
_SIDES = ("_learner", "_sharer")


def register(
    name: str,
    *,
    still_owed: StillOwed,
    render: Render,
    is_confidential: bool = False,
    facts: Facts | None = None,
    is_urgent: bool = False,
    before_sending: BeforeSending | None = None,
    priority: Priority = Priority.ORDINARY,
    reads: ReadMany | None = None,
    keeps: Keeping | None = None,
) -> None:
    """Register ``name`` as a kind of letter.

    ``still_owed(about, now)`` returns None or the reason to skip it (`AskedAgain`: to ask again then); ``render(about,
    language, zone)`` returns its text. A name may be registered a second time only with the same arguments. The desk
    does not show letters of an ``is_confidential`` kind: that they exist would tell too much. ``facts(about)`` returns
    what a gathered letter tells, as a text nobody sees: the letter is not sent if the last one told the same. An
    ``is_urgent`` letter was just asked for by a person who waits for it: it goes first, whatever is suppressed, and
    nobody sends it again by hand. Of the others, those of a smaller ``priority`` go first.
    ``reads(keys, now)`` returns what several letters are about, with all that ``still_owed`` and ``render`` ask of it,
    in a few queries; without it they are given plain rows, and ask for each letter on its own.
    ``before_sending(about, now)`` is called right before ``render``: there a secret is drawn that stands in no row.
    ``keeps`` says whether what was sent can be read for 90 days; of confidential and urgent kinds nothing is kept.
    """
    if is_urgent or is_confidential:
        keeps = keeps or NEVER_KEPT
        if keeps.is_kept:
            raise ValueError(f"nothing is kept of {name!r}: its letters hold codes, or are confidential")
    priority = Priority.SECURITY if is_urgent else priority
    kind = LetterKind(
        name,
        still_owed,
        render,
        is_confidential,
        facts,
        is_urgent,
        before_sending,
        priority,
        reads=reads,
        keeps=keeps,
    )
    if _kinds.setdefault(name, kind) != kind:
        raise ValueError(f"the kind of letter {name!r} is registered twice")


def register_bulk(name: str, read: ReadBulk, *, keeps: Keeping, unchanged: Unchanged | None = None) -> None:
    """Register a kind of letter that goes to many at once: ``read(letters, now)`` reads what a group of them needs, and
    then decides and composes each without a query. What is kept of it is one text for all, which names nobody.

    With ``unchanged``, what was read serves for all letters that a worker claimed together. ``unchanged(facts)``
    returns the condition under which what was read of a letter is still true; the statement that puts letters on the
    wire asks it once more, and those that do not meet it any longer are read again.
    """

    def never(*_given: Any) -> Any:
        raise TypeError(f"{name} is written in bulk")

    kind = LetterKind(name, _always_owed, never, priority=Priority.BULK, bulk=read, unchanged=unchanged, keeps=keeps)
    if name in _kinds and _kinds[name].bulk is not read:
        raise ValueError(f"the kind of letter {name!r} is registered twice")
    _kinds.setdefault(name, kind)


def _always_owed(_about: Any, _now: datetime) -> str | None:
    return None


def name_kinds(labels: Mapping[str, Any]) -> None:
    """Say what kinds of letter are called at the desk; both sides of a match share one name."""
    _labels.update(labels)


def line_of(name: str) -> str:
    """Return the kind as the desk counts it: what goes to either side of a match is one."""
    return next((name.removesuffix(side) for side in _SIDES if name.endswith(side)), name)


def label_of(name: str) -> str:
    """Return what people call this kind of letter; of one that no app has any more, the words in its code."""
    return str(_labels.get(line_of(name)) or without_code(name))


def register_sweep(name: str, fn: Sweep) -> None:
    """Register ``fn(now)`` to be called at every tick: it writes what has become due and returns how many."""
    if _sweeps.setdefault(name, fn) is not fn:
        raise ValueError(f"the sweep {name!r} is registered twice")


def get(name: str) -> LetterKind:
    """Return a kind, or raise UnknownKind (its app may have been removed since the letter was owed)."""
    if name not in _kinds:
        raise UnknownKind(name)
    return _kinds[name]


def is_registered(name: str) -> bool:
    return name in _kinds


def confidential() -> list[str]:
    return sorted(name for name, kind in _kinds.items() if kind.is_confidential)


def urgent() -> list[str]:
    return sorted(name for name, kind in _kinds.items() if kind.is_urgent)


def sweeps() -> dict[str, Sweep]:
    return dict(_sweeps)


def names() -> list[str]:
    return sorted(_kinds)


def about_of(about: Model | None) -> tuple[str, int | None]:
    """Return the type and id under which a letter stores the object it is about."""
    return (about._meta.label_lower, about.pk) if about is not None else ("", None)
