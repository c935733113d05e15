"""What a round keeps of its computation, as bytes: enough to solve and prove it again without any person's row."""

import json
from io import BytesIO

import numpy as np

from matching.engine.facts import Instance, Result

_COLUMNS = ("learner_ids", "sharer_ids", "sharer_slots", "pair_learner", "pair_sharer", "pair_score")


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
