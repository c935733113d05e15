"""Taking a seat with all that the form says: agreements, a name, wishes, other parts, and one edition of two."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zlib import crc32

from django.db import transaction
from django.db.models import Count, Q, prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.domain.clinics import ClinicClosed, ClinicError, RsvpState
from clinics.domain.wishes import ToldFirst
from clinics.models import Clinic, ClinicPerson, Rsvp
from clinics.models.moments import is_taken
from clinics.seats.agreements import agree_as_ticked
from clinics.seats.clashes import asked_for_hours, hours_of, sentences_of_clashes
from clinics.seats.editions import (
    asked_for_other_editions,
    give_back,
    lock_with_other_editions,
    seats_at_other_editions,
)
from clinics.seats.offers import claim_under_locks
from clinics.seats.rsvps import lock_person, rsvp_under_locks
from clinics.signing_up.wishes import SeatWishes, store_wishes
from letsconnect.base.lines import isolated
from letsconnect.base.querysets import in_one_row
from letsconnect.base.statements import Inquiry, Statement
from letsconnect.base.templatetags.when import moment_in_words
from registrations.models import Member


@dataclass(frozen=True)
class SignUp:
    """What the form of a seat says. ``was_told`` holds the keys of the warnings that stood on the page."""

    wishes: SeatWishes = field(default_factory=SeatWishes)
    name: str = ""
    all_parts: bool = False
    agreed: Mapping[str, str] = field(default_factory=dict)
    was_told: Collection[str] = ()
    claims: bool = False  # the seat that is offered at this clinic, and no other


@dataclass(frozen=True)
class SignedUp:
    """What came of a form: the seat or turn at its clinic, those at other parts, and which parts were refused, and why.

    ``own`` is None only where another part was taken; ``given_back`` are those at other hours of the same clinic.
    """

    own: Rsvp | None
    others: list[Rsvp]
    refused: list[tuple[Clinic, str]]
    given_back: list[Rsvp]

    @property
    def given_back_in_words(self) -> list[str]:
        """Say of each other hour of the clinic that its seat, or turn, is theirs no more."""
        text = _("You are no longer signed up for the same clinic at another hour: %(moment)s.")
        return [
            text % {"moment": moment_in_words(other.clinic.starts_at, other.member.zone)} for other in self.given_back
        ]


@transaction.atomic
def sign_up(*, clinic: Clinic, member: Member, form: SignUp, by: Member, now: datetime) -> SignedUp:
    """Take a seat or a turn, at every part of the series if that is wished and as far as they can be taken.

    Raises ToldFirst before anything is given back for it, AgreementMissing, NewerVersion, and what `rsvp` raises where
    it refuses everything. Who has a seat already keeps it, and what was said with it is added.
    """
    member = lock_person(member)
    if not member.is_active:
        raise ClinicClosed(_("This account is closed."))
    agree_as_ticked(member, form.agreed, by=by, now=now)
    _name(member, form.name)
    parts = [clinic, *(other_parts(clinic, member, now=now) if form.all_parts else ())]
    clashes = clash_warnings(parts, member, of=clinic, now=now)
    locked, others = lock_with_other_editions(clinic, member, *parts, now=now)
    check_told([*warnings(locked[clinic.pk], others, now=now), *clashes], form.was_told)
    seats, refusals = _take_each([locked[part.pk] for part in parts], member, form, by=by, now=now)
    if not seats:
        raise refusals[clinic.pk]
    given_back = others if clinic.pk in seats else []
    give_back(given_back, by=by, now=now)
    return SignedUp(
        own=seats.get(clinic.pk),
        others=[seats[part.pk] for part in parts[1:] if part.pk in seats],
        refused=[(part, str(refusals[part.pk])) for part in parts if part.pk in refusals],
        given_back=given_back,
    )


def _take_each(
    parts: Collection[Clinic], member: Member, form: SignUp, *, by: Member, now: datetime
) -> tuple[dict[int, Rsvp], dict[int, ClinicError]]:
    """Take a seat or a turn at each of these clinics, all locked; return those that came of it, and the refusals."""
    take = claim_under_locks if form.claims else rsvp_under_locks
    seats: dict[int, Rsvp] = {}
    refusals: dict[int, ClinicError] = {}
    for part in sorted(parts, key=lambda part: part.pk):
        try:
            with transaction.atomic(savepoint=len(parts) > 1):  # one refusal of several undoes only itself
                seat = take(clinic=part, member=member, by=by, now=now)
                said = form.wishes if seat.made_at == now else _added_to(seat, form.wishes)
                seats[part.pk] = store_wishes(seat, part, said, by=by, now=now)
        except ClinicError as refusal:
            if len(parts) == 1:
                raise
            refusals[part.pk] = refusal
    return seats, refusals


def _added_to(seat: Rsvp, wishes: SeatWishes) -> SeatWishes:
    """Return the wishes of a form for a seat somebody had before: what it leaves as it was changes nothing."""
    language = wishes.listens_in or (seat.channel.language if seat.channel else "")
    return replace(wishes, listens_in=language, shows_name=wishes.shows_name or seat.shows_name)


def other_parts(clinic: Clinic, member: Member | None, *, now: datetime) -> list[Clinic]:
    """Return the other parts of the clinic's series that one can sign up for, soonest first.

    A part of which the member takes another edition already is none of them.
    """
    if clinic.series_id is None:
        return []
    of_parts, *of_member = asked_for_parts(clinic, member, now=now)
    open_parts: list[Clinic] = of_parts.rows()
    prefetch_related_objects(open_parts, "texts")
    if member is None:
        return _one_edition_each(open_parts)
    of_own, of_seats = of_member
    own = set(of_own.rows())
    open_parts = [part for part in open_parts if part.pk not in own]  # they come to these anyway
    taken = {original or clinic for clinic, original in of_seats.rows()}
    return _one_edition_each([part for part in open_parts if (part.edition_of_id or part.pk) not in taken])


def _one_edition_each(parts: list[Clinic]) -> list[Clinic]:
    """Of two editions of a part keep the first: people take one."""
    first = {part.edition_of_id or part.pk: part for part in reversed(parts)}
    return [part for part in parts if first[part.edition_of_id or part.pk] is part]


def asked_for_parts(clinic: Clinic, member: Member | None, *, now: datetime) -> list[Inquiry[Any]]:
    """Return what `other_parts` asks: of the parts, and of a member's own roles and seats at clinics of the series."""
    if clinic.series_id is None:
        return []
    series, original = {"series": clinic.series_id}, clinic.edition_of_id or clinic.pk
    parts = _PARTS.asked({**series, "clinic": clinic.pk, "original": original, "now": now})
    if member is None:
        return [parts]
    return [parts, _OWN_PARTS.asked({**series, "member": member}), _SEATS.asked({"member": member, "now": now})]


