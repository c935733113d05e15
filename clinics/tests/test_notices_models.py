"""What the database keeps of the letters about one start of a clinic."""

import pytest

from clinics.models import ClinicChange, ClinicMessage, Notice
from clinics.tests.factories import START, make_clinic, make_person, sign_up
from letsconnect.tests.database import refuses
from registrations.tests.factories import NOW, make_coordinator

pytestmark = pytest.mark.django_db
ONCE = {"sequence": 0, "starts_at": START, "made_at": NOW}


@pytest.fixture
def clinic():
    return make_clinic()


@pytest.fixture
def change(clinic):
    return ClinicChange.objects.create(clinic=clinic, was={}, made_at=NOW)


@pytest.fixture
def message(clinic):
    values = {"pressed": "9e8f5f60-7c1c-4a2f-8a52-0d6c7f5c1a11", "made_at": NOW, "to_whom": {}, "people": 1}
    return ClinicMessage.objects.create(clinic=clinic, by=make_coordinator(), **values)


def note(**columns):
    return lambda: Notice.objects.create(**{"kind": "day", **ONCE, **columns})


RULES = {
    "rsvp": (
        "clinics_one_notice_per_kind_and_start_of_a_rsvp",
        "clinics_one_notice_per_change_to_a_rsvp",
        "clinics_one_notice_per_message_to_a_rsvp",
    ),
    "person": (
        "clinics_one_notice_per_kind_and_start_of_a_person",
        "clinics_one_notice_per_change_to_a_person",
        "clinics_one_notice_per_message_to_a_person",
    ),
}


@pytest.mark.parametrize("who", RULES)
def test_nobody_is_told_the_same_of_one_start_twice(who, clinic, change, message):
    somebody = {who: sign_up(clinic, 1)[0] if who == "rsvp" else make_person(clinic)}
    told = ({"kind": "day"}, {"kind": "changed", "change": change}, {"kind": "from_the_host", "message": message})
    for columns, rule in zip(told, RULES[who], strict=True):
        note(**somebody, **columns)()
        refuses(rule, note(**somebody, **columns))
    note(**somebody, sequence=1)()


def test_a_notice_is_to_one_of_the_two_and_names_what_it_is_about(clinic, change, message):
    [rsvp] = sign_up(clinic, 1)
    person = make_person(clinic)

    refuses("clinics_notice_is_to_a_seat_or_a_person", note())
    refuses("clinics_notice_is_to_a_seat_or_a_person", note(rsvp=rsvp, person=person))
    refuses("clinics_notice_kind_is_a_word", note(rsvp=rsvp, kind="Day 1"))
    refuses("clinics_notice_of_a_change_names_it", note(rsvp=rsvp, kind="changed"))
    refuses("clinics_notice_of_a_change_names_it", note(rsvp=rsvp, change=change))
    refuses("clinics_notice_of_a_message_names_it", note(rsvp=rsvp, kind="from_the_host"))
    refuses("clinics_notice_of_a_message_names_it", note(rsvp=rsvp, message=message))


def test_a_message_says_something_once_in_each_language(message):
    message.texts.create(language="en", subject="Hello", text="Bring a pen.")

    refuses("clinics_one_message_text_per_language", lambda: message.texts.create(language="en", subject="a", text="b"))
    refuses("clinics_message_says_something", lambda: message.texts.create(language="fr", subject="", text="b"))
    refuses("clinics_message_says_something", lambda: message.texts.create(language="fr", subject="a", text=" \n"))
