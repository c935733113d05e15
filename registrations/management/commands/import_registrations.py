"""Import an export of the programme's old form."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from letsconnect.base.encodings import CODE_PAGES, UnreadableFile
from registrations.oldform.importing import import_registrations
from registrations.oldform.reading.report import Outcome, write_csv
from registrations.oldform.reading.table import LARGEST


class Command(BaseCommand):
    help = "Import a CSV export of the old form. Safe to run again: it changes nothing that is as in the file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="report the same numbers, write nothing")
        parser.add_argument("--json", action="store_true", help="print the counts as one JSON object, last")
        parser.add_argument("--encoding", choices=list(CODE_PAGES), default="", help="the code page, if not UTF-8")
        parser.add_argument("--report", type=Path, metavar="FILE.csv", help="write a line per cell not understood")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with options["file"].open("rb") as file:
                content = file.read(LARGEST + 1)  # no more is read of what is too large
        except OSError as error:
            raise CommandError(f"The file cannot be read: {error.strerror}.") from error
        try:
            outcome = import_registrations(
                content=content,
                by=None,
                now=timezone.now(),
                is_dry_run=options["dry_run"],
                encoding=options["encoding"],
            )
        except UnreadableFile as error:
            raise CommandError(str(error)) from error
        if options["report"]:
            self._report(outcome, options["report"])
        self._tell(outcome, is_dry_run=options["dry_run"])
        if options["json"]:
            self.stdout.write(json.dumps(outcome.as_json()))

    def _report(self, outcome: Outcome, path: Path) -> None:
        try:
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                write_csv(outcome.lines, file)
        except OSError as error:
            raise CommandError(f"The report cannot be written: {error.strerror}. The import itself is done.") from error

    def _tell(self, outcome: Outcome, *, is_dry_run: bool) -> None:
        for note in outcome.notes:
            self.stdout.write(note)
        for page, name, *lines in outcome.samples if not outcome.is_sure_of_letters else ():
            self.stdout.write(f"  --encoding {page}  # {name}: " + " / ".join(lines[:2]))
        for line in outcome.lines:
            if line.certainty == "rejected":
                self.stdout.write(f"Row {line.row} rejected: {line.what_was_made_of_it}")
        counts = outcome.as_json()
        filled = counts["cells_understood"] + counts["cells_guessed"] + counts["cells_unread"]
        read = filled - counts["cells_unread"]
        self.stdout.write(
            f"{'Dry run, nothing written: ' if is_dry_run else ''}{outcome.rows} rows: {outcome.imported} imported, "
            f"{outcome.merged} merged, {outcome.unchanged} unchanged, {outcome.rejected} rejected. "
            f"{read} of {filled} filled cells read ({read / max(filled, 1):.1%}), "
            f"{counts['cells_guessed']} of them guessed."
        )
