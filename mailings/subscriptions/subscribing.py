"""Subscribing by an address and a letter that asks to confirm; and what every change of a subscription writes."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from letsconnect.base import acts, addresses
from letsconnect.base.acts_in_words import ALL_LISTS
from letsconnect.base.languages import language_or_default
from letsconnect.base.zones import zone_or_utc
from mailings.domain.subscriptions import (
    BulkList,
    SubscriptionGone,
    SubscriptionSource,
    SubscriptionState,
    as_bits,
    lists_in,
)
from mailings.ledger import letters
from mailings.models import Subscription, SubscriptionRequest, Suppression
from mailings.subscriptions.merging import merge

CONFIRM = "mailings.confirm_subscription"
KEPT_FOR = timedelta(days=1)
LETTERS_A_DAY = 3  # to one address, whoever asks
REQUESTS_AN_HOUR = 30  # of one network
S = SubscriptionState


class NetworkAskedTooOften(Exception):
    """This network asked for too many letters within the hour."""


def lock_subscription_of(member: Any) -> Subscription | None:
    """Return the member's subscription, locked.

    One that was made for their address before they had an account becomes theirs, with its refusal if they had left,
    once they have proved that the address is theirs.
    """
    subscription = Subscription.objects.select_for_update(no_key=True).filter(member=member).first()
    if subscription is None and member.has_proved_address:
        visitors = Subscription.objects.select_for_update(no_key=True).of(member.email)
        subscription = visitors.filter(member=None).first()
        if subscription is not None:
            subscription.member = member
            subscription.save(update_fields=["member"])
    return subscription


def set_lists(
    *, subscription: Subscription, lists: Collection[BulkList], source: SubscriptionSource, by: Any, now: datetime
) -> Subscription:
    """Write what a locked subscription gets; to want something again after leaving is a new consent."""
    before = subscription.lists if subscription.pk else []
    wanted = [chosen for chosen in BulkList if chosen in lists]
    if subscription.pk and wanted == before and subscription.state == (S.CONFIRMED if wanted else S.LEFT):
        return subscription
    if not wanted:
        return _leave(subscription, by=by, now=now)
    if subscription.state == S.LEFT or not set(wanted) <= set(before):
        subscription.agreed_at, subscription.source, subscription.source_text = now, source, ""
    if subscription.state != S.CONFIRMED:
        subscription.state, subscription.confirmed_at, subscription.left_at = S.CONFIRMED, now, None
    for chosen in BulkList:
        setattr(subscription, chosen, chosen in wanted)
    subscription.save()
    _record(subscription, verb="choose_letters", before=before, by=by, now=now)
    return subscription


@transaction.atomic
def ask_visitor(
    *, address: str, language: str, zone: str, lists: Collection[BulkList], network: str, now: datetime
) -> None:
    """Send a letter that asks whether this address wants these lists. Nothing says whether the address was known.

    At most `LETTERS_A_DAY` go to one address, and none to that of an account that is closed or in doubt: then nothing
    is sent, and the page says the same. Raises AddressRefused with a text for the visitor, and NetworkAskedTooOften
    past the limit of a network.
    """
    address = addresses.canonical(address)
    take_turns(address, network)
    requests = SubscriptionRequest.objects
    if requests.since(now - timedelta(hours=1)).filter(network=_keyed(network)).count() >= REQUESTS_AN_HOUR:
        raise NetworkAskedTooOften
    sent_today = requests.since(now - KEPT_FOR).filter(address=_keyed(address)).count()
    request = requests.create(address=_keyed(address), network=_keyed(network), made_at=now)
    if sent_today >= LETTERS_A_DAY:
        return
    member = get_user_model()._default_manager.filter(email=address).first()
    if member is not None and not may_be_written_to(member):
        if member.has_doubtful_address or member.has_proved_address:
            return
        member = None  # whoever was shut out had only said that the address is theirs
    subscription = _row_for(address, member, language=language, zone=zone, now=now)
    subscription.asked_for = as_bits(lists)
    if subscription.member_id is None and not subscription.is_confirmed:  # nobody else's choice is overwritten
        subscription.language, subscription.zone = language_or_default(language), zone_or_utc(zone).key
    subscription.save(update_fields=["asked_for", "language", "zone"])
    letters.owe(
        kind=CONFIRM,
        about=subscription,
        key=f"confirm-subscription:{subscription.pk}:{request.pk}",
        address=address,
        language=language,
        zone=zone,
        now=now,
    )


def may_be_written_to(member: Any) -> bool:
    """Tell whether letters go to the address of this account; a letter to a visitor names no account to be asked."""
    return bool(member.has_open_account) and not member.has_doubtful_address


def _row_for(address: str, member: Any, *, language: str, zone: str, now: datetime) -> Subscription:
    """Return the locked row of an address, a new one that is not confirmed if there is none."""
    rows = Subscription.objects.select_for_update(no_key=True)
    if member is not None:
        mine = lock_subscription_of(member)
        if mine is not None:
            return mine
    existing = rows.of(address).first()
    if existing is not None:
        return existing
    return Subscription.objects.create(
        member=member if member is not None and member.has_proved_address else None,
        address=address,
        language=language_or_default(language),
        zone=zone_or_utc(zone).key,
        agreed_at=now,
        source=SubscriptionSource.PAGE,
    )


@transaction.atomic
def confirm(*, subscription: Subscription, by: Any, now: datetime, shown: int | None = None) -> Subscription:
    """Confirm what was asked for by the letter: the consent is of this moment. Confirming twice changes nothing.

    ``subscription`` is as the letter's link found it: whoever has left since then has to be asked again. ``shown`` are
    the lists that stood on the page (`as_bits`): what somebody else asked for meanwhile is not agreed to.
    """
    turn, address = subscription.turn, _address_asked(subscription)
    take_turns(address)
    subscription = locked(subscription)
    agreed = subscription.asked_for if shown is None else shown
    if not subscription.asked_for or not lists_in(agreed) or subscription.turn != turn:
        return subscription
    subscription.asked_for &= ~agreed
    subscription.save(update_fields=["asked_for"])
    lists = {*lists_in(agreed), *(subscription.lists if subscription.is_confirmed else ())}
    lists |= _taken_from_a_visitor(address, subscription, now=now)
    Suppression.objects.lift_bulk(address, now=now)
    return set_lists(subscription=subscription, lists=lists, source=SubscriptionSource.PAGE, by=by, now=now)


def locked(subscription: Subscription) -> Subscription:
    """Return the subscription as it is now, locked; SubscriptionGone if it went with the account that was erased."""
    now_stored = Subscription.objects.select_for_update(no_key=True).filter(pk=subscription.pk).first()
    if now_stored is None:
        raise SubscriptionGone(_("This is not there any more."))
    return now_stored


def _address_asked(subscription: Subscription) -> str:
    """Return the address to which the letter that asks went: of a member, that of the account."""
    member = subscription.member
    return (member.email if member is not None else "") or subscription.address


def _taken_from_a_visitor(address: str, subscription: Subscription, *, now: datetime) -> set[BulkList]:
    """Merge the row that the mailbox has from before the account into that of the account; return what it got.

    Nobody has proved to the account that the address is theirs, so the account does not own that row yet; but who reads
    the mailbox has just agreed, and one mailbox has one row: to leave is to leave both.
    """
    visitors = Subscription.objects.select_for_update(no_key=True).of(address).filter(member=None)
    other = visitors.exclude(pk=subscription.pk).first() if subscription.member_id is not None else None
    if other is None:
        return set()
    merge(other, into=subscription, now=now)
    if not other.is_confirmed:
        return set()
    subscription.paused_at = subscription.paused_at or other.paused_at
    subscription.save(update_fields=["paused_at"])
    return set(other.lists)


def forget_old_requests(now: datetime) -> int:
    """Delete requests that no limit counts any more; return how many. Called by the tick."""
    return SubscriptionRequest.objects.filter(made_at__lte=now - KEPT_FOR).delete()[0]


def _leave(subscription: Subscription, *, by: Any, now: datetime) -> Subscription:
    before = subscription.lists
    if subscription.state == S.LEFT:
        return subscription
    subscription.state, subscription.left_at, subscription.paused_at = S.LEFT, now, None
    subscription.confirmed_at, subscription.asked_for = None, 0
    for chosen in BulkList:
        setattr(subscription, chosen, False)
    subscription.turn += 1
    subscription.save()
    _record(subscription, verb="leave_letters", before=before, by=by, now=now)
    return subscription


def _record(subscription: Subscription, *, verb: str, before: list[BulkList], by: Any, now: datetime) -> None:
    acts.record(by=by, verb=verb, on=subscription, now=now, was=_in_short(before), became=_in_short(subscription.lists))


def _in_short(lists: list[BulkList]) -> str:
    return ALL_LISTS if len(lists) == len(BulkList) else ", ".join(chosen.word for chosen in lists)


def take_turns(*askers: str) -> None:
    """Make others who ask for the same address, or from the same network, wait until this transaction ends.

    So each request is counted, and an address that has no row yet gets one.
    """
    turns = sorted({_keyed(asker) for asker in askers})  # all take them in one order, so none waits for the other
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(turn, 7)) FROM unnest(%s::text[]) AS turn", [turns]
        )


def _keyed(value: str) -> str:
    return salted_hmac("mailings.subscription_request", value, algorithm="sha256").hexdigest()
