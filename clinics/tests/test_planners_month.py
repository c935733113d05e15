"""A planner's month in a browser: from what people lack to a clinic announced, moved and planned again."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from clinics.agendas.writing import load_agenda_templates
from clinics.domain.clinics import ClinicState
from clinics.domain.people import AnswerState
from clinics.models import Clinic, ClinicPerson
from letsconnect.tests.browser import WIDTHS, type_into
from mailings.ledger.draining import drain
from mailings.models import Letter
from mailings.tests.factories import make_subscription
from registrations.domain.registrations import OfferLevel
from registrations.models import Offer
from registrations.tests.factories import make_coordinator, make_member, make_registration

pytestmark = pytest.mark.browser
DESK = "/admin/clinics/clinic/"
SKILL = "Proposal writing"


def soon():
    """A moment that has come for whatever the pages have stored a moment ago."""
    return timezone.now() + timedelta(minutes=1)


def make_people():
    """Six who wish the skill and are free in the evening, one who shares it in clinics, and who hears of clinics."""
    wishers = [make_registration(wishes=["proposal-writing"]) for _person in range(6)]
    sharer = make_registration(offers=["proposal-writing"], member=make_member(name="Amal Sharer", region="MENA"))
    Offer.objects.filter(registration=sharer).update(level=OfferLevel.TEACHER, would_host=True)
    for language in ("en", "ar", "fr"):
        make_subscription(language=language, wants_newsletter=False, wants_announcements=True)
    return wishers, sharer.member


class Planner:
    """The planner's window, at one clinic's room."""

    def __init__(self, window, clinic):
        self.window, self.page, self.clinic = window, window.page, clinic

    def tab(self, name, query=""):
        self.window.visit(f"{DESK}{self.clinic.pk}/{name}/{query}", accessible=False)
        self.window.screenshot(f"month-{name}")
        return self.page

    def write(self, language, title, summary):
        page = self.tab("texts", f"?language={language}")
        page.locator("[name=title]").fill(title)
        page.locator("[name=summary]").fill(summary)
        page.locator("[name=press][value=ready]").click()
        page.locator("[name=press][value=draft]").wait_for()

    def ask(self, *, address="", person="", name="", role="", place="", language="en"):
        """Ask somebody in the open tab, by their name or by an address."""
        page = self.page
        if role:
            page.locator("[name=role]").select_option(role)
        if place:
            page.locator("[name=place]").select_option(label=place)
        form = page.locator("form", has=page.locator("[name=do][value=ask_new]"))
        if person:
            form.locator("[name=person]").fill(person)
        else:
            form.locator("[name=address]").fill(address)
            form.locator("[name=name]").fill(name)
            form.locator("[name=language]").select_option(language)
        form.locator("[name=do][value=ask_new]").click()
        if person:  # the first press looks for them, the second asks
            page.locator("[type=radio][name=member]").check()
            page.locator("[name=do][value=ask_new]").click()
        page.get_by_text("Asked: an email goes out.").wait_for()

    def act(self, name):
        """Press through the page that asks once more; return how many letters it said."""
        button = self.page.locator(".submit-row button.default, form:has([name=confirmed]) button.default").last
        said = re.search(r"\d+", button.inner_text())
        self.window.screenshot(f"month-{name}")
        button.click()
        self.page.wait_for_url("**/change/")
        return int(said[0]) if said else 0


def letters_since(sink, moment=None):
    """Bring what is due by then, and return the messages by address."""
    sink.messages.clear(), sink.recipients.clear()
    drain(now=moment or soon())
    return {message["To"]: message for message in sink.messages}


def answer_by_letter(open_window, site, message, answer):
    """Open the link of a letter as whoever got it, and press the button of one answer."""
    text = message.get_body(("plain",)).get_content()
    path = re.search(r"https://connect\.example\.org(/clinics/(?:people|asked)/\S+)", text)[1]
    window = open_window(site, width=360)
    window.visit(path)
    window.screenshot(f"month-answer-{answer}")
    window.page.locator(f"[name=answer][value={answer}]").click()
    window.page.locator(".cdx-info-chip").wait_for()
    return window


def test_a_planners_month(live_server, open_window, sink, settings):
    settings.SITE_URL = "https://connect.example.org"
    site = live_server.url
    load_agenda_templates()
    _wishers, sharer = make_people()
    window = open_window(site, member=make_coordinator(), widths=WIDTHS)
    page = window.page

    # From a need to a plan
    window.visit("/admin/clinics/topicrequest/needs/", accessible=False)
    window.screenshot("month-needs")
    page.get_by_role("link", name=SKILL).click()
    page.get_by_role("button", name="Plan a clinic from this").click()
    page.locator(".lc-room").wait_for()
    clinic = Clinic.objects.get()
    assert [skill.slug for skill in clinic.skills.all()] == ["proposal-writing"]
    planner = Planner(window, clinic)
    planner.tab("who-wants")
    page.get_by_text("Amal Sharer").first.wait_for()

    # An hour that suits those who wish it
    first_on = (timezone.now() + timedelta(days=14)).date()
    page.goto(
        f"{site}{DESK}{clinic.pk}/hours/?first_on={first_on}&last_on={first_on + timedelta(days=13)}"
        "&zone=UTC&minutes=120&weight=500"
    )
    window.screenshot("month-hours")
    page.get_by_role("button", name="Take this hour").first.click()
    page.locator(".lc-room").wait_for()
    clinic.refresh_from_db()
    assert clinic.local_time.hour in (18, 19) and clinic.local_date >= first_on

    # A sharer and two interpreters, who answer by their letters
    planner.tab("people")
    planner.ask(person="Amal Sharer", role="sharer")
    planner.tab("languages")
    for language in ("fr", "ar"):
        form = page.locator("[name=do][value=add_channel]").locator("xpath=ancestor::form")
        type_into(form.locator("[name$=language]"), {"fr": "French", "ar": "Arabic"}[language])
        page.locator("[name=do][value=add_channel]").click()
        page.get_by_role("heading", name={"fr": "French", "ar": "Arabic"}[language]).wait_for()
    for number, (address, language) in enumerate((("ines@example.org", "fr"), ("adel@example.org", "ar"))):
        choices = page.locator("[name=place] option").all_inner_texts()
        place = next(one for one in choices if {"fr": "French", "ar": "Arabic"}[language] in one)
        planner.ask(address=address, name=f"Interpreter {number}", place=place, language=language)
    asked = letters_since(sink)
    assert {sharer.email, "ines@example.org", "adel@example.org"} <= set(asked)
    assert ClinicPerson.objects.filter(state=AnswerState.ASKED).count() == 3
    answer_by_letter(open_window, site, asked["ines@example.org"], "accepted")
    answer_by_letter(open_window, site, asked["adel@example.org"], "declined")
    invited = open_window(site, member=sharer, width=360)
    invited.page.goto(site + "/")
    invited.page.locator("a[href*='/clinics/asked/']").first.click()
    invited.check()
    invited.page.locator("[name=answer][value=accepted]").click()
    invited.page.locator("[name=answer][value=stepped_back]").wait_for()
    states = dict(ClinicPerson.objects.values_list("name", "state"))
    assert (states["Interpreter 0"], states["Interpreter 1"]) == ("accepted", "declined")
    assert ClinicPerson.objects.get(member=sharer).state == AnswerState.ACCEPTED

    # Its agenda, and its texts in two languages
    planner.tab("agenda")
    with page.expect_navigation():
        page.locator(".submit-row [name=save]").click()
    assert clinic.agenda.count() > 3
    planner.write("en", "Proposals that get read", "From an idea to two clear pages.")
    planner.write("fr", "Des demandes qu'on lit", "D'une idée à deux pages claires.")

    # Announced, to as many as it said
    page.goto(f"{site}{DESK}{clinic.pk}/announce/do/")
    page.get_by_text("A sample of the email").wait_for()
    said = planner.act("announce")
    announced = Letter.objects.filter(kind="clinics.announced").count()
    assert said == announced == 3
    clinic.refresh_from_db()
    assert clinic.state == ClinicState.ANNOUNCED
    visitor = open_window(site, language="fr", widths=WIDTHS)
    visitor.visit(f"/clinics/{clinic.pk}/")
    visitor.screenshot("month-public")
    words = visitor.page.locator("main").inner_text()
    assert "Des demandes qu'on lit" in words and "Amal Sharer" in words
    assert "ines@example.org" not in visitor.page.content()

    # Moved: who takes part is told, and asked again
    letters_since(sink)
    page.goto(f"{site}{DESK}{clinic.pk}/move/")
    page.locator("[name=local_time]").fill("20:00")
    page.locator("button.default").click()
    said = planner.act("move")
    told = letters_since(sink)
    assert said == len(told) and {sharer.email, "ines@example.org"} <= set(told)
    answer_by_letter(open_window, site, told["ines@example.org"], "accepted")

    # And again next month
    page.goto(f"{site}{DESK}{clinic.pk}/change/")
    page.locator(".lc-room__acts a[href*='again']").click()
    page.locator("button.default").click()
    page.locator(".lc-room").wait_for()
    again = Clinic.objects.exclude(pk=clinic.pk).get()
    assert (again.state, again.local_date > clinic.local_date) == (ClinicState.DRAFT, True)
    assert {text.language for text in again.texts.all()} == {"en", "fr"}
    assert again.agenda.count() == clinic.agenda.count()
    assert not again.people.exclude(state=AnswerState.TO_ASK).exists()
