"""Keep what a visitor typed while they sign in again: for a day, under a key that only their browser has.

Several people may use one browser. The text belongs to whoever signs in with the address that was given on the sign-in
page it led to; nobody else is shown it.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from letsconnect.base.addresses import canonical_or_as_it_is as canonical
from registrations.domain.registrations import RegistrationError
from registrations.models import KeptAnswers, Member
from registrations.models.visitor_answers import LONGEST, MOST_OF_A_NETWORK, KeptAnswersQuerySet

COOKIE = f"{settings.COOKIE_PREFIX}kept_answers"  # with the key under which this browser's answers wait
AT_ONCE = 1000
HALF = 32  # of the characters of a digest


class TooMuchToKeep(RegistrationError):
    """The visitor's text is not kept until they have signed in: it is too long, or too many texts wait already."""


def _keyed(value: str, salt: str) -> str:
    return salted_hmac(f"registrations.kept.{salt}", value, algorithm="sha256").hexdigest()


@transaction.atomic
def keep_answers(*, browser: str, step: str, typed: str, network: str, member: Member | None, now: datetime) -> str:
    """Keep what was typed and return the browser's key, a new one if it had none. One form is kept for each person.

    What others typed in the same browser stays. Raises TooMuchToKeep if it is longer than our forms allow, or if too
    many texts of the network wait.
    """
    if len(typed) > LONGEST:
        raise TooMuchToKeep(_("What you wrote is too long to be kept while you sign in."))
    browser = browser or secrets.token_urlsafe(24)
    _lock(browser)
    key, hashed = _key(browser, "" if member is None else _member_digest(member)), _keyed(network, "network")
    if member is None:
        _check_room(network=hashed, but=key, now=now)
    else:
        KeptAnswers.objects.filter(member=member).exclude(browser=key).delete()
    KeptAnswers.objects.update_or_create(
        browser=key,
        defaults={
            "address": "",
            "member": member,
            "network": hashed,
            "step": step,
            "typed": typed,
            "made_at": now,
        },
    )
    return browser


def _key(browser: str, owner: str = "") -> str:
    """Return the key of a browser's row: all of its digest while nobody owns the text, then half of it and the owner.

    So several people's texts wait in one browser, and all of them begin alike.
    """
    digest = _keyed(browser, "browser")
    return digest[:HALF] + owner[:HALF] if owner else digest


def _address_digest(address: str) -> str:
    return _keyed(canonical(address), "address")


def _member_digest(member: Member) -> str:
    return _keyed(str(member.pk), "member")


def _lock(browser: str) -> None:
    """Let two requests of one browser write one after the other, until the transaction ends."""
    _lock_name(_key(browser))


