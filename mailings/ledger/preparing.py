"""From a claimed letter to a message: whether it is still owed, to which address, and what it says.

What a group of letters needs is read together, right before they are sent.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models

from letsconnect.base.languages import language_or_default
from mailings import kinds
from mailings.domain.letters import DOUBTFUL_ADDRESS, NO_ADDRESS, SUPPRESSED, Priority, SuppressionScope, UnknownKind
from mailings.ledger import gathering, sent_texts
from mailings.ledger.catching_errors import catching_errors
from mailings.models import Letter, Suppression
from mailings.models.suppressions import fingerprints
from mailings.sending.composing import Composed, ComposedBulk, compose


class NotOwed(Exception):
    """The letter is no longer to be sent; the message says why."""


class NotNow(Exception):
    """The letter is owed, but waits: until somebody goes on with its sending, or ``until`` then."""

    def __init__(self, until: datetime | None = None) -> None:
        super().__init__()
        self.until = until


class CannotBeWritten(Exception):
    """The letter can never be sent as it stands; the message says why."""


@dataclass
class GroupFacts:
    """What was read for letters that are sent together: what they are about, whose address is suppressed, what bulk
    mail says."""

    abouts: dict[tuple[str, "kinds.ReadMany | None", int], models.Model] = field(default_factory=dict)
    hashes: dict[str, list[str]] = field(default_factory=dict)  # address → its fingerprints
    suppressed: Mapping[str, frozenset[str]] = field(default_factory=dict)  # address → scopes
    bulk: dict[str, "kinds.BulkFacts"] = field(default_factory=dict)  # kind → what it read about its letters
    people: Mapping[int, list[int]] = field(default_factory=dict)  # letter → whom it names
    last_told: Mapping[str, Letter] = field(default_factory=dict)  # gathering → the letter that told of it last
    # Set where the facts serve several groups: SQL for the letters of which they are still true.
    unchanged: tuple[str, Sequence[Any]] | None = None


def read_facts(letters: list[Letter], *, now: datetime) -> GroupFacts:
    """Read what the letters need: one query for each table they are about, one for suppressions, one for each kind of
    bulk mail."""
    for letter in letters:
        _readdress(letter)
    hashes = {letter.address: fingerprints(letter.address) for letter in letters}
    facts = GroupFacts(hashes=hashes, suppressed=Suppression.objects.scopes_by(hashes))
    facts.abouts = _read_abouts(letters, now=now)
    facts.people = sent_texts.people_named(letters, {letter.pk: _about_read(letter, facts) for letter in letters})
    facts.last_told = gathering.last_told(letters)
    bulk: dict[str, list[Letter]] = defaultdict(list)
    for letter in letters:
        if kinds.is_registered(letter.kind) and kinds.get(letter.kind).bulk:
            bulk[letter.kind].append(letter)
    for name, theirs in bulk.items():
        read = kinds.get(name).bulk
        if read is not None:
            facts.bulk[name] = read(theirs, now)
    return facts


def _read_abouts(
    letters: list[Letter], *, now: datetime
) -> dict[tuple[str, "kinds.ReadMany | None", int], models.Model]:
    """Read what the letters are about, as their kinds say."""
    keys: dict[tuple[str, kinds.ReadMany | None], set[int]] = defaultdict(set)
    for letter in letters:
        if letter.about_id is not None and _model(letter.about_type) is not None:
            keys[letter.about_type, _reads(letter)].add(letter.about_id)
    abouts = {}
    for (about_type, reads), ids in keys.items():
        for about in _rows(about_type, reads, sorted(ids), now=now):
            abouts[about_type, reads, about.pk] = about
    return abouts


def _rows(about_type: str, reads: "kinds.ReadMany | None", ids: list[int], *, now: datetime) -> Iterable[models.Model]:
    """Read rows together with what will be asked of them. Where that fails they are read as they are: then only the
    letters of those rows fail whose fault it was."""
    if reads is not None:
        with catching_errors(f"reading what letters about {about_type} need") as caught:
            rows = list(reads(ids, now))
        if not caught.text:
            return rows
    model = _model(about_type)
    return model._base_manager.filter(pk__in=ids) if model else ()


def _reads(letter: Letter) -> "kinds.ReadMany | None":
    return kinds.get(letter.kind).reads if kinds.is_registered(letter.kind) else None


def _about_read(letter: Letter, facts: GroupFacts) -> models.Model | None:
    key = letter.about_id
    return None if key is None else facts.abouts.get((letter.about_type, _reads(letter), key))


def read_shared_facts(letters: list[Letter], *, now: datetime) -> GroupFacts | None:
    """Read what all these letters need at once, where their kind can tell later whether that is still true; else return
    None."""
    names = {letter.kind for letter in letters}
    kind = kinds.get(names.pop()) if len(names) == 1 and names <= set(kinds.names()) else None
    if kind is None or kind.unchanged is None:
        return None
    facts = read_facts(letters, now=now)
    facts.unchanged = Letter.objects.keys_of(kind.unchanged(facts.bulk[kind.name]))
    return facts


def prepare(letter: Letter, facts: GroupFacts, *, now: datetime) -> Composed:
    """Return what to send, or raise NotOwed, NotNow or CannotBeWritten."""
    try:
        kind = kinds.get(letter.kind)
    except UnknownKind as error:
        raise CannotBeWritten("the portal has no such kind of email any more") from error
    _check_recipient(letter, facts, is_urgent=kind.is_urgent)
    if letter.kind in facts.bulk:
        return _bulk(letter, facts.bulk[letter.kind], is_kept=kind.is_kept, now=now)
    about = _about(letter, facts)
    with catching_errors(f"writing the letter {letter.pk} ({letter.kind})") as caught:
        last = facts.last_told.get(letter.gathering)
        reason = kind.still_owed(about, now) or gathering.why_nothing_new(letter, kind, about, last=last)
        if reason is None and kind.before_sending:
            kind.before_sending(about, now)
        composed = None if reason else _written(letter, kind, about, facts)
    if caught.text:
        raise CannotBeWritten(caught.text)
    if isinstance(reason, kinds.AskedAgain):
        raise NotNow(reason.until)
    if composed is None:
        raise NotOwed(reason)
    return composed


def _written(letter: Letter, kind: kinds.LetterKind, about: models.Model | None, facts: GroupFacts) -> Composed:
    """Return the message, and remember with the letter what is kept of it."""
    rendered = kind.render(about, letter.language, letter.zone)
    composed = compose(letter, rendered)
    if kind.is_kept:
        letter.text_to_keep = sent_texts.text_of(letter, rendered, facts.people.get(letter.pk, ()))
    return composed


def _bulk(letter: Letter, facts: "kinds.BulkFacts", *, is_kept: bool, now: datetime) -> Composed:
    with catching_errors(f"writing the letter {letter.pk} ({letter.kind})", writes=False) as caught:
        reason = facts.reason(letter)
        waits = reason is None and facts.waits(letter)
        composed: Composed | None = None if reason or waits else facts.compose(letter)
    if caught.text:
        raise CannotBeWritten(caught.text)
    if waits:
        raise NotNow
    if composed is None:
        raise NotOwed(reason)
    if is_kept and isinstance(composed, ComposedBulk):
        letter.bulk_digest = sent_texts.keep_bulk(composed.template, now=now)
    return composed


def _readdress(letter: Letter) -> None:
    """Set address, language and zone of the letter to what the member uses now; bulk mail keeps its language, which is
    that of a version that exists."""
    member: Any = letter.member
    if member is None:
        return
    letter.address, letter.zone = member.email or "", member.zone
    if letter.priority != Priority.BULK:
        letter.language = language_or_default(member.language)


def _check_recipient(letter: Letter, facts: GroupFacts, *, is_urgent: bool) -> None:
    member: Any = letter.member
    if member is not None:
        if not member.is_active:
            raise NotOwed("the account is closed")
        if member.has_doubtful_address:
            raise NotOwed(DOUBTFUL_ADDRESS)
    if not letter.address:
        raise NotOwed(NO_ADDRESS)
    scopes = facts.suppressed.get(letter.address, frozenset())
    letter.is_to_suppressed = bool(scopes)
    stops = scopes if letter.priority == Priority.BULK else scopes & {SuppressionScope.ALL.value}
    if stops and not is_urgent:
        raise NotOwed(SUPPRESSED)


def _model(about_type: str) -> type[models.Model] | None:
    try:
        return apps.get_model(about_type)
    except LookupError:
        return None


def _about(letter: Letter, facts: GroupFacts) -> models.Model | None:
    if not letter.about_type:
        return None
    if _model(letter.about_type) is None:
        raise CannotBeWritten("the portal knows nothing of what this email is about any more")
    about = _about_read(letter, facts)
    if about is None:
        raise NotOwed("what it is about is gone")
    return about
