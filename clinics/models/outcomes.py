"""What came of a clinic: how many people were there, and a summary. Columns of the clinic itself."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from letsconnect.base.fields import can_be_seen
from letsconnect.base.labels import label_of
from letsconnect.base.languages import direction_of
from registrations.models.languages import is_written_as_a_language
from registrations.reference.names import languages_by_name

MOST_HEADS = 100_000


class ClinicOutcome(models.Model):
    """The columns of a clinic that are written after it was held."""

    head_count = models.PositiveIntegerField(
        _("how many people were there"), null=True, blank=True, validators=[MaxValueValidator(MOST_HEADS)]
    )
    outcome = models.TextField(_("what came of it"), max_length=5000, blank=True)
    outcome_language = models.CharField(
        _("language of the summary"), max_length=20, choices=languages_by_name, blank=True
    )

    class Meta:
        abstract = True

    @property
    def outcome_language_in_words(self) -> str:
        return label_of(self, "outcome_language")

    @property
    def outcome_direction(self) -> str:
        return direction_of(self.outcome_language)


OUTCOME_RULES = [
    models.CheckConstraint(
        condition=Q(head_count=None) | Q(held_at__isnull=False, head_count__gte=0, head_count__lte=MOST_HEADS),
        name="clinics_heads_are_counted_once_it_was_held",
    ),
    models.CheckConstraint(
        condition=Q(outcome="", outcome_language="")
        | Q(held_at__isnull=False) & can_be_seen("outcome") & is_written_as_a_language("outcome_language"),
        name="clinics_outcome_is_written_once_it_was_held",
    ),
]
