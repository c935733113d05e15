"""The rules of who looked, each broken once."""

import pytest
from django.db import IntegrityError, transaction

from registrations.models import Look
from registrations.tests.factories import NOW, make_coordinator, make_registration


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        ("registrations_one_look_a_day_at_a_registration", {"member": None}),
        ("registrations_one_look_a_day_at_an_account", {"registration": None}),
        ("registrations_look_is_at_one_thing", {}),
        ("registrations_look_is_at_one_thing", {"member": None, "registration": None}),
        ("registrations_look_kind_is_known", {"member": None, "what": "dream"}),
    ],
)
def test_the_database_refuses_what_is_no_look(db, rule, broken):
    registration = make_registration()
    told = {"registration": registration, "member": registration.member, "what": "registration"}
    look = {"viewer": make_coordinator(), "seen_on": NOW.date(), **told, **broken}

    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Look.objects.create(**look)
        Look.objects.create(**look)
