"""Five people walk their ways through the portal, each as they use a browser: how long the ways are is printed."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from clinics.models import Rsvp
from clinics.tests.factories import make_clinic, make_text
from letsconnect.tests.browser import type_into
from letsconnect.tests.journeys import MOST_PIXELS, MOST_QUESTIONS, MOST_SCREENS, Journey
from matching.domain.matches import answer_by
from matching.models import Match, Session, SharerRequest
from matching.tests.factories import make_match
from registrations.catalogue.loading import load_reference_data
from registrations.models import Eligibility, Group, Registration, Skill
from registrations.review.deciding import review
from registrations.tests.factories import make_agreed_member, make_coordinator, make_member, make_registration
from registrations.tests.typing import OVERVIEW, url

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
GO_ON = ".lc-form__buttons button[value=on]"
SIGN_IN = "main form:has(#id_email) button[type=submit]"
CODE_IN = "main form:has(#id_code) button[type=submit]"
YES = "form[action$='/accept/'] button"
REGISTER = "main a[href='/registration/']"


@pytest.fixture
def set_out(live_server, open_window, record_property, mailoutbox):
    """How somebody sets out, with a browser of their own."""

    def begin(who, **how):
        return Journey(open_window(live_server.url, **how), who, record_property)

    return begin


def sign_in(way, address):
    way.page.locator("#id_email").fill(address)
    way.go_on(SIGN_IN)
    way.page.locator("#id_code").fill(way.code())
    way.go_on(CODE_IN)


def agree_and_hand_in(way):
    way.page.locator("#id_agrees_to_conduct").check(force=True)
    way.page.locator("#id_agrees_to_privacy").check(force=True)
    way.go_on(GO_ON)
    assert way.is_at(OVERVIEW)
    assert Registration.objects.get(name="Amina").state == "submitted"


def test_a_newcomer_registers_on_a_phone_in_arabic(set_out, settings):
    settings.EMBEDDED_MAILBOX = False  # only a portal for trying out has one, and tells of it on each page
    load_reference_data()
    way = set_out("newcomer, phone, Arabic", language="ar", width=360, zone="Africa/Tunis")
    page = way.page
    way.goto("/")
    way.window.check(accessible=False)
    way.press(REGISTER)
    sign_in(way, "amina@example.org")

    page.locator("#id_name").fill("Amina")
    page.locator("#id_country").select_option("TN")
    type_into(page.locator("#id_languages-0-code"), "عربي")
    page.locator("#id_languages-0-level").select_option("6")
    way.press("[data-more]")
    type_into(page.locator("#id_languages-1-code"), "français")
    page.locator("#id_languages-1-level").select_option("3")
    way.go_on(GO_ON)
    page.locator("#id_skill_text").press_sequentially("ويكي بيانات")
    page.locator(f"button[name=share][value='{Skill.objects.get(slug='wikidata').pk}']").click()
    page.locator("#id_offers-0-would_host").check(force=True)
    way.go_on(GO_ON)
    assert "تونس" in page.locator(".lc-zone summary").inner_text()
    way.press("button[value=evenings]")
    way.go_on(GO_ON)
    agree_and_hand_in(way)
    way.window.check()
    way.end()

    assert len(way.screens) <= MOST_SCREENS, way.screens
    assert len(way.questions) <= MOST_QUESTIONS, way.questions
    assert way.pixels <= MOST_PIXELS, way.screens


def test_a_sharer_registers_and_says_yes_in_spanish_without_scripts(set_out):
    load_reference_data()
    Eligibility.objects.create(must_belong_to_a_group=True)
    group = Group.objects.filter(country="TN").first()
    way = set_out("sharer, no JavaScript, Spanish", language="es", width=360, javascript=False)
    page = way.page
    way.goto("/")
    way.press(REGISTER)
    sign_in(way, "amina@example.org")

    page.locator("#id_name").fill("Amina")
    page.locator("#id_country").select_option("TN")
    type_into(page.locator("#id_languages-0-code"), "árabe")
    page.locator("#id_languages-0-level").select_option("6")
    way.press("[data-more]")
    type_into(page.locator("#id_languages-1-code"), "español")
    page.locator("#id_languages-1-level").select_option("3")
    page.locator("#id_group_other").fill(group.name[:-3])
    way.press(".lc-find button[name=look_up]")
    page.locator(f"input[name=group_id][value='{group.pk}']").check(force=True)
    way.go_on(GO_ON)
    page.locator("#id_skill_text").fill("wikidata")
    way.press("button[name=look_up]")
    page.locator(f"button[name=share][value='{Skill.objects.get(slug='wikidata').pk}']").click()
    page.locator("#id_offers-0-would_host").check(force=True)
    way.go_on(GO_ON)
    way.press("button[value=evenings]")
    assert "lunes a viernes 18:00–21:00" in page.locator("#week-chosen").inner_text()
    way.go_on(GO_ON)
    agree_and_hand_in(way)
    registered = list(way.screens), list(way.questions)

    me = Registration.objects.get()
    assert set(me.spoken_languages.values_list("code", "level")) == {("ar", 6), ("es", 3)}
    assert (me.group, me.offers.get().would_host) == (group, True)
    now = timezone.now()
    review(registration=me, decision="approved", note="", version=me.version, by=make_coordinator(), now=now)
    match = make_match("asked", sharer=me, asked_at=now, answer_by=answer_by(now), learner_accepted_at=now)
    way.goto("/")
    way.press(f"main a[href='/matches/{match.pk}/']")
    assert match.learner.member.email not in page.content()
    way.go_on(YES)
    assert page.get_by_text(match.learner.member.email).is_visible()
    assert Match.objects.get().state == "connected"
    page.locator(".lc-tool--menu").click()  # opens without a script, too
    assert page.locator("form[action='/sign-out/'] button").first.is_visible()
    way.end()

    screens, questions = registered
    assert len(screens) <= MOST_SCREENS
    assert len(questions) <= MOST_QUESTIONS, questions
    assert sum(height for _path, height in screens) <= MOST_PIXELS, screens


def test_a_learner_answers_proposes_an_hour_and_asks_by_keyboard_only(set_out):
    now = timezone.now()
    member = make_agreed_member(on=now.date(), zone="UTC")
    me = make_registration(member=member, wishes=["wikidata", "budgeting"], can_learn_from=3)
    other = make_registration(offers=["wikidata"])
    make_registration(member=make_member(name="Ben"), offers=["budgeting"], is_findable=True)
    asked = {"asked_at": now, "answer_by": answer_by(now), "sharer_accepted_at": now}
    match = make_match("asked", learner=me, sharer=other, **asked)
    way = set_out("learner, keyboard only", member=member)
    way.goto("/")

    way.count()
    way.enter(f"main a[href='/matches/{match.pk}/']")
    way.count()
    way.enter(YES)
    way.count()
    way.enter(f"main a[href='/matches/{match.pk}/times/']")
    way.tab_to("input[name=picked]")
    way.key("Space")
    way.count()
    way.enter("main form button[type=submit]")
    assert Session.objects.get().times.count() == 1

    way.enter("header a[href='/matches/']")
    way.count()
    way.enter("main a[href='/matches/sharers/']")
    way.tab_to("select[name=topic]")
    way.key("ArrowDown")
    way.count()
    way.enter("main form[method=get] button[type=submit]")
    assert "topic=" in way.page.url
    way.count()
    way.enter(".asking-cards a")
    way.tab_to("input[name=skill]")
    way.key("Space")
    way.tab_to("textarea[name=why]")
    way.page.keyboard.type("We plan our first budget.")
    way.count()
    way.enter("main form.lc-form button[type=submit]")
    assert SharerRequest.objects.open().get().why == "We plan our first budget."
    way.end()


def heard_soundly(way, path):
    """Go to a page and return its title and how many headings it has; whatever a reader would stumble over fails."""
    way.goto(path)
    way.count()
    heard = way.heard()
    outline = "\n".join(f"{'  ' * level}{name}" for level, name in heard.headings)
    levels = [level for level, _name in heard.headings]
    assert levels[:1] == [1] and levels.count(1) == 1, f"{path}\n{outline}"
    assert all(after <= before + 1 for before, after in pairwise(levels)), f"{path} leaves out a level\n{outline}"
    assert all(name for _level, name in heard.headings), f"{path}\n{outline}"
    frame = [role for role, _name in heard.landmarks if role in ("banner", "main", "contentinfo")]
    assert frame == ["banner", "main", "contentinfo"], (path, heard.landmarks)
    named = Counter(heard.landmarks)
    assert set(named.values()) == {1}, f"{path}: landmarks that sound alike: {named}"
    assert not heard.unnamed, f"{path}: controls without a name: {heard.unnamed}"
    assert way.page.locator("html").get_attribute("lang") == "fr", path
    return heard.title, len(levels)


def test_a_reader_hears_the_outline_of_each_page_in_french(set_out):
    now = timezone.now()
    member = make_agreed_member(on=now.date(), language="fr", zone="UTC", name="Ada")
    me = make_registration(
        member=member, wishes=["wikidata", "budgeting"], offers=["lexemes"], speaks=[("fr", 6)], can_learn_from=3
    )
    make_registration(offers=["budgeting"], is_findable=True)
    clinic = make_clinic(starts_at=now + timedelta(days=3))
    asked = make_match("asked", learner=me, asked_at=now, answer_by=answer_by(now))
    connected = make_match("connected", sharer=me, skill="lexemes")
    for_visitors = ["/", "/sign-in/", "/clinics/", f"/clinics/{clinic.pk}/", "/who-may-take-part/", "/privacy/"]
    matches = [f"/matches/{asked.pk}/", f"/matches/{connected.pk}/", f"/matches/{connected.pk}/times/"]
    found = ["/matches/", *matches, "/matches/sharers/", "/matches/why/", "/matches/requests/"]
    own = ["/", OVERVIEW, url("you"), url("skills"), url("hours"), "/my-data/", "/agreements/", "/calendar/"]
    way = set_out("reader, by ear, French", language="fr")

    titles = {path: heard_soundly(way, path) for path in for_visitors}
    way.window.sign_in(member)
    titles |= {path: heard_soundly(way, path) for path in found + own}
    way.end(f", {sum(headings for _title, headings in titles.values())} headings")

    alike = Counter(title for title, _headings in titles.values())
    assert [title for title, count in alike.items() if count > 1] == []
    assert all(title.endswith("Let's Connect") for title in alike), alike


def test_a_visitor_takes_a_seat_in_portuguese_and_gives_it_back(set_out):
    clinic = make_clinic(starts_at=timezone.now() + timedelta(days=3), title="Grants")
    make_text(clinic, "pt", "Pedir dinheiro com jeito")
    way = set_out("visitor to a clinic, Portuguese", language="pt", width=360, zone="America/Sao_Paulo")
    page = way.page
    way.goto("/clinics/")
    way.count()
    page.get_by_role("link", name="Pedir dinheiro com jeito").click()
    way.page.locator("input[name=email]").fill("ada@example.org")
    page.locator("[name=code_of_conduct]").check()
    page.locator("[name=privacy_notice]").check()
    way.go_on("#sign-up button[type=submit]")
    page.locator("input[name=code]").fill(way.code())
    way.go_on("main form:has(input[name=code]) button[type=submit]")
    assert way.is_at(f"/clinics/{clinic.pk}/")
    assert Rsvp.objects.get().is_going
    way.go_on("form[action$='/cancel/'] button")
    way.window.check()
    assert not Rsvp.objects.get().is_going
    way.end()

    assert len(way.screens) <= 4
