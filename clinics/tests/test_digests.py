"""The weekly list: when, to whom, what stands in it, and that it is written once a week."""

from datetime import UTC, date, datetime, timedelta

import pytest

from clinics.announcing.digests import owe_digests
from clinics.domain import clinics
from clinics.domain.clinics import ClinicState
from clinics.models import Digest
from clinics.planning.plans import announce_clinic, cancel_clinic
from clinics.tests.factories import make_clinic, sign_up
from letsconnect.tests.database import change, refuses
from mailings.domain.subscriptions import BulkList
from mailings.ledger.draining import drain
from mailings.models import Letter
from mailings.subscriptions.leaving import choose, leave
from mailings.tests.factories import make_subscription
from registrations.models import Skill
from registrations.tests.factories import NOW, make_coordinator, make_member, make_registration, make_skill

pytestmark = pytest.mark.django_db
MONDAY = NOW.replace(hour=9)  # 2 March 2026
DAY, WEEK = timedelta(days=1), timedelta(days=7)


def make_reader(**columns):
    return make_subscription(**{"wants_newsletter": False, "wants_digest": True} | columns)


def make_learner(*wishes, **fields):
    member = make_member(**fields)
    make_registration(member=member, wishes=wishes)
    return make_reader(member=member)


def make_new_clinic(*skills, announced_at=MONDAY - DAY, **fields):
    clinic = make_clinic(announced_at=announced_at, **fields)
    clinic.skills.set(make_skill(slug) for slug in skills)
    return clinic


def bodies(mailoutbox):
    return {mail.to[0]: mail.body for mail in mailoutbox}


@pytest.mark.parametrize(
    ("zone", "moment", "week"),
    [
        ("UTC", datetime(2026, 3, 2, 8, 59, tzinfo=UTC), None),
        ("UTC", datetime(2026, 3, 2, 9, tzinfo=UTC), date(2026, 3, 2)),
        ("UTC", datetime(2026, 3, 3, 8, 59, tzinfo=UTC), date(2026, 3, 2)),
        ("UTC", datetime(2026, 3, 3, 9, tzinfo=UTC), None),
        ("UTC", datetime(2026, 3, 1, 9, tzinfo=UTC), None),
        ("Pacific/Kiritimati", datetime(2026, 3, 1, 19, tzinfo=UTC), date(2026, 3, 2)),
        ("Pacific/Niue", datetime(2026, 3, 2, 19, tzinfo=UTC), None),
        ("Pacific/Niue", datetime(2026, 3, 2, 20, tzinfo=UTC), date(2026, 3, 2)),
        # New York puts its clocks forward on Sunday 8 March and back on Sunday 1 November.
        ("America/New_York", datetime(2026, 3, 2, 13, 59, tzinfo=UTC), None),
        ("America/New_York", datetime(2026, 3, 2, 14, tzinfo=UTC), date(2026, 3, 2)),
        ("America/New_York", datetime(2026, 3, 9, 13, tzinfo=UTC), date(2026, 3, 9)),
        ("America/New_York", datetime(2026, 11, 2, 13, tzinfo=UTC), None),
        ("America/New_York", datetime(2026, 11, 2, 14, tzinfo=UTC), date(2026, 11, 2)),
    ],
)
def test_it_is_due_on_mondays_at_nine_of_the_readers_clock(zone, moment, week):
    assert clinics.digest_week(zone, now=moment) == week


@pytest.mark.parametrize(
    ("last_until", "since"),
    [(None, MONDAY - WEEK), (MONDAY - 3 * WEEK, MONDAY - 3 * WEEK), (MONDAY + DAY, MONDAY)],
)
def test_a_list_goes_on_where_the_last_one_ended_also_if_the_clock_was_put_back(last_until, since):
    assert clinics.digest_since(last_until=last_until, until=MONDAY) == since


def test_a_reader_gets_the_new_clinics_of_the_skills_they_want_to_learn(mailoutbox):
    learner = make_learner("surveys")
    nothing_wished = make_learner()
    visitor = make_reader()
    make_new_clinic("surveys", "grants", title="About surveys")
    make_new_clinic("grants", title="About grants")
    make_new_clinic(title="For everybody")
    make_new_clinic("surveys", title="Of long ago", announced_at=MONDAY - 8 * DAY)
    make_clinic(title="Of before there were lists")
    make_new_clinic("surveys", title="Called off", state=ClinicState.CANCELLED)

    assert owe_digests(MONDAY) == 3
    drain(now=MONDAY)

    read = bodies(mailoutbox)
    everything = ["About surveys", "About grants", "For everybody"]
    for reader, titles in ((learner, everything[::2]), (nothing_wished, everything), (visitor, everything)):
        body = read[reader.address]
        assert [title for title in everything if title in body] == titles
        assert "long ago" not in body and "before" not in body and "Called off" not in body
    mail = next(mail for mail in mailoutbox if mail.to == [visitor.address])
    assert "/digest" in mail.extra_headers["List-Unsubscribe"] and "digest." in mail.extra_headers["List-ID"]
    assert {letter.priority for letter in Letter.objects.all()} == {3}


