"""The journeys of the portal by keyboard alone: pytest runs them for ``make audit``, not for ``make test``.

At each stop of Tab the focus is seen, goes as one reads, and is never caught; who hands in something wrong is brought
to what is said of it, and from there to the field. What was wrong is told in the file that AUDIT_TOLD names."""

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from clinics.models import Rsvp
from clinics.tests.factories import make_clinic
from letsconnect.tests.journeys import Journey
from matching.domain.matches import answer_by
from matching.models import Feedback, Session, SharerRequest
from matching.tests.factories import make_match
from matching.tests.session_factories import make_session
from registrations.catalogue.loading import load_reference_data
from registrations.models import Registration, Skill, TeamMessage
from registrations.seats.team import show_on_team_page
from registrations.tests.factories import make_agreed_member, make_liaison, make_member, make_registration

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
GO_ON = ".lc-form__buttons button[value=on]"
CHECKS = Path(__file__).with_name("checks.js").read_text()
MOST_STOPS = 150
LANGUAGES = ("en", "ar")


class Walk(Journey):
    """One person's way by keyboard, and what was wrong at its stops."""

    def __init__(self, window, who, record_property):
        super().__init__(window, who, record_property)
        self.found: list[str] = []
        self.is_over = False

    def begin(self):
        """Be on a page that was not there before."""
        self.page.wait_for_load_state()
        if not self.page.evaluate("window.audit?.before?.size"):
            self.page.evaluate(CHECKS)
            self.page.evaluate("audit.still(), audit.compare()")

    def end_of_page(self):
        self.found += [
            f"{self.page.url.removeprefix(self.window.base_url)} {words}"
            for words in self.page.evaluate("audit.missed.splice(0)")
        ]

    def tab_to(self, selector):
        self.begin()
        self.page.evaluate("audit.goOn()")
        if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        rounds = 0
        for _press in range(MOST_STOPS):
            self.key("Tab")
            came = self.page.evaluate("audit.step()")
            rounds += came == "out"
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                self.end_of_page()
                return
            if came == "trapped" or rounds > 1:
                break
        raise AssertionError(f"{self.page.url}: Tab does not come to {selector}, but to {self.focused()}")

    def focused(self):
        return str(self.page.evaluate("audit.short(document.activeElement)"))

    def write(self, selector, text):
        self.tab_to(selector)
        self.page.keyboard.type(text)

    def tick(self, selector):
        self.tab_to(selector)
        self.key("Space")

    def enter(self, selector):
        """Come to what leads on by Tab, and press it."""
        self.tab_to(selector)
        with self.page.expect_navigation():
            self.key("Enter")
        self.begin()

    def is_refused(self, selector):
        """Hand the form in as it is; come from what is said of it to the first field that is meant."""
        self.enter(selector)
        path = self.page.url.removeprefix(self.window.base_url)
        self.found += [f"{path} {words}" for words in self.page.evaluate("audit.unfocusedErrors()")]
        if not self.page.evaluate("document.activeElement.matches('.lc-error-summary:has(a)')"):
            return
        self.tab_to(".lc-error-summary a")
        self.key("Enter")
        if not self.page.evaluate("document.activeElement.matches('main :is(input, select, textarea, [tabindex])')"):
            self.found.append(f"{path} the first link of the errors leads to {self.focused()}")

    def close(self):
        self.is_over = True
        self.end()
        assert not self.found, "\n".join(self.found)


@pytest.fixture
def set_out(live_server, open_window, record_property, mailoutbox, settings):
    """How somebody sets out, with a browser of their own."""
    settings.EMBEDDED_MAILBOX = False
    ways: list[Walk] = []

    def begin(who, **how):
        ways.append(Walk(open_window(live_server.url, **how), who, record_property))
        return ways[-1]

    yield begin
    if file := os.environ.get("AUDIT_TOLD"):
        with Path(file).open("a") as out:
            out.writelines(json.dumps([way._who, way.found, way.is_over]) + "\n" for way in ways)


