"""Feedback and certificates for tests: real rows, made by the real actions."""

from datetime import datetime, timedelta
from typing import Any

from clinics.certificates.making import Choices
from clinics.certificates.making import make_certificate as make
from clinics.domain.certificates import CertificateKind
from clinics.domain.clinics import ClinicState
from clinics.domain.feedback import ASKED_FOR
from clinics.feedback.giving import Said, give_feedback, said_by
from clinics.feedback.sums import count_feedback
from clinics.models import Certificate, Clinic
from clinics.tests.factories import make_attendance, make_clinic
from registrations.models import Member
from registrations.tests.factories import NOW, make_member

ENDED = NOW - timedelta(days=1)


def make_clinic_that_was(**fields: Any) -> Clinic:
    """A clinic that was held two days ago."""
    return make_clinic(**{"state": ClinicState.HELD, "starts_at": NOW - timedelta(days=2), **fields})


def make_somebody_who_came(clinic: Clinic, **fields: Any) -> Member:
    member = make_member(**fields)
    make_attendance(clinic, member)
    return member


def say_of_clinic(clinic: Clinic, member: Member, *, now=NOW, words: str = "", **options: str) -> None:
    """Let the member say this, and nothing else, of the clinic."""
    seen = said_by(member, clinic).fingerprint
    give_feedback(clinic=clinic, said=Said(options, words), seen_fingerprint=seen, by=member, now=now)


def said_by_many(clinic: Clinic, *, now=NOW, words: int = 0, **counts: dict[str, int]) -> list[Member]:
    """Let as many new members as needed answer, so that each option of a question has its number, in any order."""
    answers = {
        question: [option for option, count in of.items() for _ in range(count)] for question, of in counts.items()
    }
    members = []
    for number in range(max([words, *map(len, answers.values())])):
        member = make_somebody_who_came(clinic)
        options = {question: of[number] for question, of in answers.items() if number < len(of)}
        say_of_clinic(clinic, member, now=now, words=f"Word {number}" if number < words else "", **options)
        members.append(member)
    return members


def count_said_of(clinic: Clinic) -> datetime:
    """Let what was said of the clinic be counted, as on the day on which nobody can change it any more; return that."""
    final = clinic.ends_at + ASKED_FOR
    count_feedback(final)
    return final


def make_certificate(
    clinic: Clinic, member: Member, *, kind=CertificateKind.ATTENDING, now=NOW, **choices: Any
) -> Certificate:
    """A certificate of the member, named after them and showing what it shows unless told otherwise."""
    return make(clinic=clinic, kind=kind, choices=Choices(**{"name": "Ana Lima", **choices}), by=member, now=now)
