"""Compile the translations; part of set-up."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from letsconnect.translations import compile_stale


class Command(BaseCommand):
    help = "Compiles every .po file that changed since it was last compiled."
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        for folder in settings.LOCALE_PATHS:
            for mo in compile_stale(Path(folder)):
                self.stdout.write(f"{mo.parent.parent.name} compiled")
