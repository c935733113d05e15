"""Who agreed to which document, and the one condition that decides who takes part because of it."""

from datetime import date

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from letsconnect.base.labels import label_of
from registrations import documents
from registrations.domain.agreements import ConsentDocument
from registrations.models.eligibility import Eligibility
from registrations.models.members import Member


class ConsentQuerySet(models.QuerySet["Consent"]):
    def given(self) -> "ConsentQuerySet":
        """Agreements that members gave themselves and did not withdraw. Those of the old form are only history."""
        return self.filter(member__isnull=False, withdrawn_at=None)

    def counting(self, document: ConsentDocument, *, on: date) -> "ConsentQuerySet":
        """Agreements to the document that count on that day: to the version in force, or to the one before during its
        days of grace."""
        return self.given().filter(document=document, version__in=documents.counting(document, on=on))

    def about(self, member: Member) -> "ConsentQuerySet":
        """Everything the person ever agreed to, here and in the old form, oldest first."""
        return self.filter(Q(member=member) | Q(registration__member=member)).order_by("given_at", "pk")


class Consent(models.Model):
    """A member's agreement to one version of one document; withdrawing sets a time, agreeing again makes a new row.

    An agreement of the old form stays with its registration as history: claiming the registration does not make it the
    member's agreement.
    """

    member = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="consents")
    registration = models.ForeignKey(
        "registrations.Registration", null=True, on_delete=models.CASCADE, related_name="imported_consents"
    )
    document = models.CharField(max_length=20, choices=ConsentDocument)
    version = models.CharField(max_length=20)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(member__isnull=False, registration=None) | Q(member=None, registration__isnull=False),
                name="registrations_consent_is_a_members_or_came_by_import",
            ),
            models.UniqueConstraint(
                fields=["member", "document"],
                condition=Q(withdrawn_at=None),
                name="registrations_one_current_consent_per_document",
            ),
            models.UniqueConstraint(
                fields=["registration", "document"],
                condition=Q(withdrawn_at=None),
                name="registrations_one_imported_consent_per_document",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("given_at")),
                name="registrations_consent_withdrawn_after_given",
            ),
        ]

    def __str__(self) -> str:
        return f"{label_of(self, 'document')} {self.version}"


def has_agreed(*, on: date, member: str = "member") -> Q:
    """Return the condition that a row's member agreed to what the programme requires.

    That is the privacy notice, and the code of conduct unless the eligibility rules do not ask for it. ``member`` is
    the lookup that leads to the member. Everything that matches, lists or shows people to each other uses this
    condition.
    """
    agreed = Q()
    for document in documents.REQUIRED:
        theirs = Consent.objects.counting(document, on=on).filter(member=OuterRef(member))
        holds = Q(Exists(theirs))
        if document == ConsentDocument.CODE_OF_CONDUCT:
            holds |= Q(Exists(Eligibility.objects.filter(must_agree_to_the_code=False)))
        agreed &= holds
    return agreed
