"""Two imports of one file at once: they see each other's rows, so each is a transaction of its own."""

import pytest

from letsconnect.tests.at_once import at_once
from registrations.catalogue import loading
from registrations.models import Registration
from registrations.tests.test_oldform_importing import ANA, counts, take


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_do_not_double_anybody():
    loading.load_reference_data()
    others = [ANA | {"address": f"p{number}@example.org", "username": f"P{number}"} for number in range(5)]

    outcomes = at_once(*[lambda: counts(take(ANA, *others))] * 2)

    assert sorted(outcomes) == [(0, 0, 6, 0), (6, 0, 0, 0)]
    assert Registration.objects.count() == 6
