"""The addresses by which a reader chooses what they get, or leaves, without an account; and the headers that name them.

A link of leaving or choosing acts for ever, because nobody may be kept from leaving. A link that asks for a
confirmation holds the subscription's turn: once somebody has left, an older letter brings them back no more.
"""

from urllib.parse import urlsplit

from django.conf import settings

from letsconnect.base.links import absolute, sign, unsign
from mailings.domain.subscriptions import BulkList
from mailings.models import Subscription

PURPOSE = "mailings.subscription"


def token_of(subscription: Subscription) -> str:
    return sign(PURPOSE, [subscription.pk, subscription.turn])


def preferences_url(subscription: Subscription) -> str:
    return absolute("mailings:subscription-preferences", token_of(subscription))


def leave_url(subscription: Subscription) -> str:
    return absolute("mailings:subscription-leave", token_of(subscription))


def confirm_url(subscription: Subscription) -> str:
    return absolute("mailings:subscription-confirm", token_of(subscription))


def subscription_of(token: str, *, in_this_turn: bool = False) -> Subscription | None:
    """Return the subscription that a link was written for, or None if the link is forged or the row deleted.

    With ``in_this_turn`` also None if the reader has left or come back since.
    """
    value = unsign(PURPOSE, token)
    if not (isinstance(value, list) and len(value) == 2 and all(isinstance(part, int) for part in value)):
        return None
    subscription = Subscription.objects.select_related("member").filter(pk=value[0]).first()
    is_older = subscription is not None and subscription.turn != value[1]
    return None if in_this_turn and is_older else subscription


def leave_headers(subscription: Subscription, chosen: BulkList) -> dict[str, str]:
    """Return the headers by which a mail program offers to leave (RFC 8058: https only, and no page is opened)."""
    token = token_of(subscription)
    address = absolute("mailings:subscription-one-click", chosen.name.lower(), token)
    headers = {"List-Unsubscribe": f"<{address}>"}
    if urlsplit(address).scheme == "https":
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def list_id(chosen: BulkList) -> str:
    """Return the stable name of a list (RFC 2919)."""
    return f"{settings.SITE_NAME} <{chosen.name.lower()}.{urlsplit(settings.SITE_URL).hostname}>".encode(
        "ascii", "ignore"
    ).decode()


def preferences_path(subscription: Subscription) -> str:
    """Return the same page without the name of the portal's host, to redirect to."""
    return preferences_url(subscription).removeprefix(settings.SITE_URL)