# Asked for each page of a clinic, so the SQL is written once.
_PARTS = Statement(
    lambda series, clinic, original, now: (
        Clinic.objects.joinable(now=now)
        .filter(series=series)
        .exclude(pk=clinic)
        .exclude(pk__in=Clinic.objects.editions_beside(Clinic(pk=clinic, edition_of_id=original)).values("pk"))
        .counting_seats(now=now)
    )
)
_OWN_PARTS = Statement(
    lambda series, member: (
        ClinicPerson.objects.accepted().of(member).filter(clinic__series=series).values_list("clinic", flat=True)
    )
)
_SEATS = Statement(
    lambda member, now: (
        Rsvp.objects.of(member).active().filter(clinic__starts_at__gt=now).values_list("clinic", "clinic__edition_of")
    )
)


def asked_first(clinic: Clinic, member: Member, *, now: datetime, has_editions: bool = True) -> list[Inquiry[Any]]:
    """Return what `told_first` asks."""
    hours = asked_for_hours([member.pk], now=now).values()
    editions = (asked_for_other_editions(clinic, member, now=now), _asked_for_queue(clinic, now))
    return [*(editions if has_editions else ()), *hours]


def told_first(clinic: Clinic, member: Member, *, now: datetime, has_editions: bool = True) -> list[tuple[str, str]]:
    """Return all that must be said to a member before they take a seat at the clinic, whichever way they come."""
    others = seats_at_other_editions(clinic, member, now=now) if has_editions else []
    return [*warnings(clinic, others, now=now), *clash_warnings([clinic], member, of=clinic, now=now)]


