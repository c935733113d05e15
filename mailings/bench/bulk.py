"""Sending an issue: two workers beside two bare connections that send the same bytes into the same mail server."""

import multiprocessing
import resource
import smtplib
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

WORKERS = 2
BODY = (
    "This month we met **{n}** times. [See what happened](https://example.org/{n}) and tell us what you would like "
    "to learn next; those who share a skill are looked for in every language.\n\n"
)


class Took(NamedTuple):
    """What one measurement took: seconds, seconds of processor of the workers, and megabytes they grew by."""

    clock: float
    processor: float
    grew: float


def make_readers(count: int) -> None:
    """Make visitors who want the newsletter, in four languages."""
    from django.db import connection
    from django.utils import timezone

    from mailings.models import Subscription

    now, languages = timezone.now(), ("en", "ar", "es", "fr")
    Subscription.objects.bulk_create(
        [
            Subscription(
                address=f"reader-{number}@example.org",
                language=languages[number % 4],
                state="confirmed",
                confirmed_at=now,
                source="page",
                agreed_at=now,
                wants_newsletter=True,
            )
            for number in range(count)
        ],
        batch_size=5000,
    )
    analyze()
    connection.close()


def analyze() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def make_issue() -> Any:
    """Make an issue that is ready in three languages; readers of the fourth get it in another one."""
    from django.utils import timezone

    from mailings.models import Newsletter, NewsletterSection, NewsletterVersion
    from mailings.models.newsletters import next_number

    newsletter = Newsletter.objects.create(number=next_number(), month=date(2026, 11, 1), made_at=timezone.now())
    for language in ("en", "ar", "es"):
        version = NewsletterVersion.objects.create(
            newsletter=newsletter, language=language, state="ready", subject="What happened in November"
        )
        for place, kind in enumerate(("this_month", "missed", "upcoming", "news"), 1):
            NewsletterSection.objects.create(
                newsletter_version=version, kind=kind, place=place, body=BODY.format(n=place) * 4
            )
    return newsletter


def freeze_all(*, keep: bool) -> tuple[Any, int, float]:
    """Count the readers of a new issue; return it, how many they are, and the seconds that took."""
    from django.db import transaction
    from django.utils import timezone

    from mailings.models import NewsletterBody
    from mailings.newsletters import audiences
    from mailings.newsletters.composing import body_of
    from mailings.newsletters.freezing import freeze

    newsletter, now = make_issue(), timezone.now()
    with transaction.atomic():
        began = time.perf_counter()
        NewsletterBody.objects.bulk_create([body_of(version) for version in newsletter.versions.all()])
        count = freeze(newsletter, audiences.readers({}), ready=["ar", "en", "es"], now=now)
        took = time.perf_counter() - began
        type(newsletter).objects.filter(pk=newsletter.pk).update(state="sending", frozen_at=now, recipients=count)
        transaction.set_rollback(not keep)
    return newsletter, count, took


def ready_messages(newsletter: Any) -> list[tuple[str, bytes]]:
    """Return recipient and bytes of each letter of the issue, as the workers will make them."""
    from mailings.models import Letter
    from mailings.newsletters.letter import NewsletterFacts

    letters = list(Letter.objects.of_issue(newsletter))
    facts = NewsletterFacts(letters)
    return [(composed.recipient, composed.payload) for composed in map(facts.compose, letters)]


def bare_loop(messages: Sequence[tuple[str, bytes]], port: int) -> Took:
    """Send ready messages over two connections, in a process each, and do nothing else."""

    def run(number: int) -> None:
        with smtplib.SMTP("127.0.0.1", port) as server:
            for recipient, payload in messages[number::WORKERS]:
                server.sendmail("portal@example.org", recipient, payload)

    return _in_processes(run)


def drain_all(*, workers: int = WORKERS) -> Took:
    """Drain the ledger with so many workers."""

    def run(_number: int) -> None:
        from django.utils import timezone

        from mailings.ledger.draining import drain

        drain(now=timezone.now())

    return _in_processes(run, count=workers)


def _in_processes(run: Callable[[int], None], *, count: int = WORKERS) -> Took:
    from django.db import connections

    connections.close_all()
    context = multiprocessing.get_context("fork")
    measures: Any = context.SimpleQueue()

    def work(number: int) -> None:
        Path("/proc/self/clear_refs").write_text("5")  # the highest use of memory so far is forgotten
        before, busy, began = _megabytes("VmRSS"), _processor(), time.monotonic()
        run(number)
        measures.put((began, time.monotonic(), _processor() - busy, _megabytes("VmHWM") - before))

    processes = [context.Process(target=work, args=(number,)) for number in range(count)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        if process.exitcode:
            raise RuntimeError(f"a worker ended with {process.exitcode}")
    began, ended, processor, grew = zip(*[measures.get() for _process in processes], strict=True)
    return Took(max(ended) - min(began), sum(processor), max(grew))


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _megabytes(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:"))
