"""Leaving somebody out closes their account; why, and who of the team did it, stays with the report."""

import pytest
from django.urls import reverse

from letsconnect.base.models import Act, ActReason, SecurityEvent
from matching.models import Match
from matching.tests.factories import make_match
from registrations.accounts import closing
from registrations.models import Member, WorkingGroupSeat
from registrations.tests.factories import NOW, make_coordinator, make_member, make_registration
from trust.domain import CannotClose, NotYourReport, ReportMoveNotAllowed
from trust.models import Note
from trust.reports.handling import decide_report, name_person, reopen_account
from trust.tests.factories import make_reader, make_report

pytestmark = pytest.mark.django_db
WHY = "Threatened three people."


def leave_out(report, by, text=WHY):
    return decide_report(report=report, state="closed", outcome="left_out", text=text, by=by, now=NOW)


@pytest.fixture
def reader(db):
    make_reader()
    return make_reader()


def test_the_account_closes_what_runs_ends_and_the_log_says_only_that_the_team_did_it(reader):
    about = make_registration().member
    match = make_match("connected", learner=about.registration)
    report = make_report(about=about)

    leave_out(report, reader)

    about.refresh_from_db()
    assert (about.is_active, about.closed_by, about.closed_at) == (False, "trust", NOW)
    assert not Match.objects.live().filter(pk=match.pk).exists()
    act = Act.objects.on(about).get(verb="close_account")
    assert (act.actor, act.became) == (None, "trust")
    assert not ActReason.objects.exists()
    assert not Act.objects.filter(actor=reader).exists()
    assert not SecurityEvent.objects.filter(kind="account_closed", by__isnull=False).exists()
    assert Note.objects.get(report=report).text == WHY


@pytest.mark.parametrize("outcome", ["talked", "warned", "passed_on", "nothing_to_do", "taken_back"])
def test_no_other_outcome_closes_anything(reader, outcome):
    about = make_member()

    decide_report(report=make_report(about=about), state="closed", outcome=outcome, text="", by=reader, now=NOW)

    about.refresh_from_db()
    assert about.is_active


def test_nobody_is_left_out_before_it_is_said_whose_account_it_is(reader):
    report = make_report(about=None)

    with pytest.raises(CannotClose):
        leave_out(report, reader)

    report.refresh_from_db()
    assert report.state == "new"
    about = make_member()
    name_person(report=report, about=about, by=reader, now=NOW)
    leave_out(report, reader)
    about.refresh_from_db()
    assert about.closed_by == "trust"


def test_who_may_not_read_the_report_closes_nothing(reader):
    about = make_member()
    report = make_report(about=about)
    report.kept_from.add(reader)

    for by in (reader, make_coordinator(), make_member()):
        with pytest.raises(NotYourReport):
            leave_out(report, by)
    about.refresh_from_db()
    assert about.is_active


def test_the_last_coordinator_is_not_left_out_and_the_report_stays_open(reader):
    about = make_coordinator()
    WorkingGroupSeat.objects.exclude(member=about).delete()
    report = make_report(about=about)

    with pytest.raises(CannotClose):
        leave_out(report, reader)

    report.refresh_from_db()
    about.refresh_from_db()
    assert (report.state, about.is_active) == ("new", True)


def test_opening_the_report_again_does_not_open_the_account_and_any_report_about_them_does(reader):
    about = make_member()
    report, other = make_report(about=about), make_report(about=about)
    leave_out(report, reader)
    decide_report(report=report, state="looking", text="", by=reader, now=NOW)
    assert not Member.objects.get(pk=about.pk).is_active

    reopen_account(report=other, text="We were wrong.", by=reader, now=NOW)

    assert Member.objects.get(pk=about.pk).is_active
    assert Note.objects.filter(report=other, deed="reopened", text="We were wrong.").exists()
    assert Act.objects.on(about).get(verb="reopen_account").actor is None
    with pytest.raises(ReportMoveNotAllowed):
        reopen_account(report=other, by=reader, now=NOW)


def test_what_coordinators_closed_is_not_the_teams_to_open(reader):
    about = make_member()
    closing.close_account(member=about, reason="Spam.", by=make_coordinator(), now=NOW)

    with pytest.raises(ReportMoveNotAllowed):
        reopen_account(report=make_report(about=about), by=reader, now=NOW)


def test_the_page_of_the_report_closes_and_opens(client, reader):
    about = make_member()
    report = make_report(about=about)
    page = reverse("trust:report-detail", args=[report.number])
    again = reverse("trust:report-reopen", args=[report.number])
    client.force_login(reader)
    assert again not in client.get(page).content.decode()

    client.post(page, {"state": "closed", "outcome": "left_out", "text": WHY})

    assert not Member.objects.get(pk=about.pk).is_active
    assert again in client.get(page).content.decode()
    client.post(again, {"text": "Sorry."})
    assert Member.objects.get(pk=about.pk).is_active
    nobody = make_report(about=None)
    refused = client.post(
        reverse("trust:report-detail", args=[nobody.number]), {"state": "closed", "outcome": "left_out"}
    )
    assert refused.status_code == 422
