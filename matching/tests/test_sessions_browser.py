"""Both people's journey through a real browser: asked, connected, an hour agreed, moved, cancelled."""

from datetime import timedelta

import pytest
from django.utils import timezone
from icalendar import Calendar

from letsconnect.base.zones import in_zone
from letsconnect.tests.browser import LOOKED_AT_IN
from matching.domain.matches import MatchState, answer_by
from matching.models import Match, Session
from matching.tests.factories import make_match
from registrations.models import Registration, Wish
from registrations.tests.factories import make_member, make_registration

pytestmark = pytest.mark.browser
WINDOWS = [(day * 1440 + hour * 60, day * 1440 + (hour + 3) * 60) for day in (0, 2, 5) for hour in (14, 18)]
PRIMARY = ".cdx-button--weight-primary"


def make_asked(language):
    """A learner in Tunis and a sharer in Nepal who were asked this morning."""
    now = timezone.now()
    names = {"en": ("Nour", "Asha"), "ar": ("نور", "آشا")}[language]
    people = {}
    for role, name, zone, given in (
        ("learner", names[0], "Africa/Tunis", {"wishes": ["wikidata"]}),
        ("sharer", names[1], "Asia/Kathmandu", {"offers": ["wikidata"]}),
    ):
        member = make_member(name=name, language=language, zone=zone)
        windows = WINDOWS if role == "learner" else [(begin + 240, end + 300) for begin, end in WINDOWS]
        people[role] = make_registration(member=member, windows=windows, group_other="Wikimedia TN", **given)
    Wish.objects.filter(registration=people["learner"]).update(why="To add our museums.")
    return make_match("asked", asked_at=now, answer_by=answer_by(now), **people)


@pytest.mark.parametrize("language", LOOKED_AT_IN)
def test_two_people_agree_on_an_hour_move_it_and_cancel_it(live_server, open_window, language):
    match = make_asked(language)
    learner, sharer = (
        open_window(live_server.url, language=language, width=width, member=person.member)
        for person, width in ((match.learner, 360), (match.sharer, 1280))
    )
    page = f"/matches/{match.pk}/"

    def shot(window, name):
        window.screenshot(f"journey-{name}-{language}-{window.page.viewport_size['width']}")

    def press(window, selector):
        window.page.locator(selector).first.click()
        window.check(accessible=False)

    # Asked: who, what, why and when; no contact. Both say yes.
    for window in (learner, sharer):
        window.visit(page)
        shot(window, "asked")
        assert match.sharer.member.email not in window.page.content()
        press(window, f"form[action$='/accept/'] {PRIMARY}")
    assert match.learner.member.email in sharer.page.content()
    shot(sharer, "connected")

    # The learner ticks three of the hours in common; the sharer chooses the second.
    learner.visit(page)
    shot(learner, "connected")
    learner.visit(page + "times/")
    shot(learner, "propose")
    boxes = learner.page.locator("input[name=picked]:visible")
    for number in range(3):
        boxes.nth(number).check()
    press(learner, f"main {PRIMARY}")
    shot(learner, "proposed")
    sharer.visit("/")
    shot(sharer, "home-to-confirm")
    sharer.visit(page)
    shot(sharer, "to-confirm")
    sharer.page.locator("form[action$='/confirm/'] button").nth(1).click()
    sharer.check()
    shot(sharer, "agreed")
    agreed = Session.objects.get()
    assert agreed.state == "confirmed"

    # A link to the call, a file for the calendar.
    sharer.page.locator("details:has(form[action$='/link/']) summary").click()
    sharer.page.locator("input[name=link]").fill("meet.example.org/us")
    press(sharer, "form[action$='/link/'] button")
    shot(sharer, "link-refused")
    sharer.page.locator("input[name=link]").fill("https://meet.example.org/us")
    press(sharer, "form[action$='/link/'] button")
    learner.visit(page)
    shot(learner, "agreed")
    assert learner.page.locator("a[href='https://meet.example.org/us']").count() == 1
    with learner.page.expect_download() as download:
        learner.page.locator("a[href$='/calendar/']").first.click()
    [event] = Calendar.from_ical(download.value.path().read_bytes()).walk("VEVENT")
    assert event["DTSTART"].dt == agreed.starts_at
    learner.visit("/")
    shot(learner, "home-agreed")

    learner.visit("/calendar/")
    press(learner, "main form:not([action]) button")
    shot(learner, "feed")
    assert learner.page.locator("#feed-address").input_value().endswith(".ics")

    # The sharer would like to move it, to a time of their own clock that is not among those in common.
    sharer.visit(page + "times/")
    day = in_zone(timezone.now() + timedelta(days=9), "Asia/Kathmandu").date()
    sharer.page.locator("details:has(input[name=day_1]) > summary").click()
    sharer.page.locator("input[name=day_1]").fill(day.isoformat())
    press(sharer, f"main {PRIMARY}")
    shot(sharer, "time-missing")
    sharer.page.locator("input[name=clock_1]").fill("06:15")
    press(sharer, f"main {PRIMARY}")
    shot(sharer, "moving")
    learner.visit(page)
    shot(learner, "to-move")
    press(learner, "form[action$='/confirm/'] button")
    moved = Session.objects.get()
    assert (moved.sequence, f"{in_zone(moved.starts_at, 'Asia/Kathmandu'):%H:%M}") == (1, "06:15")

    # Cancelled with a word; they stay connected.
    learner.page.locator(f"details:has(form[action$='/sessions/{moved.pk}/cancel/']) summary").click()
    learner.check()
    learner.page.locator("form[action*='/sessions/'] input[value=cannot]").check(force=True)
    learner.page.locator("form[action*='/sessions/'] textarea[name=note]").fill("My child is ill.")
    shot(learner, "cancelling")
    press(learner, "form[action$='/cancel/'] button")
    shot(learner, "cancelled")
    assert Session.objects.get().state == "cancelled"
    assert Match.objects.get().state == MatchState.CONNECTED
    assert Registration.objects.count() == 2
