"""A liaison's evening on a phone: from Today through reviews by key, a match, a clinic's gap, to a report."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from clinics.models import Clinic
from clinics.tests.factories import make_clinic, make_person
from matching.models import Match
from matching.tests.factories import make_match, make_round
from registrations.catalogue import loading
from registrations.models import Registration
from registrations.tests.factories import make_coordinator, make_liaison, make_registration

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def make_evening():
    """Make what waits for the liaison of one region: reviews, half of a match, a clinic tomorrow without a link."""
    now = timezone.now()
    for days in (3, 2, 1):
        sent = now - timedelta(days=days)
        make_registration(state="submitted", submitted_at=sent, changed_at=sent, wishes=["budgeting"])
    make_registration(state="submitted", region="LAC", country="AR", submitted_at=now)  # another's
    match = make_match(
        "proposed",
        round=make_round(state="proposed"),
        learner=make_registration(name="Amina"),
        sharer=make_registration(name="Chidi", region="SSA", country="NG"),
    )
    match.approvals.create(side="sharer", region="SSA", approved_by=make_coordinator(), approved_at=now)
    clinic = make_clinic(region="MENA", starts_at=now + timedelta(hours=20), meeting_link="")
    for role in ("sharer", "host"):
        make_person(clinic, role)


def states():
    queue = Registration.objects.filter(region="MENA", wishes__isnull=False).order_by("submitted_at")
    return list(queue.values_list("state", flat=True))


@pytest.mark.parametrize("language", ["en", "ar"])
def test_an_evening_of_a_liaison_on_a_phone(live_server, open_window, language):
    loading.load_reference_data()
    make_evening()
    liaison = make_liaison(name="Noor", language=language)
    window = open_window(live_server.url, language=language, width=360, member=liaison)

    def from_today(part, *, name=""):
        page = window.visit("/admin/")
        link = page.locator(f"#waiting a[href*='{part}']").first
        link.click()
        window.check()
        window.screenshot(f"evening-{name or part.strip('/?=').replace('/', '-')}-{language}")
        return page

    page = window.visit("/admin/")
    window.screenshot(f"evening-today-{language}")
    assert page.evaluate("document.querySelector('#waiting a').getBoundingClientRect().bottom < 640"), "it comes first"
    page = from_today("registration/read/", name="lane")
    first = page.locator("h1").inner_text()
    page.keyboard.press("a")
    page.locator(".lc-undo").wait_for()
    page.keyboard.press("u")
    page.locator("h1", has_text=first).wait_for()
    assert states() == ["submitted"] * 3
    for _each in range(3):
        before = page.locator("h1").inner_text()
        page.keyboard.press("a")
        page.locator("h1", has_text=before).wait_for(state="detached")
    assert states() == ["approved"] * 3
    window.check()

    page = from_today("waits=me", name="half-approved")
    assert page.locator("#result_list tbody tr").count() == 1
    page.locator("#result_list tbody th a, #result_list tbody td.field-__str__ a").first.click()
    window.check()
    window.screenshot(f"evening-match-{language}")
    page.locator("button[name=decision][value=approve]").click()
    window.check()
    assert Match.objects.get().state == "approved"

    page = window.visit("/admin/")
    assert page.locator("#waiting a[href*='registration/read/'], #waiting a[href*='waits=me']").count() == 0
    page = from_today("clinics/clinic/", name="clinics")
    if not re.search(r"/clinic/\d+/", page.url):
        page.locator("#result_list tbody a[href*='/change/']").first.click()
    window.check()
    page.locator(".lc-room__missing a").first.click()
    window.check()
    page.locator("[name=meeting_link]").fill("https://call.example.org/evening")
    page.locator("[name=_save], [name=_continue]").first.click()
    window.check()
    assert Clinic.objects.get().meeting_link == "https://call.example.org/evening"

    page = window.visit("/admin/reports/")
    window.screenshot(f"evening-reports-{language}")
    page.locator(".lc-reports a").first.click()
    window.check()
    window.screenshot(f"evening-report-{language}")
    assert page.locator("table").count() >= 1
