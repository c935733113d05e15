"""The one place where whatever goes wrong in another app's code is caught, because one letter that cannot be
rendered must not keep all the others from being sent, nor one sweep the rest."""

import logging
from types import TracebackType

from django.db import transaction

from letsconnect.base.database_waits import reason_of

logger = logging.getLogger(__name__)


class Fence:
    """Run a block in a savepoint of its own: if it raises, what it wrote is undone, logged, and told in ``error``.

    A lost database is not the block's fault and goes through, as do Ctrl-C and the worker's own end. So does a lock
    that somebody else held for too long, but for blocks that are run again anyway (``comes_again``).
    """

    def __init__(self, what: str, *, comes_again: bool = False) -> None:
        self.what, self.comes_again = what, comes_again
        self.error = ""
        self._atomic = transaction.atomic()

    def __enter__(self) -> "Fence":
        self._atomic.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self._atomic.__exit__(kind, error, trace)
        if error is None or not isinstance(error, Exception):
            return False
        reason = reason_of(error)
        if reason and not (self.comes_again and reason == "busy"):
            return False
        self.error = f"{type(error).__name__}: {error}"[:180]
        logger.error("%s: %s", self.what, self.error, exc_info=error)
        return True
