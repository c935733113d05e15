"""Fixtures every app's tests share: the cast of people on whom pages are tried."""

import os

import pytest
from django.utils import translation

from letsconnect.embedded import servers
from letsconnect.embedded.paths import embedded_broker_url
from letsconnect.tests.opened import Browser
from registrations.tests import factories

pytest_plugins = [
    "letsconnect.tests.plugin",
    "letsconnect.tests.databases",
    "mailings.tests.smtp",
    "registrations.tests.mediawiki",
]


def pytest_configure() -> None:
    """Let the first test that connects start the embedded PostgreSQL, where no DATABASE_URL is set."""
    servers.arm()


@pytest.fixture(scope="session")
def redis_url() -> str:
    """A running Redis, as Celery writes its address; the embedded one unless REDIS_URL names another."""
    if os.environ.get("REDIS_URL"):
        return os.environ["REDIS_URL"]
    servers.redis().join()
    return embedded_broker_url(servers.BASE_DIR)


@pytest.fixture
def client():
    """A browser that opens a page of the desk before it presses its button."""
    return Browser()


@pytest.fixture
def member(db):
    return factories.make_member()


@pytest.fixture
def stranger(db):
    return factories.make_member()


@pytest.fixture
def liaison(db):
    """The liaison of MENA, the region `make_registration` puts people in."""
    return factories.make_liaison("MENA")


@pytest.fixture
def other_liaison(db):
    return factories.make_liaison("LAC")


@pytest.fixture
def coordinator(db):
    return factories.make_coordinator()


@pytest.fixture(autouse=True)
def _begins_afresh():
    """A test begins in English: a page asked for in Arabic leaves its language behind in this thread. It begins without
    a coordinator and leaves none behind: its row goes with the test, also before a world is made that several tests
    share."""
    translation.activate("en")
    factories.forget_coordinator_of_the_test()
    yield
    factories.forget_coordinator_of_the_test()
