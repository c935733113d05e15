"""``make bench``: the processor time and the statements of a letter of each kind that is written for one person.

One worker drains twenty letters of a kind into a mail server in a process of its own, in a scratch database that is
dropped afterwards. Of kinds that are not owed about the rows made here, nothing is printed. Statements are the same in
every run; milliseconds are the least of three, because other work on the machine only adds to them.
"""

import sys
import time
from contextlib import nullcontext
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from registrations.bench import scratch_database, set_up

LETTERS = 20
LANGUAGES = ("en", "ar", "es", "fr", "pt")


def main() -> int:
    """Run and print; there is no limit, because the machine decides about milliseconds."""
    set_up()
    import time_machine

    from mailings.bench.sink import running_sink
    from registrations.tests.factories import NOW

    with scratch_database(), running_sink() as sink, time_machine.travel(NOW, tick=False):
        from django.conf import settings

        from letsconnect.tests import every_letter
        from mailings import kinds
        from registrations.catalogue.loading import load_reference_data

        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.NUDGES = "127.0.0.1", sink.port, False
        load_reference_data()
        _say(f"\nOne of {LETTERS} letters of a kind, one worker (the aim is 2 ms)\n")
        for name in every_letter.names():
            if not kinds.get(name).bulk:
                _print(name)
    return 0


def _print(name: str) -> None:
    from letsconnect.tests import every_letter
    from mailings import kinds

    side = "learner" if name.endswith("_learner") else "sharer"
    made = [every_letter.ABOUT[kinds.line_of(name)](side) for _ in range(_how_many(name))]
    for number, (_about, member) in enumerate(made):
        if member is not None:
            member.language = LANGUAGES[number % len(LANGUAGES)]
            member.save(update_fields=["language"])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    sent, _took, statements = _drain(name, made, run=0)
    if sent == len(made):
        least = min(_drain(name, made, run=run)[1] for run in (1, 2, 3))
        _say(f"  {name:<42}{1000 * least / sent:7.2f} ms {statements / sent:7.2f} statements\n")


def _how_many(name: str) -> int:
    return 1 if name == "mailings.confirm_subscription" else LETTERS  # it is about one address


def _drain(name: str, made: list[tuple[Any, Any]], *, run: int) -> tuple[int, float, int]:
    """Owe a letter about each of these rows and send them; return how many went out, the seconds of processor, and the
    statements of the first run."""
    from mailings.ledger.draining import drain
    from mailings.ledger.letters import owe
    from mailings.models import Letter
    from registrations.tests.factories import NOW

    Letter.objects.filter(state__in=["queued", "deferred"]).delete()  # what making the rows owed
    with transaction.atomic():
        for number, (about, member) in enumerate(made):
            to = {"to": member} if member is not None else {"address": "visitor@example.org", "language": "en"}
            owe(kind=name, about=about, key=f"bench:{name}:{run}:{number}", now=NOW, **to)
    with nullcontext(()) if run else CaptureQueriesContext(connection) as captured:
        began = time.process_time()
        done = drain(now=NOW)
    return done["sent"], time.process_time() - began, len(captured)


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
