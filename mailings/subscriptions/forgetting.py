"""Deleting the subscription of a person who is erased, without forgetting that they had left."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from letsconnect.base.addresses import canonical_or_as_it_is
from mailings.domain.letters import SuppressionScope
from mailings.domain.subscriptions import SubscriptionState
from mailings.models import Subscription, Suppression


@transaction.atomic
def forget_subscriptions(*, member: Any, now: datetime, addresses: Iterable[str] = ()) -> int:
    """Delete the subscription of a member and those of their ``addresses``; return how many.

    A refusal outlives them as a fingerprint, so that no import writes to the address again.
    """
    spellings = {canonical_or_as_it_is(address) for address in addresses if address}
    subscriptions = Subscription.objects.filter(Q(member=member) | Q(member=None, address__in=spellings))
    left = set(subscriptions.filter(state=SubscriptionState.LEFT).values_list("address", flat=True))
    refusals = left - {""} | (spellings if "" in left else set())  # "": nobody had proved their address yet
    Suppression.objects.suppress(sorted(refusals), source="person", scope=SuppressionScope.BULK, now=now)
    return subscriptions.delete()[1].get(Subscription._meta.label, 0)
