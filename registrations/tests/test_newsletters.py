"""What registrations bring to the newsletter: readers by region, role and skill, and skills that are new."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from mailings.models import Letter, Newsletter
from mailings.newsletters import audiences, markdown, sending
from mailings.tests.factories import make_newsletter, make_subscription
from registrations.answers.editing import save_registration
from registrations.answers.facts import facts_of
from registrations.domain.registrations import RegistrationState, SkillFamily
from registrations.models import Registration, Skill
from registrations.newsletters.filling import new_skills
from registrations.privacy.erasing import erase_member
from registrations.skills.arranging import accept_skill, add_skill, retire_skill, suggest_skill
from registrations.tests.factories import (
    NOW,
    make_coordinator,
    make_liaison,
    make_member,
    make_registration,
    make_skill,
)

pytestmark = pytest.mark.django_db


def subscribe(**registration):
    made = make_registration(**registration)
    return make_subscription(member=made.member)


def chosen(**audience):
    return set(audiences.readers(audience))


def counted(**audience):
    return audiences.readers(audience).count(), audiences.outside(audience)


def test_readers_are_chosen_by_the_region_they_told_and_those_who_told_none_are_counted():
    mena, africa = subscribe(region="MENA"), subscribe(region="SSA")
    make_subscription(), make_subscription(member=make_member()), make_subscription(member=make_member(region="LAC"))

    assert chosen(region=["MENA"]) == {mena} and chosen(region=["MENA", "SSA"]) == {mena, africa}
    assert counted(region=["MENA"]) == (1, {"region": 2})


def test_readers_are_chosen_by_what_their_registration_in_force_shares_or_wants():
    shares, learns = subscribe(offers=["maps", "grants"]), subscribe(wishes=["maps"])
    both = subscribe(offers=["grants"], wishes=["maps"], state=RegistrationState.SUBMITTED)
    neither = subscribe()
    for state in (RegistrationState.DRAFT, RegistrationState.WITHDRAWN, RegistrationState.DECLINED):
        subscribe(offers=["maps"], wishes=["grants"], state=state)
    visitor = make_subscription()

    assert chosen(role=["shares"]) == {shares, both} and chosen(role=["learns"]) == {learns, both}
    assert counted(role=["shares", "learns"]) == (3, {"role": 4})
    maps = str(make_skill("maps").pk)
    assert chosen(skill=[maps]) == {shares, learns, both}
    assert counted(skill=[maps], role=["learns"]) == (2, {"skill": 0, "role": 0})
    assert counted(skill=[str(make_skill("unused").pk)]) == (0, {"skill": 4})
    assert {neither, visitor}.isdisjoint(chosen(role=["shares", "learns"]))
    assert chosen(role=["moon"]) == chosen(skill=["x", "9" * 40]) == set()


def test_a_skill_that_was_merged_after_it_was_chosen_stands_for_its_heir():
    heir, merged = make_skill("surveys"), make_skill("polls")
    reader = subscribe(wishes=[heir])
    Skill.objects.filter(pk=merged.pk).update(state="merged", merged_into=heir)

    assert chosen(skill=[str(merged.pk)]) == {reader}


def test_people_who_closed_or_erased_their_account_are_never_counted():
    stays, leaves, closes = (subscribe(offers=["maps"], region="SA") for _ in range(3))
    erase_member(member=leaves.member, by=leaves.member, now=NOW)
    closes.member.is_active = False
    closes.member.save(update_fields=["is_active"])

    for audience in ({"region": ["SA"]}, {"role": ["shares"]}, {"skill": [str(make_skill("maps").pk)]}):
        assert chosen(**audience) == {stays}
        assert set(audiences.outside(audience).values()) == {0}


def test_an_issue_goes_once_to_each_reader_who_is_chosen_in_several_ways(settings):
    settings.NEWSLETTER_NEEDS_TWO = False
    skills = [str(make_skill(slug).pk) for slug in ("maps", "grants", "surveys")]
    for _ in range(3):
        subscribe(offers=["maps", "grants"], wishes=["surveys"], region="SA")
    subscribe(offers=["maps"], region="LAC"), subscribe(region="SA"), make_subscription()
    issue = make_newsletter(audience={"skill": skills, "role": ["shares", "learns"], "region": ["SA"]})

    issue = sending.ask_to_send(newsletter=issue, by=make_coordinator(), now=NOW)

    assert issue.recipients == Letter.objects.of_issue(issue).count() == 3


def test_a_skill_is_chosen_by_typing_its_name_and_no_page_lists_them_all(client):
    client.force_login(make_liaison())
    wanted = make_skill("surveys")
    for number in range(60):
        make_skill(f"other-{number}")
    subscribe(wishes=[wanted]), subscribe(wishes=["other-1"]), make_subscription()
    issue = make_newsletter()
    settings_page = reverse("admin:mailings_newsletter_settings", args=[issue.pk])
    change = reverse("admin:mailings_newsletter_change", args=[issue.pk])
    filled = {"month": "2026-03", "send_time": "at_once"}

    page = client.get(change)
    looked = client.post(settings_page, {**filled, "count": "1", "find_skill": "survys", "month": ""})
    counted_page = client.post(settings_page, {**filled, "count": "1", "audience_skill": [wanted.pk]})
    nothing = client.post(settings_page, {**filled, "count": "1", "find_skill": "zzzzzz"})
    issue.refresh_from_db()

    assert "Other 1" not in page.content.decode() and page.content.decode().count('name="audience_skill"') == 0
    assert f'name="audience_skill" value="{wanted.pk}"' in looked.content.decode()
    assert 'value="survys"' in looked.content.decode() and issue.audience == {}
    assert counted_page.context["readers"] == 1 and counted_page.context["outside"] == [
        ("skill they share or want to learn", 1)
    ]
    assert "1 reader is outside because nothing is known" in counted_page.content.decode()
    assert "Nothing was found" in nothing.content.decode()
    again = client.post(settings_page, {**filled, "count": "1", "find_skill": "surveys", "audience_skill": [wanted.pk]})
    assert "Nothing was found" not in again.content.decode()
    for hostile in ("\x00", "\u200b", "x" * 5000, "%_\\'"):
        assert client.post(settings_page, {**filled, "count": "1", "find_skill": hostile}).status_code == 200
        assert client.post(settings_page, {**filled, "count": "1", "find_clinic": hostile}).status_code == 200
    opened = {"opened": page.context["opened"]}
    client.post(settings_page, {**filled, **opened, "audience_skill": [wanted.pk], "find_skill": "other"})
    issue.refresh_from_db()
    assert issue.audience == {"skill": [str(wanted.pk)]}
    kept = client.get(change).content.decode()
    assert kept.count('name="audience_skill"') == 1 and "checked" in kept
    Skill.objects.filter(pk=wanted.pk).update(state="retired")
    assert "Surveys (retired)" in client.get(change).content.decode()
    refused = client.post(settings_page, {**filled, "audience_skill": ["999999"]}).content.decode()
    assert "999999" in refused


def test_the_page_of_an_issue_asks_the_same_for_few_skills_as_for_many(client):
    client.force_login(make_coordinator())
    issue = make_newsletter()

    def asked(count):
        issue.audience = {"skill": [str(make_skill(f"chosen-{number}").pk) for number in range(count)]}
        issue.save(update_fields=["audience"])
        page = reverse("admin:mailings_newsletter_change", args=[issue.pk])
        client.get(page)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page).content.decode().count('name="audience_skill"') == count
        return len(queries)

    assert asked(3) == asked(30)


def lines(since=NOW - timedelta(days=9), now=NOW, language="en"):
    with translation.override(language):
        return [line.text for line in new_skills(since, now)]


def test_new_skills_are_those_that_came_into_the_list_since_the_last_issue():
    by = make_coordinator()

    def at(days):
        return NOW - timedelta(days=days)

    family = SkillFamily.TACTICS
    add_skill(name="Old", language="en", family=family, by=by, now=at(10))
    add_skill(name="Added *here*", language="en", family=family, by=by, now=at(5))
    suggested = suggest_skill(name="Suggested long ago", language="en", by=make_member(), now=at(30))
    suggest_skill(name="Nobody decided", language="en", by=make_member(), now=at(2))
    accept_skill(skill=suggested, family=family, by=by, now=at(4))
    retired = add_skill(name="Retired again", language="en", family=family, by=by, now=at(3))
    retire_skill(skill=retired, by=by, now=at(2))
    back = make_skill("taken-back", state="retired")
    accept_skill(skill=back, family=family, by=by, now=at(1))
    add_skill(name="Of tomorrow", language="en", family=family, by=by, now=at(-1))

    label = family.label

    assert lines() == [
        rf"New skill: **Added \*here\*** ({label})",
        f"New skill: **Suggested long ago** ({label})",
    ]
    assert "Added *here*" in markdown.to_text(lines()[0])
    assert lines(since=NOW) == []
    assert markdown.problems(lines(language="ar")[0]) == []


def test_pausing_changes_nothing_about_what_somebody_shares():
    reader = subscribe(offers=["maps"])
    Registration.objects.update(paused_until=NOW.date() + timedelta(days=30))

    with time_machine.travel(NOW):
        assert chosen(role=["shares"]) == {reader}


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati"])
def test_an_issue_for_the_morning_follows_a_reader_who_moves(zone):
    registration = make_registration(zone="Asia/Tokyo", member=make_member(zone="Asia/Tokyo"))
    make_subscription(member=registration.member)
    issue = make_newsletter(send_time="morning", send_on=NOW.date() + timedelta(days=3))
    asked = sending.ask_to_send(newsletter=issue, by=make_coordinator(), now=NOW)
    sending.confirm(newsletter=asked, by=make_coordinator(), now=NOW)

    facts = replace(facts_of(registration), zone=zone)
    save_registration(member=registration.member, facts=facts, version=registration.version, by=None, now=NOW)

    letter = Letter.objects.of_issue(issue).get()
    assert (f"{letter.due_at.astimezone(ZoneInfo(zone)):%m-%d %H:%M}", letter.zone) == ("03-05 09:00", zone)
    assert Newsletter.objects.in_the_archive(letter.due_at).exists()
