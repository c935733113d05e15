"""The agendas of clinics, and the templates from which they are begun."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Deferrable, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.domain.agendas import MINUTES_AT_MOST, AgendaPart
from clinics.domain.clinics import ClinicFormat
from letsconnect.base.fields import LineField, lines_can_be_seen
from letsconnect.base.labels import label_of


def _rules(table: str, parent: str) -> list[models.BaseConstraint]:
    """Return the rules of a table of agenda items: those of an agenda and of its template are the same."""
    return [
        # Deferred, because two items change places by taking each other's.
        models.UniqueConstraint(
            fields=[parent, "place"], name=f"clinics_one_{table}_at_a_place", deferrable=Deferrable.DEFERRED
        ),
        models.CheckConstraint(condition=Q(place__gt=0), name=f"clinics_{table}_places_begin_at_one"),
        models.CheckConstraint(
            condition=Q(minutes__gt=0, minutes__lte=MINUTES_AT_MOST), name=f"clinics_{table}_takes_its_minutes"
        ),
        models.CheckConstraint(condition=Q(part__in=AgendaPart.values), name=f"clinics_{table}_part_is_known"),
        models.CheckConstraint(
            condition=~Q(part=AgendaPart.OTHER) | ~Q(title=""), name=f"clinics_{table}_of_its_own_is_named"
        ),
        models.CheckConstraint(condition=lines_can_be_seen("title"), name=f"clinics_{table}_title_can_be_seen"),
    ]


class AgendaLine(models.Model):
    """One item: what, for how long, and after which others. Its words are shown as typed, or follow from its part."""

    place = models.PositiveSmallIntegerField(pgettext_lazy("of an agenda item", "place"))
    part = models.CharField(pgettext_lazy("of an agenda", "part"), max_length=15, choices=AgendaPart)
    title = LineField(pgettext_lazy("of an agenda item", "in your own words"), max_length=150, blank=True)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), validators=[MinValueValidator(1), MaxValueValidator(MINUTES_AT_MOST)]
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.in_words

    @property
    def in_words(self) -> str:
        """What the item is: as it was typed, or what its part is called in the reader's language."""
        return self.title or label_of(self, "part")


class AgendaItem(AgendaLine):
    """One item of the agenda of a clinic. Who speaks is one of its people, or a line of text.

    A key of two columns, (person, clinic), keeps the person of one clinic out of the agenda of another.
    """

    clinic = models.ForeignKey("Clinic", on_delete=models.CASCADE, related_name="agenda")
    speaker = LineField(pgettext_lazy("of an agenda item", "who speaks"), max_length=150, blank=True)
    person = models.ForeignKey(
        "ClinicPerson", null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("agenda item")
        verbose_name_plural = pgettext_lazy("of a clinic", "agenda")
        ordering = ["clinic_id", "place"]
        constraints = [
            *_rules("agenda_item", "clinic"),
            models.CheckConstraint(condition=lines_can_be_seen("speaker"), name="clinics_speaker_can_be_seen"),
            models.CheckConstraint(condition=Q(person=None) | Q(speaker=""), name="clinics_speaker_is_named_once"),
        ]

    @property
    def speaker_planned(self) -> str:
        """Who speaks, as those who plan the clinic see it, whatever the person has answered."""
        return self.person.shown_name if self.person else str(self.speaker)

    @property
    def speaker_shown(self) -> str:
        """Who speaks, as everybody may read it: somebody who was only asked, or has stepped back, is not named."""
        return self.speaker_planned if self.person is None or self.person.is_accepted else ""


class AgendaTemplate(models.Model):
    """The agenda with which a clinic of one format begins."""

    format = models.CharField(_("format"), max_length=15, choices=ClinicFormat, unique=True, editable=False)

    class Meta:
        verbose_name = _("agenda to begin with")
        verbose_name_plural = _("agendas to begin with")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(format__in=ClinicFormat.values), name="clinics_template_format_is_known")
        ]

    def __str__(self) -> str:
        return label_of(self, "format")


class AgendaTemplateItem(AgendaLine):
    """One item of such an agenda."""

    template = models.ForeignKey(AgendaTemplate, on_delete=models.CASCADE, related_name="items")

    class Meta:
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda items")
        ordering = ["template_id", "place"]
        constraints = _rules("template_item", "template")
