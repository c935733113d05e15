"""Seats in the working group: appointed, ended, and never without a coordinator."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from letsconnect.base.models import Act
from registrations.actions.members import appoint, end_seat
from registrations.domain import LastCoordinator
from registrations.models import Member, WorkingGroupSeat
from registrations.tests import factories

pytestmark = pytest.mark.django_db
ADD = reverse("admin:registrations_workinggroupseat_add")


def test_appointing_twice_makes_one_seat(member, coordinator):
    for _ in range(2):
        appoint(member=member, region="LAC", by=coordinator, now=factories.NOW)

    assert member.seats.count() == 1
    assert Act.objects.filter(verb="appoint").count() == 1


def test_a_coordinator_appoints_a_liaison_in_the_admin(client, member, coordinator):
    client.force_login(coordinator)

    client.post(ADD, {"member": member.pk, "region": "SSA", "from_on": "2026-01-01"})

    assert Member.objects.get(pk=member.pk).seat_regions == {"SSA"}
    assert Act.objects.get(verb="appoint").actor == coordinator


def test_a_liaison_appoints_nobody(client, member, liaison):
    client.force_login(liaison)

    response = client.post(ADD, {"member": member.pk, "region": "MENA", "from_on": "2026-01-01"})

    assert response.status_code == 403
    assert not member.seats.exists()


def test_the_last_coordinator_stays(client, coordinator):
    seat = coordinator.seats.get()
    with pytest.raises(LastCoordinator):
        end_seat(seat=seat, until_on=date(2026, 6, 1), by=coordinator, now=factories.NOW)
    client.force_login(coordinator)

    page = client.post(
        reverse("admin:registrations_workinggroupseat_change", args=[seat.pk]), {"until_on": "2026-06-01"}
    )

    assert page.context["adminform"].form.errors["until_on"]
    assert WorkingGroupSeat.objects.get(pk=seat.pk).until_on is None


def test_a_seat_closes_the_desk_on_its_last_day(coordinator):
    other = factories.make_coordinator()
    end_seat(seat=other.seats.get(), until_on=date(2026, 1, 2), by=coordinator, now=factories.NOW)

    assert not Member.objects.get(pk=other.pk).is_staff


def test_the_first_coordinator_is_appointed_on_the_machine(member):
    call_command("appoint", member.email.upper(), verbosity=0)

    assert Member.objects.get(pk=member.pk).is_coordinator


def test_somebody_who_never_signed_in_cannot_be_appointed(db):
    with pytest.raises(CommandError, match="signed in"):
        call_command("appoint", "nobody@example.org")


@pytest.mark.parametrize("member", ["", "nobody", "9" * 30, "0"])
def test_a_member_who_cannot_be_is_answered_at_the_field(client, coordinator, member):
    client.force_login(coordinator)

    page = client.post(ADD, {"member": member, "region": "SSA", "from_on": "2026-01-01"})

    assert page.context["adminform"].form.errors["member"]
