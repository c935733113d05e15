"""What another does in the instant between two statements of a request, done there by the same connection."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def meanwhile(before: str, act: Callable[[], Any]) -> Iterator[None]:
    """Act once, right before the first statement that holds these words; fail where none does."""
    has_acted = False

    def wrapper(execute: Callable[..., Any], sql: Any, *args: Any) -> Any:
        nonlocal has_acted
        if not has_acted and before in str(sql):
            has_acted = True
            act()
        return execute(sql, *args)

    with connection.execute_wrapper(wrapper):
        yield
    assert has_acted, f"no statement holds {before}"
