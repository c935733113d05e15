"""The question of agreement in a browser: in a step of the form what was typed stays, with no script at all."""

import pytest
from django.urls import reverse

from letsconnect.tests.browser import LOOKED_AT_IN
from registrations.models import Registration
from registrations.tests.factories import make_registration

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("language", LOOKED_AT_IN)
def test_who_agrees_in_the_midst_of_a_step_keeps_what_was_typed(live_server, open_window, language):
    member = make_registration(agrees=False).member
    member.speak(language)
    window = open_window(live_server.url, language=language, width=360, member=member, javascript=False)

    window.page.goto(live_server.url + reverse("registrations:registration-step", args=["places"]))
    window.page.locator("#id_can_help").fill("7")
    for document in ("code_of_conduct", "privacy_notice"):
        window.page.locator(f"#agree-{document}").check(force=True)
    window.screenshot(f"agreements-in-a-step-{language}")
    window.page.locator("button[name=step]").click()

    assert window.page.locator("#id_can_help").input_value() == "7"
    assert window.page.locator(".lc-asked").count() == 0
    assert member.consents.given().count() == 2
    assert Registration.objects.get(member=member).can_help == 1  # kept on the page, not saved

    whole = open_window(live_server.url, language=language, width=360, member=make_registration(agrees=False).member)
    whole.visit(reverse("home"))
    whole.visit(reverse("registrations:agreement-list"))
