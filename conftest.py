"""Fixtures every app's tests share: the cast of people on whom pages are tried."""

import pytest

from registrations.tests import factories

pytest_plugins = ["letsconnect.tests.plugin", "mailings.tests.smtp"]


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
def _no_nudges(settings):
    """No broker listens while tests run; those about nudges switch them on."""
    settings.NUDGES = False
