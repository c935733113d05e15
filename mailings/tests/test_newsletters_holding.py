"""An issue whose links went wrong after it was confirmed: held, corrected while nobody has it, or sent all the same."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from letsconnect.base.models import Act
from letsconnect.tests.at_once import in_the_middle
from mailings.domain.newsletters import NewsletterRefused
from mailings.ledger.draining import drain
from mailings.models import BulkText, Letter, Newsletter, NewsletterBody
from mailings.newsletters import checking, correcting, sending, writing
from mailings.newsletters.correcting import take_back_to_correct
from mailings.newsletters.holding import hold_issues, lock_issues_leading_to
from mailings.newsletters.writing import SectionText
from mailings.tests.factories import make_newsletter, make_subscription
from registrations.tests.factories import NOW, make_coordinator

pytestmark = pytest.mark.django_db
PAGE = "/clinics/"
LATER = NOW + timedelta(days=1)


@pytest.fixture
def wrong(monkeypatch):
    """What is wrong with the page that issues lead to: nothing, until a test says so."""
    found = []
    monkeypatch.setattr(checking, "_link_checks", {"clinics:clinic-list": lambda path, since: (found or [None])[0]})
    return found


@pytest.fixture
def two(wrong):
    return make_coordinator(), make_coordinator()


def make_confirmed(two, *, readers=3, **columns):
    for _ in range(readers):
        make_subscription()
    asks, confirms = two
    issue = sending.ask_to_send(newsletter=make_newsletter(body=f"[Come]({PAGE})", **columns), by=asks, now=NOW)
    return sending.confirm(newsletter=issue, by=confirms, now=NOW)


def hold(path=PAGE):
    return hold_issues(lock_issues_leading_to(path), path=path, now=NOW)


def state_of(issue):
    return Newsletter.objects.get(pk=issue.pk).state


@pytest.mark.parametrize("target", [PAGE, "https://testserver/clinics/", "/clinics/?x=1#y"])
def test_an_issue_that_leads_there_is_held_before_a_letter_leaves(two, sink, settings, target):
    settings.SITE_URL = "https://testserver"
    issue = make_confirmed(two, send_at=LATER)
    issue.versions.get().sections.update(body=f"See [this]({target})")

    assert hold("/") == [] and hold("/clinics/1/") == []
    assert [held.pk for held in hold()] == [issue.pk]
    assert hold() == []

    assert drain(now=LATER) == {} and sink.messages == []
    assert not Newsletter.objects.in_the_archive(LATER).exists()
    act = Act.objects.get(verb="hold_newsletter")
    assert (act.actor, act.was, act.became, act.object_id) == (None, "sending", "paused", issue.pk)


def test_only_what_is_being_sent_and_has_not_reached_everybody_is_held(two, sink):
    draft, asked = make_newsletter(body=f"[x]({PAGE})"), make_newsletter(body=f"[x]({PAGE})")
    sent = make_confirmed(two)
    sending.ask_to_send(newsletter=asked, by=two[0], now=NOW)
    drain(now=NOW)

    assert hold() == []
    assert [state_of(issue) for issue in (draft, asked, sent)] == ["draft", "asked", "sending"]


def test_a_held_issue_goes_on_once_its_page_is_well_again_or_in_spite_of_what_somebody_has_read(two, wrong, sink):
    issue = make_confirmed(two)
    hold()
    wrong.append("it is cancelled.")
    (sentence,) = checking.links_gone_wrong(issue)
    assert sentence == "English: The link “Come”: it is cancelled."

    for read in ([], ["English: The link “Come”: it is moved."]):
        with pytest.raises(NewsletterRefused, match="cancelled"):
            sending.resume(newsletter=issue, by=two[0], now=NOW, in_spite_of=read)
    assert drain(now=NOW) == {}
    sending.resume(newsletter=issue, by=two[0], now=NOW, in_spite_of=[sentence])
    assert drain(now=NOW) == {"sent": 3}
    assert Newsletter.objects.in_the_archive(NOW).get() == issue

    wrong.clear()
    other = make_confirmed(two, readers=0)
    hold()
    sending.resume(newsletter=other, by=two[0], now=NOW)
    assert drain(now=NOW) == {"sent": 3}


def test_an_issue_that_nobody_has_is_corrected_and_confirmed_anew(two, sink):
    issue = make_confirmed(two)
    drain_one_group_only_to_find_it_paused(issue, two)
    issue = take_back_to_correct(newsletter=issue, by=two[0], now=NOW)

    assert (issue.state, issue.recipients, issue.frozen_at, issue.asked_by, issue.confirmed_by) == (
        "draft",
        *[None] * 4,
    )
    assert not Letter.objects.exists() and not NewsletterBody.objects.exists() and not BulkText.objects.exists()
    version = writing.back_to_draft(version=issue.versions.get(), by=two[0], now=NOW)
    texts = [SectionText(section.pk, "", "Corrected.") for section in version.sections.all()]
    writing.save_version(version=version, subject="Anew", preview="", sections=texts, by=two[0], now=NOW)
    writing.mark_ready(version=version, by=two[0], now=NOW)
    make_subscription()
    issue = sending.confirm(newsletter=sending.ask_to_send(newsletter=issue, by=two[1], now=NOW), by=two[0], now=NOW)

    assert drain(now=NOW) == {"sent": 4} and issue.recipients == 4
    assert {message["Subject"] for message in sink.messages} == {"Anew"}
    assert all("Corrected." in str(message) and "Come" not in str(message) for message in sink.messages)


def drain_one_group_only_to_find_it_paused(issue, two):
    """A worker has written its letters already, and keeps the old text at hand, when the issue is paused."""
    with pytest.MonkeyPatch.context() as patch:
        called = Letter.objects.__class__.submit
        patch.setattr(Letter.objects.__class__, "submit", lambda *given, **named: (hold(), called(*given, **named))[1])
        assert drain(now=NOW) == {"returned": 3}
    assert state_of(issue) == "paused" and BulkText.objects.exists()


@pytest.mark.parametrize("state", ["claimed", "submitting", "sent", "uncertain"])
def test_what_anybody_has_or_may_have_is_not_corrected_any_more(two, state):
    issue = make_confirmed(two)
    columns = {"claimed": {"lease_until": LATER, "claimed_by": "x"}, "sent": {"sent_at": NOW}, "uncertain": {}}
    columns["submitting"] = columns["claimed"]
    key = Letter.objects.first().pk
    Letter.objects.filter(pk=key).update(state=state, tries=1, reason="it broke", **columns[state])
    with pytest.raises(NewsletterRefused, match="quicker"):
        take_back_to_correct(newsletter=issue, by=two[0], now=NOW)
    sending.pause(newsletter=issue, by=two[0], now=NOW)

    issue.refresh_from_db()
    assert not correcting.can_be_corrected(issue)
    with pytest.raises(NewsletterRefused, match="already"):
        take_back_to_correct(newsletter=issue, by=two[0], now=NOW)
    assert Letter.objects.count() == 3 and NewsletterBody.objects.count() == 1


def test_the_desk_says_why_an_issue_is_held_and_asks_before_it_goes_on(client, two, wrong, sink):
    issue = make_confirmed(two)
    hold()
    wrong.append("it is cancelled.")
    client.force_login(two[0])
    change = reverse("admin:mailings_newsletter_change", args=[issue.pk])
    resume = reverse("admin:mailings_newsletter_act", args=[issue.pk, "resume"])

    def words(response):
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))

    for path in (change, reverse("admin:index"), reverse("admin:mailings_letter_board")):
        assert "The link “Come”: it is cancelled." in words(client.get(path)), path
    asked = client.get(resume)
    assert "3 readers get an email" in words(asked) and "it is cancelled" in words(asked)
    assert state_of(issue) == "paused"
    assert "Nothing was done" not in words(client.post(resume))
    refused = client.post(resume, {"confirmed": "3", "in_spite_of": "something else"}, follow=True)
    assert "it is cancelled" in words(refused) and state_of(issue) == "paused"
    told = dict(asked.context["carried"])
    client.post(resume, {"confirmed": "3", **told})
    assert state_of(issue) == "sending" and drain(now=NOW) == {"sent": 3}


def test_the_desk_makes_a_paused_issue_a_draft_again(client, two):
    issue = make_confirmed(two)
    sending.pause(newsletter=issue, by=two[0], now=NOW)
    client.force_login(two[0])
    page = client.get(reverse("admin:mailings_newsletter_change", args=[issue.pk])).content.decode()
    assert "to correct it" in page

    client.post(reverse("admin:mailings_newsletter_act", args=[issue.pk, "correct"]))
    assert state_of(issue) == "draft"
    page = client.get(reverse("admin:mailings_newsletter_change", args=[issue.pk])).content.decode()
    assert "It is paused" not in page and "Ask a second person" in page


@pytest.mark.parametrize(
    ("hours", "says"),
    [
        (-30, "It goes out on 12 March 2026 at 09:00 of each reader"),
        (0, "and now to those for whom that has passed"),
        (14, "09:00 of 12 March 2026 has passed everywhere, so it goes out now."),
    ],
)
def test_a_morning_that_has_passed_is_said_before_it_is_confirmed(client, two, hours, says):
    make_subscription()
    issue = make_newsletter(send_time="morning", send_on="2026-03-12")
    sending.ask_to_send(newsletter=issue, by=two[0], now=NOW)
    client.force_login(two[1])

    with time_machine.travel(NOW.replace(month=3, day=12, hour=9) + timedelta(hours=hours), tick=False):
        page = client.get(reverse("admin:mailings_newsletter_act", args=[issue.pk, "confirm"])).content.decode()

    assert says in page.replace("&#x27;", "'")


@pytest.mark.django_db(transaction=True)
def test_two_who_correct_it_and_go_on_at_the_same_moment_do_one_of_the_two(monkeypatch, two, sink):
    issue = make_confirmed(two)
    sending.pause(newsletter=issue, by=two[0], now=NOW)

    came_of_it = in_the_middle(
        monkeypatch,
        correcting,
        "locked_among",
        of=lambda: take_back_to_correct(newsletter=issue, by=two[0], now=NOW),
        does=lambda: sending.resume(newsletter=issue, by=two[1], now=NOW),
        refusals=(NewsletterRefused,),
    )

    assert [type(one).__name__ for one in came_of_it] == ["NewsletterRefused", "Newsletter"]
    assert drain(now=NOW) == {"sent": 3}
