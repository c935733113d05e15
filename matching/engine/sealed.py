"""Write arrays into bytes that show whether they were changed: a mark of the format, a checksum, a NumPy archive.

The archive is compressed and never pickled, so reading bytes that somebody made up runs no code.
"""

import io
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

_DIGEST_BYTES = 32


def seal(mark: bytes, head: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return the arrays and a head (JSON) as bytes; the same arrays in the same order give the same bytes."""
    buffer = io.BytesIO()
    text = np.frombuffer(json.dumps(head).encode(), dtype=np.uint8)
    np.savez_compressed(buffer, allow_pickle=False, head=text, **arrays)
    archive = buffer.getvalue()
    return mark + sha256(archive).digest() + archive


def unseal(sealed: bytes, marks: Mapping[bytes, int]) -> tuple[int, dict[str, Any], dict[str, NDArray[Any]]] | None:
    """Return format, head and arrays; None for bytes with another mark, or changed since they were sealed.

    ``marks``: the number of each format that can be read, by its mark; all marks are equally long.
    """
    length = len(next(iter(marks)))
    mark, digest, archive = sealed[:length], sealed[length : length + _DIGEST_BYTES], sealed[length + _DIGEST_BYTES :]
    if mark not in marks or digest != sha256(archive).digest():
        return None
    with np.load(io.BytesIO(archive), allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    return marks[mark], json.loads(arrays.pop("head").tobytes()), arrays
