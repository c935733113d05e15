"""Requests to the wiki: all requests of one sign-in share one deadline, and none takes longer."""

import json
import queue
import threading
import time
from dataclasses import dataclass
from typing import Any, Self

import requests

MOST_BYTES = 256 * 1024


@dataclass(frozen=True)
class Answer:
    """The part of an answer that we and allauth's client read."""

    status_code: int
    headers: dict[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", errors="replace")

    def json(self) -> Any:
        return json.loads(self.content)


class Outgoing:
    """Used by allauth in place of a `requests.Session`.

    The timeouts of requests limit each wait on the socket, so a slow name server or wiki could keep a process for
    minutes. Here the request runs in a thread, which is abandoned at the deadline.
    """

    def __init__(self, *, until: float) -> None:
        self.until = until

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        """Do nothing: each request closes its own connection."""

    def get(self, url: str, **options: Any) -> Answer:
        return self.request("GET", url, **options)

    def request(self, method: str, url: str, **options: Any) -> Answer:
        """Return the answer, or raise a `requests.RequestException`, `Timeout` at the deadline."""
        answers: queue.SimpleQueue[Answer | requests.RequestException] = queue.SimpleQueue()
        call = threading.Thread(target=_ask, args=(answers, self.until, method, url, options), daemon=True)
        call.start()
        try:
            answer = answers.get(timeout=max(self.until - time.monotonic(), 0.001))
        except queue.Empty as error:
            raise requests.Timeout("no answer before the deadline") from error
        if isinstance(answer, requests.RequestException):
            raise answer
        return answer


def _ask(answers: queue.SimpleQueue, until: float, method: str, url: str, options: dict[str, Any]) -> None:
    try:
        answers.put(_answer(until, method, url, options))
    except requests.RequestException as error:
        answers.put(error)
    except (OSError, ValueError) as error:  # what requests lets through: odd headers, odd addresses
        answers.put(requests.RequestException(repr(error)))


def _answer(until: float, method: str, url: str, options: dict[str, Any]) -> Answer:
    with requests.Session() as session:
        session.trust_env = False  # a .netrc would replace the token, a proxy would read it
        timeout = max(until - time.monotonic(), 0.001)
        # No redirects: the secret and the token are for this address.
        with session.request(method, url, timeout=timeout, allow_redirects=False, stream=True, **options) as response:
            content = b""
            for chunk in response.iter_content(8192):
                content += chunk
                if len(content) > MOST_BYTES or time.monotonic() > until:
                    raise requests.RequestException("the answer is too long")
            headers = {"content-type": response.headers.get("content-type", "")}
            return Answer(status_code=response.status_code, headers=headers, content=content)
