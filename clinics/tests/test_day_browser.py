"""A host's day on a phone: names, ticks on a bad line, the rest; and somebody who joins by the button."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinics.agendas.writing import AgendaEntry, write_agenda
from clinics.attendance.ticking import tick
from clinics.domain.agendas import AgendaPart
from clinics.domain.people import ClinicRole
from clinics.models import AccessNeed, Attendance, Rsvp, SeatQuestion
from clinics.seats.rsvps import rsvp
from clinics.tests.factories import LINK, make_channel, make_clinic, make_person
from letsconnect.tests.browser import LOOKED_AT_IN
from letsconnect.tests.waiting import wait_until
from registrations.models import Member
from registrations.tests.factories import make_agreement, make_coordinator, make_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAMES = ("Ana María López", "Émile Zola", "سعاد", "Bo")


@pytest.fixture
def clinic():
    now = timezone.now()
    clinic = make_clinic(starts_at=now + timedelta(hours=2), capacity=40)
    entries = [AgendaEntry(AgendaPart.ICEBREAKER, 30), AgendaEntry(AgendaPart.QUESTIONS, 60)]
    write_agenda(clinic=clinic, entries=entries, icebreaker="", quiz_link="", by=make_coordinator(), now=now)
    french = make_channel(clinic, "fr", name="Channel 2")
    for name in NAMES:
        member = make_member(name=name)
        seat = rsvp(clinic=clinic, member=member, by=member, now=now)
        if name == "Émile Zola":
            Rsvp.objects.filter(pk=seat.pk).update(channel=french)
            AccessNeed.objects.create(rsvp=seat, text="I read lips: please keep the camera on.", made_at=now)
            SeatQuestion.objects.create(rsvp=seat, text="How long is a good proposal?", made_at=now)
    waits = make_member(name="Ngozi")
    make_agreement(waits)
    Rsvp.objects.create(clinic=clinic, member=waits, state="waiting", place=1, made_at=now)
    begins = now - timedelta(minutes=5)
    type(clinic).objects.filter(pk=clinic.pk).update(starts_at=begins, announced_at=now - timedelta(days=9))
    return clinic


def test_a_host_ticks_on_a_bad_line_and_nothing_is_lost(open_window, live_server, clinic):
    """In Arabic; in English the page is looked at below. What is sent has no language."""
    host = make_person(clinic, ClinicRole.HOST, member=make_member(language="ar")).member
    window = open_window(live_server.url, language="ar", width=360, member=host)
    page = window.page
    window.visit(f"/clinics/{clinic.pk}/")
    page.locator(f"main a[href$='/clinics/{clinic.pk}/host/']").click()
    page.locator("#door").wait_for()
    window.check()
    window.screenshot("host-ar")
    assert "I read lips" in page.locator("[data-name*='Émile Zola']").inner_text()
    assert "How long is a good proposal?" in page.locator(".lc-questions").inner_text()
    on_now = page.locator(".lc-clock [aria-current] [data-left]")
    assert on_now.is_visible() and on_now.inner_text().startswith(("24:", "25:"))
    key = f"seat-{Rsvp.objects.get(member__name='Bo').pk}"
    button, told = page.locator(f"#{key} button"), page.locator("#unsaved")
    lost = []

    def lose(route):
        lost.append(route.request.post_data)
        route.abort()

    page.route("**/host/tick/", lose)
    button.click()
    wait_until(lambda: page.evaluate("1") and len(lost) >= 2, "a tick that is sent again")
    assert button.get_attribute("aria-pressed") == "true"
    assert "Bo" in told.inner_text() and not Attendance.objects.exists()
    window.screenshot("host-unsaved-ar")
    window.errors.clear()  # the lost requests
    page.unroute("**/host/tick/")
    wait_until(lambda: page.evaluate("1") and Attendance.objects.exists(), "the tick to be saved")
    wait_until(lambda: told.get_attribute("data-waits") is None, "the page to say so")
    assert page.locator("#there").inner_text() == "1"

    button.click()
    wait_until(lambda: page.evaluate("1") and not Attendance.objects.exists(), "the tick to be taken back")
    page.locator("#q").fill("emile")
    assert page.locator("[data-name]:visible").count() == 1
    assert "Émile Zola" in page.locator("[data-name]:visible").inner_text()
    page.locator("[data-name*='Émile Zola'] button").click()
    wait_until(lambda: page.evaluate("1") and Attendance.objects.exists(), "the tick to be saved")
    page.locator("[aria-labelledby=waiting] button").click()
    page.locator(".cdx-message--success", has_text="Ngozi").wait_for()
    page.locator("#number").fill("3")
    page.locator("[aria-labelledby=others] button").click()
    page.locator("#number[value='3']").wait_for()
    window.check()

    # What was noted stands: two by name, and three more.
    page.reload()
    assert page.locator("#there").inner_text() == "2"
    assert page.locator("[data-name*='Ngozi'] button").get_attribute("aria-pressed") == "true"
    assert page.locator("[aria-labelledby=waiting]").count() == 0
    assert "5" in page.locator("[aria-labelledby=others] p").last.inner_text()


def test_a_host_without_javascript_ticks_too(open_window, live_server, clinic):
    host = make_person(clinic, ClinicRole.HELPER).member
    window = open_window(live_server.url, width=360, member=host, javascript=False)
    window.page.goto(f"{live_server.url}/clinics/{clinic.pk}/host/")

    window.page.locator("[data-name='Bo'] button").click()

    assert Attendance.objects.get().member.name == "Bo"
    assert window.page.locator("[data-name='Bo'] button").get_attribute("aria-pressed") == "true"


@pytest.mark.parametrize("language", LOOKED_AT_IN)
def test_somebody_joins_by_the_button(open_window, live_server, clinic, language):
    going = Rsvp.objects.get(member__name="Émile Zola").member
    type(going).objects.filter(pk=going.pk).update(language=language)
    window = open_window(live_server.url, language=language, width=360, member=going)
    window.visit(f"/clinics/{clinic.pk}/join/")
    window.screenshot(f"join-{language}")
    window.page.locator("main form button").click()

    assert window.page.locator(f'main a[href="{LINK}"]').count() == 1
    assert Attendance.objects.get().member == going
    window.check()
    window.screenshot(f"joined-{language}")


def test_a_host_finds_one_of_two_hundred_and_sees_what_another_host_ticks(open_window, live_server, clinic):
    """On a telephone; a tick is shown at once, however long its way is."""
    host = make_person(clinic, ClinicRole.HOST, member=make_member()).member
    names = [f"{first} {last}" for first in ("Ana", "Bola", "Chidi", "Dilnoza", "سعاد") for last in map(str, range(40))]
    members = Member.objects.bulk_create(Member(name=name) for name in names)
    type(clinic).objects.filter(pk=clinic.pk).update(capacity=300)
    now = timezone.now() - timedelta(days=1)
    Rsvp.objects.bulk_create(
        Rsvp(clinic=clinic, member=member, state="going", seat=seat, made_at=now, seated_at=now)
        for seat, member in enumerate(members, start=50)
    )
    window = open_window(live_server.url, width=360, member=host)
    page = window.page
    window.visit(f"/clinics/{clinic.pk}/host/")
    assert page.locator("[data-name]").count() == 205
    window.screenshot("host-of-200")

    page.locator("#q").fill("chidi 17")
    assert page.locator("[data-name]:visible").count() == 1
    window.screenshot("host-of-200-found")
    button = page.locator("[data-name]:visible button")
    box = button.bounding_box()
    assert box["height"] >= 44 and box["width"] >= 44
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    wait_until(lambda: page.evaluate("1") and Attendance.objects.exists(), "the tick to be saved")
    page.locator("#q").fill("")

    other = Rsvp.objects.get(member=members[7])
    helper = make_person(other.clinic, ClinicRole.HELPER).member
    tick(clinic=other.clinic, member=other.member, by=helper, now=timezone.now())
    seen, come_back = page.locator(f"#seat-{other.pk} button"), "document.dispatchEvent(new Event('visibilitychange'))"
    wait_until(
        lambda: page.evaluate(come_back) and seen.get_attribute("aria-pressed") == "true",
        "the tick of another host to be seen",
    )
    assert page.locator("#there").inner_text() == "2"
