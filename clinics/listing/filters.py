"""What a reader narrows the list of clinics to, as the address says it.

The list, the month and the public feeds take the same words: ``?language=ar&region=MENA&skill=wikidata&evenings=1``.
What makes no sense is left out, as everywhere in addresses, and the links of a page are written anew from what was
understood.
"""

from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import Any, Self
from urllib.parse import urlencode

from django.db.models import Func, Q, TextField, Value
from django.db.models.functions import Concat, ExtractHour
from django.http import QueryDict

from clinics.domain.clinics import ForWhom
from clinics.domain.listing import EVENING_BEGINS, EVENING_ENDS, Which
from clinics.models import Channel, Clinic, ClinicQuerySet, ClinicResource, ClinicText
from letsconnect.base.folding import MARKS_AS_RANGES, plain, tidy
from letsconnect.base.zones import is_zone, zone_or_utc
from registrations.domain.registrations import Region
from registrations.models import Skill
from registrations.reference.languages import LANGUAGES

MOST_TYPED = 100  # letters of a search
MOST_WORDS = 8
WORDS = "q"  # of which everybody may type others
CHOSEN_NAMES = ("when", "language", "region", "skill", "evenings", "zone")


@dataclass(frozen=True)
class ClinicFilters:
    """The filters of one address; each is empty where the reader wants everything. All that is set must hold.

    ``zone`` is by whose clock evenings are counted, where the address says it, as that of a feed does; otherwise it is
    the reader's own.
    """

    which: str = ""
    language: str = ""
    region: str = ""
    skill: str = ""
    evenings: bool = False
    zone: str = ""
    words: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> Self:
        """Read the filters from an address."""
        which, language, region = query.get("when", ""), query.get("language", ""), query.get("region", "")
        skill, zone = query.get("skill", ""), query.get("zone", "")
        return cls(
            which=which if which in Which.values else "",
            language=language if language in LANGUAGES else "",
            region=region if region in Region.values else "",
            skill=skill if skill and len(skill) <= 80 and skill.replace("-", "").replace("_", "").isalnum() else "",
            evenings=query.get("evenings") == "1",
            zone=zone if zone and is_zone(zone) else "",
            words=tidy(query.get(WORDS, "")[:MOST_TYPED]),
        )

    @property
    def are_set(self) -> bool:
        """Whether the list is narrowed at all; a zone alone narrows nothing."""
        return replace(self, zone="") != ClinicFilters()

    def without(self, name: str) -> "ClinicFilters":
        """Return the filters without one of them."""
        empty: Any = getattr(ClinicFilters(), name)
        return replace(self, **{name: empty})

    def without_page_parts(self) -> "ClinicFilters":
        """Return what SQL is written for: not which of the two lists, nor a zone that nothing asks for."""
        return replace(self, which="", zone=self.zone if self.evenings else "")

    def as_query(self, **more: object) -> str:
        """Return what follows the "?" of an address with these filters and ``more`` words; "" for none."""
        values: dict[str, Any] = {
            "when": self.which,
            "language": self.language,
            "region": self.region,
            "skill": self.skill,
            "evenings": "1" if self.evenings else "",
            "zone": self.zone if self.evenings else "",
            "q": self.words,
            **more,
        }
        return urlencode({name: value for name, value in values.items() if value})

    def clock(self, reader_zone: str) -> str:
        """Return the zone by whose clock evenings are counted."""
        return self.zone or reader_zone

    def for_anybody(self, reader_zone: str) -> "ClinicFilters":
        """Return what a program asks for that does not know the reader's clock: the address says it."""
        return replace(self, zone=self.clock(reader_zone) if self.evenings else self.zone)

    def narrow(self, clinics: ClinicQuerySet, *, zone: str) -> ClinicQuerySet:
        """Return those of the clinics that a reader in ``zone`` looks for; ``which`` is for a caller with a now."""
        if self.language:
            clinics = clinics.filter(_understood_in(self.language))
        if self.region:
            clinics = clinics.filter(
                Q(for_whom=ForWhom.REGION, region=self.region)
                | Q(for_whom=ForWhom.REGIONS, regions__contains=[self.region])
            )
        if self.skill:
            clinics = clinics.filter(pk__in=_about(self.skill).values("pk"))
        if self.evenings:
            hour = ExtractHour("starts_at", tzinfo=zone_or_utc(self.clock(zone)))
            clinics = clinics.alias(_hour=hour).filter(_hour__gte=EVENING_BEGINS, _hour__lt=EVENING_ENDS)
        for word in self.words.split()[:MOST_WORDS]:
            clinics = clinics.filter(_saying(word))
        return clinics


def _understood_in(language: str) -> Q:
    """The clinics that are spoken in a language, for which an interpreter into it has said yes, or with a recording in
    it."""
    interpreted = Channel.objects.interpreted().filter(language=language)
    recorded = ClinicResource.objects.ready().recordings().in_language(language)
    return Q(floor_language=language) | Q(pk__in=interpreted.values("clinic")) | Q(pk__in=recorded.values("clinic"))


def _about(slug: str) -> ClinicQuerySet:
    """The clinics on a skill, on one that was merged into it, or on a part of it."""
    skills = Skill.objects.filter(Q(slug=slug) | Q(merged_into__slug=slug) | Q(parent__slug=slug))
    return Clinic.objects.filter(skills__in=skills.values("pk"))


def _saying(word: str) -> Q:
    """The clinics that say a word, in capitals or not, with accents or without: in the title or summary of a ready
    text, in any language, in what came of them, or in the title of a recording or of other material.

    A word is found in any other, because not all languages part words by spaces or leave articles apart.
    """
    said, wanted = Folded(Concat("title", Value(" "), "summary", output_field=TextField())), plain(word)
    texts = ClinicText.objects.ready().alias(_said=said).filter(_said__contains=wanted)
    materials = ClinicResource.objects.ready().alias(_said=Folded("title")).filter(_said__contains=wanted)
    outcomes = Clinic.objects.exclude(outcome="").alias(_said=Folded("outcome")).filter(_said__contains=wanted)
    found_in = (texts.values("clinic"), materials.values("clinic"), outcomes.values("pk"))
    return reduce(or_, (Q(pk__in=clinics) for clinics in found_in))


class Folded(Func):
    """What `letsconnect.base.folding.plain` makes of a text, made by the database."""

    output_field = TextField()
    template = (
        "replace(replace(replace(translate(normalize(regexp_replace(normalize(lower(%(expressions)s), NFKD), "
        f"'[{MARKS_AS_RANGES}]', '', 'g'), NFC), 'ىةیکٱøłđıء', 'يهيكاoldi'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe')"
    )
