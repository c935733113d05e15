"""What people say with their seat at a clinic: what they need to take part, a question, a language."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinics.domain.clinics import ACTIVE
from clinics.domain.people import ClinicRole
from clinics.domain.wishes import (
    ACCESS_KEPT_FOR,
    FORM_KEPT_FOR,
    LONGEST_WISH,
    QUESTIONS_KEPT_FOR,
    STILL_HOPED_FOR,
    LanguageNeedState,
)
from clinics.models.clinics import Clinic
from clinics.models.moments import ENDS_AT
from clinics.models.people import ClinicPerson
from clinics.models.seats import Rsvp
from letsconnect.base.addresses import CANONICAL
from letsconnect.base.fields import can_be_seen
from letsconnect.base.labels import label_of
from registrations.models import Member
from registrations.models.languages import is_written_as_a_language
from registrations.reference.names import languages_by_name

if TYPE_CHECKING:
    from clinics.models.clinics import Reader

_HELPS_ON_THE_DAY = (ClinicRole.HOST, ClinicRole.HELPER)
_HEARS_QUESTIONS = (ClinicRole.SHARER, *_HELPS_ON_THE_DAY)


def _clinics_of(reader: "Reader", roles: tuple[str, ...]) -> "models.QuerySet[ClinicPerson, int]":
    """The clinics at which the reader has said yes to one of these roles."""
    people = ClinicPerson.objects.accepted().filter(role__in=roles, member=reader.pk, member__isnull=False)
    return people.values_list("clinic", flat=True)


def _over_before(moment: datetime) -> "models.QuerySet[Clinic, int]":
    return Clinic.objects.alias(_ends=ENDS_AT).filter(_ends__lte=moment).values_list("pk", flat=True)


class AccessNeedQuerySet(models.QuerySet["AccessNeed"]):
    def of(self, member: Member) -> "AccessNeedQuerySet":
        return self.filter(rsvp__member=member)

    def at(self, clinic: Clinic) -> "AccessNeedQuerySet":
        """Those of the people who come, or wait for a seat, with whose they are."""
        coming = self.filter(rsvp__clinic=clinic, rsvp__state__in=ACTIVE, rsvp__member__is_active=True)
        return coming.select_related("rsvp__member").order_by("rsvp__seat", "rsvp__place", "pk")

    def visible_to(self, reader: "Reader") -> "AccessNeedQuerySet":
        """One's own, and those at the clinics one hosts or helps at: nobody else reads them, at the desk neither."""
        return self.filter(Q(rsvp__member=reader.pk) | Q(rsvp__clinic__in=_clinics_of(reader, _HELPS_ON_THE_DAY)))

    def to_forget(self, *, now: datetime) -> "AccessNeedQuerySet":
        """What is needed no more: 30 days after the clinic, and of who does not come."""
        return self.filter(Q(rsvp__clinic__in=_over_before(now - ACCESS_KEPT_FOR)) | ~Q(rsvp__state__in=ACTIVE))


class AccessNeed(models.Model):
    """What somebody needs to take part; read by the hosts and helpers of the clinic, and deleted 30 days after it."""

    rsvp = models.OneToOneField(Rsvp, on_delete=models.PROTECT, related_name="access_need")
    text = models.TextField(_("what I need to take part"), max_length=LONGEST_WISH)
    made_at = models.DateTimeField()

    objects = AccessNeedQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=can_be_seen("text"), name="clinics_access_need_can_be_seen")]

    def __str__(self) -> str:
        return f"#{self.pk}"


class SeatQuestionQuerySet(models.QuerySet["SeatQuestion"]):
    def of(self, member: Member) -> "SeatQuestionQuerySet":
        return self.filter(rsvp__member=member)

    def at(self, clinic: Clinic) -> "SeatQuestionQuerySet":
        """Those of the people who come, or wait for a seat, oldest first, with whose they are."""
        coming = self.filter(rsvp__clinic=clinic, rsvp__state__in=ACTIVE, rsvp__member__is_active=True)
        return coming.select_related("rsvp__member").order_by("made_at", "pk")

    def visible_to(self, reader: "Reader") -> "SeatQuestionQuerySet":
        """One's own, those at the clinics one shares, hosts or helps at, and those at the clinics one looks after."""
        heard = Q(rsvp__clinic__in=_clinics_of(reader, _HEARS_QUESTIONS))
        looked_after = Q(rsvp__clinic__in=Clinic.objects.looked_after_by(reader).values("pk"))
        return self.filter(Q(rsvp__member=reader.pk) | heard | looked_after)

    def to_forget(self, *, now: datetime) -> "SeatQuestionQuerySet":
        """Questions 90 days after the clinic, and of who does not come."""
        return self.filter(Q(rsvp__clinic__in=_over_before(now - QUESTIONS_KEPT_FOR)) | ~Q(rsvp__state__in=ACTIVE))


