"""Handing a letter over while somebody waits for the page: within so many seconds, whatever the mail server does.

The time-outs of a socket are per read, and looking a name up has none, so a thread talks and the page stops listening.
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings

from mailings.domain import Answer, Stage
from mailings.sending.composing import Parcel
from mailings.sending.transport import Session, open_by_itself

QUIET_SECONDS = 30.0
_slow_until: dict[tuple[str, str, int], float] = {}


class _Attempt:
    """One conversation. Whether the text goes out is decided once, under a lock, by whoever comes first: the thread
    that is about to hand it over, or the page that gives up."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._lock = threading.Lock()
        self._is_given_up = self._is_handed_over = False

    def talk(self, parcel: Parcel) -> Answer:
        return self.session.ready() or self.session.deliver(parcel, may_hand_over=self._may_hand_over)

    def _may_hand_over(self) -> bool:
        with self._lock:
            self._is_handed_over = not self._is_given_up
            return self._is_handed_over

    def give_up(self, *, seconds: float) -> Answer:
        """Say how far it got. Nothing is handed over after this."""
        with self._lock:
            self._is_given_up, was_handed_over = True, self._is_handed_over
        self.session.abandon()
        return Answer(None, f"no answer within {seconds:g} seconds", handed_over=was_handed_over, stage=Stage.TEXT)


def hand_over(parcel: Parcel, *, seconds: float) -> Answer:
    """Hand one letter over and return the answer, or say after ``seconds`` that there was none."""
    attempt = _Attempt(open_by_itself(timeout=seconds + 1))  # the page gives up first, and knows how far it got
    pool = ThreadPoolExecutor(1)
    try:
        answer = pool.submit(attempt.talk, parcel).result(timeout=seconds)
    except TimeoutError:
        _slow_until[_server()] = time.monotonic() + QUIET_SECONDS
        return attempt.give_up(seconds=seconds)
    finally:
        pool.submit(attempt.session.close)  # saying goodbye is nothing to wait for
        pool.shutdown(wait=False)
    return answer


def is_slow() -> bool:
    """Tell whether this process has waited for the mail server in vain within the last half minute: the next person
    need not wait as well."""
    return time.monotonic() < _slow_until.get(_server(), 0.0)


def _server() -> tuple[str, str, int]:
    return settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT
