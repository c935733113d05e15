"""What the list can be narrowed to at present: the languages, skills and months of clinics people were told of."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Min
from django.utils.translation import get_language

from clinics.listing.versions import version_of_lists
from clinics.models import Channel, Clinic
from letsconnect.base.folding import plain
from letsconnect.base.kept_pages import KeptValues
from registrations.models import Skill
from registrations.models.reference import HEIR_OF_SKILL
from registrations.reference.names import language_name
from registrations.skills.names import names_of

Choice = tuple[str, str]


@dataclass(frozen=True)
class Offered:
    """What clinics there are to narrow down, as a reader of one language calls it, and from when until when."""

    languages: tuple[Choice, ...]
    skills: tuple[Choice, ...]
    first: datetime | None
    last: datetime | None


_OFFERED: KeptValues[Offered] = KeptValues(version_of_lists)


def offered() -> Offered:
    """Return what is offered now; it is read once for each version of the lists, and for each language."""
    language = get_language() or "en"
    return _OFFERED.get(language, lambda: _read(language))


def _read(reader: str) -> Offered:
    announced = Clinic.objects.ever_announced()
    spoken = announced.order_by().values_list("floor_language").distinct()
    interpreted = Channel.objects.interpreted().filter(clinic__announced_at__isnull=False).order_by()
    codes = spoken.union(interpreted.values_list("language").distinct())
    about = announced.filter(skills__isnull=False).order_by().values("skills")
    skills = Skill.objects.filter(pk__in=about).values_list(HEIR_OF_SKILL, "merged_into__slug", "slug")
    slugs = {key: heir or slug for key, heir, slug in skills}
    names, ends = names_of(slugs), announced.aggregate(first=Min("starts_at"), last=Max("starts_at"))
    return Offered(
        tuple(sorted(((code, language_name(code, reader)) for (code,) in codes), key=_by_name)),
        tuple(sorted(((slug, names[key]) for key, slug in slugs.items()), key=_by_name)),
        ends["first"],
        ends["last"],
    )


def _by_name(choice: Choice) -> str:
    return plain(choice[1])
