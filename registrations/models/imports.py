"""What came from the old form: the raw rows, and the invitations to claim them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registrations.models.members import Member
from registrations.models.registration import Registration


class ImportedRow(models.Model):
    """The newest row of one person in the old form, as it was written; the key says who, never shown."""

    registration = models.OneToOneField(Registration, on_delete=models.CASCADE, related_name="imported_row")
    person_key = models.CharField(max_length=300, unique=True)
    raw = models.JSONField(_("as it was written"))
    written_at = models.DateTimeField(_("written at"), null=True)
    imported_at = models.DateTimeField(_("imported at"))

    def __str__(self) -> str:
        return f"#{self.pk}"


class ClaimInvitation(models.Model):
    """A one-use link by which a person takes over their imported registration."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="claim_invitations")
    token_hash = models.CharField(max_length=64, unique=True)
    address = models.EmailField()
    invited_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["registration"], condition=Q(used_at=None), name="registrations_one_open_invitation"
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
