"""The tables of the ledger, of subscriptions and of newsletters."""

from mailings.models.letters import Letter, LetterQuerySet
from mailings.models.newsletters import (
    Newsletter,
    NewsletterBody,
    NewsletterQuerySet,
    NewsletterSection,
    NewsletterVersion,
)
from mailings.models.subscriptions import Subscription, SubscriptionQuerySet, SubscriptionRequest
from mailings.models.suppressions import Suppression, SuppressionQuerySet, address_hash
from mailings.models.texts import BulkText, BulkTextQuerySet, LetterText, LetterTextQuerySet
from mailings.models.ticks import LastTick, Outage, SendingRate

__all__ = [
    "BulkText",
    "BulkTextQuerySet",
    "LastTick",
    "Letter",
    "LetterQuerySet",
    "LetterText",
    "LetterTextQuerySet",
    "Newsletter",
    "NewsletterBody",
    "NewsletterQuerySet",
    "NewsletterSection",
    "NewsletterVersion",
    "Outage",
    "SendingRate",
    "Subscription",
    "SubscriptionQuerySet",
    "SubscriptionRequest",
    "Suppression",
    "SuppressionQuerySet",
    "address_hash",
]
