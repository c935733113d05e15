"""A round as bytes: all it takes to solve and prove it again, long after the people's facts changed.

A NumPy archive (compressed, never pickled): the instance, the result and its prices. Only numbers: ids, places,
scores; which person a number is, is kept elsewhere and can be erased there.
"""

import io
import json
import zipfile
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from matching.engine.checker import check
from matching.engine.errors import InstanceError, ProofFailed
from matching.engine.facts import Instance, Result
from matching.engine.solving import solve_instance

FORMAT = 1
_COLUMNS = tuple(field.name for field in fields(Instance) if field.name not in {"levels", "seed"})


class NotARound(InstanceError):
    """These bytes do not hold a round, or not in a format known here."""


def pack(instance: Instance, result: Result) -> bytes:
    """The round as bytes; the same round gives the same bytes."""
    head = {
        "format": FORMAT,
        "levels": instance.levels,
        "seed": str(instance.seed),
        "value": {level: str(value) for level, value in result.value.items()},  # may be longer than 64 bits
        "stages": len(result.duals),
    }
    arrays = {name: getattr(instance, name) for name in _COLUMNS} | {"chosen": result.chosen}
    arrays |= {f"duals_{stage}": _plain(price) for stage, price in enumerate(result.duals)}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, head=np.frombuffer(json.dumps(head).encode(), dtype=np.uint8), **arrays)
    return buffer.getvalue()


def unpack(packed: bytes) -> tuple[Instance, Result]:
    """What ``pack`` was given; raises NotARound on anything else. Says nothing yet about whether it is right."""
    try:
        with np.load(io.BytesIO(packed), allow_pickle=False) as archive:
            head = json.loads(archive["head"].tobytes())
            if head["format"] != FORMAT:
                raise NotARound(f"format {head['format']} is not known here")
            columns = {name: archive[name] for name in _COLUMNS}
            duals = tuple(_numbers(archive[f"duals_{stage}"]) for stage in range(head["stages"]))
            value = {level: int(text) for level, text in head["value"].items()}
            instance = Instance(**columns, levels=tuple(head["levels"]), seed=int(head["seed"]))
            return instance, Result(archive["chosen"], value, duals)
    except (zipfile.BadZipFile, EOFError, OSError, KeyError, TypeError, ValueError) as error:
        raise NotARound(f"these bytes do not hold a round: {error}") from error


def verify(unpacked: tuple[Instance, Result]) -> None:
    """Prove the stored result again, then solve again and find the same; raises ProofFailed otherwise."""
    instance, stored = unpacked
    check(instance, stored)
    again = solve_instance(instance)
    if not np.array_equal(again.chosen, stored.chosen) or again.value != stored.value:
        raise ProofFailed("solving again gives another result")
    if not all(np.array_equal(one, other) for one, other in zip(again.duals, stored.duals, strict=True)):
        raise ProofFailed("solving again gives other prices")


def _plain(price: NDArray) -> NDArray:
    return price.astype(np.str_) if price.dtype == object else price


def _numbers(price: NDArray) -> NDArray:
    return np.array([int(text) for text in price.tolist()], dtype=object) if price.dtype.kind == "U" else price
