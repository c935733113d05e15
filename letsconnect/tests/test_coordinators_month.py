"""A coordinator's month in a browser: a file of the old form, invitations, reviews, a round, and the funder's page.

Each act is on more rows than a page does at once, so a worker does it. `make test` brings 60 people, `make chaos` 900.
"""

import re

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from letsconnect.base import mass_acts
from letsconnect.base.models import MassAct
from letsconnect.tests.browser import WIDTHS
from mailings.models import Letter
from matching.models import Match, Round
from matching.rounds.computing import solve_waiting_rounds
from registrations.catalogue.loading import load_reference_data
from registrations.models import Registration
from registrations.oldform import claims, uploads
from registrations.tests.factories import make_agreement, make_coordinator, make_member
from registrations.tests.test_oldform_uploads import file_of
from reports.models import Edition

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DESK = "/admin"
PLACES = (("Tunisia", "Africa/Tunis"), ("Nigeria", "Africa/Lagos"), ("Peru", "America/Lima"), ("India", "Asia/Kolkata"))
SKILLS = ("Budgeting", "Facilitation", "Surveys")


def row_of(number):
    """Return what one person told the old form: each shares a skill that another wants, half are free "mornings"."""
    country, zone = PLACES[number % 2]
    return {
        "name": f"Participant {number}",
        "address": f"person{number}@example.org",
        "country": country,
        "zone": zone,
        "languages": "English (5), French (4)",
        "windows": "mornings" if number % 2 else "Mon-Fri 18:00-21:00",
        "shares": SKILLS[number % 3],
        "learns": SKILLS[(number + 1) % 3],
        "sessions": "two",
        "clinic": "Yes",
        "newsletter": "Yes",
        "consent": "I agree",
    }


class Coordinator:
    """The coordinator's window, and the worker that does what is begun in it."""

    def __init__(self, window):
        self.window, self.page = window, window.page

    def visit(self, path):
        self.window.visit(f"{DESK}/{path}", accessible=False)
        return self.page

    def press(self, selector):
        self.page.locator(selector).first.click()
        self.window.check(accessible=False)

    def act_on_all(self, path, action):
        """Tick all rows of a list, those of other pages too, read what will happen, begin; return the act when done."""
        page = self.visit(path)
        page.locator("#action-toggle").check()
        everywhere = page.locator(".actions .question a")
        if everywhere.count() and everywhere.first.is_visible():
            everywhere.first.click()
        page.locator("select[name=action]").select_option(action)
        page.locator(".actions button").first.click()
        self.window.check(accessible=False)
        self.window.screenshot(f"coordinator-{action}")
        self.press("form[action$='/begin/'] button.default")
        act = MassAct.objects.latest("pk")
        while mass_acts.work_waiting(now=timezone.now()):
            pass
        page.locator("progress").wait_for(state="detached")  # the page reloads by itself
        self.window.check(accessible=False)
        self.window.screenshot(f"coordinator-{action}-done")
        act.refresh_from_db()
        assert act.state == "done"
        assert page.locator("a[href$='/rows/']").count() == 1
        return act


def worker_reads_files():
    while uploads.work_waiting(now=timezone.now()):
        pass


def all_claim_and_hand_in():
    """Let each person sign in by their address, agree, and hand in, as their own pages would."""
    now = timezone.now()
    for registration in Registration.objects.filter(member=None).order_by("pk"):
        member = make_member(email=registration.imported_address, name="")
        EmailAddress.objects.get_or_create(user=member, email=member.email, verified=True, primary=True)
        make_agreement(member)
        assert claims.claim_by_address(member=member, now=now) is not None
    Registration.objects.filter(source="import").update(state="submitted", submitted_at=now)


@pytest.mark.parametrize("people", [60, pytest.param(900, marks=pytest.mark.chaos)])
def test_a_coordinators_month(live_server, open_window, tmp_path, people):
    load_reference_data()
    window = open_window(live_server.url, member=make_coordinator(name="Coco"), widths=WIDTHS)
    coordinator, page = Coordinator(window), window.page
    file = tmp_path / "old.csv"
    file.write_bytes(file_of(*map(row_of, range(people))))

    # the file: one decision for each guess, however many rows it stands in
    coordinator.visit("registrations/importupload/add/")
    page.locator("input[type=file]").set_input_files(file)
    coordinator.press("input[type=submit].default")
    worker_reads_files()
    upload = re.search(r"/importupload/(\d+)/", page.url)[1]
    coordinator.visit(f"registrations/importupload/{upload}/guesses/")
    window.screenshot("coordinator-guesses")
    mornings = page.locator("tr", has_text="mornings")
    assert mornings.count() == 1
    mornings.locator("input[value=read]").check()
    mornings.locator("input[name^=as-]").fill("Mon-Fri 08:00-12:00")
    coordinator.press("button.default")
    worker_reads_files()
    coordinator.visit(f"registrations/importupload/{upload}/change/")
    coordinator.press("form[action$='/apply/'] input.default")
    worker_reads_files()
    coordinator.visit(f"registrations/importupload/{upload}/rows/")
    window.screenshot("coordinator-rows")
    assert Registration.objects.filter(windows__start=8 * 60).distinct().count() == people // 2

    # the people
    act = coordinator.act_on_all("registrations/registration/?show=all&claim=nobody", "invite_to_claim")
    assert act.rows.filter(outcome="done").count() == people
    assert Letter.objects.filter(kind="registrations.claim_invitation").count() == people
    all_claim_and_hand_in()
    coordinator.visit("")
    window.screenshot("coordinator-today")
    assert page.locator("#waiting a", has_text=str(people)).count() >= 1
    act = coordinator.act_on_all("registrations/registration/?show=submitted", "approve")
    assert Registration.objects.filter(state="approved").count() == people

    # the round
    coordinator.visit("matching/round/")
    coordinator.press(".object-tools button")
    coordinator.press("form[action$='/request/'] button")
    solve_waiting_rounds(now=timezone.now())
    proposed = Match.objects.filter(state="proposed").count()
    assert proposed > people // 2
    coordinator.act_on_all("matching/match/?state__exact=proposed", "approve")
    assert Match.objects.filter(state="approved").count() == proposed
    coordinator.visit(f"matching/round/{Round.objects.get().pk}/publish/")
    coordinator.press("form button.default")
    while mass_acts.work_waiting(now=timezone.now()):
        pass
    assert Match.objects.filter(state="asked").count() == proposed

    # what came of it
    coordinator.visit("reports/needs/")
    window.screenshot("coordinator-needs")
    coordinator.visit("reports/editions/new/")
    page.locator("[name=slug]").fill("a-year")
    page.locator("[name=title_en]").fill("What we achieved")
    for box in page.locator("[name=figures]").all()[:6]:
        box.check()
    coordinator.press("button[name=press][value=look]")
    assert not Edition.objects.get().is_published
    coordinator.press("form[action$='/publish/'] button")
    assert Edition.objects.get().is_published
    reader = open_window(live_server.url, width=360)
    reader.visit("/reports/a-year/")
    reader.screenshot("coordinator-funders-page")
    assert f" {people} " not in reader.page.inner_text("main") or people % 5 == 0
