"""The two voluntary questions: stored apart from the person, counted and deleted within 90 days."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from letsconnect.base.hours import monday_of
from registrations.domain.facts import fingerprint
from registrations.domain.registrations import Gender, SensitiveQuestion, StaleForm
from registrations.locking import lock_member
from registrations.models import Member, SensitiveAnswer, SensitiveTally

# Only the week of an answer is kept. Counted 89 days after its Monday, no answer gets to be 90 days old.
KEPT_DAYS = 89


@dataclass(frozen=True)
class SensitiveFacts:
    """A person's answers; empty if they gave none or it was already deleted."""

    gender: str = ""
    gender_words: str = ""
    age: str = ""


FACTS = ("gender", "gender_words", "age")


def _digest(member: Member, question: str) -> str:
    return salted_hmac(f"registrations.sensitive.{question}", member.public_id, algorithm="sha256").hexdigest()


def _rows_of(member: Member) -> dict[str, SensitiveAnswer]:
    digests = [_digest(member, question) for question in SensitiveQuestion]
    return {row.question: row for row in SensitiveAnswer.objects.filter(digest__in=digests)}


def answers_of(member: Member) -> SensitiveFacts:
    """Read back what the person answered in the last 90 days."""
    rows = _rows_of(member)
    gender, age = rows.get(SensitiveQuestion.GENDER), rows.get(SensitiveQuestion.AGE)
    return SensitiveFacts(
        gender=gender.option if gender else "",
        gender_words=gender.words if gender else "",
        age=age.option if age else "",
    )


@transaction.atomic
def answer(*, member: Member, facts: SensitiveFacts, seen_fingerprint: str, now: datetime) -> None:
    """Store the answers; an empty one is deleted at once. Nothing is logged, because the log would lead to the person.

    Raises StaleForm if another tab stored other answers after ``seen_fingerprint``.
    """
    lock_member(member)
    stored = answers_of(member)
    if stored == facts:
        return
    if fingerprint(stored, FACTS) != seen_fingerprint:
        raise StaleForm(_("This was answered in another window after you opened this one. Nothing was overwritten."))
    words = facts.gender_words if facts.gender == Gender.NOT_LISTED else ""
    _keep(member, SensitiveQuestion.GENDER, facts.gender, words, now=now)
    _keep(member, SensitiveQuestion.AGE, facts.age, "", now=now)


def _keep(member: Member, question: str, option: str, words: str, *, now: datetime) -> None:
    digest = _digest(member, question)
    if not option:
        SensitiveAnswer.objects.filter(question=question, digest=digest).delete()
        return
    SensitiveAnswer.objects.update_or_create(
        question=question,
        digest=digest,
        defaults={"option": option, "words": words, "week_of": monday_of(now.date())},
    )


def forget_answers(*, member: Member) -> None:
    """Delete what the person answered: for erasure."""
    SensitiveAnswer.objects.filter(digest__in=[_digest(member, question) for question in SensitiveQuestion]).delete()


@transaction.atomic
def count_old_answers(now: datetime) -> int:
    """Add answers that are about to be 90 days old to the tallies and delete them; return how many."""
    old = list(SensitiveAnswer.objects.from_before(now.date() - timedelta(days=KEPT_DAYS)).select_for_update())
    for row in old:
        tally, _made = SensitiveTally.objects.get_or_create(
            year=row.week_of.year, question=row.question, option=row.option
        )
        SensitiveTally.objects.filter(pk=tally.pk).update(count=F("count") + 1)
    SensitiveAnswer.objects.filter(pk__in=[row.pk for row in old]).delete()
    return len(old)
