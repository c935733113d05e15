"""Writing an issue: versions, sections, what changed in the source, and when nothing can be changed any more."""

from datetime import date, timedelta

import pytest

from letsconnect.base.models import Act
from mailings.domain.newsletters import NewsletterRefused, SectionKind, SendTime, VersionState
from mailings.models import Newsletter, NewsletterSection
from mailings.newsletters import sending, writing
from mailings.newsletters.translating import changes_in_source, source_of
from mailings.newsletters.writing import SectionText
from mailings.tests.factories import make_newsletter, make_subscription
from registrations.tests.factories import NOW, make_coordinator

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    return make_coordinator()


@pytest.fixture
def issue(editor):
    return writing.make_issue(month=date(2026, 3, 19), language="en", by=editor, now=NOW)


@pytest.fixture
def english(issue):
    return issue.versions.get()


def keys(version):
    return list(version.sections.values_list("pk", flat=True))


def write(version, editor, body="Hello.", subject="March", preview="", at=0):
    texts = [SectionText(keys(version)[at], "", body)]
    return writing.save_version(version=version, subject=subject, preview=preview, sections=texts, by=editor, now=NOW)


def test_an_issue_has_the_next_number_its_month_and_an_empty_version_with_the_usual_sections(issue, english, editor):
    other = writing.make_issue(month=date(2026, 4, 1), language="fr", by=editor, now=NOW)

    assert (issue.month, issue.made_by, other.number) == (date(2026, 3, 1), editor, issue.number + 1)
    assert (english.language, english.state, english.subject) == ("en", VersionState.DRAFT, "")
    kinds = list(english.sections.values_list("kind", flat=True))
    assert kinds == ["this_month", "missed", "upcoming", "learning", "news"]
    assert list(Act.objects.on(issue).values_list("verb", flat=True)) == ["make_newsletter", "add_newsletter_version"]


def test_whoever_presses_twice_has_made_one_issue(issue, editor):
    again = {"month": date(2026, 3, 20), "language": "en"}

    assert writing.make_issue(**again, by=editor, now=NOW + timedelta(seconds=59)) == issue
    assert writing.make_issue(**again, by=make_coordinator(), now=NOW).number == issue.number + 1
    assert writing.make_issue(**again, by=editor, now=NOW + timedelta(minutes=1)).number == issue.number + 2


def test_what_is_written_is_stored_and_a_section_dropped_meanwhile_is_passed_over(english, editor):
    first, second, *_rest = keys(english)
    texts = [SectionText(first, "Spring", "**Hello**"), SectionText(0, "", "lost")]
    saved = writing.save_version(
        version=english, subject="March\u202e", preview="One line", sections=texts, by=editor, now=NOW
    )

    saved.refresh_from_db()
    assert (str(saved.subject), str(saved.preview)) == ("March", "One line")
    assert saved.sections.get(pk=first).body == "**Hello**" and str(saved.sections.get(pk=first).title) == "Spring"
    assert saved.sections.get(pk=second).body == ""


def test_sections_are_added_dropped_and_moved(english, editor):
    act = {"version": english, "by": editor, "now": NOW}
    own = writing.add_section(kind="other", title="Thanks", **act)
    first = keys(english)[0]
    writing.move_section(key=own.pk, up=True, **act)
    writing.move_section(key=first, up=True, **act)  # it is the first already
    writing.move_section(key=own.pk, up=False, **act)
    writing.move_section(key=own.pk, up=False, **act)  # it is the last already
    writing.move_section(key=first, up=False, **act)
    writing.drop_section(key=keys(english)[2], **act)
    writing.drop_section(key=0, **act)

    assert list(english.sections.values_list("kind", flat=True)) == [
        *("missed", "this_month", "learning", "news", "other")
    ]
    with pytest.raises(NewsletterRefused, match="title"):
        writing.add_section(kind="other", title="", **act)
    with pytest.raises(NewsletterRefused, match="title"):
        writing.save_version(subject="", preview="", sections=[SectionText(own.pk, "", "x")], **act)
    for _ in range(writing.MOST_SECTIONS - 5):
        writing.add_section(kind="news", title="", **act)
    with pytest.raises(NewsletterRefused, match="at most 20"):
        writing.add_section(kind="news", title="", **act)


def test_only_a_version_that_says_something_and_is_not_broken_is_ready_and_it_is_changed_as_a_draft(english, editor):
    with pytest.raises(NewsletterRefused, match="no subject yet"):
        writing.mark_ready(version=english, by=editor, now=NOW)
    write(english, editor, body="[x](javascript:y)")
    with pytest.raises(NewsletterRefused, match="javascript"):
        writing.mark_ready(version=english, by=editor, now=NOW)
    write(english, editor)
    assert writing.mark_ready(version=english, by=editor, now=NOW).state == VersionState.READY

    for press in (
        lambda: write(english, editor),
        lambda: writing.add_section(version=english, kind="news", title="", by=editor, now=NOW),
        lambda: writing.drop_section(version=english, key=keys(english)[0], by=editor, now=NOW),
        lambda: writing.move_section(version=english, key=keys(english)[0], up=False, by=editor, now=NOW),
        lambda: writing.mark_ready(version=english, by=editor, now=NOW),
    ):
        with pytest.raises(NewsletterRefused, match="draft again"):
            press()
    assert writing.back_to_draft(version=english, by=editor, now=NOW).state == VersionState.DRAFT
    assert writing.back_to_draft(version=english, by=editor, now=NOW).state == VersionState.DRAFT
    write(english, editor, subject="April")


