"""Locks on a clinic's row: whatever counts seats, or changes what is planned, locks it first, and only it."""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from clinics.domain.clinics import NotYourClinic
from clinics.models import Clinic
from letsconnect.base.statements import Statement
from registrations.models import Member


def lock_clinic(clinic: Clinic) -> Clinic:
    """Return the clinic as it is now, locked until the transaction ends.

    NO KEY, so that it does not wait for the foreign keys of other people's rows; correct under READ COMMITTED only.
    """
    rows = _LOCKED.rows({"clinic": clinic})
    if not rows:
        raise Clinic.DoesNotExist
    return rows[0]


# Asked at each sign-up, when hundreds want the same row: the SQL is written once.
_LOCKED = Statement(lambda clinic: Clinic.objects.select_for_update(no_key=True).filter(pk=clinic.pk).order_by())


def lock_clinics_of(member: Member, *, now: datetime) -> None:
    """Lock every clinic to come at which somebody has a seat or a part, by their keys, before any of it is given up.

    Whoever leaves gives up both: locked one after the other, two who leave at once would wait for each other for ever.
    """
    theirs = Q(rsvps__member=member) | Q(people__member=member)
    keys = Clinic.objects.filter(theirs, starts_at__gt=now).values("pk")
    list(Clinic.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk").values_list("pk"))


def lock_theirs(clinic: Clinic, *, by: Member | None) -> Clinic:
    """Lock a clinic that ``by`` looks after, as the portal itself (None) does; NotYourClinic for everybody else."""
    clinic = lock_clinic(clinic)
    check_theirs(clinic, by=by)
    return clinic


def check_theirs(clinic: Clinic, *, by: Member | None) -> None:
    """Raise NotYourClinic unless ``by`` looks after the clinic as it stands in the database."""
    if by is not None and not Clinic.objects.looked_after_by(by).filter(pk=clinic.pk).exists():
        raise NotYourClinic(_("This clinic is not of a region you look after."))
