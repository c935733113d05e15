"""How long somebody stays signed in, asked at each request: a day for staff, 60 days for others."""

from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from letsconnect.session_age import SIGNED_IN_AT
from letsconnect.signed_in import AuthenticationBackend, is_on_trust_team
from registrations.models import Member, WorkingGroupSeat
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_member
from trust.seats.appointing import appoint_to_trust_team

pytestmark = pytest.mark.django_db
PAGE = reverse("registrations:sign-in-ways")  # for who is signed in, and costs little
DAY = timedelta(days=1)
MOMENT = timedelta(seconds=1)


def signed_in(member, *, at=NOW):
    browser = Client()
    with time_machine.travel(at, tick=False):
        browser.force_login(member)
    return browser


def is_in(browser, at):
    with time_machine.travel(at, tick=False):
        return browser.get(PAGE).status_code == 200


def make_reader():
    member = make_member()
    appoint_to_trust_team(member=member, by=None, now=NOW)
    return member


@pytest.mark.parametrize(
    ("make", "lasts"),
    [(make_member, 60 * DAY), (make_liaison, DAY), (make_coordinator, DAY), (make_reader, DAY)],
)
def test_a_session_lasts_its_days_and_no_second_longer(make, lasts):
    member = make()

    assert is_in(signed_in(member), NOW + lasts - MOMENT)
    assert not is_in(signed_in(member), NOW + lasts)


@pytest.mark.parametrize("make", [make_member, make_liaison])
def test_using_the_portal_makes_no_session_longer(make, settings):
    settings.SESSION_SAVE_EVERY_REQUEST = True
    browser, lasts = signed_in(make()), 60 * DAY if make is make_member else DAY

    for part in range(10):
        assert is_in(browser, NOW + lasts * part / 10)
    assert not is_in(browser, NOW + lasts)


def test_who_becomes_staff_has_a_staff_session_from_that_moment():
    member, new = make_member(), make_member()
    for person in (member, new):
        WorkingGroupSeat.objects.filter(member=person).delete()
    browser, fresh = signed_in(member), signed_in(new, at=NOW + 3 * DAY)
    assert is_in(browser, NOW + 3 * DAY)
    for person in (member, new):
        WorkingGroupSeat.objects.create(member=person, role="liaison", region="MENA", from_on=date(2026, 1, 1))

    assert not is_in(browser, NOW + 3 * DAY)
    assert is_in(fresh, NOW + 3 * DAY + timedelta(hours=23))
    assert not is_in(fresh, NOW + 4 * DAY)


def test_a_session_from_before_is_over_for_staff_and_counts_from_the_last_sign_in_for_others():
    for member, at, stays in (
        (make_liaison(), NOW + timedelta(minutes=1), False),
        (make_member(), NOW + 59 * DAY, True),
        (make_member(), NOW + 60 * DAY, False),
    ):
        browser = signed_in(member)
        with time_machine.travel(NOW, tick=False):
            session = browser.session
            del session[SIGNED_IN_AT]
            session.set_expiry(None)
            session.save()
        assert is_in(browser, at) is stays


def test_a_staff_cookie_lives_a_day_and_the_desk_asks_again():
    browser = signed_in(make_coordinator())
    with time_machine.travel(NOW, tick=False):
        assert browser.session.get_expiry_age() == DAY.total_seconds()
    with time_machine.travel(NOW + DAY, tick=False):
        page = browser.get(reverse("admin:index"))
    assert page.status_code == 302
    assert "login" in page.url


@pytest.mark.parametrize("age", [timedelta(), 3 * DAY])
def test_asking_how_old_a_session_is_and_whose_seats_it_opens_costs_no_query(age, django_assert_num_queries):
    member = make_member()
    browser = signed_in(member)
    with time_machine.travel(NOW + age, tick=False), django_assert_num_queries(2):  # the session and the member
        browser.get(reverse("registrations:registration-step", args=["moon"]))
    assert Member.objects.count() == 1


def test_who_asks_is_read_with_the_seats_they_hold_today():
    liaison, reader = make_liaison("LAC"), make_reader()
    WorkingGroupSeat.objects.create(
        member=reader, role="liaison", region="MENA", from_on=date(2025, 1, 1), until_on=NOW.date()
    )

    with time_machine.travel(NOW, tick=False):
        liaison, reader = (AuthenticationBackend().get_user(member.pk) for member in (liaison, reader))

        assert (liaison.seat_roles, is_on_trust_team(liaison)) == ({("liaison", "LAC")}, False)
        assert (reader.seat_roles, is_on_trust_team(reader)) == (set(), True)
        assert AuthenticationBackend().get_user(0) is None
