"""Forms of people who have yet to type their code: kept for a day, found by a random key and the address they gave."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from clinics.domain.wishes import MOST_FORMS_OF_A_NETWORK, TooManyForms
from clinics.models import Clinic, KeptSignUp
from letsconnect.base.statements import Statement


@transaction.atomic
def keep_form(*, clinic: Clinic, address: str, typed: Mapping[str, Any], network: str, now: datetime) -> KeptSignUp:
    """Keep what was typed for a seat at the clinic; TooManyForms past the limit of one network."""
    hashed = salted_hmac("clinics.kept-sign-up", network, algorithm="sha256").hexdigest()
    with connection.cursor() as cursor:  # forms of one network are counted one after the other
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"kept-sign-up:{hashed}"])
    if KeptSignUp.objects.fresh(now=now).filter(network=hashed).count() >= MOST_FORMS_OF_A_NETWORK:
        raise TooManyForms(_("Too many people from your network are signing up at this moment. Please sign in first."))
    return KeptSignUp.objects.create(
        key=secrets.token_urlsafe(32), clinic=clinic, address=address, network=hashed, typed=dict(typed), made_at=now
    )


def kept_form(*, clinic_id: int, key: str, now: datetime) -> KeptSignUp | None:
    """Return what waits under this key; whoever asks must be the owner of its address, or the browser that typed it."""
    return KeptSignUp.objects.fresh(now=now).filter(clinic=clinic_id, key=key).select_related("clinic").first()


def forget_forms(*, clinic: Clinic, address: str) -> None:
    """Delete what waits for this address and clinic: the seat is taken."""
    waiting = _WAITING.rows({"clinic": clinic, "address": address})
    if waiting:
        KeptSignUp.objects.filter(pk__in=waiting).delete()


# Asked at each sign-up, so the SQL is written once.
_WAITING = Statement(
    lambda clinic, address: KeptSignUp.objects.filter(clinic=clinic, address=address).values_list("pk", flat=True)
)
