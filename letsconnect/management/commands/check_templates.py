"""Refuse templates that do not compile, escape, obey the policy or speak five languages."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from letsconnect.templates_check import problems


class Command(BaseCommand):
    help = "Checks every template of the portal; part of `make lint`."
    requires_system_checks = ()

    def handle(self, **options: Any) -> None:
        found = [problem for folder in settings.TEMPLATES[0]["DIRS"] for problem in problems(folder)]
        for problem in found:
            self.stderr.write(problem)
        if found:
            raise CommandError(f"{len(found)} problems in templates.")
        self.stdout.write("Templates are sound.")
