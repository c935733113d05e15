"""The languages of clinics that a planner most likely means, to be shown before anything is typed."""

from collections import Counter

from django.conf import settings
from django.db.models import Count, QuerySet
from django.utils.translation import get_language

from clinics.models import Clinic, ClinicText
from registrations.reference.finding import AT_MOST


def likely_languages() -> list[str]:
    """Return the reader's own language, those that clinics are mostly spoken and described in, and the portal's."""
    spoken, described = _counted(Clinic.objects.all(), "floor_language"), _counted(ClinicText.objects.all(), "language")
    often: Counter[str] = Counter()
    for code, number in spoken.union(described, all=True):
        often[code] += number
    by_use = sorted(often, key=lambda code: (-often[code], code))
    own = (get_language() or "en").split("-")[0]
    return list(dict.fromkeys((own, *by_use, *dict(settings.LANGUAGES))))[:AT_MOST]


def _counted(rows: QuerySet, column: str) -> QuerySet:
    return rows.order_by().values_list(column).annotate(Count("pk"))
