"""Two addresses for monitoring: is the process alive, and can it do its work.

They are answered before hosts, sessions and languages are looked at, because a probe sends none of them.
"""

from collections.abc import Callable
from datetime import timedelta

from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu import Connection

from letsconnect import zone_rules
from letsconnect.base.broker import ask
from letsconnect.base.clocks import database_now
from mailings.ledger.lateness import Lateness, lateness

BROKER_PATIENCE = 1.0  # seconds
RETRY_AFTER = "10"
NO_DATABASE = {"status": "down", "database": "does not answer", "words": ["The database does not answer."]}


def _ping(broker: Connection) -> None:
    broker.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_PATIENCE)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process is alive. Nothing else is checked: an outage elsewhere must not get it killed."""
    return HttpResponse("lives\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 503 without a database; report what makes letters and reminders late, and nothing more."""
    try:
        late = lateness(now=database_now())
    except Error:
        return JsonResponse(NO_DATABASE, status=503, headers={"Retry-After": RETRY_AFTER})
    broker = "answers" if not ask(_ping, patience=BROKER_PATIENCE) else "does not answer"
    words = list(_words(late, broker))
    return JsonResponse(
        {
            "status": "degraded" if words else "ready",
            "database": "answers",
            "redis": broker,
            "tick_age_seconds": _seconds(late.tick),
            "oldest_owed_letter_seconds": _seconds(late.oldest_owed),
            "time_zones": zone_rules.in_force(),
            "words": words,
        }
    )


def _words(late: Lateness, broker: str) -> list[str]:
    words = []
    if late.tick is None:
        words.append("No tick has run yet: start beat and a worker, or `manage.py tick` from cron.")
    elif late.is_tick_late:
        words.append(f"The last tick ran {_seconds(late.tick)} seconds ago: look at beat and the workers.")
    if late.are_letters_late:
        words.append("Letters wait for longer than they should: look at the workers and the mail server.")
    if broker != "answers":
        words.append("Redis does not answer: letters wait for `manage.py tick`.")
    return words


def _seconds(age: timedelta | None) -> int | None:
    return None if age is None else int(age.total_seconds())


_PROBES = {"/healthz": healthz, "/readyz": readyz}


def probes(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer the probes before anything else is asked."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return _PROBES.get(request.path_info, get_response)(request)

    return middleware
