"""Emails to the person, for those who see emails: what each was and what became of it, never where it went."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from letsconnect.base.addresses import canonical_or_as_it_is
from letsconnect.people.timeline import PageAsked, TimelineLine, part
from mailings import kinds
from mailings.domain.letters import LetterState
from mailings.models import Letter


@part
def letters(asked: PageAsked) -> Iterator[TimelineLine | None]:
    """Their text is read on the page of each, where that is recorded."""
    person, rows = asked.person, Letter.objects.visible_to(asked.reader)
    if person.member is not None:
        rows = rows.received_by(person.member, addresses=filter(None, [person.member.email]))
    else:
        address = person.registration.imported_address if person.registration else ""
        rows = rows.filter(member=None, address=canonical_or_as_it_is(address)) if address else rows.none()
    read = asked.newest(rows, "owed_at", "kind", "state")
    yield None
    for at, key, kind, state in read:
        values = {"email": kinds.label_of(kind), "state": LetterState(state).label}
        link = reverse("admin:mailings_letter_change", args=[key])
        yield TimelineLine(at, key, _("email: %(email)s (%(state)s)"), values, link)
