"""The emails of a clinic as examples: by the same templates as the real ones, to people who do not exist.

Neither a row nor a link of the portal comes into them. The clinic is a copy without a key, whose only people are
invented; each address of ours is replaced afterwards by one of an example.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.urls import Resolver404, resolve

from clinics.after_emails import CAME, MATERIAL
from clinics.announcing.alternatives import READ as ALTERNATIVES
from clinics.announcing.emails import ANNOUNCED, sample_of_announcement
from clinics.domain.clinics import ClinicState, RsvpState, Venue
from clinics.domain.notices import CHANGED, MISSED, REMINDERS, THANKS
from clinics.domain.people import AnswerState, ClinicRole
from clinics.domain.texts import TextState
from clinics.emails import POSITION
from clinics.kits.reading import KitClinic
from clinics.models import Clinic, ClinicChange, ClinicPerson, ClinicText, Notice, Rsvp
from clinics.notices.changes import SEAT as CHANGED_LETTER
from clinics.notices.changes import facts_of
from clinics.notices.reminding import PERSON, SEAT
from clinics.notices.thanking import LETTERS, PERSON_THANKS
from clinics.people import letters
from clinics.people.notice_emails import Beside
from clinics.seats.calendars import IN_CALENDAR
from letsconnect.base.languages import speaking
from mailings import kinds
from mailings.rendering import Rendered
from registrations.models import Member

EXAMPLE = "https://example.org/"
ADDRESS = "you@example.org"
_NOBODY = 0  # the key of what is stored nowhere
_HOUR, _PLANNER = time(15, tzinfo=UTC), "Amina"


class ExampleLetter(NamedTuple):
    name: str
    label: str
    subject: str
    text: str


def example_letters(kit: KitClinic, language: str, *, today: date) -> Iterator[ExampleLetter]:
    """Return the emails of a clinic in one language, in the order in which they go out; no statement is sent."""
    for number, (kind, about) in enumerate(_all_of(kit, language, today), start=1):
        if kind == ANNOUNCED:  # which brings several clinics to each reader of a list
            rendered = sample_of_announcement(about, language=language, zone="UTC")
            text = rendered.text.replace("\n…", f"\n{EXAMPLE}")  # where a reader has links of their own
            rendered = Rendered(rendered.subject, text, rendered.html)
        else:
            rendered = kinds.get(kind).render(about, language, "UTC")
        name = f"{number:02}-{kind.removeprefix('clinics.').replace('_', '-')}"
        with speaking(language):
            label = str(kinds.label_of(kind))
        yield ExampleLetter(name, label, _of_an_example(rendered.subject), _of_an_example(rendered.text))


def _of_an_example(text: str) -> str:
    """Put an example in the place of each address of ours: what they are for stands at their end."""
    site = re.compile(re.escape(settings.SITE_URL) + r"[^\s<>\"]*")

    def example(match: re.Match[str]) -> str:
        try:
            return EXAMPLE + (resolve(match[0].removeprefix(settings.SITE_URL)).url_name or "")
        except Resolver404:
            return EXAMPLE

    return site.sub(example, text).replace(settings.CONTACT_EMAIL, ADDRESS)


def _all_of(kit: KitClinic, language: str, today: date) -> Iterator[tuple[str, Any]]:
    """Return each kind with what it is about. The clinic is in June: of next year, or of the last."""
    ahead = _copy(kit, language, datetime.combine(date(today.year + 1, 6, 5), _HOUR))
    over = _copy(kit, language, datetime.combine(date(today.year - 1, 6, 5), _HOUR), state=ClinicState.HELD)
    off = _copy(kit, language, ahead.starts_at, state=ClinicState.CANCELLED, cancel_reason="…")
    yield letters.ASKED, _person(ahead, AnswerState.ASKED)
    yield letters.REMINDER, _person(ahead, AnswerState.ASKED)
    yield letters.CONFIRMED, _person(ahead)
    yield ANNOUNCED, ahead
    yield "clinics.rsvp_recorded", _seat(ahead)
    yield "clinics.seat_offered", _seat(ahead, RsvpState.OFFERED, claim_by=ahead.starts_at - timedelta(days=1))
    yield "clinics.moved_up", _seat(ahead)
    yield "clinics.still_waiting", _seat(ahead, RsvpState.WAITING)
    yield CHANGED_LETTER, _notice(CHANGED, rsvp=_seat(ahead), change=_an_hour_earlier(ahead))
    yield letters.MOVED, _person(ahead, AnswerState.ASKED)
    for step in REMINDERS.letters:
        yield f"{SEAT}{step}", _notice(step, rsvp=_seat(ahead))
    for step in REMINDERS.letters:
        yield f"{PERSON}{step}", _notice(step, person=_person(ahead))
    yield "clinics.clinic_cancelled", _seat(off)
    yield letters.CANCELLED, _person(off)
    yield LETTERS[THANKS], _notice(THANKS, rsvp=_seat(over))
    yield LETTERS[MISSED], _notice(MISSED, rsvp=_seat(over))
    yield PERSON_THANKS, _notice(THANKS, person=_person(over))


def _copy(kit: KitClinic, language: str, starts_at: datetime, **fields: Any) -> Clinic:
    """Return the clinic as far as everybody knows it, at this hour, stored nowhere and without its people."""
    values = {"state": ClinicState.ANNOUNCED, "venue": Venue.CALL, **fields}
    clinic = Clinic(
        pk=_NOBODY,
        format=kit.clinic.format,
        floor_language=kit.clinic.floor_language,
        minutes=kit.clinic.minutes,
        starts_at=starts_at,
        local_date=starts_at.date(),
        local_time=starts_at.time(),
        announced_at=starts_at - timedelta(days=14),
        **values,
    )
    texts = [
        ClinicText(
            clinic=clinic,
            language=text.language,
            state=TextState.READY,
            title=text.title,
            summary=text.summary,
            audience=text.audience,
            outcomes=text.outcomes,
            preparation=text.preparation,
        )
        for text in kit.texts
    ]
    vars(clinic)["_prefetched_objects_cache"] = {"texts": texts, "channels": [], "people": [], "rsvps": []}
    text = clinic.text_in(language)
    clinic.known_title = text.title if text else ""
    return clinic


def _member() -> Member:
    return Member(pk=_NOBODY, name=_PLANNER, email=ADDRESS)


def _seat(clinic: Clinic, state: str = RsvpState.GOING, **fields: Any) -> Rsvp:
    rsvp = Rsvp(
        pk=_NOBODY,
        clinic=clinic,
        member=_member(),
        state=state,
        made_at=clinic.starts_at - timedelta(days=10),
        **fields,
    )
    vars(rsvp).update({POSITION: None, ALTERNATIVES: [], CAME: True, MATERIAL: True, IN_CALENDAR: False})
    return rsvp


def _person(clinic: Clinic, state: str = AnswerState.ACCEPTED) -> ClinicPerson:
    person = ClinicPerson(pk=_NOBODY, clinic=clinic, member=_member(), role=ClinicRole.SHARER, state=state)
    person.asked_by = _member()
    return person


def _an_hour_earlier(clinic: Clinic) -> ClinicChange:
    """Return a change of which the letters tell: it began an hour earlier."""
    was = {**facts_of(clinic), "starts_at": (clinic.starts_at - timedelta(hours=1)).isoformat()}
    return ClinicChange(clinic=clinic, was=was, made_at=clinic.starts_at - timedelta(days=5))


def _notice(kind: str, **about: Any) -> Notice:
    of = about.get("rsvp") or about["person"]
    notice = Notice(kind=kind, starts_at=of.clinic.starts_at, sequence=0, **about)
    vars(notice)["beside"] = Beside(going=10)
    return notice
