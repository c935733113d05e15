"""By whose clock a reader reads hours: the cookie of a visitor, the account of a member, and nothing else."""

import pytest
from django.conf import settings
from django.urls import reverse

from clinics.tests.factories import make_clinic
from registrations.tests.factories import make_member

pytestmark = pytest.mark.django_db
PAGE = "/time-zone/"


def hours(client):
    return client.get("/clinics/").content.decode()


def test_a_visitors_choice_is_kept_in_a_cookie_and_leads_back(client):
    make_clinic()
    assert "(UTC)" in hours(client)

    answer = client.post(PAGE, {"zone": "Africa/Cairo", "next": "/clinics/?language=en"})

    assert answer["Location"] == "/clinics/?language=en"
    cookie = answer.cookies[settings.ZONE_COOKIE_NAME]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("Africa/Cairo", True, "Lax")
    assert "(Cairo time, UTC+2)" in hours(client) and "times.js" not in hours(client)
    page = client.get(PAGE).content.decode()
    assert 'value="Cairo (Egypt)"' in page and "in Cairo now. Is that your clock?" in page and "Africa/" not in page
    client.post(PAGE, {"zone": "El Cairo"})
    assert client.cookies[settings.ZONE_COOKIE_NAME].value == "Africa/Cairo"


def test_a_members_choice_is_kept_on_the_account_whatever_the_cookie_says(client):
    make_clinic()
    client.cookies[settings.ZONE_COOKIE_NAME] = "America/Bogota"
    member = make_member(zone="Asia/Tokyo")
    client.force_login(member)
    assert "(Tokyo time, UTC+9)" in hours(client)

    answer = client.post(PAGE, {"zone": "Africa/Cairo"})

    member.refresh_from_db()
    assert member.zone == "Africa/Cairo" and settings.ZONE_COOKIE_NAME not in answer.cookies
    assert "(Cairo time, UTC+2)" in hours(client)


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd", "\0"])
def test_a_zone_that_does_not_exist_is_refused_at_the_field(client, zone):
    answer = client.post(PAGE, {"zone": zone, "next": "/clinics/"})

    assert answer.status_code == 422 and settings.ZONE_COOKIE_NAME not in answer.cookies
    assert 'name="next" value="/clinics/"' in answer.content.decode()
    client.cookies[settings.ZONE_COOKIE_NAME] = zone.replace("\0", "0")
    assert client.get("/clinics/").status_code == 200


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_nobody_is_led_to_another_site(client, elsewhere):
    assert client.post(PAGE, {"zone": "UTC", "next": elsewhere})["Location"] == "/"
    assert 'name="next" id="id_next"' in client.get(PAGE, {"next": elsewhere}).content.decode()


def test_the_script_is_told_what_cities_are_called(client):
    arabic = client.get(reverse("zone-cities", args=["ar"]))

    assert arabic.json()["Africa/Cairo"] == "القاهرة" and "UTC" not in arabic.json()
    assert "Africa/Cairo" not in client.get(reverse("zone-cities", args=["en"])).json()
    assert arabic.headers["Cache-Control"] == "public, max-age=86400"
    page = client.get("/clinics/", headers={"accept-language": "es"}).content.decode()
    assert 'data-day="{weekday}, {day} de {month} de {year}"' in page
    assert 'data-moment="{day}, {hour} ({zone})"' in page and 'data-zone="hora de {city}, {offset}"' in page
