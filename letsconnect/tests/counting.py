"""What can be counted or seen in order: the same on every machine, where a clock says how busy the machine was."""

import gc
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from letsconnect.tests.waiting import PATIENCE, join_couriers


def calls(act: Callable[[], object]) -> int:
    """Return how many functions, of Python and of C, are called while ``act`` runs in this thread."""
    count = 0

    def note(_frame: object, event: str, _function: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before, collects = sys.getprofile(), gc.isenabled()
    gc.disable()  # garbage of other tests has functions of its own to call
    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(before)
        if collects:
            gc.enable()
    return count


@pytest.fixture
def connects(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The addresses to which anybody in this process tries to connect a socket, one for each try."""
    tries: list[object] = []
    connect = socket.socket.connect

    def note(self: socket.socket, address: object) -> None:
        tries.append(address)
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", note)
    return tries


@contextmanager
def slow_lookups(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """Let no name be looked up until the block is over; yield the names whose looking up has ended, which are none."""
    ended: list[object] = []
    answers = threading.Event()

    def look_up(host: object, *args: object, **options: object) -> None:
        answers.wait(PATIENCE)
        ended.append(host)
        raise socket.gaierror("no answer")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    try:
        yield ended
    finally:
        answers.set()
        join_couriers()
