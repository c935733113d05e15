"""Claiming an imported registration: by having its address verified, or by a one-use link that a coordinator sends."""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts, addresses
from letsconnect.base.links import unsign
from mailings.ledger import letters
from mailings.models import Suppression
from mailings.newsletters.clocks import follow_clock
from mailings.subscriptions.old_form import claim_old_yes
from registrations.domain.registrations import (
    AlreadyRegistered,
    ClaimRefused,
    NotYours,
    RegistrationState,
    Source,
)
from registrations.models import ClaimInvitation, Member, Registration
from registrations.oldform.claim_links import PURPOSE
from registrations.oldform.emails import INVITATION, REMINDER, key_of
from registrations.oldform.languages import language_of

LINK_LASTS = timedelta(days=30)
REMIND_AFTER = timedelta(days=7)


def claim_by_address(*, member: Member, now: datetime) -> Registration | None:
    """Give the member the imported registration that has their verified address, and return it, or None.

    Called at every sign-in. A member who has a registration already gets none. Neither does anybody when two imported
    registrations have the address, or when it was withdrawn: then a coordinator decides.
    """
    proved = list(EmailAddress.objects.filter(user=member, verified=True).values_list("email", flat=True))
    with transaction.atomic():
        member = Member.objects.select_for_update(no_key=True).get(pk=member.pk)
        if not member.has_open_account or Registration.objects.filter(member=member).exists():
            return None
        unclaimed = Registration.objects.with_imported_address(proved).filter(source=Source.IMPORT, member=None)
        candidates = list(unclaimed.exclude(state=RegistrationState.WITHDRAWN).select_for_update(of=("self",))[:2])
        return _hand_over(candidates[0], member=member, now=now) if len(candidates) == 1 else None


@transaction.atomic
def invite_to_claim(*, registration: Registration, by: Member, now: datetime) -> ClaimInvitation:
    """Owe the person a letter with a link to take over their imported registration.

    Inviting again while the link works changes nothing; once it has expired, a new link is made. Raises NotYours for
    anybody but a coordinator, and ClaimRefused when there is nothing to claim, when there is no address to write to,
    or when the stored row has changed since ``registration`` was read.
    """
    if not by.is_coordinator:
        raise NotYours(_("Only coordinators invite people to take over an imported registration."))
    expected_version, registration = registration.version, _locked_registration(registration.pk)
    _check_claimable(registration)
    if registration.version != expected_version:
        raise ClaimRefused(_("It was changed once more meanwhile. Please look again."))
    if not registration.imported_address:
        raise ClaimRefused(_("The old form has no address for this person."))
    try:
        address = addresses.canonical(registration.imported_address)
    except addresses.AddressRefused as refusal:
        raise ClaimRefused(str(refusal)) from refusal
    if address == by.email or EmailAddress.objects.filter(user=by, email=address).exists():
        raise ClaimRefused(_("This is an address of your own: another coordinator invites you."))
    if Suppression.objects.of(address).against(is_bulk=False).exists():
        raise ClaimRefused(_("No email may go to this address: it does not exist, or the person asked for none."))
    invitation = registration.claim_invitations.filter(used_at=None).first()
    if invitation is not None and invitation.expires_at > now and invitation.address == address:
        return invitation
    invitation = invitation or ClaimInvitation(registration=registration)
    invitation.address, invitation.invited_by = address, by
    invitation.invited_at, invitation.expires_at, invitation.reminded_at = now, now + LINK_LASTS, None
    invitation.save()
    acts.record(by=by, verb="invite_to_claim", on=registration, now=now)
    _owe_letter(INVITATION, invitation, now=now)
    return invitation


def owe_claim_reminders(now: datetime) -> int:
    """Owe one reminder of each invitation that nobody has used for a week, and return how many."""
    unanswered = ClaimInvitation.objects.owed_reminder(at=now, invited_before=now - REMIND_AFTER)
    invitations = list(unanswered.select_for_update(of=("self",), skip_locked=True).select_related("registration"))
    for invitation in invitations:
        invitation.reminded_at = now
        invitation.save(update_fields=["reminded_at"])
        _owe_letter(REMINDER, invitation, now=now)
    return len(invitations)


