"""What can go wrong with the embedded servers, as a person should read it."""

import sys
from typing import NoReturn


class EmbeddedError(Exception):
    """An embedded server cannot be had; the text says why and what to do."""


def refuse(error: Exception) -> NoReturn:
    """End the process with the message and no traceback."""
    sys.stderr.write(f"{error}\n")
    raise SystemExit(1)
