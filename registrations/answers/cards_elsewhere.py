"""Cards that another app asks on a page of its own, among those that come after handing in.

Such an app registers its card at start-up; this one shows it in its turn and reads its answer back. The page leads on
with `registrations.views.after_card`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from registrations.models import Member


@dataclass(frozen=True, eq=False)
class CardElsewhere:
    """A card on a page of another app: what its answer changes, the name of its address, and what somebody answered."""

    name: str
    title: Promise
    changes: Promise
    page: str
    said: Callable[[Member], tuple[str, ...]]
    label: Promise | str  # of the answer
    before: str  # the card that comes after this one
    is_apart = False


_cards: dict[str, CardElsewhere] = {}


def register(card: CardElsewhere) -> None:
    """Let a card take its turn."""
    _cards[card.name] = card


def card_before(name: str) -> tuple[CardElsewhere, ...]:
    """Return the cards of other apps that come right before the one of this name."""
    return tuple(card for card in _cards.values() if card.before == name)
