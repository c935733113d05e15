"""Clinics as anybody may read them by a program: what their public pages say, without the people.

Nothing is taken from a row as a whole. Each value is named here, so that a new column of a clinic stays out of it until
somebody puts it in. Left out although the page shows them are the people, a place to come to, a partner, and what was
written of the outcome: these are words about somebody, and a page can be corrected where copies cannot. Of the texts
that are told the names of these people are taken out.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet

from clinics.domain.clinics import ClinicPhase, ClinicState, ForWhom
from clinics.models import AttendanceFigures, Channel, Clinic, ClinicResource, ClinicText
from clinics.texts.hidden_names import HiddenNames, NamesOfClinics
from letsconnect.base.links import absolute
from letsconnect.base.query_batches import QueryBatch
from letsconnect.base.querysets import any_of
from letsconnect.base.small_counts import SMALLEST_COUNT_SHOWN
from registrations.domain.registrations import SkillState
from registrations.models import Skill, SkillName, heir_at

_HAS_SEATS = (ClinicPhase.OPEN, ClinicPhase.FULL)


def shown(clinics: Sequence[Clinic], *, now: datetime) -> list[dict[str, Any]]:
    """Return these clinics as JSON has them: one statement, however many they are. Their seats were counted."""
    about = _About(clinics)
    return [_shown(clinic, about, now=now) for clinic in clinics]


class _About:
    """What other tables say of these clinics, by clinic."""

    def __init__(self, clinics: Sequence[Clinic]) -> None:
        keys = [clinic.pk for clinic in clinics]
        originals = [clinic.edition_of_id or clinic.pk for clinic in clinics]
        batch, about = QueryBatch(), Clinic.skills.through.objects.filter(clinic__in=any_of(keys))
        texts = batch.add(ClinicText.objects.ready().filter(clinic__in=any_of(keys)).order_by("language"))
        channels = batch.add(_channels(keys))
        skills = batch.add(about.values_list("clinic", heir_at("skill")).order_by("clinic_id", "skill_id"))
        names = batch.add(_names(about))
        materials = batch.add(ClinicResource.objects.ready().filter(clinic__in=any_of(keys)).order_by("place"))
        figures = batch.add(AttendanceFigures.objects.filter(clinic__in=any_of(keys)))
        editions = batch.add(_editions(originals))
        self.names = NamesOfClinics(batch, keys)
        batch.run()
        self.texts = _by_clinic((row.clinic_id, row) for row in texts)
        self.interpreted = _by_clinic(channels)
        named = _skills(names)
        self.skills = _by_clinic((clinic, named[heir]) for clinic, heir in dict.fromkeys(skills) if heir in named)
        self.materials = _by_clinic((row.clinic_id, row) for row in materials)
        self.figures = {row.clinic_id: row for row in figures}
        self.editions = _by_clinic((original or key, key) for key, original in editions)


def _channels(keys: list[int]) -> QuerySet[Channel, Any]:
    channels = Channel.objects.interpreted().filter(clinic__in=any_of(keys))
    return channels.order_by("language").values_list("clinic_id", "language")


def _names(about: QuerySet[Any]) -> QuerySet[SkillName, Any]:
    """The names of skills that the working group has looked through: others are the words of whoever suggested them."""
    heirs = Skill.objects.filter(pk__in=about.values(called=heir_at("skill")))
    names = SkillName.objects.filter(skill__in=heirs.exclude(state=SkillState.SUGGESTED), is_synonym=False)
    return names.order_by("skill_id", "language").values_list("skill_id", "skill__slug", "language", "text")


def _skills(names: Iterable[tuple[int, str, str, str]]) -> dict[int, dict[str, Any]]:
    skills: dict[int, dict[str, Any]] = {}
    for key, slug, language, text in names:
        skills.setdefault(key, {"slug": slug, "names": {}})["names"][language] = text
    return skills


def _editions(originals: list[int]) -> QuerySet[Clinic, Any]:
    announced = Clinic.objects.ever_announced().exclude(state=ClinicState.CANCELLED)
    both = announced.filter(pk__in=any_of(originals)) | announced.filter(edition_of__in=any_of(originals))
    return both.order_by("starts_at", "pk").values_list("pk", "edition_of")


def _by_clinic(rows: Iterable[tuple[int, Any]]) -> Mapping[int, list[Any]]:
    by_key: defaultdict[int, list[Any]] = defaultdict(list)
    for key, row in rows:
        by_key[key].append(row)
    return by_key


def _shown(clinic: Clinic, about: _About, *, now: datetime) -> dict[str, Any]:
    phase, key = clinic.phase(now), clinic.pk
    hide = about.names.hide(clinic)
    others = about.editions.get(clinic.edition_of_id or key, [])
    return {
        "id": key,
        "self": absolute("api-clinic", key),
        "page": absolute("clinics:clinic-detail", key),
        "calendar": absolute("clinics:clinic-calendar", key),
        "format": clinic.format,
        "phase": str(phase.value),
        "starts_at": moment(clinic.starts_at),
        "ends_at": moment(clinic.ends_at),
        "minutes": clinic.minutes,
        "local": {
            "date": clinic.local_date.isoformat(),
            "time": clinic.local_time.strftime("%H:%M"),
            "zone": clinic.zone,
        },
        "sign_up_closes_at": moment(clinic.closes_at),
        "seats": _seats(clinic, phase),
        "venue": clinic.venue,
        "languages": {"spoken": clinic.floor_language, "interpreted": about.interpreted.get(key, [])},
        "for_whom": clinic.for_whom,
        "regions": _regions(clinic),
        "texts": [_text(text, hide) for text in about.texts.get(key, [])],
        "skills": about.skills.get(key, []),
        "series": {"id": clinic.series.pk, "name": hide(clinic.series.name)} if clinic.series else None,
        "same_at_other_hours": [other for other in others if other != key],
        "materials": [_material(link, hide) for link in about.materials.get(key, [])] if clinic.held_at else [],
        "came": _came(clinic, about.figures.get(key)),
        "announced_at": moment(clinic.announced_at) if clinic.announced_at else None,
    }


def moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _seats(clinic: Clinic, phase: ClinicPhase) -> dict[str, int] | None:
    """Seats are told of as on the page: as long as people can sign up."""
    return {"all": clinic.capacity, "left": clinic.places_left} if phase in _HAS_SEATS else None


def _regions(clinic: Clinic) -> list[str]:
    if clinic.for_whom == ForWhom.REGION:
        return [clinic.region] if clinic.region else []
    return sorted(clinic.regions)


def _text(text: ClinicText, hide: HiddenNames) -> dict[str, str]:
    return {
        "language": text.language,
        "direction": text.direction,
        "title": hide(text.title),
        "summary": hide(text.summary),
        "audience": hide(text.audience),
        "outcomes": hide(text.outcomes),
        "preparation": hide(text.preparation),
    }


def _material(link: ClinicResource, hide: HiddenNames) -> dict[str, str | None]:
    return {
        "kind": link.kind,
        "language": link.language or None,
        "title": hide(link.title),
        "url": link.url if hide.link(link.url) == link.url else None,
        "licence": hide(link.licence_words) or link.licence,
        "licence_url": link.licence_page or None,
    }


def _came(clinic: Clinic, figures: AttendanceFigures | None) -> dict[str, Any] | None:
    """How many came and from which regions, as the page tells it; nothing of fewer than five."""
    counted = figures.people if figures else None
    people = clinic.head_count if clinic.head_count is not None else counted
    if people is None or people < SMALLEST_COUNT_SHOWN:
        return None
    named = sorted(figures.named.items(), key=lambda region: (-region[1], region[0])) if figures else []
    return {
        "people": people,
        "regions": figures.regions or None if figures else None,
        "by_region": [{"region": region, "people": number} for region, number in named],
        "from_other_regions": figures.elsewhere or None if figures and named else None,
    }


def address_of_list(query: str) -> str:
    """Return the full address of a page of the list."""
    path = absolute("api-clinics")
    return f"{path}?{query}" if query else path
