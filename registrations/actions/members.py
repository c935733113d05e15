"""Signing in by an emailed code: one door for new and known addresses."""

import secrets
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from letsconnect.base import acts, addresses, security, zones
from letsconnect.base.models import SecurityEventKind
from mailings import letters
from mailings.domain import LetterState
from registrations import emails
from registrations.domain import AccountClosed, CodeNotSent, CodeRefused, TooManyCodes
from registrations.models import Member, SignInCode

CODE_DIGITS = 6


def _keyed(value: str, salt: str) -> str:
    return salted_hmac(f"registrations.{salt}", value, algorithm="sha256").hexdigest()


def _check_rate(*, address: str, network: str, now: datetime) -> None:
    """Raise TooManyCodes past the hourly limits. Whoever asks at the same moment waits here, and is counted."""
    with connection.cursor() as cursor:
        for one in sorted((_keyed(address, "address"), network)):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [one])
    recent = SignInCode.objects.filter(made_at__gt=now - timedelta(hours=1))
    if (
        recent.filter(address=address).count() >= settings.SIGN_IN_CODES_PER_HOUR
        or recent.filter(network=network).count() >= settings.SIGN_IN_CODES_PER_HOUR_AND_NETWORK
    ):
        raise TooManyCodes(_("Too many codes were asked for. Please use the newest one, or try again in an hour."))


def send_sign_in_code(*, address: str, network: str, language: str, zone: str, now: datetime) -> SignInCode:
    """Send a one-time code to ``address`` at once and return its row; the code is in the letter only.

    Raises TooManyCodes past the hourly limits, CodeNotSent when the mail server did not take the letter.
    """
    address = addresses.canonical(address)
    digits = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    code = _write_code(address=address, network=_keyed(network, "network"), digits=digits, now=now)
    letter = letters.send_at_once(
        kind="registrations.sign_in_code",
        address=address,
        language=language,
        zone=zone,
        rendered=emails.accounts.sign_in_code(digits, language=language, zone=zone),
        key=f"sign-in-code:{code.pk}",
        now=now,
    )
    if letter.state != LetterState.SENT:
        raise CodeNotSent(_("The letter could not be sent just now. Please check the address and try again."))
    return code


@transaction.atomic
def _write_code(*, address: str, network: str, digits: str, now: datetime) -> SignInCode:
    _check_rate(address=address, network=network, now=now)
    code = SignInCode.objects.create(
        address=address,
        code_hash="",
        network=network,
        made_at=now,
        expires_at=now + timedelta(minutes=settings.SIGN_IN_CODE_MINUTES),
    )
    code.code_hash = _keyed(f"{code.pk}:{digits}", "code")
    code.save(update_fields=["code_hash"])
    return code


def sign_in_with_code(*, code_ids: list[int], digits: str, language: str, zone: str, now: datetime) -> Member:
    """Use one of the codes of this browser and return its member, made now if the address is new.

    Raises CodeRefused when the digits fit none that is fresh and unused, or the account is closed. A wrong try is
    counted even though it is refused.
    """
    code = _use_code(code_ids=code_ids, digits=digits, now=now)
    if code is None:
        _note_refused(code_ids, now=now)
        raise CodeRefused(_("This code is wrong or too old. Please check the newest letter, or ask for another code."))
    member = _member_of(code.address, language=language, zone=zone, now=now)
    check_open(member)
    return member


def _note_refused(code_ids: list[int], *, now: datetime) -> None:
    """Keep in the security log that a code was refused, and whose account it would have opened, if anybody has one."""
    asked_for = SignInCode.objects.filter(pk__in=code_ids).values_list("address", flat=True)
    member = Member.objects.filter(email__in=asked_for).first()
    security.record(kind=SecurityEventKind.CODE_REFUSED, member=member, by=None, now=now)


def check_open(member: Member) -> None:
    """Raise AccountClosed unless the account opens to its owner."""
    if not member.is_active:
        raise AccountClosed(_("This account is closed. Please write to us if you think it should not be."))
    if member.is_demo and not settings.EMBEDDED_DATABASE:
        raise AccountClosed(_("Demo accounts do not work on a real portal."))


def also_opened_by(address: str) -> str:
    """Return the name of the Wikimedia account that opens the account of ``address`` too, while no code proved the
    address yet; else ""."""
    unproved = EmailAddress.objects.filter(email=address, verified=False).values("user")
    account = SocialAccount.objects.filter(user__in=unproved).first()
    return account.extra_data["username"] if account else ""


@transaction.atomic
def _use_code(*, code_ids: list[int], digits: str, now: datetime) -> SignInCode | None:
    codes = SignInCode.objects.select_for_update().filter(
        pk__in=code_ids, used_at=None, expires_at__gt=now, tries_left__gt=0
    )
    for code in codes.order_by("-pk"):
        if constant_time_compare(code.code_hash, _keyed(f"{code.pk}:{digits}", "code")):
            code.used_at = now
            code.save(update_fields=["used_at"])
            return code
        code.tries_left -= 1
        code.save(update_fields=["tries_left"])
    return None


def _member_of(address: str, *, language: str, zone: str, now: datetime) -> Member:
    try:
        with transaction.atomic():
            member = Member.objects.with_address(address).first()
            if member is None:
                member = Member.objects.create_user(
                    email=address, language=language, zone=zone if zones.is_zone(zone) else "UTC", joined_at=now
                )
                acts.record(by=member, verb="join", on=member, now=now)
            EmailAddress.objects.update_or_create(
                user=member, email=address, defaults={"verified": True, "primary": True}
            )
    except IntegrityError:  # two browsers, one new address: the other one was first
        return Member.objects.with_address(address).get()
    return member


def forget_old_codes(now: datetime) -> int:
    """Delete codes a day after they expired; return how many."""
    return SignInCode.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()[0]
