"""Announcing a clinic: to whom, in which words, once to each, gathered within a day, and what changed meanwhile."""

from datetime import datetime, timedelta
from importlib import import_module
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps

from clinics.announcing.emails import MOST_CLINICS, NOTHING_NEW, SUMMARY
from clinics.domain import clinics
from clinics.domain.clinics import ClinicNotReady, ClinicState, ForWhom
from clinics.models import Announcement, Clinic, Digest
from clinics.planning.plans import announce_clinic, cancel_clinic, reschedule
from clinics.seats.rsvps import rsvp
from clinics.tests.factories import START, make_clinic, make_text
from letsconnect.base import acts
from letsconnect.tests.database import refuses
from letsconnect.tests.signed_links import signed_in
from mailings.domain.subscriptions import BulkList
from mailings.ledger.bulk import owe_to_readers
from mailings.ledger.draining import drain
from mailings.models import Letter, Subscription, Suppression
from mailings.newsletters.letter import LEFT_OR_PAUSED
from mailings.subscriptions import links
from mailings.subscriptions.forgetting import forget_subscriptions
from mailings.subscriptions.leaving import choose, leave
from mailings.subscriptions.merging import merge
from mailings.tests.factories import make_kind, make_letter, make_subscription
from registrations.tests.factories import NOW, make_coordinator, make_member

pytestmark = pytest.mark.django_db
KIND = "clinics.announced"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def planner():
    return make_coordinator()


def make_reader(**columns):
    return make_subscription(**{"wants_newsletter": False, "wants_announcements": True} | columns)


def announce(planner, *, now=NOW, clinic=None, **fields):
    clinic = clinic or make_clinic(state=ClinicState.DRAFT, **fields)
    return announce_clinic(clinic=clinic, by=planner, now=now)


def announced():
    return Letter.objects.filter(kind=KIND).order_by("pk")


def by_address(mailoutbox):
    return {mail.to[0]: mail for mail in mailoutbox if "List-ID" in mail.extra_headers}


@pytest.mark.parametrize(
    ("begins_in", "goes_in"),
    [
        (7 * DAY, DAY),
        (3 * DAY, DAY),
        (2 * DAY + 5 * HOUR, 5 * HOUR),
        (2 * DAY, timedelta(minutes=10)),
        (HOUR, timedelta(minutes=10)),
    ],
)
def test_a_letter_waits_for_a_day_unless_the_clinic_begins_soon(begins_in, goes_in):
    assert clinics.announcement_due_at(starts_at=NOW + begins_in, now=NOW) == NOW + goes_in


def test_those_who_chose_announcements_get_one_with_the_headers_of_that_list(planner, mailoutbox):
    member = make_member()
    make_reader(member=member)
    reader = make_reader(address="ana@example.org")
    make_reader(wants_announcements=False, wants_newsletter=True, wants_digest=True)
    make_reader(paused_at=NOW)
    make_reader(state="unconfirmed", confirmed_at=None)
    make_reader(member=make_member(is_active=False))
    bounces = make_reader(address="bounces@example.org")
    Suppression.objects.suppress([bounces.address], source="bounce", now=NOW)

    announce(planner)
    drain(now=NOW + DAY)

    mails = by_address(mailoutbox)
    assert sorted(mails) == sorted([member.email, "ana@example.org"])
    mail = mails["ana@example.org"]
    assert mail.subject == "New clinic: Asking for money kindly"
    assert "/announcements" in mail.extra_headers["List-Unsubscribe"]
    assert "announcements." in mail.extra_headers["List-ID"]
    pages_of_the_reader = {"mailings:subscription-preferences": reader.pk, "mailings:subscription-leave": reader.pk}
    assert signed_in(mail.body, links.PURPOSE) == pages_of_the_reader
    assert signed_in(mail.extra_headers["List-Unsubscribe"], links.PURPOSE) == {
        "mailings:subscription-one-click": reader.pk
    }
    assert "lc0" not in mail.body + mail.alternatives[0].content
    assert {letter.priority for letter in announced()} == {3}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"region": "LAC"}, {"lac", "mena", "nowhere"}),
        ({"for_whom": ForWhom.REGION, "region": "LAC"}, {"lac"}),
        ({"for_whom": ForWhom.REGION, "region": "LAC", "announce_to_all": True}, {"lac", "mena", "nowhere"}),
        ({"for_whom": ForWhom.REGION, "announce_to_all": True}, {"lac", "mena", "nowhere"}),
    ],
)
def test_a_regional_clinic_is_for_its_region_unless_the_planner_says_all(planner, fields, expected):
    make_reader(member=make_member(email="lac@example.org", region="LAC"))
    make_reader(member=make_member(email="mena@example.org", region="MENA"))
    make_reader(address="nowhere@example.org")

    announce(planner, **fields)

    assert {letter.address.partition("@")[0] for letter in announced()} == expected


