"""What a clinic still lacks, in sentences, each with the tab of its page where it is mended.

Each part of a clinic says what it misses in one function, named in `PARTS`, or in
`STOPPING` where a clinic that lacks it cannot be announced.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clinics.agendas.context import asked_for_agenda, what_is_unfinished
from clinics.checklists.context import asked_for_what_waits, what_waits
from clinics.domain.clinics import ClinicFormat, ClinicState, Venue
from clinics.domain.people import ClinicRole
from clinics.models import Channel, Clinic, ClinicPerson
from clinics.planning.languages import asked_for_languages, languages_wanted
from letsconnect.base.languages import listed
from letsconnect.base.statements import Inquiry, Statement
from registrations.reference.names import language_name


class Lack(NamedTuple):
    """One thing a clinic lacks, and the name of the tab where it is mended."""

    sentence: str
    tab: str
    stops_announcing: bool = False  # a clinic that lacks it cannot be announced


Part = Callable[[Clinic, datetime], Iterable[Lack]]


def _still_planned(clinic: Clinic, now: datetime) -> bool:
    """Tell whether what is planned of a clinic still matters: of one that was announced, until it is over."""
    return clinic.is_to_come and (clinic.state == ClinicState.DRAFT or now < clinic.ends_at)


def of_texts(clinic: Clinic, now: datetime) -> Iterator[Lack]:
    if _still_planned(clinic, now) and not any(text.is_ready for text in clinic.texts.all()):
        sentence = _("Write a title and what it is about in at least one language first, and mark that text as ready.")
        yield Lack(sentence, "texts", stops_announcing=True)


def of_languages(clinic: Clinic, now: datetime) -> Iterator[Lack]:
    """Say in which languages somebody will look for a text and find none."""
    if not _still_planned(clinic, now):
        return
    texts, reader = {text.language: text for text in clinic.texts.all()}, get_language() or "en"
    wanted = [code for code in languages_wanted(clinic) if code not in texts or not texts[code].is_ready]
    for codes, sentence in (
        ([code for code in wanted if code not in texts], _("There is no text yet in: %(languages)s.")),
        ([code for code in wanted if code in texts], _("A draft, not ready yet, is the text in: %(languages)s.")),
    ):
        if codes:
            yield Lack(sentence % {"languages": listed(language_name(code, reader) for code in codes)}, "texts")


def of_plan(clinic: Clinic, now: datetime) -> Iterator[Lack]:
    if not _still_planned(clinic, now):
        return
    if clinic.state == ClinicState.DRAFT and clinic.starts_at <= now:
        yield Lack(_("The start of this clinic lies in the past."), "change", stops_announcing=True)
    if clinic.regions_told == [""]:
        sentence = _("This clinic is regional: choose its region, or announce it in every region.")
        yield Lack(sentence, "change", stops_announcing=True)
    if clinic.venue == Venue.IN_PERSON and not clinic.place:
        sentence = _("This clinic is in person: write at which place.")
        yield Lack(sentence, "change", stops_announcing=True)
    if clinic.venue == Venue.CALL and not clinic.meeting_link:
        yield Lack(_("It has no meeting link yet."), "change")


def of_people(clinic: Clinic, now: datetime) -> Iterator[Lack]:
    """Say which roles nobody has said yes to yet; a community call needs nobody who shares."""
    if not _still_planned(clinic, now):
        return
    roles = set(_ROLES.rows({"clinic": clinic.pk}))
    if ClinicRole.SHARER not in roles and clinic.format != ClinicFormat.COMMUNITY_CALL:
        yield Lack(_("Nobody has said yes yet to sharing."), "people")
    if ClinicRole.HOST not in roles:
        yield Lack(_("Nobody has said yes yet to hosting."), "people")


def of_channels(clinic: Clinic, now: datetime) -> Iterator[Lack]:
    """Say into which languages interpretation is planned, and no interpreter has said yes."""
    if _still_planned(clinic, now):
        without = [channel.language_in_words for channel in _CHANNELS_WITHOUT.rows({"clinic": clinic.pk})]
        if without:
            yield Lack(_("Nobody interprets yet into: %(languages)s.") % {"languages": listed(without)}, "languages")


def of_outcome(clinic: Clinic, now: datetime) -> Iterator[Lack]:
    if clinic.state == ClinicState.ANNOUNCED and now >= clinic.ends_at:
        yield Lack(_("It is over: say that it was held, or move it if it did not take place."), "attendance")
    if clinic.state == ClinicState.HELD and not clinic.outcome:
        yield Lack(_("Nobody has written yet what came of it."), "after")


def of_agenda(clinic: Clinic, now: datetime) -> Iterator[Lack]:
    if _still_planned(clinic, now):
        yield from (Lack(sentence, "agenda") for sentence in what_is_unfinished(clinic))


def of_checklist(clinic: Clinic, now: datetime) -> Iterator[Lack]:
    for sentence in what_waits(clinic, today=timezone.localdate(now), on=now.date()):
        yield Lack(sentence, "checklist")


STOPPING: tuple[Part, ...] = (of_texts, of_plan)  # those by which announcing can be refused
PARTS: tuple[Part, ...] = (
    *(*STOPPING, of_people, of_channels, of_languages),
    *(of_agenda, of_checklist, of_outcome),
)


def what_is_missing(clinic: Clinic, *, now: datetime) -> list[Lack]:
    return [lack for part in PARTS for lack in part(clinic, now)]


def asked_for_what_is_missing(clinic: Clinic, *, now: datetime) -> list[Inquiry[Any]]:
    """Return what `what_is_missing` asks, which each page of a clinic at the desk reads together with its own."""
    asked: list[Inquiry[Any]] = [asked_for_what_waits(clinic, today=timezone.localdate(now), on=now.date())]
    if _still_planned(clinic, now):
        here = {"clinic": clinic.pk}
        asked += [_ROLES.asked(here), _CHANNELS_WITHOUT.asked(here), asked_for_agenda(clinic)]
        asked += asked_for_languages(clinic)
    return asked


_ROLES = Statement(lambda clinic: ClinicPerson.objects.filter(clinic=clinic).accepted().values_list("role", flat=True))
_CHANNELS_WITHOUT = Statement(
    lambda clinic: Channel.objects.filter(clinic=clinic).exclude(pk__in=Channel.objects.interpreted().values("pk"))
)


def why_not_to_announce(clinic: Clinic, *, now: datetime) -> str:
    """Say what a clinic lacks before people can be told of it, or return ""."""
    lacks = (lack for part in STOPPING for lack in part(clinic, now))
    return next((lack.sentence for lack in lacks if lack.stops_announcing), "")
