"""The addresses by which a reader chooses what they get, or leaves, without an account; and the headers that name them.

A link of leaving or choosing acts for ever, because nobody may be kept from leaving; it never brings anybody back. A
link that asks for a confirmation is another one and holds the subscription's turn: once somebody has left, an older
letter brings them back no more.
"""

from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings

from letsconnect.base.links import absolute, sign, unsign
from letsconnect.base.models import Act
from mailings.domain.subscriptions import BulkList
from mailings.models import Subscription

PURPOSE = "mailings.subscription"
_PLACE = "the-token-of-a-reader"
CONFIRMING = "mailings.confirm_subscription"


def token_of(subscription: Subscription) -> str:
    return sign(PURPOSE, subscription.pk)


def preferences_url(subscription: Subscription) -> str:
    return _with_token("mailings:subscription-preferences", token_of(subscription))


def leave_url(subscription: Subscription) -> str:
    return _with_token("mailings:subscription-leave", token_of(subscription))


def _with_token(name: str, token: str, *before: str) -> str:
    return _pattern(name, before, settings.SITE_URL).replace(_PLACE, token)


@lru_cache(maxsize=32)
def _pattern(name: str, before: tuple[str, ...], _site: str) -> str:
    """Return the address of a page with a place for the token: an issue asks for it thousands of times."""
    return absolute(name, *before, _PLACE)


def confirm_url(subscription: Subscription) -> str:
    return absolute("mailings:subscription-confirm", sign(CONFIRMING, [subscription.pk, subscription.turn]))


def subscription_of(token: str) -> Subscription | None:
    """Return the subscription that a link was written for, or None if the link is forged or the row deleted."""
    match unsign(PURPOSE, token):
        case int(pk):
            return _row(pk)
    return None


def _row(pk: int) -> Subscription | None:
    """Return the row of this key, or the one that it was merged into."""
    row = Subscription.objects.select_related("member").filter(pk=pk).first()
    if row is not None:
        return row
    merged = Act.objects.filter(object_type=Subscription._meta.label_lower, object_id=pk, verb="merge_subscriptions")
    became = merged.values_list("became", flat=True).first()
    return _row(int(became)) if became else None


def asked_to_confirm(token: str) -> Subscription | None:
    """Return the subscription that a letter asks to confirm, or None if the link is forged or they have left since."""
    match unsign(CONFIRMING, token):
        case [int(pk), int(turn)]:
            return Subscription.objects.filter(pk=pk, turn=turn).first()
    return None


def leave_headers(subscription: Subscription, chosen: BulkList) -> dict[str, str]:
    """Return the headers by which a mail program offers to leave (RFC 8058: https only, and no page is opened)."""
    return _leave_headers(token_of(subscription), chosen)


def of_letter(subscription: Subscription, chosen: BulkList) -> tuple[dict[str, str], dict[str, str]]:
    """Return the addresses that stand in a letter of this list to one reader, by name, and its headers.

    All of them hold one token, which is signed once.
    """
    token = token_of(subscription)
    names = {"preferences": "mailings:subscription-preferences", "leave": "mailings:subscription-leave"}
    return {key: _with_token(name, token) for key, name in names.items()}, _leave_headers(token, chosen)


def _leave_headers(token: str, chosen: BulkList) -> dict[str, str]:
    address = _with_token("mailings:subscription-one-click", token, chosen.word)
    headers = {"List-Unsubscribe": f"<{address}>"}
    if urlsplit(address).scheme == "https":
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def list_id(chosen: BulkList) -> str:
    """Return the stable name of a list (RFC 2919)."""
    return f"{settings.SITE_NAME} <{chosen.word}.{urlsplit(settings.SITE_URL).hostname}>".encode(
        "ascii", "ignore"
    ).decode()


def preferences_path(subscription: Subscription) -> str:
    """Return the same page without the name of the portal's host, to redirect to."""
    return preferences_url(subscription).removeprefix(settings.SITE_URL)


def leave_path(subscription: Subscription) -> str:
    return leave_url(subscription).removeprefix(settings.SITE_URL)
