"""The reading lane in a browser: three reviews by key on a phone, one of them undone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from registrations.catalogue import loading
from registrations.models import Registration
from registrations.tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def states():
    return list(Registration.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_liaison_reviews_three_by_key_and_undoes_one(live_server, open_window, language):
    loading.load_reference_data()
    liaison = factories.make_liaison(name="Noor")
    liaison.speak(language)
    for days in (3, 2, 1):
        sent = timezone.now() - timedelta(days=days)
        person = factories.make_registration(state="submitted", submitted_at=sent, wishes=["budgeting"])
        person.wishes.update(why="Our budget is a riddle")
    window = open_window(live_server.url, language=language, width=360, member=liaison)

    page = window.visit("/admin/registrations/registration/read/")
    window.screenshot(f"lane-{language}")
    first = page.locator("h1").inner_text()
    page.keyboard.press("a")
    page.locator(".lc-undo").wait_for()
    window.check()
    window.screenshot(f"lane-undo-{language}")
    page.wait_for_function("document.querySelector('[data-announced]').textContent.length > 0")
    page.keyboard.press("u")
    page.locator("h1", has_text=first).wait_for()
    assert states() == ["submitted"] * 3

    page.keyboard.press("d")  # nothing is said yet: the key leads to the note, and what is typed there presses nothing
    page.keyboard.type("add a date")
    assert page.locator("#id_note").input_value() == "add a date"
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    page.locator(".lc-undo").wait_for()
    page.keyboard.press("a")
    page.locator("h1").filter(has_text=first).wait_for(state="detached")
    page.wait_for_function("document.querySelectorAll('.lc-read__acts').length === 1")
    page.locator(".lc-undo").wait_for()
    page.locator("[data-keys] button").click()
    page.keyboard.press("a")  # the keys are off
    assert states() == ["needs_changes", "approved", "submitted"]
    page.locator("[data-keys] button").click()
    page.locator("h1").click()
    page.keyboard.press("a")
    page.locator(".lc-read__acts").wait_for(state="detached")
    window.check()
    window.screenshot(f"lane-end-{language}")
    assert states() == ["needs_changes", "approved", "approved"]
