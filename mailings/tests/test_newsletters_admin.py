"""The newsletter at the desk: writing, looking, sending, and who got it."""

import html
import re
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from letsconnect.base.models import Act
from mailings.domain.newsletters import NewsletterRefused
from mailings.ledger.draining import drain
from mailings.models import Letter, Newsletter, NewsletterBody, NewsletterSection, NewsletterVersion
from mailings.newsletters import sending, writing
from mailings.newsletters.composing import page_url
from mailings.tests.factories import make_newsletter, make_subscription
from registrations.tests.factories import NOW, make_coordinator, make_editor, make_liaison, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def desk(client, coordinator):
    client.force_login(coordinator)
    return client


def of_issue(name, issue, *args):
    return reverse(f"admin:mailings_newsletter_{name}", args=[issue.pk, *args])


def of_version(name, version):
    return reverse(f"admin:mailings_newsletterversion_{name}", args=[version.pk])


def act(client, issue, what, **typed):
    """Press a button of an issue, and that of the page that asks once more where there is one."""
    client.post(of_issue("act", issue, what), {"confirmed": "99", **typed})
    issue.refresh_from_db()
    return issue.state


def words(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def typed(version, press="save", body=None, **given):
    fields = {"subject": str(version.subject), "preview": str(version.preview), "press": press}
    for section in version.sections.all():
        fields |= {f"title_{section.pk}": str(section.title), f"body_{section.pk}": section.body}
    if body is not None:
        fields[f"body_{version.sections.first().pk}"] = body
    return {**fields, **given}


def save(client, version, **given):
    response = client.post(of_version("save", version), typed(version, **given), follow=True)
    version.refresh_from_db()
    return response


def test_an_issue_is_begun_written_translated_and_marked_as_ready(desk):
    response = desk.post(reverse("admin:mailings_newsletter_add"), {"month": "2026-03", "language": "en"}, follow=True)
    issue = Newsletter.objects.get()
    assert response.status_code == 200 and issue.month.isoformat() == "2026-03-01"
    english = issue.versions.get()

    save(desk, english, subject="March", body="Hello **you**.", press="ready")
    desk.post(of_issue("version", issue), {"language": "fr", "translated_from": "en"})
    french = issue.versions.get(language="fr")
    page = words(desk.get(of_version("change", french)))

    assert (english.state, english.subject, french.translated_from) == ("ready", "March", "en")
    assert "Hello **you**." in page and "What changed" not in page
    assert "draft again" in words(save(desk, english, subject="April"))
    desk.post(of_version("save", english), {"press": "draft"})
    save(desk, english, subject="April")
    assert "What changed in English since you took it over" in words(desk.get(of_version("change", french)))
    desk.post(of_version("save", french), {"press": "taken"})
    assert "What changed in" not in words(desk.get(of_version("change", french)))


def test_what_is_typed_is_kept_by_every_button_of_the_form(desk):
    issue = writing.make_issue(month=NOW.date(), language="en", by=None, now=NOW)
    version = issue.versions.get()
    first, second, *_rest = version.sections.all()

    save(desk, version, body="One", press=f"down-{first.pk}")
    save(desk, version, subject="Two", press="add", kind="other", own_title="Thanks")
    save(desk, version, preview="Three", press=f"drop-{second.pk}")
    save(desk, version, press=f"up-{first.pk}x")
    refused = save(desk, version, press="add", kind="other", own_title="")

    sections = [(section.kind, str(section.title), section.body) for section in version.sections.all()]
    assert sections[0] == ("this_month", "", "One") and sections[-1] == ("other", "Thanks", "")
    assert len(sections) == 5
    assert (version.subject, version.preview) == ("Two", "Three")
    assert "needs a title" in words(refused)


def test_a_huge_paste_is_refused_at_its_field_and_nothing_is_lost(desk):
    version = make_newsletter().versions.get()
    NewsletterVersion.objects.update(state="draft")
    before = version.sections.get().body

    response = desk.post(of_version("save", version), typed(version, body="x" * 2_000_000, subject="New"))

    assert response.status_code == 422
    assert "at most 20000 characters" in words(response)
    assert 'value="New"' in response.content.decode() and "x" * 2_000_000 in response.content.decode()
    assert version.sections.get().body == before
    assert "draft again" not in words(save(desk, version, subject="one\ntwo\nthree"))
    assert version.subject == "one two three"


def test_a_section_is_as_long_as_it_is_stored_whatever_browsers_make_of_the_ends_of_lines(desk):
    version = make_newsletter().versions.get()
    NewsletterVersion.objects.update(state="draft")
    lines = ("x" * 9 + "\r\n") * 1999 + "x" * 10

    page = desk.get(of_version("change", version)).content.decode()
    save(desk, version, body=lines)

    assert version.sections.get().body == lines.replace("\r\n", "\n") and len(version.sections.get().body) == 20_000
    assert "maxlength" not in page[page.index("<textarea") : page.index("</textarea")]  # a browser would cut silently


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("<script>alert(1)</script>", "HTML is not read here"),
        ("<img src=x onerror=alert(1)>", "HTML is not read here"),
        ("![x](https://elsewhere.example/p.png)", "A picture cannot stand in an email"),
        ("[x](javascript:alert(1))", "A link cannot lead to “javascript:”"),
        ("[x](DATA:text/html;base64,PHNj)", "A link cannot lead to “DATA:”"),
        ("Pay \u202eeno\u202c here", "invisible characters that turn the direction"),
    ],
)
def test_what_cannot_stand_in_a_letter_is_kept_as_it_was_typed_and_said_in_words(desk, body, says):
    version = make_newsletter().versions.get()
    NewsletterVersion.objects.update(state="draft")

    page = save(desk, version, body=body, press="ready")
    preview = desk.get(of_version("preview", version)).content.decode().lower()

    assert says in html.unescape(words(page)) and "Saved" not in words(page)
    assert version.state == "draft" and version.sections.get().body == body
    for acting in ("<script", "<img", 'href="javascript', 'href="data', "\u202e"):
        assert acting not in preview


