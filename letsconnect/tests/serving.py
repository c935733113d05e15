"""The web server's own entry point, called in this process: any bytes may be sent, which test clients refuse to."""

import io
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module

from django.core import signals
from django.db import close_old_connections
from django.test import RequestFactory

from letsconnect import database_timeouts


@dataclass(frozen=True)
class Served:
    status: int
    headers: dict[str, str]
    body: bytes


@contextmanager
def connection_kept():
    """Let requests begin and end without closing the test's one connection."""
    both = (signals.request_started, signals.request_finished)
    for signal in both:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in both:
            signal.connect(close_old_connections)


def serve(path="/", *, body=b"", **environ):
    """Answer one request as gunicorn would have it answered."""
    told = []
    known = RequestFactory().get(path).environ | {"CONTENT_LENGTH": str(len(body))} | environ
    known["wsgi.input"] = io.BytesIO(body)
    with connection_kept():
        application = import_module("letsconnect.wsgi").application
        database_timeouts.set_process_kind(
            "command"
        )  # importing it says that this process is a web server, which it is not
        response = application(known, lambda status, headers: told.append((status, headers)))
        content = b"".join(response)
        response.close()
    status, headers = told[0]
    return Served(int(status.split()[0]), dict(headers), content)
