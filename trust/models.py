"""Tables of the trust team: its seats, the reports, and the notes about them.

Nothing here is in the log of acts, in the admin or in the looks that others see: a log they read would tell of a
report.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.domain.people import WAITS_OR_COMES
from clinics.models import Clinic, ClinicPerson
from letsconnect.base.fields import LineField, lines_can_be_seen
from letsconnect.base.terms import TermOfOffice, TermOfOfficeQuerySet, never_ends_before_it_begins
from registrations.models import Member
from registrations.models.members import new_public_id
from trust.domain import KEPT_AFTER_CLOSING, NoteKind, ReportOutcome, ReportState


class TrustSeatQuerySet(TermOfOfficeQuerySet["TrustSeat"]):
    def current(self, *, on: date) -> Self:
        return super().current(on=on).filter(member__is_active=True)

    def of(self, member: Member) -> "TrustSeatQuerySet":
        return self.filter(member=member)


class TrustSeat(TermOfOffice, models.Model):
    """A seat on the trust team. It opens the reports and nothing else; a seat in the working group opens no report."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="trust_seats", verbose_name=_("member"))
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until, not included"), null=True, blank=True)
    # Nobody: the command of whoever runs the portal, or a time when it was not noted.
    given_by = models.ForeignKey(
        Member,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=pgettext_lazy("a seat", "given by"),
        editable=False,
    )

    objects = TrustSeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("seat on the trust team")
        verbose_name_plural = _("seats on the trust team")
        constraints = [
            never_ends_before_it_begins("trust_seat_never_ends_before_it_begins"),
            models.CheckConstraint(
                condition=Q(given_by=None) | ~Q(given_by=F("member")), name="trust_nobody_gives_themselves_a_seat"
            ),
            models.UniqueConstraint(
                fields=["member"], condition=Q(until_on=None), name="trust_one_open_seat_per_member"
            ),
        ]

    def __str__(self) -> str:
        return str(self.member)


class ReportQuerySet(models.QuerySet["Report"]):
    def readable_by(self, member: Member, *, on: date) -> "ReportQuerySet":
        """The reports a member of the trust team may read: never one about them, by them, kept from them, or about a
        clinic in which they have a part, unless its writer allowed that."""
        return self.filter(Exists(TrustSeat.objects.current(on=on).of(member))).not_kept_from(member)

    def not_kept_from(self, member: Member) -> "ReportQuerySet":
        # "~Q(about=…)" alone would drop the reports about nobody we know.
        own = Q(about__isnull=False, about=member) | Q(reporter=member) | Q(kept_from=member)
        part = ClinicPerson.objects.of(member).asked_or_coming().filter(clinic=OuterRef("clinic"))
        return self.exclude(own).exclude(Q(Exists(part)), clinic_people_may_read=False)

    def waiting(self) -> "ReportQuerySet":
        return self.filter(state=ReportState.NEW)

    def to_forget(self, *, now: datetime) -> "ReportQuerySet":
        """Reports closed so long ago that their words are to be deleted."""
        return self.filter(state=ReportState.CLOSED, closed_at__lte=now - KEPT_AFTER_CLOSING, forgotten_at=None)


class Report(models.Model):
    """What somebody told the trust team in confidence.

    The number in its address is random, not counted: a gap in a row of numbers would tell of a report one may not see.
    """

    number = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    reporter = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    about = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    who = LineField(_("who it is about, in their words"), max_length=200, blank=True)
    description = models.TextField(_("what happened"), max_length=5000, blank=True)
    # The clinic at which it happened, if it was written from the page of one.
    clinic = models.ForeignKey(Clinic, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("clinic"))
    clinic_people_may_read = models.BooleanField(_("people of the clinic may read it"), default=False)
    may_contact = models.BooleanField(_("may be written to"), default=False)
    kept_from = models.ManyToManyField(Member, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=ReportState, default=ReportState.NEW)
    outcome = models.CharField(_("what came of it"), max_length=15, choices=ReportOutcome, blank=True)
    made_at = models.DateTimeField(_("written"))
    closed_at = models.DateTimeField(_("closed at"), null=True)
    forgotten_at = models.DateTimeField(null=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("confidential report")
        verbose_name_plural = _("confidential reports")
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ReportState.values), name="trust_report_state_is_known"),
            models.CheckConstraint(
                condition=Q(state=ReportState.CLOSED, closed_at__isnull=False, outcome__in=ReportOutcome.values)
                | (~Q(state=ReportState.CLOSED) & Q(closed_at=None, outcome="")),
                name="trust_closed_report_has_when_and_outcome",
            ),
            models.CheckConstraint(
                condition=Q(about=None) | ~Q(about=F("reporter")), name="trust_nobody_reports_themselves"
            ),
            models.CheckConstraint(
                condition=Q(forgotten_at=None)
                | Q(state=ReportState.CLOSED, about=None, clinic=None, who="", description=""),
                name="trust_forgotten_report_says_nothing",
            ),
            models.CheckConstraint(condition=lines_can_be_seen("who"), name="trust_who_can_be_seen"),
            models.CheckConstraint(
                condition=Q(clinic_people_may_read=False) | Q(clinic__isnull=False),
                name="trust_only_of_a_clinic_there_are_people",
            ),
        ]
        indexes = [
            models.Index(fields=["made_at"], condition=Q(state=ReportState.NEW), name="trust_report_waiting"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def left_out(self) -> set[int | None]:
        """The keys of those who may not read it, whoever they are: what `not_kept_from` asks of one person."""
        keys = {self.reporter_id, self.about_id, *(member.pk for member in self.kept_from.all())}
        if self.clinic is not None and not self.clinic_people_may_read:
            keys |= {person.member_id for person in self.clinic.people.all() if person.state in WAITS_OR_COMES}
        return keys


class ReportLookQuerySet(models.QuerySet["ReportLook"]):
    def note(self, *, viewer: Member, reports: Iterable[Report], on: date) -> None:
        """Record that a member of the team read these reports; once a day is enough."""
        looks = [ReportLook(viewer=viewer, report=report, seen_on=on) for report in reports]
        ReportLook.objects.bulk_create(looks, ignore_conflicts=True)


class ReportLook(models.Model):
    """A member of the trust team read a report on one day.

    The person who wrote the report can see this; nobody else, because it would tell them that there is a report.
    """

    viewer = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="looks")
    seen_on = models.DateField(_("when"))

    objects = ReportLookQuerySet.as_manager()

    class Meta:
        verbose_name = _("look at a report")
        verbose_name_plural = _("looks at reports")
        constraints = [
            models.UniqueConstraint(fields=["viewer", "report", "seen_on"], name="trust_one_look_a_day_at_a_report"),
        ]

    def __str__(self) -> str:
        return f"{self.report} {self.seen_on}"


class Note(models.Model):
    """What a member of the trust team did with a report, with their words: the report's own log."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="notes")
    written_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    deed = models.CharField(max_length=15, choices=NoteKind, default=NoteKind.NOTED)
    was = models.CharField(max_length=10, blank=True)
    became = models.CharField(max_length=10, blank=True)
    text = models.TextField(max_length=5000, blank=True)

    class Meta:
        verbose_name = _("note of the trust team")
        verbose_name_plural = _("notes of the trust team")
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(condition=Q(deed__in=NoteKind.values), name="trust_deed_is_known")]

    def __str__(self) -> str:
        return f"{self.report} {self.at:%Y-%m-%d}"
