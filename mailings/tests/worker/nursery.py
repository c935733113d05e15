"""Workers that start at once, because they are forked: ``python -m mailings.tests.worker.nursery``.

For each line on its standard input it starts a process that works until it gets SIGTERM, and prints its id. The line
says what it does, and which protection it lacks: those without one are the controls.
"""

import json
import os
import signal
import sys
import time
from datetime import UTC, datetime, timedelta

import django
import time_machine


def main():
    django.setup()
    from mailings import tasks  # noqa: F401 - so that whoever is forked need not read it

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # so that whoever was killed is gone at once
    for line in sys.stdin:
        worker = os.fork()
        if not worker:
            work(**json.loads(line))
            os._exit(0)
        sys.stdout.write(f"{worker}\n")
        sys.stdout.flush()


def work(*, does, database, smtp_port, clock_off, trusts_its_clock, trusts_the_disk, keeps_texts_later):
    from django.conf import settings
    from django.db import Error, connection
    from django.utils import timezone

    from mailings import tasks
    from mailings.models import letters

    connection.settings_dict |= database
    settings.EMAIL_PORT = smtp_port
    is_over = []
    signal.signal(signal.SIGTERM, lambda *_given: is_over.append(True))
    if clock_off:
        time_machine.travel(datetime.now(UTC) + timedelta(seconds=clock_off), tick=True).start()
    if trusts_its_clock:
        tasks.database_now = timezone.now
    if trusts_the_disk:
        letters._SUBMIT = letters._SUBMIT.replace("'on'", "'off'")
    if keeps_texts_later:
        keep_texts_later()
    while True:
        try:
            getattr(tasks, does)()
        except Error as error:  # the task has failed, and another one follows
            sys.stderr.write(f"{error}\n")
        connection.close_if_unusable_or_obsolete()  # as Celery does after each task
        if is_over:
            return
        time.sleep(0.02)


def keep_texts_later():
    """Let this worker write what letters said in a statement of its own, for which it will not live long enough."""
    from mailings.ledger import draining
    from mailings.models import LetterText

    settle_group = draining.settle_group

    def settle_and_then_keep(answers, *, now):
        texts = [letter.text_to_keep for letter, _answer in answers]
        for letter, _answer in answers:
            letter.text_to_keep = None
        counts = settle_group(answers, now=now)
        time.sleep(3600)
        LetterText.objects.bulk_create(texts)
        return counts

    draining.settle_group = settle_and_then_keep


if __name__ == "__main__":
    main()