def without_details(first: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return these warnings for a page that whoever has a letter can open: a clash is said once, not what it is."""
    hidden = [(key, sentence) for key, sentence in first if not key.startswith(_CLASH)]
    clashes = [key for key, _sentence in first if key.startswith(_CLASH)]
    return [*hidden, *((key, str(_ELSEWHERE) if key == clashes[0] else "") for key in clashes)]


def check_told(first: Collection[tuple[str, str]], was_told: Collection[str]) -> None:
    """Raise ToldFirst if one of these warnings did not stand on the page on which somebody pressed."""
    if any(key not in was_told for key, _sentence in first):
        raise ToldFirst(tuple(first))


def warnings(clinic: Clinic, others: Collection[Rsvp], *, now: datetime) -> list[tuple[str, str]]:
    """Return what must be said before a seat at the clinic is taken: the key of each warning, and its sentence.

    The key says what was told, so that a clinic that fills up meanwhile is told again.
    """
    if not others:
        return []
    taken, waiting = next(iter(_asked_for_queue(clinic, now).rows()), (0, 0))
    is_free = taken < clinic.capacity and not waiting
    return [
        (
            f"edition:{other.clinic_id}:{other.holds_a_seat:d}:{is_free:d}",
            str(_TOLD[other.holds_a_seat, is_free])
            % {"moment": moment_in_words(other.clinic.starts_at, other.member.zone)},
        )
        for other in others
    ]


def _asked_for_queue(clinic: Clinic, now: datetime) -> Inquiry[tuple[int, int]]:
    return _QUEUE.asked({"clinic": clinic.pk, "now": now})


_QUEUE = Statement(
    lambda clinic, now: in_one_row(
        Rsvp.objects.filter(clinic=clinic),
        taken=Count("pk", filter=is_taken(now)),
        waiting=Count("pk", filter=Q(state=RsvpState.WAITING, member__is_active=True)),
    )
)


def clash_warnings(parts: Collection[Clinic], member: Member, *, of: Clinic, now: datetime) -> list[tuple[str, str]]:
    """Return what the member has agreed to at the hours of a clinic, and of other parts of its series."""
    hours = hours_of([member.pk], now=now)[member.pk]
    return [
        (f"{_CLASH}{part.pk}:{crc32(text.encode())}", text if part.pk == of.pk else f"{isolated(part.title)} – {text}")
        for part in parts
        for text in sentences_of_clashes(part, hours)
    ]


_CLASH = "clash:"
_ELSEWHERE = gettext_lazy(
    "You have agreed to be elsewhere at that time. Once you sign in, the page of the clinic says where."
)
_TOLD = {
    (True, True): gettext_lazy(
        "You have a seat at the same clinic at another hour: %(moment)s. People take one of the two. If you take a "
        "seat here, the other one goes to somebody else."
    ),
    (False, True): gettext_lazy(
        "You wait for a seat at the same clinic at another hour: %(moment)s. People take one of the two. If you take "
        "a seat here, you leave that waiting list."
    ),
    (True, False): gettext_lazy(
        "You have a seat at the same clinic at another hour: %(moment)s. Here all seats are taken. If you join the "
        "waiting list here, your seat there goes to somebody else at once."
    ),
    (False, False): gettext_lazy(
        "You wait for a seat at the same clinic at another hour: %(moment)s. People take one of the two. If you join "
        "the waiting list here, you leave that one."
    ),
}


def _name(member: Member, name: str) -> None:
    """Call the member as they say, if nobody has told us how to call them yet."""
    if name and not member.name:
        member.name = name
        member.save(update_fields=["name"])
