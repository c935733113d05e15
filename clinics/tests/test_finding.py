"""What is read to find an hour, what past nights weigh, and what comes of an hour that is taken."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinics.domain.clinics import ClinicState, ForWhom, NotYourClinic
from clinics.domain.finding import (
    BadHourRule,
    Burden,
    HourNotPossible,
    HoursAsked,
    RegionsNights,
    Visit,
    burden_of,
    may_be_told,
    regions_told_apart,
)
from clinics.domain.people import AnswerState, ClinicRole
from clinics.finding import taking
from clinics.finding.burden import current_burden
from clinics.finding.heat_map import heat_map
from clinics.finding.notes import sentences_of, why_this_hour
from clinics.finding.people import needed_and_interested
from clinics.finding.rules import change_hour_rules
from clinics.finding.taking import draft_edition, reasons_of, take_hour
from clinics.models import Clinic, ClinicHourChoice, ClinicHourRules, TopicSupport
from clinics.seats.rsvps import rsvp
from clinics.tests.factories import make_clinic, make_person, make_topic_request
from clinics.tests.finding_factories import EVENING, MONDAY, asked_about, make_crowd, make_draft, taken
from letsconnect.base.models import Act
from letsconnect.tests.database import change, refuses
from registrations.domain.registrations import RegistrationState
from registrations.models import Block
from registrations.tests.factories import (
    EVENINGS,
    NOW,
    make_coordinator,
    make_liaison,
    make_member,
    make_registration,
    make_skill,
)

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def crowd(db):
    make_crowd()


def interested(clinic):
    first = datetime(2026, 3, 9, tzinfo=UTC)
    return needed_and_interested(clinic, first=first, last=first + 7 * DAY, now=NOW)[1]


@pytest.mark.parametrize(
    ("people", "groups"),
    [
        ({"SA": 9, "LAC": 5}, [("LAC",), ("SA",)]),
        ({"SA": 9, "LAC": 5, "NA": 1}, [("SA",), ("LAC", "NA")]),  # one person stands with the smallest region
        ({"SA": 9, "LAC": 3, "NA": 2}, [("SA",), ("LAC", "NA")]),
        ({"SA": 3, "LAC": 1}, []),
        ({"SA": 5, "LAC": 0}, [("SA",)]),
        ({"": 2, "SA": 5}, [("", "SA")]),
    ],
)
def test_counts_tell_regions_apart_only_where_five_people_stand_together(people, groups):
    assert regions_told_apart(people) == groups


@pytest.mark.parametrize(
    ("part", "whole", "told"), [(5, 10, True), (4, 10, False), (7, 10, False), (10, 10, True), (0, 9, False)]
)
def test_neither_a_few_people_nor_all_but_a_few_are_told(part, whole, told):
    assert may_be_told(part, whole) is told


def test_the_burden_is_the_share_of_a_regions_time_that_was_in_its_own_night():
    at = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)  # in Kolkata 22:00, in Berlin 17:30, in Karachi 21:30
    visits = [
        Visit(1, "SA", "Asia/Kolkata", at, 120),
        Visit(2, "SA", "Asia/Karachi", at, 120),
        Visit(2, "SA", "Asia/Karachi", at - 6 * HOUR, 120),
        Visit(3, "NWE", "Europe/Berlin", at, 120),
        Visit(4, "NWE", "", at, 120),
        Visit(5, "", "Europe/Berlin", at, 120),
    ]
    assert burden_of(visits, clinics=2) == Burden(
        {"NWE": RegionsNights(1, 8, 0), "SA": RegionsNights(2, 24, 8 + 6)},
        clinics=2,
        people_without_zone=1,
        people_without_region=1,
    )
    assert burden_of(visits, clinics=2).shares == {"NWE": 0, "SA": 1000 * 14 // 24}


def test_a_clinic_on_the_night_of_the_change_is_counted_by_the_clock():
    at = datetime(2026, 3, 29, 0, tzinfo=UTC)  # in Berlin 1:00, then 3:00 to 8:00
    assert burden_of([Visit(1, "NWE", "Europe/Berlin", at, 6 * 60)], clinics=1).regions["NWE"].at_night == 5 * 4


@pytest.mark.parametrize(
    ("zone", "first_on", "last_on", "first", "last"),
    [
        ("Europe/Berlin", "2026-03-29", "2026-03-29", "2026-03-28 23:00", "2026-03-29 21:59"),  # 23 hours
        ("Europe/Berlin", "2026-10-25", "2026-10-25", "2026-10-24 22:00", "2026-10-25 22:59"),  # 25 hours
        ("Africa/Cairo", "2026-04-24", "2026-04-24", "2026-04-23 22:00", "2026-04-24 20:59"),  # no midnight
        ("America/Havana", "2023-11-05", "2023-11-05", "2023-11-05 04:00", "2023-11-06 04:59"),  # two midnights
    ],
)
def test_days_are_whole_days_by_the_planners_clock_also_when_it_is_changed(zone, first_on, last_on, first, last):
    asked = HoursAsked(date.fromisoformat(first_on), date.fromisoformat(last_on), zone, 120, 0)
    assert [f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}" for moment in asked.bounds(NOW - 1000 * DAY)] == [first, last]


def test_eight_weeks_can_be_asked_about_also_when_clocks_are_put_back_in_them(db):
    first_on = date(2026, 9, 7)
    answer = asked_about(make_draft(), first_on=first_on, last_on=first_on + 55 * DAY, zone="Europe/Berlin")
    assert len(answer.hours.starts) == 56 * 48 + 2


def test_what_is_over_is_not_asked_about(db):
    assert HoursAsked(NOW.date(), NOW.date(), "UTC", 60, 0).bounds(NOW)[0] == NOW
    assert HoursAsked(NOW.date() - DAY, NOW.date() - DAY, "UTC", 60, 0).bounds(NOW) is None
    with pytest.raises(HourNotPossible):
        asked_about(make_draft(), first_on=NOW.date() - DAY, last_on=NOW.date() - DAY)


@pytest.mark.django_db
def test_of_a_clinic_with_skills_those_are_asked_about_who_wish_one_of_them_and_of_one_without_everybody():
    merged = make_skill("old-name", merged_into=make_skill("wikidata"), state="merged")
    make_registration(wishes=["wikidata", "lexemes"], region="SA")
    make_registration(wishes=[merged], region="LAC")
    make_registration(wishes=["lexemes"], region="NA")
    clinic = make_draft()

    assert [person.region for person in interested(clinic)] == ["SA", "LAC", "NA"]
    clinic.skills.add(make_skill("wikidata"))
    assert [person.region for person in interested(clinic)] == ["SA", "LAC"]


@pytest.mark.django_db
def test_whoever_asked_for_a_clinic_or_supports_that_is_asked_about_beside_those_who_wish_its_skill():
    asked, supports, other = make_registration(region="SA"), make_registration(region="LAC"), make_registration()
    clinic = make_draft()
    clinic.skills.add(make_skill("wikidata"))
    request = make_topic_request(skill="wikidata", member=asked.member, state="planned", clinic=clinic)
    TopicSupport.objects.create(request=request, member=supports.member, made_at=NOW)

    assert [person.region for person in interested(clinic)] == ["SA", "LAC"]
    assert [person.region for person in interested(make_draft(edition_of=clinic))] == ["SA", "LAC", other.region]


@pytest.mark.django_db
def test_those_needed_rule_out_hours_each_once_and_are_no_audience():
    sharer = make_registration(windows=((0, 720),))  # on Mondays until noon
    clinic = make_draft()
    make_registration(windows=((0, 10080),))
    make_person(clinic, ClinicRole.SHARER, AnswerState.ASKED, member=sharer.member, name="Amina")
    make_person(clinic, ClinicRole.HOST, AnswerState.TO_ASK, member=sharer.member)
    make_person(clinic, ClinicRole.HELPER, member=make_member())
    make_person(clinic, ClinicRole.SHARER, AnswerState.DECLINED, member=make_member())
    make_person(clinic, ClinicRole.INTERPRETER, address="sol@example.org")

    answer = asked_about(clinic)
    assert sorted(person.name for person in answer.needed) == ["Amina", "Sol without an account"]
    assert answer.hours.needed_unknown == 1
    assert answer.people_known == 1
    assert answer.best[0].starts_at == datetime(2026, 3, 9, tzinfo=UTC)
    assert int(answer.hours.is_possible.sum()) == 21  # from midnight to ten


@pytest.mark.django_db
def test_hours_that_are_better_but_for_somebody_needed_are_named_with_them(crowd):
    clinic = make_draft()
    morning = make_registration(region="CEECA", windows=tuple((day * 1440 + 480, day * 1440 + 660) for day in range(5)))
    make_person(clinic, member=morning.member, name="Amina")

    answer = asked_about(clinic)
    assert answer.best[0].coming == 5
    assert [(refused.option.coming, [person.name for person in refused.by]) for refused in answer.ruled_out] == [
        (12, ["Amina"])
    ] * 5


@pytest.mark.django_db
def test_of_a_regional_clinic_only_the_people_of_its_regions_are_asked_about():
    for region in ("SA", "LAC", "NA"):
        make_registration(region=region)
    here = make_draft(for_whom=ForWhom.REGION, region="SA")
    there = make_draft(for_whom=ForWhom.REGIONS, regions=["LAC", "NA"])
    told_to_all = make_draft(for_whom=ForWhom.REGION, region="SA", announce_to_all=True)

    assert [person.region for person in interested(here)] == ["SA"]
    assert [person.region for person in interested(there)] == ["LAC", "NA"]
    assert len(interested(told_to_all)) == 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {"state": RegistrationState.SUBMITTED},
        {"state": RegistrationState.WITHDRAWN},
        {"agrees": False},
        {"paused_until": date(9999, 12, 31)},
        {"away_until": MONDAY + 9 * DAY},
    ],
)
def test_who_takes_no_part_is_not_asked_about(fields):
    make_registration(**fields)
    assert interested(make_draft()) == []


@pytest.mark.django_db
def test_a_closed_account_and_whoever_a_block_keeps_from_somebody_needed_are_not_asked_about():
    closed = make_registration().member
    type(closed).objects.filter(pk=closed.pk).update(is_active=False)
    sharer, blocks, blocked, _other = (make_registration().member for _person in range(4))
    Block.objects.create(member=blocks, blocked=sharer, made_at=NOW)
    Block.objects.create(member=sharer, blocked=blocked, made_at=NOW)
    draft = make_draft()

    assert len(interested(draft)) == 4
    make_person(draft, "sharer", member=sharer)
    assert len(interested(draft)) == 1


@pytest.mark.django_db
def test_whoever_is_back_within_the_days_counts_from_the_day_they_are_back():
    make_registration(away_until=date(2026, 3, 11), zone="Asia/Kathmandu", windows=((0, 10080),))
    answer = asked_about(make_draft(), minutes=60)

    first = next(start for start, coming in zip(answer.hours.starts, answer.hours.coming, strict=True) if coming)
    assert first == datetime(2026, 3, 10, 18, 30, tzinfo=UTC)  # after midnight in Kathmandu, 18:15


@pytest.mark.django_db
def test_who_told_no_zone_or_no_hours_is_counted_apart():
    make_registration(zone="")  # whose account has the zone it began with
    make_registration(windows=())
    make_registration(zone="", member=make_member(zone="Asia/Kolkata"))
    answer = asked_about(make_draft())
    assert (answer.hours.hours_unknown, answer.people_known) == (2, 1)


@pytest.mark.django_db
def test_people_are_busy_where_they_have_agreed_to_be_but_not_at_the_clinic_that_is_moved():
    person = make_registration()
    clinic = make_clinic(starts_at=EVENING)
    rsvp(clinic=clinic, member=person.member, by=person.member, now=NOW)

    assert asked_about(clinic).hours.coming.max() == 1
    at = asked_about(clinic).hours.starts.index(EVENING)
    assert asked_about(clinic).hours.coming[at] == 1
    assert asked_about(make_draft()).hours.coming[at] == 0


@pytest.mark.django_db
def test_whoever_is_confirmed_for_a_clinic_is_busy_then_for_another_and_not_for_itself():
    sharer = make_registration().member
    clinic, other = make_clinic(starts_at=EVENING), make_draft()
    for row in (clinic, other):
        make_person(row, member=sharer, state=AnswerState.ACCEPTED)

    at = asked_about(clinic).hours.starts.index(EVENING)
    assert asked_about(clinic).hours.is_possible[at]
    assert not asked_about(other).hours.is_possible[at]


@pytest.mark.django_db
def test_the_last_three_clinics_served_who_went_and_who_could_have_gone():
    served_by_hours = make_registration()
    went = make_registration(windows=((0, 60),))
    neither = make_registration(windows=((0, 60),))
    long_ago = make_registration(windows=((0, 60),))
    for days, person in ((-40, long_ago), (-4, went), (-11, None), (-18, None)):
        clinic = make_clinic(starts_at=EVENING + days * DAY, state=ClinicState.HELD)
        if person is not None:
            clinic.rsvps.create(member=person.member, state="going", seat=1, seated_at=NOW, made_at=NOW)
    make_clinic(starts_at=EVENING - 3 * DAY, state=ClinicState.CANCELLED)

    served = [person.was_served for person in interested(make_draft())]
    people = [served_by_hours, went, neither, long_ago]
    assert dict(zip(people, served, strict=True)) == dict(zip(people, [True, True, False, False], strict=True))


@pytest.mark.django_db
def test_a_clinic_for_another_region_served_nobody_else():
    make_registration(region="SA")
    make_clinic(starts_at=EVENING - 7 * DAY, state=ClinicState.HELD, for_whom=ForWhom.REGION, region="LAC")
    assert [person.was_served for person in interested(make_draft())] == [False]


@pytest.mark.django_db
def test_finding_takes_as_many_queries_for_three_people_as_for_thirty():
    clinic = make_draft()
    clinic.skills.add(make_skill("wikidata"))
    make_clinic(starts_at=EVENING - 7 * DAY, state=ClinicState.HELD)

    def queries():
        with CaptureQueriesContext(connection) as made:
            asked_about(clinic)
        return len(made)

    for _person in range(3):
        make_registration(wishes=["wikidata"])
    make_person(clinic, member=make_registration().member)
    few = queries()
    for number in range(27):
        person = make_registration(wishes=["wikidata"])
        if number % 3 == 0:
            make_person(clinic, member=person.member)
    assert queries() == few


@pytest.mark.django_db
def test_the_burden_counts_seats_at_past_clinics_of_the_days_that_count():
    night = datetime(2026, 2, 20, 22, 30, tzinfo=UTC)
    person = make_registration(region="SSA", zone="Africa/Lagos").member
    silent = make_member(region="SSA")
    for starts_at, state in ((night, "held"), (night - 400 * DAY, "held"), (night + 20 * DAY, "announced")):
        clinic = make_clinic(starts_at=starts_at, state=state)
        for seat, member in enumerate((person, silent), start=1):
            clinic.rsvps.create(member=member, state="going", seat=seat, seated_at=NOW, made_at=NOW)
        clinic.rsvps.create(member=make_member(region="NA"), state="cancelled", made_at=NOW)

    burden = current_burden(ClinicHourRules(), now=NOW)
    assert burden == Burden({"SSA": RegionsNights(1, 8, 8)}, clinics=1, people_without_zone=1)
    assert current_burden(ClinicHourRules(burden_days=1000), now=NOW).clinics == 2


@pytest.mark.django_db
def test_only_coordinators_change_the_rules_which_stay_sensible_and_are_logged():
    coordinator = make_coordinator()
    with pytest.raises(NotYourClinic):
        change_hour_rules(night_weight=0, by=make_liaison("SA"), now=NOW)
    with pytest.raises(BadHourRule):
        change_hour_rules(night_weight=1001, by=coordinator, now=NOW)
    with pytest.raises(BadHourRule):
        change_hour_rules(nights=1, by=coordinator, now=NOW)
    assert ClinicHourRules.objects.current().night_weight == 500

    rules = change_hour_rules(night_weight=300, burden_days=365, by=coordinator, now=NOW)
    assert (rules.night_weight, rules.changed_by) == (300, coordinator)
    change_hour_rules(night_weight=300, by=coordinator, now=NOW)
    [act] = Act.objects.filter(verb="change_hour_rules")
    assert act.reason.text == "night_weight: 500 → 300"


@pytest.mark.django_db
def test_the_database_keeps_one_row_of_rules_and_one_choice_for_each_start():
    refuses("clinics_hour_rules_are_one_row", lambda: ClinicHourRules.objects.create(pk=2))
    rules = ClinicHourRules.objects.create(pk=1)
    for columns in ({"night_weight": 1001}, {"burden_days": 27}, {"burden_days": 1097}):
        refuses("clinics_hour_rules_are_sensible", change(rules, **columns))
    facts = {"clinic": make_draft(), "starts_at": EVENING, "minutes": 60, "chosen_at": NOW, "reasons": {}}
    choice = ClinicHourChoice.objects.create(**facts, chosen_by=make_coordinator())
    refuses(
        "clinics_one_choice_for_each_start",
        lambda: ClinicHourChoice.objects.create(**facts, chosen_by=choice.chosen_by),
    )
    for columns in ({"version": 0}, {"minutes": 0}):
        refuses("clinics_choice_has_a_version_and_a_length", change(choice, **columns))


def test_a_draft_begins_at_the_hour_that_is_taken_and_keeps_why(crowd):
    coordinator, clinic = make_coordinator(), make_draft()
    answer = asked_about(clinic, zone="America/Bogota")
    best = answer.best[0]
    assert (best.coming, best.by_region, best.night_by_region) == (12, {"LAC": 6, "SA": 6}, {"SA": 6})

    clinic = take_hour(
        clinic=clinic,
        starts_at=best.starts_at,
        minutes=120,
        reasons=answer.reasons(best.starts_at),
        by=coordinator,
        now=NOW,
    )
    assert (clinic.starts_at, clinic.zone, clinic.local_time.hour) == (best.starts_at, "America/Bogota", 13)
    choice = ClinicHourChoice.objects.standing(clinic)
    reasons = reasons_of(choice)
    assert (choice.chosen_by, reasons) == (coordinator, answer.reasons(best.starts_at))
    assert (reasons.people_known, reasons.coming, reasons.lost, reasons.rank, reasons.weight) == (17, 12, 0, 1, 500)
    assert Act.objects.on(clinic).filter(verb="choose_hour").count() == 1


def test_an_hour_that_comes_twice_is_taken_as_the_one_that_was_meant(db):
    coordinator, clinic = make_coordinator(), make_draft(minutes=60)
    make_registration(windows=((0, 10080),))
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # in Berlin 2:30 for the second time
    answer = asked_about(clinic, first_on=date(2026, 10, 25), last_on=date(2026, 10, 25), zone="Europe/Berlin")
    clinic = take_hour(
        clinic=clinic, starts_at=second, minutes=120, reasons=answer.reasons(second), by=coordinator, now=NOW
    )
    clinic.refresh_from_db()
    assert (clinic.starts_at, clinic.local_time.hour, clinic.fold, clinic.minutes) == (second, 2, 1, 120)


def test_taking_is_for_those_who_look_after_the_clinic_and_an_announced_one_stays_where_it_is(crowd):
    clinic = make_draft(region="LAC")
    with pytest.raises(NotYourClinic):
        taken(clinic, EVENING, make_liaison("SA"))
    with pytest.raises(HourNotPossible):
        taken(clinic, EVENING + timedelta(minutes=10), make_liaison("LAC"))
    assert not ClinicHourChoice.objects.exists()

    announced = make_clinic(region="LAC")
    liaison = make_liaison("LAC")
    with pytest.raises(NotYourClinic):
        taken(announced, EVENING, make_liaison("SA"))
    before = announced.starts_at
    announced = taken(announced, EVENING, liaison)
    assert announced.starts_at == before
    assert why_this_hour(announced) == []
    Clinic.objects.filter(pk=announced.pk).update(starts_at=EVENING)
    announced.refresh_from_db()
    assert why_this_hour(announced)


def test_two_editions_are_one_clinic_at_two_hours_and_a_second_press_makes_no_third(crowd):
    coordinator, clinic = make_coordinator(), make_draft(region="LAC", partner="A library")
    answer = asked_about(clinic)
    pair = answer.hours.best_pair()
    assert (pair.coming, pair.third_adds) == (17, 0)
    editions = answer.editions(pair.first.starts_at, pair.second.starts_at)
    values = {"minutes": 120, "by": coordinator, "now": NOW}
    for _press in range(2):
        clinic = take_hour(
            clinic=clinic,
            starts_at=pair.first.starts_at,
            reasons=answer.reasons(pair.first.starts_at, editions),
            **values,
        )
        edition = draft_edition(
            clinic=clinic,
            starts_at=pair.second.starts_at,
            reasons=answer.reasons(pair.second.starts_at, editions),
            **values,
        )
    assert Clinic.objects.count() == 2
    assert (edition.edition_of, edition.partner, edition.state) == (clinic, "A library", ClinicState.DRAFT)
    assert [text.title for text in edition.texts.all()] == [text.title for text in clinic.texts.all()]
    assert reasons_of(ClinicHourChoice.objects.standing(edition)).other_start == clinic.starts_at
    assert "Together with the other edition it serves 17 people." in why_this_hour(edition)

    with pytest.raises(HourNotPossible):
        answer.editions(pair.first.starts_at, pair.first.starts_at)


def test_the_note_says_why_as_long_as_the_clinic_is_at_that_hour(crowd):
    coordinator, clinic = make_coordinator(), make_draft()
    assert why_this_hour(clinic) == []
    clinic = taken(clinic, EVENING, coordinator)
    assert why_this_hour(clinic) == [
        "We compared the hours between 9 March 2026 and 15 March 2026. At 336 half hours everybody needed is free.",
        "Of 17 people interested who told us when they are free, 12 can come at this hour.",
        "At no other of these hours can more people come.",
        "For some who come it is night, between 22:00 and 7:00, in these regions: South Asia.",
        "12 of those who can come could not come to any of the last three clinics.",
    ]
    Clinic.objects.filter(pk=clinic.pk).update(minutes=60)
    clinic.refresh_from_db()
    assert why_this_hour(clinic) == []
    Clinic.objects.filter(pk=clinic.pk).update(minutes=120, starts_at=EVENING + DAY)
    clinic.refresh_from_db()
    assert why_this_hour(clinic) == []


def test_a_form_of_reasons_that_is_not_known_says_nothing(crowd):
    clinic = taken(make_draft(), EVENING, make_coordinator())
    ClinicHourChoice.objects.update(version=taking.VERSION + 1)
    assert why_this_hour(clinic) == []


def test_no_count_under_five_is_in_the_note(crowd):
    reasons = asked_about(make_draft()).reasons(EVENING)
    few = {"coming": 3, "lost": 2, "newly_served": 1, "by_region": {"SA": 3}, "night_by_region": {"SA": 3}}
    for changed in (
        {"people_known": 4, **few},
        {"people_known": 17, **few},
        {"people_known": 17, **few, "coming": 15, "newly_served": 12},
        {"people_known": 17, **few, "other_start": EVENING, "together": 14},
    ):
        text = " ".join(sentences_of(replace(reasons, **changed))[1:])
        assert not any(f" {count} " in f" {text} " for count in (1, 2, 3, 4, 12, 14, 15)), text
        assert "South Asia" not in text


def test_where_fewer_than_five_are_known_there_is_no_map_of_their_hours(db):
    for _person in range(4):
        make_registration(windows=EVENINGS)
    clinic = make_draft()
    answer = asked_about(clinic)
    assert heat_map(answer, None) is None
    assert answer.groups == []
    make_registration(windows=EVENINGS)
    shown = heat_map(asked_about(clinic), None)
    assert shown is not None and shown.leaves_out
    assert [f"{at:%H:%M}" for at, _row in shown.rows] == ["18:00", "18:30", "19:00"]
    assert [[cell.coming for cell in row[0]] for _at, row in shown.rows] == [[5], [5], [5]]
    assert shown.rows[0][1][6] == [] or shown.rows[0][1][6][0].coming == 0


def test_the_map_of_the_night_of_the_change_shows_an_hour_twice_and_none_that_is_skipped(db):
    for _person in range(5):
        make_registration(windows=((0, 10080),))
    clinic = make_draft()
    autumn = asked_about(clinic, first_on=date(2026, 10, 25), last_on=date(2026, 10, 25), zone="Europe/Berlin")
    twice = [f"{at:%H:%M}" for at, row in heat_map(autumn, None).rows if len(row[6]) > 1]
    assert twice == ["02:00", "02:30"]
    spring = asked_about(clinic, first_on=date(2026, 3, 28), last_on=date(2026, 3, 29), zone="Europe/Berlin")
    skipped = [f"{at:%H:%M}" for at, row in heat_map(spring, None).rows if not row[6]]
    assert skipped == ["02:00", "02:30"]


def test_the_best_hours_that_are_shown_do_not_lie_within_each_other(crowd):
    best = [option.starts_at for option in asked_about(make_draft()).best]
    assert len(best) == 8
    assert all(abs(one - other) >= 2 * HOUR for one in best for other in best if one != other)
