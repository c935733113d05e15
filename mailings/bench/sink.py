"""A mail server in a process of its own that takes every letter and counts them: ``python -m mailings.bench.sink``.

It prints its port, then answers each line on its standard input with how many letters it took since the last one.
"""

import asyncio
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import PIPE, Popen
from typing import Any

from aiosmtpd.smtp import SMTP


class Counting:
    def __init__(self) -> None:
        self.taken = 0

    async def handle_DATA(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802  as aiosmtpd calls it
        self.taken += 1
        return "250 2.0.0 taken"


async def serve() -> None:
    loop, counting = asyncio.get_running_loop(), Counting()
    server = await loop.create_server(
        lambda: SMTP(counting, hostname="127.0.0.1", loop=loop, data_size_limit=None), "127.0.0.1", 0
    )
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    while await loop.run_in_executor(None, sys.stdin.readline):
        sys.stdout.write(f"{counting.taken}\n")
        sys.stdout.flush()
        counting.taken = 0


class RunningSink:
    """The mail server as the process that measures sees it."""

    def __init__(self, process: "Popen[str]") -> None:
        self._process = process
        self.port = int(self._read())

    def taken(self) -> int:
        """Return how many letters came since the last time this was asked."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return int(self._read())

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@contextmanager
def running_sink() -> Iterator[RunningSink]:
    """Yield a running mail server, and end it afterwards."""
    with Popen([sys.executable, "-m", "mailings.bench.sink"], stdin=PIPE, stdout=PIPE, text=True) as process:
        try:
            yield RunningSink(process)
        finally:
            process.kill()


if __name__ == "__main__":
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    asyncio.run(serve())
