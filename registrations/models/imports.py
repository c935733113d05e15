"""What came from the old form: the raw rows, whom they are about, and the invitations to claim them."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from letsconnect.base.labels import label_of
from registrations.models.members import Member
from registrations.models.registration import Registration


class ImportedRow(models.Model):
    """The newest row of one person in the old form, as it was written."""

    registration = models.OneToOneField(Registration, on_delete=models.CASCADE, related_name="imported_row")
    raw = models.JSONField(_("as it was written"))
    written_at = models.DateTimeField(_("written at"), null=True)
    imported_at = models.DateTimeField(_("imported at"))

    def __str__(self) -> str:
        return f"#{self.pk}"


class ImportedKey(models.Model):
    """Something by which a person of the old form is recognised, hashed with the portal's secret.

    It stays after erasure, so that importing the old file again does not bring the person back.
    """

    class Kind(models.TextChoices):
        ADDRESS = "address", _("address")
        USERNAME = "username", _("username")
        ROW = "row", _("content of the row")

    row = models.ForeignKey(ImportedRow, on_delete=models.CASCADE, related_name="keys")
    kind = models.CharField(max_length=8, choices=Kind)
    digest = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return f"{label_of(self, 'kind')} #{self.pk}"


class ClaimInvitationQuerySet(models.QuerySet["ClaimInvitation"]):
    def visible_to(self, member: Member) -> "ClaimInvitationQuerySet":
        """Coordinators see invitations, because addresses are shown."""
        return self if member.is_coordinator else self.none()

    def open(self, *, at: datetime) -> "ClaimInvitationQuerySet":
        """Invitations neither used nor too old, to a registration that nobody has claimed."""
        return self.filter(used_at=None, expires_at__gt=at, registration__member=None)

    def owed_reminder(self, *, at: datetime, invited_before: datetime) -> "ClaimInvitationQuerySet":
        return self.open(at=at).filter(reminded_at=None, invited_at__lte=invited_before)


class ClaimInvitation(models.Model):
    """A one-use link with which a person takes over their imported registration.

    The link is signed, so nothing of it is stored; inviting again moves ``invited_at``, and earlier links stop working.
    """

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="claim_invitations")
    address = models.EmailField(_("address"))
    invited_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", verbose_name=_("invited by"))
    invited_at = models.DateTimeField(_("invited at"))
    reminded_at = models.DateTimeField(_("reminded at"), null=True)
    expires_at = models.DateTimeField(_("expires at"))
    used_at = models.DateTimeField(_("used at"), null=True)

    objects = ClaimInvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation to take over a registration")
        verbose_name_plural = _("invitations to take over a registration")
        constraints = [
            models.UniqueConstraint(
                fields=["registration"], condition=Q(used_at=None), name="registrations_one_open_invitation"
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
