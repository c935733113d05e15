"""Workers that start at once, because they are forked: ``python -m mailings.tests.worker.nursery``.

For each line on its standard input it starts a process that drains the ledger until it gets SIGTERM, and prints its id.
"""

import os
import signal
import sys
import time

import django


def main():
    django.setup()
    from django.utils import timezone

    from mailings.ledger.draining import drain

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # so that whoever was killed is gone at once
    for _line in sys.stdin:
        worker = os.fork()
        if not worker:
            work(lambda: drain(now=timezone.now()))
            os._exit(0)
        sys.stdout.write(f"{worker}\n")
        sys.stdout.flush()


def work(drain):
    is_over = []
    signal.signal(signal.SIGTERM, lambda *_given: is_over.append(True))
    while not is_over:
        drain()
        time.sleep(0.02)


if __name__ == "__main__":
    main()
