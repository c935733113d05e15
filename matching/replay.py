"""What a round keeps of its computation, as bytes: enough to solve and prove it again without any person's row."""

import json
from dataclasses import dataclass
from io import BytesIO
from zipfile import BadZipFile
from zlib import error as ZlibError

import numpy as np

from matching.engine import checker
from matching.engine.errors import InstanceError, ProofFailed
from matching.engine.facts import Instance, Result
from matching.engine.solving import solve_instance

_COLUMNS = ("learner_ids", "sharer_ids", "sharer_slots", "pair_learner", "pair_sharer", "pair_score")
_UNREADABLE = (BadZipFile, ZlibError, EOFError, KeyError, OSError, ValueError)


def pack(instance: Instance, result: Result) -> bytes:
    """Return the arcs, places, result and duals, compressed. Whole numbers too long for 64 bits are kept as text."""
    about = {
        "levels": list(instance.levels),
        "seed": instance.seed,
        "value": {level: str(value) for level, value in result.value.items()},
        "stages": len(result.duals),
    }
    arrays = {name: getattr(instance, name) for name in _COLUMNS}
    arrays |= {f"duals_{stage}": duals for stage, duals in enumerate(result.duals)}
    file = BytesIO()
    np.savez_compressed(
        file,
        about=np.frombuffer(json.dumps(about).encode(), dtype=np.uint8),
        chosen=result.chosen,
        **{name: np.asarray(array, dtype=np.int64) for name, array in arrays.items()},
    )
    return file.getvalue()


def unpack(data: bytes) -> tuple[Instance, Result]:
    """Return what `pack` was given."""
    with np.load(BytesIO(data), allow_pickle=False) as kept:
        about = json.loads(kept["about"].tobytes())
        instance = Instance(
            **{name: kept[name] for name in _COLUMNS}, levels=tuple(about["levels"]), seed=about["seed"]
        )
        result = Result(
            chosen=kept["chosen"],
            value={level: int(value) for level, value in about["value"].items()},
            duals=tuple(kept[f"duals_{stage}"] for stage in range(about["stages"])),
        )
    return instance, result


@dataclass(frozen=True)
class Verdict:
    """Whether what a round kept is the proven optimum it says it is."""

    holds: bool
    why_not: str
    value: dict[str, int]
    pairs: int = 0
    candidates: int = 0


def verify(data: bytes, *, value: dict[str, int] | None) -> Verdict:
    """Prove a stored result arc by arc from its own duals, then solve it anew; ``value`` is what the round says."""
    try:
        instance, result = unpack(data)
        checker.check(instance, result)
        again = solve_instance(instance)
    except (*_UNREADABLE, InstanceError, ProofFailed) as error:
        return Verdict(holds=False, why_not=f"{type(error).__name__}: {error}", value={})
    why_not = ""
    if again.value != result.value or again.chosen.tolist() != result.chosen.tolist():
        why_not = "solved again it gives another result"
    elif value != result.value:
        why_not = f"the round says {value}"
    return Verdict(not why_not, why_not, result.value, len(result.chosen), len(instance.pair_learner))
