"""The registration in real browsers on a phone; who walks it from home: `letsconnect/tests/test_five_people.py`."""

import pytest
from django.urls import reverse

from letsconnect.tests.journeys import MOST_PIXELS
from registrations.catalogue.loading import load_reference_data
from registrations.models import Eligibility, Group, Member, Registration, Skill
from registrations.tests import factories
from registrations.tests.typing import OVERVIEW, url

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NIGHT = 6 * 1440 + 23 * 60
BROKEN_WORDS = """
() => [...document.querySelectorAll("main .cdx-button")].filter((button) => {
  const before = button.offsetHeight;
  button.style.overflowWrap = "normal";
  return button.offsetHeight !== before || button.scrollWidth > button.clientWidth;
}).map((button) => button.innerText)
"""


class Phone:
    """A window of 360 pixels and the buttons of the form by what they do."""

    def __init__(self, open_window, live_server, member):
        self.window = open_window(live_server.url, width=360, member=member)
        self.page = self.window.page

    def open(self, path):
        self.page.goto(self.window.base_url + path)
        return self.page

    def press(self, selector):
        self.page.locator(selector).first.click()

    def go(self, where="on"):
        self.press(f".lc-form__buttons button[value={where}]")

    def is_at(self, step):
        return self.page.url == self.window.base_url + (url(step) if step else OVERVIEW)


def test_a_person_registers_and_goes_on_elsewhere(live_server, open_window):
    load_reference_data()
    member = factories.make_member(name="", zone="UTC")
    group = Group.objects.filter(country="TN").first()
    wikidata, tools = Skill.objects.get(slug="wikidata"), Skill.objects.get(slug="budgeting")
    first = Phone(open_window, live_server, member)
    page, window = first.page, first.window

    first.open(OVERVIEW)
    assert first.is_at("you")
    first.go()
    page.locator(".lc-error-summary a[href='#id_name']").wait_for()
    page.locator("#id_name").fill("Amina")
    page.locator("#id_country").select_option("TN")
    page.locator("#id_languages-0-code").press_sequentially("arab")
    page.get_by_role("option", name="Arabic العربية", exact=True).click()
    page.locator("#id_languages-0-level").select_option("6")
    assert page.locator("[aria-invalid], .lc-error-summary, .cdx-message--error").count() == 0, "all is put right"
    first.press("[data-more]")
    page.locator("#id_languages-1-code").fill("français")
    page.locator("#id_languages-1-level").select_option("3")
    first.go()

    page.locator("#id_skill_text").press_sequentially("wikidta")
    page.locator(f"button[name=share][value='{wikidata.pk}']").click()
    page.locator(".lc-card:not([hidden]) .lc-skill").first.wait_for()
    assert page.locator("input[name=offers-0-skill]").input_value() == str(wikidata.pk)
    page.locator("#id_offers-0-would_host").check(force=True)
    window.check()
    page.locator("#id_skill_text").press_sequentially("budg")
    page.locator(f"button[name=learn][value='{tools.pk}']").click()
    page.locator("[data-side=wishes] .lc-card:not([hidden])").wait_for()
    first.go("later")
    assert page.url == window.base_url + "/"

    second = Phone(open_window, live_server, member)
    page, window = second.page, second.window
    second.open(OVERVIEW)
    assert second.is_at("hours")
    assert page.locator("#id_zone").input_value() == "Tunis (Tunisia)"
    assert "Tunis" in page.locator(".lc-zone summary").inner_text()
    page.locator(".lc-zone summary").click()
    page.locator("#id_zone").fill("tuni")
    page.locator(".lc-find-list [role=option]", has_text="Tunis").first.click()
    assert page.locator("#id_zone").input_value() == "Tunis (Tunisia)"
    page.locator(".lc-zone summary").click()
    second.press("button[value=evenings]")
    cell = page.locator(f".lc-week button[data-at='{NIGHT // 60}']")
    cell.click()
    cell.press("ArrowUp")
    page.keyboard.press("Space")
    window.check()
    second.go()
    window.check()
    second.go()
    assert page.locator(".cdx-field .cdx-message--error, .cdx-checkbox ~ .cdx-message--error").count() == 2
    page.locator("#id_agrees_to_conduct").check(force=True)
    page.locator("#id_agrees_to_privacy").check(force=True)
    second.go()
    assert second.is_at(None)
    window.check()
    page.locator("a[href$='/about-skills/']").first.click()
    second.go("skip")
    assert second.is_at("places")
    page.locator("#id_can_help").fill("3")
    second.go()
    assert second.is_at("region")
    second.open(url("gender-age"))
    page.locator("#id_age").select_option("25_34")
    second.go()
    second.open(url("group"))
    page.locator("#id_group_other").press_sequentially(group.name[:-3])
    page.locator(f"input[name=group_id][value='{group.pk}']").check(force=True)
    second.go()

    registration = Registration.objects.get(member=member)
    assert (registration.state, registration.name, registration.group) == ("submitted", "Amina", group)
    assert registration.region == "MENA"
    assert (registration.can_help, registration.cards_seen[:2]) == (3, ["about-skills", "places"])
    assert set(registration.spoken_languages.values_list("code", "level")) == {("ar", 6), ("fr", 3)}
    assert (registration.offers.get().skill, registration.wishes.get().skill) == (wikidata, tools)
    evenings = [(day * 1440 + 1080, day * 1440 + 1260) for day in range(5)]
    assert list(registration.windows.values_list("start", "end")) == [*evenings, (NIGHT - 60, NIGHT + 60)]


