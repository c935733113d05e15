"""Reading what stands in a kit: as many statements for a series of twelve clinics as for one."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from clinics.domain.agendas import AGENDA_TEMPLATES
from clinics.domain.checklists import CHECKLIST_TEMPLATE, UsualItem
from clinics.domain.clinics import ClinicState
from clinics.models import (
    AgendaItem,
    AgendaTemplateItem,
    AttendanceFigures,
    Channel,
    ChecklistTemplateItem,
    Clinic,
    ClinicQuerySet,
    ClinicResource,
    ClinicText,
)
from clinics.texts.hidden_names import HiddenNames, NamesOfClinics
from letsconnect.base.query_batches import QueryBatch
from letsconnect.base.querysets import any_of
from letsconnect.base.small_counts import SMALLEST_COUNT_SHOWN

MOST_CLINICS = 40  # of a series
ROUNDED_TO = 5

Line = tuple[int, str, str]  # minutes, part, words of one's own


@dataclass(frozen=True)
class KitClinic:
    """One clinic as its kit tells of it: no name of its people stands in its texts and its agenda.

    ``people`` is rounded, None where nothing may be told.
    """

    clinic: Clinic
    texts: tuple[ClinicText, ...]
    agenda: tuple[Line, ...]
    interpreted: tuple[str, ...]
    materials: tuple[ClinicResource, ...]
    people: int | None
    regions: int | None

    @property
    def key(self) -> int:
        return self.clinic.pk


@dataclass(frozen=True)
class Kit:
    """All of a kit that is read: the clinics in their order, and the usual checklist as days and names."""

    clinics: tuple[KitClinic, ...]
    checklist: tuple[tuple[int, UsualItem], ...]
    series: str = ""


def read_kit(rows: ClinicQuerySet, *, series: str = "") -> Kit | None:
    """Read the kit of these clinics, of which only announced ones that were not called off have one; None of none."""
    announced = rows.ever_announced().exclude(state=ClinicState.CANCELLED).order_by("starts_at", "pk")
    clinics = list(announced.select_related("series")[:MOST_CLINICS])
    if not clinics:
        return None
    keys, batch = [clinic.pk for clinic in clinics], QueryBatch()
    of = {"clinic__in": any_of(keys)}
    texts = batch.add(ClinicText.objects.ready().filter(**of).order_by("clinic_id", "language"))
    names = NamesOfClinics(batch, keys)
    items = batch.add(AgendaItem.objects.filter(**of).order_by("clinic_id", "place"))
    usual = batch.add(
        AgendaTemplateItem.objects.order_by("place").values_list("template__format", "minutes", "part", "title")
    )
    channels = batch.add(
        Channel.objects.interpreted().filter(**of).order_by("language").values_list("clinic_id", "language")
    )
    materials = batch.add(ClinicResource.objects.ready().filter(**of).order_by("clinic_id", "place"))
    figures = batch.add(AttendanceFigures.objects.filter(**of))
    to_do = batch.add(
        ChecklistTemplateItem.objects.filter(is_used=True)
        .exclude(name="")
        .order_by("days", "pk")
        .values_list("days", "name")
    )
    batch.run()
    figures_of = {row.clinic_id: row for row in figures}
    first_agendas = _by_key((format_, (minutes, part, title)) for format_, minutes, part, title in usual)
    own_agendas = _by_key((item.clinic_id, (item.minutes, item.part, item.title)) for item in items)
    own_texts, own_materials = (
        _by_key((row.clinic_id, row) for row in texts),
        _by_key((row.clinic_id, row) for row in materials),
    )
    interpreted = _by_key(channels)
    read = []
    for clinic in clinics:
        hide = names.hide(clinic)
        written = _without_names(own_texts.get(clinic.pk, []), hide)
        vars(clinic)["_prefetched_objects_cache"] = {"texts": written, "channels": ()}
        agenda = own_agendas.get(clinic.pk) or first_agendas.get(clinic.format) or _first_agenda(clinic)
        read.append(
            KitClinic(
                clinic=clinic,
                texts=written,
                agenda=tuple((minutes, part, hide(title or "")) for minutes, part, title in agenda),
                interpreted=tuple(interpreted.get(clinic.pk, [])),
                materials=_materials(own_materials.get(clinic.pk, []), hide) if clinic.held_at else (),
                people=_people(clinic, figures_of.get(clinic.pk)),
                regions=_regions(figures_of.get(clinic.pk)),
            )
        )
    checklist = [(days, UsualItem(name)) for days, name in to_do] or [
        (step.days, step.name) for step in CHECKLIST_TEMPLATE
    ]
    return Kit(tuple(read), tuple(checklist), names.hide(clinics[0])(series))


def _without_names(texts: Sequence[ClinicText], hide: HiddenNames) -> tuple[ClinicText, ...]:
    """Take the names out of texts that were just read, and are stored nowhere again."""
    for text in texts:
        for name in ("title", "summary", "audience", "outcomes", "preparation"):
            setattr(text, name, hide(getattr(text, name)))
    return tuple(texts)


def _materials(links: Sequence[ClinicResource], hide: HiddenNames) -> tuple[ClinicResource, ...]:
    """Take the names out of titles and addresses that were just read, and are stored nowhere again."""
    for link in links:
        link.title, link.url = hide(link.title), hide.link(link.url)
        link.licence_words = hide(link.licence_words)
    return tuple(links)


def _first_agenda(clinic: Clinic) -> Sequence[Line]:
    return [(step.minutes, step.part, "") for step in AGENDA_TEMPLATES[clinic.format]]


def _people(clinic: Clinic, figures: AttendanceFigures | None) -> int | None:
    """Return how many came, to the next five; nothing of fewer than five."""
    counted = figures.people if figures else None
    people = clinic.head_count if clinic.head_count is not None else counted
    if people is None or people < SMALLEST_COUNT_SHOWN:
        return None
    return (people + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO


def _regions(figures: AttendanceFigures | None) -> int | None:
    return figures.regions or None if figures else None


def _by_key(rows: Iterable[tuple[Any, Any]]) -> dict[Any, list[Any]]:
    by_key: defaultdict[Any, list[Any]] = defaultdict(list)
    for key, row in rows:
        by_key[key].append(row)
    return by_key
