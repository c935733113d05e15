"""Certificates: for whom, what they say, how others check them, and how they stop counting."""

import re
from datetime import timedelta

import pytest
from django.db import transaction

from clinics.certificates.context import all_facts, allowed_facts
from clinics.certificates.making import Choices, change_certificate
from clinics.certificates.revoking import revoke_certificate, take_back_certificate
from clinics.domain.certificates import (
    ALPHABET,
    CODE_LENGTH,
    CertificateKind,
    CertificateRefused,
    NoGround,
    ReasonOfRevokingMissing,
    code_as_typed,
    grouped,
    new_code,
)
from clinics.domain.clinics import ClinicState, NotYourClinic
from clinics.models import Attendance, Certificate
from clinics.tests.after_factories import make_certificate, make_clinic_that_was, make_somebody_who_came
from clinics.tests.factories import make_clinic, make_person
from letsconnect.base.models import Act
from letsconnect.tests.database import change, refuses
from registrations.privacy.erasing import erase_member
from registrations.tests.factories import NOW, make_member

pytestmark = pytest.mark.django_db


def checked(write):
    """Write, and let the database check at once what it checks at the end of a transaction."""

    def both():
        write()
        with transaction.get_connection().cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    return both


# Codes


def test_a_code_cannot_be_guessed_and_has_no_letters_that_look_alike():
    assert len(ALPHABET) ** CODE_LENGTH > 2**128
    assert not set(ALPHABET) & set("01OIL5S8BUG")
    codes = {new_code() for _ in range(500)}
    assert len(codes) == 500 and all(re.fullmatch(f"[{ALPHABET}]{{28}}", code) for code in codes)


@pytest.mark.parametrize(
    "between", ["", "-", " ", " - ", "–", "\u2011", "\u200f", ".", "\n", "\u200b", "\ufeff", "\xad"]
)
def test_a_code_is_read_however_it_was_typed(between):
    code = new_code()
    typed = between.join(grouped(code).split("-"))

    wide = typed.translate({ord(letter): ord(letter) + 0xFEE0 for letter in ALPHABET})  # as keyboards of East Asia type
    assert code_as_typed(typed) == code_as_typed(f" {typed.lower()} ") == code_as_typed(wide) == code


@pytest.mark.parametrize("typed", ["", "A", "A" * 27, "A" * 29, "0" * 28, "A" * 28 + "💥", "A" * 100_000])
def test_what_is_no_code_is_none(typed):
    assert code_as_typed(typed) == ""


# Who has one


def test_who_came_gets_one_of_attending_and_asking_twice_changes_nothing():
    clinic = make_clinic_that_was()
    member = make_somebody_who_came(clinic)

    first, second = make_certificate(clinic, member), make_certificate(clinic, member, name="Another")

    assert (first.pk, str(second.name)) == (second.pk, "Ana Lima")
    with pytest.raises(NoGround):
        make_certificate(clinic, make_member())
    with pytest.raises(NoGround):
        make_certificate(clinic, member, kind=CertificateKind.SHARING)


@pytest.mark.parametrize(
    ("role", "kind"),
    [
        ("sharer", CertificateKind.SHARING),
        ("host", CertificateKind.CONTRIBUTING),
        ("helper", CertificateKind.CONTRIBUTING),
        ("interpreter", CertificateKind.CONTRIBUTING),
    ],
)
def test_who_had_a_part_gets_one_that_says_so_once_the_clinic_was_held(role, kind):
    held, over = make_clinic_that_was(), make_clinic(starts_at=NOW - timedelta(days=3))
    member = make_member()
    for clinic in (held, over):
        make_person(clinic, role, member=member)
    declined = make_person(held, role, "declined", channel=None) if role != "interpreter" else None

    assert make_certificate(held, member, kind=kind).is_valid
    for other in set(CertificateKind) - {kind}:
        with pytest.raises(NoGround):
            make_certificate(held, member, kind=other)
    with pytest.raises(NoGround, match="was held"):
        make_certificate(over, member, kind=kind)
    if declined:
        with pytest.raises(NoGround):
            make_certificate(held, declined.member, kind=kind)


def test_there_is_none_before_the_end_nor_of_a_clinic_that_was_cancelled():
    clinic = make_clinic(starts_at=NOW - timedelta(hours=1))
    member = make_somebody_who_came(clinic)
    with pytest.raises(NoGround):
        make_certificate(clinic, member)
    with pytest.raises(NoGround):
        make_certificate(make_clinic(state=ClinicState.CANCELLED), member)


# What it says


