"""Letters of clinics: who is owed which, when it is void, and how it reads."""

from datetime import date, time, timedelta

import pytest
from django.apps import apps

from clinics.domain.clinics import TOOK_PLACE, ClinicState
from clinics.domain.notices import REMINDERS
from clinics.models import Clinic, ClinicText, Notice
from clinics.planning.plans import cancel_clinic, reschedule
from clinics.seats import rsvps
from clinics.seats.offers import claim
from clinics.seats.rsvps import cancel_rsvp
from clinics.seats.sweeps import tell_still_waiting
from clinics.tests.factories import LINK, START, make_clinic, make_text, sign_up
from mailings import kinds
from mailings.models import Letter
from registrations.tests.factories import NOW, make_member

pytestmark = pytest.mark.django_db
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
ALL = [
    "rsvp_recorded",
    "moved_up",
    "still_waiting",
    "clinic_cancelled",
    "clinic_moved",
    *(f"reminder_{letter}" for letter in REMINDERS.letters),
]


def sweep(now):
    return kinds.sweeps()["clinics.reminders"](now)


def owed(kind):
    return Letter.objects.filter(kind=f"clinics.{kind}")


def about(letter):
    return apps.get_model(letter.about_type).objects.get(pk=letter.about_id)


def skipped_because(letter, now):
    return kinds.get(letter.kind).still_owed(about(letter), now)


def rendered(kind, subject, language="en", zone="UTC"):
    return kinds.get(f"clinics.{kind}").render(subject, language, zone)


def move(clinic, coordinator, *, on=date(2026, 3, 12), at=time(18, 0), now=NOW):
    return reschedule(clinic=clinic, local_date=on, local_time=at, zone="UTC", by=coordinator, now=now)


def test_a_day_and_an_hour_before_those_going_are_owed_a_reminder_each_once():
    clinic = make_clinic(capacity=2)
    sign_up(clinic, 3)

    assert sweep(START - DAY - MINUTE) == 0
    assert sweep(START - DAY) == 2
    assert sweep(START - DAY + MINUTE) == 0
    assert sweep(START - HOUR) == 2
    assert sweep(START - HOUR + MINUTE) == 0
    assert (owed("reminder_day").count(), owed("reminder_hour").count()) == (2, 2)


def test_after_a_standstill_only_the_reminder_that_fits_is_owed():
    sign_up(make_clinic(), 1)

    assert sweep(START - 20 * MINUTE) == 1
    assert sweep(START - 10 * MINUTE) == 0
    assert not owed("reminder_day").exists()


def test_nothing_is_owed_after_the_start():
    sign_up(make_clinic(), 1)

    assert sweep(START) == sweep(START + MINUTE) == 0


def test_who_comes_late_gets_the_last_reminder_only():
    clinic = make_clinic()
    sign_up(clinic, 1, now=START - 3 * HOUR)

    assert sweep(START - 2 * HOUR) == 0
    assert sweep(START - HOUR) == 1


def test_who_claims_a_seat_within_the_last_day_needs_no_day_reminder():
    clinic = make_clinic(capacity=1)
    going, waiting = sign_up(clinic, 2)
    cancel_rsvp(clinic=clinic, member=going.member, by=going.member, now=START - 5 * HOUR)
    claim(clinic=clinic, member=waiting.member, by=waiting.member, now=START - 4 * HOUR)

    assert sweep(START - 4 * HOUR) == 0
    assert sweep(START - HOUR) == 1


DOORS = START - 30 * MINUTE


def test_who_still_waits_when_the_doors_open_is_told_once():
    clinic = make_clinic(capacity=1, closes_minutes_before=120)
    _going, waiting, gone = sign_up(clinic, 3)
    cancel_rsvp(clinic=clinic, member=gone.member, by=gone.member, now=NOW)

    assert [tell_still_waiting(now) for now in (DOORS - MINUTE, DOORS, DOORS + MINUTE)] == [0, 1, 0]
    letter = owed("still_waiting").get()
    assert (letter.member, skipped_because(letter, DOORS)) == (waiting.member, None)
    text = rendered("still_waiting", waiting).text
    assert "No seat became free for you" in text and "the first to find a free seat has it" in text


def test_after_a_standstill_they_are_told_while_it_is_of_use():
    clinic = make_clinic(capacity=1)
    sign_up(clinic, 2)

    assert tell_still_waiting(clinic.ends_at) == 0
    assert tell_still_waiting(clinic.ends_at - MINUTE) == 1
    assert skipped_because(owed("still_waiting").get(), clinic.ends_at) == "the clinic is over"


