"""What the page of a clinic that is over offers somebody who was part of it."""

from dataclasses import dataclass
from datetime import datetime

from clinics.domain.feedback import ASKED_FOR, is_over
from clinics.feedback.whose import had_part_in
from clinics.models import Clinic, Quote
from letsconnect.base.statements import Inquiry, Statement
from registrations.models import Member


@dataclass(frozen=True)
class AfterClinic:
    """Whether the reader was part of a clinic that is over, and whether they are still asked how it was."""

    was_part_of_it: bool = False
    is_asked: bool = False


def published_quotes(clinic: Clinic) -> list[Quote]:
    return asked_for_quotes(clinic).rows()


def asked_for_quotes(clinic: Clinic) -> Inquiry[Quote]:
    return _QUOTES.asked({"clinic": clinic.pk})


# Asked for each page of a clinic that is over, so the SQL is written once.
_QUOTES = Statement(lambda clinic: Quote.objects.filter(clinic=clinic).published())


def after_clinic(clinic: Clinic, reader: object, *, now: datetime) -> AfterClinic:
    """Return what the reader can do after a clinic; it asks the database about members and clinics that are over."""
    if not isinstance(reader, Member) or not is_over(state=clinic.state, ends_at=clinic.ends_at, now=now):
        return AfterClinic()
    if not had_part_in(clinic, reader):
        return AfterClinic()
    return AfterClinic(was_part_of_it=True, is_asked=now < clinic.ends_at + ASKED_FOR)
