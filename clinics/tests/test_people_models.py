"""The rules the database keeps about people, channels and appointments, each broken on purpose."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import TextField, Value

from clinics.domain.clinics import ClinicState
from clinics.domain.people import AnswerState, ClinicRole, Turn
from clinics.models import Appointment, Channel, Clinic, ClinicPerson
from clinics.tests.factories import START, make_channel, make_clinic, make_person
from letsconnect.tests.database import change, refuses
from registrations.tests.factories import NOW, make_member

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
TWO_PLACES = "clinics_nobody_in_two_places"
ADDRESS = "sol@example.org"


def deferred(write):
    """What happens at the end of a transaction, where keys of two columns are checked."""

    def checked():
        write()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    return checked


@pytest.mark.parametrize(
    ("column", "value", "constraint"),
    [
        ("role", "singer", "clinics_role_is_known"),
        ("state", "dreamt", "clinics_answer_is_known"),
        ("address", ADDRESS, "clinics_person_has_an_account_or_an_address"),
        ("member", None, "clinics_person_has_an_account_or_an_address"),
        ("language", "en", "clinics_person_has_an_account_or_an_address"),
        ("name", Value("one\ntwo", output_field=TextField()), "clinics_names_of_people_can_be_seen"),
        ("role_line", Value("\u200b", output_field=TextField()), "clinics_names_of_people_can_be_seen"),
        ("turn", Turn.LEAD, "clinics_interpreter_has_a_channel_and_others_none"),
        ("role", ClinicRole.INTERPRETER, "clinics_interpreter_has_a_channel_and_others_none"),
        ("asked_at", None, "clinics_asked_has_its_moment"),
        ("state", AnswerState.TO_ASK, "clinics_(asked|answered)_has_its_moment"),
        ("answered_at", None, "clinics_answered_has_its_moment"),
        ("state", AnswerState.ASKED, "clinics_answered_has_its_moment"),
    ],
)
def test_an_impossible_person_is_refused(column, value, constraint):
    person = make_person(make_clinic())

    refuses(constraint, change(person, **{column: value}))


@pytest.mark.parametrize(
    ("column", "value"),
    [("address", "Sol@example.org"), ("address", "nobody"), ("language", ""), ("name", "")],
)
def test_somebody_without_an_account_has_a_sound_address_a_language_and_a_name(column, value):
    person = make_person(make_clinic(), address=ADDRESS)

    refuses("clinics_person_has_an_account_or_an_address", change(person, **{column: value}))


def test_one_person_is_asked_once_for_each_role_of_a_clinic():
    clinic, member = make_clinic(), make_member()
    for who in ({"member": member}, {"address": ADDRESS}):
        make_person(clinic, **who)
        make_person(clinic, ClinicRole.HOST, **who)

    refuses("clinics_one_person_per_role", lambda: make_person(clinic, member=member))
    refuses("clinics_one_address_per_role", lambda: make_person(clinic, address=ADDRESS))


def test_a_channel_is_one_of_its_language_and_never_into_the_floor_language():
    clinic = make_clinic(floor_language="es")
    channel = make_channel(clinic, "fr")

    refuses("clinics_one_channel_per_language", lambda: make_channel(clinic, "fr"))
    refuses(
        "clinics_channel_pkey|clinics_what_an_interpreter_refers_to",
        lambda: make_channel(clinic, "ar", id=channel.pk),
    )
    refuses("clinics_clinic_pkey|clinics_what_a_channel_refers_to", change(make_clinic(), id=clinic.pk))
    refuses("clinics_no_channel_into_the_floor_language", lambda: make_channel(clinic, "es"))
    refuses("clinics_no_channel_into_the_floor_language", change(clinic, floor_language="fr"))
    refuses(
        "clinics_channel_knows_the_floor_language", deferred(lambda: make_channel(clinic, "pt", floor_language="en"))
    )
    refuses("clinics_channel_language_is_a_code", change(channel, language="French"))
    refuses("clinics_channel_name_can_be_seen", change(channel, name=Value("\u200b", output_field=TextField())))
    refuses("clinics_material_is_due_within_two_months", change(channel, material_days_before=61))
    change(clinic, floor_language="en")()
    assert Channel.objects.get(pk=channel.pk).floor_language == "en"


def test_a_turn_at_a_channel_is_one_interpreters_of_the_same_clinic():
    clinic, elsewhere = make_clinic(), make_channel(make_clinic(), "fr")
    channel = make_channel(clinic, "ar")
    lead = make_person(clinic, ClinicRole.INTERPRETER, channel=channel)
    relief = make_person(clinic, ClinicRole.INTERPRETER, channel=channel, turn=Turn.RELIEF)
    make_person(clinic, ClinicRole.INTERPRETER, AnswerState.DECLINED, channel=channel)

    refuses("clinics_one_interpreter_per_turn", change(relief, turn=Turn.LEAD))
    refuses("clinics_interpreter_is_of_the_clinic", deferred(change(lead, channel=elsewhere)))


def kept(clinic):
    return list(Appointment.objects.filter(clinic=clinic).values_list("who", "starts_at", "ends_at"))


@pytest.mark.parametrize("role", [ClinicRole.SHARER, ClinicRole.HOST, ClinicRole.INTERPRETER])
@pytest.mark.parametrize("who", ["member", "address"])
def test_nobody_is_confirmed_in_two_places_at_once(role, who):
    them = {"member": make_member()} if who == "member" else {"address": ADDRESS}
    clinic, later = make_clinic(minutes=120), make_clinic(starts_at=START + HOUR)
    make_person(clinic, role, **them)
    elsewhere = make_person(later, ClinicRole.SHARER, AnswerState.ASKED, **them)

    refuses(TWO_PLACES, change(elsewhere, state="accepted", answered_at=NOW))
    change(later, starts_at=START + 2 * HOUR)()
    change(elsewhere, state="accepted", answered_at=NOW)()
    refuses(TWO_PLACES, change(clinic, minutes=121))
    refuses(TWO_PLACES, change(later, starts_at=START + HOUR))


def test_helpers_and_others_people_are_in_nobodys_way():
    member = make_member()
    make_person(make_clinic(), member=member)

    make_person(make_clinic(), ClinicRole.HELPER, member=member)
    make_person(make_clinic(), ClinicRole.HOST, AnswerState.ASKED, member=member)
    make_person(make_clinic())
    make_person(make_clinic(), address=ADDRESS)
    assert Appointment.objects.count() == 3


def test_two_roles_at_one_clinic_are_one_appointment_until_the_last_ends():
    clinic, member = make_clinic(), make_member()
    sharer, host = make_person(clinic, member=member), make_person(clinic, ClinicRole.HOST, member=member)

    assert kept(clinic) == [(member.pk, clinic.starts_at, clinic.ends_at)]
    change(sharer, state="stepped_back")()
    assert len(kept(clinic)) == 1
    host.delete()
    assert kept(clinic) == []


def test_appointments_follow_the_start_the_length_the_state_and_the_account():
    clinic = make_clinic(minutes=60)
    person = ClinicPerson.objects.get(pk=make_person(clinic, address=ADDRESS).pk)
    assert [who < 0 for who, *_hours in kept(clinic)] == [True]
    again = Appointment(clinic=clinic, who=person.who, starts_at=NOW, ends_at=NOW + HOUR)
    refuses("clinics_one_appointment_per_person", again.save)

    change(clinic, starts_at=START + HOUR, minutes=90)()
    assert [hours for _who, *hours in kept(clinic)] == [[START + HOUR, START + 2.5 * HOUR]]
    change(clinic, state=ClinicState.CANCELLED, cancel_reason="ill")()
    assert kept(clinic) == []
    change(clinic, state=ClinicState.ANNOUNCED, cancel_reason="")()
    member = make_member()
    change(person, member=member, address="", language="")()
    assert [who for who, *_hours in kept(clinic)] == [member.pk]
    change(person, role=ClinicRole.HELPER)()
    assert kept(clinic) == []


def test_a_cancelled_clinic_is_in_nobodys_way():
    member = make_member()
    cancelled = make_clinic(state=ClinicState.CANCELLED)
    make_person(cancelled, member=member)
    make_person(make_clinic(), member=member)

    refuses(TWO_PLACES, change(cancelled, state=ClinicState.DRAFT, cancel_reason="", announced_at=None))


def test_the_queryset_names_those_without_whom_there_is_no_clinic():
    clinic = make_clinic()
    people = {role: make_person(clinic, role) for role in ClinicRole}

    needed = set(clinic.people.needed().accepted())
    assert needed == {people[role] for role in (ClinicRole.SHARER, ClinicRole.HOST, ClinicRole.INTERPRETER)}
    assert ClinicPerson.objects.of_clinics_to_come(now=START).count() == 0
    assert Clinic.objects.get(pk=clinic.pk).channels.interpreted().get().language == "fr"
