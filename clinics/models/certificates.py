"""Certificates of having attended a clinic, shared at it, or contributed to it.

That a certificate belongs to somebody who came or had that part is kept by triggers, see migration 0024.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinics.domain.certificates import ALPHABET, CODE_LENGTH, CertificateKind, RevokedWhy, grouped
from clinics.models.clinics import Clinic
from letsconnect.base.fields import LineField, can_be_seen, lines_can_be_seen
from registrations.models import Member


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def of(self, member: Member) -> "CertificateQuerySet":
        return self.filter(member=member)

    def valid(self) -> "CertificateQuerySet":
        return self.filter(revoked_at=None)

    def not_revoked_by_desk(self) -> "CertificateQuerySet":
        """What the working group may still revoke: valid ones, and those that their holder took back."""
        return self.exclude(revoked_why=RevokedWhy.DESK)


class Certificate(models.Model):
    """One certificate of one person about one clinic, which others check by its code.

    Whoever types the code is shown what the holder allows, and whether it still counts. What it says of the clinic is
    read from the clinic. One that was revoked stays, so that its code is still known, until its holder is erased.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="certificates", verbose_name=_("clinic"))
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="certificates", verbose_name=_("member"))
    kind = models.CharField(_("kind"), max_length=12, choices=CertificateKind)
    code = models.CharField(_("code"), max_length=CODE_LENGTH, unique=True)
    name = LineField(_("name on the certificate"), max_length=150)
    shows_name = models.BooleanField(_("the name"), default=False)
    shows_title = models.BooleanField(_("the title of the clinic"), default=True)
    shows_date = models.BooleanField(_("the date"), default=True)
    shows_hours = models.BooleanField(_("how long it was"), default=True)
    made_at = models.DateTimeField(_("made at"))
    revoked_at = models.DateTimeField(_("counts no more since"), null=True, blank=True)
    revoked_why = models.CharField(_("why it counts no more"), max_length=10, choices=RevokedWhy, blank=True)
    revoked_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    revoke_reason = LineField(_("reason"), max_length=300, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "member", "kind"],  # what the desk revoked is not made again
                condition=Q(revoked_at=None) | Q(revoked_why=RevokedWhy.DESK),
                name="clinics_one_certificate_per_member_and_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=CertificateKind.values), name="clinics_certificate_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(code__regex=f"^[{ALPHABET}]{{{CODE_LENGTH}}}$"), name="clinics_certificate_has_a_code"
            ),
            models.CheckConstraint(
                condition=can_be_seen("name") & lines_can_be_seen("name"), name="clinics_certificate_has_a_name"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_why="", revoked_by=None, revoke_reason="")
                | Q(revoked_at__isnull=False, revoked_why__in=RevokedWhy.values),
                name="clinics_revoked_certificate_says_why",
            ),
            models.CheckConstraint(
                condition=Q(revoked_why=RevokedWhy.DESK, revoked_by__isnull=False)
                & can_be_seen("revoke_reason")
                & lines_can_be_seen("revoke_reason")
                | ~Q(revoked_why=RevokedWhy.DESK) & Q(revoke_reason=""),
                name="clinics_desk_revokes_with_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["member", "clinic"], name="clinics_certificate_by_member")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"

    @property
    def is_valid(self) -> bool:
        return self.revoked_at is None

    @property
    def grouped_code(self) -> str:
        return grouped(self.code)
