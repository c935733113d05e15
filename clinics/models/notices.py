"""What those who come to a clinic, and its people, are written about it: reminders, changes, thanks, and what its
planners write to them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinics.domain.notices import CHANGED, FROM_THE_HOST
from clinics.models.clinics import Clinic
from clinics.models.people import ClinicPerson
from clinics.models.seats import Rsvp
from letsconnect.base.fields import LineField, can_be_seen, lines_can_be_seen
from letsconnect.base.labels import label_of
from registrations.models import Member


class ClinicChange(models.Model):
    """What an announced clinic was before it was changed: what a letter about the change compares with what it is."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="changes")
    was = models.JSONField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.clinic_id} {self.made_at:%Y-%m-%d %H:%M}"


class ClinicMessageQuerySet(models.QuerySet["ClinicMessage"]):
    def of(self, member: Member) -> "ClinicMessageQuerySet":
        return self.filter(by=member)


class ClinicMessage(models.Model):
    """What a planner wrote to those who come to a clinic; its texts are deleted 90 days later, as sent letters are."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="messages", verbose_name=_("clinic"))
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", verbose_name=_("written by"))
    # Drawn with the form: whoever presses its button twice sends one message.
    pressed = models.UUIDField(unique=True, editable=False)
    made_at = models.DateTimeField(_("written at"))
    to_whom = models.JSONField(_("to whom"))
    people = models.PositiveIntegerField(_("emails"))

    objects = ClinicMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("email to those who come")
        verbose_name_plural = _("emails to those who come")
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.clinic_id} {self.made_at:%Y-%m-%d %H:%M}"


class ClinicMessageText(models.Model):
    """A message in one language."""

    message = models.ForeignKey(ClinicMessage, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    subject = LineField(_("subject"), max_length=120)
    text = models.TextField(_("text"), max_length=4000)

    class Meta:
        ordering = ["message_id", "language"]
        constraints = [
            models.UniqueConstraint(fields=["message", "language"], name="clinics_one_message_text_per_language"),
            models.CheckConstraint(
                condition=lines_can_be_seen("subject") & ~Q(subject="") & can_be_seen("text"),
                name="clinics_message_says_something",
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class Notice(models.Model):
    """One letter about one start of a clinic that somebody with a seat, or one of its people, is owed.

    Its ``kind`` is the step of a ladder of reminders, or what `clinics.domain.notices` names.
    """

    rsvp = models.ForeignKey(Rsvp, on_delete=models.PROTECT, null=True, blank=True, related_name="notices")
    person = models.ForeignKey(ClinicPerson, on_delete=models.CASCADE, null=True, blank=True, related_name="notices")
    kind = models.CharField(max_length=20)
    sequence = models.PositiveIntegerField()
    starts_at = models.DateTimeField()
    made_at = models.DateTimeField()
    change = models.ForeignKey(ClinicChange, on_delete=models.PROTECT, null=True, blank=True, related_name="notices")
    message = models.ForeignKey(ClinicMessage, on_delete=models.PROTECT, null=True, blank=True, related_name="notices")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(rsvp__isnull=False, person=None) | Q(rsvp=None, person__isnull=False),
                name="clinics_notice_is_to_a_seat_or_a_person",
            ),
            models.CheckConstraint(condition=Q(kind__regex="^[a-z]+(_[a-z]+)*$"), name="clinics_notice_kind_is_a_word"),
            models.CheckConstraint(
                condition=Q(kind=CHANGED, change__isnull=False) | ~Q(kind=CHANGED) & Q(change=None),
                name="clinics_notice_of_a_change_names_it",
            ),
            models.CheckConstraint(
                condition=Q(kind=FROM_THE_HOST, message__isnull=False) | ~Q(kind=FROM_THE_HOST) & Q(message=None),
                name="clinics_notice_of_a_message_names_it",
            ),
            *(
                models.UniqueConstraint(
                    fields=[who, "kind", "sequence"],
                    condition=Q(**{f"{who}__isnull": False}, change=None, message=None),
                    name=f"clinics_one_notice_per_kind_and_start_of_a_{who}",
                )
                for who in ("rsvp", "person")
            ),
            *(
                models.UniqueConstraint(
                    fields=[who, what],
                    condition=Q(**{f"{who}__isnull": False, f"{what}__isnull": False}),
                    name=f"clinics_one_notice_per_{what}_to_a_{who}",
                )
                for who in ("rsvp", "person")
                for what in ("change", "message")
            ),
        ]

    def __str__(self) -> str:
        return f"{label_of(self, 'kind')} {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def clinic(self) -> Clinic:
        """The clinic it is about."""
        about = self.rsvp or self.person
        if about is None:
            raise ValueError("a notice is to somebody with a seat, or to one of the people of a clinic")
        return about.clinic
