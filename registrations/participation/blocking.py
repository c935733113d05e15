"""Block a person, so that the two are never matched. The blocked person is not told; only the blocker can undo it."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from letsconnect.base import acts
from registrations import events
from registrations.locking import lock_member
from registrations.models import Block, Member, Registration


@transaction.atomic
def block_person(*, member: Member, blocked: Member, by: Member, now: datetime) -> Block:
    """Keep the two apart from now on; a match between them ends as any match may. A second time changes nothing."""
    member = lock_member(member)
    block, is_new = Block.objects.get_or_create(member=member, blocked=blocked, defaults={"made_at": now})
    if is_new:
        events.people_blocked.send(sender=Block, member=member, blocked=blocked, by=by, now=now)
        acts.record(by=by, verb="block_person", on=block, now=now)
    return block


@transaction.atomic
def unblock_person(*, member: Member, blocked: Member, by: Member, now: datetime) -> bool:
    """Let the two be matched again; return whether there was a block."""
    block = Block.objects.filter(member=member, blocked=blocked).select_for_update(of=("self",)).first()
    if block is None:
        return False
    acts.record(by=by, verb="unblock_person", on=block, now=now)
    block.delete()
    return True


def can_be_blocked(person: Registration, *, by: Member) -> bool:
    """Tell whether the registration has an account, not an erased one, that ``by`` does not block yet."""
    return could_be_blocked(person, blocks_of(person, by=by))


def blocks_of(person: Registration, *, by: Member) -> QuerySet[Block]:
    """Return the block of the person by ``by``, if there is one: none where there is nobody to be blocked."""
    return Block.objects.filter(member=by, blocked=person.member) if _is_somebody(person) else Block.objects.none()


def could_be_blocked(person: Registration, blocks: Iterable[Block]) -> bool:
    """Tell what `can_be_blocked` tells, to a page that has read `blocks_of`."""
    return _is_somebody(person) and not any(True for _block in blocks)


def _is_somebody(person: Registration) -> bool:
    return person.member is not None and person.member.erased_at is None
