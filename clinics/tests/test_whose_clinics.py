"""A clinic is looked after in its region or by whoever created it, and touched by nobody else."""

from datetime import timedelta

import pytest
from django.urls import reverse

from clinics.domain import ClinicState, NotYourClinic
from clinics.models import Clinic, Rsvp
from clinics.planning.plans import (
    announce_clinic,
    archive_clinic,
    cancel_clinic,
    change_clinic,
    create_clinic,
    hold_clinic,
    reschedule,
    save_text,
)
from clinics.tests.factories import make_clinic, sign_up
from registrations.models import WorkingGroupSeat
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_member


def test_clinics_are_looked_after_by_region_or_by_whoever_created_them(db):
    mena, lac, coordinator = make_liaison("MENA"), make_liaison("LAC"), make_coordinator()
    of_mena, of_nobody = make_clinic(region="MENA"), make_clinic()
    made = create_clinic(clinic=Clinic(local_date=NOW.date(), local_time=NOW.time(), zone="UTC"), by=lac, now=NOW)

    def theirs(member):
        return set(Clinic.objects.looked_after_by(member))

    assert theirs(mena) == {of_mena}
    assert theirs(lac) == {made}
    assert theirs(coordinator) == {of_mena, of_nobody, made}
    WorkingGroupSeat.objects.filter(member=lac).update(until_on=NOW.date() - timedelta(days=1), from_on="2025-01-01")
    assert theirs(type(lac).objects.get(pk=lac.pk)) == set()


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
