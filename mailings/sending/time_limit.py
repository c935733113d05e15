"""Handing a letter over within a number of seconds, whatever the mail server does: a person waits for the page.

The time-outs of a socket hold for each read, and looking up a name has none. So a thread sends, and the page stops
waiting.
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings

from mailings.domain.letters import ServerAnswer, SmtpStage
from mailings.sending.composing import Composed
from mailings.sending.transport import MailSession, open_by_itself

SLOW_FOR_SECONDS = 30.0  # so long nobody else waits for a mail server that did not answer in time
_slow_until: dict[tuple[str, str, int], float] = {}


class _SendingThread:
    """One attempt to send.

    Whether the text goes out is decided once, under a lock, by whichever comes first: the thread that is about to hand
    it over, or the page that gives up.
    """

    def __init__(self, session: MailSession) -> None:
        self.session = session
        self._lock = threading.Lock()
        self._is_given_up = self._is_handed_over = False

    def talk(self, composed: Composed) -> ServerAnswer:
        return self.session.ready() or self.session.deliver(composed, may_hand_over=self._may_hand_over)

    def _may_hand_over(self) -> bool:
        with self._lock:
            self._is_handed_over = not self._is_given_up
            return self._is_handed_over

    def give_up(self, *, seconds: float) -> ServerAnswer:
        """Return how far the thread got. It hands nothing over after this."""
        with self._lock:
            self._is_given_up, was_handed_over = True, self._is_handed_over
        self.session.abandon()
        return ServerAnswer(
            None, f"no answer within {seconds:g} seconds", handed_over=was_handed_over, stage=SmtpStage.TEXT
        )


def hand_over_within(composed: Composed, *, seconds: float) -> ServerAnswer:
    """Hand one letter over and return the server's answer; after ``seconds`` return that there was none."""
    attempt = _SendingThread(open_by_itself(timeout=seconds + 1))  # the page gives up first, and knows how far it got
    pool = ThreadPoolExecutor(1)
    try:
        answer = pool.submit(attempt.talk, composed).result(timeout=seconds)
    except TimeoutError:
        _slow_until[_server()] = time.monotonic() + SLOW_FOR_SECONDS
        return attempt.give_up(seconds=seconds)
    finally:
        pool.submit(attempt.session.close)  # saying goodbye is nothing to wait for
        pool.shutdown(wait=False)
    return answer


def is_slow() -> bool:
    """Tell whether the mail server did not answer this process in time within the last half minute, so that the next
    person does not wait as well."""
    return time.monotonic() < _slow_until.get(_server(), 0.0)


def _server() -> tuple[str, str, int]:
    return settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT
