"""Keeping what was sent for 90 days: what is written down, and what the sweep and erasing a person take away."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.apps import apps
from django.db.models import Model

from mailings import kinds
from mailings.domain.letters import KEPT_FOR
from mailings.models import BulkText, Letter, LetterQuerySet, LetterText
from mailings.rendering import Rendered
from mailings.sending.composing import BulkTemplate
from mailings.sending.copies import copy_of

_NOT_READ = -1
AT_ONCE = 1000  # rows that one sweep takes away


def people_named(letters: list[Letter], read: Mapping[int, Model | None]) -> dict[int, list[int]]:
    """Return whom each of these letters names, by its key, of those kinds that name somebody.

    ``read`` is what the letters are about. Where these do not know whom they lead to, it takes one query for each
    table and each way to people.
    """
    abouts: dict[tuple[str, tuple[str, ...]], dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    named = defaultdict[int, set[int]](set)
    for letter in letters:
        keeps = kinds.get(letter.kind).keeps if kinds.is_registered(letter.kind) else None
        if keeps and keeps.is_kept and keeps.names and letter.about_id is not None:
            members = [_leads_to(read.get(letter.pk), way) for way in keeps.names]
            if _NOT_READ in members:
                abouts[letter.about_type, keeps.names][letter.about_id].append(letter.pk)
            else:
                named[letter.pk] |= {member for member in members if member is not None}
    for (about_type, ways), keys in abouts.items():
        rows = apps.get_model(about_type)._base_manager.filter(pk__in=keys).values_list("pk", *ways)
        for about, *those_named in rows:
            for letter_key in keys[about]:
                named[letter_key] |= set(those_named) - {None}
    return {key: sorted(members) for key, members in named.items()}


def _leads_to(row: Model | None, way: str) -> int | None:
    """Return the key of the account to which a way leads, from rows that were read with this one."""
    *through, last = way.split("__")
    for name in through:
        read = row._state.fields_cache if row is not None else {}
        if name not in read:
            return _NOT_READ
        row = read[name]
    key: int | None = None if row is None else getattr(row, f"{last}_id", _NOT_READ)
    return key


def text_of(letter: Letter, rendered: Rendered, people: Iterable[int]) -> LetterText:
    """Return, not stored, what is kept of a letter once it is sent."""
    copy = copy_of(rendered, language=letter.language)
    named = sorted({*people, *rendered.people})
    return LetterText(letter=letter, subject=copy.subject, text=copy.text, html=copy.html, people=named)


def keep_bulk(template: BulkTemplate, *, now: datetime) -> str:
    """Store once a day what the letters of a template say, and return the fingerprint by which they find it."""
    day = now.astimezone(UTC).date()
    if template.kept_as is None or template.kept_as[0] != day:
        row = _bulk_text(template, day=day, now=now)
        BulkText.objects.bulk_create([row], ignore_conflicts=True)
        template.kept_as = (day, row.digest)
    return template.kept_as[1]


def _bulk_text(template: BulkTemplate, *, day: date, now: datetime) -> BulkText:
    if template.says is not None:
        body, reader = template.says
        reader = "" if reader == body.language else reader
        return BulkText(
            digest=_digest("issue", body.pk, reader, day), newsletter_body=body, reader_language=reader, written_at=now
        )
    copy = copy_of(template.rendered, language=template.language, marks=template.marks.values())
    words = {"subject": copy.subject, "text": copy.text, "html": copy.html}
    return BulkText(digest=_digest("text", template.language, *words.values(), day), written_at=now, **words)


def _digest(*values: object) -> str:
    return hashlib.sha256(json.dumps(list(map(str, values))).encode()).hexdigest()


def forget_old_texts(now: datetime) -> int:
    """Delete texts after 90 days, at most so many in one step; return how many letters lost theirs."""
    cutoff = now - KEPT_FOR
    old = LetterText.objects.filter(sent_at__lte=cutoff).order_by("sent_at").values_list("pk", flat=True)[:AT_ONCE]
    deleted = LetterText.objects.filter(pk__in=list(old)).delete()[0]
    of_many = BulkText.objects.filter(written_at__lte=cutoff)
    letters = Letter.objects.filter(bulk_text__in=of_many.values("pk")).values_list("pk", flat=True)[:AT_ONCE]
    deleted += Letter.objects.filter(pk__in=list(letters)).update(bulk_text=None)
    of_many.filter(pk__in=list(of_many.filter(letters=None).values_list("pk", flat=True)[:AT_ONCE])).delete()
    return deleted


def forget_texts_to(letters: LetterQuerySet) -> None:
    """Delete what was kept of these letters, because their recipient is erased."""
    LetterText.objects.filter(letter__in=letters.values("pk")).delete()
    letters.filter(bulk_text__isnull=False).update(bulk_text=None)


def forget_texts_naming(members: Iterable[Any]) -> int:
    """Delete every text that names one of these people, to whomever it went; return how many."""
    keys = [member.pk for member in members]
    return LetterText.objects.naming(keys).delete()[0] if keys else 0
