"""What pages show of a clinic that was held: its recordings and slides, and how many came from where."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import get_language, ngettext, pgettext_lazy
from django.utils.translation import gettext as _

from clinics.domain.outcomes import RegionsTold
from clinics.domain.resources import ResourceKind
from clinics.models import AttendanceFigures, Clinic, ClinicResource
from letsconnect.base.languages import chain
from letsconnect.base.statements import Inquiry, Statement
from registrations.domain.registrations import Region


class Shelf(NamedTuple):
    """What there is of one kind, in the order in which the reader understands it best."""

    kind: str
    links: list[ClinicResource]

    @property
    def label(self) -> str:
        return str(_SEVERAL[ResourceKind(self.kind)])


_SEVERAL = {
    ResourceKind.RECORDING: pgettext_lazy("materials of a clinic", "Recordings"),
    ResourceKind.SLIDES: pgettext_lazy("materials of a clinic", "Slides"),
    ResourceKind.NOTES: pgettext_lazy("materials of a clinic", "Notes"),
    ResourceKind.TOOLKIT: pgettext_lazy("materials of a clinic", "Toolkits"),
    ResourceKind.OTHER: pgettext_lazy("materials of a clinic", "More"),
}


@dataclass(frozen=True)
class Archive:
    """What is kept of a clinic, as everybody sees it."""

    shelves: list[Shelf]
    people: int | None
    regions: RegionsTold

    @property
    def came_in_words(self) -> str:
        """How many people were there, and from how many regions; "" where nobody counted."""
        if self.people is None:
            return ""
        sentence = ngettext("%(people)d person was there.", "%(people)d people were there.", self.people)
        sentences = [sentence % {"people": self.people}]
        if self.regions.number:
            number = self.regions.number
            text = ngettext("They came from %(number)d region.", "They came from %(number)d regions.", number)
            sentences.append(text % {"number": number})
        return " ".join(sentences)

    @property
    def regions_in_words(self) -> list[tuple[str, int]]:
        """How many came from each region that may be named, and from all others together."""
        if not self.regions.named:
            return []
        named = [(str(Region(region).label), count) for region, count in self.regions.named]
        elsewhere = [(_("other regions"), self.regions.elsewhere)] if self.regions.elsewhere else []
        return named + elsewhere

    @property
    def has_something(self) -> bool:
        return bool(self.shelves) or self.people is not None


def archive_of(clinic: Clinic) -> Archive | None:
    """Return what is kept of a clinic, in two queries for any number of links; None of one that was not held."""
    if clinic.held_at is None:
        return None
    of_links, of_figures = asked_for_archive(clinic)
    links, figures, regions = of_links.rows(), next(iter(of_figures.rows()), None), RegionsTold()
    if figures is not None:
        named = sorted(figures.named.items(), key=lambda region: (-region[1], region[0]))
        regions = RegionsTold(figures.regions, tuple(named), figures.elsewhere)
    counted = figures.people or None if figures else None
    number = clinic.head_count if clinic.head_count is not None else counted
    return Archive(list(_shelves(links, clinic)), number, regions)


def asked_for_archive(clinic: Clinic) -> tuple[Inquiry[ClinicResource], Inquiry[AttendanceFigures]]:
    return _LINKS.asked({"clinic": clinic.pk}), _FIGURES.asked({"clinic": clinic.pk})


# Asked for each page of a clinic that was held, so the SQL is written once.
_LINKS = Statement(lambda clinic: ClinicResource.objects.filter(clinic=clinic, is_ready=True))
_FIGURES = Statement(lambda clinic: AttendanceFigures.objects.filter(clinic=clinic))


def _shelves(links: Iterable[ClinicResource], clinic: Clinic) -> Iterable[Shelf]:
    understood = [*chain(get_language() or "en"), clinic.floor_language]

    def how_well(link: ClinicResource) -> tuple[int, int]:
        code = link.language.split("-")[0] if link.language not in understood else link.language
        return (understood.index(code) if code in understood else len(understood), link.place)

    ordered = sorted(links, key=how_well)
    for kind in ResourceKind:
        if of_kind := [link for link in ordered if link.kind == kind]:
            yield Shelf(kind, of_kind)
