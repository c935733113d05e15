"""The rules the tables of subscriptions and newsletters keep, each broken on purpose."""

import pytest
from django.db import DataError, connection, transaction

from letsconnect.tests.database import change, refuses
from mailings.models import Letter, NewsletterBody, Subscription
from mailings.tests.factories import make_letter, make_newsletter, make_sent_newsletter, make_subscription
from registrations.tests.factories import NOW, make_member

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"address": ""}, "mailings_subscription_is_somebodys"),
        ({"address": "Ana@EXAMPLE.org"}, "mailings_subscription_address_is_canonical"),
        ({"state": "lost"}, "mailings_subscription_state_is_known"),
        ({"source": "gossip"}, "mailings_subscription_source_is_known"),
        ({"source": "import"}, "mailings_imported_consent_says_where_it_was_given"),
        ({"confirmed_at": None}, "mailings_confirmed_has_a_time"),
        ({"left_at": NOW}, "mailings_left_has_a_time"),
        ({"state": "left", "wants_newsletter": False}, "mailings_left_has_a_time"),
        ({"state": "left", "left_at": NOW}, "mailings_whoever_left_wants_nothing"),
        (
            {"state": "left", "left_at": NOW, "wants_newsletter": False, "paused_at": NOW},
            "mailings_whoever_left_wants_nothing",
        ),
    ],
)
def test_a_subscription_has_what_its_state_says(columns, constraint):
    refuses(constraint, change(make_subscription(), **columns))


def test_an_address_has_one_subscription_and_so_has_a_member():
    member = make_member()
    make_subscription(member=member)

    refuses("mailings_one_subscription_per_address", lambda: make_subscription(address=member.email))
    refuses("mailings_subscription_member_id", lambda: make_subscription(member=member, address="other@example.org"))
    make_subscription(member=make_member(), address="")
    make_subscription(member=make_member(), address="")  # without an address they are two people
    assert Subscription.objects.count() == 3


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"state": "lost"}, "mailings_newsletter_state_is_known"),
        ({"month": "2026-11-02"}, "mailings_month_is_its_first_day"),
        ({"state": "sending"}, "mailings_sent_issue_has_counted_readers"),
        ({"frozen_at": NOW, "recipients": 3}, "mailings_sent_issue_has_counted_readers"),
        ({"asked_at": NOW}, "mailings_asked_by_somebody_at_a_time"),
        ({"send_time": "morning"}, "mailings_a_morning_has_a_day"),
        ({"send_on": "2026-11-02"}, "mailings_a_morning_has_a_day"),
        ({"state": "sent", "frozen_at": NOW, "recipients": 3}, "mailings_finished_issue_has_a_time"),
        ({"finished_at": NOW}, "mailings_finished_issue_has_a_time"),
    ],
)
def test_an_issue_has_what_its_state_says(columns, constraint):
    refuses(constraint, change(make_newsletter(), **columns))


def test_whoever_asked_for_an_issue_to_be_sent_is_not_the_second_person_who_confirms_it():
    editor = make_member()

    refuses(
        "mailings_a_second_person_confirms",
        change(make_newsletter(), asked_by=editor, asked_at=NOW, confirmed_by=editor),
    )


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"state": "lost"}, "mailings_version_state_is_known"),
        ({"subject": ""}, "mailings_ready_version_has_a_subject"),
        ({"translated_from": "en"}, "mailings_no_version_is_translated_from_itself"),
        ({"language": "fr"}, "mailings_one_version_per_language"),
    ],
)
def test_a_version_is_one_for_each_language_and_ready_with_a_subject(columns, constraint):
    newsletter = make_newsletter(languages=("en", "fr"))

    refuses(constraint, change(newsletter.versions.get(language="en"), **columns))


def test_what_readers_see_first_is_one_visible_line():
    version = make_newsletter().versions.get()
    section = version.sections.get()

    refuses("mailings_subject_can_be_seen", raw(version, "subject", "two\nlines"))
    refuses("mailings_title_can_be_seen", raw(section, "title", "\u200b"))
    refuses("mailings_sent_subject_can_be_seen", raw(make_sent_newsletter().bodies.get(), "preview", "a\u202eb"))
    refuses("mailings_consent_in_words_can_be_seen", raw(make_subscription(), "source_text", "two\nlines"))


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"kind": "gossip"}, "mailings_section_kind_is_known"),
        ({"kind": "other"}, "mailings_section_of_its_own_has_a_title"),
        ({"body": "x" * 20_001}, "mailings_section_is_no_book"),
        ({"body": "أ" * 20_001}, "mailings_section_is_no_book"),
    ],
)
def test_a_section_is_of_a_known_kind_or_has_a_title_of_its_own(columns, constraint):
    section = make_newsletter().versions.get().sections.get()

    refuses(constraint, change(section, **columns))


def test_a_section_of_the_longest_text_and_no_longer_subject_is_stored():
    version = make_newsletter().versions.get()

    change(version.sections.get(), body="أ" * 20_000)()
    with pytest.raises(DataError, match=r"character varying\(120\)"), transaction.atomic():
        change(version, subject="x" * 121)()


def test_two_sections_change_places_and_no_two_stand_at_one():
    version = make_newsletter().versions.get()
    first, second = version.sections.get(), version.sections.create(kind="news", place=2)
    with transaction.atomic():
        change(first, place=2)()
        change(second, place=1)()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS mailings_one_section_per_place IMMEDIATE")

    assert list(version.sections.values_list("kind", flat=True)) == ["news", "this_month"]

    def together():
        change(first, place=1)()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS mailings_one_section_per_place IMMEDIATE")

    refuses("mailings_one_section_per_place", together)


def test_an_issue_has_one_body_per_language():
    newsletter = make_newsletter()
    NewsletterBody.objects.create(newsletter=newsletter, language="en", subject="One")

    refuses(
        "mailings_one_body_per_language",
        lambda: NewsletterBody.objects.create(newsletter=newsletter, language="en", subject="Two"),
    )


def test_an_issue_goes_once_to_an_address_and_never_before_letters_to_a_person():
    newsletter = make_newsletter()
    first, second = make_letter(address="ana@example.org"), make_letter(address="ana@example.org")
    change(first, newsletter=newsletter, priority=3)()

    refuses("mailings_one_letter_per_issue_and_address", change(second, newsletter=newsletter, priority=3))
    refuses("mailings_a_newsletter_is_bulk", change(first, priority=2))
    refuses("mailings_letter_priority_is_known", change(second, priority=9))
    assert Letter.objects.of_issue(newsletter).get() == first


def raw(row, column, text):
    """Return what writes a text past the field that would clean it."""

    def write():
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {row._meta.db_table} SET {column} = %s WHERE id = %s", [text, row.pk])

    return write
