"""Filling in a section from the portal: what is typed stays, nothing comes twice, what people wrote does not act."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from clinics.tests.factories import make_clinic
from letsconnect.base.models import Act
from mailings.domain.newsletters import NewsletterRefused
from mailings.models import NewsletterSection
from mailings.newsletters import checking, filling, markdown, sending, wikitext, writing
from mailings.newsletters.filling import FilledLine, Filling
from mailings.tests.factories import make_newsletter, make_sent_newsletter, make_subscription
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_member

pytestmark = pytest.mark.django_db
HOSTILE = [
    "[x](javascript:alert(1))",
    "[x]: javascript:alert(1)",
    "<script>alert(1)</script>",
    "![x](https://elsewhere.example/pixel.png)",
    "**bold** _and_ *italic* `code`",
    "](https://evil.example) more",
    "<javascript:alert(1)>",
    "&lt;b&gt; &#42;star&#42; AT&T",
    "\\](x)",
    "# heading",
    "1. first",
    "1) first",
    "- item",
    "+ item",
    "> said",
    "=== rule",
    "~~~",
    "--- rule",
    "two  \nlines",
]


@pytest.fixture
def editor():
    return make_coordinator()


@pytest.fixture
def version(editor):
    issue = writing.make_issue(month=date(2026, 3, 19), language="en", by=editor, now=NOW)
    return issue.versions.get()


def section_of(version, kind="upcoming"):
    return version.sections.get(kind=kind)


def fill(version, editor, *, kind="upcoming", name="clinics.to_come", now=NOW):
    return writing.fill_in_section(version=version, key=section_of(version, kind).pk, name=name, by=editor, now=now)


@pytest.mark.parametrize("written", HOSTILE)
@pytest.mark.parametrize("frame", ["- {}", "- [{}](/clinics/1/) · 9 March", "- New skill: **{}** (x)"])
def test_a_name_that_somebody_wrote_shows_itself_and_does_nothing(written, frame):
    line = frame.format(markdown.escaped(written))
    shown = " ".join(written.split())

    text, html = markdown.to_text(line), markdown.to_html(line)

    assert shown in " ".join(text.split())
    assert markdown.problems(line) == []
    assert {link.target for link in markdown.links(line)} <= {"/clinics/1/"}
    assert html.count("<") == html.count("<ul>") * 2 + html.count("<li>") * 2 + 2 * html.count("<a ") + 2 * html.count(
        "<strong>"
    )
    assert "javascript:" not in re.sub(r">[^<]*<", "><", html)
    assert "<script" not in wikitext.from_markdown(line).replace("<nowiki>", "")


def test_clinics_are_filled_in_below_what_is_typed_and_twice_is_once(version, editor):
    clinic = make_clinic(title="Asking for money")
    section = section_of(version)
    NewsletterSection.objects.filter(pk=section.pk).update(body="Come all!\n")

    assert fill(version, editor) == 1
    body = section_of(version).body
    assert fill(version, editor) == 0

    assert body.startswith(f"Come all!\n\n- [Asking for money](/clinics/{clinic.pk}/) · Mon 9 March 2026, 12:00 (UTC)")
    assert section_of(version).body == body
    assert checking.problems_of(version) == []
    assert Act.objects.filter(verb="fill_in_newsletter").count() == 1


def test_what_an_editor_made_of_a_line_is_theirs_and_a_list_goes_on(version, editor):
    clinic = make_clinic()
    fill(version, editor)
    mine = f"My own words about [that hour](https://portal.example/clinics/{clinic.pk}/).\n\n- A point"
    NewsletterSection.objects.filter(pk=section_of(version).pk).update(body=mine)
    other = make_clinic(title="Second")

    assert fill(version, editor) == 1
    assert section_of(version).body.startswith(f"{mine}\n- [Second](/clinics/{other.pk}/)")


def test_where_it_came_from_is_kept_for_each_filling_with_its_last_day(version, editor, monkeypatch):
    monkeypatch.setattr(filling, "_fillings", dict(filling._fillings))
    kinds = frozenset({"upcoming"})
    filling.register(
        Filling("tests.more", "more", kinds, lambda since, now: [FilledLine(f"at {now:%d}", (f"at {now:%d}",))])
    )
    make_clinic()
    fill(version, editor)
    fill(version, editor, name="tests.more")
    fill(version, editor, name="tests.more", now=NOW + timedelta(days=1))

    origin = section_of(version).origin

    assert origin == "clinics.to_come=2026-03-02 tests.more=2026-03-03"
    assert filling.origin_in_words(origin) == ["clinics to come, 2 March 2026", "more, 3 March 2026"]
    with translation.override("ar"):
        assert "2026" in filling.origin_in_words(origin)[0] and "March" not in filling.origin_in_words(origin)[0]
    assert filling.origin_in_words("gone=2026-03-02 odd=day clinics") == ["gone, 2 March 2026", "odd, day"]
    with pytest.raises(ValueError, match="twice"):
        filling.register(Filling("tests.more", "other", kinds, lambda since, now: []))


def test_a_line_about_the_same_thing_is_known_by_its_marks_within_one_line():
    line = FilledLine("8 want **Maps**: [could you?](/registration/)", ("**Maps**", "(/registration/)"))

    assert line.is_in("Hello\n- We look for **Maps**: [do you?](/registration/)")
    assert not line.is_in("New skill: **Maps** (Tools)\n6 want **Grants**: [could you?](/registration/)")


def test_the_origins_of_everything_that_is_registered_fit_into_their_column():
    origin = ""
    for name in filling._fillings:
        origin = filling.with_origin(origin, name, NOW.date())

    assert len(origin) <= NewsletterSection._meta.get_field("origin").max_length
    assert len(filling._fillings) >= 4


def test_since_the_last_issue_is_when_its_readers_were_counted_and_a_month_before_the_first(version):
    issue = version.newsletter
    assert filling.last_issue_at(issue, now=NOW) == NOW - timedelta(days=31)

    make_sent_newsletter(number=9001, frozen_at=NOW - timedelta(days=40))
    make_sent_newsletter(number=9002, frozen_at=NOW - timedelta(days=9))
    make_sent_newsletter(number=9003, state="stopped", frozen_at=NOW - timedelta(days=2), published_at=None)

    assert filling.last_issue_at(issue, now=NOW) == NOW - timedelta(days=9)


def test_nothing_is_filled_into_what_is_full_ready_sent_or_of_another_kind(version, editor, settings):
    settings.NEWSLETTER_NEEDS_TWO = False
    make_clinic()
    section = section_of(version)
    NewsletterSection.objects.filter(pk=section.pk).update(body="x" * 19_990)
    with pytest.raises(NewsletterRefused, match="too long"):
        fill(version, editor)
    for kind, name in (("news", "clinics.to_come"), ("upcoming", "moon")):
        with pytest.raises(NewsletterRefused, match="cannot be filled in"):
            fill(version, editor, kind=kind, name=name)
    with pytest.raises(NewsletterRefused, match="not there any more"):
        writing.fill_in_section(version=version, key=0, name="clinics.to_come", by=editor, now=NOW)
    make_subscription()
    ready = make_newsletter()
    only = ready.versions.get().sections.get()
    NewsletterSection.objects.filter(pk=only.pk).update(kind="upcoming")
    with pytest.raises(NewsletterRefused, match="marked as ready"):
        fill(ready.versions.get(), editor)
    sending.ask_to_send(newsletter=ready, by=editor, now=NOW)
    with pytest.raises(NewsletterRefused, match="was sent"):
        fill(ready.versions.get(), editor)

    assert section_of(version).body == "x" * 19_990 and section_of(version).origin == ""


def typed(version, **given):
    fields = {"subject": str(version.subject), "preview": str(version.preview)}
    for section in version.sections.all():
        fields |= {f"title_{section.pk}": str(section.title), f"body_{section.pk}": section.body}
    return {**fields, **given}


def press(client, version, **given):
    with time_machine.travel(NOW, tick=False):
        return client.post(
            reverse("admin:mailings_newsletterversion_save", args=[version.pk]), typed(version, **given), follow=True
        ).content.decode()


def test_the_button_saves_what_is_typed_first_and_says_what_came_of_it(client, version):
    client.force_login(make_liaison())
    clinic, section, other = make_clinic(), section_of(version), section_of(version, "news")
    button = f"fill-{section.pk}-clinics.to_come"
    change = reverse("admin:mailings_newsletterversion_change", args=[version.pk])
    page = client.get(change).content.decode()
    assert button in page and f"fill-{other.pk}-registrations.new_skills" in page
    assert f"fill-{section_of(version, 'missed').pk}-clinics.held" in page and "Filled in from" not in page

    first = press(
        client, version, press=button, subject="March", **{f"body_{other.pk}": "Typed", f"body_{section.pk}": "Above"}
    )
    version.refresh_from_db()
    again = press(client, version, press=button)

    assert (str(version.subject), section_of(version, "news").body) == ("March", "Typed")
    assert section_of(version).body.startswith(f"Above\n\n- [Asking for money kindly](/clinics/{clinic.pk}/)")
    assert "1 line was filled in" in first and "Filled in from: clinics to come, 2 March 2026" in first
    assert "nothing to fill in here" in again
    assert "too long" in press(client, version, press=button, **{f"body_{section.pk}": "x" * 19_999})
    assert section_of(version).body == "x" * 19_999  # what was typed is kept
    assert "not there any more" in press(client, version, press="fill-x-y", **{f"body_{section.pk}": "Again"})
    assert section_of(version).body == "Again"


def test_nobody_outside_the_working_group_fills_in_anything(client, version):
    make_clinic()
    client.force_login(make_member())

    press(client, version, press=f"fill-{section_of(version).pk}-clinics.to_come")

    assert section_of(version).body == ""
