"""One order of locks for everything people do about themselves: the member, matches, clinics, the registration."""

from django.utils.translation import gettext as _

from registrations.domain.registrations import ClosedMeanwhile
from registrations.models import Member, Registration


def lock_member(member: Member) -> Member:
    """Return the member's current row, locked until the transaction ends; raises ClosedMeanwhile after erasure."""
    member = Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    if not member.is_active:
        raise ClosedMeanwhile(_("This account is closed."))
    return member


def lock_registration(member: Member) -> Registration | None:
    """Return the member's current registration, locked; None if there is none.

    The lock is FOR NO KEY UPDATE, so that nobody waits who only writes a row that points to it. Otherwise two people
    who ask for each other would wait for each other for ever.
    """
    mine = Registration.objects.filter(member=member).select_related("member")
    return mine.select_for_update(no_key=True, of=("self",)).first()
