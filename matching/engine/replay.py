"""A round as bytes: all it takes to solve and prove it again, long after the people's facts changed.

A mark, a checksum, and a NumPy archive (compressed, never pickled) of the instance, the result and its prices. Only
numbers: ids, places, scores; which person a number is, is kept elsewhere and can be erased there.
"""

import io
import json
from dataclasses import fields
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.engine.checker import check
from matching.engine.errors import InstanceError, ProofFailed
from matching.engine.facts import Instance, Result
from matching.engine.solving import solve_instance

_MARK = b"round 2\n"  # another format gets another number
_FIRST = b"round 1\n"  # had "served" and "score" only, a stage for each, and none of the columns that may be left out
_BODY = len(_MARK) + 32
_COLUMNS = tuple(field.name for field in fields(Instance) if field.name not in {"levels", "seed"})


class NotARound(InstanceError):
    """These bytes do not hold a round, or not as they were packed."""


def pack(instance: Instance, result: Result) -> bytes:
    """The round as bytes; the same round gives the same bytes."""
    head = {
        "levels": instance.levels,
        "seed": str(instance.seed),
        "value": {level: str(value) for level, value in result.value.items()},  # may be longer than 64 bits
        "stages": result.stages,
    }
    arrays = {name: getattr(instance, name) for name in _COLUMNS} | {"chosen": result.chosen}
    arrays |= {f"duals_{stage}": _plain(price) for stage, price in enumerate(result.duals)}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, head=np.frombuffer(json.dumps(head).encode(), dtype=np.uint8), **arrays)
    archive = buffer.getvalue()
    return _MARK + sha256(archive).digest() + archive


def unpack(packed: bytes) -> tuple[Instance, Result]:
    """What ``pack`` was given, now or in the first format; raises NotARound on anything else.

    Says nothing yet about whether it is right.
    """
    mark, digest, archive = packed[: len(_MARK)], packed[len(_MARK) : _BODY], packed[_BODY:]
    if mark not in (_MARK, _FIRST) or digest != sha256(archive).digest():
        raise NotARound("these bytes are not a round, or not as they were packed")
    with np.load(io.BytesIO(archive), allow_pickle=False) as arrays:
        head = json.loads(arrays["head"].tobytes())
        columns = {name: arrays[name] for name in _COLUMNS if name in arrays}
        stages = head["stages"] if mark == _MARK else [[level] for level in (*head["levels"], "tie_break")]
        duals = tuple(_numbers(arrays[f"duals_{number}"]) for number in range(len(stages)))
        chosen = arrays["chosen"]
    instance = Instance(**columns, levels=tuple(head["levels"]), seed=int(head["seed"]))
    value = {level: int(text) for level, text in head["value"].items()}
    return instance, Result(chosen, value, duals, tuple(tuple(stage) for stage in stages))


def verify(unpacked: tuple[Instance, Result]) -> None:
    """Prove the stored result again, then solve again and find the same; raises ProofFailed otherwise."""
    instance, stored = unpacked
    check(instance, stored)
    again = solve_instance(instance, stored.stages)
    if not np.array_equal(again.chosen, stored.chosen) or again.value != stored.value:
        raise ProofFailed("solving again gives another result")
    if not all(
        np.array_equal(price_again, price_stored)
        for price_again, price_stored in zip(again.duals, stored.duals, strict=True)
    ):
        raise ProofFailed("solving again gives other prices")


def _plain(price: NDArray[Any]) -> NDArray[Any]:
    return price.astype(np.str_) if price.dtype == object else price


def _numbers(price: NDArray[Any]) -> NDArray[Any]:
    return np.array([int(text) for text in price.tolist()], dtype=object) if price.dtype.kind == "U" else price
