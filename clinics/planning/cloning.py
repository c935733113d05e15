"""Planning a clinic again, in the next month or at another hour: a new draft with everything but people's answers.

Each part of a clinic copies its own rows in one function, named in `COPIERS`.
"""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clinics.agendas.writing import copy_agenda
from clinics.checklists.items import copy_checklist
from clinics.domain.clinics import ClinicMoveNotAllowed, ClinicState, PlannedTwice
from clinics.domain.texts import TextState
from clinics.locking import lock_theirs
from clinics.models import Channel, Clinic, ClinicPerson, ClinicText
from clinics.planning.plans import create_clinic, stamp
from letsconnect.base import acts
from letsconnect.base.models import Act
from registrations.models import Member

Copier = Callable[..., Any]  # of (source, clinic, by, now): from the one to the new draft

_COLUMNS = (
    "format",
    "for_whom",
    "regions",
    "venue",
    "place",
    "partner",
    "series_id",
    "floor_language",
    "region",
    "minutes",
    "capacity",
    "closes_minutes_before",
    "meeting_link",
    "announce_to_all",
)


def copy_skills(*, source: Clinic, clinic: Clinic, **_by_and_now: Any) -> None:
    clinic.skills.set(source.skills.all())


def copy_texts(*, source: Clinic, clinic: Clinic, **_by_and_now: Any) -> None:
    """Copy the texts as they were written; somebody reads them again before they are ready."""
    names = ("language", "title", "summary", "audience", "preparation", "outcomes")
    ClinicText.objects.bulk_create(
        ClinicText(clinic=clinic, state=TextState.DRAFT, **{name: getattr(text, name) for name in names})
        for text in source.texts.all()
    )


def copy_people(*, source: Clinic, clinic: Clinic, **_by_and_now: Any) -> None:
    """Copy the interpretation channels, and the people with an account, whom nobody has asked yet.

    Who has no account gave an address for one clinic, and it is kept no longer than that. Of several who were asked for
    one turn at a channel, the one who came or may come is copied, or else the first.
    """
    copies: dict[int | None, Channel | None] = {None: None}
    for channel in source.channels.all():
        copies[channel.pk] = Channel.objects.create(
            clinic=clinic,
            language=channel.language,
            floor_language=clinic.floor_language,
            name=channel.name,
            meeting_link=channel.meeting_link,
            material_days_before=channel.material_days_before,
        )
    people = source.people.exclude(member=None).filter(member__is_active=True).order_by("pk")
    turns: set[tuple[int, str]] = set()
    for person in sorted(people, key=lambda person: not person.may_still_come):
        if person.channel_id is not None and (person.channel_id, person.turn) in turns:
            continue
        if person.channel_id is not None:
            turns.add((person.channel_id, person.turn))
        ClinicPerson.objects.create(
            clinic=clinic,
            role=person.role,
            member_id=person.member_id,
            name=person.name,
            role_line=person.role_line,
            group=person.group,
            channel=copies[person.channel_id],
            turn=person.turn,
        )


COPIERS: tuple[Copier, ...] = (copy_skills, copy_texts, copy_people, copy_agenda, copy_checklist)


@transaction.atomic
def plan_again(
    *, clinic: Clinic, local_date: date, local_time: time, zone: str, fold: int = 0, by: Member, now: datetime
) -> Clinic:
    """Make a draft of the same clinic at another time, with everything but people's answers."""
    clinic = lock_theirs(clinic, by=by)
    draft = _copy(clinic, local_date, local_time, zone, fold)
    return _store(clinic, draft, verb="plan_clinic_again", by=by, now=now)


@transaction.atomic
def plan_edition(
    *,
    clinic: Clinic,
    local_date: date,
    local_time: time,
    zone: str,
    fold: int = 0,
    minutes: int | None = None,
    by: Member,
    now: datetime,
) -> Clinic:
    """Make a draft of another edition: the same clinic at another hour, for those whom the first does not suit.

    It is as long as the clinic, unless ``minutes`` says otherwise.
    """
    clinic = lock_theirs(clinic, by=by)
    if not clinic.is_to_come:
        raise ClinicMoveNotAllowed(_("Only a clinic still to come has another edition. Plan it again instead."))
    draft = _copy(clinic, local_date, local_time, zone, fold)
    draft.edition_of_id, draft.minutes = clinic.edition_of_id or clinic.pk, minutes or clinic.minutes
    return _store(clinic, draft, verb="plan_edition", by=by, now=now)


def _copy(clinic: Clinic, local_date: date, local_time: time, zone: str, fold: int) -> Clinic:
    start = {"local_date": local_date, "local_time": local_time, "zone": zone, "fold": fold}
    return Clinic(**start, **{name: getattr(clinic, name) for name in _COLUMNS})


def _store(clinic: Clinic, draft: Clinic, *, verb: str, by: Member, now: datetime) -> Clinic:
    draft = create_clinic(clinic=draft, by=by, now=now)
    starts_at = draft.starts_at
    _check_not_planned(clinic, draft, verb=verb)
    for copier in COPIERS:
        copier(source=clinic, clinic=draft, by=by, now=now)
    acts.record(by=by, verb=verb, on=clinic, now=now, became=stamp(starts_at))
    return draft


def _check_not_planned(clinic: Clinic, draft: Clinic, *, verb: str) -> None:
    """Raise PlannedTwice where the same button was pressed for the same hour before, and what came of it stands."""
    pressed = Act.objects.on(clinic).filter(verb=verb, became=stamp(draft.starts_at)).exists()
    to_come = (ClinicState.DRAFT, ClinicState.ANNOUNCED)
    if pressed and Clinic.objects.filter(starts_at=draft.starts_at, state__in=to_come).exclude(pk=draft.pk).exists():
        raise PlannedTwice(_("It is planned for that hour already: look at the list of clinics."))
