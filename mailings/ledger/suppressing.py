"""Stopping letters to addresses by hand, and letting them go out again: by a coordinator, or by the person."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts, addresses
from letsconnect.base.lines import has_something_to_see
from mailings.domain.letters import BY_THEMSELVES, LiftRefused, SuppressionScope
from mailings.models import Suppression
from mailings.models.suppressions import address_hash

MOST_LINES = 10_000


@dataclass
class AddressList:
    """What a pasted list says: the addresses to suppress, how many need nothing done, and the lines that say none."""

    wanted: list[str] = field(default_factory=list)
    doubled: int = 0
    suppressed: int = 0  # in this scope, before
    broken: list[tuple[int, str, str]] = field(default_factory=list)  # number of the line, what it says, why not

    @property
    def rest(self) -> str:
        """The lines that could not be read, to be mended."""
        return "\n".join(line for _number, line, _why in self.broken)


def read_list(text: str, *, scope: SuppressionScope) -> AddressList:
    """Read a pasted list of addresses, also written as ``Name <address>``, and several in a line; empty lines count for
    nothing.

    Which of them are suppressed before is asked in one query.
    """
    entered, seen = AddressList(), dict[str, None]()
    lines = enumerate(text.splitlines(), start=1)
    for number, part in ((number, part) for number, line in lines for part in _parts(line)):
        try:
            address = addresses.canonical(_bare(part))
        except addresses.AddressRefused as refusal:
            entered.broken.append((number, part, str(refusal)))
            continue
        entered.doubled += address in seen
        seen[address] = None
    scopes = Suppression.objects.scopes_of(seen.keys())
    entered.wanted = [address for address in seen if scope not in scopes.get(address, ())]
    entered.suppressed = len(seen) - len(entered.wanted)
    return entered


def _parts(line: str) -> list[str]:
    """Return the addresses of a line, as mail programs and spreadsheets write several of them; a line with one stays
    whole, because its name may hold a comma."""
    parts = re.split(r"[,;\t]+", line) if line.count("@") > 1 else [line]
    return [part for part in parts if part.strip()]


def _bare(line: str) -> str:
    """Return the address of ``Name <address>``, and any other line as it is."""
    return parseaddr(line)[1] or line if "<" in line else line.strip().rstrip(",;")


@transaction.atomic
def suppress_by_hand(*, unwanted: Iterable[str], scope: SuppressionScope, by: Any, now: datetime) -> int:
    """Stop letters to these addresses because the working group says so; return how many were not suppressed before.

    Whoever does the same at the same moment waits, so that each row has one act.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('mailings.suppress_by_hand', 0))")
    scopes = Suppression.objects.scopes_of(set(unwanted))
    wanted = {address for address in unwanted if scope not in scopes.get(address, ())}
    Suppression.objects.suppress(sorted(wanted), source="desk", scope=scope, now=now)
    made = Suppression.objects.in_force(map(address_hash, wanted)).filter(source="desk", scope=scope, made_at=now)
    acts.record_each(by=by, verb="suppress", on=list(made), now=now, became=scope)
    return len(made)


@transaction.atomic
def lift_suppression(*, suppression: Suppression, reason: str, by: Any, now: datetime) -> bool:
    """Allow letters to an address again, as a coordinator says, and why; return whether it was suppressed until now.

    Raises LiftRefused without a reason.
    """
    check_reason(reason)
    return _lift(suppression, reason=reason.strip(), by=by, now=now)


def check_reason(reason: str) -> None:
    """Raise LiftRefused unless there is a reason for writing to an address again."""
    if not has_something_to_see(reason):
        raise LiftRefused(_("Say why emails may go there again."))


@transaction.atomic
def lift_own_suppressions(*, member: Any, now: datetime) -> int:
    """Allow letters again to a member who says that they arrive; return how many suppressions that ended.

    What somebody asked for stays: a person decides about that with them. Raises LiftRefused if nobody has proved that
    the address is theirs: it may be another person's, who asked for peace.
    """
    if not member.has_proved_address:
        raise LiftRefused(_("Nobody has proved yet that this address is yours: sign in with a code sent there."))
    return _lift_what_ends_by_themselves(member.email, by=member, now=now)


@transaction.atomic
def lift_by_link(*, address: str, now: datetime) -> int:
    """Allow letters again to an address, as somebody says who holds the link of a letter that was sent there.

    Return how many suppressions that ended; the log of acts says that the link did it, and names nobody.
    """
    return _lift_what_ends_by_themselves(address, by=None, now=now)


def _lift_what_ends_by_themselves(address: str, *, by: Any, now: datetime) -> int:
    theirs = Suppression.objects.of(address).filter(source__in=sorted(BY_THEMSELVES)).order_by("pk")
    return sum(_lift(suppression, reason="", by=by, now=now) for suppression in theirs)


def _lift(suppression: Suppression, *, reason: str, by: Any, now: datetime) -> bool:
    lifted = Suppression.objects.filter(pk=suppression.pk, lifted_at=None).update(lifted_at=now)
    if lifted:
        acts.record(by=by, verb="lift_suppression", on=suppression, now=now, reason=reason)
    return bool(lifted)
