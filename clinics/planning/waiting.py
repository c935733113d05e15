"""Clinics of which something waits for those who look after them, as queries: those of tomorrow, and what they lack.

What a clinic lacks is said in sentences by `clinics.planning.missing`. The sentences without which nobody can come, be
welcomed or understand are asked of the database here, so that many clinics can be counted; a test holds both together.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext

from clinics.domain.clinics import ClinicFormat, ClinicState, Venue
from clinics.models import (
    CallList,
    Channel,
    ChecklistItem,
    Clinic,
    ClinicPerson,
    ClinicQuerySet,
    ClinicText,
    LanguageNeed,
    Quote,
)
from clinics.models.checklists import DUE_ON
from clinics.models.moments import ENDS_AT
from letsconnect.base.querysets import as_own
from registrations.models import Member

LACKS_SOON = timedelta(days=14)  # so long before its start a gap of a clinic waits for somebody

_OF_CLINIC = {"clinic": OuterRef("pk")}


def end_of_tomorrow(now: datetime) -> datetime:
    """Return when tomorrow is over by the reader's clock."""
    return datetime.combine(timezone.localdate(now) + timedelta(days=2), time.min, timezone.get_current_timezone())


def _accepted() -> Any:
    return ClinicPerson.objects.accepted().filter(**_OF_CLINIC)


def _rule(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, output_field=BooleanField())


def _gaps() -> dict[str, Q]:
    """Return the condition of each gap, in the order in which they are said."""
    without_interpreter = Channel.objects.filter(**_OF_CLINIC).exclude(
        pk__in=Channel.objects.interpreted().values("pk")
    )
    return {
        "lacks_text": ~Q(Exists(ClinicText.objects.ready().filter(**_OF_CLINIC))),
        "lacks_link": Q(venue=Venue.CALL, meeting_link=""),
        "lacks_place": Q(venue=Venue.IN_PERSON, place=""),
        "lacks_sharer": ~Q(Exists(_accepted().sharers())) & ~Q(format=ClinicFormat.COMMUNITY_CALL),
        "lacks_host": ~Q(Exists(_accepted().hosts())),
        "lacks_interpreter": Q(Exists(without_interpreter)),
    }


def gaps_in_words(clinic: Clinic) -> Iterator[str]:
    """Say what a clinic of a queryset that is `saying_gaps` lacks."""
    said = {
        "lacks_text": gettext("no text is ready"),
        "lacks_link": gettext("no meeting link"),
        "lacks_place": gettext("no place"),
        "lacks_sharer": gettext("nobody shares yet"),
        "lacks_host": gettext("nobody hosts yet"),
        "lacks_interpreter": gettext("a language has no interpreter yet"),
    }
    return (words for gap, words in said.items() if getattr(clinic, gap))


def saying_gaps(clinics: ClinicQuerySet) -> ClinicQuerySet:
    """With a column for each gap."""
    return clinics.annotate(**{name: _rule(condition) for name, condition in _gaps().items()})


def _to_come(clinics: QuerySet[Any], *, now: datetime, until: datetime) -> ClinicQuerySet:
    states = (ClinicState.DRAFT, ClinicState.ANNOUNCED)
    rows = as_own(clinics, ClinicQuerySet).alias(_ends=ENDS_AT)
    return rows.filter(state__in=states, starts_at__lt=until, _ends__gt=now)


def soon(clinics: QuerySet[Any], *, now: datetime, until: datetime) -> ClinicQuerySet:
    """Those that begin before ``until`` and are not over, drafts included: it is late to announce one."""
    return _to_come(clinics, now=now, until=until)


def lacking(clinics: QuerySet[Any], *, now: datetime) -> ClinicQuerySet:
    """Those of the next two weeks that have a gap."""
    gap = Q()
    for condition in _gaps().values():
        gap |= condition
    return _to_come(clinics, now=now, until=now + LACKS_SOON).filter(gap)


def over_and_not_held(clinics: QuerySet[Any], *, now: datetime) -> ClinicQuerySet:
    """Those that were announced and are over, of which nobody has said that they were held."""
    return as_own(clinics, ClinicQuerySet).announced().alias(_ends=ENDS_AT).filter(_ends__lte=now)


def without_outcome(clinics: QuerySet[Any]) -> ClinicQuerySet:
    """Those that were held, and nobody has written what came of them."""
    return as_own(clinics, ClinicQuerySet).filter(state=ClinicState.HELD, outcome="")


def left_to_nobody(clinics: QuerySet[Any], *, today: date, on: date) -> ClinicQuerySet:
    """Those with something due on their checklist that nobody does who may; with ``due_first``, since when."""
    able = ChecklistItem.objects.in_good_hands(on=on).values("pk")
    due = ChecklistItem.objects.due_by(today).exclude(pk__in=able).filter(**_OF_CLINIC)
    first = due.annotate(due_on_day=DUE_ON).order_by("due_on_day").values("due_on_day")[:1]
    return as_own(clinics, ClinicQuerySet).filter(Exists(due)).annotate(due_first=Subquery(first))


def _with_oldest(clinics: QuerySet[Any], rows: QuerySet[Any], moment: str, column: str) -> ClinicQuerySet:
    """Those that have such rows; with ``column``, since when the oldest of these waits."""
    theirs = rows.filter(clinic=OuterRef("pk")).order_by(moment)
    having = as_own(clinics, ClinicQuerySet).filter(Exists(theirs.order_by()))
    return having.annotate(**{column: Subquery(theirs.values(moment)[:1])})


def with_call_lists(clinics: QuerySet[Any]) -> ClinicQuerySet:
    """Those with a list of a call, or of the door, of which nobody has finished the review; ``list_first``."""
    return _with_oldest(clinics, CallList.objects.all(), "brought_at", "list_first")


def with_quotes(clinics: QuerySet[Any], *, reader: Member) -> ClinicQuerySet:
    """Those with something that may be quoted, on which the reader can decide and nobody has; ``quote_first``."""
    over = as_own(clinics, ClinicQuerySet).filter(held_at__isnull=False)  # before, no page at the desk shows them
    return _with_oldest(over, Quote.objects.to_decide_for(reader), "given_at", "quote_first")


def with_languages_needed(clinics: QuerySet[Any], *, now: datetime) -> ClinicQuerySet:
    """Those to come for which people need a language and have heard nothing of it; ``need_first``."""
    needs = LanguageNeed.objects.of_those_who_come().unanswered().annotate(clinic=F("rsvp__clinic"))
    return _with_oldest(_ahead(clinics, now=now), needs, "made_at", "need_first")


def with_silent_people(clinics: QuerySet[Any], *, since: datetime, now: datetime) -> ClinicQuerySet:
    """Those to come of which somebody was asked then or before, and has not answered; ``asked_first``."""
    silent = ClinicPerson.objects.waiting_for_answer().filter(asked_at__lte=since)
    return _with_oldest(_ahead(clinics, now=now), silent, "asked_at", "asked_first")


def with_people_to_ask(clinics: QuerySet[Any], *, now: datetime) -> ClinicQuerySet:
    """Those to come for which somebody is written down whom nobody has asked."""
    to_ask = ClinicPerson.objects.to_ask().filter(**_OF_CLINIC)
    return _ahead(clinics, now=now).filter(Exists(to_ask))


def _ahead(clinics: QuerySet[Any], *, now: datetime) -> ClinicQuerySet:
    states = (ClinicState.DRAFT, ClinicState.ANNOUNCED)
    return as_own(clinics, ClinicQuerySet).filter(state__in=states, starts_at__gt=now)