@pytest.mark.parametrize(
    "typed_subject", ["one\ntwo\r\nthree", "one\u2028two\u2029three", "\u202eone two\u202c\u200f three"]
)
def test_a_subject_is_one_line_that_nothing_turns(desk, typed_subject):
    version = make_newsletter().versions.get()
    NewsletterVersion.objects.update(state="draft")

    save(desk, version, subject=typed_subject)

    assert "".join(version.subject) == "one two three"


def test_a_subject_that_is_too_long_or_cannot_be_seen_is_refused_at_its_field_and_stays_there(desk):
    version = make_newsletter().versions.get()
    NewsletterVersion.objects.update(state="draft")

    for subject, says in (("s" * 121, "at most 120 characters"), ("\u200b\u2060", "Nothing of this can be seen")):
        response = desk.post(of_version("save", version), typed(version, subject=subject, body="Typed"))
        assert response.status_code == 422 and says in words(response)
        assert list(response.context["form"].errors) == ["subject"]
        assert f'value="{subject}"' in response.content.decode() and "Typed" in response.content.decode()
    assert version.sections.get().body != "Typed"


@pytest.mark.parametrize("meanwhile", ["ready", "asked", "sent"])
def test_what_was_typed_too_late_is_shown_so_that_it_can_be_copied(desk, coordinator, meanwhile):
    make_subscription()
    issue = make_newsletter()
    version = issue.versions.get()
    NewsletterVersion.objects.update(state="draft")
    page = desk.get(of_version("change", version)).content.decode()
    opened = html.unescape(re.search(r'name="opened" value="([^"]*)"', page)[1])
    NewsletterVersion.objects.update(state="ready")
    if meanwhile != "ready":
        issue = sending.ask_to_send(newsletter=issue, by=make_coordinator(), now=NOW)
    if meanwhile == "sent":
        sending.confirm(newsletter=issue, by=coordinator, now=NOW)
    before = version.sections.get().body

    for sent_along in (opened, None):
        late = {"opened": opened} if sent_along else {}
        response = desk.post(of_version("save", version), {**typed(version, body="Too *late*", subject="Mine"), **late})
        shown = response.content.decode()
        assert response.status_code == 422 and "Too *late*</textarea>" in shown and 'value="Mine"' in shown
        assert 'value="save"' not in shown
    assert version.sections.get().body == before


