"""Bring skills, groups and roles into the database; running it again changes nothing."""

from typing import Any

from django.core.management.base import BaseCommand

from registrations.catalogue.loading import load_reference_data


class Command(BaseCommand):
    help = "Load skills, groups and roles. Safe to run at any time: it never deletes what people use or suggested."

    def handle(self, *args: Any, **options: Any) -> None:
        rows_written = load_reference_data()
        if options["verbosity"]:
            self.stdout.write("Reference data: " + ", ".join(f"{name} {count}" for name, count in rows_written.items()))
