"""Recordings of clinics by skill, for the form of a registration and for whoever has no match."""

from collections.abc import Collection, Mapping
from functools import partial

from django.urls import reverse

from clinics.cards import titles_of
from clinics.models import ClinicResource
from letsconnect.base.languages import chain
from registrations.models import HEIR_OF_SKILL, Skill, heir_at
from registrations.recordings import Recording, register

MOST_LOOKED_AT = 500  # the latest of them


class RecordingsOfClinics:
    """What `registrations` asks; three queries for any number of skills."""

    def recordings(self, skills: Collection[int], language: str) -> Mapping[int, Recording]:
        heirs = dict(Skill.objects.filter(pk__in=skills).values_list("pk", HEIR_OF_SKILL))
        ready = ClinicResource.objects.ready().recordings().annotate(heir=heir_at("clinic__skills"))
        rows = (
            ready.filter(heir__in=set(heirs.values()))
            .order_by("-clinic__starts_at", "clinic_id", "place")
            .values_list("heir", "clinic", "clinic__floor_language", "language")[:MOST_LOOKED_AT]
        )
        understood = chain(language)
        best: dict[int, tuple[int, int, str, str]] = {}
        for heir, clinic, spoken, heard in rows:
            code = heard.split("-")[0]
            rank = understood.index(code) if code in understood else len(understood)
            if heir not in best or rank < best[heir][0]:
                best[heir] = (rank, clinic, spoken, heard)
        titles = titles_of({clinic: spoken for _rank, clinic, spoken, _heard in best.values()})
        by_heir = {
            heir: Recording(titles[clinic].text, reverse("clinics:clinic-detail", args=[clinic]), heard)
            for heir, (_rank, clinic, _spoken, heard) in best.items()
        }
        return {skill: by_heir[heir] for skill, heir in heirs.items() if heir in by_heir}


connect = partial(register, RecordingsOfClinics())
