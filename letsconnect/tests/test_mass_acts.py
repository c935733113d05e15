"""Acts on many rows: stopped between two steps, by workers who die, by rows that fail; what the database refuses."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, OperationalError, transaction
from django.urls import reverse

from letsconnect.base import mass_acts
from letsconnect.base.mass_acts import AT_ONCE, MassActRefused
from letsconnect.base.models import Act, MassAct, MassActOutcome
from letsconnect.tests.at_once import at_once
from mailings.models import Letter
from registrations.admin.mass_acts import ACCEPT, INVITE, review_kind
from registrations.domain.registrations import RegistrationState
from registrations.models import Member, Registration
from registrations.review import deciding
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_registration

APPROVE = review_kind(RegistrationState.APPROVED)
LATER = NOW + timedelta(minutes=5)


def many(count=AT_ONCE + 5, **fields):
    return [make_registration(state="submitted", **fields) for _ in range(count)]


def begun(rows, by, kind=APPROVE):
    act = mass_acts.prepare(kind=kind, rows=rows, by=by, now=NOW)
    return mass_acts.begin(act=act, note="", by=by, now=NOW)


def approved():
    return Registration.objects.filter(state="approved").count()


def test_a_worker_does_it_in_steps_and_says_what_became_of_each_row(db):
    liaison, rows = make_liaison(region="MENA"), many()
    elsewhere, gone = make_registration(state="submitted", region="LAC"), rows[3]
    act = begun([*rows, elsewhere], liaison)
    Registration.objects.filter(pk=gone.pk).update(version=gone.version + 1)

    assert mass_acts.work_waiting(now=LATER) == 1

    act.refresh_from_db()
    assert (act.state, act.note) == ("done", "") and act.finished_at >= LATER
    assert mass_acts.outcomes(act) == {"waiting": 0, "done": AT_ONCE + 4, "refused": 2, "left": 0}
    assert mass_acts.reasons(act) == [
        ("It is not yours to see any more.", 1),
        ("It was changed once more meanwhile. Please look again.", 1),
    ]
    assert approved() == AT_ONCE + 4
    assert mass_acts.work_waiting(now=LATER) == 0


def test_cancelled_between_two_steps_the_rest_stays_as_it_was(db, monkeypatch):
    liaison = make_liaison(region="MENA")
    act = begun(many(), liaison)
    mass_acts._step(act.pk, now=LATER)

    mass_acts.cancel(act=act, by=liaison, now=LATER)
    mass_acts.work_waiting(now=LATER)

    act.refresh_from_db()
    assert act.state == "cancelled" and approved() == AT_ONCE
    assert mass_acts.outcomes(act)[MassActOutcome.LEFT] == 5
    with pytest.raises(MassActRefused, match="finished already"):
        mass_acts.cancel(act=act, by=liaison, now=LATER)


def test_a_row_that_fails_keeps_no_other_from_its_turn(db, monkeypatch, caplog):
    liaison, rows = make_liaison(region="MENA"), many(3)
    act, review = begun(rows, liaison), deciding.review

    def breaks(*, registration, **rest):
        if registration == rows[1]:
            raise ZeroDivisionError
        return review(registration=registration, **rest)

    monkeypatch.setattr(deciding, "review", breaks)
    mass_acts.work_waiting(now=LATER)

    assert approved() == 2 and mass_acts.reasons(act)[0][0].startswith("Something went wrong here")
    assert "ZeroDivisionError" in caplog.text


def test_a_worker_that_dies_costs_a_minute_and_nobody_gets_two_emails(db, monkeypatch):
    act, step = begun(many(), make_liaison(region="MENA")), mass_acts._step

    def dies(key, *, now):
        step(key, now=now)
        raise OperationalError("the server went away")

    monkeypatch.setattr(mass_acts, "_step", dies)
    with pytest.raises(OperationalError):
        mass_acts.work_waiting(now=NOW)
    monkeypatch.setattr(mass_acts, "_step", step)

    assert mass_acts.work_waiting(now=NOW + timedelta(seconds=30)) == 0
    assert mass_acts.nudge_overlooked(NOW + timedelta(seconds=30)) == 0
    assert mass_acts.nudge_overlooked(LATER) == 1
    assert mass_acts.work_waiting(now=LATER) == 1
    act.refresh_from_db()
    assert act.state == "done" and approved() == AT_ONCE + 5
    assert Letter.objects.filter(kind="registrations.approved").count() == AT_ONCE + 5


def test_who_has_lost_the_account_meanwhile_decides_on_nothing(db):
    liaison = make_liaison(region="MENA")
    act = begun(many(2), liaison)
    Member.objects.filter(pk=liaison.pk).update(is_active=False)

    mass_acts.work_waiting(now=LATER)

    assert approved() == 0 and mass_acts.outcomes(act)[MassActOutcome.REFUSED] == 2


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_the_same_moment_begin_it_once(monkeypatch):
    monkeypatch.setattr(mass_acts, "AT_ONCE", 1)
    liaison = make_liaison(region="MENA")
    act = mass_acts.prepare(kind=APPROVE, rows=many(2), by=liaison, now=NOW)

    press = partial(mass_acts.begin, act=act, note="", by=liaison, now=NOW)
    results = at_once(press, press, refusals=(MassActRefused,))

    assert sum(isinstance(result, MassActRefused) for result in results) == 1
    assert Act.objects.filter(verb="begin_mass_act").count() == 1


def test_who_may_prepare_begin_and_stop(db):
    liaison, other, coordinator = make_liaison(region="MENA"), make_liaison(region="LAC"), make_coordinator()
    with pytest.raises(MassActRefused):
        mass_acts.prepare(kind=INVITE, rows=many(1), by=liaison, now=NOW)
    with pytest.raises(MassActRefused, match="Nothing is chosen"):
        mass_acts.prepare(kind=ACCEPT, rows=[], by=liaison, now=NOW)
    act = mass_acts.prepare(kind=APPROVE, rows=many(1), by=liaison, now=NOW)
    with pytest.raises(MassActRefused):
        mass_acts.begin(act=act, note="", by=coordinator, now=NOW)
    mass_acts.begin(act=act, note="", by=liaison, now=NOW)
    with pytest.raises(MassActRefused):
        mass_acts.cancel(act=act, by=other, now=NOW)
    assert mass_acts.cancel(act=act, by=coordinator, now=NOW).state == "cancelled"


def test_the_page_says_how_far_it_is_and_the_list_says_what_became_of_each(db, client):
    liaison, rows = make_liaison(region="MENA"), many()
    act = begun(rows, liaison)
    mass_acts._step(act.pk, now=NOW)
    client.force_login(liaison)
    page = client.get(reverse("admin:base_massact_change", args=[act.pk]))
    assert page.context["settled"] == AT_ONCE and page.context["total"] == AT_ONCE + 5 and page.context["reloads"]

    table = b"".join(client.get(reverse("admin:base_massact_rows", args=[act.pk])).streaming_content).decode()

    assert table.count('"done"') == AT_ONCE and table.count('"still to do"') == 5
    assert str(rows[0]) in table


def test_old_ones_are_forgotten_and_what_is_worked_on_stays(db):
    liaison = make_liaison(region="MENA")
    mass_acts.prepare(kind=APPROVE, rows=many(1), by=liaison, now=NOW)
    running, done = begun(many(1), liaison), begun(many(1), liaison)
    mass_acts._step(done.pk, now=NOW)

    assert mass_acts.forget_old(NOW + timedelta(hours=25)) == 1
    assert mass_acts.forget_old(NOW + timedelta(days=31)) == 1
    assert list(MassAct.objects.all()) == [running]


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        ("base_mass_act_state_is_known", {"state": "half"}),
        ("base_finished_mass_act_says_when_and_keeps_no_note", {"state": "done"}),
        ("base_finished_mass_act_says_when_and_keeps_no_note", {"state": "done", "finished_at": LATER, "note": "x"}),
        ("base_finished_mass_act_says_when_and_keeps_no_note", {"state": "running", "finished_at": LATER}),
        ("base_nobody_works_on_what_is_not_begun", {"worked_at": LATER}),
        ("base_mass_act_ends_after_it_begins", {"state": "done", "finished_at": NOW - timedelta(1)}),
    ],
)
def test_the_database_refuses_an_act_that_cannot_be(db, rule, wrong):
    act = mass_acts.prepare(kind=APPROVE, rows=many(1), by=make_liaison(region="MENA"), now=NOW)

    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        MassAct.objects.filter(pk=act.pk).update(**wrong)


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        ("base_mass_act_outcome_is_known", {"outcome": "half"}),
        ("base_refused_row_says_why", {"outcome": "refused"}),
        ("base_nothing_is_said_of_rows_left_alone", {"reason": "x"}),
        ("base_nothing_is_said_of_rows_left_alone", {"outcome": "left", "reason": "x"}),
        ("base_mass_act_has_each_row_once", "twice"),
    ],
)
def test_the_database_refuses_a_row_that_cannot_be(db, rule, wrong):
    act = mass_acts.prepare(kind=APPROVE, rows=many(2), by=make_liaison(region="MENA"), now=NOW)
    first, second = act.rows.order_by("pk")
    wrong = {"object_id": second.object_id} if wrong == "twice" else wrong

    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        act.rows.filter(pk=first.pk).update(**wrong)
