"""Sign in with a Wikimedia account, and connect one with an existing account."""

from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts, zones
from letsconnect.base.lines import one_line
from letsconnect.base.models import Act
from registrations.accounts.signing_in import check_open
from registrations.accounts.wikimedia import PROVIDER
from registrations.accounts.wikimedia.profile import Profile
from registrations.domain.registrations import NAME_AT_MOST, ConnectedElsewhere, LastWayIn
from registrations.models import Member, Registration


@dataclass(frozen=True)
class Arrival:
    """The member who signed in.

    ``taken_address`` is an address that a newcomer could not get because another account has it, else "".
    """

    member: Member
    taken_address: str = ""


@transaction.atomic
def sign_in_with_wikimedia(*, profile: Profile, language: str, zone: str, now: datetime) -> Arrival:
    """Return the member of this Wikimedia account, created now if there is none. An address never finds a member.

    Raises AccountClosed if the account is closed.
    """
    account = _lock(profile.sub)
    if account is None:
        return _welcome(profile, language=language, zone=zone, now=now)
    check_open(account.user)
    _note_name(account, profile)
    return Arrival(member=account.user)


@transaction.atomic
def connect_wikimedia(*, member: Member, profile: Profile, by: Member, now: datetime) -> None:
    """Let the Wikimedia account sign in to this account too; doing it twice changes nothing.

    If the Wikimedia account signs in to a bare account (made by signing in with it once, with no address and nothing in
    it), it is moved here and the bare account is closed. Raises ConnectedElsewhere if the other account is more than
    that, or this account has a Wikimedia account already; AccountClosed if this account is closed.
    """
    account = _lock(profile.sub)
    member = Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    check_open(member)
    if account is not None and account.user_id == member.pk:
        _note_name(account, profile)
        return
    if SocialAccount.objects.filter(user=member, provider=PROVIDER).exists():
        raise ConnectedElsewhere(_("Another wiki account opens this account already. Disconnect that one first."))
    if account is not None:
        _close_bare(account.user, by=by, now=now)
        account.delete()
    SocialAccount.objects.create(
        user=member, provider=PROVIDER, uid=profile.sub, extra_data={"username": profile.username}
    )
    acts.record(by=by, verb="connect_wikimedia", on=member, now=now)


@transaction.atomic
def disconnect_wikimedia(*, member: Member, by: Member, now: datetime) -> None:
    """Let no Wikimedia account sign in to this account any more, and end every session that is not renewed afterwards.

    Raises LastWayIn unless a code has proved the member's address.
    """
    for uid in SocialAccount.objects.filter(user=member, provider=PROVIDER).values_list("uid", flat=True):
        _lock(uid)  # before the member, as everywhere here
    member = Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    proved = EmailAddress.objects.filter(user=member, verified=True, email=member.email)
    if not proved.exists():
        raise LastWayIn(_("This is your only way in. Sign in once with a code sent to your email address first."))
    if SocialAccount.objects.filter(user=member, provider=PROVIDER).delete()[0]:
        member.renew_sessions()
        acts.record(by=by, verb="disconnect_wikimedia", on=member, now=now)


def _lock(uid: str) -> SocialAccount | None:
    """Make other requests with the same Wikimedia account wait until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{PROVIDER}:{uid}"])
    return SocialAccount.objects.select_related("user").filter(provider=PROVIDER, uid=uid).first()


def _welcome(profile: Profile, *, language: str, zone: str, now: datetime) -> Arrival:
    fields = {
        "name": _as_name(profile.username),
        "language": language,
        "zone": zone if zones.is_zone(zone) else "UTC",
        "joined_at": now,
    }
    taken_address = profile.email if profile.email and _is_taken(profile.email) else ""
    email = None if taken_address else profile.email or None
    try:
        with transaction.atomic():
            member = Member.objects.create_user(email=email, **fields)
    except IntegrityError:  # a code opened an account for the same address just now
        member, taken_address, email = Member.objects.create_user(email=None, **fields), profile.email, None
    if email:
        # Good enough to write to; only our own code proves it, and opens what is kept for proved addresses.
        EmailAddress.objects.create(user=member, email=email, verified=False, primary=True)
    SocialAccount.objects.create(
        user=member, provider=PROVIDER, uid=profile.sub, extra_data={"username": profile.username}
    )
    acts.record(by=member, verb="join", on=member, now=now)
    return Arrival(member=member, taken_address=taken_address)


def _is_taken(address: str) -> bool:
    return Member.objects.with_address(address).exists() or EmailAddress.objects.filter(email=address).exists()


def _as_name(username: str) -> str:
    return one_line(username[:NAME_AT_MOST])


def _note_name(account: SocialAccount, profile: Profile) -> None:
    """Update the name after a rename, wherever the old name is what we show."""
    old, new = account.extra_data.get("username", ""), profile.username
    account.extra_data = {"username": new}
    account.save(update_fields=["extra_data", "last_login"])
    if not old or old == new:
        return
    member = account.user
    if member.name == _as_name(old):
        member.name = _as_name(new)
        member.save(update_fields=["name"])
    Registration.objects.filter(member=member, wikimedia_username=old).update(wikimedia_username=new)


def _close_bare(member: Member, *, by: Member, now: datetime) -> None:
    """Close and empty an account that holds nothing and has no other way in; raises ConnectedElsewhere otherwise."""
    member = Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    if member.email or not member.is_active or any(_rows_about(member)):
        raise ConnectedElsewhere(
            _("This wiki account opens another account here, which is in use. Please write to us to join the two.")
        )
    member.name, member.zone, member.is_active, member.erased_at = "", "UTC", False, now
    member.has_doubtful_address = False
    member.save(update_fields=["name", "zone", "is_active", "erased_at", "has_doubtful_address"])
    acts.record(by=by, verb="close_account", on=member, now=now)


def _rows_about(member: Member) -> list[bool]:
    """Tell, for each table of every app that points at members, whether it has a row about this one.

    The log and the account itself are left out.
    """
    relations = [relation for relation in Member._meta.related_objects if relation.one_to_many or relation.one_to_one]
    return [
        relation.related_model._default_manager.filter(**{relation.field.name: member}).exists()
        for relation in relations
        if relation.related_model not in (SocialAccount, Act)
    ]
