"""The tables of the ledger: letters, suppressed addresses, ticks."""

from mailings.models.letters import Letter, LetterQuerySet
from mailings.models.suppressions import Suppression, SuppressionQuerySet, address_hash
from mailings.models.ticks import LastTick, Outage

__all__ = ["LastTick", "Letter", "LetterQuerySet", "Outage", "Suppression", "SuppressionQuerySet", "address_hash"]
