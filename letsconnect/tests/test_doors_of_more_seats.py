"""Seats beside those of the table of doors: who looks after two regions, and who sits on the trust team alone."""

import pytest
from django.urls import reverse

from letsconnect.tests.doors import DOORS, PEOPLE
from letsconnect.tests.opened import Remembering
from letsconnect.tests.test_doors import Walk
from registrations.models import WorkingGroupSeat
from registrations.tests.factories import NOW, make_liaison
from trust.tests.factories import make_reader

LIAISON, OTHER_LIAISON, COORDINATOR, OTHER = map(PEOPLE.index, ("liaison", "other_liaison", "coordinator", "other"))


@pytest.fixture
def world(shared_world):
    return shared_world


def walk_of(world, member):
    client = Remembering(raise_request_exception=False)
    client.force_login(member)
    return Walk(client, world)


def test_who_looks_after_two_regions_sees_what_either_liaison_sees_and_no_more(world):
    """Where the two differ, a row decides: it is of one of their regions, or it is somebody's own and stays so."""
    both = make_liaison("MENA")
    WorkingGroupSeat.objects.create(member=both, role="liaison", region="LAC", from_on=NOW.date())
    walk, expected, got = walk_of(world, both), {}, {}
    for row, door in enumerate(DOORS):
        words = door.get.split()
        if not door.is_desk or not words or words[LIAISON] == words[OTHER_LIAISON]:
            continue
        is_of_a_region = words[COORDINATOR] == words[LIAISON] and not {"@mass_act", "@seat"} & {*door.args}
        expected[row, str(door)] = words[LIAISON] if is_of_a_region else words[OTHER_LIAISON]
        got[row, str(door)] = walk.knock("get", door)

    assert len(expected) > 30
    assert got == expected


def test_a_seat_on_the_trust_team_opens_its_reports_and_nothing_of_the_desk(world):
    reader = make_reader()
    walk = walk_of(world, reader)
    opened = {
        str(door): said
        for door in DOORS
        if door.is_desk and door.get and (said := walk.knock("get", door)) not in door.get.split()[OTHER]
    }

    assert opened == {}
    assert walk.client.get(reverse("trust:report-list")).status_code == 200
