"""Every table of the desk says which of its rows a member of the working group has to do with."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
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
from letsconnect.base.admin import DeskInline, WorkingGroupAdmin
from registrations.models import WorkingGroupSeat
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_member

DESKS = sorted(admin.site._registry.values(), key=str)


def rows(desk, member):
    request = RequestFactory().get("/admin/")
    request.user = member
    return desk.get_queryset(request)


@pytest.mark.parametrize("desk", DESKS, ids=str)
def test_every_table_of_the_desk_has_a_rule_or_says_why_not(desk):
    has_rule = hasattr(desk.model._default_manager.all(), desk.scope)

    assert isinstance(desk, WorkingGroupAdmin)
    assert has_rule != bool(desk.unscoped_because)
    assert all(issubclass(inline, DeskInline) for inline in desk.inlines)


@pytest.mark.parametrize("desk", DESKS, ids=str)
def test_a_table_shows_nothing_to_whoever_has_no_seat(desk, world):
    ended = make_member()
    WorkingGroupSeat.objects.create(
        member=ended, role="coordinator", from_on=NOW.date() - timedelta(days=9), until_on=NOW.date()
    )

    tomorrow = make_member()
    WorkingGroupSeat.objects.create(member=tomorrow, role="coordinator", from_on=NOW.date() + timedelta(days=1))

    for member in (make_member(), ended, tomorrow, AnonymousUser(), make_liaison("LAC", is_active=False)):
        assert not rows(desk, member).exists()


@pytest.mark.parametrize("desk", DESKS, ids=str)
def test_a_table_without_a_rule_shows_nothing(desk, world):
    """What a table shows is decided by its rule alone: take it away, and the table is empty, not whole."""

    class Forgotten(type(desk)):
        scope, unscoped_because = "nothing_of_that_name", ""

    assert not rows(Forgotten(desk.model, admin.site), world.people["coordinator"]).exists()


FILTERS = [(desk, one) for desk in DESKS for one in desk.list_filter if not isinstance(one, str)]


@pytest.mark.parametrize(("desk", "chosen"), FILTERS, ids=str)
def test_a_filter_nobody_offers_shows_nothing_instead_of_all(desk, chosen, world, client):
    client.force_login(world.people["coordinator"])
    path = reverse(f"admin:{desk.opts.app_label}_{desk.opts.model_name}_changelist")

    shown = client.get(path, {chosen.parameter_name: "987654321"})

    assert shown.status_code == 200
    assert not shown.context["cl"].queryset.exists()


def test_an_export_with_a_filter_nobody_offers_hands_out_nobody(world, client):
    client.force_login(world.people["coordinator"])
    export = reverse("admin:registrations_registration_export")

    def lines(query):
        return b"".join(client.post(f"{export}?show=all{query}", {"format": "csv"}).streaming_content).count(b"\n")

    assert lines("&agreed=maybe") == lines("&claim=x") == 1
    assert lines("") > 2


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


def test_a_sharer_nobody_showed_cannot_be_swapped_in(world, client):
    """A match is mine by its sharer; the learner and a sharer of elsewhere are somebody else's to put together."""
    match = world.proposed
    match.learner.region = "LAC"
    match.learner.save(update_fields=["region"])
    elsewhere = world.people["other"].registration
    client.force_login(world.people["liaison"])

    typed = {"sharer": elsewhere.pk, "skill": world.skill.pk}
    before = (match.sharer_id, match.skill_id, match.state)
    assert client.post(reverse("admin:matching_match_swap", args=[match.pk]), typed).status_code == 404
    match.refresh_from_db()
    assert (match.sharer_id, match.skill_id, match.state) == before
