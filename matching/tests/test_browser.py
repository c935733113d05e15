"""Matches through a real browser: every state of the page, in both directions."""

import pytest
from django.utils import timezone

from letsconnect.tests.browser import LOOKED_AT_IN, WIDTHS
from matching.domain.matches import answer_by
from matching.models import Introduction
from matching.tests.factories import make_match
from registrations.domain.registrations import WHY_AT_MOST
from registrations.tests.factories import make_member, make_registration

pytestmark = pytest.mark.browser
ANSWERS = """
() => [...document.querySelectorAll(".match-answer .cdx-button")].map(e => {
  const box = e.getBoundingClientRect();
  return [Math.round(box.top), Math.round(box.bottom), Math.round(box.height)];
})
"""
REASONS = '() => Math.round(document.querySelector(".match-best").getBoundingClientRect().bottom)'
LONG = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz@example.org"


@pytest.mark.parametrize("language", LOOKED_AT_IN)
def test_every_state_of_a_match_is_sound(live_server, open_window, language):
    member = make_member(name="Nour", language=language, zone="Africa/Tunis")
    me = make_registration(member=member, offers=["wikidata"], wishes=["wikidata"], can_help=9)
    now = timezone.now()
    asked = {"asked_at": now, "answer_by": answer_by(now)}
    matches = {
        "asked": make_match("asked", learner=me, skill="Facilitation", **asked),
        "answered": make_match("asked", sharer=me, skill="Budgeting", sharer_accepted_at=now, **asked),
        "connected": make_match("connected", learner=me, skill="Surveys"),
        "declined": make_match("declined", sharer=me, skill="Press work"),
    }
    matches["asked of who shares"] = make_match("asked", sharer=me, skill="Facilitation", **asked)
    for person in (matches["asked"].sharer, matches["asked of who shares"].learner):
        Introduction.objects.create(member=person.member, words=("Wort " * 60).strip(), changed_at=now)
    matches["asked of who shares"].learner.wishes.update(why=("Wunsch " * 60)[:WHY_AT_MOST].strip())
    other = matches["connected"].sharer
    other.contact_way, other.contact_text = "other", LONG
    other.save(update_fields=["contact_way", "contact_text"])
    window = open_window(live_server.url, language=language, width=360, widths=WIDTHS, member=member)

    window.visit("/matches/")
    window.screenshot(f"match-list-{language}")
    for name, match in matches.items():
        has_more = name in ("asked", "asked of who shares", "answered", "connected")
        window.visit(f"/matches/{match.pk}/", accessible=not has_more)  # opened, it shows all it shows now and more
        if name.startswith("asked"):
            _find_the_answers_in_the_first_screen(window.page)
        if has_more:
            for summary in window.page.locator("summary").all():
                summary.click()
            window.check()
        window.screenshot(f"match-{name}-{language}")


def _find_the_answers_in_the_first_screen(page):
    """Yes and no stand in the first screen of a small phone, and stay while one reads on."""
    was = page.viewport_size
    page.set_viewport_size({"width": 360, "height": 640})
    for scrolled in (0, 100):
        page.evaluate(f"scrollTo(0, {scrolled})")
        yes, no = page.evaluate(ANSWERS)
        for top, bottom, height in (yes, no):
            assert top > 0 and bottom <= 640 and height >= 44, (yes, no)
    page.evaluate("scrollTo(0, 0)")
    assert page.locator(".match-best > li").count() == 3
    assert page.evaluate(REASONS) <= page.evaluate(ANSWERS)[0][0], "the three reasons are above the buttons"
    page.set_viewport_size(was)