def _lock_name(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def _check_room(*, network: str, but: str, now: datetime) -> None:
    """Raise TooMuchToKeep past the limit of one network; whoever writes at the same moment waits and is counted."""
    _lock_name(network)
    waiting = KeptAnswers.objects.fresh(now=now).filter(network=network, member=None).exclude(browser=but)
    if waiting.count() >= MOST_OF_A_NETWORK:
        raise TooMuchToKeep(
            _("Too many answers from your network are already waiting for somebody to sign in. Please sign in first.")
        )


class WhatIsKept(NamedTuple):
    """What waits in a browser and step: this member's text ("" if none does), and whether one of nobody yet waits."""

    typed: str
    waits_for_another: bool


def kept_answers(*, browser: str, step: str, member: Member, now: datetime) -> WhatIsKept:
    """Return what is kept for this member in this browser and step, and whether more waits for its owner to sign in."""
    if not browser:
        return WhatIsKept("", False)
    here = _in(browser).fresh(now=now).filter(Q(member=member) | Q(member=None), step=step).order_by("pk")
    kept = list(here.values_list("member", "typed"))
    return WhatIsKept(
        next((typed for owner, typed in kept if owner is not None), ""), any(owner is None for owner, _typed in kept)
    )


def forget_kept(*, browser: str, step: str, member: Member) -> None:
    """Delete what was kept for this member and step, because it is saved."""
    if browser:
        _in(browser).filter(member=member, step=step).delete()


@transaction.atomic
def note_address(*, browser: str, address: str, leads_to: str) -> None:
    """Make what nobody owns yet in this browser the text of the address for which a code is asked.

    Only where the sign-in page leads to the form it was typed in, or nowhere. If it leads elsewhere, the address is
    noted for erasure, and its owner is not shown the text. A text that is somebody's stays theirs.
    """
    if not browser:
        return
    _lock(browser)
    digest = _address_digest(address)
    waiting = _unowned(browser)
    if waiting is not None and _is_asked_from(waiting, leads_to):
        _give(waiting, browser=browser, owner=digest, address=digest)
    elif waiting is not None and not waiting.address:
        waiting.address = digest
        waiting.save(update_fields=["address"])


def waits_for(*, browser: str, address: str) -> bool:
    """Tell whether something typed in this browser waits for the owner of this address to sign in."""
    return bool(browser) and _waiting_for(browser, address).exists()


def drop_waiting_for(*, browser: str, address: str) -> bool:
    """Delete what was typed in this browser and waits for this address, because the visitor takes another one.

    It is not handed to the next address: whoever sits at the browser now need not be who typed it.
    """
    return bool(browser) and _waiting_for(browser, address).delete()[0] > 0


def _waiting_for(browser: str, address: str) -> KeptAnswersQuerySet:
    return _in(browser).filter(member=None, address=_address_digest(address))


@transaction.atomic
def give_to_member(*, browser: str, member: Member, addresses: Iterable[str]) -> None:
    """Give a member who signs in what was typed in this browser for one of the addresses they proved."""
    if not browser:
        return
    _lock(browser)
    keys = [_key(browser, _address_digest(address)) for address in addresses]
    kept = KeptAnswers.objects.filter(browser__in=keys, member=None).order_by("-made_at").first()
    if kept is not None:
        _give(kept, browser=browser, owner=_member_digest(member), member=member)


@transaction.atomic
def give_what_nobody_owns(*, browser: str, member: Member, leads_to: str) -> None:
    """Give a member what nobody owns yet in this browser, if they signed in without an address from its own page."""
    if not browser:
        return
    _lock(browser)
    waiting = _unowned(browser)
    if waiting is not None and _is_asked_from(waiting, leads_to):
        _give(waiting, browser=browser, owner=_member_digest(member), member=member)


def _in(browser: str) -> KeptAnswersQuerySet:
    """Everything that was typed in this browser, whoever it belongs to."""
    return KeptAnswers.objects.filter(browser__startswith=_key(browser)[:HALF])


def _unowned(browser: str) -> KeptAnswers | None:
    return KeptAnswers.objects.filter(browser=_key(browser), member=None).first()


def _is_asked_from(kept: KeptAnswers, leads_to: str) -> bool:
    """Tell whether a sign-in page that leads there is the one of this text, and not of something else."""
    return leads_to in ("", reverse("registrations:registration-step", args=[kept.step]))


def _give(kept: KeptAnswers, *, browser: str, owner: str, address: str = "", member: Member | None = None) -> None:
    """Give a text to its owner, in the place of what the same person typed before."""
    key = _key(browser, owner)
    earlier = Q(browser=key) if member is None else Q(browser=key) | Q(member=member)
    KeptAnswers.objects.filter(earlier).exclude(pk=kept.pk).delete()
    kept.browser, kept.address, kept.member = key, address or kept.address, member
    kept.save(update_fields=["browser", "address", "member"])


def forget_answers_of(addresses: Iterable[str]) -> int:
    """Delete what waits in browsers that asked for a code for one of these addresses: for erasure."""
    digests = [_address_digest(address) for address in addresses]
    return KeptAnswers.objects.filter(address__in=digests).delete()[0]


def forget_old_answers(now: datetime) -> int:
    """Delete what is older than a day, a limited number at a time; return how many."""
    old = KeptAnswers.objects.outdated(now=now).order_by("made_at").values("pk")[:AT_ONCE]
    return KeptAnswers.objects.filter(pk__in=old).delete()[0]
