"""Refuse templates that do not compile, do not escape, break the security policy or are not translated."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from letsconnect.templates_check import problems


class Command(BaseCommand):
    help = "Checks every template of the portal; part of `make lint`."
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        every_problem = [problem for folder in settings.TEMPLATES[0]["DIRS"] for problem in problems(folder)]
        for problem in every_problem:
            self.stderr.write(problem)
        if every_problem:
            raise CommandError(f"{len(every_problem)} problems in templates.")
        self.stdout.write("Templates are sound.")
