"""The tables of clinics, of seats, and of what people were written about them."""

from clinics.models.clinics import (
    CLOSES_AT,
    ENDS_AT,
    UNTITLED,
    Clinic,
    ClinicQuerySet,
    ClinicText,
    Rsvp,
    RsvpQuerySet,
)
from clinics.models.letters import Announcement, Digest, Notice, SpanOfReader

__all__ = [
    "CLOSES_AT",
    "ENDS_AT",
    "UNTITLED",
    "Announcement",
    "Clinic",
    "ClinicQuerySet",
    "ClinicText",
    "Digest",
    "Notice",
    "Rsvp",
    "RsvpQuerySet",
    "SpanOfReader",
]
