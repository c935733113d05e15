"""How many letters with codes may go to one address, for one browser, for one network. See decision 26.

Only so many letters go to one address in an hour, whoever asks for them, so that nobody's mailbox is flooded. The
newest of them works until another one may be sent, so that nobody is locked out by the limit. The other limits stop
only the browser or network that used them up.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from math import ceil

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registrations.accounts.refusals import EnoughLetters, LimitReached
from registrations.models import SignInCode
from registrations.models.sign_in import HOUR, waited_for

MARGIN = timedelta(minutes=5)


def check(*, address: str, browser: str, network: str, now: datetime) -> datetime:
    """Return until when the code of a letter sent now must work at least.

    Raises EnoughLetters if the address has had its letters, LimitReached if the browser or the network has used up its
    own. Requests at the same moment wait here for each other, so that each of them is counted.
    """
    _lock_askers({address, browser, network})
    recent = SignInCode.objects.sent(now=now).since(now - HOUR)
    to_address = recent.to_address(address)
    last_used = SignInCode.objects.to_address(address).last_used()
    unwanted = list((to_address.since(last_used) if last_used else to_address).order_by("-made_at", "-pk"))
    if len(unwanted) >= settings.SIGN_IN_CODES_PER_HOUR:
        raise _enough_letters(unwanted, now=now)
    unused = recent.unused()
    if browser:
        _check_asker(unused.filter(browser=browser), settings.SIGN_IN_CODES_PER_HOUR_AND_BROWSER, now=now)
    _check_asker(unused.filter(network=network), settings.SIGN_IN_CODES_PER_HOUR_AND_NETWORK, now=now)
    end = now + waited_for()
    is_last_for_now = len(unwanted) == settings.SIGN_IN_CODES_PER_HOUR - 1
    oldest = unwanted[-1].made_at if unwanted else now
    return max(end, oldest + HOUR + MARGIN) if is_last_for_now else end


def _lock_askers(askers: Iterable[str]) -> None:
    """Make other requests of the same address, browser or network wait until this transaction ends."""
    with connection.cursor() as cursor:
        for asker in sorted(filter(None, askers)):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"sign-in:{asker}"])


def _enough_letters(letters_sent: list[SignInCode], *, now: datetime) -> EnoughLetters:
    seconds = _until_another(letters_sent[settings.SIGN_IN_CODES_PER_HOUR - 1].made_at, now=now)
    text = _(
        "Too many codes were asked for with this address, so no further email goes there now. The newest email "
        "works: type its code on the next page, or open its link."
    )
    enough = EnoughLetters(text)
    enough.retry_after, enough.newest = seconds, letters_sent[0].pk
    return enough


def _check_asker(unused_codes: QuerySet[SignInCode], limit: int, *, now: datetime) -> None:
    moments = list(unused_codes.order_by("-made_at").values_list("made_at", flat=True)[:limit])
    if len(moments) < limit:
        return
    seconds = _until_another(moments[-1], now=now)
    minutes = ceil(seconds / 60)
    text = ngettext(
        "Too many codes were asked for from here. Please use the newest one, or try again in %(minutes)d minute.",
        "Too many codes were asked for from here. Please use the newest one, or try again in %(minutes)d minutes.",
        minutes,
    )
    refusal = LimitReached(text % {"minutes": minutes})
    refusal.retry_after = seconds
    raise refusal


def _until_another(made_at: datetime, *, now: datetime) -> int:
    return max(1, ceil((made_at + HOUR - now).total_seconds()))
