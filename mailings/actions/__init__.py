"""Everything that changes the ledger after a letter was owed."""

from mailings.actions.by_hand import forget_recipient, lift_suppression, mark_as_sent, send_again
from mailings.actions.draining import Drained, drain
from mailings.actions.sweeping import Swept, sweep
from mailings.actions.ticking import Tick, tick

__all__ = [
    "Drained",
    "Swept",
    "Tick",
    "drain",
    "forget_recipient",
    "lift_suppression",
    "mark_as_sent",
    "send_again",
    "sweep",
    "tick",
]