@pytest.mark.parametrize(
    ("trouble", "says"),
    [("nobody", "Nobody would get this issue"), ("half", "half written"), ("link", "the portal has no page")],
)
def test_what_goes_wrong_after_asking_is_said_before_it_is_sent_and_nothing_is_lost(desk, trouble, says):
    reader, issue = make_subscription(), make_newsletter(languages=("en", "fr"), body="[Come](/clinics/)")
    sending.ask_to_send(newsletter=issue, by=make_coordinator(), now=NOW)
    if trouble == "nobody":
        reader.delete()
    elif trouble == "half":
        NewsletterVersion.objects.filter(language="fr").update(state="draft")
    else:
        NewsletterSection.objects.update(body="[Come](/clinics/gone/away/)")
    texts = list(NewsletterSection.objects.values_list("body", flat=True))

    asked = desk.get(of_issue("act", issue, "confirm"))
    pressed = desk.post(of_issue("act", issue, "confirm"), {"confirmed": "99"})

    for page in (asked, pressed):
        assert says in words(page) and 'name="confirmed"' not in page.content.decode()
    issue.refresh_from_db()
    assert issue.state == "asked" and not Letter.objects.exists() and not NewsletterBody.objects.exists()
    assert list(NewsletterSection.objects.values_list("body", flat=True)) == texts


def test_two_who_write_at_the_same_time_see_each_other(desk, client):
    version = make_newsletter().versions.get()
    NewsletterVersion.objects.update(state="draft")
    page = desk.get(of_version("change", version)).content.decode()
    opened = re.search(r'name="opened" value="([^"]*)"', page)[1].replace("&quot;", '"')
    save(desk, version, body="Theirs")

    response = desk.post(of_version("save", version), {**typed(version, body="Mine"), "opened": opened})

    assert "Theirs" in words(response) and "Mine" in words(response)
    assert version.sections.get().body == "Theirs"


@pytest.mark.parametrize("look", ["mail", "dark", "narrow", "text", "page", "moon"])
def test_a_preview_shows_what_is_typed_in_a_sandbox_and_saves_nothing(desk, look):
    version = make_newsletter(languages=("ar",)).versions.get()
    acts = Act.objects.count()

    response = desk.post(
        of_version("preview", version), {**typed(version, body="**Typed** <script>x</script>"), "look": look}
    )
    saved = desk.get(of_version("preview", version), {"look": look})

    body = response.content.decode()
    assert response.status_code == 200 and "Typed" in body and "<script>" not in body and "lc0" not in body
    assert (
        "sandbox" in response["Content-Security-Policy"]
        and "frame-ancestors 'self'" in response["Content-Security-Policy"]
    )
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "readers" in saved.content.decode() and "Typed" not in saved.content.decode()
    assert ("@media all" in body, "320px" in body) == (look == "dark", look == "narrow")
    assert "prefers-color-scheme" not in body or look == "page"
    if look == "page":
        assert '<article class="lc-stack lc-prose" lang="ar" dir="rtl">' in body
    assert Act.objects.count() == acts
    refused = desk.post(of_version("preview", version), {**typed(version, body="x" * 30_000), "look": look})
    assert refused.status_code == 422 and "20000" in refused.content.decode()


def test_a_test_copy_goes_to_whoever_presses_the_button_in_that_language(desk, coordinator, sink):
    make_subscription()
    version = make_newsletter(languages=("en", "fr"), body="[here](/clinics/)").versions.get(language="fr")

    desk.post(of_version("test", version)), desk.post(of_version("test", version))

    assert drain(now=NOW) == {"sent": 2}
    assert set(sink.recipients) == {coordinator.email}
    message = sink.messages[0]
    assert "Issue" in message["Subject"] and "lc0" not in message.as_string()
    assert message["List-Unsubscribe"] is None
    preview = of_version("preview", version) + "?look=page"
    for part in ("plain", "html"):
        text = message.get_body([part]).get_content()
        assert preview in text and page_url(version.newsletter, "fr") not in text
    assert "lang=" in desk.get(preview).content.decode()


