"""What everybody may read of the hours of clinics: the burden of regions, the note on a clinic's page, the clocks."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.template import Context, Template
from django.urls import reverse
from django.utils import timezone, translation

from clinics.domain.clinics import ClinicState
from clinics.domain.region_clocks import CLOCKS, clocks_at
from clinics.finding.rules import change_hour_rules
from clinics.models import ClinicHourChoice
from clinics.tests.factories import make_clinic
from clinics.tests.finding_factories import EVENING, make_draft, taken
from registrations.domain.registrations import Region
from registrations.tests.factories import NOW, make_coordinator, make_member, make_registration

DAY = timedelta(days=1)
FAIR = "clinics:hours-fairness"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def hold_a_clinic(*people, starts_at=datetime(2026, 2, 20, 22, 30, tzinfo=UTC)):
    clinic = make_clinic(starts_at=starts_at, state=ClinicState.HELD)
    for seat, member in enumerate(people, start=1):
        clinic.rsvps.create(member=member, state="going", seat=seat, seated_at=NOW, made_at=NOW)


def people_of(region, zone, count):
    return [make_member(region=region, zone=zone) for _person in range(count)]


def test_the_burden_of_each_region_is_published_and_none_of_a_region_of_which_few_came(client, db):
    assert "No clinic of these days has taken place yet." in client.get(reverse(FAIR)).content.decode()
    change_hour_rules(night_weight=321, burden_days=30, by=make_coordinator(), now=NOW)
    few, unknown = people_of("NA", "America/New_York", 4), people_of("SA", "UTC", 4)
    hold_a_clinic(*people_of("SSA", "Africa/Lagos", 6), *people_of("LAC", "America/Bogota", 5), *few, *unknown)

    response = client.get(reverse(FAIR))
    bars = {bar.label: bar.figure for bar in response.context["chart"].bars}
    assert bars["Sub-Saharan Africa"] == "100 %"
    assert bars["Latin America & Caribbean"] == "0 %"
    assert bars["North America"] == bars["South Asia"] == "too few people came"
    text = response.content.decode()
    assert "It is 321 now." in text and "last 30 days" in text
    assert "told us no time zone" not in text  # they are four
    hold_a_clinic(*people_of("SA", "UTC", 1), starts_at=NOW - DAY)
    assert "5 people told us no time zone" in client.get(reverse(FAIR)).content.decode()


def test_the_page_of_a_clinic_says_why_it_is_at_its_hour_only_while_it_is_and_in_five_languages(client, db):
    for _person in range(6):
        make_registration(region="LAC", zone="America/Bogota", windows=((0, 10080),))
    clinic = make_draft()
    page = reverse("clinics:clinic-detail", args=[clinic.pk])
    clinic = taken(clinic, EVENING, make_coordinator())
    type(clinic).objects.filter(pk=clinic.pk).update(state=ClinicState.ANNOUNCED, announced_at=NOW)
    assert "Of 6 people interested who told us when they are free, 6 can come" in client.get(page).content.decode()
    notes = set()
    for language in ("en", "es", "ar", "fr", "pt"):
        with translation.override(language):
            notes.add(tuple(client.get(page, headers={"accept-language": language}).context["why_this_hour"]))
    assert len(notes) == 5
    ClinicHourChoice.objects.update(starts_at=EVENING + DAY)
    assert client.get(page).context["why_this_hour"] == []


def test_the_clocks_tell_the_day_before_the_next_day_and_the_night():
    moment = datetime(2026, 3, 9, 21, 30, tzinfo=UTC)
    clocks = {clock.region: clock for clock in clocks_at(moment, reader_zone=ZoneInfo("UTC"))}
    assert set(CLOCKS) == set(Region)
    assert (clocks[Region.SA].shows, clocks[Region.SA].days, clocks[Region.SA].is_night) == ("03:00", 1, True)
    assert (clocks[Region.NA].shows, clocks[Region.NA].days, clocks[Region.NA].is_night) == ("17:30", 0, False)
    early = {clock.region: clock for clock in clocks_at(moment, reader_zone=ZoneInfo("Pacific/Auckland"))}
    assert (early[Region.SA].days, early[Region.NA].days) == (0, -1)


def test_the_strip_names_days_by_the_readers_clock_or_by_the_one_it_is_given():
    moment = datetime(2026, 3, 9, 21, 30, tzinfo=UTC)
    drawn = "{% load region_clocks %}{% region_clocks moment zone %}"
    with timezone.override("Asia/Kolkata"):
        mine = Template(drawn).render(Context({"moment": moment, "zone": ""}))
        theirs = Template(drawn).render(Context({"moment": moment, "zone": "UTC"}))
    assert mine.count(">day before<") == 6 and ">next day<" not in mine
    assert theirs.count(">next day<") == 2 and ">day before<" not in theirs
    assert "Kolkata" in mine and "Kyiv" in mine
    with translation.override("ar"):
        arabic = Template(drawn).render(Context({"moment": moment, "zone": ""}))
    cities = re.findall(r'lc-clock-city">([^<]+)<', arabic)
    assert len(cities) == 8 and not any(re.search("[A-Za-z]", city) for city in cities)
