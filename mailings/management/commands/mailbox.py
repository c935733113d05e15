"""manage.py mailbox: the mail server of the embedded default."""

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from mailings.mailbox import Mailbox, listening


class Command(BaseCommand):
    help = "Keep every letter of this checkout for /dev/mailbox, until it is stopped. Loopback only."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.EMBEDDED_MAILBOX:
            raise CommandError("The mailbox is not for a portal whose DATABASE_URL or EMAIL_URL names a real server.")
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        try:
            with listening(Mailbox(settings.MAILBOX_DIR), port=settings.EMAIL_PORT):
                self.stdout.write(f"The mailbox listens at 127.0.0.1:{settings.EMAIL_PORT}.")
                self.stdout.flush()
                stopped.wait()
        except OSError as error:
            raise CommandError(f"The mailbox cannot listen at 127.0.0.1:{settings.EMAIL_PORT}: {error}") from error
