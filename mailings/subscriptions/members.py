"""The subscription of somebody with an account: chosen by a tick, and taken along when their address changes."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from mailings.domain.letters import OPEN, LetterState
from mailings.domain.subscriptions import BulkList, SubscriptionSource, as_bits
from mailings.ledger import letters
from mailings.models import Letter, Subscription, Suppression
from mailings.subscriptions.merging import merge
from mailings.subscriptions.subscribing import CONFIRM, lock_subscription_of, set_lists, take_turns


@transaction.atomic
def choose_newsletter(*, member: Any, wanted: bool, by: Any, now: datetime) -> Subscription | None:
    """Write the tick of the registration form; what else the member gets stays as it is."""
    subscription = _locked(member)
    others = subscription.lists if subscription is not None and subscription.is_confirmed else []
    lists = {*others, BulkList.NEWSLETTER} if wanted else {*others} - {BulkList.NEWSLETTER}
    return choose_as_member(member=member, lists=lists, source=SubscriptionSource.FORM, by=by, now=now)


@transaction.atomic
def choose_as_member(
    *, member: Any, lists: Collection[BulkList], source: SubscriptionSource, by: Any, now: datetime
) -> Subscription | None:
    """Make these the lists a member gets; a letter asks them to confirm if nobody has proved their address yet.

    Nothing is written for a member who never subscribed and wants nothing.
    """
    subscription = _locked(member)
    if not lists and (subscription is None or not subscription.lists):
        return subscription  # what was asked for by letter is theirs to answer
    if subscription is None:
        is_proved = member.has_proved_address
        if is_proved:
            _free_address_for(member)
        subscription = Subscription(member=member, address=member.email if is_proved else "", source=source)
        subscription.agreed_at = now
    if lists and not subscription.is_confirmed and member.email and not member.has_proved_address:
        return _ask_by_letter(subscription, member, lists, now=now)
    if lists and member.email:
        Suppression.objects.lift_bulk(member.email, now=now)
    return set_lists(subscription=subscription, lists=lists, source=source, by=by, now=now)


@transaction.atomic
def subscribe_member(*, member: Any, lists: Collection[BulkList], by: Any, now: datetime) -> Subscription:
    """Add lists to what a member gets who is signed in and has proved their address."""
    subscription = _locked(member)
    others = subscription.lists if subscription is not None and subscription.is_confirmed else []
    chosen = choose_as_member(member=member, lists={*others, *lists}, source=SubscriptionSource.PAGE, by=by, now=now)
    if chosen is None:
        raise ValueError("nothing was chosen")
    return chosen


@transaction.atomic
def take_along(*, member: Any, now: datetime) -> Subscription | None:
    """Let the subscription follow a member to the address they have just proved; return it, if there is one.

    If that address subscribed by itself before, what was said last holds: somebody who has left there since has left.
    """
    subscription = _locked(member)
    if subscription is None or not member.has_proved_address or subscription.address == member.email:
        return subscription
    _free_address_for(member)
    other = Subscription.objects.select_for_update(no_key=True).of(member.email).exclude(pk=subscription.pk).first()
    if other is not None:
        if _last_word(other) > _last_word(subscription):
            lists, source = other.lists, SubscriptionSource(other.source)
            subscription = set_lists(subscription=subscription, lists=lists, source=source, by=None, now=now)
            subscription.paused_at = other.paused_at
        merge(other, into=subscription, now=now)
    subscription.address = member.email
    subscription.save(update_fields=["address", "paused_at"])
    return subscription


def _free_address_for(member: Any) -> None:
    """Take the address from the subscription of another account that had it before."""
    Subscription.objects.of(member.email).exclude(member=None).exclude(member=member).update(address="")


def _last_word(subscription: Subscription) -> datetime:
    """Return when they last said themselves what they want; what nobody confirmed was said by anybody."""
    return subscription.left_at or subscription.confirmed_at or datetime.min.replace(tzinfo=UTC)


def _locked(member: Any) -> Subscription | None:
    if member.email:
        take_turns(member.email)
    return lock_subscription_of(member)


def _ask_by_letter(
    subscription: Subscription, member: Any, lists: Collection[BulkList], *, now: datetime
) -> Subscription:
    if subscription.asked_for == as_bits(lists) and _may_arrive(subscription):
        return subscription
    subscription.asked_for = as_bits(lists)
    subscription.save()
    key = f"confirm-subscription:{subscription.pk}:{now.timestamp():.6f}"
    letters.owe(kind=CONFIRM, about=subscription, key=key, to=member, now=now)
    return subscription


def _may_arrive(subscription: Subscription) -> bool:
    """Tell whether the last letter that asked has arrived or still may; after one that was lost they are asked anew."""
    letters_about = Letter.objects.filter(kind=CONFIRM, about_id=subscription.pk)
    state = letters_about.order_by("-pk").values_list("state", flat=True).first()
    return state in {*OPEN, LetterState.SENT, LetterState.UNCERTAIN}
