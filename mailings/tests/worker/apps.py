from django.apps import AppConfig

from mailings import kinds
from mailings.rendering import Rendered

KIND = "tests.storm"


def still_owed(about, now):
    return None


def render(about, language, zone):
    return Rendered("Storm", "One of many.\n", "<p>One of many.</p>")


def register_kind():
    """Let the ledger know this kind of letter, in the worker and in the tests that owe it letters."""
    kinds.register(KIND, still_owed=still_owed, render=render, keeps=kinds.kept())


class WorkerConfig(AppConfig):
    name = "mailings.tests.worker"
    label = "mailings_tests_worker"

    def ready(self):
        register_kind()
