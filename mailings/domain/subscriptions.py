"""What people subscribe to, and when bulk mail may go to them. Pure: no database, clock or chance."""

from collections.abc import Collection

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SubscriptionState(TextChoices):
    # Translators: the states of an address in the list of subscriptions
    UNCONFIRMED = "unconfirmed", pgettext_lazy("state of a subscription", "not confirmed yet")
    CONFIRMED = "confirmed", pgettext_lazy("state of a subscription", "confirmed")
    LEFT = "left", pgettext_lazy("state of a subscription", "left")


class SubscriptionSource(TextChoices):
    """Where the consent came from; the day stands beside it."""

    FORM = "form", _("the registration form")
    PAGE = "page", _("the page for subscribing")
    OLD_FORM = "old_form", _("the old form")
    IMPORT = "import", _("a list of people who agreed elsewhere")


class BulkList(TextChoices):
    """What is written to many at once; each is chosen by itself. The value is the column that keeps the choice."""

    NEWSLETTER = "wants_newsletter", _("the monthly newsletter")
    ANNOUNCEMENTS = "wants_announcements", _("announcements of clinics")
    DIGEST = "wants_digest", _("a weekly list of new clinics for my skills")

    @property
    def word(self) -> str:
        """The word for it in addresses of pages and in the name of the list (RFC 2919)."""
        return self.value.removeprefix("wants_")

    @classmethod
    def by_word(cls, word: str) -> "BulkList | None":
        return next((chosen for chosen in cls if chosen.word == word), None)


class SubscriptionRefused(Exception):
    """The subscription cannot be changed in this way; the message says why, for the person."""


class SubscriptionGone(SubscriptionRefused):
    """The subscription went with its account, or into another, since the page was opened."""


def as_bits(lists: Collection[BulkList]) -> int:
    """Return a number that says which lists these are, one bit each; 0: none."""
    return sum(1 << number for number, chosen in enumerate(BulkList) if chosen in lists)


def lists_in(bits: int) -> list[BulkList]:
    """Return the lists that `as_bits` wrote into this number."""
    return [chosen for number, chosen in enumerate(BulkList) if bits >> number & 1]
