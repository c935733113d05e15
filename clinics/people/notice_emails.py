"""The letters that come to the people of a clinic by the clock, and when it is changed: with what each of them needs.

Whoever has two parts gets one letter about both.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext_noop, ngettext
from django.utils.translation import gettext as _

from clinics.domain.agendas import timed
from clinics.domain.clinics import TOOK_PLACE, RsvpState
from clinics.domain.notices import (
    CHANGED,
    REMINDERS,
    THANKS,
    WRITTEN_AFTER_FOR,
    may_have_taken_place,
)
from clinics.domain.people import ClinicRole, Turn
from clinics.models import AgendaItem, ChecklistItem, Clinic, ClinicPerson, LanguageNeed, Notice, Rsvp
from clinics.notices.changes import PERSON as PERSON_CHANGED
from clinics.notices.changes import facts_of, why_not_told
from clinics.notices.reminding import PERSON
from clinics.notices.words import changes_in_words, main_change
from clinics.people.calendars import invitation_for_person, read_calendars
from clinics.people.emails import BEGUN, GONE, part_context
from clinics.people.words import what_they_do, when_the_material_comes
from letsconnect.base.languages import listed, speaking
from letsconnect.base.lines import isolated
from letsconnect.base.links import absolute
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from letsconnect.base.templatetags.when import hours_until
from letsconnect.base.zones import zone_or_utc
from mailings import kinds
from mailings.domain.letters import Priority
from mailings.rendering import Rendered, render_letter
from registrations.reference.names import language_name

PERSON_THANKS = f"{PERSON}{THANKS}"


@dataclass(frozen=True)
class Beside:
    """What stands beside the parts of a clinic: how many come, which languages they would need, how many of each, what
    is still to be done, and in which order it goes."""

    going: int = 0
    waiting: int = 0
    to_do: int = 0
    agenda: list[Any] = field(default_factory=list)
    needed: Counter[str] = field(default_factory=Counter)


# When they are still owed


def reminder_owed(notice: Notice | None, now: datetime) -> str | None:
    if notice is None or notice.person is None or not notice.person.is_accepted:
        return GONE
    clinic = notice.clinic
    if notice.starts_at != clinic.starts_at:
        return gettext_noop("the clinic was moved again")
    return _why_not_to_come(clinic, now) or REMINDERS.why_void(notice.kind, starts_at=clinic.starts_at, now=now)


def changed_owed(notice: Notice | None, now: datetime) -> str | None:
    if notice is None or notice.person is None or not (notice.person.is_accepted or notice.person.is_asked):
        return GONE
    if reason := _why_not_to_come(notice.clinic, now):
        return reason
    if notice.starts_at != notice.clinic.starts_at:
        return gettext_noop("the clinic was moved: they are asked again, with all that it is now")
    member = notice.person.member
    return why_not_told(notice, member.language if member else notice.person.language)


def thanks_owed(notice: Notice | None, now: datetime) -> str | None:
    if notice is None or notice.person is None or not notice.person.is_accepted:
        return GONE
    clinic = notice.clinic
    if notice.starts_at != clinic.starts_at:
        return gettext_noop("the clinic was moved since")
    if not may_have_taken_place(clinic.state):
        return gettext_noop("the clinic did not take place")
    return gettext_noop("it was too long ago") if now >= clinic.ends_at + WRITTEN_AFTER_FOR else None


def _why_not_to_come(clinic: Clinic, now: datetime) -> str | None:
    if not clinic.is_to_come:
        return gettext_noop("the clinic is not to come")
    return BEGUN if now >= clinic.starts_at else None


# What they say


def parts_of(notice: Notice) -> list[ClinicPerson]:
    """Return all the parts somebody said yes to, the one the notice is about first."""
    own = notice.person
    if own is None:
        return []
    accepted = [person for person in own.clinic.people.all() if person.is_accepted and person.who == own.who]
    return sorted(accepted, key=lambda person: (person.pk != own.pk, person.pk)) or [own]


def lines_of(person: ClinicPerson, beside: Beside) -> list[str]:
    """Return what somebody in this part needs to know before the clinic, in the active language and zone."""
    return [line for line in _LINES[ClinicRole(person.role)](person, beside) if line]


def _of_host(person: ClinicPerson, beside: Beside) -> list[str]:
    return [
        how_many_come(beside),
        languages_needed(beside),
        ngettext(
            "%(count)d thing on the checklist is still to be done.",
            "%(count)d things on the checklist are still to be done.",
            beside.to_do,
        )
        % {"count": beside.to_do}
        if beside.to_do
        else "",
        _("The page of the host shows who comes, and what they need to take part. It also fits on a phone.")
        if person.has_account
        else "",
    ]


def _of_sharer(person: ClinicPerson, beside: Beside) -> list[str]:
    items = [item for item in beside.agenda if item.person_id == person.pk]
    times = timed(
        [item.minutes for item in beside.agenda], starts_at=person.clinic.starts_at, length=person.clinic.minutes
    )
    clock = {item.pk: time for item, time in zip(beside.agenda, times, strict=True)}
    # Translators: an item of the agenda, from when until when, as in "Your part: case study, 14:10–14:30".
    text = _("Your part: %(part)s, %(hours)s")
    parts = [
        text % {"part": isolated(item.in_words), "hours": hours_until(clock[item.pk][0], clock[item.pk][1])}
        for item in items
    ]
    questions = (
        _("Questions that people send in for you stand on your page, for you alone: sign in to read them.")
        if person.has_account
        else _("The host has the questions that people send in for you.")
    )
    return [*parts, how_many_come(beside), questions]


def _of_interpreter(person: ClinicPerson, beside: Beside) -> list[str]:
    channel = person.channel
    if channel is None:
        return []
    others = [other for other in person.clinic.people.all() if other.channel_id == channel.pk and other.pk != person.pk]
    partners = [isolated(other.shown_name) for other in others if other.is_accepted]
    return [
        _("The channel is called “%(channel)s” in the call.") % {"channel": isolated(channel.name)}
        if channel.name
        else "",
        _("You take turns with %(name)s.") % {"name": listed(partners)}
        if partners
        else _("So far nobody else interprets into this language: ask the host for breaks."),
        when_the_material_comes(channel),
        _("You begin.") if person.turn == Turn.LEAD and partners else "",
    ]


def _of_helper(person: ClinicPerson, beside: Beside) -> list[str]:
    hosts = [
        isolated(other.shown_name)
        for other in person.clinic.people.all()
        if other.role == ClinicRole.HOST and other.is_accepted and other.pk != person.pk
    ]
    return [_("You help: %(hosts)s") % {"hosts": listed(hosts)} if hosts else "", how_many_come(beside)]


_LINES: dict[ClinicRole, Callable[[ClinicPerson, Beside], list[str]]] = {
    ClinicRole.HOST: _of_host,
    ClinicRole.SHARER: _of_sharer,
    ClinicRole.INTERPRETER: _of_interpreter,
    ClinicRole.HELPER: _of_helper,
}


def how_many_come(beside: Beside) -> str:
    text = ngettext("%(count)d person has a seat.", "%(count)d people have a seat.", beside.going)
    waiting = ngettext("%(count)d waits for one.", "%(count)d wait for one.", beside.waiting)
    words = text % {"count": beside.going}
    return f"{words} {waiting % {'count': beside.waiting}}" if beside.waiting else words


def languages_needed(beside: Beside) -> str:
    """Say into which languages nobody interprets that people asked for; "" for none."""
    by_number = sorted(beside.needed.items(), key=lambda row: (-row[1], row[0]))
    languages = [f"{language_name(code, get_language() or 'en')} ({number})" for code, number in by_number]
    text = _("Languages that people would need, and how many of them: %(languages)s.")
    return text % {"languages": listed(languages)} if languages else ""


# Reading and rendering


def render(notice: Notice, language: str, zone: str, *, template: str) -> Rendered:
    person, clinic = notice.person, notice.clinic
    if person is None:
        raise ValueError("this letter goes to one of the people of a clinic")
    beside = vars(notice).get("beside") or read_beside([clinic])[clinic.pk]
    parts = parts_of(notice)
    at_the_door = [part for part in parts if part.is_at_the_door and part.has_account]
    is_host = any(part.role == ClinicRole.HOST for part in at_the_door)
    context = part_context(person, clinic, language, zone)
    with speaking(language), timezone.override(zone_or_utc(zone)):
        context |= {
            "parts": [{"role": what_they_do(part), "lines": lines_of(part, beside)} for part in parts],
            "roles": listed(what_they_do(part) for part in parts),
            "changes": changes_in_words(notice),
            "main_change": main_change(notice),
            "host_page": absolute("clinics:clinic-host", clinic.pk) if at_the_door else "",
            "checklist": absolute("clinics:checklist-mine") if is_host and beside.to_do else "",
            "is_asked": person.is_asked,
            "can_certify": clinic.state in TOOK_PLACE,
            "has_account": person.has_account,
            "feedback_url": absolute("clinics:feedback-give", clinic.pk),
            "certificate_url": absolute("clinics:certificate-mine", clinic.pk),
        }
    letter = render_letter(template, context, language=language, zone=zone)
    return replace(letter, people=tuple(sorted(others_named(notice))))


def render_changed(notice: Notice, language: str, zone: str, *, template: str) -> Rendered:
    """Return the letter with what brings the change into the reader's calendar."""
    letter, person = render(notice, language, zone, template=template), notice.person
    return replace(letter, calendar=invitation_for_person(person, language, timezone.now()) if person else None)


