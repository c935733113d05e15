"""Pack a solved round into bytes that can be solved and proven again, long after the people's facts changed.

They hold the instance, the result and its prices (see ``sealed.py``). Only numbers: ids, places, scores; which person a
number is, is kept elsewhere and can be erased there.
"""

from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.engine.checker import check
from matching.engine.errors import InstanceError, ProofFailed
from matching.engine.facts import Instance, Result
from matching.engine.sealed import seal, unseal
from matching.engine.solving import solve_instance

_MARK = b"round 2\n"  # another format gets another number
_FIRST = b"round 1\n"  # had "served" and "score" only, a stage for each, and none of the columns that may be left out
_FORMATS = {_FIRST: 1, _MARK: 2}
_COLUMNS = tuple(field.name for field in fields(Instance) if field.name not in {"levels", "seed"})


class NotARound(InstanceError):
    """These bytes do not hold a round, or were changed since they were packed."""


def pack(instance: Instance, result: Result) -> bytes:
    """Return the round as bytes; the same round gives the same bytes."""
    head = {
        "levels": instance.levels,
        "seed": str(instance.seed),
        "value": {level: str(value) for level, value in result.value.items()},  # may be longer than 64 bits
        "stages": result.stages,
    }
    arrays = {name: getattr(instance, name) for name in _COLUMNS} | {"chosen": result.chosen}
    arrays |= {f"duals_{stage}": _plain(price) for stage, price in enumerate(result.duals)}
    return seal(_MARK, head, arrays)


def unpack(packed: bytes) -> tuple[Instance, Result]:
    """Return the instance and result that ``pack`` was given; raise NotARound for any other bytes.

    Reads the first format too. Whether the result is right is not looked at: see ``verify``.
    """
    unsealed = unseal(packed, _FORMATS)
    if unsealed is None:
        raise NotARound("these bytes are not a round, or not as they were packed")
    number, head, arrays = unsealed
    columns = {name: arrays[name] for name in _COLUMNS if name in arrays}
    stages = head["stages"] if number > 1 else [[level] for level in (*head["levels"], "tie_break")]
    duals = tuple(_numbers(arrays[f"duals_{stage}"]) for stage in range(len(stages)))
    instance = Instance(**columns, levels=tuple(head["levels"]), seed=int(head["seed"]))
    value = {level: int(text) for level, text in head["value"].items()}
    return instance, Result(arrays["chosen"], value, duals, tuple(tuple(stage) for stage in stages))


def verify(unpacked: tuple[Instance, Result]) -> None:
    """Prove the stored result again, solve the instance again and compare; raise ProofFailed if anything differs."""
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
