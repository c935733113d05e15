"""A yes to the newsletter that came with the old form: kept with its day, and good for nothing before it is claimed."""

from datetime import datetime
from typing import Any

from django.db import transaction

from letsconnect.base import acts, addresses
from letsconnect.base.languages import language_or_default
from letsconnect.base.zones import zone_or_utc
from mailings.domain.subscriptions import BulkList, SubscriptionSource, SubscriptionState
from mailings.models import Subscription, SubscriptionQuerySet, Suppression
from mailings.subscriptions.subscribing import lock_subscription_of, take_turns


@transaction.atomic
def keep_old_yes(*, address: str, language: str, zone: str, agreed_at: datetime) -> None:
    """Keep the yes of an address, never over what was said here: a refusal, also of somebody erased, or a choice."""
    address = addresses.canonical_or_nothing(address)
    if not address:
        return
    take_turns(address)
    values = {"agreed_at": agreed_at, "language": language_or_default(language), "zone": zone_or_utc(zone).key}
    if _waiting(address).update(**values) or Subscription.objects.of(address).exists():
        return
    if not Suppression.objects.of(address).filter(source="person").exists():
        Subscription.objects.create(
            address=address, wants_newsletter=True, source=SubscriptionSource.OLD_FORM, **values
        )


@transaction.atomic
def forget_old_yes(*, address: str) -> None:
    """Delete the yes of an address whose newer row of the old form does not say it any more."""
    _waiting(address).filter(asked_for=0).delete()


def has_old_yes(address: str) -> bool:
    """Tell whether a yes of this address waits to be claimed."""
    return bool(address) and _waiting(address).exists()


@transaction.atomic
def claim_old_yes(*, member: Any, address: str, now: datetime) -> Subscription | None:
    """Confirm the yes of an imported registration that the member has just taken over, which proves its address.

    What they chose here before counts more.
    """
    address = addresses.canonical_or_nothing(address)
    if not address:
        return None
    take_turns(*{address, member.email or address})
    mine = lock_subscription_of(member)
    waiting = Subscription.objects.select_for_update(no_key=True).of(address).filter(member=None).first()
    if waiting is not None and mine is not None:
        if waiting.state == SubscriptionState.UNCONFIRMED:
            waiting.delete()
        return mine
    subscription = mine or waiting
    if subscription is None or not _is_waiting(subscription):
        return subscription
    subscription.member = member
    if address != member.email:  # they sign in with another one
        subscription.address = ""
    subscription.state, subscription.confirmed_at = SubscriptionState.CONFIRMED, now
    subscription.save(update_fields=["member", "address", "state", "confirmed_at"])
    acts.record(by=member, verb="confirm_old_yes", on=subscription, now=now, became=BulkList.NEWSLETTER.word)
    return subscription


def _waiting(address: str) -> SubscriptionQuerySet:
    """The yes of an address that nobody has claimed."""
    return Subscription.objects.of(address).filter(
        member=None, state=SubscriptionState.UNCONFIRMED, source=SubscriptionSource.OLD_FORM
    )


def _is_waiting(subscription: Subscription) -> bool:
    return subscription.state == SubscriptionState.UNCONFIRMED and subscription.source == SubscriptionSource.OLD_FORM
