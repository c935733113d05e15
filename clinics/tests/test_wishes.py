"""What people say with their seats: who may read it, how long it stays, and what the database refuses."""

from datetime import timedelta

import pytest

from clinics.domain.clinics import ClinicClosed
from clinics.domain.people import ClinicRole
from clinics.models import AccessNeed, KeptSignUp, LanguageNeed, SeatQuestion
from clinics.seats.rsvps import cancel_rsvp, rsvp
from clinics.signing_up.sweeps import forget_wishes
from clinics.signing_up.wishes import SeatWishes, change_wishes, wishes_of
from clinics.tests.factories import START, make_clinic, make_person, sign_up
from letsconnect.tests.database import refuses
from registrations.privacy.erasing import erase_member
from registrations.tests.factories import NOW, make_member

pytestmark = pytest.mark.django_db
END = START + timedelta(minutes=120)
TABLES = (AccessNeed, SeatQuestion, LanguageNeed)


@pytest.fixture
def seat(db):
    seat = sign_up(make_clinic(region="MENA"), 1)[0]
    AccessNeed.objects.create(rsvp=seat, text="Captions, please", made_at=NOW)
    SeatQuestion.objects.create(rsvp=seat, text="How long does it take?", made_at=NOW)
    LanguageNeed.objects.create(rsvp=seat, language="sw", made_at=NOW)
    return seat


def make_kept(clinic, **fields):
    values = {"key": "k" * 43, "address": "ada@example.org", "network": "n", "made_at": NOW, **fields}
    return KeptSignUp.objects.create(clinic=clinic, **values)


READS = {  # who reads an access need, a question, a language needed
    "owner": (True, True, True),
    "stranger": (False, False, False),
    ClinicRole.HOST: (True, True, True),
    ClinicRole.HELPER: (True, True, False),
    ClinicRole.SHARER: (False, True, False),
    ClinicRole.INTERPRETER: (False, False, False),
    "liaison": (False, True, True),
    "other_liaison": (False, False, False),
    "coordinator": (False, True, True),
}


@pytest.mark.parametrize("who", READS)
def test_who_reads_what_people_say_with_their_seat(seat, who, stranger, liaison, other_liaison, coordinator):
    desk = {"stranger": stranger, "liaison": liaison, "other_liaison": other_liaison, "coordinator": coordinator}
    reader = seat.member if who == "owner" else desk.get(who) or make_person(seat.clinic, who).member

    assert tuple(table.objects.visible_to(reader).exists() for table in TABLES) == READS[who]


@pytest.mark.parametrize("state", ["asked", "declined", "released"])
def test_a_host_who_has_not_said_yes_reads_nothing(seat, state):
    host = make_person(seat.clinic, ClinicRole.HOST, state).member

    assert not any(table.objects.visible_to(host).exists() for table in TABLES)


def test_a_host_of_another_clinic_reads_nothing(seat):
    host = make_person(make_clinic(), ClinicRole.HOST).member

    assert not any(table.objects.visible_to(host).exists() for table in TABLES)


@pytest.mark.parametrize(
    ("after", "kept"),
    [
        (timedelta(days=30, seconds=-1), (True, True, True)),
        (timedelta(days=30), (False, True, True)),
        (timedelta(days=90, seconds=-1), (False, True, True)),
        (timedelta(days=90), (False, False, False)),
    ],
)
def test_access_needs_stay_30_days_after_the_clinic_and_questions_90(seat, after, kept):
    forget_wishes(END + after)

    assert tuple(table.objects.exists() for table in TABLES) == kept


def test_what_was_said_goes_with_a_seat_that_is_given_back(seat):
    cancel_rsvp(clinic=seat.clinic, member=seat.member, by=seat.member, now=NOW)

    assert not any(table.objects.exists() for table in TABLES)


def test_a_seat_taken_anew_comes_with_nothing_that_was_said_with_the_one_before(seat):
    clinic, member = seat.clinic, seat.member
    cancel_rsvp(clinic=clinic, member=member, by=member, now=NOW)
    again = rsvp(clinic=clinic, member=member, by=member, now=NOW)

    assert again.pk == seat.pk
    assert wishes_of(again) == SeatWishes()


def test_nothing_is_said_with_the_seat_of_somebody_erased_a_moment_ago(seat):
    erase_member(member=seat.member, by=seat.member, now=NOW)

    with pytest.raises(ClinicClosed):
        change_wishes(rsvp=seat, wishes=SeatWishes(question="How long?"), by=seat.member, now=NOW)

    assert not any(table.objects.exists() for table in TABLES)


def test_a_form_that_waits_for_its_code_stays_a_day(seat):
    make_kept(seat.clinic)

    assert [forget_wishes(NOW + timedelta(hours=hours)) for hours in (23, 24)] == [0, 1]


def test_erasing_somebody_deletes_what_they_said_and_what_waits_for_their_code(seat):
    make_kept(seat.clinic, address=seat.member.email)
    theirs_of_another = make_kept(seat.clinic, key="other")

    erase_member(member=seat.member, by=seat.member, now=NOW)

    assert not any(table.objects.exists() for table in TABLES)
    assert list(KeptSignUp.objects.all()) == [theirs_of_another]


@pytest.mark.parametrize(
    ("rule", "table", "fields"),
    [
        ("clinics_access_need_can_be_seen", AccessNeed, {"text": "\u200b"}),
        ("clinics_seat_question_can_be_seen", SeatQuestion, {"text": " "}),
        ("clinics_language_needed_is_a_code", LanguageNeed, {"language": "Swahili, please"}),
        ("clinics_language_need_is_open_or_answered", LanguageNeed, {"language": "sw", "state": "asked"}),
        ("clinics_language_need_is_open_or_answered", LanguageNeed, {"language": "sw", "answered_at": NOW}),
        ("clinics_language_need_is_open_or_answered", LanguageNeed, {"language": "sw", "state": "moon"}),
    ],
)
def test_the_database_refuses_what_nobody_could_have_said(rule, table, fields):
    seat = sign_up(make_clinic(), 1)[0]

    refuses(rule, lambda: table.objects.create(rsvp=seat, made_at=NOW, **fields))


def test_a_kept_form_has_an_address_that_letters_reach(seat):
    refuses("clinics_kept_sign_up_has_an_address", lambda: make_kept(seat.clinic, address="Not An Address"))


def test_who_is_known_by_no_account_reads_nothing(seat):
    make_person(seat.clinic, ClinicRole.HOST, address="host@example.org")

    assert not AccessNeed.objects.visible_to(make_member()).exists()