def test_where_the_clinic_is_moved_they_wait_again_and_are_told_again(coordinator):
    clinic = make_clinic(capacity=1)
    sign_up(clinic, 2)
    tell_still_waiting(DOORS)
    first = owed("still_waiting").get()

    moved = move(clinic, coordinator, on=date(2026, 3, 20), now=DOORS + MINUTE)

    assert "its queue goes on" in skipped_because(first, DOORS + MINUTE)
    assert [tell_still_waiting(now) for now in (moved.doors_open_at, moved.starts_at)] == [1, 0]


def test_a_cancelled_clinic_has_its_own_letter_and_an_account_that_closed_has_none(coordinator):
    cancelled, other = make_clinic(capacity=1), make_clinic(capacity=1)
    sign_up(cancelled, 2)
    _going, waiting = sign_up(other, 2)
    cancel_clinic(clinic=cancelled, reason="ill", by=coordinator, now=NOW)
    type(waiting.member).objects.filter(pk=waiting.member_id).update(is_active=False)

    assert tell_still_waiting(START) == 0


@pytest.mark.parametrize("state", [ClinicState.DRAFT, ClinicState.HELD, ClinicState.CANCELLED])
def test_a_clinic_that_is_not_announced_reminds_nobody(state):
    clinic = make_clinic()
    sign_up(clinic, 1)
    Clinic.objects.update(
        state=state,
        cancel_reason="ill" if state == ClinicState.CANCELLED else "",
        announced_at=None if state == ClinicState.DRAFT else NOW,
        held_at=START + timedelta(hours=2) if state in TOOK_PLACE else None,
    )

    assert sweep(START - HOUR) == 0


def test_a_moved_clinic_reminds_anew_and_voids_the_old_reminder(coordinator):
    clinic = make_clinic()
    sign_up(clinic, 1)
    sweep(START - DAY)
    old = owed("reminder_day").get()

    moved = move(clinic, coordinator, now=START - DAY + MINUTE)

    assert skipped_because(old, START - DAY + MINUTE) == "the clinic was moved again"
    assert sweep(moved.starts_at - DAY) == 1
    new = owed("reminder_day").exclude(pk=old.pk).get()
    assert skipped_because(new, moved.starts_at - DAY) is None


def test_a_clinic_that_is_moved_and_moved_back_within_minutes_tells_nobody(coordinator):
    clinic = make_clinic()
    sign_up(clinic, 1)
    move(clinic, coordinator, on=date(2026, 3, 12))
    move(clinic, coordinator, on=START.date(), at=START.time(), now=NOW + MINUTE)

    assert skipped_because(owed("clinic_moved").get(), NOW + 5 * MINUTE) == "it is as it was before"


def test_the_day_reminder_gives_way_when_it_could_not_be_sent_for_a_day():
    sign_up(make_clinic(), 1)
    sweep(START - DAY)
    letter = owed("reminder_day").get()

    assert skipped_because(letter, START - HOUR - MINUTE) is None
    assert skipped_because(letter, START - HOUR) == "the next reminder is due instead"


@pytest.mark.parametrize("kind", ["rsvp_recorded", "reminder_day", "reminder_hour", "clinic_moved"])
def test_who_has_cancelled_is_not_written_to(kind, coordinator):
    clinic = make_clinic()
    (rsvp,) = sign_up(clinic, 1)
    sweep(START - DAY)
    sweep(START - HOUR)
    if kind == "clinic_moved":
        move(clinic, coordinator)
    letter = owed(kind).get()
    assert kind != "rsvp_recorded" or skipped_because(letter, NOW) is None

    cancel_rsvp(clinic=clinic, member=rsvp.member, by=rsvp.member, now=NOW)

    assert skipped_because(letter, NOW) == "no longer signed up"


def test_news_of_a_clinic_that_has_begun_or_is_cancelled_is_not_sent(coordinator):
    clinic = make_clinic(capacity=1)
    first, _ = sign_up(clinic, 2)
    cancel_rsvp(clinic=clinic, member=first.member, by=first.member, now=NOW)
    letter = owed("moved_up").get()
    assert skipped_because(letter, START - MINUTE) is None

    assert skipped_because(letter, START) == "the clinic has begun"
    cancel_clinic(clinic=clinic, reason="ill", by=coordinator, now=NOW)
    assert skipped_because(letter, NOW) == "the clinic is cancelled"
    assert skipped_because(owed("clinic_cancelled").get(), NOW) is None


