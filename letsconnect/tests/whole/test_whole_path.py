"""Everything the portal is for, done by people in browsers: nothing is faked between the first page and the last."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from clinics.models import Clinic
from letsconnect.tests.browser import type_into
from letsconnect.tests.waiting import wait_until
from letsconnect.tests.whole.portal import running
from mailings.ledger.gathering import REPLACED
from mailings.mailbox import Mailbox
from mailings.models import Letter
from mailings.tests.worker.running import running_redis
from mailings.views.mailbox import SHOWN
from matching.models import Match
from registrations.catalogue.loading import load_reference_data
from registrations.domain.registrations import SeatRole
from registrations.models import Skill
from registrations.seats.appointing import appoint
from registrations.tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COORDINATOR, LEARNER, SHARER = "coordinator@example.org", "amina@example.org", "chidi@example.org"


@pytest.fixture
def portal(transactional_db, tmp_path):
    load_reference_data()
    appoint(member=factories.make_member(email=COORDINATOR), role=SeatRole.COORDINATOR, by=None, now=timezone.now())
    with running_redis(tmp_path) as broker, running(tmp_path, broker=broker) as address:
        yield address


@pytest.fixture
def open_letter(open_window, portal, tmp_path):
    """How to open a letter in the one window in which everybody looks into the mailbox."""
    window, mailbox = open_window(portal), Mailbox(tmp_path / "mailbox")

    def opened(words, address):
        """Wait for the newest letter to this address whose subject holds ``words``; open it as people do."""

        def has_arrived():
            return any(address in letter.to and words in letter.subject for letter in mailbox.newest(SHOWN))

        wait_until(has_arrived, f"a letter “{words}” to {address}", every=0.1)
        page = window.visit("/dev/mailbox", accessible=False)
        mine = page.locator("article").filter(has_text=address).filter(has=page.locator("h2", has_text=words))
        mine.first.locator("a").click()
        return page.locator("#text").inner_text()

    return opened


class Person:
    """Somebody with a browser and a look into the mailbox."""

    def __init__(self, open_window, portal, address, open_letter, *, width=1280):
        self.address = address
        self.window = open_window(portal, width=width)
        self.open_letter = open_letter

    @property
    def page(self):
        return self.window.page

    def letter(self, words):
        """Wait for the newest letter to this person whose subject holds ``words``; return its text."""
        return self.open_letter(words, self.address)

    def sign_in(self):
        self.window.visit("/sign-in/", accessible=False)
        self.page.get_by_label("Email address").fill(self.address)
        self.press("Send me a code")
        code = re.search(r"\b\d{6}\b", self.letter("is your code"))[0]
        self.page.get_by_label("Code from the email").fill(code)
        self.press("Sign in", within="main")

    def press(self, name, *, within="body"):
        self.page.locator(within).get_by_role("button", name=name, exact=True).first.click()

    def register(self, *, name, country, shares=(), wishes=()):
        self.window.visit("/registration/", accessible=False)
        page = self.page
        page.get_by_label("Name to show").fill(name)
        page.locator("#id_country").select_option(country)
        type_into(page.locator("#id_languages-0-code"), "ar")
        page.locator("#id_languages-0-level").select_option("4")
        self.press("Save and go on", within="main")
        for button, slugs in (("share", shares), ("learn", wishes)):
            for slug in slugs:
                skill = Skill.objects.get(slug=slug)
                page.locator("#id_skill_text").press_sequentially(str(skill))
                page.locator(f"button[name={button}][value='{skill.pk}']").click()
        self.press("Save and go on", within="main")
        if not page.locator("#id_zone").is_visible():
            page.locator(".lc-zone summary").click()
        page.locator("#id_zone").fill("Africa/Tunis")
        self.press("Weekday evenings")
        self.press("Save and go on", within="main")
        page.locator("#id_agrees_to_conduct").check(force=True)
        page.locator("#id_agrees_to_privacy").check(force=True)
        self.press("Send my registration", within="main")
        assert "What happens next" in page.locator("main").inner_text()


def decide_on_all(person, path, *, action):
    """Tick every row of an admin list and run one of its actions."""
    person.window.visit(path, accessible=False)
    person.page.locator("#action-toggle").check()
    person.page.locator("select[name=action]").select_option(action)
    person.press("Run" if person.page.get_by_role("button", name="Run", exact=True).count() else "Go")


def run_a_round(coordinator):
    coordinator.window.visit("/admin/matching/round/", accessible=False)
    coordinator.press("Draft a round")
    coordinator.page.get_by_text("1 of 1 learner gets a proposal.").wait_for()
    coordinator.press("Ask for the round")
    coordinator.page.get_by_role("button", name="Approve those ticked").wait_for()
    coordinator.page.get_by_role("link", name="All its matches, with filters").click()


def plan_a_clinic(coordinator, *, title, seats, starts_at):
    coordinator.window.visit("/admin/clinics/clinic/add/", accessible=False)
    page = coordinator.page
    type_into(page.locator("#id_floor_language"), "English")
    type_into(page.locator("#id_zone"), "UTC")
    page.locator("#id_local_date").fill(f"{starts_at:%Y-%m-%d}")
    page.locator("#id_local_time").fill(f"{starts_at:%H:%M:%S}")
    page.locator("#id_capacity").fill(str(seats))
    page.locator("#id_closes_minutes_before").fill("0")
    type_into(page.locator("#id_texts-0-language"), "English")
    page.locator("#id_texts-0-title").fill(title)
    page.locator("#id_texts-0-summary").fill("What makes people stay.")
    page.locator("#id_texts-0-state").select_option("ready")
    page.locator("input[name=_continue]").click()
    assert page.locator(".errornote").all_inner_texts() == []
    page.get_by_role("link", name="Announce", exact=True).click()
    page.get_by_role("button", name="Announce to").click()


def _learnt_of_it_yesterday(clinic):
    """Let the hour of the clinic stand since yesterday, and whoever has a seat have it since then."""
    yesterday = timezone.now() - timedelta(days=1)
    Clinic.objects.filter(pk=clinic.pk).update(start_set_at=yesterday)
    clinic.rsvps.going().update(seated_at=yesterday)


def test_from_the_first_page_to_the_reminder(portal, open_window, open_letter):
    coordinator = Person(open_window, portal, COORDINATOR, open_letter)
    learner = Person(open_window, portal, LEARNER, open_letter, width=360)
    sharer = Person(open_window, portal, SHARER, open_letter, width=360)
    for person in (coordinator, learner, sharer):
        person.sign_in()

    learner.register(name="Amina", country="TN", wishes=["wikidata"])
    sharer.register(name="Chidi", country="DZ", shares=["wikidata"])
    decide_on_all(coordinator, "/admin/registrations/registration/?show=submitted", action="approve")
    coordinator.page.get_by_role("button", name="Approve").click()
    assert "is approved" in learner.letter("is approved")

    run_a_round(coordinator)
    decide_on_all(coordinator, "/admin/matching/match/", action="approve")
    assert Match.objects.get().state == "approved"
    assert not Letter.objects.filter(kind__startswith="matching.").exists()
    coordinator.window.visit(f"/admin/matching/round/{Match.objects.get().round_id}/publish/", accessible=False)
    coordinator.press("Publish and send")

    for person in (learner, sharer):
        text = person.letter("Wikidata")
        assert SHARER not in text
        assert LEARNER not in text
        person.page.goto(re.search(rf"{portal}/\S*matches/\d+/", text)[0])
        assert SHARER not in person.page.content().replace(person.address, "")
        person.press("Yes, introduce us")
    learner.page.reload()
    assert SHARER in learner.page.locator("main").inner_text()
    assert LEARNER in sharer.page.locator("main").inner_text()
    assert learner.letter("Chidi")
    assert sharer.letter("Amina")

    starts_at = datetime.now(tz=UTC).replace(microsecond=0) + timedelta(minutes=50)
    plan_a_clinic(coordinator, title="Keeping volunteers", seats=1, starts_at=starts_at)
    for person, button in ((learner, "Take a seat"), (sharer, "Join the waiting list")):
        person.window.visit("/clinics/", accessible=False)
        person.page.get_by_role("link", name="Keeping volunteers").first.click()
        person.press(button)
    assert "number 1 on the waiting list" in sharer.page.locator("main").inner_text()
    learner.press("Give my seat back")
    assert sharer.letter("A seat is kept for you:")
    sharer.page.reload()
    sharer.press("Yes, I take the seat")
    assert "You have a seat." in sharer.page.locator("main").inner_text()
    assert sharer.letter("A seat became free")
    _learnt_of_it_yesterday(Clinic.objects.get(starts_at=starts_at))  # who signs up this late gets no reminder
    assert "Keeping volunteers" in sharer.letter("Soon")
    for person in (learner, sharer):
        person.window.check()
    # She gives her seat back within seconds: what was not yet sent about it need not be told any more.
    void = {("skipped", LEARNER, "no longer signed up"), ("skipped", LEARNER, "no longer going")}
    void.add(("skipped", LEARNER, "they gave it back before they were told of it"))
    void.add(("skipped", SHARER, "a seat is offered: another email says so"))
    void |= {("skipped", address, REPLACED) for address in (LEARNER, SHARER)}
    gathers = Letter.objects.filter(kind="registrations.seat_given", state="queued")  # for a quiet minute
    unsent = Letter.objects.exclude(state="sent").exclude(pk__in=gathers)
    unsent = unsent.values_list("kind", "state", "address", "reason")
    assert [row for row in unsent if not row[0].startswith("clinics.") or row[1:] not in void] == []
