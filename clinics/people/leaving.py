"""What is stored about somebody as one of the people of clinics, for the page of their data."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from clinics.models import ClinicPerson
from letsconnect.base.query_batches import QueryBatch
from registrations import events
from registrations.models import Member


def connect() -> None:
    """Connect to the signals about people who leave, and who ask for their data."""
    events.data_asked.connect(collect)


def collect(sender: Any, *, member: Member, now: datetime, batch: QueryBatch, **kwargs: Any) -> events.SectionReader:
    """Return every part in a clinic that the person was asked to take."""
    own = ClinicPerson.objects.of(member).select_related("clinic", "channel").prefetch_related("clinic__texts")
    people = batch.add(own.order_by("pk"))
    yield ("clinics.ClinicPerson",)
    item = events.Item.of
    rows = [
        (
            item("clinic", _("Clinic"), person.clinic.title),
            item("starts_at", _("Starts"), person.clinic.starts_at),
            item("role", _("Role"), person.role, person.get_role_display()),
            item(
                "channel",
                _("Interpretation into"),
                person.channel.language if person.channel else "",
                person.channel.language_in_words if person.channel else "",
            ),
            item("turn", _("Turn"), person.turn, person.get_turn_display()),
            item("name", _("Name"), person.name),
            item("role_line", _("Role line"), person.role_line),
            item("group", _("Group"), person.group),
            item("state", _("State"), person.state, person.get_state_display()),
            item("asked_at", _("I was asked"), person.asked_at),
            item("reminded_at", _("I was reminded"), person.reminded_at),
            item("answered_at", _("I answered"), person.answered_at),
            item("answer_note", _("What I said"), person.answer_note),
        )
        for person in people
    ]
    yield events.Section("clinic_roles", _("What I was asked to do at clinics"), rows)