def test_a_translation_has_the_sections_of_its_source_and_shows_what_changed_there_since(issue, english, editor):
    own = writing.add_section(version=english, kind="other", title="Thanks", by=editor, now=NOW)
    write(english, editor, body="One.")
    french = writing.add_version(newsletter=issue, language="fr", translated_from="en", by=editor, now=NOW)

    assert [section.kind for section in french.sections.all()] == [section.kind for section in english.sections.all()]
    assert str(french.sections.get(kind="other").title) == "Thanks" and french.sections.first().body == ""
    assert (source_of(french), source_of(english)) == (english, None)
    assert changes_in_source(french) == changes_in_source(english) == []

    write(english, editor, body="Two.", subject="March, again")
    writing.drop_section(version=english, key=own.pk, by=editor, now=NOW)
    changed = changes_in_source(french)

    assert [(one.what, one.was, one.now) for one in changed] == [
        ("subject", "March", "March, again"),
        ("This month", "One.", "Two."),
        ("Title of “Thanks”", "Thanks", ""),
    ]
    french = writing.take_over_changes(version=french, by=editor, now=NOW)
    assert changes_in_source(french) == []
    with pytest.raises(NewsletterRefused):
        writing.take_over_changes(version=english, by=editor, now=NOW)


def test_a_version_is_one_for_each_language_of_a_source_that_exists_and_can_be_dropped(issue, english, editor):
    def add(language, source):
        return writing.add_version(newsletter=issue, language=language, translated_from=source, by=editor, now=NOW)

    french = add("fr", "en")
    with pytest.raises(NewsletterRefused, match="already"):
        add("fr", "en")
    with pytest.raises(NewsletterRefused, match="no version"):
        add("es", "pt")
    assert add("ar", "").sections.count() == len(SectionKind) - 1

    writing.drop_version(version=english, by=editor, now=NOW)
    french.refresh_from_db()
    assert (french.translated_from, french.source_read) == ("", {})
    assert not NewsletterSection.objects.filter(newsletter_version__language="en").exists()
    with pytest.raises(NewsletterRefused, match="not there any more"):
        write_gone(english, editor)


def write_gone(version, editor):
    writing.save_version(version=version, subject="", preview="", sections=[], by=editor, now=NOW)


def test_whom_it_is_for_and_when_are_stored_without_what_does_not_belong_together(issue, editor):
    def change(**given):
        values = {
            **{"month": issue.month, "audience": {"language": ["fr"], "role": []}, "send_time": SendTime.AT_ONCE},
            **{"send_at": NOW, "send_on": date(2026, 3, 12)},
        }
        return writing.change_issue(newsletter=issue, by=editor, now=NOW, **{**values, **given})

    at_once = change()
    assert (at_once.audience, at_once.send_at, at_once.send_on) == ({"language": ["fr"]}, NOW, None)
    morning = change(send_time=SendTime.MORNING)
    assert (morning.send_at, morning.send_on) == (None, date(2026, 3, 12))
    with pytest.raises(NewsletterRefused, match="Choose the day"):
        change(send_time=SendTime.MORNING, send_on=None)


@pytest.mark.parametrize("state", ["asked", "sending"])
def test_nothing_changes_while_a_second_person_is_asked_or_once_it_is_sent(editor, state):
    make_subscription()
    issue = make_newsletter(languages=("en", "fr"))
    english, french = issue.versions.order_by("language")
    french.translated_from = "en"
    french.save()
    sending.ask_to_send(newsletter=issue, by=editor, now=NOW)
    if state == "sending":
        sending.confirm(newsletter=issue, by=make_coordinator(), now=NOW)
    act = {"by": editor, "now": NOW}

    for press in (
        lambda: write(english, editor),
        lambda: writing.add_section(version=english, kind="news", title="", **act),
        lambda: writing.drop_section(version=english, key=keys(english)[0], **act),
        lambda: writing.move_section(version=english, key=keys(english)[0], up=True, **act),
        lambda: writing.mark_ready(version=english, **act),
        lambda: writing.back_to_draft(version=english, **act),
        lambda: writing.take_over_changes(version=french, **act),
        lambda: writing.drop_version(version=english, **act),
        lambda: writing.add_version(newsletter=issue, language="es", translated_from="en", **act),
        lambda: writing.change_issue(
            newsletter=issue, month=NOW.date(), audience={}, send_time="at_once", send_at=None, send_on=None, **act
        ),
    ):
        with pytest.raises(NewsletterRefused, match="was sent" if state == "sending" else "Take it back"):
            press()
    assert Newsletter.objects.get().state == state
