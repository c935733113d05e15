"""What the list can be narrowed to at present: the languages, skills and months of clinics people were told of."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import DateTimeField, Max, Min, Value
from django.utils.translation import get_language

from clinics.listing.filters import ClinicFilters
from clinics.listing.versions import version_of_lists
from clinics.models import Channel, Clinic, ClinicResource
from letsconnect.base.folding import plain
from letsconnect.base.kept_pages import KeptValues
from letsconnect.base.query_batches import QueryBatch
from registrations.models import Skill
from registrations.models.reference import HEIR_OF_SKILL
from registrations.reference.names import language_name
from registrations.skills.names import best_names, name_rows

Choice = tuple[str, str]


@dataclass(frozen=True)
class Offered:
    """What clinics there are to narrow down, as a reader of one language calls it, and from when until when."""

    languages: tuple[Choice, ...]
    skills: tuple[Choice, ...]
    first: datetime | None
    last: datetime | None


MOST_KEPT_FILTERS = 2  # of one address; what has more is drawn anew


def is_likely(filters: ClinicFilters, kept: Offered) -> bool:
    """Tell whether many may narrow the list so, and what they read is worth keeping: by what there is, and not by all
    at once."""
    chosen = (filters.language, filters.region, filters.skill, filters.evenings)
    of_others = filters.words or (filters.evenings and filters.zone)
    if of_others or sum(map(bool, chosen)) > MOST_KEPT_FILTERS:
        return False
    languages, skills = ({key for key, _name in choices} for choices in (kept.languages, kept.skills))
    return filters.language in {"", *languages} and filters.skill in {"", *skills}


_OFFERED: KeptValues[Offered] = KeptValues(version_of_lists)


def offered() -> Offered:
    """Return what is offered now; it is read once for each version of the lists, and for each language."""
    language = get_language() or "en"
    return _OFFERED.get(language, lambda: _read(language))


def _read(reader: str) -> Offered:
    """Read all in one statement: who comes after something changed waits for it."""
    announced, batch = Clinic.objects.ever_announced().order_by(), QueryBatch()
    never = Value(None, output_field=DateTimeField())
    spoken = announced.values_list("floor_language").annotate(first=Min("starts_at"), last=Max("starts_at"))
    interpreted = Channel.objects.interpreted().filter(clinic__announced_at__isnull=False).order_by()
    recorded = ClinicResource.objects.ready().recordings().order_by()
    others = (rows.values_list("language", never, never) for rows in (interpreted, recorded))
    languages = batch.add(spoken.union(*others))
    about = Skill.objects.filter(pk__in=announced.filter(skills__isnull=False).values("skills"))
    heirs = about.values(called=HEIR_OF_SKILL)
    skills = batch.add(name_rows(Skill.objects.filter(pk__in=heirs)))
    batch.run()
    names, slugs = best_names(skills), {key: slug for key, slug, *_name in skills}
    return Offered(
        tuple(sorted(((code, language_name(code, reader)) for code in {row[0] for row in languages}), key=_by_name)),
        tuple(sorted(((slugs[key], name) for key, name in names.items()), key=_by_name)),
        min((first for _code, first, _last in languages if first), default=None),
        max((last for _code, _first, last in languages if last), default=None),
    )


def _by_name(choice: Choice) -> str:
    return plain(choice[1])
