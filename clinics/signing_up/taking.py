"""Taking a seat with all that the form says: agreements, a name, wishes, other parts, and one edition of two."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from zlib import crc32

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.domain.clinics import ClinicClosed
from clinics.domain.wishes import ToldFirst
from clinics.locking import lock_clinic
from clinics.models import Clinic, ClinicPerson, Rsvp
from clinics.seats.clashes import clashes_of
from clinics.seats.rsvps import cancel_rsvp, lock_person, rsvp
from clinics.signing_up.agreements import agree_as_ticked
from clinics.signing_up.wishes import SeatWishes, store_wishes
from letsconnect.base.lines import isolated
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


@transaction.atomic
def sign_up(*, clinic: Clinic, member: Member, form: SignUp, by: Member, now: datetime) -> list[Rsvp]:
    """Take a seat or a turn, at every part of the series if that is wished; the one at this clinic comes first.

    Raises ToldFirst before anything is given back for it, AgreementMissing, NewerVersion, and what `rsvp` raises. Who
    has a seat already keeps it, and what was said with it is added.
    """
    member = lock_person(member)
    if not member.is_active:
        raise ClinicClosed(_("This account is closed."))
    agree_as_ticked(member, form.agreed, by=by, now=now)
    _name(member, form.name)
    parts = [clinic, *(other_parts(clinic, member, now=now) if form.all_parts else ())]
    others = seats_at_other_editions(clinic, member, now=now)
    clashes = [warning for part in parts for warning in clash_warnings(part, member, of=clinic, now=now)]
    locked = _lock_in_order([*parts, *(other.clinic for other in others)])
    first = (*warnings(locked[clinic.pk], others), *clashes)
    if any(key not in form.was_told for key, _sentence in first):
        raise ToldFirst(first)
    seats = {}
    for part in sorted(parts, key=lambda part: part.pk):
        seat = rsvp(clinic=part, member=member, by=by, now=now)
        wishes = form.wishes if seat.made_at == now else _added_to(seat, form.wishes)
        seats[part.pk] = store_wishes(seat, locked[part.pk], wishes, by=by, now=now)
    for other in others:
        cancel_rsvp(clinic=other.clinic, member=member, by=by, now=now)
    return [seats[part.pk] for part in parts]


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
    parts = Clinic.objects.joinable(now=now).filter(series=clinic.series_id).exclude(pk=clinic.pk)
    parts = parts.exclude(pk__in=Clinic.objects.editions_beside(clinic).values("pk"))
    open_parts = list(parts.for_pages())
    if member is None:
        return _one_edition_each(open_parts)
    own = set(ClinicPerson.objects.accepted().of(member).filter(clinic__in=open_parts).values_list("clinic", flat=True))
    open_parts = [part for part in open_parts if part.pk not in own]  # they come to these anyway
    taken = {seat.clinic.edition_of_id or seat.clinic_id for seat in _seats_of(member, now=now)}
    return _one_edition_each([part for part in open_parts if (part.edition_of_id or part.pk) not in taken])


def _one_edition_each(parts: list[Clinic]) -> list[Clinic]:
    """Of two editions of a part keep the first: people take one."""
    first = {part.edition_of_id or part.pk: part for part in reversed(parts)}
    return [part for part in parts if first[part.edition_of_id or part.pk] is part]


def seats_at_other_editions(clinic: Clinic, member: Member, *, now: datetime) -> list[Rsvp]:
    """Return the member's seats and turns at other editions of the clinic that have not begun."""
    editions = Clinic.objects.announced().editions_beside(clinic).filter(starts_at__gt=now)
    mine = Rsvp.objects.of(member).active().filter(clinic__in=editions.values("pk"))
    return list(mine.select_related("clinic", "member").order_by("clinic_id"))


def _seats_of(member: Member, *, now: datetime) -> list[Rsvp]:
    mine = Rsvp.objects.of(member).active().filter(clinic__starts_at__gt=now, clinic__series__isnull=False)
    return list(mine.select_related("clinic"))


def warnings(clinic: Clinic, others: Collection[Rsvp]) -> list[tuple[str, str]]:
    """Return what must be said before a seat at the clinic is taken: the key of each warning, and its sentence.

    The key says what was told, so that a clinic that fills up meanwhile is told again.
    """
    if not others:
        return []
    is_free = clinic.rsvps.holding_a_seat().count() < clinic.capacity and not clinic.rsvps.waiting().exists()
    return [
        (
            f"edition:{other.clinic_id}:{other.holds_a_seat:d}:{is_free:d}",
            str(_TOLD[other.holds_a_seat, is_free])
            % {"moment": moment_in_words(other.clinic.starts_at, other.member.zone)},
        )
        for other in others
    ]


def clash_warnings(part: Clinic, member: Member, *, of: Clinic, now: datetime) -> list[tuple[str, str]]:
    """Return what the member has agreed to at the hour of a clinic, or of another part of its series."""
    sentences = clashes_of(member, part, now)
    title = "" if part.pk == of.pk else f"{isolated(part.title)} – "
    return [(f"clash:{part.pk}:{crc32(text.encode())}", f"{title}{text}") for text in sentences]


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


def _lock_in_order(rows: Collection[Clinic]) -> dict[int, Clinic]:
    return {clinic.pk: lock_clinic(clinic) for clinic in sorted(set(rows), key=lambda clinic: clinic.pk)}


def _name(member: Member, name: str) -> None:
    """Call the member as they say, if nobody has told us how to call them yet."""
    if name and not member.name:
        member.name = name
        member.save(update_fields=["name"])
