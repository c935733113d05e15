"""The link in letters to somebody who is asked for a clinic: signed, made as the letter is sent, and stored nowhere."""

from clinics.models import ClinicPerson
from letsconnect.base.links import absolute, is_of, sign_for, unsign_for

PURPOSE = "clinics.person"


def token_of(person: ClinicPerson) -> str:
    return sign_for(PURPOSE, [person.pk, person.clinic_id], address=_address_of(person))


def answer_link(person: ClinicPerson) -> str:
    """Return the full address of the page on which they answer; it stays the same as long as their address does."""
    return absolute("clinics:person-answer", token_of(person))


def person_by_token(token: str) -> ClinicPerson | None:
    """Return the person whose link this is, with the clinic and its texts; None once they are erased,
    or have another address."""
    value, address = unsign_for(PURPOSE, token)
    if not isinstance(value, list) or len(value) != 2:
        return None
    people = ClinicPerson.objects.filter(pk=value[0], clinic=value[1])
    person = people.select_related("clinic", "channel", "member", "asked_by").prefetch_related("clinic__texts").first()
    return person if person and is_of(PURPOSE, address, _address_of(person)) else None


def _address_of(person: ClinicPerson) -> str | None:
    return person.member.email if person.member else person.address