def test_whoever_checks_it_sees_what_the_holder_allows(coordinator):
    clinic = make_clinic_that_was(title="Lexemes", minutes=90)
    member = make_somebody_who_came(clinic)
    certificate = make_certificate(clinic, member, shows_name=False, shows_date=False)
    shown = allowed_facts(certificate)
    assert (shown.name, shown.title, shown.date, shown.length) == ("", "Lexemes", "", "90 minutes")
    assert str(all_facts(certificate).name) == "Ana Lima"

    changed = change_certificate(
        certificate=certificate,
        choices=Choices("Ana", shows_name=True, shows_title=False, shows_date=True, shows_hours=False),
        by=member,
        now=NOW,
    )

    shown = allowed_facts(changed)
    assert (str(shown.name), shown.title, shown.length) == ("Ana", "", "") and shown.date
    assert changed.code == certificate.code


def test_nobody_changes_the_certificate_of_somebody_else():
    clinic = make_clinic_that_was()
    certificate = make_certificate(clinic, make_somebody_who_came(clinic))
    other = make_member()

    for act in (take_back_certificate, lambda **values: change_certificate(choices=Choices("X"), **values)):
        with pytest.raises(CertificateRefused):
            act(certificate=certificate, by=other, now=NOW)


# Counting no more


def test_the_holder_takes_it_back_and_makes_another_with_another_code():
    clinic = make_clinic_that_was()
    member = make_somebody_who_came(clinic)
    first = make_certificate(clinic, member)

    taken_back = take_back_certificate(certificate=first, by=member, now=NOW)
    second = make_certificate(clinic, member)

    assert (taken_back.revoked_why, second.is_valid) == ("holder", True) and second.code != first.code
    with pytest.raises(CertificateRefused):
        change_certificate(certificate=taken_back, choices=Choices("X"), by=member, now=NOW)
    again = take_back_certificate(certificate=first, by=member, now=NOW + timedelta(days=1))
    assert again.revoked_at == NOW


def test_the_desk_revokes_it_with_a_reason_and_the_holder_makes_no_other(coordinator, other_liaison):
    clinic = make_clinic_that_was(region="MENA")
    member = make_somebody_who_came(clinic)
    certificate = make_certificate(clinic, member)
    with pytest.raises(NotYourClinic):
        revoke_certificate(certificate=certificate, reason="Mistake", by=other_liaison, now=NOW)
    for reason in ("", " \u3164", "x" * 301):
        with pytest.raises(ReasonOfRevokingMissing):
            revoke_certificate(certificate=certificate, reason=reason, by=coordinator, now=NOW)

    revoked = revoke_certificate(certificate=certificate, reason="It was another Ana.", by=coordinator, now=NOW)

    assert (revoked.revoked_why, str(revoked.revoke_reason), revoked.revoked_by) == (
        *("desk", "It was another Ana."),
        coordinator,
    )
    assert Act.objects.filter(verb="revoke_certificate", object_id=certificate.pk, actor=coordinator).count() == 1
    with pytest.raises(CertificateRefused):
        make_certificate(clinic, member)


def test_whoever_takes_it_back_before_the_desk_revokes_it_makes_no_other_either(coordinator):
    clinic = make_clinic_that_was()
    member, other = make_somebody_who_came(clinic), make_somebody_who_came(clinic)
    first, theirs = make_certificate(clinic, member), make_certificate(clinic, other)

    def revoke(certificate):
        return revoke_certificate(certificate=certificate, reason="It was another Ana.", by=coordinator, now=NOW)

    take_back_certificate(certificate=first, by=member, now=NOW - timedelta(hours=1))
    revoked = revoke(first)
    assert (revoked.pk, revoked.revoked_why, revoked.revoked_at) == (first.pk, "desk", NOW - timedelta(hours=1))
    with pytest.raises(CertificateRefused):
        make_certificate(clinic, member)

    take_back_certificate(certificate=theirs, by=other, now=NOW)
    again = make_certificate(clinic, other)
    assert revoke(theirs).pk == again.pk and revoke(again).pk == again.pk
    with pytest.raises(CertificateRefused):
        make_certificate(clinic, other)
    row = {"clinic": clinic, "kind": "attending", "name": "A", "made_at": NOW, "member": other, "code": new_code()}
    refuses("clinics_one_certificate_per_member_and_kind", lambda: Certificate.objects.create(**row))


# What the database refuses