def test_the_confirmation_tells_what_is_true_when_it_is_sent():
    clinic = make_clinic(capacity=1)
    going, waiting = sign_up(clinic, 2)

    assert "You are number 1 on the waiting list" in rendered("rsvp_recorded", waiting).text
    cancel_rsvp(clinic=clinic, member=going.member, by=going.member, now=NOW)
    waiting.refresh_from_db()
    assert "You have a seat" in rendered("rsvp_recorded", waiting).text


def letter_subjects(coordinator):
    clinic = make_clinic(capacity=1, starts_at=START, floor_language="fr", title="Peer & <b>learning</b>")
    ClinicText.objects.create(clinic=clinic, language="ar", title="التعلّم معًا", summary="نتعلّم معًا", state="ready")
    (rsvp,) = sign_up(clinic, 1)
    notice = Notice.objects.create(rsvp=rsvp, kind="day", sequence=0, starts_at=START, made_at=NOW)
    return {kind: notice if kind.startswith(("reminder", "clinic_moved")) else rsvp for kind in ALL}


def test_every_letter_names_hour_zone_and_floor_language_and_holds_no_meeting_link(coordinator):
    for kind, subject in letter_subjects(coordinator).items():
        letter = rendered(kind, subject, zone="Asia/Kathmandu")
        for part in (letter.text, letter.html):
            assert "9 March 2026, 17:45 (Kathmandu time, UTC+5:45)" in part, kind
            assert "French" in part, kind
            assert "/clinics/" in part, kind
        assert LINK not in letter.subject + letter.text + letter.html
        assert "Peer & <b>learning</b>" in letter.text
        assert "Peer &amp; &lt;b&gt;learning&lt;/b&gt;" in letter.html
        assert letter.subject
        assert "\n" not in letter.subject


def test_an_arabic_reader_gets_the_arabic_title_right_to_left(coordinator):
    for kind, subject in letter_subjects(coordinator).items():
        letter = rendered(kind, subject, language="ar", zone="Africa/Cairo")
        assert "التعلّم معًا" in letter.subject + letter.text, kind
        assert 'dir="rtl"' in letter.html
        assert "(توقيت القاهرة، UTC+2)" in letter.text


def test_an_arabic_reader_gets_the_english_title_where_there_is_no_arabic_one():
    (rsvp,) = sign_up(make_clinic(title="Grants"), 1)

    assert "Grants" in rendered("moved_up", rsvp, language="ar").text


def test_the_letter_goes_to_the_members_language_and_zone():
    clinic = make_clinic()
    person = make_member(language="ar", zone="Africa/Cairo")

    rsvps.rsvp(clinic=clinic, member=person, by=person, now=NOW)

    letter = owed("rsvp_recorded").get()
    assert (letter.language, letter.zone, letter.member) == ("ar", "Africa/Cairo", person)


def test_the_sweep_asks_as_many_questions_for_thirty_quiet_clinics_as_for_three(django_assert_num_queries):
    for _ in range(3):
        sign_up(make_clinic(), 1)
    sweep(START - DAY)
    with django_assert_num_queries(2):
        sweep(START - DAY + MINUTE)
    for _ in range(27):
        sign_up(make_clinic(), 1)
    sweep(START - DAY)
    with django_assert_num_queries(2):
        sweep(START - DAY + MINUTE)


def test_who_signed_up_shortly_before_the_doors_open_is_promised_no_seat():
    """Their letter waits for a quiet minute, and by then the doors are open."""
    clinic = make_clinic(capacity=1)
    sign_up(clinic, 1)
    [waiting] = sign_up(clinic, 1, now=DOORS - MINUTE / 2)

    recorded = owed("rsvp_recorded").get(member=waiting.member)
    assert skipped_because(recorded, DOORS - MINUTE / 4) is None
    assert "doors" in skipped_because(recorded, DOORS + MINUTE / 2)
    assert tell_still_waiting(DOORS + MINUTE / 2) == 1


def test_a_letter_says_in_which_language_its_title_is_and_names_any_spoken_language(coordinator):
    clinic = make_clinic(title="Wikidata برای همه", language="fa", floor_language="yue")
    make_text(clinic, "fr", "Wikidata pour tout le monde", state="draft")
    [seat] = sign_up(clinic, 1)
    letters = kinds.get("clinics.rsvp_recorded").render(seat, "fr", "UTC")

    assert '<h1 lang="fa" dir="rtl"' in letters.html and "cantonais" in letters.text
    assert "tout le monde" not in letters.text + letters.html + letters.subject
