"""The version at which a form or button of the desk was opened, kept in a hidden field: nothing is overwritten unseen.

A version holds a short fingerprint of each fact. So nothing can be read out of it, and it says which fact changed.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.db import models

FIELD = "opened"  # one row: a form, or a button on its page
ROWS = "opened_rows"  # the rows of a list, each as "number:fingerprint"
ALL = "opened_all"  # all rows a list has on every page, as one fingerprint
_LONGEST = 100_000

Facts = Mapping[str, Any]


class ChangedMeanwhile(Exception):
    """The row has changed since the page was opened; the message says what changed.

    ``comparison`` sets it beside what was typed, if there is a form.
    """

    def __init__(self, message: str, comparison: Any = None) -> None:
        super().__init__(message)
        self.comparison = comparison


def fingerprint(value: Any) -> str:
    return hmac.digest(_key(settings.SECRET_KEY), repr(value).encode(), "sha256").hex()[:16]


@cache
def _key(secret: str) -> bytes:
    """Return the key that Django's `salted_hmac` derives from the secret, derived once instead of for each row."""
    return hashlib.sha256(b"letsconnect.versions" + secret.encode()).digest()


def opened_at(facts: Facts) -> str:
    """Return what goes into the hidden field."""
    return json.dumps({name: fingerprint(value) for name, value in facts.items()}, separators=(",", ":"))


def read(opened: str) -> dict[str, str]:
    """Return the fingerprints that came back, by name; none if the text is not a version."""
    if not opened or len(opened) > _LONGEST:
        return {}
    try:
        fingerprints = json.loads(opened)
    except (ValueError, RecursionError):
        return {}
    return fingerprints if isinstance(fingerprints, dict) else {}


def changed_since(opened: str, facts: Facts) -> list[str]:
    """Return the names of the facts that changed; all names if no version came along."""
    fingerprints = read(opened)
    current_fingerprints = {name: fingerprint(value) for name, value in facts.items()}
    return [
        name
        for name in [*current_fingerprints, *(fingerprints.keys() - current_fingerprints.keys())]
        if fingerprints.get(name) != current_fingerprints.get(name)
    ]


def columns_of(row: models.Model, only: Iterable[str] = ()) -> dict[str, Any]:
    """Return the columns of a row as facts: all of them, or those named."""
    facts, read = _facts_among(type(row), frozenset(only))
    return dict(zip(facts, map(str, read(row)), strict=True))


def all_rows(rows: models.QuerySet[Any], only: Iterable[str] = ()) -> str:
    """Return one fingerprint of all these rows, read without building objects."""
    return of_all(values_of(rows, only))


def values_of(rows: models.QuerySet[Any], only: Iterable[str] = ()) -> "models.QuerySet[Any, Any]":
    """Return a queryset of what `of_all` compares of these rows."""
    values: models.QuerySet[Any, Any] = rows.order_by("pk").values_list(
        "pk", *(field.name for field in _columns(rows.model, only))
    )
    return values


def of_all(values: Iterable[Iterable[Any]]) -> str:
    """Return one fingerprint of these values of rows."""
    return fingerprint([list(map(str, row)) for row in values])


def all_objects(objects: Iterable[models.Model], only: Iterable[str] = ()) -> str:
    """Return the same fingerprint for rows that are already loaded."""
    in_order = sorted(objects, key=lambda row: row.pk)
    return fingerprint(
        [[str(row.pk), *(str(getattr(row, field.attname)) for field in _columns(type(row), only))] for row in in_order]
    )


def _columns(model: type[models.Model], only: Iterable[str]) -> tuple["models.Field[Any, Any]", ...]:
    return _columns_among(model, frozenset(only))


@cache
def _columns_among(model: type[models.Model], only: frozenset[str]) -> tuple["models.Field[Any, Any]", ...]:
    return tuple(field for field in model._meta.concrete_fields if not only or field.name in only)


@cache
def _facts_among(model: type[models.Model], only: frozenset[str]) -> tuple[tuple[str, ...], Callable[[Any], Any]]:
    """Return the names of a row's columns as facts, and how to read them all in one step."""
    fields = _columns_among(model, only)
    names = [field.attname for field in fields]
    read = attrgetter(*names) if len(names) > 1 else lambda row: tuple(getattr(row, name) for name in names)
    return tuple(f"column:{field.name}" for field in fields), read


def label_of(model: type[models.Model], name: str) -> str:
    """Return how people call the column a fact was made of; "" if this table has no such column."""
    column = name.removeprefix("column:")
    labels = {field.name: str(field.verbose_name) for field in model._meta.concrete_fields}
    return labels.get(column, "")
