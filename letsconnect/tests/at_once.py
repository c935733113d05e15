"""Things that happen at the same moment, each over a connection of its own, and one in the middle of another."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from types import ModuleType
from typing import Any

import pytest
from django.db import connection

from letsconnect.tests.database import somebody_waits_for_us
from letsconnect.tests.waiting import PATIENCE, wait_until


def at_once(*calls: Callable[[], Any], refusals: tuple[type[Exception], ...] = ()) -> list[Any]:
    """Run the calls in a thread each, all begun together, and return what came of each, in their order.

    A refusal that is expected is returned, anything else that is raised is raised here.
    """
    barrier = Barrier(len(calls), timeout=PATIENCE)

    def run(call: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            barrier.wait()
            return call()
        except refusals as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def meet_after(monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, *, people: int) -> None:
    """Let nobody go on after this function before so many have called it, or before another one stands before a lock of
    ours and cannot get there."""
    called, arrived = getattr(module, name), []

    def meet(*args: Any, **options: Any) -> Any:
        result = called(*args, **options)
        arrived.append(name)
        wait_until(lambda: len(arrived) >= people or somebody_waits_for_us(), f"{people} who call {name}")
        return result

    monkeypatch.setattr(module, name, meet)


def in_the_middle(
    monkeypatch: pytest.MonkeyPatch,
    module: ModuleType,
    name: str,
    *,
    of: Callable[[], Any],
    does: Callable[[], Any],
    refusals: tuple[type[Exception], ...] = (),
) -> list[Any]:
    """Run ``of`` up to its first call of the function, then ``does`` to its end or to a lock held by ``of``, and then
    the rest of ``of``; return what came of both.

    Nothing is left to chance: the order is the same on every machine.
    """
    called, reached, done = getattr(module, name), Event(), Event()

    def stop(*args: Any, **options: Any) -> Any:
        is_first = not reached.is_set()
        reached.set()
        if is_first:
            wait_until(lambda: done.is_set() or somebody_waits_for_us(), f"what happens in the middle of {name}")
        return called(*args, **options)

    def other() -> Any:
        assert reached.wait(PATIENCE), f"nobody called {name}"
        try:
            return does()
        finally:
            done.set()

    monkeypatch.setattr(module, name, stop)
    return at_once(of, other, refusals=refusals)