def test_two_tabs_and_an_ended_session_lose_nothing(live_server, open_window):
    load_reference_data()
    member = factories.make_member()
    factories.make_registration(member=member, state="draft", name="Amina", offers=["wikidata"])
    one, two = (Phone(open_window, live_server, member) for _tab in range(2))
    for tab in (one, two):
        tab.open(url("you"))
    one.page.locator("#id_name").fill("From the first tab")
    one.go()
    two.page.locator("#id_name").fill("From the second tab")
    two.go()

    two.window.check()
    two.window.screenshot("stale-en-360")
    assert Registration.objects.get().name == "From the first tab"
    two.page.locator("input[value=mine]").check(force=True)
    two.press("main form button[type=submit]")
    assert Registration.objects.get().name == "From the second tab"

    two.open(url("hours"))
    two.page.locator(".lc-zone summary").click()
    two.page.locator("#id_zone").fill("Tunis")
    two.window.context.clear_cookies()
    two.go()
    assert reverse("registrations:sign-in") in two.page.url
    two.window.sign_in(member)
    assert Registration.objects.get().zone == "UTC"


def test_the_grid_and_the_list_say_the_same(live_server, open_window):
    load_reference_data()
    member = factories.make_member()
    windows = [(0, 90), (1080, 1095), (2880, 4320), (10020, 10080)]
    factories.make_registration(member=member, state="draft", windows=windows)
    phone = Phone(open_window, live_server, member)
    phone.open(url("hours"))

    pressed = phone.page.locator(".lc-week button[aria-pressed=true]").count()
    mixed = phone.page.locator(".lc-week button[aria-pressed=mixed]").count()
    assert (pressed, mixed) == (1 + 24 + 1, 2)
    for _twice in range(2):
        phone.page.locator(".lc-week button[data-at='100']").click()
    phone.go("later")

    assert list(Registration.objects.get().windows.values_list("start", "end")) == windows


def test_registering_with_a_group_is_short_enough_on_a_phone_in_every_language(live_server, open_window, settings):
    """The screens as they stand once they are filled in, with the script; who walks them: `test_five_people.py`."""
    settings.EMBEDDED_MAILBOX = False
    load_reference_data()
    Eligibility.objects.create(must_belong_to_a_group=True)
    draft = factories.make_registration(
        member=factories.make_member(name="Amina", zone="Africa/Tunis"),
        state="draft",
        agrees=False,
        zone="Africa/Tunis",
        name="Amina",
        group=Group.objects.filter(country="TN").first(),
        offers=["wikidata"],
        speaks=[("ar", 6), ("fr", 3)],
    )
    draft.offers.update(would_host=True)
    visitor, phone = open_window(live_server.url, width=360), Phone(open_window, live_server, draft.member)
    visitor.page.goto(f"{live_server.url}{reverse('registrations:sign-in')}")
    visitor.page.locator("#id_email").fill("amina@example.org")
    visitor.page.locator("main form:has(#id_email) button[type=submit]").click()
    visitor.page.locator("#id_code").wait_for()
    height = "document.documentElement.scrollHeight"
    pixels = {}
    for language, _name in settings.LANGUAGES:
        Member.objects.update(language=language)
        cookie = {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url}
        for page in (visitor.page, phone.page):
            page.set_viewport_size({"width": 360, "height": 640})
            page.context.add_cookies([cookie])
        pixels[language] = []
        for name in ("sign-in", "sign-in-code"):
            visitor.page.goto(live_server.url + reverse(f"registrations:{name}"))
            pixels[language].append(visitor.page.evaluate(height))
        for step in ("you", "skills", "hours", "hand-in"):
            page = phone.open(url(step))
            assert page.locator("html").get_attribute("lang") == language
            pixels[language].append(page.evaluate(height))
            assert page.evaluate(BROKEN_WORDS) == [], language

    assert {language: sum(each) for language, each in pixels.items() if sum(each) > MOST_PIXELS} == {}, pixels
