"""The tab that finds the hour: who may open it, what it asks, what a press does, and what it never shows."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinics.domain.clinics import ClinicState
from clinics.finding.notes import why_this_hour
from clinics.finding.taking import reasons_of
from clinics.models import Clinic, ClinicHourChoice, ClinicHourRules
from clinics.tests.factories import make_clinic, make_person
from clinics.tests.finding_factories import EVENING, make_crowd, make_draft
from letsconnect.base.models import Act
from letsconnect.tests.opened import hidden_in
from registrations.domain.looks import LookKind
from registrations.models import Look
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_member, make_registration

QUARTER = timedelta(minutes=15)
WEEK = {"first_on": "2026-03-09", "last_on": "2026-03-15", "zone": "UTC", "minutes": "120", "weight": "500"}
RULES = "admin:clinics_clinichourrules_change"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def url_of(clinic):
    return reverse("admin:clinics_clinic_hours", args=[clinic.pk])


def looked_at(client, clinic, **asked):
    return client.get(url_of(clinic), {**WEEK, **asked})


def press(client, clinic, start, **asked):
    page = looked_at(client, clinic, **asked)
    data = {**WEEK, "start": start.isoformat(), "opened": hidden_in(page.content.decode())["opened"], **asked}
    return client.post(url_of(clinic), data, follow=True)


def sign_in(client, member):
    client.force_login(member)
    return member


def test_the_tab_is_for_those_who_look_after_the_clinic(client, db):
    clinic = make_draft(region="MENA")
    for member, status in (
        (make_liaison("MENA"), 200),
        (make_coordinator(), 200),
        (make_liaison("LAC"), 404),
        (make_member(), 302),
    ):
        sign_in(client, member)
        assert looked_at(client, clinic).status_code == status
        assert client.post(url_of(clinic), {**WEEK, "start": EVENING.isoformat()}).status_code in (status, 302)
    assert not ClinicHourChoice.objects.exists()


def test_looking_changes_nothing_and_asks_nothing_until_somebody_asks(client, db):
    make_crowd()
    clinic = make_draft()
    sign_in(client, make_coordinator())
    acts = Act.objects.count()
    page = client.get(url_of(clinic))
    assert "answer" not in page.context
    assert str(page.context["form"].initial["first_on"]) == "2026-03-23"  # a Monday in two weeks or more
    assert looked_at(client, clinic).context["answer"].people_known == 17
    assert (Act.objects.count(), ClinicHourChoice.objects.count()) == (acts, 0)


def test_the_page_shows_the_best_hours_by_region_with_the_map_and_the_pair(client, db):
    make_crowd()
    clinic = make_draft()
    sign_in(client, make_coordinator())
    page = looked_at(client, clinic, two="on")
    first = page.context["options"][0]
    assert (first.option.starts_at, first.option.coming) == (EVENING, 12)
    groups = {name: (coming, known, night) for name, coming, known, night in first.groups}
    assert groups["South Asia"] == (6, 6, 6) and groups["Northern & Western Europe"] == (0, 5, 0)
    assert page.context["pair"].coming == 17
    text = page.content.decode()
    assert "12 of 17 can come." in text and "A third would add nobody." in text
    assert [f"{day:%a}" for day in page.context["map"].days] == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert text.count('<tr><th scope="row"><bdi>') == len(page.context["map"].rows)


def test_those_needed_are_named_to_whoever_looks_after_the_clinic_and_can_read_who_looked(client, db):
    make_crowd()
    clinic = make_draft(region="LAC")
    sharer = make_registration(windows=tuple((day * 1440 + 480, day * 1440 + 660) for day in range(5))).member
    make_person(clinic, member=sharer, name="Amina")
    liaison = sign_in(client, make_liaison("LAC"))
    client.get(url_of(clinic))
    assert not Look.objects.about(sharer).exists()  # nobody is named before hours are looked for
    page = looked_at(client, clinic)
    assert "12 people can come, but not Amina." in page.content.decode()
    assert [(look.viewer, look.kind) for look in Look.objects.about(sharer)] == [(liaison, LookKind.CLINIC)]
    client.force_login(make_liaison("SA"))
    assert looked_at(client, clinic).status_code == 404
    assert Look.objects.about(sharer).count() == 1


def test_the_page_takes_as_many_queries_for_three_people_as_for_thirty(client, db):
    clinic = make_draft()
    sign_in(client, make_coordinator())

    def queries():
        with CaptureQueriesContext(connection) as made:
            looked_at(client, clinic, two="on")
        return len(made)

    make_person(clinic, member=make_registration().member)
    for _person in range(2):
        make_registration()
    queries()  # a first look at people is stored
    few = queries()
    for number in range(27):
        person = make_registration()
        if number % 3 == 0:
            make_person(clinic, member=person.member)
    assert queries() == few


def test_a_region_of_which_few_are_known_is_never_shown_alone(client, db):
    make_crowd()
    make_registration(region="CEECA", zone="Europe/Kyiv", windows=((0, 10080),))
    clinic = make_draft()
    sign_in(client, make_coordinator())
    page = looked_at(client, clinic)
    for shown in page.context["options"]:
        assert all(known >= 5 for _name, _coming, known, _night in shown.groups)
        assert "Central & Eastern Europe & Central Asia" not in [group[0] for group in shown.groups]


def test_where_few_are_known_neither_a_map_nor_regions_are_shown(client, db):
    for _person in range(3):
        make_registration()
    sign_in(client, make_coordinator())
    page = looked_at(client, make_draft())
    assert page.context["map"] is None and page.context["options"][0].groups == []
    assert "lc-heat" not in page.content.decode()


def test_one_press_gives_a_draft_its_hour_and_a_second_press_of_an_old_page_gives_none(client, db):
    make_crowd()
    clinic = make_draft()
    coordinator = sign_in(client, make_coordinator())
    page = looked_at(client, clinic, zone="Asia/Kathmandu")
    start = page.context["options"][0].iso
    opened = hidden_in(page.content.decode())["opened"]
    data = {**WEEK, "zone": "Asia/Kathmandu", "start": start, "opened": opened}
    answer = client.post(url_of(clinic), data)
    assert answer["Location"] == reverse("admin:clinics_clinic_change", args=[clinic.pk])
    clinic.refresh_from_db()
    assert (clinic.starts_at.isoformat(), clinic.zone) == (start, "Asia/Kathmandu")
    choice = ClinicHourChoice.objects.get()
    assert (choice.chosen_by, reasons_of(choice).coming) == (coordinator, 12)

    other = page.context["options"][1].iso
    client.post(url_of(clinic), {**data, "start": other})
    clinic.refresh_from_db()
    assert clinic.starts_at.isoformat() == start


def test_both_hours_of_a_pair_are_taken_and_the_second_is_a_draft_edition(client, db):
    make_crowd()
    clinic = make_draft()
    sign_in(client, make_coordinator())
    pair = looked_at(client, clinic, two="on").context["pair"]
    press(client, clinic, pair.first.starts_at, two="on", second=pair.second.starts_at.isoformat())
    edition = Clinic.objects.get(edition_of=clinic)
    assert (edition.state, edition.starts_at) == (ClinicState.DRAFT, pair.second.starts_at)


@pytest.mark.parametrize(
    ("start", "days", "zone", "asked"),
    [
        (EVENING + QUARTER, {}, "Asia/Kathmandu", ("2026-03-10", "00:00", "Asia/Kathmandu", "")),
        (
            datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
            {"first_on": "2026-10-25", "last_on": "2026-10-25"},
            "Europe/Berlin",
            ("2026-10-25", "02:30", "Europe/Berlin", "1"),  # the second of the two
        ),
    ],
)
def test_of_an_announced_clinic_the_reasons_are_kept_and_the_page_that_moves_it_is_filled_in(
    client, db, start, days, zone, asked
):
    make_crowd()
    clinic = make_clinic()
    sign_in(client, make_coordinator())
    before = clinic.starts_at
    answer = press(client, clinic, start, zone=zone, **days)
    clinic.refresh_from_db()
    assert clinic.starts_at == before and why_this_hour(clinic) == []
    form = answer.context["form"]
    assert tuple(str(form[name].value()) for name in ("local_date", "local_time", "zone", "fold")) == asked
    page, typed = answer.redirect_chain[-1][0], {name: form[name].value() for name in form.fields}
    once_more = client.post(page, typed)
    client.post(page, {**typed, **hidden_in(once_more.content.decode()), "confirmed": "0"})
    clinic.refresh_from_db()
    assert clinic.starts_at == start and why_this_hour(clinic)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"last_on": "2026-03-08"}, "last_on"),
        ({"last_on": "2026-05-04"}, "last_on"),  # 57 days
        ({"first_on": "2026-02-01", "last_on": "2026-02-08"}, "last_on"),
        ({"first_on": "2040-02-01", "last_on": "2040-02-08"}, "first_on"),
        ({"first_on": "9999-12-31", "last_on": "9999-12-31"}, "first_on"),
        ({"minutes": "50"}, "minutes"),
        ({"minutes": "1500"}, "minutes"),
        ({"weight": "1001"}, "weight"),
        ({"zone": "Mars/Phobos"}, "zone"),
        ({"first_on": "soon"}, "first_on"),
    ],
)
def test_what_cannot_be_asked_is_said_at_its_field(client, db, asked, field):
    sign_in(client, make_coordinator())
    page = looked_at(client, make_draft(), **asked)
    assert page.status_code == 200 and "answer" not in page.context
    assert field in page.context["form"].errors


@pytest.mark.parametrize("week", ["", "x", "2026-02-31", "9999-12-31", "0001-01-01", "2026-03-11"])
def test_a_week_that_is_none_is_the_week_of_the_best_hour(client, db, week):
    make_crowd()
    sign_in(client, make_coordinator())
    assert looked_at(client, make_draft(), week=week).context["map"].days[0] == date(2026, 3, 9)


@pytest.mark.parametrize("start", ["", "soon", "2026-03-09T18:00:00", "2026-13-09T18:00:00+00:00"])
def test_what_is_no_moment_is_refused(client, db, start):
    sign_in(client, make_coordinator())
    data = {**WEEK, "start": start, "opened": ""}
    assert client.post(url_of(make_draft()), data).status_code == 400


def test_an_announced_clinic_keeps_its_length(client, db):
    make_crowd()
    clinic = make_clinic(minutes=60)
    sign_in(client, make_coordinator())
    assert looked_at(client, clinic, minutes="240").context["answer"].asked.minutes == 60


def test_an_hour_that_is_not_possible_any_more_is_refused_in_words(client, db):
    clinic = make_draft()
    sign_in(client, make_coordinator())
    answer = press(client, clinic, datetime(2026, 3, 20, 18, tzinfo=UTC))
    assert "This hour is not possible any more" in answer.content.decode()
    assert not ClinicHourChoice.objects.exists()


def test_a_clinic_that_is_over_has_no_such_tab(client, db):
    clinic = make_clinic(starts_at=NOW - timedelta(days=3), state=ClinicState.HELD)
    sign_in(client, make_coordinator())
    page = client.get(reverse("admin:clinics_clinic_change", args=[clinic.pk]))
    assert "Find the hour" not in page.content.decode()
    assert "Take this hour" not in looked_at(client, clinic).content.decode()
    assert client.post(url_of(clinic), {**WEEK, "start": EVENING.isoformat(), "opened": ""}).status_code == 403


def test_coordinators_change_the_rules_on_their_page_and_liaisons_read_them(client, db):
    page = reverse(RULES, args=[1])
    sign_in(client, make_liaison("LAC"))
    assert client.get(page).status_code == 200
    assert client.post(page, {"night_weight": "1", "burden_days": "90"}).status_code == 403
    sign_in(client, make_coordinator())
    typed = {"night_weight": "250", "burden_days": "90"}
    opened = hidden_in(client.get(page).content.decode())["opened"]
    assert client.post(page, {**typed, "opened": opened}).status_code == 302
    assert ClinicHourRules.objects.get().night_weight == 250
    assert client.post(page, {"night_weight": "0", "burden_days": "90", "opened": opened}).status_code == 200
    assert ClinicHourRules.objects.get().night_weight == 250  # the page was old
    assert client.post(page, {"night_weight": "1001", "burden_days": "90", "opened": opened}).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("state", [ClinicState.DRAFT, ClinicState.ANNOUNCED])
def test_an_hour_is_found_for_a_clinic_whose_length_is_no_whole_quarters(client, state):
    sign_in(client, make_coordinator())
    make_crowd()
    clinic = make_clinic(state=state, minutes=50)
    first_shown = client.get(url_of(clinic)).context["form"]["minutes"].value()

    assert looked_at(client, clinic, minutes=first_shown).context["answer"].asked.minutes == 60
    press(client, clinic, EVENING, minutes=first_shown)

    kept = ClinicHourChoice.objects.get(clinic=clinic)
    clinic.refresh_from_db()
    assert kept.minutes == clinic.minutes == (60 if state == ClinicState.DRAFT else 50)
