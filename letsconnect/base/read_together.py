"""Rows that several functions of one page ask for, read at once.

A page is put together by functions, each of which asks for its own rows by a `Statement`. Whoever knows what a page
will ask reads all of it in one statement first, and the functions stay as they are. What nobody foresaw
is read when it is asked for, so that a forgotten one costs a statement and changes nothing on the page.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from letsconnect.base.query_batches import QueryBatch
from letsconnect.base.statements import READ_TOGETHER, Inquiry, RowsRead

Read = Callable[..., QueryBatch]


@contextmanager
def reading_together(*, once: bool = False) -> Iterator[Read]:
    """Let the block read together what it will be asked for: ``read(asked, asked, ...)``.

    Rows are given to the first who asks for them within the block; whoever asks again reads again, because something
    may have changed meanwhile. Read nothing ahead that the block itself changes first. A block that changes nothing may
    read each statement ``once``. A block within another one belongs to that.
    """
    outer = READ_TOGETHER.get()
    waiting = RowsRead(to_all=once) if outer is None else outer

    def read(*asked: Inquiry[Any]) -> QueryBatch:
        batch = QueryBatch()
        querysets = {each.key: batch.add(each.queryset()) for each in asked}
        batch.run()
        waiting.update((key, list(rows)) for key, rows in querysets.items())
        return batch

    token = READ_TOGETHER.set(waiting)
    try:
        yield read
    finally:
        READ_TOGETHER.reset(token)
