"""The languages of clinics that a planner most likely means, to be shown before anything is typed."""

from collections import Counter
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet
from django.utils.translation import get_language

from clinics.models import Clinic, ClinicText
from letsconnect.base.statements import Inquiry, Statement
from registrations.reference.finding import AT_MOST


def likely_languages() -> list[str]:
    """Return the reader's own language, those that clinics are mostly spoken and described in, and the portal's."""
    often: Counter[str] = Counter()
    for code, number in asked_for_likely_languages().rows():
        often[code] += number
    by_use = sorted(often, key=lambda code: (-often[code], code))
    own = (get_language() or "en").split("-")[0]
    return list(dict.fromkeys((own, *by_use, *dict(settings.LANGUAGES))))[:AT_MOST]


def asked_for_likely_languages() -> Inquiry[Any]:
    """Return what `likely_languages` asks."""
    return _SPOKEN_AND_DESCRIBED.asked({})


def _counted(rows: QuerySet, column: str) -> QuerySet:
    return rows.order_by().values_list(column).annotate(Count("pk"))


_SPOKEN_AND_DESCRIBED = Statement(
    lambda: _counted(Clinic.objects.all(), "floor_language").union(
        _counted(ClinicText.objects.all(), "language"), all=True
    )
)
