"""Telling those who come that a clinic is not what it was: what it was is kept until they are told."""

from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, Self

from django.db.models import Exists, Max, OuterRef, Q
from django.utils.translation import gettext_noop

from clinics.domain.clinics import ClinicState
from clinics.domain.notices import (
    CHANGED,
    changes_due_at,
    languages_lost,
    reader_languages_of_titles,
    what_changed,
)
from clinics.domain.wishes import LanguageNeedState
from clinics.models import Clinic, ClinicChange, ClinicPerson, Notice, Rsvp
from clinics.notices.owing import of_people, one_row_each, owe_notices, still_here, with_seats
from mailings.domain.letters import OPEN, PERHAPS_READ
from mailings.models import Letter

SEAT, PERSON = "clinics.clinic_moved", "clinics.people_changed"
AS_IT_WAS, NOTHING_FOR_THEM = gettext_noop("it is as it was before"), gettext_noop("nothing is another for this reader")


def facts_of(clinic: Clinic) -> dict[str, Any]:
    """Return what a clinic is to those who come, in JSON; its texts, channels and interpreters are read before."""
    return {
        "starts_at": clinic.starts_at.isoformat(),
        "minutes": clinic.minutes,
        "venue": str(clinic.venue),
        "place": clinic.place,
        "floor_language": clinic.floor_language,
        "interpreted": sorted(
            channel.language
            for channel in clinic.channels.all()
            if any(person.is_counted_on for person in channel.interpreters.all())
        ),
        "titles": {text.language: text.title for text in clinic.texts.all() if text.is_ready},
    }


def facts_now(clinic: Clinic) -> dict[str, Any]:
    """Return the same, read anew: what a change is compared with, before and after it. The caller holds its lock.

    Of a clinic that is not announced nobody is told anything, and nothing is read.
    """
    if clinic.state != ClinicState.ANNOUNCED:
        return {}
    return facts_of(Clinic.objects.prefetch_related("texts", "channels__interpreters").get(pk=clinic.pk))


def letters_that_wait(clinic: Clinic) -> int:
    """Return how many letters about changes of this clinic wait for their quiet minutes to be over."""
    notices = Notice.objects.filter(kind=CHANGED, change__clinic=clinic)
    waiting = Letter.objects.filter(kind__in=(SEAT, PERSON), gathering_since__isnull=False)
    return waiting.filter(about_type=Notice._meta.label_lower, about_id__in=notices.values("pk")).count()


def why_not_told(notice: Notice, language: str) -> str | None:
    """Return why a change need not be told to a reader of this language any more: it is taken back, or not theirs."""
    if notice.change is None:
        return AS_IT_WAS
    was, becomes = notice.change.was, facts_of(notice.clinic)
    changed = what_changed(was, becomes)
    if changed == ("titles",) and language not in reader_languages_of_titles(was, becomes):
        return NOTHING_FOR_THEM
    return None if changed else AS_IT_WAS


class WrittenSoFar(NamedTuple):
    """The last letter and the last change of a clinic there were before something is done, by their keys."""

    letter: int
    change: int

    @classmethod
    def now(cls) -> Self:
        last = [table._base_manager.aggregate(last=Max("pk"))["last"] or 0 for table in (Letter, ClinicChange)]
        return cls(*last)


def people_told(clinic: Clinic, *, since: WrittenSoFar) -> int:
    """Return how many are written to because of what was done to a clinic since then, in the same transaction.

    Whoever has a letter about an earlier change that still waits reads of this one in that letter, and counts here too.
    """
    notices = Notice.objects.filter(change__clinic=clinic, change__gt=since.change)
    others = Letter.objects.filter(pk__gt=since.letter)
    rows = {Rsvp._meta.label_lower: clinic.rsvps, ClinicPerson._meta.label_lower: clinic.people}
    return notices.count() + sum(
        others.filter(about_type=table, about_id__in=of.values("pk")).count() for table, of in rows.items()
    )


def told_of_a_loss(clinic: int, language: str) -> set[int]:
    """Return the seats at a clinic, by key, whose owners read in a letter that it is not interpreted into a language
    any more: it reached them, or waits."""
    notices = Notice.objects.filter(kind=CHANGED, rsvp__clinic=clinic, change__was__interpreted__contains=[language])
    telling = Letter.objects.filter(
        kind=SEAT, about_type=Notice._meta.label_lower, about_id=OuterRef("pk"), state__in=sorted(OPEN | PERHAPS_READ)
    )
    return set(notices.filter(Exists(telling)).values_list("rsvp", flat=True))


def owe_letters_of_changes(clinic: Clinic, *, was: dict[str, Any], now: datetime) -> None:
    """Owe everybody who comes a letter if the clinic is not what it ``was``, in which that stands first.

    Changes within a few minutes come in one letter. Its people are asked again where the hour is another, and hear of
    it so. Of a language that is lost only those are told who read or listen in it, or were told that there is one.
    """
    if not was or clinic.state != ClinicState.ANNOUNCED or clinic.starts_at <= now:
        return
    becomes = facts_now(clinic)
    changed = what_changed(was, becomes)
    if not changed:
        return
    change = ClinicChange.objects.create(clinic=clinic, was=was, made_at=now)
    due_at = changes_due_at(first_at=now, now=now)
    seats = clinic.rsvps.active().filter(member__is_active=True)
    people = still_here(clinic.people.asked_or_coming())
    if changed == ("interpreted",):
        lost = languages_lost(was, becomes)
        was_told = Q(language_need__language__in=lost, language_need__state=LanguageNeedState.INTERPRETED)
        seats = seats.filter(Q(member__language__in=lost) | Q(channel__language__in=lost) | was_told)
    elif changed == ("titles",):
        concerned = reader_languages_of_titles(was, becomes)
        seats = seats.filter(member__language__in=concerned)
        people = people.filter(Q(member__language__in=concerned) | Q(member=None, language__in=concerned))
    owe = partial(owe_notices, kind=CHANGED, now=now, change=change, due_at=due_at, gather="change")
    owe(with_seats(seats), letter=SEAT)
    if "starts_at" not in changed:
        owe(of_people(one_row_each(people)), letter=PERSON)
