"""My data and the pages of its steps on a phone, in English and in Arabic."""

import pytest
from django.urls import reverse
from django.utils import timezone

from letsconnect.base.links import sign
from letsconnect.tests.browser import LOOK, LOOKED_AT_IN
from letsconnect.tests.everything import make_somebody
from mailings.models import LetterText
from matching.models import Match
from registrations.models import Member, Registration

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("language", LOOKED_AT_IN)
def test_the_pages_about_ones_own_data_hold_what_every_page_must(live_server, open_window, language):
    member = make_somebody()
    Member.objects.filter(pk=member.pk).update(language=language)
    member.refresh_from_db()
    match = Match.objects.for_member(member).first()
    window = open_window(live_server.url, language=language, width=360, member=member)

    window.visit(reverse("registrations:my-data"))
    window.screenshot(f"my-data-{language}")
    assert window.page.evaluate("document.documentElement.scrollHeight") < 4600  # of somebody with one of everything
    assert window.page.locator("a[download]").last.bounding_box()["y"] < 640
    for number in range(window.page.locator("details").count()):
        window.page.locator("details > summary").nth(number).click()
    window.check(accessible=False)
    for step in ("registration-pause", "registration-withdraw", "account-delete"):
        window.visit(reverse(f"registrations:{step}"), accessible=step == "account-delete")
        window.screenshot(f"my-data-{step}-{language}")
    window.page.locator("#id_word").fill("no")
    window.page.locator("main button[type=submit]").click()
    window.check()
    window.screenshot(f"my-data-refused-{language}")
    LetterText.objects.update(sent_at=timezone.now())
    window.visit(reverse("registrations:letter-list"))
    window.screenshot(f"my-letters-{language}")
    window.visit(reverse("registrations:letter-detail", args=[LetterText.objects.get(letter__member=member).pk]))
    window.screenshot(f"my-letter-{language}")
    file = window.page.request.get(live_server.url + reverse("registrations:data-download", args=["html"])).text()
    window.page.goto("about:blank")
    window.page.set_content(file)
    assert window.page.evaluate(LOOK)["overflowing"] == []  # it is read where there is no portal, and is no wider
    window.visit(reverse("matching:person-list"), accessible=False)
    window.visit(reverse("matching:person-block", args=[match.pk]))
    window.screenshot(f"person-block-{language}")

    visitor = open_window(live_server.url, language=language, width=360, javascript=False)
    question = [member.registration.pk, member.registration.still_in_asked_on.isoformat()]
    visitor.page.goto(live_server.url + f"/still-in/{sign('still-in', question)}/")
    visitor.page.locator("main button[type=submit]").click()
    assert visitor.page.locator("main form").count() == 1  # to take it back
    assert Registration.objects.get(pk=member.registration.pk).kept_in_by_link_on is not None
