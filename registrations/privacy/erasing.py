"""Erasure: what runs ends, every personal column is emptied; the rows stay but say nothing about anybody."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts, personal_columns
from mailings.ledger.by_hand import forget_recipient
from mailings.ledger.sent_texts import forget_texts_naming
from mailings.subscriptions.forgetting import forget_subscriptions
from registrations import events
from registrations.answers import sensitive, visitors
from registrations.domain.registrations import RegistrationState
from registrations.locking import lock_registration
from registrations.models import (
    Consent,
    Member,
    Registration,
    SignInCode,
)
from registrations.privacy.proved_addresses import Proved, proved_by
from registrations.seats import appointing
from registrations.seats.messages import forget_messages_of
from registrations.skills import merged_answers

LATEST_TEXT = timedelta(days=1)  # a letter that was on its way while somebody was erased is settled long before


@transaction.atomic
def erase_member(*, member: Member, by: Member | None, now: datetime) -> Member:
    """Empty everything stored about a person; erasing twice is harmless.

    It covers what they have proved to be theirs (`proved`), also imports that nobody took over. Matches end and the
    other people are told; clinic places go to those who wait; sessions end, since none is valid after
    ``sessions_renewed``. Each app's columns.toml declares which columns are emptied. Raises LastCoordinator if nobody
    would be left who could appoint another coordinator.
    """
    merged_answers.keep_skills_in_place()
    member = Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    if member.erased_at is not None:
        return member
    appointing.end_all_seats(
        member=member,
        refusal=_("You are the last coordinator. Appoint another one first, so that the working group can go on."),
        by=by,
        now=now,
    )
    proved = proved_by(member)
    events.erasing.send(sender=Member, member=member, by=by, now=now)
    events.forgetting_in_files.send(sender=Member, proved=proved)
    _close_registrations(proved, now=now)
    _take_back_agreements(proved, now=now)
    forget_subscriptions(member=member, addresses=proved.addresses, now=now)
    _empty_columns(proved)
    sensitive.forget_answers(member=member)
    visitors.forget_answers_of(proved.addresses)
    forget_messages_of(proved.addresses)
    _forget_accounts(proved)
    forget_recipient(member=member, addresses=proved.addresses, now=now)
    member.is_active, member.is_superuser, member.erased_at, member.last_login = False, False, now, None
    member.has_doubtful_address = False  # there is none any more
    member.sessions_renewed += 1
    member.save(
        update_fields=[
            *("is_active", "is_superuser", "erased_at", "last_login", "has_doubtful_address", "sessions_renewed"),
        ]
    )
    acts.record(by=by, verb="erase_member", on=member, now=now)
    return Member.objects.get(pk=member.pk)


def forget_late_letters(now: datetime) -> int:
    """Empty the letters of erased people that were being sent while they were erased; return how many.

    What names them and was sent meanwhile to somebody else is deleted, too.
    """
    forget_texts_naming(Member.objects.filter(erased_at__gt=now - LATEST_TEXT))
    erased = Member.objects.filter(erased_at__isnull=False, letters__isnull=False).distinct()
    return sum(forget_recipient(member=member, now=now) for member in erased)


def _close_registrations(proved: Proved, *, now: datetime) -> None:
    registration = lock_registration(proved.member)
    if registration is not None:
        _withdraw(registration, now=now)
    unclaimed = Registration.objects.filter(pk__in=[registration.pk for registration in proved.unclaimed])
    for registration in unclaimed.select_for_update(of=("self",)).order_by("pk"):
        _withdraw(registration, now=now)


def _withdraw(registration: Registration, *, now: datetime) -> None:
    registration.state = RegistrationState.WITHDRAWN
    registration.version += 1
    registration.save(update_fields=["state", "version"])


def _take_back_agreements(proved: Proved, *, now: datetime) -> None:
    of_imports = Consent.objects.filter(registration__in=[registration.pk for registration in proved.unclaimed])
    for consent in (Consent.objects.about(proved.member) | of_imports).filter(withdrawn_at=None):
        consent.withdrawn_at = max(now, consent.given_at)
        consent.save(update_fields=["withdrawn_at"])


def _empty_columns(proved: Proved) -> None:
    """Empty the columns that columns.toml declares, in every app.

    Reasons of acts are emptied first, while the rows they are about still exist.
    """
    tables = [table for table in personal_columns.tables() if table.owners]
    for table in tables:
        acts.forget_reasons(proved.rows_of(table))
    for table in tables:
        rows = proved.rows_of(table)
        if table.is_deleted:
            rows.delete()
        elif table.personal:
            rows.update(**table.emptied())


def _forget_accounts(proved: Proved) -> None:
    """Delete what allauth stores, and the sign-in codes of the addresses.

    Sessions need no search: they hold only the account's number, and the account no longer accepts any of them.
    """
    for relation in Member._meta.related_objects:
        if relation.related_model.__module__.startswith("allauth."):
            relation.related_model._base_manager.filter(**{relation.field.name: proved.member.pk}).delete()
    SignInCode.objects.filter(address__in=proved.addresses).delete()
