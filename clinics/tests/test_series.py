"""Series of clinics at the desk."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from clinics.domain.clinics import ClinicState
from clinics.models import Clinic, ClinicSeries
from clinics.tests.factories import START, make_clinic
from clinics.tests.test_admin import desk, typed
from letsconnect.base.models import Act
from registrations.tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def series_page(name, *args):
    return reverse(f"admin:clinics_clinicseries_{name}", args=args)


def test_a_series_is_made_where_a_part_is_planned_and_the_next_part_joins_it(client, liaison):
    client.force_login(liaison)

    client.post(desk("add"), typed(region="MENA", new_series="Money"))
    client.post(desk("add"), typed(region="MENA", new_series="Money", local_time="15:00"))

    series = ClinicSeries.objects.get()
    assert (series.name, series.clinics.count()) == ("Money", 2)
    assert Act.objects.filter(verb="create_series").count() == 1


def test_the_plan_takes_a_series_or_a_new_name_and_not_both(client, coordinator):
    clinic, money = make_clinic(state=ClinicState.DRAFT), ClinicSeries.objects.create(name="Money")
    client.force_login(coordinator)

    page = client.post(desk("change", clinic.pk), typed(series="mon", new_series="Other"))
    assert page.context["adminform"].form.errors["new_series"]
    client.post(desk("change", clinic.pk), typed(series="mon"))
    assert Clinic.objects.get().series == money
    client.post(desk("change", clinic.pk), typed(series="", new_series="Surveys"))
    assert Clinic.objects.get().series.name == "Surveys"


def test_a_series_shows_its_parts_in_order_as_far_as_the_reader_sees_them(client, liaison):
    money = ClinicSeries.objects.create(name="Money")
    later = make_clinic(series=money, title="Second part", region="MENA", starts_at=START + timedelta(days=7))
    first = make_clinic(series=money, title="First part", region="LAC")
    make_clinic(series=money, title="Hidden part", region="LAC", state=ClinicState.DRAFT)
    client.force_login(liaison)

    page = client.get(series_page("change", money.pk)).content.decode()

    assert page.index("First part") < page.index("Second part") and "Hidden part" not in page
    assert desk("change", later.pk) in page and reverse("clinics:clinic-detail", args=[first.pk]) in page


def test_coordinators_rename_a_series_and_liaisons_do_not(client, coordinator, liaison):
    money = ClinicSeries.objects.create(name="Money")

    for member, status, name in ((liaison, 403, "Money"), (coordinator, 302, "Asking")):
        client.force_login(member)
        assert client.post(series_page("change", money.pk), {"name": "Asking"}).status_code == status
        assert ClinicSeries.objects.get().name == name
    assert Act.objects.get(verb="rename_series").actor == coordinator