def test_a_regional_clinic_of_no_region_is_not_announced(planner):
    make_reader()

    with pytest.raises(ClinicNotReady, match="choose its region"):
        announce(planner, for_whom=ForWhom.REGION)
    assert not announced().exists()


def test_a_reader_reads_in_their_language_the_text_they_understand_best_and_their_hour(planner, mailoutbox):
    make_reader(address="ana@example.org", language="fr", zone="America/Bogota")
    make_reader(address="omar@example.org", language="ar", zone="Asia/Tokyo")
    clinic = make_clinic(state=ClinicState.DRAFT, title="Pedir dinero", language="es")
    make_text(clinic, "fr", "Demander de l'argent", summary="De A à Z")
    announce(planner, clinic=clinic)

    drain(now=NOW + DAY)

    mails = by_address(mailoutbox)
    assert "Demander de l'argent" in mails["ana@example.org"].body and "07:00" in mails["ana@example.org"].body
    arabic = mails["omar@example.org"]
    assert "Pedir dinero" in arabic.body and "21:00" in arabic.body
    assert 'lang="es" dir="ltr"' in arabic.alternatives[0].content and 'dir="rtl"' in arabic.alternatives[0].content
    assert "الإسبانية" in arabic.body  # which language it is described in
    assert "français" not in mails["ana@example.org"].body
    assert {letter.language for letter in announced()} == {"fr", "ar"}


def test_a_member_who_changes_language_and_zone_meanwhile_reads_in_the_new_ones(planner, mailoutbox):
    member = make_member(language="en", zone="UTC")
    make_reader(member=member)
    announce(planner)
    member.language, member.zone = "es", "Asia/Tokyo"
    member.save(update_fields=["language", "zone"])

    drain(now=NOW + DAY)

    assert "21:00 (hora de Tokio, UTC+9)" in mailoutbox[-1].body
    assert mailoutbox[-1].extra_headers["Content-Language"] == announced().get().language == "es"


def test_clinics_announced_within_a_day_come_in_one_letter_and_later_ones_in_another(planner, mailoutbox):
    make_reader(address="ana@example.org")
    announce(planner, title="First")
    make_reader(address="ben@example.org")
    announce(planner, title="Second", now=NOW + 23 * HOUR)
    assert announced().count() == 2
    drain(now=NOW + DAY)
    announce(planner, title="Third", now=NOW + DAY)

    assert [mail.to for mail in mailoutbox] == [["ana@example.org"]]
    assert mailoutbox[0].subject == "2 new clinics"
    assert "First" in mailoutbox[0].body and "Second" in mailoutbox[0].body
    drain(now=NOW + 3 * DAY)
    bodies = {mail.to[0]: mail.body for mail in mailoutbox[1:]}
    assert len(mailoutbox) == 3
    assert "Third" in bodies["ana@example.org"] and "First" not in bodies["ana@example.org"]
    assert "Second" in bodies["ben@example.org"] and "Third" in bodies["ben@example.org"]


def test_a_clinic_that_begins_soon_takes_the_waiting_letter_along(planner, mailoutbox):
    make_reader()
    announce(planner, title="In a week")
    announce(planner, title="Tomorrow", starts_at=NOW + DAY, now=NOW + HOUR)

    drain(now=NOW + HOUR + timedelta(minutes=10))

    assert "In a week" in mailoutbox[0].body and "Tomorrow" in mailoutbox[0].body


