"""In which language somebody is written to of whom only an imported registration is known."""

from collections.abc import Collection

from django.conf import settings

from registrations.models import Registration, SpokenLanguage


def language_of(registration: Registration) -> str:
    """Return the portal's language the person speaks best; English when they speak none, or speak it equally well."""
    return languages_of([registration])[registration.pk]


def languages_of(registrations: Collection[Registration]) -> dict[int, str]:
    """Return the same of each of these people, by the key of the registration, in one query."""
    keys = [registration.pk for registration in registrations]
    portal = [code for code, _name in settings.LANGUAGES]
    spoken: dict[int, dict[str, int]] = {key: {} for key in keys}
    rows = SpokenLanguage.objects.filter(registration__in=keys, code__in=portal, level__gte=2).order_by("pk")
    for key, code, level in rows.values_list("registration", "code", "level"):
        spoken[key][code] = level
    return {key: _best(levels) for key, levels in spoken.items()}


def _best(levels: dict[str, int]) -> str:
    return max(levels, key=lambda code: (levels[code], code == "en"), default="en")
