"""Erasure: what runs ends, every personal column is emptied, the rows stay and say nothing of anybody."""

from collections.abc import Iterable
from datetime import UTC, datetime

from allauth.account.models import EmailAddress
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts, personal
from letsconnect.base.addresses import canonical_or_as_it_is
from mailings.actions import forget_recipient
from registrations import news
from registrations.actions import seats as seats_of_the_group
from registrations.actions import sensitive
from registrations.actions.locking import lock_registration
from registrations.domain import LastCoordinator, RegistrationState
from registrations.models import (
    ClaimInvitation,
    Consent,
    Member,
    Registration,
    SignInCode,
)
from registrations.skills import following


@transaction.atomic
def erase_member(*, member: Member, by: Member | None, now: datetime) -> Member:
    """Empty everything held about a person; erasing twice is harmless.

    Matches end and the others are told; seats at clinics go to those who wait; sessions end. Which columns are
    emptied is declared in each app's columns.toml. Raises LastCoordinator when nobody could appoint another.
    """
    following.hold_still()
    member = Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    if member.erased_at is not None:
        return member
    _leave_the_working_group(member, by=by, now=now)
    addresses = _addresses(member)
    news.erasing.send(sender=Member, member=member, by=by, now=now)
    _close_the_registration(member, now=now)
    _take_back_agreements(member, now=now)
    _empty_columns(member)
    sensitive.forget_answers(member=member)
    _forget_accounts(member, addresses)
    forget_recipient(member=member, addresses=addresses, now=now)
    member.is_active, member.is_superuser, member.erased_at, member.last_login = False, False, now, None
    member.sessions_renewed += 1
    member.save(update_fields=["is_active", "is_superuser", "erased_at", "last_login", "sessions_renewed"])
    acts.record(by=by, verb="erase_member", on=member, now=now)
    return Member.objects.get(pk=member.pk)


def forget_late_letters(now: datetime) -> int:
    """Empty the letters of erased people that were on the wire while they were erased; return how many."""
    erased = Member.objects.filter(erased_at__isnull=False, letters__isnull=False).distinct()
    return sum(forget_recipient(member=member, now=now) for member in erased)


def _leave_the_working_group(member: Member, *, by: Member | None, now: datetime) -> None:
    seats_of_the_group.lock_coordinators()  # as `end_seat` does: two who leave at once are not both the second last
    today = now.astimezone(UTC).date()
    seats = list(member.seats.current(on=today)) + list(member.seats.filter(from_on__gt=today))
    if any(seat.is_last_coordinator() for seat in seats):
        raise LastCoordinator(
            _("You are the last coordinator. Appoint another one first, so that the working group can go on.")
        )
    for seat in seats:
        seats_of_the_group.close_seat(seat=seat, until_on=max(today, seat.from_on), by=by, now=now)


def _addresses(member: Member) -> set[str]:
    """Every address we know to be the person's."""
    known = {member.email or ""}
    known.update(EmailAddress.objects.filter(user=member).values_list("email", flat=True))
    known.update(Registration.objects.filter(member=member).values_list("imported_address", flat=True))
    known.update(ClaimInvitation.objects.filter(registration__member=member).values_list("address", flat=True))
    return {canonical_or_as_it_is(address) for address in known if address}


def _close_the_registration(member: Member, *, now: datetime) -> None:
    registration = lock_registration(member)
    if registration is None:
        return
    registration.state = RegistrationState.WITHDRAWN
    registration.version += 1
    registration.save(update_fields=["state", "version"])


def _take_back_agreements(member: Member, *, now: datetime) -> None:
    for consent in Consent.objects.about(member).filter(withdrawn_at=None):
        consent.withdrawn_at = max(now, consent.given_at)
        consent.save(update_fields=["withdrawn_at"])


def _empty_columns(member: Member) -> None:
    """Empty what columns.toml declares, in every app; texts given with acts go first, while their rows are there."""
    tables = [table for table in personal.tables() if table.owners]
    for table in tables:
        acts.forget_reasons(table.rows_of(member))
    for table in tables:
        rows = table.rows_of(member)
        if table.is_deleted:
            rows.delete()
        elif table.personal:
            rows.update(**table.emptied())


def _forget_accounts(member: Member, addresses: Iterable[str]) -> None:
    """Delete what allauth keeps, the sign-in codes of the addresses, and the sessions of every browser."""
    for relation in Member._meta.related_objects:
        if relation.related_model.__module__.startswith("allauth."):
            relation.related_model._base_manager.filter(**{relation.field.name: member.pk}).delete()
    SignInCode.objects.filter(address__in=addresses).delete()
    theirs = [
        session.pk
        for session in Session.objects.iterator(chunk_size=500)
        if session.get_decoded().get(SESSION_KEY) == str(member.pk)
    ]
    Session.objects.filter(pk__in=theirs).delete()