def test_a_clinic_is_announced_to_a_reader_once():
    reader, clinic = make_reader(), make_clinic()
    letter = Letter.objects.create(kind=KIND, key="k", address="a@example.org", message_id="m", owed_at=NOW, due_at=NOW)
    given = {"clinic": clinic, "subscription": reader, "letter": letter}
    Announcement.objects.create(**given)

    refuses("clinics_one_announcement_of_a_clinic_to_each_reader", lambda: Announcement.objects.create(**given))


def test_no_draft_was_announced():
    draft = make_clinic(state=ClinicState.DRAFT)

    refuses("clinics_no_draft_was_announced", lambda: Clinic.objects.filter(pk=draft.pk).update(announced_at=NOW))


def test_two_subscriptions_that_lead_to_one_address_bring_a_clinic_once(planner, mailoutbox):
    member = make_member()
    make_reader(member=member, address="")
    make_reader(address=member.email)
    announce(planner)

    drain(now=NOW + DAY)

    assert [mail.to for mail in mailoutbox] == [[member.email]]
    assert sorted(announced().values_list("state", "reason")) == [("sent", ""), ("skipped", NOTHING_NEW)]


def test_a_clinic_called_off_before_its_letter_left_is_left_out(planner, mailoutbox):
    make_reader()
    first = announce(planner, title="First")
    second = announce(planner, title="Second")
    cancel_clinic(clinic=first, reason="ill", by=planner, now=NOW + HOUR)
    drain(now=NOW + DAY)
    assert len(mailoutbox) == 1 and "Second" in mailoutbox[0].body and "First" not in mailoutbox[0].body

    third = announce(planner, title="Third", now=NOW + DAY)
    cancel_clinic(clinic=third, reason="ill", by=planner, now=NOW + DAY + HOUR)
    drain(now=NOW + 2 * DAY)
    assert len(mailoutbox) == 1 and second.pk
    assert announced().last().reason == NOTHING_NEW


def test_a_clinic_moved_before_its_letter_left_stands_there_with_its_new_hour_and_in_time(planner, mailoutbox):
    make_reader()
    clinic = announce(planner)
    soon = NOW + timedelta(hours=20)
    reschedule(clinic=clinic, local_date=soon.date(), local_time=soon.time(), zone="UTC", by=planner, now=NOW + HOUR)

    drain(now=NOW + HOUR + timedelta(minutes=10))

    assert "08:00 (UTC)" in mailoutbox[0].body and "12:00 (UTC)" not in mailoutbox[0].body


def test_leaving_or_pausing_holds_at_once_for_letters_that_wait(planner, mailoutbox):
    left, paused, stays = make_reader(), make_reader(), make_reader()
    announce(planner)
    leave(subscription=left, chosen=BulkList.ANNOUNCEMENTS, by=None, now=NOW)
    lists = [BulkList.ANNOUNCEMENTS]
    choose(subscription=paused, lists=lists, language="en", is_paused=True, by=None, now=NOW)

    drain(now=NOW + DAY)

    assert [mail.to for mail in mailoutbox] == [[stays.address]]
    assert set(announced().filter(state="skipped").values_list("reason", flat=True)) == {
        "the reader has left or paused"
    }


def test_whoever_has_a_seat_already_is_not_announced_to(planner, mailoutbox):
    member = make_member()
    make_reader(member=member)
    clinic = announce(planner)
    rsvp(clinic=clinic, member=member, by=member, now=NOW + HOUR)

    drain(now=NOW + DAY)

    assert by_address(mailoutbox) == {}


def test_a_clinic_whose_sign_up_has_closed_is_not_announced(planner, mailoutbox):
    make_reader()
    announce(planner, starts_at=START, closes_minutes_before=7 * 1440 - 60)

    drain(now=NOW + HOUR)

    assert mailoutbox == []


