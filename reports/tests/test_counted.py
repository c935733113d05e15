"""From a number to the list of exactly those whom it counts: as many rows, and only for who may see them."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinics.tests.factories import make_attendance, make_clinic
from matching.models import RoundParticipant
from matching.tests.factories import make_round
from registrations.models import Registration
from registrations.tests.factories import make_coordinator, make_liaison, make_member, make_registration, make_skill
from reports.catalogue import ReportQuestion, all_reports, lists_of
from reports.domain.periods import year_so_far
from reports.tests.worlds import BEGINS, NOW, RandomWorld

pytestmark = pytest.mark.django_db


def numbers_of(report, asked):
    """Yield each number of which there is a list, with where it stands."""
    lists = lists_of(report.name)
    for table in report.tables(asked):
        for row in table.rows:
            for column, cell in zip(table.columns, row.cells, strict=True):
                if lists and (table.key, column.key) in lists.people | lists.clinics:
                    yield table.key, row.key, column.key, cell


@pytest.mark.parametrize("seed", [31, *(pytest.param(seed, marks=pytest.mark.chaos) for seed in range(32, 38))])
@time_machine.travel(NOW, tick=False)
def test_there_are_as_many_rows_as_the_number_says_in_worlds_of_chance(seed):
    world = RandomWorld(seed, size=70)
    round_ = make_round("published", published_at=BEGINS + timedelta(days=9), published_by=world.coordinator)
    for number, row in enumerate(world.registrations[:40]):
        world.wish(row)
        left = world.random.choice(["", "places_taken", "places_taken", "too_few_hours"])
        RoundParticipant.objects.create(round=round_, number=number, registration=row, is_learner=True, left_out=left)
    asked, again = (ReportQuestion(year_so_far(2026, today=NOW.date()), world.coordinator, NOW) for _twice in range(2))
    seen = set()
    for report in all_reports():
        lists = lists_of(report.name)
        counted = lists and lists.counted(again)
        for table, row, figure, cell in numbers_of(report, asked):
            if isinstance(cell, int):
                assert counted(table, row, figure).number == cell, (report.name, table, row, figure)
                seen |= {(report.name, table)} if cell else set()

    assert seen >= {
        ("needs", "skills"),
        ("participation", "months"),
        ("participation", "regions"),
        ("participation", "kinds"),
        ("participation", "registered"),
        ("first-sessions", "steps"),
        ("clinics", "months"),
        ("fairness", "rounds"),
    }
    for name in ("gender-and-age", "people"):
        assert lists_of(name) is None, "answers in confidence have no rows"


def counted_page(client, report, table, row, figure):
    return client.get(reverse("admin:person_counted", args=[report, table]), {"row": row, "figure": figure})


@time_machine.travel(NOW, tick=False)
def test_a_number_leads_to_its_people_for_who_looks_after_them_and_a_hidden_one_to_nobody(client):
    skill, clinic = make_skill("needed"), make_clinic(state="held", starts_at=BEGINS + timedelta(days=30))
    for region, number in {"MENA": 23, "LAC": 8, "SSA": 2}.items():
        for place in range(number):
            row = make_registration(
                region=region, wishes=[skill], member=make_member(name=f"{region}-{place}.", region=region)
            )
            if region != "SSA":
                make_attendance(clinic, row.member, joined_at=clinic.starts_at)
    for _alone in range(6):
        make_attendance(clinic, make_member(region="MENA", name="Zed Alone"), joined_at=clinic.starts_at)
    coordinator, liaison = make_coordinator(), make_liaison("MENA")
    unmet = ("needs", "regions", "skill:needed|region:MENA", "unmet")
    came = ("participation", "regions", "region:MENA", "people")

    client.force_login(coordinator)
    first, everybody = counted_page(client, *unmet), counted_page(client, *came)
    report = client.get(reverse("admin:reports_report", args=["needs"])).text
    assert "23 people" in first.text and "MENA-1." in first.text and "LAC-" not in first.text
    assert "29 people" in everybody.text
    assert everybody.context["page"].paginator.count == 29 and not everybody.context["others"]
    assert "row=skill%3Aneeded%7Cregion%3AMENA&amp;figure=unmet" in report
    assert "row=skill%3Aneeded%7Cregion%3ASSA&amp;figure=unmet" not in report, "it is hidden"
    for hidden in (
        ("needs", "regions", "skill:needed|region:SSA", "unmet"),
        ("participation", "regions", "region:SSA", "people"),
        ("needs", "regions", "skill:needed|region:NA", "unmet"),
        ("gender-and-age", "gender", "2024", "answers"),
        ("people", "people", "region:MENA", "approved"),
        ("clinics", "months", "all", "came"),
        ("needs", "skills", "skill:gone", "unmet"),
        ("needs", "skills", "", ""),
        ("fairness", "regions", "round:x|region:MENA", "waited"),
    ):
        assert counted_page(client, *hidden).status_code == 404, hidden
    assert counted_page(client, "clinics", "months", "all", "held").context["page"].paginator.count == 1
    for number in (
        unmet,
        came,
        ("first-sessions", "steps", "step:registered", "people"),
        ("clinics", "nights", "region:NA", "held"),
    ):
        with CaptureQueriesContext(connection) as asked:
            assert counted_page(client, *number).status_code == 200
        assert len(asked) <= 15, number

    client.force_login(liaison)
    theirs = client.get(reverse("admin:reports_report", args=["needs"])).text
    assert counted_page(client, *unmet).context["page"].paginator.count == 23
    assert "region%3AMENA" in theirs and "region%3ALAC" not in theirs
    for of_others in (
        ("needs", "regions", "skill:needed|region:LAC", "unmet"),
        ("needs", "skills", "skill:needed", "unmet"),
    ):
        assert counted_page(client, *of_others).status_code == 404
    Registration.objects.filter(member__name="MENA-1.").update(region="")  # the account is of the region only
    page = counted_page(client, *came)
    assert (page.context["page"].paginator.count, page.context["others"]) == (28, 1)
    assert "MENA-1." not in page.text and "1 more person" in page.text
