"""Writing to those who come: one message, in one language or several, through the ledger of letters."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinics.domain.clinics import HOUR
from clinics.domain.notices import FROM_THE_HOST
from clinics.domain.writing import (
    KEPT_FOR,
    LETTERS_AN_HOUR,
    NobodyToWriteTo,
    ToWhom,
    WroteTooOften,
    check_may_be_written_to,
)
from clinics.locking import lock_theirs
from clinics.models import Clinic, ClinicMessage, ClinicMessageText
from clinics.notices.owing import owe_notices
from clinics.writing.choosing import meant_by
from letsconnect.base import acts
from letsconnect.base.lines import one_line
from registrations.models import Member

LETTER = "clinics.from_the_host"


@transaction.atomic
def write_to_those_who_come(
    *,
    clinic: Clinic,
    to_whom: ToWhom,
    texts: Mapping[str, tuple[str, str]],
    pressed: UUID,
    by: Member,
    now: datetime,
) -> ClinicMessage:
    """Owe each of them the message, in the language they read; ``texts`` are subject and text by language.

    Pressing twice sends it once: ``pressed`` was drawn with the form.
    """
    clinic = lock_theirs(clinic, by=by)
    sent = ClinicMessage.objects.of(by).filter(clinic=clinic, pressed=pressed).first()
    if sent is not None:
        return sent
    check_may_be_written_to(state=clinic.state, ends_at=clinic.ends_at, now=now)
    _check_pace(clinic, by=by, now=now)
    addressees = meant_by(to_whom, clinic).addressees()
    if not addressees:
        raise NobodyToWriteTo(_("Nobody is among those you chose."))
    message = ClinicMessage.objects.create(
        clinic=clinic, by=by, pressed=pressed, made_at=now, to_whom=to_whom.stored(), people=len(addressees)
    )
    ClinicMessageText.objects.bulk_create(
        ClinicMessageText(message=message, language=language, subject=one_line(subject), text=text.strip())
        for language, (subject, text) in texts.items()
    )
    owe_notices(addressees, kind=FROM_THE_HOST, letter=LETTER, now=now, message=message)
    acts.record(by=by, verb="write_to_clinic", on=clinic, now=now)
    return message


def _check_pace(clinic: Clinic, *, by: Member, now: datetime) -> None:
    """Raise WroteTooOften; the clinic is locked."""
    if acts.count_recent(by=by, verbs=["write_to_clinic"], on=clinic, now=now, within=HOUR) >= LETTERS_AN_HOUR:
        raise WroteTooOften(
            ngettext(
                "You have written to the people of this clinic %(count)d time within an hour. Please wait a little.",
                "You have written to the people of this clinic %(count)d times within an hour. Please wait a little.",
                LETTERS_AN_HOUR,
            )
            % {"count": LETTERS_AN_HOUR}
        )


def forget_old_messages(now: datetime) -> int:
    """Delete the words of what was written 90 days ago; that it was written stays. Return how many texts went."""
    old = ClinicMessageText.objects.filter(message__made_at__lte=now - KEPT_FOR)
    return old.delete()[0]
