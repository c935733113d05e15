"""The languages of clinics to choose from: by name in the reader's language, those in use before all others."""

from functools import lru_cache

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clinics.models import Clinic, ClinicText
from letsconnect.base.choices import KeptChoices
from registrations.reference.names import language_choices

Pairs = list[tuple[str, str]]


def languages_to_choose() -> KeptChoices:
    """Return all languages: first those of the portal, and those that clinics are spoken or described in."""
    spoken = Clinic.objects.order_by().values_list("floor_language")
    in_use = spoken.union(ClinicText.objects.order_by().values_list("language"))
    codes = {code for (code,) in in_use} | dict(settings.LANGUAGES).keys()
    return _grouped(get_language() or "en", frozenset(codes))


@lru_cache(maxsize=64)
def _grouped(reader: str, in_use: frozenset[str]) -> KeptChoices:
    """Return them as a list that is drawn once for these languages in use."""
    names = language_choices(reader)
    used: Pairs = [(code, name) for code, name in names if code in in_use]
    return KeptChoices([(_("In use"), used), (_("All languages"), [pair for pair in names if pair[0] not in in_use])])
