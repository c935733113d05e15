"""What the engine was told, as bytes: for explaining and repairing a round while its facts may be kept.

A mark, a checksum, and a NumPy archive (compressed, never pickled). People are the numbers of the round.
"""

import io
import json
from dataclasses import asdict, fields
from hashlib import sha256
from typing import Any

import numpy as np

from matching.engine.errors import InstanceError
from matching.engine.facts import Facts, Languages, Offers, People, Wishes
from matching.engine.settings import Settings

_MARK = b"facts 1\n"  # another format gets another number
_BODY = len(_MARK) + 32
_TABLES = {"people": People, "offers": Offers, "wishes": Wishes, "languages": Languages}
_WORDS = {"region", "region_wish", "code"}
_NOT_KEPT = {"clock", "clocks", "taken"}  # only advice needs them, and they are read anew


class NotFacts(InstanceError):
    """These bytes do not hold facts, or not as they were packed."""


def pack_facts(facts: Facts, settings: Settings) -> bytes:
    """The facts and settings as bytes; the same facts give the same bytes."""
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
    buffer = io.BytesIO()
    arrays["head"] = np.frombuffer(json.dumps(head).encode(), dtype=np.uint8)
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    archive = buffer.getvalue()
    return _MARK + sha256(archive).digest() + archive


def unpack_facts(packed: bytes) -> tuple[Facts, Settings]:
    """What ``pack_facts`` was given; raises NotFacts on anything else."""
    mark, digest, archive = packed[: len(_MARK)], packed[len(_MARK) : _BODY], packed[_BODY:]
    if mark != _MARK or digest != sha256(archive).digest():
        raise NotFacts("these bytes are not facts, or not as they were packed")
    with np.load(io.BytesIO(archive), allow_pickle=False) as arrays:
        head = json.loads(arrays["head"].tobytes())
        columns: dict[str, Any] = {name: arrays[name] for name in arrays.files if name != "head"}
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
