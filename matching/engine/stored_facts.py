"""Pack the facts of a round into bytes, to explain and repair it for as long as its facts may be kept.

People are the numbers of the round. The format is that of ``sealed.py``.
"""

from dataclasses import asdict, fields
from typing import Any

import numpy as np

from matching.engine.errors import InstanceError
from matching.engine.facts import Facts, Languages, Offers, People, Wishes
from matching.engine.sealed import seal, unseal
from matching.engine.settings import Settings

_MARK = b"facts 1\n"  # another format gets another number
_TABLES = {"people": People, "offers": Offers, "wishes": Wishes, "languages": Languages}
_WORDS = {"region", "region_wish", "code"}
_NOT_KEPT = {"clock", "clocks", "taken"}  # only advice needs them, and they are read anew


class NotFacts(InstanceError):
    """These bytes do not hold facts, or were changed since they were packed."""


def pack_facts(facts: Facts, settings: Settings) -> bytes:
    """Return the facts and settings as bytes; the same facts give the same bytes."""
    arrays = {}
    for name, table in _TABLES.items():
        for field in _kept(table):
            arrays[f"{name}.{field.name}"] = _array(field.name, getattr(getattr(facts, name), field.name))
    for field in _kept(Facts):
        if field.name not in _TABLES:
            arrays[field.name] = np.asarray(getattr(facts, field.name), dtype=np.int64)
    slots = arrays["people.slots"]
    arrays["people.slots"] = np.packbits(slots, axis=1)
    head = {"settings": asdict(settings), "slots": slots.shape[1]}
    return seal(_MARK, head, arrays)


def unpack_facts(packed: bytes) -> tuple[Facts, Settings]:
    """Return the facts and settings that ``pack_facts`` was given; raise NotFacts for any other bytes."""
    unsealed = unseal(packed, {_MARK: 1})
    if unsealed is None:
        raise NotFacts("these bytes are not facts, or not as they were packed")
    _number, head, arrays = unsealed
    columns: dict[str, Any] = dict(arrays)
    columns["people.slots"] = np.unpackbits(columns["people.slots"], axis=1, count=head["slots"]).astype(np.bool_)
    tables = {
        name: table(**{field.name: columns[f"{name}.{field.name}"] for field in _kept(table)})
        for name, table in _TABLES.items()
    }
    rest = {field.name: columns[field.name] for field in _kept(Facts) if field.name not in _TABLES}
    settings = {**head["settings"], "levels": tuple(head["settings"]["levels"])}
    return Facts(**tables, **rest), Settings(**settings)


def _kept(table: type) -> list[Any]:
    return [field for field in fields(table) if field.name not in _NOT_KEPT]


def _array(name: str, column: Any) -> np.ndarray:
    if name in _WORDS:
        return np.asarray(column, dtype=np.str_)
    if name in ("slots", "is_preferred"):
        return np.asarray(column, dtype=np.bool_)
    return np.asarray(column, dtype=np.int64)
