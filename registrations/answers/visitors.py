"""Keep what a visitor typed while they sign in again: for a day, under a key that only their browser has."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from letsconnect.base.addresses import canonical_or_as_it_is as canonical
from registrations.domain.registrations import RegistrationError
from registrations.models import KeptAnswers, Member
from registrations.models.visitor_answers import LONGEST, MOST_OF_A_NETWORK

COOKIE = f"{settings.COOKIE_PREFIX}kept_answers"  # with the key under which this browser's answers wait
AT_ONCE = 1000


class TooMuchToKeep(RegistrationError):
    """The visitor's text is not kept until they have signed in: it is too long, or too many texts wait already."""


def _keyed(value: str, salt: str) -> str:
    return salted_hmac(f"registrations.kept.{salt}", value, algorithm="sha256").hexdigest()


@transaction.atomic
def keep_answers(*, browser: str, step: str, typed: str, network: str, member: Member | None, now: datetime) -> str:
    """Keep what was typed and return the browser's key, a new one if it had none. One form is kept for each browser.

    Raises TooMuchToKeep if it is longer than our forms allow, or if too many texts of the network wait.
    """
    if len(typed) > LONGEST:
        raise TooMuchToKeep(_("What you wrote is too long to be kept while you sign in."))
    browser = browser or secrets.token_urlsafe(24)
    digest, hashed = _keyed(browser, "browser"), _keyed(network, "network")
    if member is None:
        _check_room(network=hashed, but=digest, now=now)
    else:
        KeptAnswers.objects.filter(member=member).exclude(browser=digest).delete()
    KeptAnswers.objects.update_or_create(
        browser=digest,
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


def _check_room(*, network: str, but: str, now: datetime) -> None:
    """Raise TooMuchToKeep past the limit of one network; whoever writes at the same moment waits and is counted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [network])
    waiting = KeptAnswers.objects.fresh(now=now).filter(network=network, member=None).exclude(browser=but)
    if waiting.count() >= MOST_OF_A_NETWORK:
        raise TooMuchToKeep(
            _("Too many answers from your network are already waiting for somebody to sign in. Please sign in first.")
        )


def kept_answers(*, browser: str, step: str, member: Member, now: datetime) -> str:
    """Return what is kept for this browser and step; "" if nothing is, or if it belongs to somebody else."""
    if not browser:
        return ""
    kept = KeptAnswers.objects.fresh(now=now).filter(browser=_keyed(browser, "browser"), step=step).first()
    return kept.typed if kept is not None and kept.member_id in (None, member.pk) else ""


def forget_kept(*, browser: str, step: str, member: Member) -> None:
    """Delete what was kept for this step, because it is saved."""
    if browser:
        mine = Q(member=None) | Q(member=member)
        KeptAnswers.objects.filter(mine, browser=_keyed(browser, "browser"), step=step).delete()


def note_address(*, browser: str, address: str) -> None:
    """Store, hashed, the address a code is sent to: the kept text is erased with that person."""
    if browser:
        KeptAnswers.objects.filter(browser=_keyed(browser, "browser")).update(
            address=_keyed(canonical(address), "address")
        )


def note_member(*, browser: str, member: Member) -> None:
    """Store who signed in on a browser with a kept text, unless the text belongs to somebody else."""
    if browser:
        KeptAnswers.objects.filter(browser=_keyed(browser, "browser"), member=None).update(member=member)


def forget_answers_of(addresses: Iterable[str]) -> int:
    """Delete what waits in browsers that asked for a code for one of these addresses: for erasure."""
    digests = [_keyed(canonical(address), "address") for address in addresses]
    return KeptAnswers.objects.filter(address__in=digests).delete()[0]


def forget_old_answers(now: datetime) -> int:
    """Delete what is older than a day, a limited number at a time; return how many."""
    old = KeptAnswers.objects.outdated(now=now).order_by("made_at").values("pk")[:AT_ONCE]
    return KeptAnswers.objects.filter(pk__in=old).delete()[0]
