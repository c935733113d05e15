"""Who took part, against a count by hand: loops over plain objects, which share no query with the report."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from clinics.models import Attendance, Clinic, ClinicPerson
from clinics.tests.factories import make_attendance, make_clinic, make_person
from letsconnect.base.models import Act
from letsconnect.base.small_counts import SMALLEST_COUNT_SHOWN as LEAST
from matching.models import Match, SessionOutcome
from registrations.domain.registrations import GroupKind, Region
from registrations.models import Group, Member, Registration
from registrations.tests.factories import make_liaison, make_member
from reports.catalogue import ReportQuestion
from reports.domain.periods import Period
from reports.domain.tables import HIDDEN
from reports.files import as_json
from reports.participation import first_hours, who
from reports.people import today
from reports.tests.worlds import NOW, PERIOD, RandomWorld

ALL_ROLES = ("learned", "shared", "hosted", "interpreted")
ROLES = {"sharer": "shared", "host": "hosted", "helper": "hosted", "interpreter": "interpreted"}


def parts_taken():
    """Yield (person, role, kind, moment, occasion) of everything that ever took place."""
    for outcome in SessionOutcome.objects.all():
        if outcome.verdict == "met" and outcome.session.starts_at < NOW:
            at, occasion = outcome.session.starts_at, ("session", outcome.session.pk)
            yield outcome.session.learner.member, "learned", "one-to-one", at, occasion
            yield outcome.session.sharer.member, "shared", "one-to-one", at, occasion
    for clinic in Clinic.objects.all():
        is_over = clinic.state in ("held", "archived") or (clinic.state == "announced" and clinic.ends_at <= NOW)
        if not is_over or clinic.starts_at >= NOW:
            continue
        kind = f"clinic-{clinic.for_whom}" if clinic.format == "clinic" else clinic.format
        with_part = set()
        for person in ClinicPerson.objects.filter(clinic=clinic):
            if person.state == "accepted":
                proved = EmailAddress.objects.filter(email=person.address, verified=True).first()
                somebody = person.member or (proved.user if proved else person.address)
                with_part.add(somebody)
                yield somebody, ROLES[person.role], kind, clinic.starts_at, ("clinic", clinic.pk)
        for attendance in Attendance.objects.filter(clinic=clinic):
            if attendance.member not in with_part:
                yield attendance.member, "learned", kind, clinic.starts_at, ("clinic", clinic.pk)


def registration_of(person):
    return Registration.objects.filter(member=person).first() if isinstance(person, Member) else None


def region_of(person):
    registration = registration_of(person)
    of_account = person.region if isinstance(person, Member) else ""
    return (registration.region if registration else "") or of_account


def in_time(moment):
    return moment is not None and PERIOD.first_on <= moment.date() <= PERIOD.last_on


def by_hand():
    """Return what stands in each cell of the tables of people: {(table, row, column): number}."""
    parts = list(parts_taken())
    within = [part for part in parts if in_time(part[3])]
    people = {part[0] for part in within}
    first = {person: min(part[3] for part in parts if part[0] == person) for person in people}
    counted = {}

    def put(table, row, rows, is_new):
        there = {part[0] for part in rows}
        counted[table, row, "people"] = len(there)
        counted[table, row, "newcomers"] = sum(is_new(first[person]) for person in there)
        counted[table, row, "returning"] = sum(not is_new(first[person]) for person in there)
        for role in ALL_ROLES:
            counted[table, row, role] = len({part[0] for part in rows if part[1] == role})

    for month in range(2, 7):
        rows = [part for part in within if part[3].month == month]
        put("months", f"month:2026-{month:02}", rows, lambda at, month=month: in_time(at) and at.month == month)
    for region in (*Region.values, ""):
        rows = [part for part in within if region_of(part[0]) == region]
        put("regions", f"region:{region}", rows, lambda at: at.date() >= PERIOD.first_on)
        registered = [
            row for row in Registration.objects.filter(state="approved") if (row.region or row.member.region) == region
        ]
        came = [row for row in registered if row.member in people]
        counted["registered", f"region:{region}", "registered"] = len(registered)
        counted["registered", f"region:{region}", "came"] = len(came)
        counted["registered", f"region:{region}", "unregistered"] = len({part[0] for part in rows}) - len(came)
    for column in ("registered", "came", "unregistered"):
        each = [counted["registered", f"region:{region}", column] for region in (*Region.values, "")]
        counted["registered", "all", column] = sum(each)
    kinds = ("one-to-one", "clinic-all", "clinic-region", "clinic-regions", "connectathon", "community_call")
    for kind in kinds:
        put("kinds", f"kind:{kind}", [part for part in within if part[2] == kind], lambda at: True)
    for table in ("months", "regions", "kinds"):
        put(table, "all", within, lambda at: at.date() >= PERIOD.first_on)
    counted = {key: count for key, count in counted.items() if key[0] != "kinds" or key[2] in ("people", *ALL_ROLES)}

    natives = {}
    for person in people:
        registration = registration_of(person)
        spoken = registration.spoken_languages.all() if registration else ()
        for code in [language.code for language in spoken if language.level == 6] or [None]:
            natives.setdefault(code, set()).add(person)
    unknown = natives.pop(None, set())
    in_order = sorted(natives, key=lambda code: (-len(natives[code]), code))
    few = [code for code in in_order if len(natives[code]) < LEAST]
    rows = [code for code in in_order if code not in few]
    others = {person for code in few for person in natives[code]}
    while rows and 0 < len(others) < LEAST:  # they take the smallest of the others with them
        others |= natives[rows.pop()]
    for code in rows:
        counted["languages", f"language:{code}", "people"] = len(natives[code])
    counted["languages", "languages:other", "people"] = len(others)
    counted["languages", "languages:unknown", "people"] = len(unknown)

    groups = {registration.group for person in people if (registration := registration_of(person))}
    for kind in (*GroupKind.values, "all"):
        of_kind = [group for group in Group.objects.all() if group.is_active and kind in (group.kind, "all")]
        row = f"group:{kind}" if kind != "all" else "all"
        counted["groups", row, "known"] = len(of_kind)
        counted["groups", row, "reached"] = len([group for group in of_kind if group in groups])
        share = int(100 * counted["groups", row, "reached"] / len(of_kind) + 0.5) if of_kind else None
        counted["groups", row, "percent"] = share
    summary = ("summary", "period:2026-02-10/2026-06-20")
    countries = {
        (registration.country if registration else "") or person.country
        for person in people
        if isinstance(person, Member)
        for registration in [registration_of(person)]
    }
    counted[(*summary, "people")] = len(people)
    counted[(*summary, "countries")] = len(countries - {""})
    counted[(*summary, "languages")] = len(natives)
    counted[(*summary, "groups")] = len(groups - {None})
    counted[(*summary, "sessions")] = len({part[4] for part in within if part[4][0] == "session"})
    counted[(*summary, "clinics")] = len({part[4] for part in within if part[4][0] == "clinic"})
    return counted


def cells_of(tables):
    return {
        (table.key, row.key, column.key): cell
        for table in tables
        for row in table.rows
        for column, cell in zip(table.columns, row.cells, strict=True)
        if column.is_figure
    }


def check_who(world):
    owner = world.members[0]
    EmailAddress.objects.create(user=owner, email="owner@example.org", verified=True)
    EmailAddress.objects.create(user=world.members[1], email="sol@example.org", verified=False)
    counted, shown = by_hand(), cells_of(who.tables(world.asked))

    wrong = {key: (shown[key], count) for key, count in counted.items() if shown[key] not in (count, HIDDEN)}
    assert not wrong
    of_people = {key: cell for key, cell in shown.items() if key[0] not in ("groups", "summary")}
    assert not [key for key, cell in of_people.items() if isinstance(cell, int) and 0 < cell < LEAST]
    assert set(counted) >= set(of_people)
    check_people_of_today(world, shown)
    assert len(world.members) < 20 or [cell for cell in of_people.values() if isinstance(cell, int) and cell > LEAST]


def check_people_of_today(world, shown):
    """The report on people, by hand; and who is registered stands in it as in this one, of whatever year."""
    (table,) = today.tables(world.asked)
    by_region = dict(zip([*Region.values, "", "all"], (row.cells for row in table.rows), strict=True))
    for column, state in ((1, "approved"), (2, "submitted")):
        rows = [row for row in Registration.objects.all() if row.state == state]
        for region, cells in by_region.items():
            there = [row for row in rows if region in ("all", row.region or (row.member.region if row.member else ""))]
            assert cells[column] in (len(there), HIDDEN)
    year_before = replace(world.asked, period=Period(date(2025, 1, 1), date(2025, 12, 31)))
    other = cells_of(who.tables(year_before))
    for region, cells in by_region.items():
        key = ("registered", region if region == "all" else f"region:{region}", "registered")
        assert shown[key] == other[key] == cells[1]


def steps_by_hand():
    """Return for each person who registered here within the time when they took each step, as far as they came."""
    ways = []
    acts = [act for act in Act.objects.all() if act.object_type == "registrations.registration"]
    every_match = Match.objects.select_related("learner", "sharer")
    outcomes = SessionOutcome.objects.select_related("session__learner", "session__sharer")
    for row in Registration.objects.select_related("member"):
        own = sorted((act.at, act.verb, act.became) for act in acts if act.object_id == row.pk)
        handed_in = [at for at, verb, _became in own if verb == "submit_registration"]
        came = row.claimed_at if row.source == "import" else (handed_in or [row.submitted_at])[0]
        if row.member is None or not in_time(came):
            continue
        approved = [at for at, _verb, became in own if became == "approved"]
        if not approved and row.state == "approved":
            approved = [row.reviewed_at]
        matches = [match for match in every_match if row in (match.learner, match.sharer) and match.asked_at]
        asked = sorted(match.asked_at for match in matches)
        connected = sorted(match.connected_at for match in matches if match.connected_at)
        met = sorted(
            outcome.session.starts_at
            for outcome in outcomes
            if outcome.verdict == "met"
            if row in (outcome.session.learner, outcome.session.sharer) and outcome.session.starts_at < NOW
        )
        ways.append([came, *((moments or [None])[0] for moments in (approved, asked, connected, met))])
    return ways


def check_steps(world):
    ways = steps_by_hand()
    (table,) = first_hours.tables(world.asked)
    reached = [[way for way in ways if any(way[step:])] for step in range(5)]
    for step, row in enumerate(table.rows):
        _label, people, percent, median, ninetieth, between = row.cells
        if people is HIDDEN:
            continue
        assert people == len(reached[step])
        assert percent in (HIDDEN, None, int(100 * people / max(1, len(ways)) + 0.5))
        steps = [max(0, (way[step] - way[step - 1]).days) for way in reached[step] if way[step] and way[step - 1]]
        if step and len(steps) >= LEAST:
            assert sum(day <= between for day in steps) * 2 >= len(steps) > sum(day < between for day in steps) * 2
        days = sorted(max(0, (way[step] - way[0]).days) for way in reached[step] if way[step])
        if step and len(days) >= LEAST:
            assert sum(day <= median for day in days) * 2 >= len(days) > sum(day < median for day in days) * 2
            assert (
                sum(day <= ninetieth for day in days) * 10 >= len(days) * 9 > sum(day < ninetieth for day in days) * 10
            )
    return [row.cells[1] for row in table.rows]


@pytest.mark.django_db
def test_who_took_part_and_how_far_people_came_is_what_a_count_by_hand_finds():
    world = RandomWorld(1, size=24)
    check_who(world)

    assert any(isinstance(people, int) and people > LEAST for people in check_steps(world))


@pytest.mark.chaos
@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(100, 140))
def test_who_took_part_and_how_far_people_came_is_what_a_count_by_hand_finds_in_many_worlds(seed):
    world = RandomWorld(seed, size=seed - 90)
    check_who(world)
    check_steps(world)


@pytest.mark.django_db
def test_the_reports_ask_as_often_for_thirty_people_as_for_three(django_assert_max_num_queries, client, coordinator):
    counts = []
    client.force_login(coordinator)
    for seed, size in ((5, 3), (6, 30)):
        RandomWorld(seed, size=size)
        for name in ("participation", "first-sessions", "clinics"):
            address = reverse("admin:reports_report", args=[name]) + "?year=2026"
            with django_assert_max_num_queries(15) as asked:
                assert client.get(address).status_code == 200
            counts.append(len(asked))

    assert counts[:3] == counts[3:]
    liaison = make_liaison("SSA")
    for name in ("participation", "clinics"):
        address = reverse("admin:reports_report", args=[name])
        client.force_login(coordinator)
        tables = client.get(f"{address}?year=2026").context["tables"]
        client.force_login(liaison)
        of_liaison = client.get(f"{address}?year=2026&region=SSA&language=en&month=3").context["tables"]
        assert tables == of_liaison, "no seat and no filter tells two numbers of one count"
        for table in tables:
            file = as_json(table)
            for row, in_file in zip(table.rows, file["rows"], strict=True):
                for column, cell in zip(table.columns, row.cells, strict=True):
                    value = in_file["values"][column.key]
                    assert (cell is HIDDEN) == (column.key in in_file["hidden"])
                    if column.is_exact:
                        assert value in (cell, None)
                    elif column.key in in_file["few"]:
                        assert value is None and isinstance(cell, int) and 0 < cell < 5
                    elif column.is_figure and isinstance(cell, int):
                        assert value % 5 == 0 and abs(value - cell) <= 2


@pytest.mark.django_db
def test_an_address_is_one_person_everywhere_and_its_owner_once_a_code_has_proved_it(coordinator):
    clinics = [make_clinic(state="held", starts_at=NOW - timedelta(days=days)) for days in (20, 40)]
    owner = make_member()
    make_attendance(clinics[0], owner)
    for clinic, role in zip([*clinics, clinics[0]], ("sharer", "sharer", "host"), strict=True):
        make_person(clinic, role, address="sol@example.org")
    asked = ReportQuestion(PERIOD, coordinator, NOW)
    before = who.TookPart(asked).people
    EmailAddress.objects.create(user=owner, email="sol@example.org", verified=True)

    assert len(before) == 2
    assert who.TookPart(asked).people == {owner.pk}
    assert who.TookPart(asked).in_all.count("learned") == 0, "they had a part in the clinic to which they came"
