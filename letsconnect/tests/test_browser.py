"""What a browser sees on the pages that belong to no app."""

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext

from letsconnect.tests.browser import LOOKED_AT_IN, WIDTHS
from registrations.domain.registrations import RegistrationState
from registrations.tests.factories import make_coordinator, make_member, make_registration

pytestmark = pytest.mark.browser
PUBLIC = [
    "/",
    "/clinics/",
    "/clinics/fair-hours/",
    "/sign-in/",
    "/code-of-conduct/",
    "/privacy/",
    "/contact/",
    "/no/such/page/",
]


@pytest.mark.parametrize("language", LOOKED_AT_IN)
def test_every_public_page_is_sound(live_server, open_window, language):
    window = open_window(live_server.url, language=language, widths=WIDTHS)

    for path in PUBLIC:
        page = window.visit(path, status=404 if path == "/no/such/page/" else 200)
        window.screenshot(f"{path.strip('/').replace('/', '-') or 'home'}-{language}")
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        assert page.locator("html").get_attribute("lang") == language
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(live_server.url + "/clinics/")
    signs_in = page.locator(".lc-tools > .lc-account")
    for other in ("en", "es", "ar", "fr", "pt"):
        with translation.override(other):
            signs_in.evaluate("(link, words) => { link.textContent = words }", gettext("Sign in"))
        assert page.locator(".lc-header").bounding_box()["height"] < 64, other
        assert page.locator(".lc-brand > span").bounding_box()["height"] < 30, f"one line in {other}, too"
    page.set_viewport_size({"width": 1280, "height": 640})
    for other, own_name in settings.LANGUAGES:
        with translation.override(other):
            seated = {"is_member": True, "opens_desk": True, "path": "/", "language": other, "language_name": own_name}
            words = render_to_string("letsconnect/_navigation.html", seated)
        page.evaluate(
            "words => { document.querySelector('.lc-tools').remove();"
            " document.querySelector('.lc-menu').outerHTML = words }",
            words,
        )
        assert page.locator(".lc-header").bounding_box()["height"] < 64, f"one line in {other} for a coordinator, too"
    page.set_viewport_size({"width": 360, "height": 640})
    page.emulate_media(color_scheme="dark")
    for path in ("/", "/clinics/", "/sign-in/"):
        window.visit(path)
    page.emulate_media(color_scheme="light")


SOUND = """
<button aria-label="Go"></button><span id="named">On</span><a role="button" tabindex="0" aria-labelledby="named"></a>
"""
# Faults beside what was found sound a moment ago, in one light or both, at one width or both: a sheet, and what is
# added to the page. The last ones differ in a word only from what was sound.
FAULTS = {
    "color-contrast": ("#fault {color: #ccc}", "<p id=fault>Pale</p>"),
    "color-contrast, on a dark ground": ("#ground {background: #555}", "<div id=ground><p>Dark on dark</p></div>"),
    "color-contrast, only on a phone": ("@media (max-width: 400px) {#fault {color: #ccc}}", "<p id=fault>Pale</p>"),
    "button-name, only on a phone": (
        "@media (min-width: 401px) {#fault {display: none}}",
        "<button id=fault></button>",
    ),
    "link-in-text-block, only on a phone": (
        "#fault a {color: #404244} @media (max-width: 400px) {#fault a {text-decoration: none}}",
        "<p id=fault>Much is said before <a href='/'>the link</a> and after it.</p>",
    ),
    "scrollable-region-focusable, only on a phone": (
        "#fault {overflow-x: auto; max-width: 500px} #fault p {width: 450px; height: 20px}",
        "<div id=fault><p>Wide</p></div>",
    ),
    "color-contrast, only in the dark": (
        "@media (prefers-color-scheme: dark) {#fault {color: #333}}",
        "<p id=fault>Dark on dark</p>",
    ),
    "button-name": ("", SOUND.replace('label="Go"', 'label=" "')),
    "aria-command-name": ("", SOUND.replace('by="named', 'by="nobody')),
}
ADD = """
([sheet, content]) => {
  const style = new CSSStyleSheet();
  style.replaceSync(sheet);
  document.adoptedStyleSheets = [style];
  document.getElementById("added")?.remove();
  document.querySelector("main").insertAdjacentHTML("beforeend", `<div id=added>${content}</div>`);
}
"""