def test_wikitext_is_handed_out_as_a_file(desk):
    version = make_newsletter(body="**Hello** {{x}}").versions.get()

    response = desk.get(of_version("wikitext", version))

    assert response.content.decode() == "== This month ==\n'''Hello''' <nowiki>{{</nowiki>x<nowiki>}}</nowiki>\n"
    assert "attachment" in response["Content-Disposition"]


def test_readers_are_counted_while_choosing_and_stored_when_saved(desk):
    make_subscription(language="fr"), make_subscription(language="es"), make_subscription()
    issue = make_newsletter(languages=("en", "fr"))
    page = of_issue("change", issue)

    assert "3 readers" in words(desk.get(page)) and "1 reader gets another language" in words(desk.get(page))
    chosen = {"month": "2026-03", "send_time": "morning", "send_on": "2026-03-12", "audience_language": ["fr", "es"]}
    opened = desk.get(page).context["opened"]
    counted = desk.post(of_issue("settings", issue), {**chosen, "count": "1", "opened": opened})
    assert "2 readers" in words(counted) and counted.context["opened"] == opened
    issue.refresh_from_db()
    assert issue.audience == {}

    desk.post(of_issue("settings", issue), chosen)
    issue.refresh_from_db()
    assert (issue.audience, issue.send_time) == ({"language": ["fr", "es"]}, "morning")
    assert "2 readers" in words(desk.get(page))
    wrong = desk.post(of_issue("settings", issue), {**chosen, "send_on": ""})
    assert "Choose the day" in words(wrong)
    before = timezone.localdate() - timedelta(days=2)
    over = desk.post(of_issue("settings", issue), {**chosen, "send_on": str(before)})
    assert "09:00 of this day has passed everywhere" in words(over)
    over = desk.post(of_issue("settings", issue), {**chosen, "send_time": "at_once", "send_at": f"{before}T08:00"})
    assert "This moment has passed" in words(over)
    assert desk.post(of_issue("settings", issue), {**chosen, "audience_language": ["moon"]}).status_code == 200
    NewsletterVersion.objects.filter(language="en").delete()
    assert "no email" in words(desk.get(page))


def test_a_second_person_confirms_and_it_is_paused_resumed_and_stopped(desk, client, coordinator):
    make_subscription(), make_subscription()
    issue = make_newsletter()

    assert act(desk, issue, "ask") == "asked"
    assert "A second person has to confirm" in words(desk.get(of_issue("change", issue)))
    assert act(desk, issue, "confirm") == "asked"
    assert act(desk, issue, "take-back") == "draft" and act(desk, issue, "ask") == "asked"
    assert act(desk, issue, "moon") == "asked"
    client.force_login(make_coordinator())
    assert act(client, issue, "confirm") == "sending"
    assert "2 readers were counted, 2 emails are accounted for" in words(client.get(of_issue("change", issue)))
    assert act(client, issue, "pause") == "paused" and act(client, issue, "resume") == "sending"
    assert act(client, issue, "stop") == "stopped" and act(client, issue, "resume") == "stopped"


def test_an_issue_that_cannot_be_sent_says_why_and_stays_a_draft(desk):
    issue = make_newsletter(body="[x](/nowhere)")

    page = words(desk.get(of_issue("change", issue)))
    response = desk.post(of_issue("act", issue, "ask"), follow=True)

    assert "the portal has no page /nowhere" in page and "Nobody would get this issue" in page
    assert "the portal has no page /nowhere" in words(response)
    issue.refresh_from_db()
    assert issue.state == "draft"


