"""Asking the message broker something with a time limit that always holds."""

import threading
from collections.abc import Callable

from celery import current_app
from kombu import Connection
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError


def ask(request: Callable[[Connection], object], *, patience: float) -> str:
    """Call ``request`` with a connection to the broker; return why it failed, or "".

    The call runs in a thread of its own, because neither looking up a name nor a half-dead server respects a timeout.
    """
    errors: list[Exception] = []
    courier = threading.Thread(
        target=_call_broker, args=(request, patience, errors), name="asking the broker", daemon=True
    )
    courier.start()
    courier.join(patience)
    if courier.is_alive():
        return f"it said nothing for {patience} seconds"
    return str(errors[0]) if errors else ""


def _call_broker(request: Callable[[Connection], object], patience: float, errors: list[Exception]) -> None:
    # kombu tries for four seconds unless it is told otherwise.
    at_once = {"max_retries": 1, "interval_start": 0, "interval_step": 0}
    patient = {"socket_timeout": 2 * patience, "socket_connect_timeout": 2 * patience}
    try:
        with current_app.connection_for_write(transport_options=at_once | patient) as broker:
            request(broker)
    except (OperationalError, RedisError, OSError) as error:
        errors.append(error)
