"""Each page of a clinic at the desk asks the database as often for thirty people as for three."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinics.domain.clinics import ClinicState
from clinics.models import AccessNeed, Clinic, Quote, SeatQuestion
from clinics.tests.after_factories import make_certificate, make_somebody_who_came
from clinics.tests.factories import make_channel, make_clinic, make_person, sign_up
from clinics.tests.resource_factories import make_resource
from registrations.tests.factories import NOW, make_coordinator

pytestmark = pytest.mark.django_db


def to_come(number):
    clinic = make_clinic(capacity=number)
    for rsvp in sign_up(clinic, number + number):  # as many wait
        SeatQuestion.objects.create(rsvp=rsvp, text="When?", made_at=NOW)
        AccessNeed.objects.create(rsvp=rsvp, text="Captions", made_at=NOW)
    return with_people(clinic, number)


def that_was(number):
    clinic = make_clinic(state=ClinicState.HELD, starts_at=NOW - timedelta(days=2), capacity=number)
    for _each in range(number):
        member = make_somebody_who_came(clinic)
        make_certificate(clinic, member)
        make_resource(clinic)
        Quote.objects.create(clinic=clinic, member=member, text="So kind", given_at=NOW)
    return with_people(clinic, number)


def with_people(clinic, number):
    channel = make_channel(clinic)
    for at in range(number):
        make_person(clinic, state=("asked", "accepted", "declined")[at % 3])
    make_person(clinic, "interpreter", channel=channel)
    return clinic


@pytest.mark.parametrize("make", [to_come, that_was])
def test_each_tab_asks_as_often_for_thirty_as_for_three(client, make):
    client.force_login(make_coordinator())
    costs = {}
    with time_machine.travel(NOW, tick=False):
        clinics = [make(3), make(30)]
        for tab in admin.site._registry[Clinic].tabs:
            if not tab.is_shown(clinics[0]):
                continue
            for clinic in clinics:
                assert client.get(tab.url(clinic)).status_code == 200, tab.name  # what is read once is there
                with CaptureQueriesContext(connection) as queries:
                    client.get(tab.url(clinic))
                costs.setdefault(tab.name, []).append(len(queries))

    assert {name: cost for name, cost in costs.items() if cost[0] != cost[1]} == {}
    assert len(costs) > 8
