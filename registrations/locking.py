"""One order of locks for everything a person does about themselves: the member, matches, clinics, the registration."""

from django.utils.translation import gettext as _

from registrations.domain.registrations import ClosedMeanwhile
from registrations.models import Member, Registration


def lock_member(member: Member) -> Member:
    """Return the member as they are now, locked until the transaction ends; ClosedMeanwhile once they are erased."""
    member = Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    if not member.is_active:
        raise ClosedMeanwhile(_("This account is closed."))
    return member


def lock_registration(member: Member) -> Registration | None:
    """Return the member's registration as it is now, locked; None when there is none.

    NO KEY, so that nobody waits who only writes a row that points to it: two who ask for each other would for ever.
    """
    mine = Registration.objects.filter(member=member).select_related("member")
    return mine.select_for_update(no_key=True, of=("self",)).first()
