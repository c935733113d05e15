"""The working group's way through a round, in a real browser, in both directions and at both widths."""

import pytest

from letsconnect.tests.browser import LOOKED_AT_IN, WIDTHS
from mailings.models import Letter
from matching.domain.matches import MatchState
from matching.models import Match, Round
from matching.rounds.computing import solve_waiting_rounds
from matching.rounds.drafts import draft_round, request_round
from matching.rounds.rules import exclude_pair
from registrations.tests.factories import NOW, make_coordinator, make_registration

pytestmark = pytest.mark.browser
LONG = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz"
WIDE = ((480, 720), (1920, 2280), (7800, 8400))  # Monday morning, Tuesday morning, Saturday


def make_people():
    """Five learners of one skill, four who share it, one with two places; two wish what nobody shares."""
    for number in range(5):
        make_registration(name=f"{LONG} {number}" if number == 3 else "", wishes=["wikidata"], windows=WIDE)
    for number in range(4):
        make_registration(offers=["wikidata"], windows=WIDE[number % 2 :], can_help=2 if number == 3 else 1)
    for _ in range(2):
        make_registration(wishes=["budgeting"], region="LAC", country="AR", windows=WIDE)


def look(window, name, language):
    """Check the page at both widths; axe once, and last, because it tries styles that the policy refuses."""
    for width in WIDTHS:
        window.page.set_viewport_size({"width": width, "height": 800})
        window.screenshot(f"desk-{name}-{language}-{width}")
        window.check(accessible=width == WIDTHS[-1])


@pytest.mark.parametrize("language", LOOKED_AT_IN)
def test_the_desk_takes_a_round_from_draft_to_publishing(live_server, open_window, language):
    make_people()
    window = open_window(live_server.url, language=language, member=make_coordinator(language=language))
    page = window.visit("/admin/matching/round/", accessible=False)

    page.locator(".object-tools button").click()
    look(window, "draft", language)
    page.locator("details summary").first.click()
    page.locator("input[name=weight_hours_in_common]").fill("9")
    page.locator("form.lc-form button.default").click()
    look(window, "preview", language)
    assert page.locator("#difference li").count() >= 1
    assert page.locator(".lc-bars").count() == 4
    page.locator("form[action$='/request/'] button").click()
    look(window, "progress", language)
    page.locator("[data-reload] button").click()
    assert page.locator("[data-reload] button").is_hidden()

    solve_waiting_rounds(now=NOW)
    round_ = Round.objects.get()
    window.visit(f"/admin/matching/round/{round_.pk}/change/", accessible=False)
    look(window, "round", language)
    first, second, third, *others = Match.objects.order_by("pk")
    assert len(others) == 2

    for match in (first, second):
        page.locator(f"#match-{match.pk}").check()
    page.locator("button[name=action][value=approve]").click()
    window.check(accessible=False)
    assert Match.objects.filter(state=MatchState.APPROVED).count() == 2
    window.visit(f"/admin/matching/match/{third.pk}/change/", accessible=False)
    look(window, "match", language)
    page.locator("form:has(input[value=refuse]) button").click()
    look(window, "refuse", language)
    page.locator("input[name=reason]").first.check()
    page.locator("button.default").click()
    window.check(accessible=False)
    assert Match.objects.get(pk=third.pk).state == MatchState.REFUSED
    window.visit(f"/admin/matching/match/{others[0].pk}/change/", accessible=False)
    page.locator("#alternatives form button").first.click()
    look(window, "swapped", language)
    assert Match.objects.filter(made_by_hand=True).count() == 1

    page.goto(f"{live_server.url}/admin/matching/round/{round_.pk}/publish/")
    look(window, "publish", language)
    page.locator("button.default").click()
    window.check(accessible=False)
    assert Match.objects.filter(state=MatchState.ASKED).count() == 2
    assert Letter.objects.count() == 4


@pytest.mark.parametrize("language", LOOKED_AT_IN)
def test_the_pages_beside_the_way_are_sound(live_server, open_window, language):
    make_people()
    coordinator = make_coordinator(language=language)
    round_ = draft_round(by=coordinator, now=NOW)
    request_round(round_=round_, by=coordinator, now=NOW)
    solve_waiting_rounds(now=NOW)
    match = Match.objects.order_by("pk").first()
    exclusion = exclude_pair(person=match.learner, other=match.sharer, reason=LONG, by=coordinator, now=NOW)
    window = open_window(live_server.url, language=language, member=coordinator)
    desk = "/admin/matching"
    pair = f"?round={round_.pk}&learner={match.learner_id}&sharer="

    for name, path in {
        "why-not": f"{desk}/round/why-not/{pair}{match.sharer_id}",
        "left": f"{desk}/round/{round_.pk}/left/",
        "exclude": f"{desk}/exclusion/add/",
        "exclusion": f"{desk}/exclusion/{exclusion.pk}/change/",
        "rules": f"{desk}/matchingrules/1/change/",
    }.items():
        window.visit(path, accessible=False)
        look(window, name, language)
