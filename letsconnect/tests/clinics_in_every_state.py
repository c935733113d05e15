"""The pages of clinics in the states in which they ask the database most, and who finds them so."""

from datetime import timedelta
from typing import Any

from django.urls import reverse

from clinics.domain.clinics import ClinicState
from clinics.models import (
    AccessNeed,
    AgendaItem,
    CallList,
    CallListRow,
    Clinic,
    ClinicSeries,
    LanguageNeed,
    OtherHeads,
    Quote,
    Rsvp,
    SeatQuestion,
)
from clinics.people.links import token_of as token_of_person
from clinics.seats.links import token_of as token_of_seat
from clinics.seats.rsvps import rsvp
from clinics.tests.after_factories import make_clinic_that_was
from clinics.tests.factories import START, make_attendance, make_clinic, make_person, make_text, sign_up
from clinics.tests.resource_factories import make_resource
from matching.tests.factories import make_match
from matching.tests.session_factories import make_session
from registrations.models import Member
from registrations.tests.factories import NOW, make_member, make_registration

HOUR = timedelta(hours=1)
SOON = NOW + timedelta(minutes=10)  # its doors are open


def make_clinic_with_everything(*, starts_at=START, **fields: Any) -> Clinic:
    """A clinic with people of every kind, an agenda, two texts, parts beside it and the same at another hour."""
    series = ClinicSeries.objects.create(name="All of it")
    clinic = make_clinic(starts_at=starts_at, series=series, capacity=4, **fields)
    make_text(clinic, "fr", "Tout")
    interpreter = make_person(clinic, "interpreter")
    for role in ("sharer", "host", "helper"):
        make_person(clinic, role)
        make_person(clinic, role, address=f"{role}-{clinic.pk}@example.org")
    for place, part in enumerate(("break", "questions"), start=1):
        AgendaItem.objects.create(clinic=clinic, place=place, part=part, minutes=10, person=interpreter)
    for number in (1, 2):
        make_clinic(starts_at=starts_at + number * 24 * HOUR, title=f"Part {number}", series=series)
    make_clinic(starts_at=starts_at + 12 * HOUR, title="The same", edition_of=clinic)
    return clinic


def somebody_busy(at: Clinic, *, asked_to_agree: bool = True) -> Member:
    """Somebody who has agreed to be elsewhere at that hour in every way, and takes part without having agreed."""
    mine = make_registration(agrees=not asked_to_agree)
    member = mine.member
    rsvp(clinic=make_clinic(starts_at=at.starts_at, title="A seat"), member=member, by=member, now=NOW)
    make_person(make_clinic(starts_at=at.starts_at, title="A part"), "sharer", member=member)
    make_session(match=make_match("connected", learner=mine), starts_at=at.starts_at)
    return member


def seat_of(member: Member, clinic: Clinic, **fields: Any) -> Rsvp:
    """A seat with all that can be said with it; or another state of it."""
    seat = rsvp(clinic=clinic, member=member, by=member, now=NOW)
    Rsvp.objects.filter(pk=seat.pk).update(channel=clinic.channels.first(), shows_name=True, **fields)
    AccessNeed.objects.create(rsvp=seat, text="Captions", made_at=NOW)
    SeatQuestion.objects.create(rsvp=seat, text="How long?", made_at=NOW)
    LanguageNeed.objects.create(rsvp=seat, language="sw", made_at=NOW)
    seat.refresh_from_db()
    return seat


def page(name: str, *of: Any) -> str:
    return reverse(f"clinics:{name}", args=of)


def seen_in_every_state() -> list[tuple[str, str, Member | None]]:
    """Make the rows, and return names and paths of pages with who sees them."""
    clinic, soon = make_clinic_with_everything(), make_clinic_with_everything(starts_at=SOON)
    [other] = clinic.editions.all()
    newcomer, guest, offered, waiting = *(somebody_busy(clinic) for _ in range(3)), make_member()
    rsvp(clinic=other, member=newcomer, by=newcomer, now=NOW)
    sign_up(other, 2)
    rsvp(clinic=other, member=offered, by=offered, now=NOW)  # waits there
    for person in sign_up(clinic, 1):
        Rsvp.objects.filter(pk=person.pk).update(shows_name=True)
    seat_of(guest, clinic)
    kept = seat_of(offered, clinic, state="offered", claim_by=NOW + HOUR)
    sign_up(clinic, 1)
    turn = seat_of(waiting, clinic)
    late, host = somebody_busy(soon), make_person(soon, "host", member=make_registration(agrees=False).member).member
    rsvp(clinic=soon.editions.get(), member=late, by=late, now=NOW)
    for person in sign_up(soon, 2):
        make_attendance(soon, person.member)
    seat_of(make_member(), soon)
    noted = CallList.objects.create(clinic=soon, brought_by=host, brought_at=NOW, read=1, is_of_the_door=True)
    CallListRow.objects.create(call_list=noted, row=1, address="walk-in@example.org")
    OtherHeads.objects.create(clinic=soon, number=3, counted_at=NOW, counted_by=host)
    over = make_clinic_that_was(series=clinic.series, outcome="We met.", outcome_language="en")
    came = make_registration(agrees=False).member
    make_attendance(over, came)
    make_person(over, "host", member=came)
    make_resource(over)
    decided = {"published_at": NOW, "published_by": host, "decided_at": NOW}
    Quote.objects.create(clinic=over, member=came, text="Good.", as_whom="participant", given_at=NOW, **decided)
    off = make_clinic_with_everything(
        starts_at=START + HOUR, state=ClinicState.CANCELLED, cancel_reason="The sharer is ill."
    )
    outside = make_person(clinic, "sharer", address="outside-of-all@example.org")
    detail, join = "clinic-detail", "clinic-join"
    seen: list[tuple[str, Any, Member | None]] = [
        *((detail, of, who) for of in (clinic, over, off) for who in (None, newcomer)),
        *((detail, clinic, who) for who in (guest, offered, waiting)),
        *((detail, soon, who) for who in (late, host)),
        (detail, over, came),
        *((join, of, late) for of in (soon, over, off)),
        (join, clinic, guest),
        ("clinic-host", soon, host),
    ]
    pages = [(f"clinics:{name}", page(name, of.pk), who) for name, of, who in seen]
    pages += [("clinics:seat-by-link", page("seat-by-link", token_of_seat(seat)), None) for seat in (kept, turn)]
    pages.append(("clinics:person-answer", page("person-answer", token_of_person(outside)), None))
    return [*pages, ("clinics:feedback-read", page("feedback-read", over.pk), came)]