def test_the_database_refuses_a_certificate_without_a_ground():
    clinic, elsewhere = make_clinic_that_was(), make_clinic(starts_at=NOW - timedelta(days=3))
    member = make_somebody_who_came(clinic)
    make_person(elsewhere, "sharer", member=member)
    row = {"clinic": clinic, "member": member, "kind": "attending", "name": "A", "made_at": NOW}

    def make(**wrong):
        return checked(lambda: Certificate.objects.create(**{**row, "code": new_code(), **wrong}))

    for wrong in (
        {"member": make_member()},
        {"clinic": elsewhere},
        {"kind": "sharing"},
        {"kind": "contributing"},
        {"kind": "sharing", "clinic": elsewhere},  # of which nobody has said that it was held
    ):
        refuses("clinics_certificate_has_a_ground", make(**wrong))
    make()()
    make_person(clinic, "helper", member=member)
    make(kind="contributing")()
    refuses(
        "clinics_certificate_has_a_ground",
        checked(change(Certificate.objects.get(kind="contributing"), kind="sharing")),
    )


def test_the_database_keeps_the_ground_of_a_certificate_that_counts():
    clinic = make_clinic_that_was()
    member = make_somebody_who_came(clinic)
    sharer = make_person(clinic, "sharer", member=member)
    make_certificate(clinic, member)
    sharing = make_certificate(clinic, member, kind=CertificateKind.SHARING)
    attended = Attendance.objects.get()
    checked(lambda: None)()

    refuses("clinics_certificate_keeps_its_ground", checked(Attendance.objects.all().delete))
    refuses("clinics_certificate_keeps_its_ground", checked(change(attended, member=make_member())))
    refuses("clinics_certificate_keeps_its_ground", checked(change(sharer, state="released", answered_at=None)))
    refuses("clinics_certificate_keeps_its_ground", checked(change(sharer, role="host")))
    refuses("clinics_certificate_keeps_its_ground", checked(clinic.people.all().delete))
    take_back_certificate(certificate=sharing, by=member, now=NOW)
    checked(change(sharer, role="host"))()
    refuses(
        "clinics_certificate_has_a_ground", checked(change(sharing, revoked_at=None, revoked_why="", revoked_by=None))
    )


@pytest.mark.parametrize(
    ("constraint", "wrong"),
    [
        ("clinics_certificate_kind_is_known", {"kind": "moon"}),
        ("clinics_certificate_has_a_code", {"code": "A" * 27}),
        ("clinics_certificate_has_a_code", {"code": "0" * 28}),
        ("clinics_certificate_has_a_name", {"name": ""}),
        ("clinics_certificate_has_a_name", {"name": "\u202e"}),
        ("clinics_revoked_certificate_says_why", {"revoked_at": NOW}),
        ("clinics_revoked_certificate_says_why", {"revoked_why": "holder"}),
        ("clinics_revoked_certificate_says_why", {"revoked_at": NOW, "revoked_why": "moon"}),
        ("clinics_desk_revokes_with_a_reason", {"revoked_at": NOW, "revoked_why": "desk"}),
        ("clinics_desk_revokes_with_a_reason", {"revoked_at": NOW, "revoked_why": "holder", "revoke_reason": "x"}),
    ],
)
def test_the_database_refuses_certificates_that_contradict_themselves(constraint, wrong):
    clinic = make_clinic_that_was()
    certificate = make_certificate(clinic, make_somebody_who_came(clinic))

    refuses(constraint, change(certificate, **wrong))


def test_the_database_refuses_a_second_one_and_a_code_that_is_taken():
    clinic = make_clinic_that_was()
    first, member = make_certificate(clinic, make_somebody_who_came(clinic)), make_somebody_who_came(clinic)
    row = {"clinic": clinic, "kind": "attending", "name": "A", "made_at": NOW}

    refuses(
        "clinics_one_certificate_per_member_and_kind",
        lambda: Certificate.objects.create(**row, member=first.member, code=new_code()),
    )
    refuses("clinics_certificate_code", lambda: Certificate.objects.create(**row, member=member, code=first.code))


def test_whoever_checks_the_code_is_not_told_as_what_its_holder_helped():
    clinic = make_clinic_that_was()
    host = make_person(clinic, "host").member
    certificate = make_certificate(clinic, host, kind=CertificateKind.CONTRIBUTING)

    assert all_facts(certificate).said_for == "for helping to hold a clinic (host)"
    assert allowed_facts(certificate).said_for == "for helping to hold a clinic"


def test_what_is_done_with_a_certificate_whose_holder_is_erased_meanwhile_is_refused_with_words(coordinator):
    clinic = make_clinic_that_was()
    member = make_somebody_who_came(clinic)
    gone = make_certificate(clinic, member)
    erase_member(member=member, by=None, now=NOW)

    for act in (
        lambda: change_certificate(certificate=gone, choices=Choices("Ana"), by=member, now=NOW),
        lambda: take_back_certificate(certificate=gone, by=member, now=NOW),
        lambda: revoke_certificate(certificate=gone, reason="A slip.", by=coordinator, now=NOW),
    ):
        with pytest.raises(CertificateRefused):
            act()
