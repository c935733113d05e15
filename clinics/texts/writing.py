"""Writing the texts of a clinic, making them ready, and taking them away. Each change is logged at the clinic."""

from datetime import datetime

from django.db import transaction

from clinics.domain import texts
from clinics.domain.texts import TextState
from clinics.locking import lock_theirs
from clinics.models import Clinic, ClinicText
from clinics.notices.changes import facts_now, owe_letters_of_changes
from letsconnect.base import acts
from registrations.models import Member


@transaction.atomic
def save_text(*, text: ClinicText, by: Member, now: datetime) -> ClinicText:
    """Store the text of a clinic in one language, with the state it has now.

    A ready text says what the clinic is about (TextNotReady), and stays ready when it is changed. The last ready one of
    a clinic that people were told of is not made a draft again (LastReadyText).
    """
    clinic = lock_theirs(text.clinic, by=by)
    texts.check_can_be_written(clinic.state)
    was = clinic.texts.filter(pk=text.pk).values_list("state", flat=True).first() or TextState.DRAFT
    if text.is_ready:
        texts.check_ready(title=text.title, summary=text.summary)
    elif was == TextState.READY:
        _check_another_is_ready(clinic, text)
    facts = facts_now(clinic)
    text.save()
    kept_ready = was == text.state == TextState.READY
    verb = "change_ready_clinic_text" if kept_ready else "write_clinic_text"
    acts.record(by=by, verb=verb, on=clinic, now=now, became=text.language)
    if was != text.state:
        verb = "clinic_text_ready" if text.is_ready else "clinic_text_draft"
        acts.record(by=by, verb=verb, on=clinic, now=now, became=text.language)
    owe_letters_of_changes(clinic, was=facts, now=now)
    return text


@transaction.atomic
def drop_text(*, text: ClinicText, by: Member, now: datetime) -> None:
    """Remove the text of a clinic in one language; LastReadyText if readers would be left without any."""
    clinic = lock_theirs(text.clinic, by=by)
    texts.check_can_be_written(clinic.state)
    _check_another_is_ready(clinic, text)
    language = text.language
    text.delete()
    acts.record(by=by, verb="drop_clinic_text", on=clinic, now=now, became=language)


def _check_another_is_ready(clinic: Clinic, text: ClinicText) -> None:
    others = clinic.texts.ready().exclude(pk=text.pk).values_list("language", flat=True)
    texts.check_leaves_one(was_told=clinic.announced_at is not None, others_ready=list(others))
