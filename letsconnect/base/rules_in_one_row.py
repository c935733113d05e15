"""Rules that coordinators set: a table of one row, which the first change begins."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.db import models

Rules = TypeVar("Rules", bound=models.Model)


def change_one_row(table: type[Rules], values: Mapping[str, Any], *, by: Any, now: datetime) -> tuple[Rules, str]:
    """Change the columns whose value is another than before; return the row, and what each was and became, for the log.

    That is "" where nothing changed. The table has ``changed_by`` and ``changed_at``; the caller is in a transaction.
    ValidationError if a value is too small or too large.
    """
    table._base_manager.get_or_create(pk=1)
    rules = table._base_manager.select_for_update(no_key=True).get(pk=1)
    changed = {name: value for name, value in values.items() if getattr(rules, name) != value}
    if not changed:
        return rules, ""
    changes = [f"{name}: {getattr(rules, name)} → {value}" for name, value in sorted(changed.items())]
    for name, value in {**changed, "changed_by": by, "changed_at": now}.items():
        setattr(rules, name, value)
    rules.full_clean()
    rules.save(update_fields=[*changed, "changed_by", "changed_at"])
    return rules, ", ".join(changes)
