"""Sign in with an emailed code or link: the same way for new and known addresses."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from letsconnect.base import acts, addresses, security_log, zones
from letsconnect.base.fields import longest
from letsconnect.base.models import SecurityEvent, SecurityEventKind
from mailings.domain.letters import LetterState
from mailings.ledger import letters
from mailings.models import Letter, Suppression
from mailings.sending.time_limit import is_slow
from mailings.subscriptions.members import take_along
from registrations.accounts import code_limits
from registrations.accounts import emails as accounts
from registrations.accounts.codes import draw, hash_of_digits, hash_of_link, keyed
from registrations.accounts.refusals import CodeNotSent
from registrations.domain.registrations import AccountClosed, CodeRefused
from registrations.models import Member, SignInCode
from registrations.models.sign_in import HOUR

# Wrong tries at the newest letter's code by browsers that did not ask for it: of one network, and of all together.
TRIES_OF_A_NETWORK, TRIES_ELSEWHERE = 3, 15
PRESSED_TWICE = timedelta(minutes=1)


def send_sign_in_code(
    *,
    address: str,
    network: str,
    language: str,
    zone: str,
    now: datetime,
    browser: str = "",
    leads_to: str = "",
    patience: float | None = None,
) -> SignInCode:
    """Send a letter with a one-time code and link to ``address`` and return its row; only the letter has them in clear.

    If the mail server does not take it within ``patience`` seconds, says "later" or cannot be reached, the worker draws
    new ones and sends them: then the row ``is_waiting``. Raises EnoughLetters or LimitReached at the limits,
    CodeNotSent when the mail server refuses the letter.
    """
    code = _write_code(
        SignInCode(
            address=addresses.canonical(address),
            browser=keyed(browser, "browser") if browser else "",
            network=keyed(network, "network"),
            language=language,
            zone=zone[: longest(SignInCode, "zone")],
            leads_to=leads_to,
            made_at=now,
        )
    )
    if is_slow():
        return _leave_to_the_worker(code, now=now)
    drawn = draw(code, now)
    minutes = code.minutes_left(now=now)
    code.letter = letter = letters.send_at_once(
        kind=accounts.KIND,
        address=code.address,
        language=language,
        zone=zone,
        rendered=accounts.sign_in_code(drawn, minutes=minutes, language=language, zone=zone),
        key=f"sign-in-code:{code.pk}",
        now=now,
        seconds=patience,
    )
    code.save(update_fields=["letter"])
    return code if letter.state == LetterState.SENT else _not_at_once(code, letter, now=now)


def _not_at_once(code: SignInCode, letter: Letter, *, now: datetime) -> SignInCode:
    """Let the worker send another code if that may succeed; a code that may have arrived keeps working beside it."""
    if not letter.may_come_later:
        raise CodeNotSent(_why_not_sent(code.address, letter))
    if letter.state == LetterState.UNCERTAIN:
        code.pk, code.code_hash, code.link_hash = None, "", ""
        code.save(force_insert=True)
    return _leave_to_the_worker(code, now=now)


def _why_not_sent(address: str, letter: Letter) -> str:
    if Suppression.objects.of(address).filter(source="bounce").exists():
        return _(
            "The email could not be sent: the mail server says there is no such mailbox. Please check the address."
        )
    if letter.answer.startswith("5"):
        return _("The email could not be sent: the mail server refuses it. Please use another address, or write to us.")
    return _("The email could not be sent just now. Please check the address and try again.")


@transaction.atomic
def _leave_to_the_worker(code: SignInCode, *, now: datetime) -> SignInCode:
    code.letter = letters.owe(
        kind=accounts.KIND,
        about=code,
        address=code.address,
        language=code.language,
        zone=code.zone,
        key=f"sign-in-code:{code.pk}:later",
        now=now,
    )
    code.save(update_fields=["letter"])
    return code


@transaction.atomic
def _write_code(code: SignInCode) -> SignInCode:
    code.expires_at = code_limits.check(
        address=code.address, browser=code.browser, network=code.network, now=code.made_at
    )
    code.save(force_insert=True)
    return code


def sign_in_with_code(
    *,
    code_ids: Iterable[int],
    digits: str,
    language: str,
    zone: str,
    now: datetime,
    led_ids: Iterable[int] = (),
    browser: str = "",
    network: str = "",
) -> Member:
    """Use one of this browser's codes and return its member, who is created now if the address is new.

    ``led_ids`` are letters that others asked for; this browser was given them because the address had had enough.
    Raises CodeRefused if the digits fit no code that is fresh and unused, or the account is closed. A wrong try is
    counted even though it is refused.
    """
    own_codes = Q(pk__in=list(code_ids)) | (Q(browser=keyed(browser, "browser")) if browser else Q(pk__in=[]))
    code, tries = _use_code(
        own_codes=own_codes, led_ids=list(led_ids), digits=digits, network=keyed(network, "network"), now=now
    )
    if code is None:
        _note_refused([*code_ids, *led_ids], is_try=tries > 0, now=now)
        raise CodeRefused(_("This code is wrong or too old. Please check the newest email, or ask for another code."))
    return _enter(code, language=language, zone=zone, now=now)


def was_used_just_now(code_ids: Iterable[int], *, digits: str, now: datetime) -> bool:
    """Tell whether these digits signed this browser in a moment ago: the person pressed the button twice."""
    used = SignInCode.objects.filter(pk__in=list(code_ids), used_at__gt=now - PRESSED_TWICE)
    return any(constant_time_compare(code.code_hash, hash_of_digits(code, digits)) for code in used)


def link_used_just_now(*, secret: str, now: datetime) -> SignInCode | None:
    """Return the row of a link that signed somebody in a moment ago."""
    return SignInCode.objects.filter(link_hash=hash_of_link(secret), link_used_at__gt=now - PRESSED_TWICE).first()


def code_of_link(*, secret: str, now: datetime) -> SignInCode | None:
    """Return the row of a link that still works."""
    return SignInCode.objects.linked(now=now).filter(link_hash=hash_of_link(secret)).first()


def sign_in_with_link(*, secret: str, language: str, zone: str, now: datetime) -> Member:
    """Use the link of a letter, in any browser, and return its member, who is created now if the address is new.

    Raises CodeRefused if the link is used, too old or not ours, or the account is closed.
    """
    with transaction.atomic():
        _lock_members(SignInCode.objects.filter(link_hash=hash_of_link(secret)).values_list("address", flat=True))
        codes = SignInCode.objects.select_for_update().linked(now=now).filter(link_hash=hash_of_link(secret))
        code = codes.first()
        if code is None:
            raise CodeRefused(_("This link was used already or is too old. Please ask for another code."))
        code.link_used_at = now
        code.save(update_fields=["link_used_at"])
    return _enter(code, language=language, zone=zone, now=now)


def _enter(code: SignInCode, *, language: str, zone: str, now: datetime) -> Member:
    member = _member_of(code.address, language=language, zone=zone or code.zone, now=now)
    check_open(member)
    return member


def _note_refused(code_ids: list[int], *, is_try: bool, now: datetime) -> None:
    """Record in the security log that a code was refused, and the account of its address, if there is one.

    Where no code could be tried any more, one line an hour is enough: no line is ever deleted, and the person reads all
    of them among their data.
    """
    asked_for = SignInCode.objects.filter(pk__in=code_ids).values_list("address", flat=True)
    member = Member.objects.filter(email__in=asked_for).first()
    refusals = SecurityEvent.objects.filter(kind=SecurityEventKind.CODE_REFUSED, member=member)
    if not is_try and refusals.filter(at__gt=now - HOUR).exists():
        return
    security_log.record(kind=SecurityEventKind.CODE_REFUSED, member=member, by=None, now=now)


def check_open(member: Member) -> None:
    """Raise AccountClosed if the member's account is closed."""
    if not member.is_active:
        raise AccountClosed(_("This account is closed. Please write to us if you think it should not be."))
    if member.is_demo and not settings.EMBEDDED_DATABASE:
        raise AccountClosed(_("Demo accounts do not work on a real portal."))


