"""The letter that asks a visitor whether they want what was asked for in their name."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from letsconnect.base.languages import speaking
from mailings import kinds
from mailings.models import Subscription
from mailings.rendering import Rendered, render_letter
from mailings.subscriptions import links
from mailings.subscriptions.subscribing import CONFIRM, may_be_written_to


def _still_owed(subscription: Subscription | None, _now: datetime) -> str | None:
    if subscription is None or not subscription.asked_for:
        return _("it was answered already")
    if subscription.member is not None and not may_be_written_to(subscription.member):
        return "the account is closed"
    return None


def _render(subscription: Subscription, language: str, zone: str) -> Rendered:
    with speaking(language):
        lists = [str(chosen.label) for chosen in subscription.lists_asked_for]
    context: dict[str, Any] = {"lists": lists, "link": links.confirm_url(subscription)}
    return render_letter("mailings/emails/confirm_subscription", context, language=language, zone=zone)


def register() -> None:
    """Register the letter with the ledger."""
    kinds.register(CONFIRM, still_owed=_still_owed, render=_render, keeps=kinds.kept())