def test_a_wish_for_a_skill_that_was_merged_counts_for_its_heir(mailoutbox):
    make_learner("surveys-of-old")
    make_new_clinic("surveys", title="About surveys")
    make_new_clinic("grants", title="About grants")
    heir = Skill.objects.get(slug="surveys")
    Skill.objects.filter(slug="surveys-of-old").update(state="merged", merged_into=heir, family="")

    owe_digests(MONDAY)
    drain(now=MONDAY)

    assert "About surveys" in mailoutbox[0].body and "About grants" not in mailoutbox[0].body


def test_nothing_to_say_is_no_letter_and_asked_once(django_assert_max_num_queries):
    make_learner("surveys")
    make_reader()

    assert owe_digests(MONDAY) == 0
    assert not Letter.objects.exists() and Digest.objects.filter(letter=None).count() == 2
    make_new_clinic(announced_at=MONDAY)
    with django_assert_max_num_queries(4):
        assert owe_digests(MONDAY + timedelta(hours=2)) == 0  # it is for next Monday
    assert owe_digests(MONDAY + WEEK - timedelta(hours=1)) == 0


def test_the_next_list_begins_where_this_one_ended(mailoutbox):
    make_reader()
    make_new_clinic(title="First", starts_at=MONDAY + 30 * DAY)
    owe_digests(MONDAY)
    make_new_clinic(title="Second", announced_at=MONDAY - timedelta(minutes=5), starts_at=MONDAY + 30 * DAY)
    drain(now=MONDAY)
    owe_digests(MONDAY + WEEK)
    drain(now=MONDAY + WEEK)

    assert ["First" in mail.body for mail in mailoutbox] == [True, False]
    assert ["Second" in mail.body for mail in mailoutbox] == [False, True]


def test_a_week_has_one_list_also_if_the_clock_is_put_back_or_the_reader_moves():
    member = make_member(zone="Pacific/Auckland")
    make_reader(member=member)
    make_new_clinic(announced_at=MONDAY - 2 * DAY)
    nine_there = datetime(2026, 3, 1, 20, tzinfo=UTC)
    assert owe_digests(nine_there) == 1
    assert owe_digests(nine_there + timedelta(hours=2)) == 0
    assert owe_digests(nine_there + timedelta(hours=1)) == 0

    member.zone = "Pacific/Honolulu"
    member.save(update_fields=["zone"])
    assert owe_digests(datetime(2026, 3, 2, 19, tzinfo=UTC)) == 0
    assert Letter.objects.count() == 1


def test_the_database_keeps_one_list_a_week_of_a_monday():
    reader = make_reader()
    given = {"subscription": reader, "week": MONDAY.date(), "since": MONDAY - WEEK, "until": MONDAY}
    digest = Digest.objects.create(**given)

    refuses("clinics_one_digest_a_week_for_each_reader", lambda: Digest.objects.create(**given))
    refuses("clinics_digest_week_is_its_monday", change(digest, week=date(2026, 3, 3)))
    refuses("clinics_digest_span_has_a_direction", change(digest, since=MONDAY + DAY))


def test_what_changed_before_the_letter_left_is_left_out(mailoutbox):
    planner = make_coordinator()
    left, stays = make_reader(), make_reader()
    make_new_clinic(title="Stays")
    off = make_new_clinic(title="Called off")
    owe_digests(MONDAY)
    cancel_clinic(clinic=off, reason="ill", by=planner, now=MONDAY)
    leave(subscription=left, chosen=BulkList.DIGEST, by=None, now=MONDAY)

    drain(now=MONDAY)

    assert list(bodies(mailoutbox)) == [stays.address]
    assert "Stays" in mailoutbox[0].body and "Called off" not in mailoutbox[0].body


def test_a_clinic_one_has_a_seat_at_is_no_news():
    clinic = make_new_clinic()
    (rsvp,) = sign_up(clinic, 1, now=MONDAY - DAY)
    make_reader(member=rsvp.member)

    assert owe_digests(MONDAY) == 0


def test_announcing_makes_a_clinic_news_of_the_next_list():
    make_reader()
    clinic = make_clinic(state=ClinicState.DRAFT)
    announce_clinic(clinic=clinic, by=make_coordinator(), now=MONDAY - DAY)

    assert owe_digests(MONDAY) == 1


def test_lists_of_many_are_written_with_as_many_queries_as_of_few(django_assert_max_num_queries):
    for _ in range(40):
        make_reader()
    make_new_clinic("surveys")

    with django_assert_max_num_queries(14):
        assert owe_digests(MONDAY) == 40


def test_what_stood_in_a_list_that_was_not_sent_stands_in_the_next(mailoutbox):
    reader = make_reader(address="ana@example.org")
    make_new_clinic()
    owe_digests(MONDAY)
    for is_paused in (True, False):
        choose(subscription=reader, lists=[BulkList.DIGEST], language="en", is_paused=is_paused, by=None, now=MONDAY)
        drain(now=MONDAY)
    assert Letter.objects.get().state == "skipped"

    assert owe_digests(MONDAY + WEEK) == 1
    drain(now=MONDAY + WEEK)

    assert list(bodies(mailoutbox)) == ["ana@example.org"]
