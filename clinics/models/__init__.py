"""The tables of clinics, of their people, of seats, and of what people were written about them."""

from clinics.models.agendas import AgendaItem, AgendaTemplate, AgendaTemplateItem
from clinics.models.attendance import Attendance, AttendanceQuerySet, CallList, CallListRow, LastPress, OtherHeads
from clinics.models.certificates import Certificate, CertificateQuerySet
from clinics.models.checklists import (
    ChecklistItem,
    ChecklistItemQuerySet,
    ChecklistReminder,
    ChecklistTemplateItem,
    in_working_group,
)
from clinics.models.clinics import UNTITLED, Clinic, ClinicQuerySet
from clinics.models.feedback import CountedFeedback, FeedbackAnswer, FeedbackTally, Quote, QuoteQuerySet
from clinics.models.finding import ClinicHourChoice, ClinicHourRules
from clinics.models.letters import Announcement, Digest, SpanOfReader
from clinics.models.listing import ListChange
from clinics.models.moments import CLINIC_ENDS_AT, CLOSES_AT, ENDS_AT
from clinics.models.needs import RaisedNeed, RaisedNeedQuerySet
from clinics.models.notices import ClinicChange, ClinicMessage, ClinicMessageText, Notice
from clinics.models.people import Appointment, Channel, ClinicPerson, ClinicPersonQuerySet
from clinics.models.requests import TopicRequest, TopicRequestQuerySet, TopicSupport
from clinics.models.resources import ClinicResource, ClinicResourceQuerySet
from clinics.models.seats import ClinicSeatRules, Rsvp, RsvpQuerySet
from clinics.models.sums import AttendanceFigures, ChannelSum
from clinics.models.texts import ClinicSeries, ClinicText
from clinics.models.wishes import AccessNeed, KeptSignUp, LanguageNeed, LanguageNeedQuerySet, SeatQuestion

__all__ = [
    "CLINIC_ENDS_AT",
    "CLOSES_AT",
    "ENDS_AT",
    "UNTITLED",
    "AccessNeed",
    "AgendaItem",
    "AgendaTemplate",
    "AgendaTemplateItem",
    "Announcement",
    "Appointment",
    "Attendance",
    "AttendanceFigures",
    "AttendanceQuerySet",
    "CallList",
    "CallListRow",
    "Certificate",
    "CertificateQuerySet",
    "Channel",
    "ChannelSum",
    "ChecklistItem",
    "ChecklistItemQuerySet",
    "ChecklistReminder",
    "ChecklistTemplateItem",
    "Clinic",
    "ClinicChange",
    "ClinicHourChoice",
    "ClinicHourRules",
    "ClinicMessage",
    "ClinicMessageText",
    "ClinicPerson",
    "ClinicPersonQuerySet",
    "ClinicQuerySet",
    "ClinicResource",
    "ClinicResourceQuerySet",
    "ClinicSeatRules",
    "ClinicSeries",
    "ClinicText",
    "CountedFeedback",
    "Digest",
    "FeedbackAnswer",
    "FeedbackTally",
    "KeptSignUp",
    "LanguageNeed",
    "LanguageNeedQuerySet",
    "LastPress",
    "ListChange",
    "Notice",
    "OtherHeads",
    "Quote",
    "QuoteQuerySet",
    "RaisedNeed",
    "RaisedNeedQuerySet",
    "Rsvp",
    "RsvpQuerySet",
    "SeatQuestion",
    "SpanOfReader",
    "TopicRequest",
    "TopicRequestQuerySet",
    "TopicSupport",
    "in_working_group",
]
