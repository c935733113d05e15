"""Saying how a clinic was, anonymously: the answers are kept apart from the person, as decisions 9 and 74 say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from clinics.domain.feedback import OPTIONS, SAID, TICKED, FeedbackQuestion, NotThere
from clinics.feedback.whose import check_open, had_part_in
from clinics.locking import lock_clinic
from clinics.models import Clinic, FeedbackAnswer
from letsconnect.base.hours import monday_of
from registrations.domain.facts import fingerprint
from registrations.domain.registrations import StaleForm
from registrations.locking import lock_member
from registrations.models import Member

FACTS = ("options", "words")


@dataclass(frozen=True)
class Said:
    """What somebody says of a clinic: an option for each question they answer, and words."""

    options: Mapping[str, str] = field(default_factory=dict)
    words: str = ""

    @property
    def is_nothing(self) -> bool:
        return not self.options and not self.words

    @property
    def fingerprint(self) -> str:
        return fingerprint(_Ordered(tuple(sorted(self.options.items())), self.words), FACTS)


@dataclass(frozen=True)
class _Ordered:
    options: tuple[tuple[str, str], ...]
    words: str


def digest_of(clinic_id: int, member: Member, question: str) -> str:
    """Return the name under which one answer of one person is found; only who has the portal's secret can make it."""
    return salted_hmac(f"clinics.feedback.{clinic_id}.{question}", member.public_id, algorithm="sha256").hexdigest()


def digests_of(clinic_id: int, member: Member) -> list[str]:
    return [digest_of(clinic_id, member, question) for question in FeedbackQuestion]


def said_in(rows: Mapping[str, FeedbackAnswer]) -> Said:
    """Return what these answers of one person to one clinic say, each under its question."""
    words = rows.get(FeedbackQuestion.WORDS)
    options = {question.value: rows[question].option for question in TICKED if question in rows}
    return Said(options, words.words if words else "")


def said_by(member: Member, clinic: Clinic) -> Said:
    """Return what the person said of the clinic, as long as it is kept as answers."""
    rows = FeedbackAnswer.objects.filter(digest__in=digests_of(clinic.pk, member))
    return said_in({row.question: row for row in rows})


@transaction.atomic
def give_feedback(*, clinic: Clinic, said: Said, seen_fingerprint: str, by: Member, now: datetime) -> None:
    """Store what somebody says of a clinic; what they leave empty is deleted at once.

    Nothing is logged, because the log would lead to the person. Raises StaleForm if another window stored something
    else after ``seen_fingerprint``, FeedbackClosed before the end and once the answers are final, NotThere for whoever
    had no part in the clinic.
    """
    by, clinic = lock_member(by), lock_clinic(clinic)  # so that it is either counted with the others, or refused
    check_open(clinic, now=now)
    if not by.is_active or not had_part_in(clinic, by):
        raise NotThere(_("Those are asked who had a seat at this clinic, or a part in it."))
    stored = said_by(by, clinic)
    if stored == said:
        return
    if stored.fingerprint != seen_fingerprint:
        raise StaleForm(_("This was answered in another window after you opened this one. Nothing was overwritten."))
    for question in TICKED:
        if said.options.get(question) != stored.options.get(question):
            _keep(clinic, by, question, said.options.get(question, ""), "", now=now)
    if said.words != stored.words:
        _keep(clinic, by, FeedbackQuestion.WORDS, SAID if said.words else "", said.words, now=now)


def _keep(
    clinic: Clinic, member: Member, question: FeedbackQuestion, option: str, words: str, *, now: datetime
) -> None:
    """Store one answer in the place of an earlier one, if there is any; an empty one only goes."""
    digest = digest_of(clinic.pk, member, question)
    FeedbackAnswer.objects.filter(digest=digest).delete()
    if option:
        FeedbackAnswer.objects.create(
            clinic=clinic, question=question, digest=digest, option=option, words=words, week_of=monday_of(now.date())
        )


def forget_feedback(*, member: Member) -> None:
    """Delete what the person said of clinics: for erasure."""
    clinics = FeedbackAnswer.objects.order_by().values_list("clinic", flat=True).distinct()
    digests = [digest for clinic_id in clinics for digest in digests_of(clinic_id, member)]
    FeedbackAnswer.objects.filter(digest__in=digests).delete()


def labels_of(said: Said) -> list[tuple[FeedbackQuestion, str]]:
    """Return each question that was answered by an option, with the option in words."""
    return [
        (question, str(OPTIONS[question][said.options[question]])) for question in TICKED if question in said.options
    ]