class SeatQuestion(models.Model):
    """A question for the sharers, sent in with the seat."""

    rsvp = models.OneToOneField(Rsvp, on_delete=models.PROTECT, related_name="question")
    text = models.TextField(_("a question for the sharers"), max_length=LONGEST_WISH)
    made_at = models.DateTimeField()

    objects = SeatQuestionQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=can_be_seen("text"), name="clinics_seat_question_can_be_seen")]

    def __str__(self) -> str:
        return f"#{self.pk}"


class LanguageNeedQuerySet(models.QuerySet["LanguageNeed"]):
    def of(self, member: Member) -> "LanguageNeedQuerySet":
        return self.filter(rsvp__member=member)

    def at(self, clinic: Clinic) -> "LanguageNeedQuerySet":
        """Those of the people who come, or wait for a seat, with whose they are."""
        coming = self.of_those_who_come().filter(rsvp__clinic=clinic)
        return coming.select_related("rsvp__member").order_by("language", "made_at", "pk")

    def of_those_who_come(self) -> "LanguageNeedQuerySet":
        return self.filter(rsvp__state__in=ACTIVE, rsvp__member__is_active=True)

    def without_interpreter(self) -> "LanguageNeedQuerySet":
        return self.exclude(state=LanguageNeedState.INTERPRETED)

    def unanswered(self) -> "LanguageNeedQuerySet":
        return self.filter(state=LanguageNeedState.OPEN)

    def still_hoped_for(self) -> "LanguageNeedQuerySet":
        return self.filter(state__in=STILL_HOPED_FOR)

    def visible_to(self, reader: "Reader") -> "LanguageNeedQuerySet":
        """One's own, those at the clinics one hosts, and those at the clinics one looks after."""
        hosted = Q(rsvp__clinic__in=_clinics_of(reader, (ClinicRole.HOST,)))
        looked_after = Q(rsvp__clinic__in=Clinic.objects.looked_after_by(reader).values("pk"))
        return self.filter(Q(rsvp__member=reader.pk) | hosted | looked_after)

    def to_forget(self, *, now: datetime) -> "LanguageNeedQuerySet":
        return self.filter(Q(rsvp__clinic__in=_over_before(now - QUESTIONS_KEPT_FOR)) | ~Q(rsvp__state__in=ACTIVE))


class LanguageNeed(models.Model):
    """A language that somebody would need at a clinic and into which nobody interprets there yet."""

    rsvp = models.OneToOneField(Rsvp, on_delete=models.PROTECT, related_name="language_need")
    language = models.CharField(_("language"), max_length=20, choices=languages_by_name)
    state = models.CharField(max_length=15, choices=LanguageNeedState, default=LanguageNeedState.OPEN)
    made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = LanguageNeedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=is_written_as_a_language("language"), name="clinics_language_needed_is_a_code"
            ),
            models.CheckConstraint(
                condition=Q(state=LanguageNeedState.OPEN, answered_at=None)
                | Q(state__in=[*LanguageNeedState.values[1:]], answered_at__isnull=False),
                name="clinics_language_need_is_open_or_answered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.language}: {label_of(self, 'state')}"


class KeptSignUpQuerySet(models.QuerySet["KeptSignUp"]):
    def fresh(self, *, now: datetime) -> "KeptSignUpQuerySet":
        return self.filter(made_at__gt=now - FORM_KEPT_FOR)

    def outdated(self, *, now: datetime) -> "KeptSignUpQuerySet":
        return self.filter(made_at__lte=now - FORM_KEPT_FOR)


class KeptSignUp(models.Model):
    """What somebody typed to take a seat, until they have typed the code that was sent to their address.

    It is the address's own: whoever signs in with another one is not shown it. Used, or a day later, it is deleted.
    """

    key = models.CharField(max_length=43, unique=True)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    address = models.EmailField()
    network = models.CharField(max_length=64)
    typed = models.JSONField(default=dict)
    made_at = models.DateTimeField()

    objects = KeptSignUpQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(address__regex=CANONICAL), name="clinics_kept_sign_up_has_an_address"),
        ]
        indexes = [
            models.Index(fields=["network", "made_at"], name="clinics_kept_by_network"),
            models.Index(fields=["address"], name="clinics_kept_by_address"),
            models.Index(fields=["made_at"], name="clinics_kept_by_time"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
