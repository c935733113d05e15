"""Collect what can be translated; `make messages`. With --check, say whether that has been done; `make lint`."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from letsconnect.translations import po_files, template_of, untranslated, up_to_date


class Command(BaseCommand):
    help = "Brings every .po file up to date with the texts in the tree and says how much of each is translated."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail if a text is missing or moved")

    def handle(self, *, check: bool = False, **options: Any) -> None:
        template, changed = template_of(Path(settings.BASE_DIR)), []
        for po in po_files(Path(settings.LOCALE_PATHS[0])):
            catalog, content = up_to_date(po, template)
            missing = untranslated(catalog)
            if check:
                changed += [po.parent.parent.name] if missing or content != po.read_bytes() else []
                continue
            po.write_bytes(content)
            self.stdout.write(f"{po.parent.parent.name}: {len(catalog) - len(missing)} of {len(catalog)}")
        if changed:
            raise CommandError(f"Run `make messages`, and translate what is new: {', '.join(changed)}.")
