"""Say which accounts have an address that a person has to decide about. Changes nothing."""

from typing import Any

from django.core.management.base import BaseCommand

from registrations.accounts.doubtful_addresses import doubts


class Command(BaseCommand):
    help = "List the accounts whose address opens nothing until somebody has decided whose it is."

    def handle(self, *args: Any, **options: Any) -> None:
        all_doubts = list(doubts())
        for doubt in all_doubts:
            other_account = f" ({doubt.other.public_id})" if doubt.other else ""
            self.stdout.write(f"{doubt.member.public_id}: {doubt.why}{other_account}")
        self.stdout.write(f"{len(all_doubts)} account(s) to decide about.")
