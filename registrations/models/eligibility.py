"""The eligibility rules: one row of settings that coordinators change."""

from collections.abc import Iterable

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from letsconnect.base.statements import Statement
from registrations.domain.eligibility import Rules


class EligibilityManager(models.Manager["Eligibility"]):
    def current(self) -> "Eligibility":
        """The settings, or their defaults until a coordinator saves them."""
        return self.among(_CURRENT.rows({}))

    def asked(self) -> "models.QuerySet[Eligibility]":
        """Return the rows to read for `among`, together with others in a batch."""
        return _CURRENT.queryset({})

    def among(self, rows: "Iterable[Eligibility]") -> "Eligibility":
        """The settings that were read, or their defaults."""
        return next(iter(rows), None) or Eligibility()


class Eligibility(models.Model):
    """What the programme requires of people, and which of their changes the working group reviews first."""

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    must_belong_to_a_group = models.BooleanField(
        _("people must belong to a group"),
        default=False,
        help_text=_("Asked when they submit; reviewers are warned where it is missing."),
    )
    must_agree_to_the_code = models.BooleanField(
        _("people must agree to the Universal Code of Conduct"),
        default=True,
        help_text=_("Asked when they submit; reviewers are warned where it is missing."),
    )
    country_is_reviewed_again = models.BooleanField(
        _("a changed country needs a new review"),
        default=True,
        help_text=_("Every other change of an approved registration counts at once."),
    )
    group_is_reviewed_again = models.BooleanField(_("a changed group needs a new review"), default=True)
    role_is_reviewed_again = models.BooleanField(_("a changed role needs a new review"), default=True)

    objects = EligibilityManager()

    class Meta:
        verbose_name = _("eligibility rules")
        verbose_name_plural = _("eligibility rules")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="registrations_one_row_of_eligibility")]

    def __str__(self) -> str:
        return str(_("eligibility rules"))

    @property
    def rules(self) -> Rules:
        again = {
            "country": self.country_is_reviewed_again,
            "group": self.group_is_reviewed_again,
            "role": self.role_is_reviewed_again,
        }
        return Rules(
            must_belong_to_a_group=self.must_belong_to_a_group,
            must_agree_to_the_code=self.must_agree_to_the_code,
            reviewed_again=frozenset(name for name, is_on in again.items() if is_on),
        )


_CURRENT = Statement(lambda: Eligibility.objects.order_by("pk")[:1])
