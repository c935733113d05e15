"""Which version of the lists of clinics is now: it changes with every act on a clinic, as that is committed."""

from datetime import datetime, timedelta

from django.db.models import Count, Sum, Value
from django.db.models.functions import Coalesce

from clinics.models import ListChange
from letsconnect.base.kept_pages import VersionOfTables

KEPT_FOR = timedelta(minutes=10)  # longer than any transaction that changes a clinic


def _read() -> object:
    return tuple(ListChange.objects.aggregate(count=Count("pk"), sum=Coalesce(Sum("pk"), Value(0))).values())


VERSION = VersionOfTables(_read)


def version_of_lists() -> object:
    """Return the version, which is at most half a second old; None where nothing is kept."""
    return VERSION.now()


def forget_old_changes(now: datetime) -> int:
    """Delete the changes that every process has seen; return how many."""
    return ListChange.objects.filter(at__lt=now - KEPT_FOR).delete()[0]
