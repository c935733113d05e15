"""A clinic is looked after in its region or by whoever created it, and touched by nobody else."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from clinics.domain.clinics import ClinicState, DeskSeats, NotYourClinic
from clinics.models import Clinic, Rsvp
from clinics.planning.plans import (
    announce_clinic,
    archive_clinic,
    cancel_clinic,
    change_clinic,
    create_clinic,
    hold_clinic,
    reschedule,
)
from clinics.tests.factories import make_clinic, make_person, sign_up
from clinics.texts.writing import save_text
from registrations.models import WorkingGroupSeat
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_member


def end_seats(*members):
    """Let their seats be over: which days a seat began on does not change, so they get former ones instead."""
    for seat in WorkingGroupSeat.objects.filter(member__in=members):
        seat.delete()
        former = {"from_on": "2025-01-01", "until_on": "2025-02-01"}
        WorkingGroupSeat.objects.create(member=seat.member, role=seat.role, region=seat.region, **former)


def test_clinics_are_looked_after_by_region_or_by_whoever_created_them(db):
    mena, lac, coordinator = make_liaison("MENA"), make_liaison("LAC"), make_coordinator()
    of_mena, of_nobody = make_clinic(region="MENA"), make_clinic()
    made = create_clinic(clinic=Clinic(local_date=NOW.date(), local_time=NOW.time(), zone="UTC"), by=lac, now=NOW)

    def theirs(member):
        return set(Clinic.objects.looked_after_by(member))

    assert theirs(mena) == {of_mena}
    assert theirs(lac) == {made}
    assert theirs(coordinator) == {of_mena, of_nobody, made}
    end_seats(lac)
    assert theirs(type(lac).objects.get(pk=lac.pk)) == set()


def _listed(client, reader):
    """The clinics that the list shows to somebody, or to a visitor."""
    client.logout()
    if reader is not None:
        client.force_login(type(reader).objects.get(pk=reader.pk))
    page = client.get(reverse("clinics:clinic-list")).content.decode()
    return {int(key) for key in re.findall(r'href="/clinics/(\d+)/"', page)}


def test_the_list_shows_a_draft_to_those_who_look_after_it_whoever_has_looked_before(client, db):
    """Its SQL is kept for others with the same seats, and must show nobody what only somebody else may see."""
    mena, also_mena, lac, two, coordinator = (*map(make_liaison, ("MENA", "MENA", "LAC", "MENA")), make_coordinator())
    WorkingGroupSeat.objects.create(member=two, role="liaison", region="LAC", from_on=NOW.date())
    draft_of = {region: make_clinic(region=region, state=ClinicState.DRAFT).pk for region in ("MENA", "LAC", "")}
    over = make_clinic(region="MENA", starts_at=NOW - timedelta(days=3), state=ClinicState.ARCHIVED).pk
    public = {make_clinic().pk, over}

    def create(by):
        blank = Clinic(local_date=NOW.date(), local_time=NOW.time(), zone="UTC")
        return create_clinic(clinic=blank, by=by, now=NOW).pk

    made = {member: create(member) for member in (mena, lac)}
    sees = {
        None: set(),
        make_member(): set(),
        mena: {draft_of["MENA"], made[mena]},
        also_mena: {draft_of["MENA"]},
        lac: {draft_of["LAC"], made[lac]},
        two: {draft_of["MENA"], draft_of["LAC"]},
        coordinator: {*draft_of.values(), *made.values()},
    }
    with time_machine.travel(NOW, tick=False):
        for reader in (*sees, *reversed(sees)):
            assert _listed(client, reader) == public | sees[reader], reader
            visible = Clinic.objects.visible_to(reader or AnonymousUser())
            assert set(visible.values_list("pk", flat=True)) == public | sees[reader]
        end_seats(mena, coordinator)
        for former in (mena, coordinator):
            assert _listed(client, former) == public
        assert _listed(client, also_mena) == public | sees[also_mena]


def test_what_a_liaison_looks_after_is_never_asked_without_saying_who_they_are(db):
    with pytest.raises(ValueError, match="depends on who they are"):
        Clinic.objects.visible_with(DeskSeats(are_some=True, regions=frozenset({"MENA"})))


@pytest.mark.parametrize(
    ("region", "state", "role", "is_theirs"),
    [
        ("", "accepted", "host", True),
        ("MENA", "declined", "host", True),
        ("LAC", "accepted", "host", False),
        ("", "asked", "host", False),
        ("", "declined", "host", False),
        ("", "stepped_back", "host", False),
        ("", "accepted", "sharer", False),
    ],
)
def test_a_liaison_looks_after_the_open_clinics_they_host(db, region, state, role, is_theirs):
    liaison, another, clinic = make_liaison("MENA"), make_liaison("NA"), make_clinic(region=region)
    host = make_person(clinic, role=role, state=state, member=liaison)

    looked_after = {reader: Clinic.objects.looked_after_by(reader).exists() for reader in (liaison, another)}

    assert looked_after == {liaison: is_theirs, another: False}
    end_seats(liaison)
    assert not Clinic.objects.looked_after_by(type(liaison).objects.get(pk=host.member_id)).exists()


@pytest.mark.parametrize("where", ["LAC", ""])
def test_nobody_hands_a_clinic_to_a_region_they_do_not_look_after(db, where):
    liaison, clinic = make_liaison("MENA"), make_clinic(region="MENA")

    with pytest.raises(NotYourClinic):
        change_clinic(clinic=clinic, changes={"region": where}, by=liaison, now=NOW)
    assert Clinic.objects.get(pk=clinic.pk).region == "MENA"


@pytest.mark.parametrize("region", ["LAC", ""])
@pytest.mark.parametrize(
    "act",
    [
        lambda clinic, by: change_clinic(
            clinic=clinic, changes={"meeting_link": "https://evil.example.org/"}, by=by, now=NOW
        ),
        lambda clinic, by: announce_clinic(clinic=clinic, by=by, now=NOW),
        lambda clinic, by: hold_clinic(clinic=clinic, by=by, now=NOW),
        lambda clinic, by: archive_clinic(clinic=clinic, by=by, now=NOW),
        lambda clinic, by: cancel_clinic(clinic=clinic, reason="No.", by=by, now=NOW),
        lambda clinic, by: save_text(text=clinic.texts.get(), by=by, now=NOW),
        lambda clinic, by: reschedule(
            clinic=clinic, local_date=NOW.date(), local_time=NOW.time(), zone="UTC", by=by, now=NOW
        ),
    ],
)
def test_no_action_touches_a_clinic_of_another_region(db, act, region):
    clinic = make_clinic(region=region, state=ClinicState.DRAFT)

    for stranger in (make_liaison("MENA"), make_member()):
        with pytest.raises(NotYourClinic):
            act(clinic, stranger)


def test_a_clinic_is_not_opened_in_another_region(db):
    new = Clinic(local_date=NOW.date(), local_time=NOW.time(), zone="UTC", region="LAC")

    for stranger in (make_liaison("MENA"), make_member()):
        with pytest.raises(NotYourClinic):
            create_clinic(clinic=new, by=stranger, now=NOW)


def test_who_comes_is_read_by_who_looks_after_the_clinic_and_by_oneself(db, client):
    clinic = make_clinic(region="MENA")
    (rsvp,) = sign_up(clinic, 1)

    assert Rsvp.objects.visible_to(rsvp.member).get() == rsvp
    assert Rsvp.objects.visible_to(make_liaison("MENA")).get() == rsvp
    assert not Rsvp.objects.visible_to(make_liaison("LAC")).exists()
    client.force_login(make_liaison("LAC"))
    assert clinic.title not in client.get(reverse("admin:clinics_clinic_changelist")).content.decode()