@pytest.mark.parametrize("language", LANGUAGES)
def test_somebody_registers_from_nothing(set_out, language):
    load_reference_data()
    way = set_out(f"registering, {language}", language=language, width=360, zone="Africa/Tunis")
    way.goto("/")
    way.enter("main a[href='/registration/']")
    way.is_refused("main form:has(#id_email) button[type=submit]")
    way.write("#id_email", "amina@example.org")
    way.enter("main form:has(#id_email) button[type=submit]")
    way.is_refused("main form:has(#id_code) button[type=submit]")
    way.write("#id_code", way.code())
    way.enter("main form:has(#id_code) button[type=submit]")

    way.is_refused(GO_ON)
    way.write("#id_name", "Amina")
    way.tab_to("#id_country")
    while way.page.locator("#id_country").input_value() != "TN":
        way.key("ArrowDown")
    way.write("#id_languages-0-code", {"en": "arab", "ar": "العرب"}[language])
    way.page.locator("[role=option]:visible").first.wait_for()
    way.key("ArrowDown", "Enter")
    way.tab_to("#id_languages-0-level")
    way.key("End")
    way.tab_to("[data-more]")
    way.key("Enter")
    way.write("#id_languages-1-code", "français")
    way.tab_to("#id_languages-1-level")
    way.key("ArrowDown", "ArrowDown", "ArrowDown")
    way.enter(GO_ON)

    way.is_refused(GO_ON)
    way.write("#id_skill_text", "wikidata")
    skill = Skill.objects.get(slug="wikidata").pk
    way.page.locator(f"button[name=share][value='{skill}']").wait_for()
    way.tab_to(f"button[name=share][value='{skill}']")
    way.key("Enter")
    way.page.locator(".lc-card:not([hidden]) .lc-skill").first.wait_for()
    way.tick("#id_offers-0-would_host")
    way.enter(GO_ON)
    way.is_refused(GO_ON)  # without an hour
    way.tab_to("button[value=evenings]")
    way.key("Enter")
    way.tab_to(".lc-week button[data-at]")
    way.key("ArrowUp", "Space")
    way.enter(GO_ON)
    way.is_refused(GO_ON)
    way.tick("#id_agrees_to_conduct")
    way.tick("#id_agrees_to_privacy")
    way.enter(GO_ON)
    assert Registration.objects.get(name="Amina").state == "submitted"
    way.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_visitor_takes_a_seat_and_gives_it_back(set_out, language):
    clinic = make_clinic(starts_at=timezone.now() + timedelta(days=3), title="Grants")
    way = set_out(f"a seat without an account, {language}", language=language, width=360)
    way.goto("/clinics/")
    way.enter(f"main a[href='/clinics/{clinic.pk}/']")
    way.is_refused("#sign-up button[type=submit]")
    way.write("#sign-up input[name=email]", "ada@example.org")
    way.tick("#sign-up input[name=code_of_conduct]")
    way.tick("#sign-up input[name=privacy_notice]")
    way.enter("#sign-up button[type=submit]")
    way.write("input[name=code]", way.code())
    way.enter("main form:has(input[name=code]) button[type=submit]")
    assert Rsvp.objects.get().is_going
    way.enter("form[action$='/cancel/'] button")
    assert not Rsvp.objects.get().is_going
    way.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_member_takes_a_seat_and_gives_it_back(set_out, language):
    now = timezone.now()
    clinic = make_clinic(starts_at=now + timedelta(days=3), title="Grants")
    member = make_agreed_member(on=now.date(), language=language, zone="UTC")
    way = set_out(f"a seat with an account, {language}", language=language, member=member)
    way.goto("/")
    way.enter("header a[href='/clinics/']")
    way.enter(f"main a[href='/clinics/{clinic.pk}/']")
    way.enter("#sign-up button[type=submit]")
    assert Rsvp.objects.get().is_going
    way.enter("form[action$='/cancel/'] button")
    assert not Rsvp.objects.get().is_going
    way.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_people_say_yes_and_agree_on_an_hour(set_out, language):
    now = timezone.now()
    people = [make_agreed_member(on=now.date(), language=language, zone="UTC") for _who in range(2)]
    me, other = (
        make_registration(member=people[0], wishes=["wikidata"], can_learn_from=3),
        make_registration(member=people[1], offers=["wikidata"]),
    )
    asked = {"asked_at": now, "answer_by": answer_by(now), "sharer_accepted_at": now}
    match = make_match("asked", learner=me, sharer=other, **asked)
    way = set_out(f"yes, and an hour, {language}", language=language, member=people[0], width=360)
    way.goto("/")
    way.enter(f"main a[href='/matches/{match.pk}/']")
    way.enter("form[action$='/accept/'] button")
    way.enter(f"main a[href='/matches/{match.pk}/times/']")
    way.is_refused("main form button[type=submit]")
    way.tick("input[name=picked]")
    way.enter("main form button[type=submit]")
    way.close()
    way = set_out(f"the other chooses, {language}", language=language, member=people[1], width=360)
    way.goto("/")
    way.enter(f"main a[href*='/matches/{match.pk}/']")
    way.enter("form[action$='/confirm/'] button")
    assert Session.objects.get().state == "confirmed"
    way.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_somebody_says_how_it_was(set_out, language):
    now = timezone.now()
    member = make_agreed_member(on=now.date(), language=language, zone="UTC")
    me = make_registration(member=member, wishes=["wikidata"])
    match = make_match("connected", learner=me, connected_at=now - timedelta(days=2))
    hour = make_session(match=match, starts_at=now - timedelta(hours=3), made_at=now - timedelta(days=1))
    way = set_out(f"feedback, {language}", language=language, member=member, width=360)
    way.goto("/")
    way.enter(f"main a[href='/matches/hours/{hour.pk}/how-was-it/']")
    way.is_refused("main form button[type=submit]")
    way.tick("input[name=happened]")
    way.tab_to("#id_useful")
    way.key("ArrowDown")
    way.tick("input[name=next_]")
    way.write("#id_thanks", "Thank you!")
    way.enter("main form button[type=submit]")
    assert Feedback.objects.get().thanks == "Thank you!"
    way.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_somebody_writes_to_the_team(set_out, language):
    now = timezone.now()
    liaison = make_liaison("MENA", name="Amal")
    show_on_team_page(member=liaison, is_shown=True, by=liaison, now=now)
    member = make_agreed_member(on=now.date(), language=language, zone="UTC")
    way = set_out(f"to the team, {language}", language=language, member=member, width=360)
    way.goto("/team/")
    way.enter(f"main a[href='/team/{liaison.public_id}/']")
    way.is_refused("main form button[type=submit]")
    way.write("#id_text", "How do I begin?")
    way.enter("main form button[type=submit]")
    assert TeamMessage.objects.count() == 1
    way.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_somebody_finds_a_person_and_asks_for_them(set_out, language):
    now = timezone.now()
    member = make_agreed_member(on=now.date(), language=language, zone="UTC")
    make_registration(member=member, wishes=["budgeting"], can_learn_from=3)
    make_registration(member=make_member(name="Ben"), offers=["budgeting"], is_findable=True)
    way = set_out(f"asking for a person, {language}", language=language, member=member, width=360)
    way.goto("/matches/")
    way.enter("main a[href='/matches/sharers/']")
    way.tab_to("select[name=topic]")
    way.key("ArrowDown")
    way.enter("main form[method=get] button[type=submit]")
    way.enter(".asking-cards a")
    way.is_refused("main form.lc-form button[type=submit]")
    way.tick("input[name=skill]")
    way.write("textarea[name=why]", "We plan our first budget.")
    way.enter("main form.lc-form button[type=submit]")
    assert SharerRequest.objects.open().get().why == "We plan our first budget."
    way.close()