def others_named(notice: Notice) -> set[int]:
    """Return the accounts of others whom the letter may name: hosts, and who interprets into the same language."""
    people = [person for person in notice.clinic.people.all() if person.is_accepted]
    named = [person for person in people if person.role in (ClinicRole.HOST, ClinicRole.INTERPRETER)]
    return {person.member_id for person in named if person.member_id is not None}


_NOTICES = Statement(
    lambda keys: (
        Notice.objects.filter(pk__in=any_of(keys))
        .select_related("person__clinic", "person__member", "person__channel", "change")
        .prefetch_related(
            "person__clinic__texts",
            "person__clinic__channels__interpreters",
            "person__clinic__people__member",
            "person__clinic__people__channel__clinic",
        )
    )
)


def read_notices(keys: list[int], _now: datetime) -> list[Notice]:
    """Read what several of these letters tell, in the same queries however many they are."""
    notices = _NOTICES.rows({"keys": keys})
    beside = read_beside(notice.clinic for notice in notices)
    read_calendars(notice.person for notice in notices if notice.kind == CHANGED and notice.person)
    for notice in notices:
        vars(notice)["beside"] = beside[notice.clinic.pk]
    return notices


def read_beside(clinics: Iterable[Clinic]) -> dict[int, Beside]:
    """Read what stands beside the parts of these clinics, in four queries."""
    keys = {clinic.pk for clinic in clinics}
    seats = Counter(Rsvp.objects.active().filter(clinic__in=keys).values_list("clinic", "state"))
    to_do = Counter(ChecklistItem.objects.open().filter(clinic__in=keys).values_list("clinic", flat=True))
    agendas: dict[int, list[Any]] = {key: [] for key in keys}
    for item in AgendaItem.objects.filter(clinic__in=keys).order_by("clinic_id", "place"):
        agendas[item.clinic_id].append(item)
    needed: dict[int, Counter[str]] = {key: Counter() for key in keys}
    needs = LanguageNeed.objects.of_those_who_come().without_interpreter().filter(rsvp__clinic__in=keys)
    for key, language in needs.values_list("rsvp__clinic", "language"):
        needed[key][language] += 1
    return {
        key: Beside(seats[key, RsvpState.GOING], seats[key, RsvpState.WAITING], to_do[key], agendas[key], needed[key])
        for key in keys
    }


def change_told(notice: Notice) -> str:
    return f"{notice.person and notice.person.state} {sorted(facts_of(notice.clinic).items())}"


def register() -> None:
    """Register the letters with the ledger."""
    common: dict[str, Any] = {"reads": read_notices, "keeps": kinds.kept("person__member")}
    for step in REMINDERS.letters:
        register_step(step)
    kinds.register(
        PERSON_CHANGED,
        still_owed=changed_owed,
        render=partial(render_changed, template="clinics/emails/people_changed"),
        facts=change_told,
        **common,
    )
    kinds.register(
        PERSON_THANKS,
        still_owed=thanks_owed,
        render=partial(render, template=f"clinics/emails/people_{THANKS}"),
        **common,
    )


def register_step(step: str) -> None:
    """Register the letter of one step of the ladder: its templates stand in a folder of its name."""
    kinds.register(
        f"{PERSON}{step}",
        still_owed=reminder_owed,
        render=partial(render, template=f"clinics/emails/people_{step}"),
        priority=Priority.SOON,
        reads=read_notices,
        keeps=kinds.kept("person__member"),
    )
