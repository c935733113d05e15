"""Writing to somebody of the working group on the page of the team; their address is never shown."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from mailings.ledger import letters
from registrations.domain.team import MESSAGES_A_DAY, MOST_OF_A_NETWORK, TooManyMessages
from registrations.locking import lock_member
from registrations.models import Member, TeamMessage
from registrations.seats.team import check_is_shown

_AT_ONCE = 500


@dataclass(frozen=True)
class TypedMessage:
    """What was typed: to whom (None: the address of the programme), for which region, and in whose name."""

    recipient: Member | None
    name: str
    text: str
    gives_address: bool


@transaction.atomic
def keep_message(*, written: TypedMessage, address: str, network: str, now: datetime) -> TeamMessage:
    """Keep what a visitor wrote until they have typed the code; TooManyMessages past the limit of one network."""
    hashed = salted_hmac("registrations.team-message", network, algorithm="sha256").hexdigest()
    with connection.cursor() as cursor:  # those of one network are counted one after the other
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"team-message:{hashed}"])
    if TeamMessage.objects.unsent(now=now).filter(network=hashed).count() >= MOST_OF_A_NETWORK:
        raise TooManyMessages(_("Too many people from your network are writing at this moment. Please sign in first."))
    return TeamMessage.objects.create(
        **_columns(written), key=secrets.token_urlsafe(32), address=address, network=hashed, made_at=now
    )


def kept_message(*, key: str, now: datetime) -> TeamMessage | None:
    """Return what waits under this key; whoever asks must be the owner of its address."""
    return TeamMessage.objects.unsent(now=now).filter(key=key).select_related("recipient").first()


@transaction.atomic
def send_message(*, written: TypedMessage, by: Member, now: datetime, kept: TeamMessage | None = None) -> TeamMessage:
    """Owe the letter with what ``by`` wrote; a ``kept`` message is sent once, also if it was swept since it was read.

    Raises TooManyMessages; NotShown if its reader has left the page; ClosedMeanwhile if the account is closed.
    """
    by = lock_member(by)
    if kept is not None and not TeamMessage.objects.filter(pk=kept.pk, sent_at=None).delete()[0]:
        sent = TeamMessage.objects.filter(key=kept.key).first()
        if sent is not None:
            return sent  # the same press twice
    if written.recipient is not None:
        check_is_shown(written.recipient, now=now)
    lately = TeamMessage.objects.filter(writer=by, sent_at__gt=now - timedelta(days=1))
    if lately.count() >= MESSAGES_A_DAY:
        raise TooManyMessages(
            _("You have written %(most)d messages today. Please write the next one tomorrow.")
            % {"most": MESSAGES_A_DAY}
        )
    key = kept.key if kept is not None else secrets.token_urlsafe(32)
    message = TeamMessage.objects.create(**_columns(written), key=key, writer=by, made_at=now, sent_at=now)
    to, address = written.recipient, "" if written.recipient is not None else settings.CONTACT_EMAIL
    letters.owe(
        kind="registrations.team_message",
        to=to,
        address=address,
        about=message,
        key=f"team-message:{message.pk}",
        now=now,
    )
    return message


def forget_old_messages(now: datetime) -> int:
    """Delete what waits for its code since a day, and what was sent a month ago; return how many."""
    old = TeamMessage.objects.outdated(now=now).order_by("pk").values("pk")[:_AT_ONCE]
    return TeamMessage.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()[0]


def forget_messages_of(addresses: Collection[str]) -> None:
    """Delete what waits for a code sent to one of these addresses."""
    TeamMessage.objects.filter(sent_at=None, address__in=addresses).delete()


def _columns(written: TypedMessage) -> dict[str, object]:
    return {
        "recipient": written.recipient,
        "name": written.name,
        "text": written.text,
        "gives_address": written.gives_address,
    }
