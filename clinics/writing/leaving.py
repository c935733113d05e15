"""What planners wrote to those who come: among their data, and deleted with them."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from clinics.domain.writing import ToWhom
from clinics.models import Clinic, ClinicMessage, ClinicMessageText
from clinics.writing.words import to_whom_in_words
from letsconnect.base.query_batches import QueryBatch
from registrations import events
from registrations.models import Member


def connect() -> None:
    """Connect to the signals about people who leave."""
    events.erasing.connect(on_erasing)
    events.data_asked.connect(collect)


def on_erasing(sender: Any, *, member: Member, by: Member | None, now: datetime, **kwargs: Any) -> None:
    """Delete the words they wrote; letters with them that have not left are not sent."""
    ClinicMessageText.objects.filter(message__by=member).delete()


def collect(sender: Any, *, member: Member, now: datetime, batch: QueryBatch, **kwargs: Any) -> events.SectionReader:
    """Return what the person wrote to those who come to clinics, for the page of their data."""
    texts = batch.add(
        ClinicMessage.objects.of(member).select_related("clinic").prefetch_related("texts").order_by("pk")
    )
    yield ("clinics.ClinicMessage", "clinics.ClinicMessageText")
    batch.prefetch(Clinic, "texts")
    item = events.Item.of
    rows = [
        (
            item("clinic", _("Clinic"), message.clinic.title),
            item("made_at", _("Written"), message.made_at),
            item("to_whom", _("To whom"), to_whom_in_words(ToWhom.of(message.to_whom))),
            item("people", _("Emails"), message.people),
            *(
                field
                for text in message.texts.all()
                for field in (
                    item(f"subject_{text.language}", _("Subject"), text.subject),
                    item(f"text_{text.language}", _("Text"), text.text),
                )
            ),
        )
        for message in texts
    ]
    yield events.Section("clinic_messages", _("What I wrote to those who come to clinics"), rows)
