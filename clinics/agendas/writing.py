"""Writing the agenda of a clinic, and the agendas to begin with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinics.domain.agendas import AGENDA_TEMPLATES, ITEMS_AT_MOST, AgendaRefused
from clinics.domain.clinics import ClinicMoveNotAllowed
from clinics.locking import lock_theirs
from clinics.models import AgendaItem, AgendaTemplate, AgendaTemplateItem, Clinic, ClinicPerson
from letsconnect.base import acts
from registrations.models import Member

Row = TypeVar("Row", bound=models.Model)

_OF_AN_ITEM = ("place", "part", "title", "minutes", "speaker", "person_id")
_OF_A_TEMPLATE = ("place", "part", "title", "minutes")


@dataclass(frozen=True)
class AgendaEntry:
    """One item as somebody wrote it; ``key`` is that of the row it was, None for a new one."""

    part: str
    minutes: int
    title: str = ""
    speaker: str = ""
    key: int | None = None


@transaction.atomic
def write_agenda(
    *,
    clinic: Clinic,
    entries: Sequence[AgendaEntry],
    by: Member,
    now: datetime,
    icebreaker: str | None = None,
    quiz_link: str | None = None,
) -> Clinic:
    """Store the whole agenda in this order, with its question and quiz where they are given; what is missing goes.

    Where a speaker is called as one of the clinic's people is, it is this person: their name goes with them.
    Writing the same again changes nothing and is not logged.
    """
    clinic = lock_theirs(clinic, by=by)
    if not clinic.is_to_come:
        raise ClinicMoveNotAllowed(_("The agenda of a clinic that is over or cancelled stays as it was."))
    kept = {item.pk: item for item in clinic.agenda.all()}
    if any(entry.key is not None and entry.key not in kept for entry in entries):
        raise AgendaRefused(_("Somebody took an item away meanwhile. Look at the agenda as it is now."))
    people = {name: person.pk for name, person in people_by_name(clinic).items()}
    rows = [
        (
            kept.get(entry.key or 0) or AgendaItem(clinic=clinic),
            {
                "place": place,
                "part": entry.part,
                "title": entry.title,
                "minutes": entry.minutes,
                "speaker": "" if entry.speaker in people else entry.speaker,
                "person_id": people.get(entry.speaker),
            },
        )
        for place, entry in enumerate(entries, start=1)
    ]
    is_changed = _store(clinic.agenda.all(), rows, columns=_OF_AN_ITEM)
    given = {"icebreaker": icebreaker, "quiz_link": quiz_link}
    said = {name: value for name, value in given.items() if value is not None and getattr(clinic, name) != value}
    for name, value in said.items():
        setattr(clinic, name, value)
    if said:
        clinic.save(update_fields=list(said))
    if is_changed or said:
        acts.record(by=by, verb="write_agenda", on=clinic, now=now)
    return clinic


@transaction.atomic
def copy_agenda(*, source: Clinic, clinic: Clinic, by: Member, now: datetime) -> Clinic:
    """Give a clinic the agenda of another one, with its question; a quiz is made anew each time.

    Of its people those speak who are people of the new clinic too.
    """
    people = people_by_name(clinic)
    entries = [
        AgendaEntry(
            item.part,
            item.minutes,
            item.title,
            item.speaker_planned if item.person is None or item.speaker_planned in people else "",
        )
        for item in source.agenda.select_related("person__member")
    ]
    return write_agenda(clinic=clinic, entries=entries, icebreaker=source.icebreaker, by=by, now=now)


def people_by_name(clinic: Clinic) -> dict[str, ClinicPerson]:
    """Return the people of a clinic who may still come, by what they are called; of two with one name the first."""
    people = clinic.people.that_may_still_come().select_related("member").in_order()
    return {person.shown_name: person for person in reversed(people)}


def usual_agenda(clinic_format: str) -> list[AgendaEntry]:
    """Return the agenda with which a clinic of this format begins."""
    items = AgendaTemplateItem.objects.filter(template__format=clinic_format).order_by("place")
    return [AgendaEntry(item.part, item.minutes, item.title) for item in items]


@transaction.atomic
def write_usual_agenda(
    *, template: AgendaTemplate, entries: Sequence[AgendaEntry], by: Member, now: datetime
) -> AgendaTemplate:
    """Store the agenda with which clinics of one format begin; the agendas of clinics stay as they are."""
    template = AgendaTemplate.objects.select_for_update(no_key=True).get(pk=template.pk)
    kept = {item.pk: item for item in template.items.all()}
    rows = [
        (
            kept.get(entry.key or 0) or AgendaTemplateItem(template=template),
            {"place": place, "part": entry.part, "title": entry.title, "minutes": entry.minutes},
        )
        for place, entry in enumerate(entries, start=1)
    ]
    if _store(template.items.all(), rows, columns=_OF_A_TEMPLATE):
        acts.record(by=by, verb="write_usual_agenda", on=template, now=now)
    return template


def load_agenda_templates() -> int:
    """Bring in the first agenda of each format that has none, and return how many rows were written.

    Whatever the working group made of one is left alone.
    """
    there = set(AgendaTemplate.objects.values_list("format", flat=True))
    written = 0
    for name, steps in AGENDA_TEMPLATES.items():
        if name not in there:
            template = AgendaTemplate.objects.create(format=name)
            items = [
                AgendaTemplateItem(template=template, place=place, part=step.part, minutes=step.minutes)
                for place, step in enumerate(steps, start=1)
            ]
            written += 1 + len(AgendaTemplateItem.objects.bulk_create(items))
    return written


def _store(
    present: "models.QuerySet[Row]", rows: Sequence[tuple[Row, dict[str, object]]], *, columns: Sequence[str]
) -> bool:
    """Write these rows with these values, and delete the others; return whether anything changed."""
    if len(rows) > ITEMS_AT_MOST:
        most = ngettext(
            "An agenda has at most %(count)d item.", "An agenda has at most %(count)d items.", ITEMS_AT_MOST
        )
        raise AgendaRefused(most % {"count": ITEMS_AT_MOST})
    deleted, _by_table = present.exclude(pk__in=[row.pk for row, _values in rows if row.pk]).delete()
    new: list[Row] = []
    changed: list[Row] = []
    for row, values in rows:
        differs = any(getattr(row, name) != value for name, value in values.items()) if row.pk else True
        for name, value in values.items():
            setattr(row, name, value)
        if differs:
            (changed if row.pk else new).append(row)
    present.model._default_manager.bulk_update(changed, columns)
    present.model._default_manager.bulk_create(new)
    return bool(deleted or new or changed)
