"""Finding somebody, asking for them and taking it back; and what somebody reads who waits. On a phone, both ways."""

from datetime import timedelta

import pytest
from django.utils import timezone

from letsconnect.tests.browser import LOOKED_AT_IN
from matching.models import RoundParticipant, SharerRequest
from matching.tests.factories import make_round
from registrations.models import Wish
from registrations.tests.factories import make_member, make_registration

pytestmark = pytest.mark.browser
LONG = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz"


@pytest.mark.parametrize("language", LOOKED_AT_IN)
def test_somebody_waits_finds_a_sharer_asks_and_takes_it_back(live_server, open_window, language):
    now = timezone.now()
    me = make_registration(member=make_member(language=language, zone="Africa/Tunis"), wishes=["wikidata"])
    make_registration(
        member=make_member(name=LONG), offers=["wikidata", "budgeting"], is_findable=True, group_other=LONG
    )
    round_ = make_round("published", started_at=now - timedelta(days=2), published_at=now - timedelta(days=1))
    RoundParticipant.objects.create(
        round=round_, number=1, registration=me, is_learner=True, left_out="no_hour_in_common"
    )
    window = open_window(live_server.url, language=language, width=360, member=me.member)

    page = window.visit("/")
    window.screenshot(f"home-waiting-{language}-360")
    page.locator('#could-do ~ p a[href$="/matches/why/"]').click()
    window.check()
    assert page.locator(".cdx-message--success").is_visible()  # as things stand today, somebody suits
    window.screenshot(f"why-no-match-{language}-360")
    page.locator('main a[href$="/matches/sharers/"]').click()
    page.locator("select[name=topic]").select_option("mine")
    page.locator("form[method=get] button").click()
    window.check()
    window.screenshot(f"sharer-list-{language}-360")
    page.locator(".asking-cards a").click()
    window.check()
    page.locator("input[name=skill]").last.check()
    page.locator("textarea[name=why]").fill("We plan our first budget.")
    page.locator("form.lc-form button").click()
    window.check(accessible=False)  # says that the wish has to be added, and keeps what was typed
    window.screenshot(f"sharer-ask-{language}-360")
    page.locator("input[name=adds_wish]").check()
    page.locator("form.lc-form button").click()
    window.check()
    window.screenshot(f"request-list-{language}-360")
    assert SharerRequest.objects.open().get().why == "We plan our first budget."
    assert Wish.objects.filter(registration=me, skill__slug="budgeting").exists()
    page.locator('form[action$="/withdraw/"] button').click()
    window.check(accessible=False)

    assert SharerRequest.objects.get().state == "withdrawn"
