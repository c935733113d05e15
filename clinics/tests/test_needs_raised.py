"""Liaisons record needs that were raised in discussions."""

import pytest
from django.db.models import TextField, Value

from clinics.domain.clinics import ClinicState
from clinics.models import RaisedNeed
from clinics.needs import raising
from clinics.needs.raising import NotYourNeed
from clinics.planning.plans import announce_clinic, cancel_clinic, hold_clinic
from clinics.tests.factories import make_clinic, make_need
from letsconnect.base.models import Act
from letsconnect.tests.database import change, refuses
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_member, make_skill

pytestmark = pytest.mark.django_db


def record(by, **fields):
    values = {"skill": make_skill("wikidata"), "raised_where": "A call", "people": 7, "region": "MENA", **fields}
    return raising.record_need(need=RaisedNeed(**values), by=by, now=NOW)


def test_a_liaison_records_a_need_of_their_region_or_of_none_and_of_no_other():
    liaison = make_liaison("MENA")

    kept = [record(liaison), record(liaison, region="")]

    assert [need.recorded_by for need in kept] == [liaison, liaison]
    for by, region in ((liaison, "LAC"), (make_member(region="MENA"), "MENA")):
        with pytest.raises(NotYourNeed):
            record(by, region=region)


@pytest.mark.parametrize(
    ("region", "needs_region", "may"),
    [("MENA", "MENA", True), ("LAC", "MENA", False), ("", "MENA", True), ("LAC", "", False)],
)
def test_who_changes_a_need_is_who_looks_after_it(region, needs_region, may):
    need, by = make_need(region=needs_region), make_liaison(region)
    acts = (
        lambda: raising.change_need(need=need, changes={"people": 9}, by=by, now=NOW),
        lambda: raising.close_need(need=need, by=by, now=NOW),
        lambda: raising.reopen_need(need=need, by=by, now=NOW),
        lambda: raising.plan_for_need(need=need, clinic=make_clinic(), by=by, now=NOW),
    )
    for act in acts:
        if may:
            act()
        else:
            with pytest.raises(NotYourNeed):
                act()

    verbs = {"change_need", "close_need", "reopen_need", "plan_for_need"}
    assert set(Act.objects.values_list("verb", flat=True)) == (verbs if may else set())


def test_a_need_is_not_handed_to_a_region_of_somebody_else():
    with pytest.raises(NotYourNeed):
        raising.change_need(need=make_need(), changes={"region": "LAC"}, by=make_liaison("MENA"), now=NOW)

    assert RaisedNeed.objects.get().region == "MENA"


def test_a_need_is_met_when_its_clinic_was_held_and_stands_when_it_was_cancelled():
    coordinator = make_coordinator()
    first, second = make_need(), make_need()
    for need, ends in ((first, "held"), (second, "cancelled")):
        clinic = make_clinic(state=ClinicState.DRAFT)
        raising.plan_for_need(need=need, clinic=clinic, by=coordinator, now=NOW)
        if ends == "held":
            announce_clinic(clinic=clinic, by=coordinator, now=NOW)
            hold_clinic(clinic=clinic, by=coordinator, now=clinic.ends_at)
        else:
            cancel_clinic(clinic=clinic, reason="Nobody could share it.", by=coordinator, now=NOW)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.closed_at, first.clinic is None) == (first.clinic.ends_at, False)
    assert (second.closed_at, second.clinic) == (None, None)
    assert list(RaisedNeed.objects.standing()) == [second]


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"words": "Also this"}, "clinics_raised_need_has_one_topic"),
        ({"skill": None}, "clinics_raised_need_has_one_topic"),
        ({"raised_where": ""}, "clinics_raised_need_says_where"),
        ({"raised_where": Value("one\ntwo", output_field=TextField())}, "clinics_raised_need_says_where"),
        ({"people": 0}, "clinics_raised_need_is_of_somebody"),
        ({"people": 10_001}, "clinics_raised_need_is_of_somebody"),
        ({"language": "English"}, "clinics_raised_need_language_is_a_code"),
        ({"region": "XX"}, "clinics_raised_need_region_is_known"),
        ({"closed_at": NOW.replace(year=2020)}, "clinics_raised_need_met_after_it_was_recorded"),
    ],
)
def test_an_impossible_need_is_refused(columns, constraint):
    refuses(constraint, change(make_need(), **columns))