def test_who_got_it_is_told_to_coordinators_and_each_of_them_can_read_who_looked(desk, coordinator, liaison, sink):
    member = make_member(name="Ana", language="fr")
    make_subscription(member=member), make_subscription(address="ben@example.org")
    issue = make_newsletter()
    sending.confirm(
        newsletter=sending.ask_to_send(newsletter=issue, by=make_coordinator(), now=NOW), by=coordinator, now=NOW
    )
    sink.rcpt = "550 5.7.1 not you"
    drain(now=NOW)

    page = words(desk.get(of_issue("readers", issue)))
    narrowed = words(desk.get(of_issue("readers", issue), {"state": "sent"}))

    assert "Ana" in page and member.email in page and "ben@example.org" in page
    assert "the mail server refused it" in page and "instead of theirs" in page
    assert "ben@example.org" not in narrowed
    looks = apps.get_model("registrations.Look").objects
    assert looks.filter(member=member, viewer=coordinator, kind="letters").exists()
    desk.force_login(liaison)
    assert desk.get(of_issue("readers", issue)).status_code == 403
    assert member.email not in desk.get(of_issue("change", issue)).content.decode()


@pytest.mark.parametrize("needs_two", [True, False])
@pytest.mark.parametrize("make_writer", [make_liaison, make_editor])
def test_liaisons_and_editors_write_and_ask_and_only_coordinators_send(client, settings, make_writer, needs_two):
    settings.NEWSLETTER_NEEDS_TWO = needs_two
    make_subscription()
    writer = make_writer()
    client.force_login(writer)
    client.post(reverse("admin:mailings_newsletter_add"), {"month": "2026-03", "language": "en"})
    version = NewsletterVersion.objects.get()
    issue = version.newsletter

    save(client, version, body="Hello", subject="From a writer", press="ready")
    client.post(of_version("test", version))
    page = words(client.get(of_issue("change", issue)))
    asked = act(client, issue, "ask")

    assert (version.subject, version.state, asked) == ("From a writer", "ready", "asked")
    assert "Ask a coordinator to send it" in page and "Coordinators send it" in page
    assert list(Letter.objects.values_list("kind", "member")) == [("mailings.newsletter_test", writer.pk)]
    for what in ("confirm", "pause", "resume", "stop"):
        assert client.get(of_issue("act", issue, what)).status_code == 403
        assert client.post(of_issue("act", issue, what), {"confirmed": "99"}).status_code == 403
    assert act(client, issue, "take-back") == "draft" and act(client, issue, "ask") == "asked"
    client.force_login(make_coordinator())
    assert act(client, issue, "confirm") == "sending"
    client.force_login(writer)
    page = client.get(of_issue("change", issue))
    assert "1 emails are accounted for" in words(page) and "readers/" not in page.content.decode()
    assert client.get(of_issue("readers", issue)).status_code == 403


def test_what_only_coordinators_do_the_actions_refuse_to_all_others():
    make_subscription()
    editor = make_editor()
    issue = sending.ask_to_send(newsletter=make_newsletter(), by=make_coordinator(), now=NOW)

    for press in (sending.take_back, sending.confirm, sending.pause, sending.resume, sending.stop):
        with pytest.raises(NewsletterRefused, match="Only coordinators"):
            press(newsletter=issue, by=editor, now=NOW)
    assert Newsletter.objects.get().state == "asked" and not Letter.objects.exists()


def test_sending_is_asked_once_more_on_a_page_that_says_to_how_many_and_changes_nothing(client, coordinator):
    make_subscription(), make_subscription(language="fr"), make_subscription(language="es")
    issue = make_newsletter(languages=("en", "fr"))
    sending.ask_to_send(newsletter=issue, by=make_coordinator(), now=NOW)
    client.force_login(coordinator)

    page = client.get(of_issue("change", issue)).content.decode()
    asked = client.get(of_issue("act", issue, "confirm"))
    shown = words(asked)

    assert f'href="{of_issue("act", issue, "confirm")}"' in page
    assert "Send it to 3 readers" in shown and "3 readers get an email" in shown
    assert "1 reader gets another language than theirs" in shown
    assert re.findall(r"(English|Français) (\d+) (\d+)", shown) == [("English", "2", "1"), ("Français", "1", "0")]
    assert asked.content.decode().split("<main")[-1].count('type="submit"') == 1
    for answer in ({}, {"confirmed": ""}, {"confirmed": "2"}, {"confirmed": "x"}, {"confirmed": "9" * 40}):
        refused = client.post(of_issue("act", issue, "confirm"), answer)
        assert refused.status_code == 200 and "Send it to 3 readers" in words(refused)
    assert "concerns more people" in words(client.post(of_issue("act", issue, "confirm"), {"confirmed": "2"}))
    assert not Letter.objects.exists()
    assert act(client, issue, "confirm", confirmed="3") == "sending"
    assert Newsletter.objects.get().recipients == 3


