"""Fixtures of the letters' own tests."""

from importlib import import_module

import pytest
from celery import current_app
from django.db import connection

from letsconnect.base import nudges
from letsconnect.tests.waiting import join_couriers
from mailings import kinds
from mailings.tests.worker.running import nursery, nursery_process  # noqa: F401 - fixtures


@pytest.fixture
def no_sweeps(monkeypatch):
    """A tick without the other apps' sweeps, to which the test adds its own."""
    monkeypatch.setattr(kinds, "_sweeps", {})


@pytest.fixture
def dead_broker(monkeypatch, tmp_path):
    """The Celery application, pointed at a Redis that is not there."""
    monkeypatch.setattr(current_app.conf, "broker_write_url", f"redis+socket://{tmp_path}/nobody.sock")


@pytest.fixture
def eager_worker(settings, monkeypatch):
    """Nudges on, and a worker that does at once what it is asked, in place of Celery's way to one."""
    settings.NUDGES = True
    nudges.forget_quiet()

    def do(task, **options):
        try:
            import_module(task.rpartition(".")[0])
            current_app.tasks[task].apply()
        finally:
            connection.close()

    monkeypatch.setattr(current_app, "send_task", do)
    yield
    join_couriers()
    nudges.forget_quiet()
