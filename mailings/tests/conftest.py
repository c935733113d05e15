"""Fixtures of the letters' own tests."""

import pytest
from celery import current_app

from mailings import kinds, nudges


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
    """Nudges on, and a worker that does at once, here, what it is asked."""
    settings.NUDGES = True
    monkeypatch.setattr(nudges, "_quiet_until", 0.0)
    current_app.conf.task_always_eager = True
    yield
    current_app.conf.task_always_eager = False
