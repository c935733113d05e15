"""Which columns hold something about a person, and whose rows they are: read from every app's columns.toml."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models

_OWNERS = {"member": "member", "registration": "registration__member"}


@dataclass(frozen=True)
class Table:
    """One table with its personal columns; ``owners`` are the lookups that lead from a row to its member."""

    model: type[models.Model]
    personal: tuple[str, ...]
    owners: tuple[str, ...]
    is_deleted: bool  # erasure takes the whole row, because it says nothing once it is emptied

    def rows_of(self, member: models.Model) -> models.QuerySet[Any]:
        """Return the rows that belong to ``member``."""
        mine = models.Q(pk__in=[])
        for owner in self.owners:
            mine |= models.Q(**{owner: member.pk})
        return self.model._base_manager.filter(mine)

    def emptied(self) -> dict[str, Any]:
        """Return what stands in each personal column once it is emptied."""
        return {name: _empty(self.model._meta.get_field(name)) for name in self.personal}


@cache
def tables() -> tuple[Table, ...]:
    """Return every table of ours, in the order of the apps."""
    found = []
    for config in apps.get_app_configs():
        declared = Path(config.path) / "columns.toml"
        if declared.exists():
            columns = tomllib.loads(declared.read_text())
            found += [_table(model, columns.get(model.__name__, {})) for model in config.get_models()]
    return tuple(found)


def table_of(model: type[models.Model]) -> Table:
    return next(table for table in tables() if table.model is model)


def _table(model: type[models.Model], declared: dict[str, Any]) -> Table:
    keys = {field.name for field in model._meta.concrete_fields if field.is_relation}
    owners = declared.get("of", [path for name, path in _OWNERS.items() if name in keys])
    personal = tuple(declared.get("personal", ()))
    stuck = any(not _can_be_empty(model._meta.get_field(name)) for name in personal)
    return Table(model, personal, tuple(owners), declared.get("erased") == "deleted" or stuck)


def _can_be_empty(field: models.Field) -> bool:
    can_be_blank = isinstance(field, models.CharField | models.TextField | models.JSONField)
    return field.null or field.has_default() or can_be_blank


def _empty(field: models.Field) -> Any:
    if field.null:
        return None
    if field.has_default():
        return field.get_default()
    return {} if isinstance(field, models.JSONField) else ""
