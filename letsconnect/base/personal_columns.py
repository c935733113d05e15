"""Which columns hold personal data, whose data it is and who may be shown it: read from the columns.toml of every app.

CONTRIBUTING.md says how to declare a new column.
"""

import tomllib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models

_OWNERS = {"member": "member", "registration": "registration__member"}
# The one person the row belongs to; each of the two it belongs to. Any other word but these is the way to one person.
OWNER, BOTH = "owner", "both"
AUDIENCES = frozenset({OWNER, BOTH, "desk", "editors", "trust", "everyone", "nobody"})


@dataclass(frozen=True)
class PersonalTable:
    """One table with its personal columns; ``owners`` are the lookups that lead from a row to its member."""

    model: type[models.Model]
    personal: tuple[str, ...]
    owners: tuple[str, ...]
    is_deleted: bool  # erasure takes the whole row, because it says nothing once it is emptied
    shown_to: dict[str, frozenset[str]]  # column → who may be shown it: words of AUDIENCES, or lookups to a member

    def rows_of(self, member: models.Model, *, through: Collection[int] = ()) -> models.QuerySet[Any]:
        """Return the rows that belong to ``member``.

        ``through`` are keys of registrations that are theirs although no foreign key says so.
        """
        mine = models.Q(pk__in=[])
        for owner in self.owners:
            mine |= models.Q(**{owner: member.pk})
            if through and _leads_through_a_registration(self.model, owner):
                mine |= models.Q(**{f"{owner.rpartition('__')[0] or 'pk'}__in": list(through)})
        return self.model._base_manager.filter(mine)

    def columns_for(self, row: models.Model, member: models.Model, *, through: Collection[int] = ()) -> tuple[str, ...]:
        """Return which columns of this row ``member`` may read.

        A row about two people may show each of them different columns.
        """
        ways = {word for audience in self.shown_to.values() for word in audience - AUDIENCES}
        roles = {word for word in ways if _leads_to(row, word, member, through)}
        if any(_leads_to(row, owner, member, through) for owner in self.owners):
            roles |= {OWNER, BOTH, "everyone"}
        return tuple(column for column, audience in self.shown_to.items() if audience & roles)

    def belongs_to(self, row: models.Model, member: models.Model) -> bool:
        return any(_leads_to(row, owner, member, ()) for owner in self.owners)

    @property
    def may_concern_a_person(self) -> bool:
        """Whether any of its columns is shown to a person the row is about."""
        return any(audience - AUDIENCES or audience & {OWNER, BOTH} for audience in self.shown_to.values())

    def emptied(self) -> dict[str, Any]:
        """Return the value of each personal column after erasure."""
        return {name: _empty(column_of(self.model, name)) for name in self.personal}


@cache
def tables() -> tuple[PersonalTable, ...]:
    """Return every table of our apps, in the order of the apps."""
    all_tables = []
    for config in apps.get_app_configs():
        declared = Path(config.path) / "columns.toml"
        if declared.exists():
            columns = tomllib.loads(declared.read_text())
            all_tables += [_table(model, columns.get(model.__name__, {})) for model in config.get_models()]
    return tuple(all_tables)


def table_of(model: type[models.Model]) -> PersonalTable:
    return next(table for table in tables() if table.model is model)


def _table_reached(model: type[models.Model], way: Iterable[str]) -> type[models.Model] | None:
    """Return the table reached by following these foreign keys in turn; None if one of them is no foreign key."""
    table: type[models.Model] | None = model
    for name in way:
        leads_to = table._meta.get_field(name).related_model if table is not None else None
        table = leads_to if isinstance(leads_to, type) else None
    return table


def column_of(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    """Return a column by the name of its field or of the column itself; keys that lead here are none."""
    column = model._meta.get_field(name)
    if not isinstance(column, models.Field):
        raise TypeError(f"{name} is no column of {model._meta.label}")
    return column


def _table(model: type[models.Model], declared: dict[str, Any]) -> PersonalTable:
    keys = {field.name for field in model._meta.concrete_fields if field.is_relation}
    owners = declared.get("of", [path for name, path in _OWNERS.items() if name in keys])
    personal = tuple(declared.get("personal", ()))
    has_stuck_column = any(not _can_be_empty(column_of(model, name)) for name in personal)
    shown_to = {
        column: frozenset(word.strip() for word in words.split(","))
        for words, columns in declared.get("shown_to", {}).items()
        for column in columns
    }
    return PersonalTable(
        model, personal, tuple(owners), declared.get("erased") == "deleted" or has_stuck_column, shown_to
    )


def _leads_through_a_registration(model: type[models.Model], lookup: str) -> bool:
    *way, last = lookup.split("__")
    table = _table_reached(model, way)
    return last == "member" and table is not None and table._meta.model_name == "registration"


def _leads_to(row: models.Model, lookup: str, member: models.Model, through: Collection[int]) -> bool:
    """Tell whether ``lookup`` leads from the row to the member."""
    *way, last = lookup.split("__")
    row_reached: Any = row
    for name in way:
        row_reached = getattr(row_reached, name)
        if row_reached is None:
            return False
    if last == "member" and row_reached._meta.model_name == "registration" and row_reached.pk in through:
        return True
    key = row_reached.pk if last == "pk" else getattr(row_reached, row_reached._meta.get_field(last).attname)
    return bool(key == member.pk)


def _can_be_empty(field: "models.Field[Any, Any]") -> bool:
    can_be_blank = isinstance(field, models.CharField | models.TextField | models.JSONField)
    return field.null or field.has_default() or can_be_blank


def _empty(field: "models.Field[Any, Any]") -> Any:
    if field.null:
        return None
    if field.has_default():
        return field.get_default()
    return {} if isinstance(field, models.JSONField) else ""
