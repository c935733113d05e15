"""The report on needs, beside counting by hand: loops over people, in random worlds."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinics.tests.factories import make_attendance, make_clinic
from matching.models import SessionOutcome
from matching.tests.factories import make_match
from matching.tests.session_factories import make_session
from registrations.tests.factories import NOW, make_coordinator, make_registration, make_skill
from reports.catalogue import ReportQuestion
from reports.domain.periods import Period
from reports.domain.tables import HIDDEN
from reports.needs.counting import half_years, skill_figures, wishes_on
from reports.needs.report import BY_REGION, SKILLS, tables
from reports.row_names import joined_key

pytestmark = pytest.mark.django_db
YEAR = Period(date(2026, 1, 1), date(2026, 2, 28))
OUTCOMES = ("met_one_to_one", "met_in_clinics", "unmet")
REGIONS = ["MENA", "SSA", "LAC", ""]


class World:
    """People with their wishes, and what became of these: kept as plain objects beside the rows."""

    def __init__(self, seed, people):
        chance = random.Random(seed)
        old = make_skill("old")
        self.skills = {"old": "new", "new": "new", "kept": "kept"}
        self.people = []
        rows = {}
        clinics = {skill: make_clinic(starts_at=NOW - timedelta(days=30)) for skill in ("new", "kept")}
        for skill, clinic in clinics.items():
            clinic.skills.set([make_skill(skill)])
            clinic.save()
        for number in range(people):
            state = chance.choice(["approved"] * 6 + ["submitted"])
            person = {
                "region": chance.choice(REGIONS),
                "wishes": chance.sample(["old", "new", "kept"], chance.randint(0, 3)),
                "offers": chance.sample(["old", "kept"], chance.randint(0, 2)),
                "counts": state == "approved",
                "registered_at": chance.choice([NOW - timedelta(days=days) for days in (10, 100, 250, 500)]),
                "met": set(),
                "came": set(),
            }
            row = make_registration(
                state=state,
                region=person["region"],
                wishes=person["wishes"],
                offers=person["offers"],
                submitted_at=person["registered_at"],
                paused_until=None,
            )
            if chance.random() < 0.15:
                row.paused_until = (NOW + timedelta(days=9)).date()
                row.save()
                person["counts"] = False
            self.people.append(person)
            rows[number] = row
        for number, person in enumerate(self.people):
            if person["counts"] and person["wishes"] and chance.random() < 0.4:
                skill = chance.choice(person["wishes"])
                verdict = chance.choice(["met", "met", "unknown"])
                match = make_match("connected", learner=rows[number], skill=skill, sharer=rows[(number + 1) % people])
                session = make_session(match=match, starts_at=NOW - timedelta(days=4 + number))
                settled = NOW if verdict != "unknown" else None
                SessionOutcome.objects.create(session=session, asked_at=NOW, settled_at=settled, verdict=verdict)
                if verdict == "met":
                    person["met"].add(self.skills[skill])
            if chance.random() < 0.4:
                skill = chance.choice(["new", "kept"])
                make_attendance(clinics[skill], rows[number].member)
                person["came"].add(skill)
        old.state, old.merged_into = "merged", make_skill("new")
        old.save()

    def by_hand(self, skill):
        """Return the wishes by region and outcome, those who registered lately and before, and the offers by region."""
        wishes, since, offers = Counter(), Counter(), Counter()
        first = datetime(2026, 3, 1, tzinfo=UTC)
        for person in self.people:
            if not person["counts"]:
                continue
            if skill in {self.skills[wish] for wish in person["wishes"]}:
                outcome = "unmet"
                if skill in person["met"]:
                    outcome = "met_one_to_one"
                elif skill in person["came"]:
                    outcome = "met_in_clinics"
                wishes[person["region"], outcome] += 1
                registered_at = person["registered_at"]
                if datetime(2025, 9, 1, tzinfo=UTC) <= registered_at < first:
                    since["lately"] += 1
                elif datetime(2025, 3, 1, tzinfo=UTC) <= registered_at < datetime(2025, 9, 1, tzinfo=UTC):
                    since["before"] += 1
                else:
                    since["earlier"] += 1
            if skill in {self.skills[offer] for offer in person["offers"]}:
                offers[person["region"]] += 1
        return wishes, since, offers


@pytest.mark.parametrize("seed", [1, 2, *(pytest.param(seed, marks=pytest.mark.chaos) for seed in range(3, 13))])
@time_machine.travel(NOW, tick=False)
def test_needs_are_those_of_counting_one_person_after_the_other(seed):
    world = World(seed, people=24)

    figures = skill_figures(wishes_on(NOW), on=NOW.date())
    for slug in ("new", "kept"):
        of_it = figures[make_skill(slug).pk]
        wishes, since, offers = world.by_hand(slug)
        assert (+of_it.wishes, +of_it.since, +of_it.offers) == (wishes, since, offers)
    assert make_skill("old").pk not in figures
    shown = {
        row.key: row.cells for table in tables(ReportQuestion(YEAR, make_coordinator(), NOW)) for row in table.rows
    }
    for slug in ("new", "kept"):
        wishes, since, offers = world.by_hand(slug)
        key = f"skill:{slug}"
        for region in (*REGIONS, "all"):
            there = [region] if region != "all" else REGIONS
            got = [sum(wishes[each, outcome] for each in there) for outcome in OUTCOMES]
            figures = [sum(got), sum(offers[each] for each in there), *got]
            cells = shown.get(joined_key(key, "regions:all" if region == "all" else f"region:{region}"))
            assert all(cell in (n, HIDDEN) for cell, n in zip(cells[2:] if cells else [0] * 5, figures, strict=True))
        of_skill = [*figures, since["lately"], since["before"]]
        assert all(cell in (n, HIDDEN) for cell, n in zip(shown[key][1:], of_skill, strict=True))


def test_half_years_are_whole_months_and_leave_out_the_one_that_goes_on():
    halves = half_years(datetime(2026, 3, 2, tzinfo=UTC))
    assert [moment.date().isoformat() for moment in halves] == ["2025-03-01", "2025-09-01", "2026-03-01"]
    assert half_years(datetime(2026, 8, 31, tzinfo=UTC)).before.date().isoformat() == "2025-08-01"


@time_machine.travel(NOW, tick=False)
def test_the_page_draws_the_needs_shows_no_small_number_and_leads_to_a_clinic(client):
    skill = make_skill("needed")
    for count, region in ((7, "MENA"), (6, "LAC"), (2, "SSA")):
        for _each in range(count):
            make_registration(region=region, wishes=[skill])
    for _each in range(6):
        make_registration(region="MENA", offers=[skill], speaks=[])
    client.force_login(make_coordinator())
    address = reverse("admin:reports_report", args=["needs"])
    with CaptureQueriesContext(connection) as few:
        page = client.get(address)
    on_page = {table.key: table for table in page.context["tables"]}

    assert on_page[SKILLS].rows[0].cells[1:] == (15, 6, 0, 0, 15, 0, 0), "of this month nobody counts as new"
    regions = {row.cells[1]: row.cells[2] for row in on_page[BY_REGION].rows}
    assert regions["Sub-Saharan Africa"] is HIDDEN
    assert [count for count in regions.values() if count == 2] == []
    assert f"{reverse('admin:clinics_topicrequest_need', args=[skill.pk])}?region=MENA" in page.text

    for number in range(30):
        make_registration(region="SA", wishes=[f"w{number}"], offers=[f"o{number}"])
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(few) == len(many) <= 15
