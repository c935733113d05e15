"""What a browser sees on the pages of clinics."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinics.demo import clinics as demo
from clinics.models import Clinic
from clinics.people.links import token_of
from clinics.tests.factories import LINK, make_clinic, make_person, sign_up
from letsconnect.tests.browser import LOOKED_AT_IN, WIDTHS, type_into
from registrations.models import Member
from registrations.tests.factories import make_agreement, make_coordinator, make_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# The fields and texts of a form that a row of the desk shows in part only.
CUT_OFF = """
() => [...document.querySelectorAll(".form-row")].flatMap(row => {
  const room = row.getBoundingClientRect();
  return [...row.querySelectorAll("input, select, textarea, .help")].filter(e => {
    const box = e.getBoundingClientRect();
    return box.width && (box.right > room.right + 1 || box.left < room.left - 1);
  }).map(e => e.outerHTML.slice(0, 80));
})
"""


@pytest.mark.parametrize("language", LOOKED_AT_IN)
def test_the_pages_of_the_demo_are_sound(live_server, open_window, language):
    """Of clinics in each phase and of their people, at both widths."""
    planner, member = make_coordinator(), make_member(zone="Africa/Cairo")
    grants, full, _, _, doors, _, cancelled, *_rest = demo.load(
        [planner, member, *(make_member() for _ in range(9))], timezone.now()
    )
    waiting = grants.people.waiting_for_answer().get()
    outside = make_person(grants, "helper", "asked", address="sol@example.org", asked_by=planner)
    Member.objects.filter(pk__in=[planner.pk, member.pk]).update(language=language)
    theirs = {
        "list": reverse("clinics:clinic-list"),
        "full": reverse("clinics:clinic-detail", args=[full.pk]),
        "open": reverse("clinics:clinic-detail", args=[grants.pk]),
        "doors": reverse("clinics:clinic-detail", args=[doors.pk]),
        "join": reverse("clinics:clinic-join", args=[doors.pk]),
        "join-early": reverse("clinics:clinic-join", args=[grants.pk]),
    }
    everybodys = {
        "visitor": reverse("clinics:clinic-detail", args=[full.pk]),
        "cancelled": reverse("clinics:clinic-detail", args=[cancelled.pk]),
        "answer": reverse("clinics:person-answer", args=[token_of(waiting)]),
        "outside": reverse("clinics:person-answer", args=[token_of(outside)]),
        "erase": reverse("clinics:person-erase", args=[token_of(outside)]),
    }
    desk = {
        name: reverse(f"admin:clinics_clinic_{name}", args=[grants.pk]) for name in ("people", "languages", "who_comes")
    }
    for who, pages in ((member, theirs), (None, everybodys), (planner, desk)):
        window = open_window(live_server.url, language=language, widths=WIDTHS, member=who)
        for name, path in pages.items():
            window.visit(path)
            window.screenshot(f"clinic-{name}-{language}")


def test_a_seat_is_taken_given_back_and_taken_over_without_javascript(live_server, open_window):
    clinic = make_clinic(starts_at=timezone.now() + timedelta(days=3), capacity=1)
    first, second = make_member(), make_member()
    for member in (first, second):
        make_agreement(member)
    one, two = (open_window(live_server.url, member=member, javascript=False, width=360) for member in (first, second))
    for window in (one, two):
        window.page.goto(f"{live_server.url}/clinics/{clinic.pk}/")

    one.page.get_by_role("button", name="Take a seat").click()
    one.page.get_by_text("You have a seat.", exact=True).wait_for()
    two.page.get_by_role("button", name="Take a seat").click()
    two.page.get_by_text("You are number 1 on the waiting list").wait_for()
    one.page.get_by_role("button", name="Give my seat back").click()
    one.page.get_by_text("You are no longer signed up").wait_for()
    two.page.reload()

    two.page.get_by_text("You have a seat.", exact=True).wait_for()
    assert LINK not in two.page.content()


HURRIES = """async (keys) => {
  for (const key of keys) document.getElementById(key).focus();
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return document.activeElement.id;
}"""


def test_a_coordinator_plans_a_clinic_at_the_desk(live_server, open_window):
    window = open_window(live_server.url, member=make_coordinator())
    page = window.visit("/admin/clinics/clinic/add/", accessible=False)
    page.get_by_label(re.compile("^Date", re.I)).fill("2099-05-04")
    page.get_by_label(re.compile("^Time:", re.I)).fill("14:00")
    zone = page.locator("#id_zone")
    typed = zone.input_value()
    zone.fill("")
    zone.press_sequentially("a")
    page.locator(".lc-find-list:not([hidden]) [role=option]").nth(7).wait_for()
    zone.press("Tab")
    assert page.evaluate("document.activeElement.id") == "id_fold", "Tab stops at no list that closes"
    zone.fill(typed)
    came = page.evaluate(HURRIES, ["id_fold", "id_zone", "id_fold"])
    assert came == "id_fold", "the focus stays with who has gone on"
    page.locator("#id_texts-0-title").fill("Grants")
    type_into(page.locator("#id_texts-0-language"), "English")
    page.locator("#id_texts-0-summary").fill("About grants")
    page.locator("#id_texts-0-state").select_option("ready")
    window.screenshot("clinic-desk-add")
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_role("link", name="Announce").click()
    page.get_by_role("button", name="Announce to").click()
    page.get_by_text("Grants: announced").wait_for()
    window.check(accessible=False)
    sign_up(Clinic.objects.get(), 2)
    page.reload()
    window.screenshot("clinic-desk-change")
    page.get_by_role("link", name="Cancel this clinic").click()
    window.check(accessible=False)
    window.screenshot("clinic-desk-cancel")
    page.goto(live_server.url + "/admin/clinics/clinic/")
    window.check(accessible=False)
    window.screenshot("clinic-desk-list")


@pytest.mark.parametrize(("language", "javascript"), [("en", True), ("ar", False)])
def test_the_room_of_a_clinic_is_sound_and_moves_it(live_server, open_window, language, javascript):
    clinic = make_clinic(starts_at=timezone.now() + timedelta(days=9), capacity=5, meeting_link="")
    sign_up(clinic, 2)
    coordinator = make_coordinator(language=language)
    window = open_window(live_server.url, language=language, widths=WIDTHS, member=coordinator, javascript=javascript)
    room = f"/admin/clinics/clinic/{clinic.pk}/"

    for name in ("change", "texts", "who-comes", "again", "move"):
        page = window.visit(f"{room}{name}/", accessible=False)
        page.set_viewport_size({"width": 360, "height": 800})
        assert page.evaluate(CUT_OFF) == []
        window.screenshot(f"clinic-room-{name}-{language}")
    page.locator("#id_local_time").fill("21:15")
    page.locator("form.lc-form button[type=submit]").click()
    page.locator("button[name=sample][value=fr]").click()
    window.check(accessible=False)
    window.screenshot(f"clinic-room-move-asked-{language}")
    page.locator(".submit-row button.default").click()
    page.wait_for_url(re.compile("/change/"))

    clinic.refresh_from_db()
    assert (clinic.sequence, clinic.local_time.isoformat()) == (1, "21:15:00")
    page.locator(".lc-room__missing a").first.click()
    assert page.url.endswith(f"{room}change/")


def test_somebody_without_an_account_answers_by_their_link_without_javascript(live_server, open_window):
    clinic = make_clinic(starts_at=timezone.now() + timedelta(days=3))
    person = make_person(clinic, state="asked", address="a@example.org")
    window = open_window(live_server.url, javascript=False, width=360)
    window.page.goto(live_server.url + reverse("clinics:person-answer", args=[token_of(person)]))

    window.page.locator("summary", has_text="How you are named").click()
    window.page.get_by_label("A line about you").fill("grants officer")
    window.page.get_by_role("button", name="Yes, I take part").click()
    window.page.get_by_text("Thank you! You are in.").wait_for()
    window.page.get_by_role("button", name="I cannot come after all").click()
    window.page.get_by_text("The planners know.").wait_for()

    person.refresh_from_db()
    assert (person.state, person.role_line) == ("stepped_back", "grants officer")