def test_what_was_found_sound_before_hides_no_fault(live_server, open_window):
    window = open_window(live_server.url, widths=WIDTHS)
    window.page.emulate_media(reduced_motion="reduce")  # no colour is half-way
    window.visit("/contact/")
    window.page.evaluate(ADD, ("", SOUND))
    assert not window.axe()

    for fault, added in FAULTS.items():
        window.page.emulate_media(color_scheme="light")
        window.page.set_viewport_size({"width": 1280, "height": 800})
        window.page.evaluate(ADD, added)
        first, second = (window.axe(is_other_width=number > 0) for number, _width in enumerate(window._each_width()))
        window.page.emulate_media(color_scheme="dark")
        third = window.axe(is_other_width=True)
        rule = fault.split(",")[0]
        assert [problem for problem in first + second + third if problem.startswith(rule)], fault
        assert not (first and "phone" in fault) and not (first + second and "in the dark" in fault), fault


@pytest.mark.parametrize("language", LOOKED_AT_IN)
def test_a_members_home_is_sound(live_server, open_window, language):
    member = make_member(name="Nour", language=language, zone="Africa/Tunis")
    make_registration(
        member=member, state=RegistrationState.NEEDS_CHANGES, review_note="Please say which languages you speak."
    )
    window = open_window(live_server.url, language=language, widths=WIDTHS, member=member)

    window.visit("/")
    window.screenshot(f"home-member-{language}")
    window.visit("/registration/")
    window.screenshot(f"registration-{language}")


@pytest.mark.parametrize("language", LOOKED_AT_IN)
def test_the_admin_keeps_to_the_policy(live_server, open_window, language):
    coordinator = make_coordinator(language=language)
    registration = make_registration(offers=["wikidata"], wishes=["facilitation"])
    window = open_window(live_server.url, language=language, member=coordinator)

    for path in (
        "/admin/",
        "/admin/registrations/registration/",
        f"/admin/registrations/registration/{registration.pk}/change/",
        "/admin/registrations/workinggroupseat/add/",
    ):
        window.visit(path, accessible=False)
        window.screenshot(f"{path.strip('/').replace('/', '-')}-{language}".replace(f"-{registration.pk}-", "-"))


def test_the_switches_of_language_and_colours_work_without_javascript(live_server, open_window):
    window = open_window(live_server.url, width=360, javascript=False)
    page = window.page
    page.goto(live_server.url + "/contact/")
    page.get_by_label("Language").select_option("fr")
    page.get_by_role("button", name="Change").click()

    assert page.url == live_server.url + "/contact/"
    assert page.locator("html").get_attribute("lang") == "fr"

    page.locator(".lc-themes summary").click()
    page.get_by_role("button", name="Sombres").click()
    assert page.url == live_server.url + "/contact/"
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.locator(".lc-themes summary").click()
    assert page.get_by_role("button", name="Sombres").get_attribute("aria-pressed") == "true"


def test_a_window_knows_nothing_of_the_one_before_it(live_server, open_window, chromium_browser):
    contexts, _loop = chromium_browser
    before = open_window(live_server.url, language="en", member=make_member())
    before.page.goto(live_server.url + "/contact/")
    assert before.page.get_by_role("button", name="Sign out").count() == 1
    contexts.take_back()

    window = open_window(live_server.url, language="en")
    window.page.goto(live_server.url + "/contact/")

    assert window.context is before.context  # else this tries nothing
    assert before.page.is_closed()
    assert window.page.get_by_role("button", name="Sign out").count() == 0
