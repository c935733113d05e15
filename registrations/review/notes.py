"""What colleagues note for each other beside a registration."""

from datetime import datetime

from django.db import transaction

from letsconnect.base import acts
from registrations.models import Member, Registration, ReviewNote
from registrations.review.deciding import check_may_review


@transaction.atomic
def write_note(*, registration: Registration, text: str, by: Member, now: datetime) -> ReviewNote:
    """Keep a note for colleagues; written twice in a row, as by a double click, it stands once.

    Raises NotYours as deciding does.
    """
    registration = Registration.objects.select_for_update(no_key=True).get(pk=registration.pk)
    check_may_review(registration, by=by)
    last = registration.review_notes.last()
    if last is not None and (last.by_id, last.text) == (by.pk, text):
        return last
    note = ReviewNote.objects.create(registration=registration, by=by, text=text, written_at=now)
    acts.record(by=by, verb="note_beside_registration", on=registration, now=now)
    return note
