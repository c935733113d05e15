"""What is kept of a clinic for those who missed it: of which kinds, under which licence, and when it is written."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.domain.clinics import TOOK_PLACE, ClinicError


class ResourceKind(TextChoices):
    """In the order in which pages show them."""

    RECORDING = "recording", pgettext_lazy("kind of material of a clinic", "Recording")
    SLIDES = "slides", pgettext_lazy("kind of material of a clinic", "Slides")
    NOTES = "notes", pgettext_lazy("kind of material of a clinic", "Notes")
    TOOLKIT = "toolkit", pgettext_lazy("kind of material of a clinic", "Toolkit")
    OTHER = "other", pgettext_lazy("kind of material of a clinic", "Something else")


class Licence(TextChoices):
    BY_SA = "cc-by-sa-4.0", "CC BY-SA 4.0"
    BY = "cc-by-4.0", "CC BY 4.0"
    CC0 = "cc0-1.0", "CC0 1.0"
    PUBLIC_DOMAIN = "public-domain", pgettext_lazy("licence", "public domain")
    OWN_WORDS = "own-words", pgettext_lazy("licence", "another one, in our own words")


LICENCE_PAGES = {
    Licence.BY_SA: "https://creativecommons.org/licenses/by-sa/4.0/",
    Licence.BY: "https://creativecommons.org/licenses/by/4.0/",
    Licence.CC0: "https://creativecommons.org/publicdomain/zero/1.0/",
}
# Of these there is one for each language in which a clinic could be heard.
IN_ONE_LANGUAGE = (ResourceKind.RECORDING, ResourceKind.SLIDES)
RESOURCES_AT_MOST = 60


class ResourcesClosed(ClinicError):
    """The clinic was not held: there is nothing to keep of it."""


class ResourcesRefused(ClinicError):
    """What was typed cannot be kept as it is; the message says why."""


def check_can_be_kept(state: str) -> None:
    """Raise ResourcesClosed unless a clinic in this state was held. Recordings come late, and links break: they are
    written in the archive, too."""
    if state not in TOOK_PLACE:
        raise ResourcesClosed(_("Recordings and slides of a clinic are written down once it was held."))