def test_where_no_second_person_is_asked_sending_asks_once_more_and_says_what_keeps_it_back(desk, settings):
    settings.NEWSLETTER_NEEDS_TWO = False
    issue = make_newsletter(send_time="morning", send_on=NOW.date())

    refused = desk.get(of_issue("act", issue, "ask"))
    assert "Nobody would get this issue" in words(refused)
    assert 'name="confirmed"' not in refused.content.decode()
    assert act(desk, issue, "ask") == "draft"
    make_subscription()
    assert "at 09:00 of each reader" in words(desk.get(of_issue("act", issue, "ask")))
    assert act(desk, issue, "ask", confirmed="0") == "draft"
    assert act(desk, issue, "ask", confirmed="1") == "sending"


def test_stopping_is_asked_once_more_and_says_who_has_it_and_who_never_gets_it(desk, coordinator, sink):
    make_subscription(), make_subscription(language="fr"), make_subscription(zone="Pacific/Honolulu")
    day = NOW.date() + timedelta(days=1)
    issue = make_newsletter(send_time="morning", send_on=day)
    sending.confirm(
        newsletter=sending.ask_to_send(newsletter=issue, by=make_coordinator(), now=NOW), by=coordinator, now=NOW
    )
    drain(now=datetime.combine(day, time(9), tzinfo=UTC))

    asked = words(desk.get(of_issue("act", issue, "stop")))

    assert "1 reader whose email has not left never gets it" in asked and "2 readers have it, and keep it" in asked
    assert "Stop for good: 1 reader never gets it" in asked
    assert act(desk, issue, "stop", confirmed="0") == "sending"
    assert act(desk, issue, "stop", confirmed="1") == "stopped"
    led = desk.get(of_issue("act", issue, "stop"), follow=True)
    assert "The issue is in another state by now: stopped" in words(led)


def test_once_it_is_sent_every_button_of_a_version_says_why_nothing_changes(desk, coordinator, settings):
    settings.NEWSLETTER_NEEDS_TWO = False
    make_subscription()
    issue = make_newsletter()
    version = issue.versions.get()
    sending.ask_to_send(newsletter=issue, by=coordinator, now=NOW)

    for response in (
        save(desk, version, subject="Too late"),
        desk.post(of_version("save", version), {"press": "draft"}, follow=True),
        desk.post(of_version("drop", version), follow=True),
        desk.post(of_issue("version", issue), {"language": "fr", "translated_from": ""}, follow=True),
        desk.post(of_issue("settings", issue), {"month": "2026-04", "send_time": "at_once"}, follow=True),
    ):
        assert "The issue was sent" in words(response)
    assert "press" not in desk.get(of_version("change", version)).content.decode()
    assert NewsletterVersion.objects.get().subject != "Too late"


def test_lists_ask_the_same_of_the_database_at_three_and_thirty_rows(desk, coordinator, settings):
    settings.NEWSLETTER_NEEDS_TWO = False

    def asked():
        counts = []
        for page in (reverse("admin:mailings_newsletter_changelist"), of_issue("readers", issue)):
            desk.get(page)
            with CaptureQueriesContext(connection) as queries:
                assert desk.get(page).status_code == 200
            counts.append(len(queries))
        return counts

    def fill(number):
        for _ in range(number):
            make_subscription(member=make_member()), make_newsletter(languages=("en", "fr"))
        made = make_newsletter()
        return sending.ask_to_send(newsletter=made, by=coordinator, now=NOW)

    issue = fill(3)
    few = asked()
    issue = fill(27)

    assert asked() == few


