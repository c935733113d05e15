"""What people said with their seats: theirs to read among their data, and gone with them."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from clinics.models import AccessNeed, Clinic, KeptSignUp, LanguageNeed, SeatQuestion
from letsconnect.base.query_batches import QueryBatch
from registrations import events
from registrations.models import Member
from registrations.privacy.proved_addresses import Proved


def connect() -> None:
    """Connect to the signals about people who are erased, and who ask for their data."""
    events.forgetting_in_files.connect(forget_kept_forms)
    events.data_asked.connect(collect)


def forget_kept_forms(sender: Any, *, proved: Proved, **kwargs: Any) -> None:
    """Delete what was typed with one of their addresses and waits for its code."""
    KeptSignUp.objects.filter(address__in=proved.addresses).delete()


def collect(sender: Any, *, member: Member, now: datetime, batch: QueryBatch, **kwargs: Any) -> events.SectionReader:
    """Return what the person said with their seats."""
    needs = batch.add(AccessNeed.objects.of(member).select_related("rsvp__clinic").order_by("pk"))
    questions = batch.add(SeatQuestion.objects.of(member).select_related("rsvp__clinic").order_by("pk"))
    languages = batch.add(LanguageNeed.objects.of(member).select_related("rsvp__clinic").order_by("pk"))
    yield ("clinics.AccessNeed", "clinics.SeatQuestion", "clinics.LanguageNeed")
    batch.prefetch(Clinic, "texts")
    item = events.Item.of
    for key, title, label, rows in (
        ("access_needs", _("What I need to take part in clinics"), _("What I need"), needs),
        ("seat_questions", _("My questions for the sharers of clinics"), _("My question"), questions),
    ):
        yield events.Section(
            key,
            title,
            [
                (
                    item("rsvp", _("Clinic"), row.rsvp.clinic.title),
                    item("text", label, row.text),
                    item("made_at", _("Written"), row.made_at),
                )
                for row in rows
            ],
        )
    yield events.Section(
        "language_needs",
        _("Languages I would need at clinics"),
        [
            (
                item("rsvp", _("Clinic"), need.rsvp.clinic.title),
                item("language", _("Language"), need.language, need.get_language_display()),
                item("state", _("State"), need.state, need.get_state_display()),
                item("made_at", _("Asked"), need.made_at),
                item("answered_at", _("Answered"), need.answered_at),
            )
            for need in languages
        ],
    )