def also_opened_by(address: str) -> str:
    """Return the name of the Wikimedia account that also signs in to the account of ``address``, else "".

    Only while no code has proved the address yet.
    """
    unproved = EmailAddress.objects.filter(email=address, verified=False).values("user")
    account = SocialAccount.objects.filter(user__in=unproved).first()
    return account.extra_data["username"] if account else ""


@transaction.atomic
def _use_code(
    *, own_codes: Q, led_ids: list[int], digits: str, network: str, now: datetime
) -> tuple[SignInCode | None, int]:
    """Return the code that the digits fit, if there is one, and how many codes they were tried at in vain."""
    tries = 0
    _lock_members(SignInCode.objects.filter(own_codes | Q(pk__in=led_ids)).values_list("address", flat=True))
    own_keys = set(SignInCode.objects.filter(own_codes).values_list("pk", flat=True))
    codes = SignInCode.objects.select_for_update().fresh(now=now).filter(pk__in=own_keys | set(led_ids))
    for code in codes.order_by("-pk"):
        if not _may_try(code, is_own=code.pk in own_keys, network=network):
            continue
        if constant_time_compare(code.code_hash, hash_of_digits(code, digits)):
            code.used_at = now
            code.save(update_fields=["used_at"])
            return code, tries
        _count_try(code, is_own=code.pk in own_keys, network=network)
        tries += 1
    return None, tries


def _lock_members(addresses: Iterable[str]) -> None:
    """Lock the accounts of these addresses before their codes, as an erasure does, which deletes the codes."""
    list(Member.objects.filter(email__in=list(addresses)).select_for_update(no_key=True).order_by("pk").values("pk"))


def _may_try(code: SignInCode, *, is_own: bool, network: str) -> bool:
    """Tell whether another try is left. The browser that asked has tries of its own, which nobody else can use up."""
    if is_own:
        return code.tries_left > 0
    tries = code.tries_elsewhere
    return tries.get(network, 0) < TRIES_OF_A_NETWORK and sum(tries.values()) < TRIES_ELSEWHERE


def _count_try(code: SignInCode, *, is_own: bool, network: str) -> None:
    if is_own:
        code.tries_left -= 1
    else:
        code.tries_elsewhere = {**code.tries_elsewhere, network: code.tries_elsewhere.get(network, 0) + 1}
    code.save(update_fields=["tries_left", "tries_elsewhere"])


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
            take_along(member=member, now=now)
    except IntegrityError:  # two browsers, one new address: the other one was first
        return Member.objects.with_address(address).get()
    return member


def forget_old_codes(now: datetime) -> int:
    """Delete codes a day after they expired; return how many."""
    return SignInCode.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()[0]
