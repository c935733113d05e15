"""From visitor to a seat in one page, as a browser sees it: on a phone, in Arabic, with and without scripts."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override

from clinics.domain.people import ClinicRole
from clinics.models import ClinicSeries
from clinics.seats.links import token_of
from clinics.seats.rsvps import rsvp
from clinics.tests.factories import make_channel, make_clinic, make_person, make_text
from letsconnect.tests.browser import LOOKED_AT_IN, WIDTHS
from mailings.ledger.ticking import tick
from registrations.tests.factories import make_agreed_member, make_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# The lower edge of the first field of the form, from the top of the page.
FIRST_FIELD_ENDS = "() => document.querySelector('#sign-up input[type=email]').getBoundingClientRect().bottom"


def make_interpreted_clinic(**fields):
    clinic = make_clinic(starts_at=timezone.now().replace(minute=0) + timedelta(days=3), **fields)
    make_text(clinic, "ar", "كيف نطلب المال بلطف", summary="عن طلب المال: لمن يكتب أول طلب منحة.")
    make_person(clinic, ClinicRole.INTERPRETER, channel=make_channel(clinic, "ar"))
    make_person(clinic, ClinicRole.INTERPRETER, channel=make_channel(clinic, "es"))
    return clinic


def in_words(language, text):
    with override(language):
        return gettext(text)


@pytest.mark.parametrize(("language", "javascript"), [("ar", True), ("en", False)])
def test_a_visitor_has_a_seat_in_one_page(live_server, open_window, mailoutbox, language, javascript):
    """From the list to the seat, and what stands with it, by a clock of Bogotá, as far as it can be known."""
    clinic = make_interpreted_clinic(title="Grants")
    window = open_window(live_server.url, language=language, width=360, javascript=javascript, zone="America/Bogota")
    clock = "UTC−5" if javascript else "UTC"
    page = window.visit("/clinics/", accessible=javascript)
    page.get_by_role("link", name="كيف نطلب المال بلطف" if language == "ar" else "Grants").click()
    page.locator("#sign-up").wait_for()
    window.check(accessible=javascript)
    window.screenshot(f"sign-up-{language}-{javascript}")
    assert page.evaluate(FIRST_FIELD_ENDS) < 640
    assert clock in page.locator(".lc-clinic-when").inner_text()
    assert page.locator(".lc-clocks li").count() == 8

    page.locator("input[name=email]").fill("ada@example.org")
    page.locator("#sign-up summary").click()
    page.locator("[name=question]").fill("How long?")
    page.locator("[name=code_of_conduct]").check()
    page.locator("[name=privacy_notice]").check()
    if javascript:
        window.screenshot(f"sign-up-filled-{language}-{javascript}")
    page.locator("#sign-up button[type=submit]").click()
    page.locator("input[name=code]").wait_for()
    window.check(accessible=javascript)
    window.screenshot(f"sign-up-code-{language}-{javascript}")
    page.locator("input[name=code]").fill(re.search(r"\b\d{6}\b", mailoutbox[-1].body)[0])
    page.locator("input[name=code]").press("Enter")
    page.wait_for_url(f"**/clinics/{clinic.pk}/")
    window.check(accessible=javascript)
    window.screenshot(f"sign-up-done-{language}-{javascript}")

    assert in_words(language, "You have a seat.") in page.inner_text("main")
    assert clock in page.locator(".lc-clinic-when").inner_text()  # now it is the account's
    page.locator("details:has(#wishes) > summary").click()
    assert page.locator("#wishes [name=question]").input_value() == "How long?"
    assert page.locator("#wishes [name=listens_in]:checked").input_value() == ("ar" if language == "ar" else "")


@pytest.mark.parametrize("language", LOOKED_AT_IN)
def test_the_pages_of_a_seat_are_sound(live_server, open_window, language, mailoutbox):
    series = ClinicSeries.objects.create(name="Asking for money")
    clinic = make_interpreted_clinic(series=series)
    make_clinic(starts_at=clinic.starts_at + timedelta(days=7), series=series, title="The second part")
    edition = make_clinic(starts_at=clinic.starts_at + timedelta(hours=8), edition_of=clinic)
    member = make_agreed_member(on=timezone.now().date(), language=language, zone="Africa/Cairo")
    window = open_window(live_server.url, language=language, widths=WIDTHS, member=member)
    window.visit(f"/clinics/{clinic.pk}/")
    window.screenshot(f"seat-none-{language}")
    window.page.locator("#sign-up button[type=submit]").click()
    window.page.locator("#wishes").wait_for(state="attached")
    window.page.locator("details:has(#wishes) > summary").click()
    window.check()
    window.screenshot(f"seat-taken-{language}")
    window.visit(f"/clinics/{edition.pk}/")
    window.screenshot(f"seat-other-edition-{language}")

    visitor = open_window(live_server.url, language=language, widths=WIDTHS)
    seat = rsvp(clinic=clinic, member=member, by=member, now=timezone.now())
    visitor.visit(reverse("clinics:seat-by-link", args=[token_of(seat)]))
    visitor.screenshot(f"seat-by-link-{language}")
    page = visitor.visit(f"/clinics/{edition.pk}/")
    page.locator("input[name=email]").fill("ada@example.org")
    page.locator("#sign-up button[type=submit]").click()
    page.locator(".lc-error-summary").wait_for()
    visitor.check()
    visitor.screenshot(f"sign-up-refused-{language}")


def test_full_then_waiting_then_offered_then_claimed(live_server, open_window, mailoutbox):
    clinic = make_clinic(starts_at=timezone.now() + timedelta(hours=12), capacity=1, title="Grants")
    first = make_member()
    rsvp(clinic=clinic, member=first, by=first, now=timezone.now())
    visitor = open_window(live_server.url, width=360, javascript=False)
    page = visitor.page
    page.goto(f"{live_server.url}/clinics/")
    assert "full, with a waiting list" in page.inner_text("article").lower()
    page.get_by_role("link", name="Grants").click()
    page.locator("input[name=email]").fill("ada@example.org")
    page.locator("[name=code_of_conduct]").check()
    page.locator("[name=privacy_notice]").check()
    page.get_by_role("button", name="Join the waiting list").click()
    page.locator("input[name=code]").fill(re.search(r"\b\d{6}\b", mailoutbox[-1].body)[0])
    page.get_by_role("button", name="Join the waiting list").click()
    page.get_by_text("You are number 1 on the waiting list").wait_for()

    other = open_window(live_server.url, width=360, javascript=False, member=first)
    other.page.goto(f"{live_server.url}/clinics/{clinic.pk}/")
    other.page.get_by_role("button", name="Give my seat back").click()
    other.page.get_by_text("You are no longer signed up").wait_for()
    page.reload()
    assert "A seat is kept for you until" in page.inner_text("main")

    tick(now=timezone.now())
    letter = next(letter for letter in reversed(mailoutbox) if letter.to == ["ada@example.org"])
    link = re.search(r"/clinics/seats/\S+", letter.body)[0]
    phone = open_window(live_server.url, width=360)  # whoever opens the letter elsewhere is not signed in there
    phone.visit(link)
    phone.screenshot("seat-offered")
    phone.page.get_by_role("button", name="Yes, I take the seat").click()
    phone.page.locator("p", has_text="You have a seat.").wait_for()
    phone.page.get_by_role("button", name="Give my seat back").wait_for()
    page.reload()
    page.get_by_role("link", name="The page with the meeting link").wait_for()
    other.page.reload()
    other.page.get_by_role("button", name="Join the waiting list").wait_for()
