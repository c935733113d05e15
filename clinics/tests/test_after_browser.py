"""What a browser sees after a clinic: feedback, what may be quoted, a certificate, and a stranger who checks it."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinics.domain.clinics import ClinicState
from clinics.models import Certificate, Quote
from clinics.tests.after_factories import count_said_of, make_certificate, make_somebody_who_came, said_by_many
from clinics.tests.factories import make_attendance, make_clinic, make_person, make_text
from letsconnect.tests.browser import LOOKED_AT_IN, WIDTHS
from registrations.tests.factories import make_coordinator, make_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def held_lately(hours=20):
    return make_clinic(starts_at=timezone.now() - timedelta(hours=hours), state=ClinicState.HELD)


def test_feedback_then_a_certificate_that_a_stranger_checks_in_another_window(live_server, open_window):
    """All of it on a telephone and without a script."""
    clinic = held_lately()
    member = make_somebody_who_came(clinic, name="Ana Lima")
    window = open_window(live_server.url, width=360, member=member, javascript=False)
    page = window.page

    page.goto(live_server.url + "/")
    page.get_by_role("link", name="Say how it was, without your name").click()
    page.get_by_role("group", name="Was it useful for you?").get_by_label("Very useful").check()
    page.get_by_role("group", name="Did you feel safe and welcome?").get_by_label("No", exact=True).check()
    page.get_by_label("What would you change?").fill("Longer breaks.")
    page.get_by_role("button", name="Send it without my name").click()
    assert page.get_by_role("heading", name="You did not feel safe and welcome").is_visible()
    assert page.get_by_role("link", name="Tell the trust team in confidence").is_visible()
    page.get_by_label("What may we quote?").fill("I learned to count.")
    page.get_by_label("my name: Ana Lima").check()
    page.get_by_role("button", name="You may quote this").click()
    page.goto(live_server.url + reverse("clinics:quote-give", args=[clinic.pk]))
    assert "— Ana Lima" in page.locator("[aria-labelledby=given]").inner_text()
    page.get_by_role("link", name="See or change my anonymous answers").click()
    assert page.get_by_role("group", name="Was it useful for you?").get_by_label("Very useful").is_checked()
    assert page.get_by_label("What would you change?").input_value() == "Longer breaks."
    page.get_by_role("link", name="The page of the clinic").click()

    page.get_by_role("link", name="certificate").click()
    page.get_by_label("Name on the certificate").fill("Ana M. Lima")
    page.get_by_label("Whoever checks the code sees the name").check()
    page.get_by_role("button", name="Make my certificate").click()
    code = page.locator(".lc-code").inner_text()
    assert re.fullmatch(r"(\w{4}-){6}\w{4}", code)
    page.get_by_role("link", name="العربية").click()
    assert page.locator("html").get_attribute("dir") == "rtl" and "Ana M. Lima" in page.inner_text("main")

    stranger = open_window(live_server.url, width=360, language="fr")
    stranger.visit(reverse("clinics:certificate-check"))
    stranger.page.locator("input[name=code]").fill(code.lower().replace("-", " "))
    stranger.page.locator("main button[type=submit]").click()
    stranger.check()
    shown = stranger.page.inner_text("main")
    assert "Ana M. Lima" in shown and clinic.title in shown

    page.go_back()
    page.get_by_role("button", name="Take it back").click()
    page.locator("main li", has_text=code).wait_for()
    stranger.page.reload()
    stranger.check()
    shown = stranger.page.inner_text("main")
    assert "Ana M. Lima" not in shown and code in shown and stranger.page.locator(".cdx-message--warning").is_visible()


@pytest.mark.parametrize("language", LOOKED_AT_IN)
def test_the_pages_after_a_clinic_are_sound(live_server, open_window, language):
    clinic = held_lately()
    make_text(clinic, "ar", "طلب المال بلطف")
    member = make_somebody_who_came(clinic, name="سلمى الطاهر" if language == "ar" else "Ana Lima", language=language)
    make_person(clinic, "host", member=member)
    make_person(clinic, "interpreter", member=member)
    told = held_lately(hours=30)
    make_person(told, "host", member=member)
    said_by_many(told, now=timezone.now(), words=6, useful={"very": 9, "quite": 5, "not": 1}, safe={"yes": 10})
    count_said_of(told)
    certificate = make_certificate(clinic, member, kind="contributing", name=member.name, now=timezone.now())
    make_attendance(clinic, make_member())
    window = open_window(live_server.url, language=language, widths=WIDTHS, member=member)

    for name, address in {
        "feedback": reverse("clinics:feedback-give", args=[clinic.pk]),
        "quote": reverse("clinics:quote-give", args=[clinic.pk]),
        "feedback-read": reverse("clinics:feedback-read", args=[told.pk]),
        "feedback-read-early": reverse("clinics:feedback-read", args=[clinic.pk]),
        "certificate-mine": reverse("clinics:certificate-mine", args=[clinic.pk]),
        "certificate-list": reverse("clinics:certificate-list"),
        "certificate-print": reverse("clinics:certificate-print", args=[certificate.pk]),
        "certificate-check": reverse("clinics:certificate-check"),
        "certificate-verify": reverse("clinics:certificate-verify", args=[certificate.grouped_code]),
        "clinic-over": reverse("clinics:clinic-detail", args=[clinic.pk]),
    }.items():
        window.visit(address)
        window.screenshot(f"after-{name}-{language}")
    window.visit(reverse("clinics:certificate-verify", args=["WRONG"]), status=404)
    window.screenshot(f"after-certificate-unknown-{language}")


def test_a_certificate_is_one_page_of_paper_in_each_language(live_server, open_window):
    """The language is that of the address: one window reads them all."""
    clinic = held_lately()
    member = make_somebody_who_came(clinic)
    certificate = make_certificate(
        clinic, member, name="Maria Aparecida dos Santos Albuquerque de Vasconcelos e Silva", now=timezone.now()
    )
    window = open_window(live_server.url, member=member)

    for language in ("en", "ar", "es", "fr", "pt"):
        window.visit(reverse("clinics:certificate-print", args=[certificate.pk]) + f"?language={language}")
        for paper in ("A4", "Letter"):
            pdf = window.page.pdf(format=paper, print_background=True)
            assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1, (language, paper)
        window.page.emulate_media(media="print")
        assert not window.page.locator("nav").is_visible(), language
        window.screenshot(f"after-certificate-paper-{language}")
        window.page.emulate_media(media="screen")


def test_the_desk_reads_sums_and_publishes_a_quote(live_server, open_window):
    clinic = held_lately()
    members = said_by_many(clinic, now=timezone.now(), words=6, useful={"very": 9, "quite": 5, "not": 1})
    count_said_of(clinic)
    Quote.objects.create(
        clinic=clinic, member=members[0], text="I learned\nto count.", as_whom="participant", given_at=timezone.now()
    )
    make_certificate(clinic, members[0], now=timezone.now())
    window = open_window(live_server.url, member=make_coordinator())

    page = window.visit(reverse("admin:clinics_clinic_after", args=[clinic.pk]))
    window.screenshot("after-desk")
    page.get_by_role("link", name="Show it on the clinic's page").click()
    window.check()
    page.get_by_role("button", name="Show it on the clinic's page").click()
    window.check()
    assert Quote.objects.get().published_at
    window.visit(reverse("admin:clinics_clinic_certificates", args=[clinic.pk]))
    window.screenshot("after-desk-certificates")
    page.get_by_label("Why it is revoked").fill("It was another Ana.")
    page.get_by_role("button", name="Revoke").click()
    window.check()
    page.get_by_role("button", name="Revoke it").click()
    window.check()
    assert Certificate.objects.get().revoke_reason == "It was another Ana."