@pytest.mark.parametrize("word", ["&'", "\U0001f393\U0001f393"])
def test_a_letter_with_many_clinics_of_long_words_stays_small_and_whole(planner, mailoutbox, word):
    make_reader(address="ana@example.org", language="ar")
    for number in range(MOST_CLINICS + 2):
        clinic = make_clinic(state=ClinicState.DRAFT, title=word * 70 + f" {number}")
        clinic.texts.update(summary=word * SUMMARY)
        announce(planner, clinic=clinic)

    drain(now=NOW + DAY)

    assert announced().get().state == "sent"
    assert len(mailoutbox[0].message().as_bytes()) < 60_000


def test_announcing_to_many_asks_the_database_as_often_as_to_few(planner, django_assert_max_num_queries):
    for _ in range(40):
        make_reader()
    clinic = make_clinic(state=ClinicState.DRAFT)

    with django_assert_max_num_queries(15):
        announce(planner, clinic=clinic)
    assert announced().count() == Announcement.objects.count() == 40


def test_the_hour_of_summer_time_is_that_of_the_readers_clock(planner, mailoutbox):
    make_reader(zone="America/New_York")
    announce(planner, starts_at=datetime(2026, 3, 9, 15, tzinfo=ZoneInfo("UTC")))  # the clocks go forward on 8 March

    drain(now=NOW + DAY)

    assert "11:00 (New York time, UTC−4)" in mailoutbox[0].body


def test_whoever_is_forgotten_meanwhile_gets_no_letter_and_leaves_no_row(planner, mailoutbox):
    make_reader(address="ana@example.org")
    announce(planner)

    assert forget_subscriptions(member=make_member(), addresses=["ana@example.org"], now=NOW) == 1
    drain(now=NOW + DAY)

    assert mailoutbox == [] and not Announcement.objects.exists()
    assert announced().get().reason == LEFT_OR_PAUSED


def test_a_letter_that_cannot_be_sent_now_is_tried_again_and_newer_clinics_come_in_another(planner, mailoutbox):
    make_reader()
    announce(planner, title="First")
    announced().update(state="deferred", gathering_since=None, tries=1, reason="later", due_at=NOW + 2 * DAY)
    announce(planner, title="Second", now=NOW + HOUR)

    drain(now=NOW + 3 * DAY)

    assert [("First" in mail.body, "Second" in mail.body) for mail in mailoutbox] == [(False, True), (True, False)]


def test_bulk_mail_of_many_is_owed_by_kinds_of_bulk_only():
    with pytest.raises(ValueError, match="no bulk mail"):
        owe_to_readers(kind=make_kind(), readers=Subscription.objects.all(), key="k", now=NOW, due_at=NOW)
    assert owe_to_readers(kind=KIND, readers=Subscription.objects.none(), key="k", now=NOW, due_at=NOW) == {}


def test_clinics_announced_before_there_were_announcements_take_the_moment_from_the_log(planner):
    clinic, draft = make_clinic(), make_clinic(state=ClinicState.DRAFT)
    for row in (clinic, draft):
        acts.record(by=planner, verb="announce_clinic", on=row, now=NOW - DAY)

    import_module("clinics.migrations.0003_announcements_and_digests").fill_announced_at(apps, None)

    clinic.refresh_from_db()
    draft.refresh_from_db()
    assert (clinic.announced_at, draft.announced_at) == (NOW - DAY, None)


def test_what_was_announced_to_a_row_goes_along_each_clinic_once():
    other, into, clinic, another = make_subscription(), make_subscription(), make_clinic(), make_clinic()
    for row, told in [(other, clinic), (other, another), (into, clinic)]:
        letter = make_letter(kind=KIND, address=row.address)
        Announcement.objects.create(clinic=told, subscription=row, letter=letter)
    Digest.objects.create(subscription=other, week=NOW.date(), since=NOW, until=NOW)

    merge(other, into=into, now=NOW)

    assert sorted(Announcement.objects.values_list("clinic", "subscription")) == [
        (clinic.pk, into.pk),
        (another.pk, into.pk),
    ]
    assert Digest.objects.get().subscription == into
