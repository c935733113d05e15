"""The pages, tried on everyone: visitor, stranger, going, waiting, liaisons, coordinator."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinics.domain.clinics import ClinicState
from clinics.models import ClinicText, Rsvp
from clinics.planning.plans import cancel_clinic
from clinics.seats import rsvps
from clinics.seats.rsvps import cancel_rsvp
from clinics.tests.factories import LINK, START, TICKED, make_clinic, sign_up
from mailings.models import Letter
from registrations.tests.factories import NOW, make_member

pytestmark = pytest.mark.django_db
EVERYONE = ["visitor", "stranger", "going", "waiting", "liaison", "other_liaison", "coordinator"]


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def clinic(db):
    return make_clinic(capacity=1)


@pytest.fixture
def cast(clinic, stranger, liaison, other_liaison, coordinator):
    going, waiting = sign_up(clinic, 2)
    return {
        "visitor": None,
        "stranger": stranger,
        "going": going.member,
        "waiting": waiting.member,
        "liaison": liaison,
        "other_liaison": other_liaison,
        "coordinator": coordinator,
    }


def page(name, *args):
    return reverse(f"clinics:{name}", args=args)


def see(client, path, member=None, **headers):
    if member:
        client.force_login(member)
    return client.get(path, **headers)


def text_of(response):
    return response.content.decode()


def test_everyone_sees_the_list_and_the_page_and_nobody_the_link(client, clinic, cast):
    for who in EVERYONE:
        client.logout()
        for path in (page("clinic-list"), page("clinic-detail", clinic.pk)):
            response = see(client, path, cast[who])
            assert response.status_code == 200, (who, path)
            assert text_of(response).count("<h1") == 1
            assert "Asking for money kindly" in text_of(response)
            assert LINK not in text_of(response)


@pytest.mark.parametrize(
    ("who", "offers", "shows"),
    [
        ("visitor", "We send a code to this address.", "full, with a waiting list"),
        ("stranger", "Join the waiting list", "full, with a waiting list"),
        ("going", "Give my seat back", "You have a seat"),
        ("waiting", "Leave the waiting list", "You are number 1 on the waiting list"),
        ("liaison", "Join the waiting list", "0 of 1"),
        ("other_liaison", "Join the waiting list", "0 of 1"),
        ("coordinator", "Join the waiting list", "0 of 1"),
    ],
)
def test_the_page_offers_what_this_reader_can_do(client, clinic, cast, who, offers, shows):
    words = text_of(see(client, page("clinic-detail", clinic.pk), cast[who]))

    assert offers in words
    assert shows in words


def test_no_page_names_those_who_signed_up(client, clinic, cast):
    for who in ("visitor", "stranger", "waiting"):
        client.logout()
        words = text_of(see(client, page("clinic-detail", clinic.pk), cast[who]))
        assert cast["going"].name not in words
        assert cast["going"].email not in words


def test_a_draft_is_a_page_for_the_working_group_only(client, stranger, liaison):
    draft = make_clinic(state=ClinicState.DRAFT, region="MENA")

    for path in (page("clinic-detail", draft.pk), page("clinic-join", draft.pk)):
        assert see(client, path).status_code == 404
        assert see(client, path, stranger).status_code == 404
        client.logout()
    assert client.post(page("rsvp-make", draft.pk)).status_code == 404
    assert "only the working group sees it" in text_of(see(client, page("clinic-detail", draft.pk), liaison))


def test_the_list_keeps_upcoming_and_past_apart(client, clinic):
    make_clinic(title="Long gone", starts_at=NOW - timedelta(days=30), state=ClinicState.HELD)
    make_clinic(title="Called off", state=ClinicState.CANCELLED)

    upcoming, past = text_of(see(client, page("clinic-list"))).split("Past clinics")

    assert "Called off" in upcoming
    assert "Asking for money kindly" in upcoming
    assert "Long gone" in past


def test_an_empty_list_says_so(client):
    assert "No clinic is planned at the moment" in text_of(see(client, page("clinic-list")))


@pytest.mark.parametrize("signed_in", [False, True])
def test_the_list_takes_the_same_number_of_queries_at_3_and_at_30(client, member, signed_in):
    if signed_in:
        client.force_login(member)

    def fill(number):
        for i in range(number):
            made = make_clinic(title=f"Clinic {i}", starts_at=START + timedelta(hours=i))
            ClinicText.objects.create(clinic=made, language="fr", title="Clinique", summary="…", state="ready")
            rsvps.rsvp(clinic=made, member=member, by=member, now=NOW)
            make_clinic(title=f"Old {i}", starts_at=NOW - timedelta(days=9), state=ClinicState.HELD)

    def count():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page("clinic-list")).status_code == 200
        return len(queries)

    fill(3)
    three = count()
    fill(27)
    assert count() == three


def test_hours_are_shown_in_my_zone_and_in_utc(client, clinic):
    words = text_of(see(client, page("clinic-detail", clinic.pk), make_member(zone="Asia/Kathmandu")))

    assert "17:45 (Kathmandu time, UTC+5:45)" in words
    assert "12:00 (UTC)" in words


def test_the_page_says_which_language_the_clinic_is_in(client):
    clinic = make_clinic(floor_language="pt")

    assert "Portuguese" in text_of(see(client, page("clinic-list")))
    assert "Portuguese" in text_of(see(client, page("clinic-detail", clinic.pk)))


def test_an_arabic_reader_is_shown_the_closest_text_marked_as_such(client, clinic):
    words = text_of(see(client, page("clinic-detail", clinic.pk), make_member(language="ar")))

    assert '<html lang="ar" dir="rtl">' in words
    assert '<h1 lang="en" dir="ltr">\u2068Asking for money kindly\u2069</h1>' in words

    ClinicText.objects.create(clinic=clinic, language="ar", title="طلب المال بلطف", summary="عن المال", state="ready")
    words = text_of(client.get(page("clinic-detail", clinic.pk)))
    assert '<h1 lang="ar" dir="rtl">\u2068طلب المال بلطف\u2069</h1>' in words


def test_anyone_signed_in_takes_a_seat_without_a_registration(client, stranger):
    clinic = make_clinic()
    client.force_login(stranger)

    response = client.post(page("rsvp-make", clinic.pk), TICKED)

    assert response.url == page("clinic-detail", clinic.pk)
    rsvp = Rsvp.objects.get()
    assert (rsvp.member, rsvp.state, rsvp.made_at) == (stranger, "going", NOW)
    assert Letter.objects.filter(kind="clinics.rsvp_recorded", member=stranger).count() == 1
    here = text_of(client.get(response.url))
    assert "Thank you for signing up. We confirm it by email." in here and here.count("You have a seat") == 1


def test_giving_a_seat_back_moves_the_next_up(client, clinic, cast):
    client.force_login(cast["going"])

    client.post(page("rsvp-cancel", clinic.pk))

    assert [rsvp.member for rsvp in clinic.rsvps.going()] == [cast["waiting"]]


def test_two_tabs_give_one_seat(client, stranger):
    clinic = make_clinic()
    client.force_login(stranger)

    client.post(page("rsvp-make", clinic.pk), TICKED)
    client.post(page("rsvp-make", clinic.pk), TICKED)

    assert Rsvp.objects.count() == Letter.objects.count() == 1


def test_a_closed_clinic_says_so_and_takes_nobody(client, stranger):
    clinic = make_clinic(starts_at=NOW + timedelta(minutes=50), closes_minutes_before=60)
    client.force_login(stranger)

    response = client.post(page("rsvp-make", clinic.pk), TICKED, follow=True)

    assert "Sign-up for this clinic has closed." in text_of(response)
    assert not Rsvp.objects.exists()


@pytest.mark.parametrize("name", ["rsvp-make", "rsvp-cancel"])
def test_get_never_changes_anything(client, clinic, cast, name):
    for who in ("going", "waiting", "stranger"):
        assert see(client, page(name, clinic.pk), cast[who]).status_code == 405

    assert sorted(Rsvp.objects.values_list("state", flat=True)) == ["going", "waiting"]


@pytest.mark.parametrize("name", ["rsvp-make", "rsvp-cancel"])
def test_a_visitor_is_sent_to_sign_in_and_back_to_the_page(client, clinic, name):
    response = client.post(page(name, clinic.pk))

    back = quote(page("clinic-detail", clinic.pk))
    assert response.url == f"{reverse('registrations:sign-in')}?next={back}"
    assert f"?next={back}" in text_of(client.get(page("clinic-detail", clinic.pk)))
    assert not Rsvp.objects.exists()


JOIN_TIMES = {
    "days before": (NOW, False),
    "31 minutes before": (START - timedelta(minutes=31), False),
    "30 minutes before": (START - timedelta(minutes=30), True),
    "during": (START + timedelta(minutes=119), True),
    "at the end": (START + timedelta(minutes=120), False),
}


@pytest.mark.parametrize("moment", JOIN_TIMES)
@pytest.mark.parametrize("who", EVERYONE)
def test_the_link_is_handed_out_near_the_time_and_to_those_going_only(client, clinic, cast, who, moment):
    when, near = JOIN_TIMES[moment]
    with time_machine.travel(when, tick=False):
        looked = see(client, page("clinic-join", clinic.pk), cast[who])
        pressed = client.post(page("clinic-join", clinic.pk))

    is_over = moment == "at the end"
    assert looked.status_code == (200 if who in ("visitor", "going") or is_over else 403)
    assert pressed.status_code == (
        302 if who == "visitor" else 409 if is_over else 403 if who != "going" else 200 if near else 409
    )
    assert LINK not in text_of(looked)
    assert (LINK in text_of(pressed)) is (near and who == "going")
    assert "no-store" in looked["Cache-Control"] and "no-store" in pressed["Cache-Control"]


@pytest.mark.parametrize("change", ["cancelled clinic", "cancelled seat"])
def test_the_link_is_gone_with_the_seat_or_the_clinic(client, clinic, cast, coordinator, change):
    if change == "cancelled clinic":
        cancel_clinic(clinic=clinic, reason="ill", by=coordinator, now=NOW)
    else:
        cancel_rsvp(clinic=clinic, member=cast["going"], by=cast["going"], now=NOW)

    client.force_login(cast["going"])
    with time_machine.travel(START, tick=False):
        assert LINK not in text_of(client.post(page("clinic-join", clinic.pk)))


def test_a_cancelled_clinic_gives_its_reason(client, clinic, coordinator):
    cancel_clinic(clinic=clinic, reason="The sharer <is> ill.", by=coordinator, now=NOW)

    words = text_of(see(client, page("clinic-detail", clinic.pk)))

    assert "The reason: The sharer &lt;is&gt; ill." in words
    assert "Take a seat" not in words


@pytest.mark.parametrize("path", ["/clinics/999999/", "/clinics/999999/join/"])
def test_a_clinic_that_is_not_there_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_the_hour_of_a_clinic_in_the_night_of_the_clock_change_is_right(client):
    clinic = make_clinic(starts_at=datetime(2026, 10, 25, 1, 30, tzinfo=UTC))

    assert "02:30 (Berlin time, UTC+1)" in text_of(
        see(client, page("clinic-detail", clinic.pk), make_member(zone="Europe/Berlin"))
    )


@pytest.mark.parametrize("page_name", ["clinic-detail", "clinic-list", "home"])
def test_a_text_in_a_language_that_the_portal_has_not_says_which_and_how_it_is_written(client, page_name):
    clinic = make_clinic(title="Wikidata برای همه", language="fa", floor_language="fa")
    address = (
        reverse("home") if page_name == "home" else page(page_name, *([clinic.pk] if "detail" in page_name else []))
    )

    words = text_of(client.get(address))

    assert 'lang="fa" dir="rtl">\u2068Wikidata برای همه\u2069' in words
    assert page_name == "home" or "Persian" in words
