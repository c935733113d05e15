"""What a browser sees of the letters' pages at the desk, and of a home page to which no letters come."""

import pytest
from django.utils import timezone

from letsconnect.tests.browser import LOOKED_AT_IN, WIDTHS
from mailings.models import Letter, Subscription, Suppression
from mailings.tests.factories import make_letter, make_sent_newsletter, make_subscription
from registrations.tests.factories import make_coordinator, make_registration

pytestmark = pytest.mark.browser
LINES = "ana@example.org\nnonsense\nAna <ana@example.org>\nbo@example.org"
ROWS = "email;source;date\nana@example.org;ورقة;2025-05-01\nx;;\nbo@example.org;Sheet;\n"


@pytest.fixture
def desk(live_server, open_window, language):
    return open_window(live_server.url, language=language, widths=WIDTHS, member=make_coordinator(language=language))


@pytest.mark.parametrize("language", LOOKED_AT_IN)
def test_the_board_is_sound(desk, language):
    make_sent_newsletter(recipients=0), make_sent_newsletter(recipients=3)
    registration = make_registration()
    letter = make_letter(to=registration.member, about=registration)
    Letter.objects.filter(pk=letter.pk).update(state="uncertain", tries=1, reason="the connection was lost")
    make_subscription()

    desk.visit("/admin/mailings/letter/board/")
    desk.screenshot(f"board-{language}")
    desk.page.locator("form[action$='/arrived/decide/'] button").click()
    desk.check()
    for table in ("subscription", "suppression", "letter"):
        desk.visit(f"/admin/mailings/{table}/")

    assert Letter.objects.get().state == "sent"


@pytest.mark.parametrize("language", LOOKED_AT_IN)
def test_addresses_are_entered(desk, language):
    desk.visit("/admin/mailings/suppression/add/")
    desk.page.locator("[name=addresses]").fill(LINES)
    desk.page.locator("button.default").click()
    desk.check()
    desk.screenshot(f"suppress-{language}")
    desk.page.locator("[name=checked]").click()
    desk.check()

    assert desk.page.locator("[name=addresses]").input_value() == "nonsense"
    assert Suppression.objects.count() == 2


@pytest.mark.parametrize("language", LOOKED_AT_IN)
def test_a_list_is_brought(desk, language):
    desk.visit("/admin/mailings/subscription/add/")
    file = {"name": "list.csv", "mimeType": "text/csv", "buffer": ROWS.encode()}
    desk.page.locator("[name=file]").set_input_files(file)
    desk.page.locator("button.default").click()
    desk.check()
    desk.screenshot(f"consents-{language}")
    desk.page.locator("button.default").click()
    desk.check()

    assert [row.source_text for row in Subscription.objects.all()] == ["ورقة"]


@pytest.mark.parametrize("language", LOOKED_AT_IN)
def test_a_person_ends_what_kept_letters_from_them(live_server, open_window, language):
    member = make_registration().member
    Suppression.objects.suppress([member.email], source="desk", now=timezone.now())
    window = open_window(live_server.url, language=language, widths=WIDTHS, member=member)

    window.visit("/")
    window.screenshot(f"not-written-to-{language}")
    window.page.locator("form[action$='/letters/again/'] button").click()
    window.check()

    assert not Suppression.objects.of(member.email).exists()
