"""Leaving, pausing and choosing, by a link without an account: effective at once, also for letters already queued."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts
from letsconnect.base.languages import language_or_default
from mailings.domain.subscriptions import BulkList, SubscriptionRefused, SubscriptionSource
from mailings.models import Subscription
from mailings.subscriptions.subscribing import locked, set_lists


@transaction.atomic
def leave(*, subscription: Subscription, chosen: BulkList | None, by: Any, now: datetime) -> Subscription:
    """Leave one list, or all. Leaving twice changes nothing. ``by`` None means that the link of a letter was used.

    Whoever leaves all before they have confirmed anything has refused what was asked for.
    """
    subscription = locked(subscription)
    lists = [other for other in subscription.lists if chosen is not None and other != chosen]
    if chosen is not None and lists == subscription.lists:
        return subscription
    return set_lists(subscription=subscription, lists=lists, source=SubscriptionSource.PAGE, by=by, now=now)


@transaction.atomic
def choose(
    *, subscription: Subscription, lists: Collection[BulkList], language: str, is_paused: bool, by: Any, now: datetime
) -> Subscription:
    """Store what the page of preferences says. The language of a member is their account's and not changed here.

    The link of a letter may have been passed on, so it brings nobody back: raises SubscriptionRefused if whoever holds
    it wants something of a subscription that is not confirmed, or no longer. A member who is signed in comes back here.
    """
    subscription = locked(subscription)
    if lists and not may_choose(subscription, by=by):
        raise SubscriptionRefused(
            _("You have left these emails. To come back, give your address again: we send you an email to confirm.")
        )
    subscription = set_lists(subscription=subscription, lists=lists, source=SubscriptionSource.PAGE, by=by, now=now)
    if subscription.member_id is None:
        subscription.language = language_or_default(language)
    was_paused = subscription.paused_at is not None
    if subscription.is_confirmed and is_paused != was_paused:
        subscription.paused_at = now if is_paused else None
        acts.record(by=by, verb="pause_letters" if is_paused else "unpause_letters", on=subscription, now=now)
    subscription.save(update_fields=["language", "paused_at"])
    return subscription


def may_choose(subscription: Subscription, *, by: Any) -> bool:
    """Tell whether lists can be chosen without another letter to confirm: ``by`` is whoever is signed in, or None."""
    return subscription.is_confirmed or (by is not None and by.pk == subscription.member_id)
