"""What a person sees on their home page: what to do first, their calendar, and what they could do.

All tables are read in one statement and the names of all skills at once, so the page costs the same for somebody with
thirty of everything as for a newcomer.
"""

from datetime import date, datetime
from typing import Any

from clinics.cards import titles_of
from clinics.models import Clinic
from letsconnect.base.statements import Statement
from letsconnect.base.templatetags.when import when
from letsconnect.home.lines import Lines, clinic_line
from letsconnect.home.reading import OF_CLINICS, SHOWN, ClinicLine, Stored, row_of
from letsconnect.home.what_comes_first import Thing, ThingKind, in_order, kept_while_resting, worth_naming
from letsconnect.today.kinds import Now
from letsconnect.today.waiting import counts_for
from mailings.ledger.reachable import has_sound_address, stops_letters, why_not_written_to
from matching.waiting import advice
from registrations.consents.asking import AgreementsToAsk
from registrations.domain.registrations import UNTIL_THEY_RETURN, RegistrationState
from registrations.models import Member, Registration
from registrations.participation.next_round import OutOfRounds, lack_of, sentence
from registrations.skills.suggestions import sentences_of_suggestions, skills_in_sentences

IN_THE_CALENDAR = 8


def for_member(member: Member, asking: AgreementsToAsk, *, now: datetime) -> dict[str, object]:
    """Return what the home page of ``member`` shows; ``asking`` is what they are asked to agree to."""
    me = row_of(member, now=now)
    registration: Any = getattr(me, "registration", None)
    stored = Stored(member, now=now)
    waiting = list(stored.things(registration, asking, confided=me.confided))
    is_resting, lack = _is_resting(registration, on=now.date()), OutOfRounds("")
    if registration is not None and not me.is_in_a_round and not is_resting:
        lack = lack_of(registration, on=now.date())
    if member.is_staff and (at_desk := len(counts_for(member, Now.of(now)))):
        waiting.append(Thing(ThingKind.OPEN_TODAY, count=at_desk))
    if lack.step:
        waiting = [*waiting, Thing(ThingKind.GET_INTO_ROUNDS)]
    things = in_order(waiting, now=now)
    lines = Lines(stored, also_named=skills_in_sentences(stored.suggestions), lack=lack)
    calendar = lines.calendar(() if is_resting else things)  # who rests reads nothing else of what has begun
    shown: dict[str, object] = {
        "asking": asking,
        "registration": registration,
        "calendar": calendar[:IN_THE_CALENDAR],
        "has_more_in_calendar": len(calendar) > IN_THE_CALENDAR,
        "hosts_clinics": any(part.role == "host" for part in stored.parts.values()),  # they can be given things to do
    }
    if is_resting:
        until = max(day for day in (registration.paused_until, registration.away_until) if day is not None)
        return shown | {
            "is_resting": True,
            "rests_until": None if until == UNTIL_THEY_RETURN else until,
            "kept_for_them": [lines.thing(thing, is_first=False) for thing in worth_naming(kept_while_resting(things))],
        }
    first, others = things[:1], things[1:]
    named = worth_naming(others)
    suppression = why_not_written_to(member)
    return shown | {
        "first": [lines.thing(thing, is_first=True) for thing in first],
        "asks_to_agree": any(thing.kind == ThingKind.AGREE for thing in first),
        "others": [lines.thing(thing, is_first=False) for thing in named],
        "has_more_things": len(others) > len(named),
        "suppression": suppression,
        "is_written_to": has_sound_address(member) and not stops_letters(suppression),
        "next_round": sentence(registration, on=now.date(), is_in=True) if me.is_in_a_round else lack.text_only,
        "is_in_a_round": me.is_in_a_round,
        "skill_news": sentences_of_suggestions(stored.suggestions, lines.skills),
        "waiting": None if stored.matches else advice.waiting_status(registration, now=now),
        "matches": lines.other_matches(things),
        "clinics_over": lines.over(),
        "upcoming": lines.open_clinics(),
    }


def _is_resting(registration: Registration | None, *, on: date) -> bool:
    """Tell whether somebody who takes part does not at the moment; of all others it is said how they stand."""
    return (
        registration is not None and registration.state == RegistrationState.APPROVED and registration.is_resting(on=on)
    )


def for_everybody(*, now: datetime) -> dict[str, object]:
    """Return what anybody may see on the home page."""
    clinics = [ClinicLine(*row) for row in _ANNOUNCED.rows({"now": now})]
    titles = titles_of({clinic.key: clinic.floor_language for clinic in clinics})
    return {"upcoming": [clinic_line(clinic, titles[clinic.key], moment=when(clinic.starts_at)) for clinic in clinics]}


_ANNOUNCED = Statement(
    lambda now: Clinic.objects.announced().upcoming(now=now).values_list(*OF_CLINICS)[:SHOWN],
)
