"""The tables of clinics, of seats, and of what people were written about them."""

from clinics.models.clinics import CLOSES_AT, ENDS_AT, UNTITLED, Clinic, ClinicQuerySet
from clinics.models.letters import Announcement, Digest, Notice, SpanOfReader
from clinics.models.seats import Rsvp, RsvpQuerySet
from clinics.models.texts import ClinicSeries, ClinicText

__all__ = [
    "CLOSES_AT",
    "ENDS_AT",
    "UNTITLED",
    "Announcement",
    "Clinic",
    "ClinicQuerySet",
    "ClinicSeries",
    "ClinicText",
    "Digest",
    "Notice",
    "Rsvp",
    "RsvpQuerySet",
    "SpanOfReader",
]
