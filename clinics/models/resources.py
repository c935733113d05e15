"""What is kept of a clinic for those who missed it: recordings, slides, notes, tools."""

from django.db import models
from django.db.models import Deferrable, Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from clinics.domain.resources import IN_ONE_LANGUAGE, LICENCE_PAGES, Licence, ResourceKind
from clinics.models.clinics import Clinic
from letsconnect.base.fields import LineField, lines_can_be_seen
from letsconnect.base.labels import label_of
from letsconnect.base.languages import direction_of
from letsconnect.base.typed_links import validate_typed_link
from registrations.models.languages import is_written_as_a_language
from registrations.reference.names import language_name, languages_by_name


class ClinicResourceQuerySet(models.QuerySet["ClinicResource"]):
    def ready(self) -> "ClinicResourceQuerySet":
        """Those that everybody sees, of clinics that people were told of. ``values("clinic")`` are these clinics."""
        return self.filter(is_ready=True, clinic__announced_at__isnull=False)

    def recordings(self) -> "ClinicResourceQuerySet":
        return self.filter(kind=ResourceKind.RECORDING)

    def in_language(self, code: str) -> "ClinicResourceQuerySet":
        return self.filter(language=code)


class ClinicResource(models.Model):
    """One link to something of a clinic: in one language, or, without one, in several.

    One that is not ready is seen by those who look after the clinic only.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="resources")
    place = models.PositiveSmallIntegerField(pgettext_lazy("of material of a clinic", "place"))
    kind = models.CharField(pgettext_lazy("of material of a clinic", "what it is"), max_length=10, choices=ResourceKind)
    language = models.CharField(_("language"), max_length=20, choices=languages_by_name, blank=True)
    title = LineField(_("title"), max_length=200, blank=True)
    url = models.URLField(_("link"), max_length=500, validators=[validate_typed_link])
    licence = models.CharField(_("licence"), max_length=15, choices=Licence, default=Licence.BY_SA)
    licence_words = LineField(_("licence in our own words"), max_length=150, blank=True)
    is_ready = models.BooleanField(pgettext_lazy("of material of a clinic", "everybody sees it"), default=True)

    objects = ClinicResourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("material of a clinic")
        verbose_name_plural = _("materials of a clinic")
        ordering = ["clinic_id", "place"]
        constraints = [
            # Deferred, because two change places by taking each other's.
            models.UniqueConstraint(
                fields=["clinic", "place"], name="clinics_one_resource_at_a_place", deferrable=Deferrable.DEFERRED
            ),
            models.CheckConstraint(condition=Q(place__gt=0), name="clinics_resource_places_begin_at_one"),
            models.CheckConstraint(condition=Q(kind__in=ResourceKind.values), name="clinics_resource_kind_is_known"),
            models.CheckConstraint(condition=Q(url__startswith="https://"), name="clinics_resource_link_is_encrypted"),
            models.CheckConstraint(condition=lines_can_be_seen("title"), name="clinics_resource_title_can_be_seen"),
            models.CheckConstraint(
                condition=Q(language="") & ~Q(kind__in=IN_ONE_LANGUAGE) | is_written_as_a_language("language"),
                name="clinics_recordings_and_slides_have_a_language",
            ),
            models.CheckConstraint(
                condition=~Q(kind=ResourceKind.OTHER) | ~Q(title=""), name="clinics_something_else_is_named"
            ),
            models.CheckConstraint(
                condition=Q(licence__in=Licence.values) & ~Q(licence=Licence.OWN_WORDS) & Q(licence_words="")
                | Q(licence=Licence.OWN_WORDS) & ~Q(licence_words="") & lines_can_be_seen("licence_words"),
                name="clinics_own_licence_has_its_words",
            ),
        ]
        indexes = [
            models.Index(
                fields=["language", "clinic"],
                condition=Q(kind=ResourceKind.RECORDING, is_ready=True),
                name="clinics_recordings_by_language",
            )
        ]

    def __str__(self) -> str:
        return str(self.title or self.kind_in_words)

    @property
    def kind_in_words(self) -> str:
        return label_of(self, "kind")

    @property
    def language_in_words(self) -> str:
        """The language as the present reader calls it; "" where there is no single one."""
        return language_name(self.language, get_language() or "en") if self.language else ""

    @property
    def direction(self) -> str:
        return direction_of(self.language) if self.language else "auto"

    @property
    def licence_in_words(self) -> str:
        return str(self.licence_words or label_of(self, "licence"))

    @property
    def licence_page(self) -> str:
        """Where the licence can be read; "" where it has no page of its own."""
        return LICENCE_PAGES.get(Licence(self.licence), "")
