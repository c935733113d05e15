"""manage.py tick: what the beat does every half minute, for cron."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from letsconnect.base.clocks import database_now
from mailings.ledger.ticking import tick


class Command(BaseCommand):
    help = "Write the letters that have become due and send what is owed. Running it twice at once is harmless."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        result = tick(now=database_now()).as_dict()
        if options["json"]:
            self.stdout.write(json.dumps(result))
            return
        swept, ledger = result["swept"], result["ledger"]
        if not swept["ran"]:
            self.stdout.write("Another tick is sweeping.")
        for name, count in swept["owed"].items():
            self.stdout.write(f"{name}: {count} owed")
        for name, error in swept["errors"].items():
            self.stderr.write(f"{name}: {error}")
        self.stdout.write(f"Taken back: {swept['requeued']} queued again, {swept['parked']} uncertain.")
        self.stdout.write("This time: " + (_in_words(result["drained"]) or "nothing to send") + ".")
        states = {state: count for state, count in ledger.items() if state != "written"}
        self.stdout.write(f"Ledger: {ledger['written']} written = " + (_in_words(states) or "0") + ".")


def _in_words(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count)