def test_what_stands_on_the_page_is_saved_before_it_is_asked_for(desk):
    make_subscription(language="en"), make_subscription(language="fr")
    issue = make_newsletter()
    shown = {"month": "2026-12", "send_time": "at_once", "audience_language": ["fr"], "press": "ask"}

    said = words(desk.post(of_issue("settings", issue), shown, follow=True))

    issue.refresh_from_db()
    assert (issue.state, issue.audience) == ("asked", {"language": ["fr"]})
    assert "A second person is asked to confirm" in said
    assert "Only readers by language: Français" in said
    assert "It goes out as soon as it is confirmed." in said


def test_asking_for_what_cannot_be_sent_keeps_what_was_chosen(desk):
    issue = make_newsletter(body="[x](/nowhere)")
    shown = {"month": "2026-12", "send_time": "at_once", "audience_language": ["fr"], "press": "ask"}

    said = words(desk.post(of_issue("settings", issue), shown, follow=True))

    issue.refresh_from_db()
    assert (issue.state, issue.audience) == ("draft", {"language": ["fr"]})
    assert "Saved." in said and "the portal has no page /nowhere" in said


def test_a_version_is_translated_from_the_first_one_unless_somebody_says_otherwise(desk):
    issue = make_newsletter(languages=("en", "fr"), first_language="fr")

    page = desk.get(of_issue("change", issue)).content.decode()

    assert '<option value="fr" selected>' in page


@pytest.mark.parametrize("language", ["en", "ar"])
def test_nothing_changed_in_the_source_whatever_language_the_page_is_in(client, language):
    issue = make_newsletter(languages=("en",))
    client.force_login(make_coordinator(language="en"))
    client.post(of_issue("version", issue), {"language": "ar", "translated_from": "en"})
    client.force_login(make_coordinator(language=language))

    page = client.get(of_version("change", issue.versions.get(language="ar")))

    assert page.context["changes"] == []


def test_removing_what_was_written_is_asked_once_more_and_what_is_empty_goes_at_once(desk):
    issue = writing.make_issue(month=NOW.date(), language="en", by=None, now=NOW)
    version = issue.versions.get()
    first, second, *_rest = version.sections.all()

    asked = save(desk, version, body="Words", press=f"drop-{first.pk}")
    save(desk, version, press=f"drop-{second.pk}")
    question = desk.get(of_version("drop", version))

    assert "cannot be brought back" in words(asked) and "cannot be brought back" in words(question)
    assert {section.pk for section in version.sections.all()} >= {first.pk} and version.sections.count() == 4
    address = reverse("admin:mailings_newsletterversion_drop_section", args=[version.pk, first.pk])
    assert "The section is dropped." in words(desk.post(address, {"confirmed": "0"}, follow=True))
    assert version.sections.count() == 3
    assert "The version is removed." in words(desk.post(of_version("drop", version), {"confirmed": "0"}, follow=True))
    assert not issue.versions.exists()


def test_a_test_copy_and_taken_over_changes_lose_nothing_that_was_typed(desk):
    issue = make_newsletter(languages=("en", "ar"))
    issue.versions.update(state="draft")
    issue.versions.filter(language="ar").update(translated_from="en")
    version = issue.versions.get(language="ar")

    sent = save(desk, version, subject="One", press="test")
    save(desk, version, preview="Two", press="taken")

    assert "A copy is on its way to you." in words(sent)
    assert (version.subject, version.preview) == ("One", "Two")
    assert Letter.objects.filter(kind="mailings.newsletter_test").count() == 1


def test_a_button_leads_back_to_the_section_it_is_about(desk):
    issue = writing.make_issue(month=NOW.date(), language="en", by=None, now=NOW)
    version = issue.versions.get()
    section = version.sections.first()

    moved = desk.post(of_version("save", version), typed(version, press=f"down-{section.pk}"))

    assert moved.url.endswith(f"#section-{section.pk}")


def test_the_archive_is_linked_once_the_issue_is_there(desk, coordinator, settings):
    settings.NEWSLETTER_NEEDS_TWO = False
    make_subscription()
    issue = make_newsletter(send_time="morning", send_on=timezone.localdate() + timedelta(days=9))
    sending.ask_to_send(newsletter=issue, by=coordinator, now=timezone.now())

    page = words(desk.get(of_issue("change", issue)))

    assert "at 09:00 of each reader's own clock" in html.unescape(page) and "See the archive" not in page
