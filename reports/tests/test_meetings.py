"""The report on clinics, against a count by hand: loops over plain objects, which share no query with the report."""

from zoneinfo import ZoneInfo

import pytest

from clinics.models import Attendance, Channel, ChannelSum, Clinic, ClinicPerson, FeedbackTally, Rsvp
from letsconnect.base.small_counts import SMALLEST_COUNT_SHOWN as LEAST
from reports.domain.tables import HIDDEN
from reports.meetings import clinics
from reports.tests.worlds import NOW, PERIOD, RandomWorld

CLOCKS = {"NA": "America/New_York", "SSA": "Africa/Lagos", "LAC": "America/Sao_Paulo"}


def by_hand():
    """Return what stands in each cell: {(table, row, column): number}."""
    counted = {}
    every = [clinic for clinic in Clinic.objects.all() if PERIOD.first_on <= clinic.starts_at.date() <= PERIOD.last_on]
    over = [
        clinic
        for clinic in every
        if clinic.state in ("held", "archived") or (clinic.state == "announced" and clinic.ends_at <= NOW)
    ]
    seats = [row for row in Rsvp.objects.select_related("channel") if row.state == "going"]
    came = {(row.clinic_id, row.member_id) for row in Attendance.objects.all()}

    def heads(clinic):
        seated = len([row for row in seats if row.clinic_id == clinic.pk and (clinic.pk, row.member_id) in came])
        if clinic.head_count is not None:
            return max(seated, clinic.head_count)
        people = ClinicPerson.objects.filter(clinic=clinic, state="accepted", member=None)
        others = clinic.other_heads.number if hasattr(clinic, "other_heads") else 0
        return len([pair for pair in came if pair[0] == clinic.pk]) + len({row.address for row in people}) + others

    for row, month in [("all", None), *((f"month:2026-{month:02}", month) for month in range(2, 7))]:
        there = [clinic for clinic in over if month in (None, clinic.starts_at.month)]
        keys = {clinic.pk for clinic in there}
        counted["months", row, "held"] = len(there)
        counted["months", row, "cancelled"] = len(
            [clinic for clinic in every if clinic.state == "cancelled" and month in (None, clinic.starts_at.month)]
        )
        of_these = [seat for seat in seats if seat.clinic_id in keys]
        counted["months", row, "seats"] = len(of_these)
        counted["months", row, "came-with-seat"] = len(
            [seat for seat in of_these if (seat.clinic_id, seat.member_id) in came]
        )
        counted["months", row, "came"] = sum(heads(clinic) for clinic in there)

    spoken, listened = {}, {}
    for clinic in over:
        spoken.setdefault(clinic.floor_language, set()).add(clinic)
        for channel in Channel.objects.filter(clinic=clinic):
            if any(person.state == "accepted" for person in channel.interpreters.all()):
                spoken.setdefault(channel.language, set()).add(clinic)
        sums = ChannelSum.objects.filter(clinic=clinic)
        heard = [(row.language, row.count) for row in sums] or [
            (seat.channel.language if seat.channel else clinic.floor_language, 1)
            for seat in seats
            if seat.clinic_id == clinic.pk
        ]
        for language, count in heard:
            spoken.setdefault(language, set()).add(clinic)
            listened[language] = listened.get(language, 0) + count
    for language, there in spoken.items():
        counted["channels", f"language:{language}", "held"] = len(there)
        counted["channels", f"language:{language}", "listened"] = listened.get(language, 0)
    for question in ("useful", "pace", "language", "use", "safe"):
        answers = {}
        for clinic in over:
            rows = [row for row in FeedbackTally.objects.filter(clinic=clinic) if row.question == question]
            if sum(row.count for row in rows) >= 10:
                for row in rows:
                    answers[row.option] = answers.get(row.option, 0) + row.count
        for option, count in answers.items():
            key = ("feedback", f"answer:{question}.{option}")
            counted[(*key, "chosen")] = count
            counted[(*key, "percent")] = int(100 * count / sum(answers.values()) + 0.5)
    for clinic in over:
        of_it = [seat for seat in seats if seat.clinic_id == clinic.pk]
        page = f"/clinics/{clinic.pk}/"
        counted["clinics", page, "seats"] = len(of_it)
        counted["clinics", page, "came-with-seat"] = len([s for s in of_it if (s.clinic_id, s.member_id) in came])
        counted["clinics", page, "came"] = heads(clinic)
    for region, zone in CLOCKS.items():
        theirs = [
            clinic for clinic in over if clinic.for_whom == "all" or region in (clinic.regions or [clinic.region])
        ]
        counted["nights", f"region:{region}", "held"] = len(theirs)
        counted["nights", f"region:{region}", "night"] = len(
            [clinic for clinic in theirs if not 7 <= clinic.starts_at.astimezone(ZoneInfo(zone)).hour < 22]
        )
        nights = counted["nights", f"region:{region}", "night"]
        counted["nights", f"region:{region}", "percent"] = int(100 * nights / len(theirs) + 0.5) if theirs else None
    return counted


def check(seed, size):
    world = RandomWorld(seed, size=size)
    shown = {
        (table.key, row.key or row.rows_at, column.key): cell
        for table in clinics.tables(world.asked)
        for row in table.rows
        for column, cell in zip(table.columns, row.cells, strict=True)
        if column.is_figure
    }
    counted = by_hand()

    assert not {key: (shown[key], count) for key, count in counted.items() if shown[key] not in (count, HIDDEN)}
    people = ("seats", "came", "came-with-seat", "listened", "chosen")
    assert not [key for key, cell in shown.items() if key[2] in people and cell is not HIDDEN and 0 < cell < LEAST]
    assert any(isinstance(cell, int) and cell > LEAST for key, cell in shown.items() if key[2] in people)


@pytest.mark.django_db
def test_clinics_are_what_a_count_by_hand_finds():
    check(11, 24)


@pytest.mark.chaos
@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(300, 330))
def test_clinics_are_what_a_count_by_hand_finds_in_many_worlds(seed):
    check(seed, seed - 280)
