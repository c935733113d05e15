"""Collect what can be translated; `make messages`."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from letsconnect.translations import po_files, update


class Command(BaseCommand):
    help = "Brings every .po file up to date with the texts in the tree and says how much of each is translated."
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        for po in po_files(Path(settings.LOCALE_PATHS[0])):
            catalog = update(Path(settings.BASE_DIR), po)
            texts = [message for message in catalog if message.id]
            done = sum(all(text.string or ()) if text.pluralizable else bool(text.string) for text in texts)
            self.stdout.write(f"{po.parent.parent.name}: {done} of {len(texts)}")