def invitation_of(*, token: str, now: datetime) -> ClaimInvitation | None:
    """Return the invitation that a link belongs to, or None when the link is forged, used or too old."""
    match unsign(PURPOSE, token, max_age=LINK_LASTS):
        case [int(pk), str(signed_at)]:
            invitation = ClaimInvitation.objects.open(at=now).select_related("registration").filter(pk=pk).first()
            if invitation is not None and invitation.invited_at.isoformat() == signed_at:
                return invitation
    return None


@transaction.atomic
def claim_by_link(*, token: str, member: Member, now: datetime) -> Registration:
    """Give the member the registration that a link belongs to; after that, the link works for nobody.

    Raises ClaimRefused when the link does not work (any more), and AlreadyRegistered when the member has a
    registration of their own: that one is kept, and the imported one stays unclaimed.
    """
    member = Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    if not member.has_open_account:
        raise ClaimRefused(_("This account is closed."))
    invitation = invitation_of(token=token, now=now)
    registration = _locked_registration(invitation.registration_id) if invitation else None
    # Check again under the lock: somebody else may have used the link in the meantime.
    if registration is None or invitation_of(token=token, now=now) is None:
        raise ClaimRefused(_("This link was used already or is too old."))
    _check_claimable(registration)
    if invitation is not None and invitation.invited_by_id == member.pk:
        raise ClaimRefused(_("You sent this link yourself: another coordinator sends you one."))
    if Registration.objects.filter(member=member).exists():
        raise AlreadyRegistered(
            _("You have a registration here already. It is kept as it is, and so is the one from the old form.")
        )
    return _hand_over(registration, member=member, now=now)


def _locked_registration(pk: int) -> Registration:
    return Registration.objects.select_for_update(of=("self",)).get(pk=pk)


def _check_claimable(registration: Registration) -> None:
    if registration.is_claimed or registration.source != Source.IMPORT:
        raise ClaimRefused(_("This registration belongs to somebody already."))
    if registration.state == RegistrationState.WITHDRAWN:
        raise ClaimRefused(_("This registration was withdrawn."))


def _hand_over(registration: Registration, *, member: Member, now: datetime) -> Registration:
    """Give the locked registration to the member, and fill empty fields of the account from it.

    The person has neither changed nor confirmed an answer, so ``changed_at`` and ``confirmed_on`` stay as they are.
    """
    was = registration.state
    if registration.reviewed_by_id == member.pk:  # nobody reviews their own registration: somebody else has to
        registration.state = RegistrationState.SUBMITTED
        registration.reviewed_by = registration.reviewed_at = None
    registration.member, registration.claimed_at = member, now
    registration.version += 1
    registration.save(update_fields=["member", "claimed_at", "version", "state", "reviewed_by", "reviewed_at"])
    registration.claim_invitations.filter(used_at=None).update(used_at=now)
    member.name = member.name or registration.name
    member.country, member.region = (
        (member.country, member.region) if member.country else (registration.country, registration.region)
    )
    member.zone = registration.zone if member.zone == "UTC" and registration.zone else member.zone
    member.save(update_fields=["name", "country", "region", "zone"])
    follow_clock(member=member, now=now)
    claim_old_yes(member=member, address=registration.imported_address, now=now)
    acts.record(by=member, verb="claim_registration", on=registration, now=now, was=was, became=registration.state)
    return registration


def _owe_letter(kind: str, invitation: ClaimInvitation, *, now: datetime) -> None:
    letters.owe(
        kind=kind,
        about=invitation,
        address=invitation.address,
        language=language_of(invitation.registration),
        zone=invitation.registration.zone,
        key=key_of(kind, invitation),
        now=now,
    )
